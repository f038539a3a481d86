"""From start and limit to the day a clock ends on: the vectors of the law and the properties behind them."""

import time
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import chinese_calendar  # type: ignore[import-untyped]
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.notices_given import the_2027_notice
from workflow.clock.calendar import end_of_day, published_calendar
from workflow.clock.deadline import (
    add_months,
    deadline,
    remaining_days,
    remaining_minutes,
    used_days,
)
from workflow.clock.limit import Limit, Unit, parse_limit
from workflow.clock.pauses import Pause
from workflow.clock.proof import proof

CALENDAR = published_calendar()
SHANGHAI = ZoneInfo("Asia/Shanghai")
REVIEW = Pause(date(2026, 11, 11), date(2026, 11, 17), "expert_review")
ACCEPTED = datetime(2026, 10, 29, 14, 2, tzinfo=SHANGHAI)


def noon(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T12:00:00+08:00")


def due(start: str, limit: str, *pauses: Pause, extension: int = 0) -> str:
    on = deadline(noon(start), parse_limit(limit), CALENDAR, pauses, extension).on
    return on.isoformat() if on else "paused"


def paused(since: str, until: str | None, cause: str = "expert_review") -> Pause:
    return Pause(date.fromisoformat(since), date.fromisoformat(until) if until else None, cause)


def test_a_pause_before_the_start_after_the_end_or_of_no_length_changes_nothing() -> None:
    for pause in (
        paused("2026-01-05", "2026-03-02"),
        paused("2026-03-30", "2026-04-30"),
        paused("2026-03-30", None),
        paused("2026-03-10", "2026-03-10"),
    ):
        assert due("2026-03-02", "20wd", pause) == "2026-03-30"


def test_a_pause_that_began_before_the_start_takes_out_what_lies_after_it() -> None:
    whole = paused("2026-02-02", "2026-03-04")
    assert due("2026-03-02", "5wd", whole) == due("2026-03-04", "5wd")


def test_a_pause_over_a_make_up_saturday_takes_that_day_out() -> None:
    assert due("2026-02-13", "5wd", paused("2026-02-27", "2026-02-28")) == "2026-02-27"
    assert due("2026-02-13", "6wd", paused("2026-02-27", "2026-02-28")) == "2026-03-02"


def test_an_open_pause_holds_the_clock() -> None:
    held = deadline(noon("2026-03-02"), parse_limit("20wd"), CALENDAR, [paused("2026-03-09", None)])
    assert (held.on, held.at, held.provisional, held.by_day) == (None, None, False, False)
    assert held.calendar_version == CALENDAR.version


def test_the_day_ends_at_midnight_in_shanghai() -> None:
    result = deadline(noon("2026-03-02"), parse_limit("20wd"), CALENDAR)
    assert result.at == datetime(2026, 3, 30, 16, 0, tzinfo=UTC) == end_of_day(date(2026, 3, 30))
    assert result.by_day


@pytest.mark.parametrize("zone", ["America/New_York", "Australia/Lord_Howe", "Pacific/Chatham", "Antarctica/Troll"])
def test_a_date_does_not_depend_on_where_the_server_stands(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = deadline(ACCEPTED, parse_limit("45wd"), CALENDAR, [REVIEW])
    with monkeypatch.context() as patched:
        patched.setenv("TZ", zone)
        time.tzset()
        told = deadline(ACCEPTED.astimezone(), parse_limit("45wd"), CALENDAR, [REVIEW])
    time.tzset()
    assert told == expected


def test_a_start_late_in_the_evening_in_utc_belongs_to_the_next_day_in_shanghai() -> None:
    start = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
    assert deadline(start, parse_limit("1wd"), CALENDAR).on == date(2026, 3, 4)


def test_a_minimum_never_moves() -> None:
    limit = Limit(20, Unit.CALENDAR_DAY, "min")
    assert deadline(noon("2026-03-02"), limit, CALENDAR).on == date(2026, 3, 22)
    assert deadline(noon("2026-03-02"), limit, CALENDAR, [paused("2026-03-03", "2026-03-05")]).on == date(2026, 3, 24)


@pytest.mark.parametrize(
    ("start", "limit", "expected"),
    [
        pytest.param("2026-01-31", "1mo", "2026-02-28", id="no 31st in February, and 02-28 is worked"),
        pytest.param("2024-02-29", "1y", "2025-02-28", id="no leap day"),
        pytest.param("2025-12-15", "3mo", "2026-03-16", id="03-15 is a Sunday"),
        pytest.param("2025-11-30", "3mo", "2026-02-28", id="over the year"),
        pytest.param("2024-03-02", "2y", "2026-03-02", id="two years"),
    ],
)
def test_months_and_years_end_on_the_corresponding_day(start: str, limit: str, expected: str) -> None:
    assert due(start, limit) == expected


def test_a_pause_in_a_month_limit_continues_the_remaining_calendar_days() -> None:
    assert due("2026-03-10", "1mo") == "2026-04-10"
    assert due("2026-03-10", "1mo", paused("2026-03-16", "2026-03-26")) == "2026-04-20"


def test_a_pause_that_starts_on_the_rest_day_a_period_ends_on_still_takes_out_the_roll() -> None:
    # 2026-03-22 is a Sunday: without the pause the period ends on Monday.
    assert due("2026-03-02", "20cd") == "2026-03-23"
    assert due("2026-03-02", "20cd", paused("2026-03-22", "2026-03-24")) == "2026-03-25"
    assert due("2026-03-02", "20cd", paused("2026-03-22", None)) == "paused"


def test_hours_and_minutes_run_from_the_instant_through_nights_and_holidays() -> None:
    start = datetime(2026, 2, 16, 23, 50, tzinfo=SHANGHAI)
    result = deadline(start, parse_limit("30min"), CALENDAR)
    assert result.at == datetime(2026, 2, 17, 0, 20, tzinfo=SHANGHAI)
    assert (result.on, result.by_day, result.provisional) == (date(2026, 2, 17), False, False)
    assert deadline(start, parse_limit("24h"), CALENDAR).at == datetime(2026, 2, 17, 23, 50, tzinfo=SHANGHAI)


def test_an_hour_is_an_hour_where_the_server_has_summer_time() -> None:
    start = datetime(2026, 3, 8, 1, 30, tzinfo=ZoneInfo("America/New_York"))
    result = deadline(start, parse_limit("1h"), CALENDAR)
    assert result.at == start.astimezone(UTC) + timedelta(hours=1)


def test_an_hour_clock_that_ends_at_midnight_is_not_taken_for_a_day_clock() -> None:
    start = datetime(2026, 3, 2, 22, 0, tzinfo=SHANGHAI)
    result = deadline(start, parse_limit("2h"), CALENDAR)
    assert result.at == end_of_day(date(2026, 3, 2))
    assert not result.by_day


def test_hour_clocks_know_no_pauses() -> None:
    with pytest.raises(ValueError, match="2h: a clock in hours or minutes cannot be paused"):
        deadline(noon("2026-03-02"), parse_limit("2h"), CALENDAR, [REVIEW])


def test_a_date_past_the_horizon_is_provisional_and_settles_with_the_notice() -> None:
    start, limit = noon("2026-12-21"), parse_limit("10wd")
    before = deadline(start, limit, CALENDAR)
    assert (before.on, before.provisional) == (date(2027, 1, 5), True)
    # A Monday off, worked off on the Saturday after.
    notice = the_2027_notice({date(2027, 1, 4): "元旦"}, date(2027, 1, 9))
    after = deadline(start, limit, published_calendar([notice]))
    assert (after.on, after.provisional) == (date(2027, 1, 6), False)
    assert before.calendar_version != after.calendar_version


def test_only_dates_the_calendar_decides_are_provisional() -> None:
    assert deadline(noon("2026-12-21"), parse_limit("30cd"), CALENDAR).provisional
    assert not deadline(noon("2026-12-21"), Limit(30, Unit.CALENDAR_DAY, "min"), CALENDAR).provisional
    assert not deadline(noon("2026-12-31"), parse_limit("48h"), CALENDAR).provisional
    assert not deadline(noon("2026-12-21"), parse_limit("10cd"), CALENDAR).provisional
    assert deadline(noon("2003-12-01"), parse_limit("5wd"), CALENDAR).provisional


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        ("999999wd", "1900 to 2100"),
        ("999999cd", "1900 to 2100"),
        ("999999mo", "1900 to 2100"),
        ("99y", "1900 to 2100"),
        ("999999h", "1900 to 2100"),
    ],
)
def test_a_limit_that_leaves_the_calendar_is_refused(limit: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        deadline(noon("2026-03-02"), parse_limit(limit), CALENDAR)


def test_nonsense_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        deadline(datetime(2026, 3, 2), parse_limit("20wd"), CALENDAR)
    for limit in ("20wd", "2h"):
        with pytest.raises(ValueError, match="extension of -1"):
            deadline(noon("2026-03-02"), parse_limit(limit), CALENDAR, (), -1)


@pytest.mark.parametrize("text", ["20wd", "30cd", "16wh", "24h", "15min", "3mo", "2y", "0wd"])
def test_a_limit_reads_as_it_is_written(text: str) -> None:
    assert str(parse_limit(text)) == text


@pytest.mark.parametrize("text", ["", "20", "wd", "-1wd", "1.5wd", "20 wd", "20WD", "1234567wd", "20wk", "20wd "])
def test_a_limit_in_another_form_is_refused_with_the_units(text: str) -> None:
    with pytest.raises(ValueError, match="units: wd cd wh h min mo y"):
        parse_limit(text)


def test_a_negative_amount_is_refused() -> None:
    with pytest.raises(ValueError, match="0 to 999999"):
        Limit(-1, Unit.WORKING_DAY)


def test_promise_and_statutory_limit_of_one_case_stand_where_the_pages_show_them() -> None:
    today = date(2026, 11, 23)
    for limit, used, left, on, provisional in (
        ("15wd", 13, 2, date(2026, 11, 25), False),
        ("45wd", 13, 32, date(2027, 1, 7), True),
    ):
        result = deadline(ACCEPTED, parse_limit(limit), CALENDAR, [REVIEW])
        assert (result.on, result.provisional) == (on, provisional)
        assert used_days(ACCEPTED, parse_limit(limit), CALENDAR, [REVIEW], today) == used
        assert remaining_days(ACCEPTED, parse_limit(limit), CALENDAR, [REVIEW], 0, today) == left


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        ("2026-03-01", 20),
        ("2026-03-02", 20),
        ("2026-03-27", 1),
        ("2026-03-28", 1),
        ("2026-03-30", 0),
        ("2026-03-31", -1),
        ("2026-04-07", -5),
    ],
)
def test_days_left_are_the_working_days_after_today(today: str, expected: int) -> None:
    start, limit = noon("2026-03-02"), parse_limit("20wd")
    assert remaining_days(start, limit, CALENDAR, (), 0, date.fromisoformat(today)) == expected


