"""The files an acceptance is run by: what they must not say is refused at load, and how areas are compared."""

import shutil
from pathlib import Path

import pytest

from workflow.catalogue import AreaTolerance, load_catalogue
from workflow.definition import Title
from workflow.errors import ConfigFaults
from workflow.loading import load_flows
from workflow.settings import default_config_folder


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration of one's own to break."""
    copied = tmp_path / "config"
    shutil.copytree(default_config_folder(), copied)
    return copied


def _broken(config: Path, file: str, old: str, new: str) -> str:
    text = (config / file).read_text(encoding="utf-8")
    assert old in text, f"{old!r} is not in {file}"
    (config / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigFaults) as caught:
        load_flows(config / "flows", load_catalogue(config))
    return str(caught.value)


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("rules/areas.yaml", "  above_m2:", "  height_m:", "height_m"),
        ("rules/areas.yaml", "percent: 1", "percent: 21", "percent"),
        ("programme/disciplines.yaml", "stands_for: [JG08,", "stands_for: [JG80,", "unknown item 'JG80'"),
        (
            "programme/disciplines.yaml",
            "department: ZG, item: JG01, after: []}",
            "department: ZG, item: JG01, after: [fire]}",
            "does not stand above",
        ),
        ("flows/acceptance.v1.yaml", "only_by: permit_no", "only_by: permit", "unknown field 'permit'"),
        ("flows/segment.v1.yaml", "records_on: completed_on", "records_on: done_on", "unknown datum 'done_on'"),
        ("flows/segment.v1.yaml", "each: disciplines}", "each: departments}", "unknown field 'departments'"),
        ("flows/check.v1.yaml", "effective: parent_entered_at", "effective: parent_began", "unknown moment"),
    ],
)
def test_a_file_that_cannot_be_run_is_refused_by_name(config: Path, file: str, old: str, new: str, told: str) -> None:
    assert told in _broken(config, file, old, new)


def test_areas_may_differ_by_their_percentage_or_by_a_square_metre_whichever_is_more() -> None:
    tolerance = AreaTolerance("above_m2", Title("地上面积", "Area above ground"), percent=1, at_least_m2=1)
    assert tolerance.allows(10000, 10100)
    assert not tolerance.allows(10000, 10100.01)
    assert tolerance.allows(10, 11)
    assert not tolerance.allows(10, 8.99)
    assert tolerance.allows(0, 0)
