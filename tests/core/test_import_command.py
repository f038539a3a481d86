"""``wugeyi import``: in somebody's name, tried or taken, every fault a line."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from tests import given
from tests.workbooks import PROJECT_HEADS, project_row, projects, workbook
from workflow.cli import main
from workflow.work import Office


@pytest.fixture
def file(office: Office, database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[bytes], str]:
    """Writes a file for the command, on the test's database."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("WUGEYI_HOME", str(tmp_path))
    given.town(office)

    def written(content: bytes) -> str:
        path = tmp_path / "作战图.xlsx"
        path.write_bytes(content)
        return str(path)

    return written


def test_a_file_is_tried_then_taken(
    file: Callable[[bytes], str], engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    path = file(workbook(projects(3)))
    assert main(["import", "projects", path, "--as", "admin", "--dry-run"]) == 0
    assert "3 new, 0 changed, 0 the same would be imported" in capsys.readouterr().out
    assert main(["import", "projects", path, "--as", "admin"]) == 0
    assert main(["import", "projects", path, "--as", "admin"]) == 0
    assert "0 new, 0 changed, 3 the same were imported" in capsys.readouterr().out
    with engine.connect() as conn:
        assert conn.execute(text("SELECT count(*) FROM imports")).scalar_one() == 2


def test_every_fault_is_a_line(file: Callable[[bytes], str], capsys: pytest.CaptureFixture[str]) -> None:
    path = file(workbook({"项目": [PROJECT_HEADS, project_row(1, 名称=None), project_row(2, 需招标="大概")]}))
    assert main(["import", "projects", path, "--as", "admin"]) == 1
    told = capsys.readouterr().out
    assert "项目!B2" in told
    assert "项目!L3" in told
    assert "2 faults, nothing was written" in told


def test_a_bad_file_and_a_wrong_name_are_one_clear_line(
    file: Callable[[bytes], str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["import", "people", file(b"\0\1"), "--as", "admin"]) == 2
    assert "neither an .xlsx workbook nor text" in capsys.readouterr().err
    assert main(["import", "projects", file(workbook(projects(1))), "--as", "clerk"]) == 2
    assert "for the administrator" in capsys.readouterr().err
    assert main(["import", "projects", "/nowhere.xlsx", "--as", "admin"]) == 2


def test_a_template_is_written(file: Callable[[bytes], str], tmp_path: Path) -> None:
    for kind in ("projects", "people", "case"):
        path = tmp_path / f"{kind}.xlsx"
        assert main(["import", "template", kind, "--output", str(path)]) == 0
        assert path.read_bytes().startswith(b"PK")