def test_the_saturday_after_a_friday_deadline_is_overdue_and_not_due_today() -> None:
    start, limit = noon("2026-03-05"), parse_limit("1wd")
    assert remaining_days(start, limit, CALENDAR, (), 0, date(2026, 3, 6)) == 0
    assert [remaining_days(start, limit, CALENDAR, (), 0, date(2026, 3, day)) for day in (7, 8, 9, 10)] == [
        -1,
        -1,
        -1,
        -2,
    ]


def test_while_a_pause_is_open_the_days_left_stand_still() -> None:
    start, limit, pause = noon("2026-03-02"), parse_limit("20wd"), paused("2026-03-09", None)
    days = [remaining_days(start, limit, CALENDAR, [pause], 0, date(2026, 3, day)) for day in (6, 9, 10, 25)]
    assert days == [16, 15, 15, 15]
    assert used_days(start, limit, CALENDAR, [pause], date(2026, 3, 25)) == 5


def test_a_pause_after_the_end_does_not_make_a_clock_less_overdue() -> None:
    start, limit, pause = noon("2026-03-02"), parse_limit("5wd"), paused("2026-03-10", None)
    assert remaining_days(start, limit, CALENDAR, [pause], 0, date(2026, 3, 16)) == -5


def test_a_calendar_day_clock_shows_working_days_left_and_calendar_days_while_paused() -> None:
    start, limit = noon("2026-01-20"), parse_limit("30cd")
    assert remaining_days(start, limit, CALENDAR, (), 0, date(2026, 2, 12)) == 3
    assert used_days(start, limit, CALENDAR, (), date(2026, 2, 12)) == 23
    pause = paused("2026-02-02", None)
    assert remaining_days(start, limit, CALENDAR, [pause], 0, date(2026, 2, 12)) == 30 - 13


