"""Names that others may own, too: what is imported as ours is ours, and data is never imported."""

import ast
import importlib.util
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
PACKAGES = ("workflow", "workers", "api")
# Loaded by alembic from their path, never imported.
LOADED_BY_PATH = CHECKOUT / "workflow" / "store" / "migrations"


def test_config_holds_data_only() -> None:
    assert [path for path in (CHECKOUT / "config").rglob("*.py*") if path.is_file()] == []


def test_nothing_imports_config_although_python_would_let_it() -> None:
    # A folder without __init__ is a namespace package: from the checkout the import would succeed, from a wheel not.
    assert [f"{file}: {name}" for file, name in _imports(*PACKAGES, "tests") if _top(name) == "config"] == []


@pytest.mark.parametrize("name", [*PACKAGES, "tests"])
def test_our_package_names_belong_to_no_other_distribution(name: str) -> None:
    assert set(packages_distributions().get(name, [])) <= {"wugeyi"}
    spec = importlib.util.find_spec(name)
    assert spec is not None
    assert spec.origin == str(CHECKOUT / name / "__init__.py")


def test_the_wheel_lists_its_packages_and_the_data_by_name() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel["packages"] == list(PACKAGES)
    assert wheel["shared-data"] == {"config": "share/wugeyi/config"}


def test_every_folder_of_modules_is_a_package() -> None:
    folders = {path.parent for package in PACKAGES for path in (CHECKOUT / package).rglob("*.py")}
    loose = [folder for folder in folders if not (folder / "__init__.py").exists()]
    assert [folder for folder in loose if not folder.is_relative_to(LOADED_BY_PATH)] == []


def test_what_is_in_the_wheel_imports_nothing_that_is_not() -> None:
    assert [f"{file}: {name}" for file, name in _imports(*PACKAGES) if _top(name) == "tests"] == []


def test_no_module_is_called_like_a_library_we_use() -> None:
    libraries = {name for name, owners in packages_distributions().items() if "wugeyi" not in owners} - {"tests"}
    named_alike = [path for path in _modules(*PACKAGES) if path.stem in libraries and path.stem != "__init__"]
    assert named_alike == []


def test_no_module_at_the_top_of_a_package_is_called_like_one_of_python() -> None:
    # `python api/app.py` puts api/ itself on the path, and what lies there would hide the standard library.
    tops = [path for package in PACKAGES for path in (CHECKOUT / package).glob("*")]
    assert [path for path in tops if path.stem in sys.stdlib_module_names] == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    empty = {"util", "utils", "helper", "helpers", "common", "misc", "base", "models", "constants", "manager"}
    assert [path for path in _modules(*PACKAGES) if path.stem in empty or path.parent.name in empty] == []


def test_imports_are_absolute() -> None:
    assert [f"{file}: {name}" for file, name in _imports(*PACKAGES, "tests") if name.startswith(".")] == []


def test_tests_are_imported_without_touching_the_path(pytestconfig: pytest.Config) -> None:
    assert pytestconfig.getoption("importmode") == "importlib"


def _modules(*packages: str) -> list[Path]:
    return sorted(path for package in packages for path in (CHECKOUT / package).rglob("*.py"))


def _imports(*packages: str) -> Iterator[tuple[Path, str]]:
    """Each file with the names it imports; a relative import begins with its dots."""
    for path in _modules(*packages):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from ((path, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield path, "." * node.level + (node.module or "")


def _top(name: str) -> str:
    return name.partition(".")[0]
