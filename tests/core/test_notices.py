"""Notices: what makes one add up, what its neighbours forbid, and what a newer calendar changes."""

import json
import time
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.notices_given import DEMO, the_2026_notice, the_2027_notice
from workflow.clock.calendar import Calendar, Notice, calendar_from, published_calendar
from workflow.clock.changed_days import changed_days, first_affected_day
from workflow.clock.cross_check import disagreements
from workflow.clock.notice_rules import days_that_add_up, neighbour_faults, notice_faults
from workflow.clock.notices import load_notice, notice_data, notice_from
from workflow.clock.published import published_days
from workflow.clock.statutory import statutory_days
from workflow.errors import ConfigFaults

CALENDAR = published_calendar()
LOADED = published_calendar([the_2027_notice()])


def closure(*days: date, make_up: frozenset[date] = frozenset()) -> Notice:
    return Notice(days[0].year, dict.fromkeys(days, "台风停工"), make_up, "区政府通告", "closure")


def published_notice(year: int, extra: int = 0) -> Notice:
    """What the package carries of a year as one notice, with what New Year takes from the December before."""
    days = {day: named for day, named in published_days().items() if day.year == year}
    if year == 2012:
        days[date(2011, 12, 31)] = published_days()[date(2011, 12, 31)]
    if year == 2011:
        del days[date(2011, 12, 31)]
    off = {day: named.name for day, named in days.items() if not named.counts}
    return Notice(year, off, frozenset(day for day, named in days.items() if named.counts), "通知", extra=extra)


def test_the_demo_notice_is_invented_says_so_and_adds_up() -> None:
    notice = load_notice(DEMO)
    assert notice.source == "演示数据：2027年放假安排（虚构，不是国务院通知）"
    assert notice_faults(notice) == neighbour_faults(notice, CALENDAR) == ()
    assert days_that_add_up(notice) == (18, 18)


@pytest.mark.parametrize("year", [year for year in range(2008, 2027) if year not in (2012, 2015, 2020)])
def test_the_days_of_a_published_year_add_up(year: int) -> None:
    assert days_that_add_up(published_notice(year))[0] == days_that_add_up(published_notice(year))[1]


def test_the_years_that_need_more_words_add_up_with_them() -> None:
    # 2012: its New Year was worked off on 2011-12-31, and 端午 on a Saturday has no name in the package.
    assert days_that_add_up(published_notice(2012)) == (18, 18)
    # 2015: the day of victory (09-03) was ordered once; `holidays` counts it among the statutory days of that year.
    assert days_that_add_up(published_notice(2015)) == (17, 17)
    assert date(2015, 9, 3) in statutory_days(2015)
    # 2020: the epidemic made 01-31 a day off and took back the make-up day 02-01; `holidays` counts 01-31 to 02-02
    # among the statutory days, and of these the Sunday would have been off anyway.
    assert days_that_add_up(published_notice(2020)) == (19, 20)


def test_a_day_ordered_beyond_the_statutory_ones_is_counted_as_extra() -> None:
    more = the_2027_notice({date(2027, 9, 3): "纪念日"})
    assert [fault.key for fault in notice_faults(more)] == ["off"]
    assert notice_faults(replace(more, extra=1)) == ()


def test_from_2025_a_year_that_does_not_add_up_is_refused_with_its_sum() -> None:
    short = the_2027_notice(make_up=the_2027_notice().make_up - {date(2027, 10, 9)})
    assert [str(fault) for fault in notice_faults(short)] == [
        "off: 18 days off on Monday to Friday do not add up: 17 are accepted, which are 13 statutory days, "
        "4 make-up days and 0 extra"
    ]
    with pytest.raises(ValueError, match="do not add up"):
        published_calendar([short])
    assert notice_faults(replace(published_notice(2024), off={date(2024, 1, 1): "元旦"})) == ()


def test_every_statutory_day_must_be_off() -> None:
    off = {day: name for day, name in the_2027_notice().off.items() if day != date(2027, 6, 9)}
    faults = notice_faults(the_2027_notice(off=off | {date(2027, 6, 10): "端午"}))
    assert [(fault.day, fault.message) for fault in faults] == [
        (date(2027, 6, 9), "2027-06-09 (端午节) is missing: every statutory day is off")
    ]


def test_two_festivals_on_one_day_are_two_statutory_days() -> None:
    assert sum(name.name.count("、") + 1 for name in statutory_days(2028).values()) == 13