def test_a_calendar_day_clock_shows_working_days_left_also_on_the_day_its_pause_ends() -> None:
    start, limit, pause = noon("2026-03-02"), parse_limit("30cd"), paused("2026-03-09", "2026-03-20")
    assert deadline(start, limit, CALENDAR, [pause]).on == date(2026, 4, 13)
    # Friday the 20th is the last day of the pause; from Monday the 23rd to 13 April 15 days are worked.
    assert [remaining_days(start, limit, CALENDAR, [pause], 0, date(2026, 3, day)) for day in (20, 21, 23)] == [
        15,
        15,
        14,
    ]


def test_working_days_left_of_a_calendar_day_clock_leave_out_the_days_a_known_pause_takes() -> None:
    start, limit, pause = noon("2026-03-02"), parse_limit("30cd"), paused("2026-03-09", "2026-03-20")
    assert [remaining_days(start, limit, CALENDAR, [pause], 0, date(2026, 3, day)) for day in (6, 9, 12)] == [
        16,
        15,
        15,
    ]
    told = proof(start, limit, CALENDAR, [pause], today=date(2026, 3, 12))
    assert "还剩 15 个工作日" in told.sentence_zh
    assert "15 working days left" in told.sentence_en


def test_a_minimum_that_ends_on_a_sunday_is_not_due_on_friday() -> None:
    limit = Limit(20, Unit.CALENDAR_DAY, "min")
    assert remaining_days(noon("2026-03-02"), limit, CALENDAR, (), 0, date(2026, 3, 20)) == 1
    assert remaining_days(noon("2026-03-02"), limit, CALENDAR, (), 0, date(2026, 3, 22)) == 0


