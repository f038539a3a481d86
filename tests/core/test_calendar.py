"""The working calendar: published years, notices, the estimate beyond them, and where a legal day ends."""

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import chinese_calendar  # type: ignore[import-untyped]
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.notices_given import FILE_2026, the_2026_notice, the_2027_notice
from workflow.clock.calendar import (
    Notice,
    end_of_day,
    load_notices,
    local_day,
    published_calendar,
    start_of_day,
)
from workflow.errors import ConfigFaults

CALENDAR = published_calendar()

MONTHS = {
    2024: [22, 18, 21, 22, 21, 19, 23, 22, 21, 19, 21, 22],
    2025: [19, 19, 21, 22, 19, 20, 23, 21, 23, 18, 20, 23],
    2026: [21, 16, 22, 21, 19, 21, 23, 21, 22, 18, 21, 23],
}

days = st.dates(date(2004, 2, 1), date(2026, 11, 30))


def month_end(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def test_a_day_ends_at_midnight_in_shanghai_wherever_the_server_stands() -> None:
    assert end_of_day(date(2026, 3, 30)) == datetime(2026, 3, 30, 16, 0, tzinfo=UTC)
    assert start_of_day(date(2026, 3, 30)) == datetime(2026, 3, 29, 16, 0, tzinfo=UTC)
    assert local_day(datetime(2026, 3, 30, 15, 59, 59, tzinfo=UTC)) == date(2026, 3, 30)
    assert local_day(datetime(2026, 3, 30, 16, 0, tzinfo=UTC)) == date(2026, 3, 31)
    new_york = timezone(timedelta(hours=-4))
    assert local_day(datetime(2026, 3, 30, 12, 30, tzinfo=new_york)) == date(2026, 3, 31)


def test_the_end_of_a_day_is_the_start_of_the_next_also_in_the_summer_times_of_1986_to_1991() -> None:
    for day in (date(1986, 5, 3), date(1986, 9, 13), date(1991, 9, 14), date(2026, 12, 31)):
        assert end_of_day(day) == start_of_day(day + timedelta(days=1))
        assert local_day(start_of_day(day)) == day


def test_an_instant_without_a_zone_has_no_day() -> None:
    with pytest.raises(ValueError, match="2026-03-30T10:00:00 has no time zone"):
        local_day(datetime(2026, 3, 30, 10, 0))


def test_an_instant_is_not_taken_for_a_date() -> None:
    with pytest.raises(TypeError, match="local_day"):
        CALENDAR.is_working(datetime(2026, 3, 30, 23, 0, tzinfo=UTC))


@pytest.mark.parametrize(("year", "months"), MONTHS.items())
def test_working_days_of_every_month_agree_with_the_notices(year: int, months: list[int]) -> None:
    counted = [
        CALENDAR.working_days_between(date(year, month, 1) - timedelta(days=1), month_end(year, month))
        for month in range(1, 13)
    ]
    assert counted == months


@pytest.mark.parametrize(("year", "expected"), [(2024, 251), (2025, 248), (2026, 248)])
def test_working_days_of_a_year(year: int, expected: int) -> None:
    assert CALENDAR.working_days_between(date(year - 1, 12, 31), date(year, 12, 31)) == expected


def test_every_published_day_agrees_with_the_package_it_comes_from() -> None:
    day = date(2004, 1, 1)
    while day <= date(2026, 12, 31):
        assert CALENDAR.is_working(day) == CALENDAR.day(day).counts == chinese_calendar.is_workday(day), day
        day += timedelta(days=1)


@pytest.mark.parametrize(
    ("day", "counts", "rule", "name"),
    [
        (date(2024, 2, 9), True, "workday", ""),
        (date(2025, 1, 28), False, "holiday", "春节"),
        (date(2026, 2, 28), True, "make_up", "春节调休"),
        (date(2026, 10, 3), False, "holiday", "国庆节"),
        (date(2026, 3, 7), False, "weekend", ""),
        (date(2015, 9, 3), False, "holiday", "中国人民抗日战争暨世界反法西斯战争胜利70周年纪念日"),
    ],
)
def test_a_day_says_which_rule_made_it(day: date, counts: bool, rule: str, name: str) -> None:
    told = CALENDAR.day(day)
    assert (told.counts, told.rule, told.name, told.provisional) == (counts, rule, name, False)
    assert told.source


def test_a_holiday_names_the_notice_of_its_year() -> None:
    assert "2026年节假日安排" in CALENDAR.day(date(2026, 2, 17)).source


def test_the_horizon_is_the_last_published_day() -> None:
    assert CALENDAR.horizon == date(2026, 12, 31)
    assert not CALENDAR.is_provisional(date(2026, 12, 31))
    assert CALENDAR.is_provisional(date(2027, 1, 1))
    assert CALENDAR.is_provisional(date(2003, 12, 31))


def test_beyond_the_horizon_weekends_and_the_thirteen_statutory_days_are_off() -> None:
    off = [date(2027, 1, 1) + timedelta(days=n) for n in range(365)]
    statutory = {day: CALENDAR.day(day) for day in off if CALENDAR.day(day).rule == "holiday"}
    assert len(statutory) == 13
    assert statutory[date(2027, 2, 5)].name == "农历除夕"
    assert statutory[date(2027, 6, 9)].name == "端午节"
    assert all(told.provisional and not told.counts for told in statutory.values())
    # A weekend holiday is not compensated by guess: Monday 2027-05-03 stays a working day until the notice is here.
    assert CALENDAR.day(date(2027, 5, 3)).counts


def test_two_festivals_on_one_day_are_one_day_off_with_both_names() -> None:
    assert set(CALENDAR.day(date(2028, 10, 3)).name.split("、")) == {"中秋节", "国庆节"}


def test_statutory_days_before_2004_carry_no_swapped_rest_days() -> None:
    assert CALENDAR.day(date(2003, 10, 6)).counts
    assert CALENDAR.day(date(2003, 10, 1)).provisional


@pytest.mark.parametrize("day", [date(1899, 12, 31), date(2101, 1, 1)])
def test_years_outside_1900_to_2100_are_refused_by_name(day: date) -> None:
    for ask in (CALENDAR.day, CALENDAR.is_working, lambda d: CALENDAR.add_working_days(d, 1)):
        with pytest.raises(ValueError, match=rf"{day}.*1900 to 2100"):
            ask(day)


@pytest.mark.parametrize("n", [10**9, -(10**9)])
def test_counting_out_of_the_calendar_is_refused(n: int) -> None:
    with pytest.raises(ValueError, match="1900 to 2100"):
        CALENDAR.add_working_days(date(2026, 3, 2), n)


def test_the_edges_of_the_calendar_are_reached() -> None:
    assert published_calendar().working_days_between(date(1900, 1, 1), date(2100, 12, 31)) > 50_000
    assert CALENDAR.add_working_days(date(2100, 12, 30), 1) == date(2100, 12, 31)
    assert CALENDAR.add_working_days(date(1900, 1, 3), -1) == date(1900, 1, 2)


def test_no_days_from_a_rest_day_is_that_rest_day() -> None:
    assert CALENDAR.add_working_days(date(2026, 2, 21), 0) == date(2026, 2, 21)


def test_counting_backwards_from_a_rest_day_leaves_it_out() -> None:
    assert CALENDAR.add_working_days(date(2026, 2, 21), -1) == date(2026, 2, 14)
    assert CALENDAR.add_working_days(date(2026, 2, 28), -1) == date(2026, 2, 27)


def test_days_between_reversed_are_negative() -> None:
    assert CALENDAR.working_days_between(date(2026, 3, 9), date(2026, 3, 2)) == -5


@settings(max_examples=300, deadline=None)
@given(days, st.integers(1, 400))
def test_n_days_added_are_n_days_counted(start: date, n: int) -> None:
    end = CALENDAR.add_working_days(start, n)
    assert CALENDAR.is_working(end)
    assert CALENDAR.working_days_between(start, end) == n


@settings(max_examples=300, deadline=None)
@given(days, st.integers(-400, 400))
def test_subtracting_undoes_adding_from_a_working_day(start: date, n: int) -> None:
    working = CALENDAR.add_working_days(start, 1)
    assert CALENDAR.add_working_days(CALENDAR.add_working_days(working, n), -n) == working


@settings(max_examples=200, deadline=None)
@given(days, st.integers(0, 60), st.integers(-300, 300))
def test_a_later_start_never_ends_earlier(start: date, later: int, n: int) -> None:
    after = start + timedelta(days=later)
    assert CALENDAR.add_working_days(start, n) <= CALENDAR.add_working_days(after, n)
    assert CALENDAR.add_working_days(start, n) <= CALENDAR.add_working_days(start, n + 1)


def test_the_same_notices_make_the_same_version_and_other_days_or_another_paper_another() -> None:
    shipped = the_2026_notice()
    moved = {day: name for day, name in shipped.off.items() if day != date(2026, 10, 7)} | {date(2026, 10, 8): "国庆节"}
    corrected = published_calendar([the_2026_notice(off=moved)])
    assert corrected.version == published_calendar([the_2026_notice(off=moved)]).version
    assert corrected.version != CALENDAR.version
    # The same days by another paper: a proof cites the paper, so the version tells them apart.
    assert published_calendar([shipped]).version != CALENDAR.version
    assert CALENDAR.version.startswith("2004-2026.")


def test_a_closure_takes_a_day_out_of_a_published_year() -> None:
    typhoon = Notice(2026, {date(2026, 8, 12): "台风停工"}, frozenset(), "区政府通告", "closure")
    closed = published_calendar([typhoon])
    told = closed.day(date(2026, 8, 12))
    assert (told.counts, told.rule, told.name, told.source) == (False, "closure", "台风停工", "区政府通告")
    assert closed.add_working_days(date(2026, 8, 11), 1) == date(2026, 8, 13)
    assert closed.day(date(2026, 2, 17)) == CALENDAR.day(date(2026, 2, 17))


def test_a_loaded_year_moves_the_horizon_and_is_no_longer_provisional() -> None:
    # An invented notice: New Year from 31 December, worked off on Saturday 26 December.
    loaded = published_calendar([the_2027_notice({date(2026, 12, 31): "元旦"}, date(2026, 12, 26))])
    assert loaded.horizon == date(2027, 12, 31)
    assert loaded.version.startswith("2004-2027.")
    assert not loaded.is_provisional(date(2027, 1, 4))
    assert not loaded.is_working(date(2026, 12, 31))
    assert loaded.is_working(date(2026, 12, 26))
    assert loaded.is_working(date(2027, 2, 14))
    assert CALENDAR.is_working(date(2026, 12, 31))


def test_a_notice_that_leaves_a_gap_is_refused() -> None:
    off = {date(2028, 1, 1): "元旦"}
    with pytest.raises(ValueError, match="2028 leaves a gap: 2004 to 2027 are accepted"):
        published_calendar([Notice(2028, off, frozenset(), "测试通知")])


def test_two_notices_for_one_year_are_refused() -> None:
    with pytest.raises(ValueError, match="two notices"):
        published_calendar([the_2026_notice(), the_2026_notice()])


@pytest.mark.parametrize(("day", "name"), [(date(2026, 1, 7), "Wednesday"), (date(2026, 1, 9), "Friday")])
def test_a_notice_with_a_make_up_day_in_the_week_is_refused(day: date, name: str) -> None:
    with pytest.raises(ValueError, match=f"{day} is a {name}"):
        published_calendar([the_2026_notice(make_up=frozenset({day}))])


def test_the_notice_of_2026_read_from_a_file_makes_the_same_year_as_the_package(tmp_path: Path) -> None:
    (tmp_path / "2026.yaml").write_text(FILE_2026, encoding="utf-8")
    loaded = published_calendar(load_notices(tmp_path))
    for n in range(365):
        day = date(2026, 1, 1) + timedelta(days=n)
        assert loaded.is_working(day) == CALENDAR.is_working(day), day
    assert loaded.day(date(2026, 2, 14)).source == "国务院办公厅关于2026年部分节假日安排的通知"


def test_a_folder_that_is_missing_or_has_only_a_readme_has_no_notices(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("form", encoding="utf-8")
    assert load_notices(tmp_path) == ()
    assert load_notices(tmp_path / "nowhere") == ()


def test_every_fault_of_every_notice_file_is_named_at_once(tmp_path: Path) -> None:
    (tmp_path / "2027.yaml").write_text(
        """\
year: 2027
source: 测试通知
off:
  - {from: 2027-02-28, to: 2027-02-30, name: 春节}
  - {date: 2027-05-01, name: 劳动节}
  - {from: 2027-05-01, to: 2027-05-03, name: 劳动节}
  - {from: 2027-10-07, to: 2027-10-01, name: 国庆节}
  - {day: 2027-10-01, name: 国庆节}
make_up: [2027-02-20, 2027-02-20]
color: red
""",
        encoding="utf-8",
    )
    (tmp_path / "2028.yaml").write_text("year: 2027\nsource: 7\noff: none\nkind: month\n", encoding="utf-8")
    with pytest.raises(ConfigFaults) as caught:
        load_notices(tmp_path)
    text = str(caught.value)
    for sentence in (
        "2027.yaml:4: off[0].to: '2027-02-30' is not a day of the calendar",
        "2027.yaml:6: off[2]: 2027-05-01 stands twice under off",
        "2027.yaml:7: off[3]: 2027-10-07..2027-10-01 is -5 days long",
        "2027.yaml:8: off[4]: {'day': '2027-10-01', 'name': '国庆节'} has not the form of days off (known:",
        "2027.yaml:9: make_up[1]: 2027-02-20 stands twice under make_up",
        "2027.yaml:10: color: unknown key (known: year, kind",
        "2028.yaml:1: year: 2027: the file's name begins with another year",
        "2028.yaml:2: source: 7: the title and number",
        "2028.yaml:3: off: 'none': a list is accepted",
        "2028.yaml:4: kind: 'month' is not a kind of notice (known: year, closure)",
    ):
        assert sentence in text


def test_make_up_days_in_the_week_or_on_a_day_off_and_foreign_years_are_faults_of_their_line(tmp_path: Path) -> None:
    (tmp_path / "2027.yaml").write_text(
        """\
year: 2027
source: 测试通知
off:
  - {date: 2027-05-01, name: 劳动节}
  - {date: 2028-01-01, name: 元旦}
make_up:
  - 2027-05-05
  - 2027-05-01
""",
        encoding="utf-8",
    )
    with pytest.raises(ConfigFaults) as caught:
        load_notices(tmp_path)
    found = [str(fault).split(" (")[0] for fault in caught.value.faults]
    assert found[:3] == [
        "2027.yaml:5: off[1]: 2028-01-01 is outside the notice's year: 2027 and the December before are accepted",
        "2027.yaml:8: make_up[1]: 2027-05-01 is a day off as well: a day is one or the other",
        "2027.yaml:7: make_up[0]: 2027-05-05 is a Wednesday: a Saturday or Sunday is accepted",
    ]
    # And the rest of the year is missing.
    rest = [fault.message for fault in caught.value.faults[3:]]
    assert all("is missing" in message or "do not add up" in message for message in rest)


def test_two_files_for_one_year_are_a_fault_but_a_closure_beside_the_year_is_not(tmp_path: Path) -> None:
    (tmp_path / "2026.yaml").write_text(FILE_2026, encoding="utf-8")
    closure = "year: 2026\nkind: closure\nsource: 通告\noff: [{date: 2026-08-12, name: 台风停工}]\n"
    (tmp_path / "2026-typhoon.yaml").write_text(closure, encoding="utf-8")
    assert [notice.kind for notice in load_notices(tmp_path)] == ["closure", "year"]
    (tmp_path / "2026-again.yaml").write_text(FILE_2026, encoding="utf-8")
    with pytest.raises(ConfigFaults, match=r"2026 has a notice already, in 2026-again\.yaml"):
        load_notices(tmp_path)


def test_a_file_that_leaves_a_gap_is_a_fault_of_that_file(tmp_path: Path) -> None:
    # 2028 adds up, but 2027 is missing.
    text = """\
year: 2028
source: 测试通知
off:
  - {from: 2028-01-01, to: 2028-01-03, name: 元旦}
  - {from: 2028-01-25, to: 2028-01-28, name: 春节}
  - {date: 2028-04-04, name: 清明}
  - {from: 2028-05-01, to: 2028-05-02, name: 劳动节}
  - {from: 2028-05-28, to: 2028-05-29, name: 端午}
  - {from: 2028-10-01, to: 2028-10-05, name: 国庆节、中秋节}
"""
    (tmp_path / "2028.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigFaults, match=r"2028\.yaml: year: 2028 leaves a gap: 2004 to 2027 are accepted"):
        load_notices(tmp_path)


def test_a_closure_beyond_the_horizon_is_off_and_the_year_stays_provisional() -> None:
    closed = published_calendar([Notice(2027, {date(2027, 3, 2): "防疫"}, frozenset(), "通告", "closure")])
    assert not closed.is_working(date(2027, 3, 2))
    assert (closed.day(date(2027, 3, 2)).rule, closed.is_provisional(date(2027, 3, 2))) == ("closure", True)
    assert closed.horizon == date(2026, 12, 31)


def test_the_engine_starts_without_the_slow_libraries() -> None:
    program = (
        "import sys, datetime; from workflow.clock import proof, ladder, words;"
        "from workflow.clock.calendar import published_calendar;"
        "published_calendar().add_working_days(datetime.date(2026, 3, 2), 20);"
        "print(sorted({'holidays', 'yaml', 'sqlalchemy', 'flask', 'celery', 'numpy'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
