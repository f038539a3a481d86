"""``wugeyi amend``: a limit and a flow version from the command line, by two people, refusals in one line."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest

from tests import given
from tests.given import moment
from tests.hall import Hall, open_hall
from workflow.cli import main
from workflow.work import Office

Command = Callable[..., tuple[int, str, str]]

RECEIVED = moment("2026-03-02", "09:30")
PAPER = ("--document", "示例文件")
LIMIT = ("limit", "--item", "LX01", "--clock", "promised", "--from", "2026-03-03", "--running", "new", *PAPER)
FLOW = ("flow", "item", "--to", "2", *PAPER)


@pytest.fixture
def hall(office: Office) -> Hall:
    """A case accepted under version 1 of the flow, with 3 working days promised."""
    found = open_hall(office)
    flows = MappingProxyType({key: flow for key, flow in office.flows.items() if key[0] != "item" or key[1] == 1})
    before = replace(office, flows=flows)
    no = given.application(before, found.town, RECEIVED, ["LX01"]).cases["LX01"]
    given.act(before, found.town.clerk, RECEIVED, no, "accept")
    given.time_is(office.engine, moment("2026-03-03", "10:00"))
    return found


@pytest.fixture
def wugeyi(
    database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Command:
    """The command on the test's database: exit status, output, errors."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("WUGEYI_HOME", str(tmp_path))

    def run(*words: str) -> tuple[int, str, str]:
        status = main(["amend", *words])
        told = capsys.readouterr()
        return status, told.out, told.err

    return run


def test_a_preview_names_every_date_and_saves_nothing(hall: Hall, wugeyi: Command) -> None:
    status, out, _ = wugeyi(*LIMIT, "--limit", "2wd", "--preview")
    assert status == 0
    assert "1 cases, 1 clocks: 1 earlier, 0 later" in out
    assert "promised  2026-03-05 → 2026-03-04" in out
    status, out, _ = wugeyi(*FLOW, "--preview")
    assert status == 0
    assert "日期不变 no date moves" in out
    assert hall.count("amendments") == 0


def test_a_flow_is_moved_by_two_people_and_settled(hall: Hall, wugeyi: Command) -> None:
    status, out, _ = wugeyi(*FLOW, "--as", "admin")
    assert (status, "amendment 1 is proposed: 1 cases would change" in out) == (0, True)
    status, _, err = wugeyi("sign", "1", "--as", "admin")
    assert (status, "another person" in err) == (2, True)
    assert wugeyi("sign", "1", "--as", "admin2")[0] == 0
    status, out, _ = wugeyi("settle")
    assert (status, "1 of them moved" in out) == (0, True)
    assert "in_force (settled, 1 moved)" in wugeyi("list")[1]


def test_a_signature_waits_for_the_items_file(hall: Hall, wugeyi: Command) -> None:
    assert wugeyi(*LIMIT, "--limit", "2wd", "--as", "admin")[0] == 0
    status, _, err = wugeyi("sign", "1", "--as", "admin2")
    assert (status, "config/items/LX01.yaml says 3wd" in err) == (2, True)


def test_what_is_refused_is_one_line(hall: Hall, wugeyi: Command) -> None:
    for words, told in (
        ((*LIMIT, "--limit", "3wd", "--as", "admin"), "it changes nothing"),
        ((*LIMIT, "--limit", "soon", "--as", "admin"), "limit: a whole number from 1 and a unit"),
        ((*LIMIT, "--limit", "2wd", "--as", "nobody"), "no active account"),
        (("flow", "item", "--to", "9", *PAPER, "--as", "admin"), "to_version: there is no such version"),
        (("flow", "nothing", "--to", "2", *PAPER, "--preview"), "flow: there is no such flow"),
    ):
        status, out, err = wugeyi(*words)
        assert (status, out, told in err, err.count("\n")) == (2, "", True, 1), err