def test_days_are_not_asked_of_an_hour_clock() -> None:
    with pytest.raises(ValueError, match="days, months or years"):
        remaining_days(ACCEPTED, parse_limit("2h"), CALENDAR, (), 0, date(2026, 10, 30))
    with pytest.raises(ValueError, match="days, months or years"):
        used_days(ACCEPTED, parse_limit("2h"), CALENDAR, (), date(2026, 10, 30))


def test_minutes_left_reach_zero_only_at_the_very_end() -> None:
    result = deadline(ACCEPTED, parse_limit("30min"), CALENDAR)
    assert result.at is not None
    moments = [timedelta(minutes=-30), timedelta(seconds=-1), timedelta(), timedelta(seconds=1), timedelta(minutes=2)]
    assert [remaining_minutes(result, result.at + moment) for moment in moments] == [30, 1, 0, -1, -2]


@pytest.mark.parametrize(
    ("day", "amount", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2026, 1, 30), 12, date(2027, 1, 30)),
        (date(2026, 1, 31), 0, date(2026, 1, 31)),
    ],
)
def test_the_corresponding_day_of_a_month(day: date, amount: int, expected: date) -> None:
    assert add_months(day, amount) == expected


starts = st.dates(date(2005, 1, 1), date(2025, 6, 30))
budgets = st.integers(0, 60)


@st.composite
def pauses_near(draw: st.DrawFn, start: date) -> list[Pause]:
    spans = draw(st.lists(st.tuples(st.integers(-20, 90), st.integers(0, 25)), max_size=5))
    return [
        Pause(start + timedelta(days=offset), start + timedelta(days=offset + length), "expert_review")
        for offset, length in spans
    ]