def test_a_closure_need_not_add_up_but_has_no_extra() -> None:
    assert notice_faults(closure(date(2026, 8, 12))) == ()
    assert [fault.key for fault in notice_faults(replace(closure(date(2026, 8, 12)), extra=1))] == ["extra"]


def test_a_december_day_that_the_year_before_works_off_cannot_be_off() -> None:
    # An invented 2026 whose last Saturday is worked off for its own holiday.
    worked = the_2026_notice(make_up=the_2026_notice().make_up - {date(2026, 10, 10)} | {date(2026, 12, 26)})
    calendar = published_calendar([worked])
    off = the_2027_notice({date(2026, 12, 26): "元旦"})
    assert [str(fault) for fault in neighbour_faults(off, calendar)] == [
        "off: 2026-12-26 is off here and a make-up day in 通知: "
        "a day that the neighbouring year does not set otherwise is accepted"
    ]
    assert neighbour_faults(off, CALENDAR) == ()


def test_a_december_day_that_the_next_year_takes_off_cannot_be_worked_off() -> None:
    loaded = published_calendar([the_2027_notice({date(2026, 12, 26): "元旦"})])
    corrected = the_2026_notice(make_up=the_2026_notice().make_up | {date(2026, 12, 26)})
    assert [(fault.key, fault.day) for fault in neighbour_faults(corrected, loaded)] == [
        ("make_up", date(2026, 12, 26))
    ]
    assert neighbour_faults(corrected, CALENDAR) == ()


def test_a_closure_of_a_rest_day_says_that_it_is_one_already() -> None:
    days = date(2026, 8, 15), date(2026, 10, 2), date(2026, 8, 12)
    assert [fault.message for fault in neighbour_faults(closure(*days), CALENDAR)] == [
        "2026-08-15 (Saturday) is a rest day already: a working day is accepted",
        "2026-10-02 (国庆节) is a rest day already: a working day is accepted",
    ]
    worked = closure(date(2026, 8, 12), make_up=frozenset({date(2026, 2, 28), date(2026, 8, 22)}))
    assert [str(fault) for fault in neighbour_faults(worked, CALENDAR)] == [
        "make_up: 2026-02-28 is worked already: a rest day is accepted"
    ]


def test_a_notice_survives_the_way_through_json() -> None:
    for notice in (the_2027_notice({date(2027, 9, 3): "纪念日"}, extra=1), closure(date(2026, 8, 12))):
        assert notice_from(json.loads(json.dumps(notice_data(notice)))) == notice


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ([], "(file): is not a mapping"),
        ({"year": True}, "year: True: a year from 1900 to 2100"),
        ({"year": 2027, "extra": -1}, "extra: -1: a whole number of days from 0 to 60"),
        ({"year": 2027, "extra": True}, "extra: True: a whole number"),
        ({"year": 2027, "off": [{"date": 20270101, "name": "元旦"}]}, "off[0].date: 20270101 is not a day"),
        ({"year": 2027, "off": [{"date": "2027-02-30", "name": "元旦"}]}, "'2027-02-30' is not a day of the calendar"),
        ({"year": 2027, "off": [{"date": "２０２７-01-01", "name": "元旦"}]}, "is not a day of the calendar"),
        ({"year": 2027, "make_up": ["2027-01-09", "2027-01-09"]}, "make_up[1]: 2027-01-09 stands twice"),
        ({"year": 2027, "colour": 1}, "colour: unknown key"),
        ({}, "year: None: a year from"),
    ],
)
def test_a_notice_of_a_request_is_refused_with_every_fault(data: object, told: str) -> None:
    with pytest.raises(ConfigFaults) as caught:
        notice_from(data, "request")
    assert told in str(caught.value)
    assert str(caught.value).startswith("request: ")


def test_a_holiday_twice_and_a_make_up_day_on_a_wednesday_are_both_refused() -> None:
    data = notice_data(the_2027_notice())
    with pytest.raises(ConfigFaults, match="2027-05-01 stands twice under off"):
        notice_from(data | {"off": [*data["off"], {"date": "2027-05-01", "name": "劳动节"}]})
    with pytest.raises(ConfigFaults, match="2027-05-12 is a Wednesday: a Saturday or Sunday is accepted"):
        notice_from(data | {"make_up": [*data["make_up"], "2027-05-12"]})


