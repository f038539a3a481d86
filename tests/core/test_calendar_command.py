"""``wugeyi calendar``: a year as text, and a notice from its file to the dates, by two people, refusals in one line."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from tests import given
from tests.core.notices_given import DEMO
from tests.given import moment
from tests.hall import Hall, open_hall
from workflow.amending.fault_words import in_chinese
from workflow.cli import main
from workflow.clock.calendar import published_calendar
from workflow.clock.notice_rules import neighbour_faults
from workflow.clock.notices import load_notice, notice_from
from workflow.errors import ConfigFaults
from workflow.store import calendars
from workflow.work import Office

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def hall(office: Office) -> Hall:
    """On 2027-01-18 a case is under way whose statutory end lies after the Spring Festival."""
    found = open_hall(office)
    given.time_is(office.engine, moment("2027-01-18", "10:00"))
    no = given.application(office, found.town, moment("2027-01-18", "09:00"), ["LX01"]).cases["LX01"]
    given.act(office, found.town.clerk, moment("2027-01-18", "09:30"), no, "accept")
    return found


@pytest.fixture
def wugeyi(
    database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Command:
    """The command on the test's database: exit status, output, errors."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("WUGEYI_HOME", str(tmp_path))

    def run(*words: str) -> tuple[int, str, str]:
        status = main(["calendar", *words])
        told = capsys.readouterr()
        return status, told.out, told.err

    return run


def test_a_year_is_printed_with_its_days_off_and_its_working_days(hall: Hall, wugeyi: Command) -> None:
    status, out, _ = wugeyi("show", "2026")
    assert status == 0
    assert "2026-02  16 个工作日" in out
    assert "全年 248 个工作日" in out
    assert " 14班" in out
    assert "休 off   2026-02-17 周二  春节" in out
    assert "依据 source: 国务院办公厅2026年" in out


def test_a_year_without_a_notice_says_that_it_is_an_estimate_and_missed(hall: Hall, wugeyi: Command) -> None:
    status, out, _ = wugeyi("show")
    assert status == 0
    assert out.startswith("2027  尚未公布")
    assert "the notice for 2027 is missing" in out


def test_a_notice_goes_from_its_file_to_the_dates_by_two_people(hall: Hall, wugeyi: Command) -> None:
    assert wugeyi("list") == (0, "no amendment yet\n", "")
    status, out, _ = wugeyi("preview", str(DEMO))
    assert status == 0
    assert "1 cases, 2 clocks: 0 earlier, 1 later" in out
    assert "LS2027-000002  statutory  2027-02-17 预计 → 2027-02-19" in out
    assert "LS2027-000002  promised  2027-01-21 预计 → 2027-01-21" in out
    assert wugeyi("list")[1] == "no amendment yet\n"

    status, out, _ = wugeyi("load", str(DEMO), "--as", "admin")
    assert (status, out.splitlines()[0]) == (0, "amendment 1 is proposed: 1 cases would move, 0 be overdue")
    status, out, err = wugeyi("sign", "1", "--as", "admin")
    assert (status, len(err.splitlines())) == (2, 1)
    assert "another person" in err
    assert wugeyi("sign", "1", "--as", "admin2")[0] == 0
    assert wugeyi("settle")[1].startswith("1 cases under the calendar in force now, 1 of them moved")
    assert "settled, 1 moved" in wugeyi("list")[1]
    assert wugeyi("show", "2027")[1].startswith("2027  已公布")

    assert wugeyi("withdraw", "1", "--as", "admin2", "--reason", "录入有误")[0] == 0
    assert wugeyi("refuse", "2", "--as", "admin", "--reason", "无误")[0] == 0
    assert "refused" in wugeyi("list")[1]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("sign", "9", "--as", "admin"), "There is no amendment 9"),
        (("load", "DEMO", "--as", "nobody"), "--as nobody: there is no active account of that name"),
        (("load", "DEMO", "--as", "clerk"), "Amendments are proposed and signed by administrators"),
        (("withdraw", "3", "--as", "admin", "--reason", "x"), "amendment: is no notice or closure in force"),
        (("show", "1492"), "year: 1900 to 2100 are accepted"),
        (("preview", "/nowhere.yaml"), "the file is missing"),
    ],
)
def test_a_refusal_is_one_line(hall: Hall, wugeyi: Command, words: tuple[str, ...], told: str) -> None:
    status, out, err = wugeyi(*(str(DEMO) if word == "DEMO" else word for word in words))
    assert (status, out) == (2, "")
    assert len(err.splitlines()) == 1
    assert told in err


def test_a_file_with_faults_is_told_line_by_line(hall: Hall, wugeyi: Command, tmp_path: Path) -> None:
    file = tmp_path / "notice.yaml"
    file.write_text("year: 2027\nsource: 通知\noff: [{date: 2027-02-30, name: 春节}]\nmake_up: [2027-02-31]\n", "utf-8")
    status, _, err = wugeyi("load", str(file), "--as", "admin")
    assert (status, len(err.splitlines())) == (2, 2)
    assert "notice.yaml:3: off[0].date: '2027-02-30' is not a day of the calendar" in err


def test_migrate_takes_the_calendar_of_the_files_over_once(
    office: Office, wugeyi: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["migrate"]) == 0
    assert main(["migrate"]) == 0
    with office.engine.connect() as conn:
        held = calendars.succession(conn)
    assert [(one.version, one.amendment_id) for one in held] == [(office.base_calendar.version, None)]


@pytest.mark.parametrize(
    "changes",
    [
        {"year": "2027"},
        {"kind": "month"},
        {"extra": -1},
        {"extra": "one"},
        {"source": 7},
        {"source": " "},
        {"off": "none"},
        {"off": [{"day": "2027-01-01"}]},
        {"off": [{"date": "2027-01-01", "name": 7}]},
        {"off": [{"date": "2027-01-01", "name": " "}]},
        {"off": [{"from": "2027-01-03", "to": "2027-01-01", "name": "元旦"}]},
        {"off": [{"date": "2027-01-01", "name": "元旦"}, {"date": "2027-01-01", "name": "元旦"}]},
        {"off": [{"date": "2028-01-01", "name": "元旦"}]},
        {"make_up": ["2027-01-05"]},
        {"make_up": ["2027-01-02"], "off": [{"from": "2027-01-01", "to": "2027-01-03", "name": "元旦"}]},
        {"kind": "closure", "extra": 1},
        {"more": 1},
    ],
)
def test_every_fault_a_notice_can_have_is_worded_in_chinese(changes: dict[str, object]) -> None:
    data = {"year": 2027, "source": "通知", "off": [{"date": "2027-01-01", "name": "元旦"}], **changes}
    with pytest.raises(ConfigFaults) as caught:
        notice_from(data)
    assert [one.message for one in caught.value.faults if "不符合要求" in in_chinese(one.message)] == []


def test_every_fault_against_the_neighbours_is_worded_in_chinese() -> None:
    calendar = published_calendar([load_notice(DEMO)])
    days = {"off": [{"date": "2027-01-02", "name": "台风"}], "make_up": ["2027-01-31"]}
    closure = notice_from({"year": 2027, "kind": "closure", "source": "通告", **days})
    found = neighbour_faults(closure, calendar)
    assert [in_chinese(one.message) for one in found] == [
        "2027-01-02（元旦）本来就是休息日，应为工作日",
        "2027-01-31 本来就上班，应为休息日",
    ]
    assert calendar.is_working(date(2027, 1, 31))