def walk_days(start: date, amount: int, working: bool, roll: bool, pauses: list[Pause]) -> date:
    """The oracle: one day at a time, straight from the package's answer for each day."""
    day, used = start, 0
    while used < amount:
        day += timedelta(days=1)
        if any(pause.since < day <= pause.until for pause in pauses if pause.until):
            continue
        used += chinese_calendar.is_workday(day) if working else 1
    if roll and not chinese_calendar.is_workday(day):
        day += timedelta(days=1)
        while not chinese_calendar.is_workday(day) or any(pause.covers(day) for pause in pauses):
            day += timedelta(days=1)
    return day


@settings(max_examples=300, deadline=None)
@given(st.data(), starts, budgets)
def test_working_day_deadlines_equal_a_walk_day_by_day(data: st.DataObject, start: date, amount: int) -> None:
    pauses = data.draw(pauses_near(start))
    result = deadline(noon(start.isoformat()), Limit(amount, Unit.WORKING_DAY), CALENDAR, pauses).on
    assert result == walk_days(start, amount, True, False, pauses)


@settings(max_examples=300, deadline=None)
@given(st.data(), starts, budgets)
def test_calendar_day_deadlines_equal_a_walk_day_by_day(data: st.DataObject, start: date, amount: int) -> None:
    pauses = data.draw(pauses_near(start))
    result = deadline(noon(start.isoformat()), Limit(amount, Unit.CALENDAR_DAY), CALENDAR, pauses).on
    assert result == walk_days(start, amount, False, True, pauses)


@settings(max_examples=200, deadline=None)
@given(st.data(), starts, st.integers(1, 60), st.sampled_from([Unit.WORKING_DAY, Unit.CALENDAR_DAY, Unit.MONTH]))
def test_later_starts_and_longer_limits_never_end_earlier(
    data: st.DataObject, start: date, amount: int, unit: Unit
) -> None:
    pauses = data.draw(pauses_near(start)) if unit is not Unit.MONTH else []
    amount = amount if unit is not Unit.MONTH else amount % 12

    def ends(from_day: date, budget: int, extension: int = 0) -> date:
        on = deadline(noon(from_day.isoformat()), Limit(budget, unit), CALENDAR, pauses, extension).on
        assert on is not None
        return on

    assert ends(start, amount) <= ends(start + timedelta(days=1), amount)
    assert ends(start, amount) <= ends(start, amount + 1) == ends(start, amount, 1)


@settings(max_examples=200, deadline=None)
@given(st.data(), starts, st.integers(1, 60))
def test_the_order_of_pauses_is_irrelevant_and_splitting_one_changes_nothing(
    data: st.DataObject, start: date, amount: int
) -> None:
    pauses = data.draw(pauses_near(start))
    limit = Limit(amount, Unit.WORKING_DAY)
    expected = deadline(noon(start.isoformat()), limit, CALENDAR, pauses)
    assert deadline(noon(start.isoformat()), limit, CALENDAR, data.draw(st.permutations(pauses))) == expected
    split = []
    for pause in pauses:
        assert pause.until is not None
        middle = pause.since + (pause.until - pause.since) / 2
        split += [Pause(pause.since, middle, "hearing"), Pause(middle, pause.until, "hearing")]
    assert deadline(noon(start.isoformat()), limit, CALENDAR, split) == expected


@settings(max_examples=200, deadline=None)
@given(st.data(), starts, st.integers(1, 60), st.integers(0, 150))
def test_used_and_left_make_up_the_budget_until_the_last_day(
    data: st.DataObject, start: date, amount: int, later: int
) -> None:
    pauses = data.draw(pauses_near(start))
    moment, limit, today = noon(start.isoformat()), Limit(amount, Unit.WORKING_DAY), start + timedelta(days=later)
    on = deadline(moment, limit, CALENDAR, pauses).on
    left = remaining_days(moment, limit, CALENDAR, pauses, 0, today)
    assert on is not None
    assert (left == 0) == (today == on)
    assert (left < 0) == (today > on)
    if today <= on:
        assert used_days(moment, limit, CALENDAR, pauses, today) + left == amount
