"""A pause that resets (施工许可管理办法 5(3)): it holds the clock, and then the whole budget starts anew."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflow.clock.calendar import published_calendar
from workflow.clock.deadline import budget, deadline, paused_days, remaining_days, restart_day, used_days
from workflow.clock.limit import Limit, Unit, parse_limit
from workflow.clock.pauses import Pause
from workflow.clock.proof import proof

CALENDAR = published_calendar()
SEVEN = parse_limit("7wd")


def noon(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T12:00:00+08:00")


def march(since: int, until: int | None, resets: bool = False) -> Pause:
    return Pause(date(2026, 3, since), date(2026, 3, until) if until else None, "supplement", resets)


def due(limit: str, *pauses: Pause, extension: int = 0) -> str:
    on = deadline(noon("2026-03-02"), parse_limit(limit), CALENDAR, pauses, extension).on
    return on.isoformat() if on else "paused"


def test_the_budget_starts_anew_after_the_day_the_reset_ends() -> None:
    assert due("7wd", march(4, 10)) == "2026-03-17"
    assert due("7wd", march(4, 10, resets=True)) == "2026-03-19"
    assert restart_day(noon("2026-03-02"), SEVEN, CALENDAR, [march(4, 10, True)]) == date(2026, 3, 10)


def test_an_open_reset_holds_the_clock_like_any_pause() -> None:
    assert due("7wd", march(4, None, resets=True)) == "paused"


def test_only_the_latest_reset_matters_and_pauses_before_it_are_moot() -> None:
    assert due("7wd", march(3, 5), march(4, 6, True), march(8, 10, True)) == due("7wd", march(9, 10, True))
    assert due("7wd", march(4, 10, True), march(11, 12)) == "2026-03-20"
    assert due("7wd", march(4, 10, True), march(6, 12)) == "2026-03-23"


def test_a_reset_after_the_end_changes_nothing() -> None:
    assert due("7wd", march(11, 20, resets=True)) == due("7wd") == "2026-03-11"
    assert due("7wd", march(10, 20, resets=True)) == "2026-03-31"


def test_an_extension_decides_whether_a_reset_came_in_time_and_adds_to_the_new_budget() -> None:
    assert due("7wd", march(12, 13, resets=True)) == "2026-03-11"
    assert due("7wd", march(12, 13, resets=True), extension=3) == "2026-03-27"


def test_a_reset_of_no_length_still_starts_anew() -> None:
    assert due("7wd", march(4, 4, resets=True)) == "2026-03-13"
    assert due("7wd", march(2, 2, resets=True)) == due("7wd")


def test_a_reset_before_the_start_is_moot() -> None:
    early = Pause(date(2026, 2, 2), date(2026, 2, 27), "supplement", True)
    assert due("7wd", early) == due("7wd")


def test_a_month_begins_anew_on_the_corresponding_day() -> None:
    assert due("1mo", march(4, 16, resets=True)) == "2026-04-16"


def test_a_reset_in_the_roll_over_a_weekend_still_bites() -> None:
    # 2026-03-22 is a Sunday: until Monday the 20 days have not ended.
    assert due("20cd") == "2026-03-23"
    assert due("20cd", march(22, 24, resets=True)) == "2026-04-13"


def test_hours_round_the_clock_cannot_be_reset() -> None:
    with pytest.raises(ValueError, match="cannot be paused"):
        due("7h", march(4, 10, resets=True))


@pytest.mark.parametrize(
    ("today", "used", "taken", "left"),
    [
        (4, 2, 0, 5),
        (5, 2, 1, 7),
        (9, 2, 3, 7),
        (10, 0, 0, 7),
        (11, 1, 0, 6),
        (19, 7, 0, 0),
        (20, 8, 0, -1),
    ],
)
def test_used_paused_and_left_begin_again_with_the_reset(today: int, used: int, taken: int, left: int) -> None:
    given_ = (noon("2026-03-02"), SEVEN, CALENDAR, [march(4, 10, True)])
    day = date(2026, 3, today)
    assert used_days(*given_, day) == used
    assert paused_days(*given_, day) == taken
    assert remaining_days(*given_, 0, day) == left


def test_while_a_reset_is_open_the_whole_budget_is_what_remains() -> None:
    open_ = [march(4, None, True)]
    assert remaining_days(noon("2026-03-02"), SEVEN, CALENDAR, open_, 0, date(2026, 3, 20)) == 7
    assert remaining_days(noon("2026-03-02"), SEVEN, CALENDAR, open_, 2, date(2026, 3, 20)) == 9


def test_the_proof_shows_what_was_interrupted_and_where_it_starts_anew() -> None:
    told = proof(noon("2026-03-02"), SEVEN, CALENDAR, [march(4, 10, True)])
    assert [(line.date.day, line.rule, line.counts, line.total) for line in told.days][:11] == [
        (2, "start", False, 0),
        (3, "interrupted", False, 0),
        (4, "interrupted", False, 0),
        (5, "interrupted", False, 0),
        (6, "interrupted", False, 0),
        (7, "interrupted", False, 0),
        (8, "interrupted", False, 0),
        (9, "interrupted", False, 0),
        (10, "start", False, 0),
        (11, "workday", True, 1),
        (12, "workday", True, 2),
    ]
    assert [line.cause for line in told.days[:10]] == [None, None, None, *["supplement"] * 6, None]
    assert (told.due, told.days[-1].total) == (date(2026, 3, 19), 7)
    assert told.sentence_zh == "自 2026年3月10日（周二）次日重新起算 7 个工作日，暂停 0 日，届满日 3月19日（周四）"
    assert told.sentence_en == (
        "7 working days anew from the day after Tue 10 Mar 2026, 0 working days paused, ends Thu 19 Mar 2026"
    )


def test_the_proof_of_an_open_reset_shows_a_pause_until_it_ends() -> None:
    told = proof(noon("2026-03-02"), SEVEN, CALENDAR, [march(4, None, True)], today=date(2026, 3, 9))
    assert [(line.rule, line.total) for line in told.days][-2:] == [("weekend", 2), ("pause", 2)]
    assert told.sentence_zh.endswith("恢复后还剩 7 日")


@st.composite
def pauses_near(draw: st.DrawFn, start: date) -> list[Pause]:
    spans = draw(st.lists(st.tuples(st.integers(-10, 60), st.integers(0, 15), st.booleans()), max_size=4))
    return [
        Pause(start + timedelta(days=offset), start + timedelta(days=offset + length), "supplement", resets)
        for offset, length, resets in spans
    ]


@settings(max_examples=200, deadline=None)
@given(
    st.data(),
    st.dates(date(2005, 1, 1), date(2025, 6, 30)),
    st.integers(0, 40),
    st.integers(0, 10),
    st.sampled_from([Unit.WORKING_DAY, Unit.CALENDAR_DAY, Unit.MONTH]),
)
def test_the_days_proved_are_the_budget_whatever_is_reset(
    data: st.DataObject, start: date, amount: int, extension: int, unit: Unit
) -> None:
    pauses = data.draw(pauses_near(start))
    limit = Limit(amount % 4 if unit is Unit.MONTH else amount, unit)
    asked = (noon(start.isoformat()), limit, CALENDAR, pauses)
    told = proof(*asked, extension)
    end = deadline(*asked, extension).on
    assert end == told.due == told.days[-1].date
    assert sum(line.counts for line in told.days) == told.days[-1].total
    restart = restart_day(*asked, extension)
    assert told.days[-1].total == budget(start if restart is None else max(start, restart), limit, extension)
    assert [line.date for line in told.days] == [start + timedelta(days=n) for n in range(len(told.days))]


@settings(max_examples=200, deadline=None)
@given(st.data(), st.dates(date(2005, 1, 1), date(2025, 6, 30)), st.integers(1, 40), st.integers(0, 120))
def test_nothing_is_left_on_the_last_day_only(data: st.DataObject, start: date, amount: int, later: int) -> None:
    pauses = data.draw(pauses_near(start))
    asked = (noon(start.isoformat()), Limit(amount, Unit.WORKING_DAY), CALENDAR, pauses)
    today = start + timedelta(days=later)
    on = deadline(*asked).on
    left = remaining_days(*asked, 0, today)
    assert on is not None
    assert (left == 0) == (today == on)
    assert (left < 0) == (today > on)


@settings(max_examples=100, deadline=None)
@given(st.data(), st.dates(date(2005, 1, 1), date(2025, 6, 30)), st.integers(0, 40))
def test_the_order_of_resets_is_irrelevant(data: st.DataObject, start: date, amount: int) -> None:
    pauses = data.draw(pauses_near(start))
    limit = Limit(amount, Unit.WORKING_DAY)
    expected = deadline(noon(start.isoformat()), limit, CALENDAR, pauses)
    assert deadline(noon(start.isoformat()), limit, CALENDAR, data.draw(st.permutations(pauses))) == expected