@pytest.mark.parametrize("calendar", [CALENDAR, LOADED, published_calendar([closure(date(2027, 3, 2))])])
def test_a_calendar_written_down_and_read_back_is_the_same(calendar: Calendar) -> None:
    back = calendar_from(json.loads(json.dumps(calendar.as_data())))
    assert (back.version, back.horizon, back.hours) == (calendar.version, calendar.horizon, calendar.hours)
    assert changed_days(calendar, back) == ()
    for n in range(0, 730, 7):
        day = date(2026, 1, 1) + timedelta(days=n)
        assert back.day(day) == calendar.day(day)


@pytest.mark.parametrize(
    "changes",
    [
        {"first_year": 2030},
        {"last_year": "2026"},
        {"days": [["2026-01-01"]]},
        {"days": [["2026-01-01", "feast", "", ""]]},
        {"days": [["2026-13-01", "holiday", "", ""]]},
        {"hours": {}},
        {"last_year": 2200},
    ],
)
def test_data_that_is_no_calendar_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"calendar data|month must be"):
        calendar_from(CALENDAR.as_data() | changes)


def test_what_a_notice_changes_against_the_estimate_is_told_day_by_day() -> None:
    changed = {before.date: (before.counts, after.counts) for before, after in changed_days(CALENDAR, LOADED)}
    assert changed[date(2027, 2, 9)] == (True, False)
    assert changed[date(2027, 1, 31)] == (False, True)
    # A statutory day was estimated to be off, and is.
    assert date(2027, 6, 9) not in changed
    assert first_affected_day(CALENDAR, LOADED) == date(2027, 1, 1)


def test_a_correction_affects_nothing_before_its_first_day() -> None:
    closed = published_calendar([closure(date(2026, 8, 12))])
    assert first_affected_day(CALENDAR, closed) == first_affected_day(closed, CALENDAR) == date(2026, 8, 12)
    assert first_affected_day(CALENDAR, CALENDAR) is None
    reaching = published_calendar([the_2027_notice({date(2026, 12, 31): "元旦"}, date(2026, 12, 26))])
    assert first_affected_day(CALENDAR, reaching) == date(2026, 12, 26)


def test_other_office_hours_affect_every_day() -> None:
    closing = published_calendar(hours=replace(CALENDAR.hours, day_ends="close"))
    assert first_affected_day(CALENDAR, closing) == date(2004, 1, 1)
    assert changed_days(CALENDAR, closing) == ()


@settings(max_examples=60, deadline=None)
@given(st.sets(st.dates(date(2025, 1, 1), date(2027, 12, 31)), max_size=6), st.booleans())
def test_changed_days_are_those_that_a_walk_finds(days: set[date], loaded: bool) -> None:
    notices = [the_2027_notice()] if loaded else []
    notices += [closure(day) for day in sorted(days)]
    other = published_calendar(notices)
    found = [before.date for before, _ in changed_days(CALENDAR, other)]
    walk = [date(2024, 1, 1) + timedelta(days=n) for n in range(5 * 365)]
    assert found == [day for day in walk if CALENDAR.is_working(day) != other.is_working(day)]


def test_a_calendar_with_notices_is_made_in_no_time() -> None:
    notices = [the_2027_notice()]
    published_calendar(notices)
    began = time.perf_counter()
    for _ in range(5):
        published_calendar(notices)
    # 50 ms each is what the pages can bear; a few are what it takes.
    assert time.perf_counter() - began < 5 * 0.05 * 4


@pytest.mark.parametrize("year", range(2008, 2027))
def test_two_sources_agree_on_every_published_year(year: int) -> None:
    # chinesecalendar leaves the Saturday of 端午 2012 to the weekend: it is off in both.
    known = {2012: ["2012-06-23: 端午节 has no name in chinesecalendar"]}
    assert [str(found) for found in disagreements(year)] == known.get(year, [])


def test_the_sources_differ_on_one_day_of_the_years_before() -> None:
    found = [str(one) for year in range(2004, 2008) for one in disagreements(year)]
    # A Saturday that `holidays` has as worked for New Year 2006. Nothing that runs today depends on it.
    assert found == ["2005-12-31: off in chinesecalendar, worked in holidays"]


def test_a_year_without_a_calendar_cannot_be_cross_checked() -> None:
    with pytest.raises(ValueError, match="2027 is not published: 2004 to 2026 are accepted"):
        disagreements(2027)
