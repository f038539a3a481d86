"""Working hours: counted in office hours of working days, lunch, nights and rest days left out."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflow.clock.calendar import calendar_from, published_calendar
from workflow.clock.deadline import (
    Deadline,
    deadline,
    remaining_working_minutes,
    used_office_time,
)
from workflow.clock.hours import DEFAULT_HOURS, OfficeHours, parse_spans
from workflow.clock.ladder import parse_rung_time, rung_moment
from workflow.clock.limit import Limit, Unit, parse_limit
from workflow.clock.office_clock import office_time_between
from workflow.clock.pauses import Pause
from workflow.clock.proof import proof
from workflow.clock.words import limit_words, office_minutes_left

CALENDAR = published_calendar()
CLOSING = published_calendar(hours=OfficeHours(DEFAULT_HOURS.spans, "close"))
SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def ends(start: str, limit: str, *pauses: Pause, extension: int = 0) -> str:
    end = deadline(at(start), parse_limit(limit), CALENDAR, pauses, extension).at
    return end.astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M") if end else "paused"


def paused(since: str, until: str | None, resets: bool = False) -> Pause:
    return Pause(date.fromisoformat(since), date.fromisoformat(until) if until else None, "hearing", resets)


@pytest.mark.parametrize(
    ("start", "limit", "expected"),
    [
        pytest.param("2026-03-02T09:00", "2wh", "2026-03-02T11:00", id="within the morning"),
        pytest.param("2026-03-02T11:00", "2wh", "2026-03-02T14:30", id="over lunch"),
        pytest.param("2026-03-02T12:30", "1wh", "2026-03-02T14:30", id="from lunch on"),
        pytest.param("2026-03-02T16:00", "2wh", "2026-03-03T10:00", id="over the night"),
        pytest.param("2026-03-02T07:00", "1wh", "2026-03-02T10:00", id="before opening"),
        pytest.param("2026-03-06T18:00", "1wh", "2026-03-09T10:00", id="over a weekend"),
        pytest.param("2026-02-14T16:00", "2wh", "2026-02-24T10:00", id="make-up Saturday, then Spring Festival"),
        pytest.param("2026-02-21T22:00", "1wh", "2026-02-24T10:00", id="from a holiday night"),
        pytest.param("2026-03-02T14:00", "3wh", "2026-03-02T17:00", id="ends exactly at closing"),
        pytest.param("2026-03-02T09:00", "3wh", "2026-03-02T12:00", id="ends exactly at lunch"),
        pytest.param("2026-03-02T17:00", "13wh", "2026-03-04T17:00", id="two whole days"),
        pytest.param("2026-03-02T20:00", "0wh", "2026-03-02T20:00", id="no time at all"),
    ],
)
def test_working_hours_run_only_in_office_hours(start: str, limit: str, expected: str) -> None:
    assert ends(start, limit) == expected


def test_an_office_clock_ends_at_an_instant_of_its_day() -> None:
    result = deadline(at("2026-03-02T16:00"), parse_limit("2wh"), CALENDAR)
    assert (result.on, result.by_day, result.provisional) == (date(2026, 3, 3), False, False)
    assert rung_moment(parse_rung_time("due"), at("2026-03-02T16:00"), result, CALENDAR) == result.at


def test_a_pause_takes_whole_days_out_of_an_office_clock() -> None:
    # 13 hours: the rest of Monday (3), Tuesday (6.5), then Wednesday and Thursday are out, and 3.5 on Friday.
    assert ends("2026-03-02T14:00", "13wh", paused("2026-03-03", "2026-03-05")) == "2026-03-06T14:00"
    assert ends("2026-03-02T14:00", "13wh", paused("2026-03-03", None)) == "paused"
    assert ends("2026-03-02T14:00", "2wh", paused("2026-03-02", None)) == "2026-03-02T16:00"
    assert ends("2026-03-02T14:00", "2wh", paused("2026-03-01", "2026-03-02")) == "2026-03-03T11:00"


def test_a_reset_gives_an_office_clock_its_whole_budget_from_the_next_opening() -> None:
    assert ends("2026-03-02T09:00", "8wh", paused("2026-03-02", "2026-03-06", resets=True)) == "2026-03-10T10:30"
    # It had ended on Monday: the reset comes too late.
    assert ends("2026-03-02T09:00", "4wh", paused("2026-03-02", "2026-03-06", resets=True)) == "2026-03-02T14:30"


def test_an_extension_of_an_office_clock_is_in_hours() -> None:
    assert ends("2026-03-02T09:00", "2wh", extension=2) == "2026-03-02T14:30"


def test_an_office_clock_past_the_horizon_is_provisional() -> None:
    assert deadline(at("2026-12-31T16:00"), parse_limit("2wh"), CALENDAR).provisional
    assert not deadline(at("2026-12-31T16:00"), parse_limit("1wh"), CALENDAR).provisional


def test_hours_and_minutes_stay_round_the_clock_and_refuse_pauses() -> None:
    assert ends("2026-03-06T18:00", "24h") == "2026-03-07T18:00"
    with pytest.raises(ValueError, match="cannot be paused"):
        ends("2026-03-06T18:00", "24h", paused("2026-03-06", None))


@pytest.mark.parametrize(
    ("now", "left"),
    [
        ("2026-03-02T08:00", 480),
        ("2026-03-02T10:00", 420),
        ("2026-03-02T12:45", 300),
        ("2026-03-02T20:00", 90),
        ("2026-03-03T10:29", 1),
        ("2026-03-03T10:30", 0),
        ("2026-03-03T10:31", -1),
        ("2026-03-03T20:00", -300),
        ("2026-03-04T09:00", -300),
    ],
)
def test_minutes_left_are_office_minutes(now: str, left: int) -> None:
    start, limit = at("2026-03-02T09:00"), parse_limit("8wh")
    assert remaining_working_minutes(start, limit, CALENDAR, (), 0, at(now)) == left


def test_an_office_clock_that_ended_at_closing_is_overdue_that_evening() -> None:
    start, limit = at("2026-03-02T14:00"), parse_limit("3wh")
    minutes = [
        remaining_working_minutes(start, limit, CALENDAR, (), 0, at(f"2026-03-02T{hour}:00")) for hour in (16, 17, 18)
    ]
    assert minutes == [60, 0, -1]


def test_while_an_office_clock_is_paused_its_minutes_stand_still_and_a_reset_gives_all_back() -> None:
    start, limit = at("2026-03-02T09:00"), parse_limit("13wh")
    held = paused("2026-03-02", None)
    assert remaining_working_minutes(start, limit, CALENDAR, [held], 0, at("2026-03-20T10:00")) == 390
    reset = paused("2026-03-02", None, resets=True)
    assert remaining_working_minutes(start, limit, CALENDAR, [reset], 0, at("2026-03-20T10:00")) == 780


def test_office_minutes_are_not_asked_of_another_limit() -> None:
    with pytest.raises(ValueError, match=r"limit 2h: a limit in working hours \(wh\)"):
        remaining_working_minutes(at("2026-03-02T09:00"), parse_limit("2h"), CALENDAR, (), 0, at("2026-03-02T10:00"))


@pytest.mark.parametrize(
    ("minutes", "held", "zh", "en"),
    [
        (330, False, "剩 5 小时 30 分（办公时间）", "5 h 30 min of office time left"),
        (60, False, "剩 1 小时（办公时间）", "1 h of office time left"),
        (390, True, "恢复后还剩 6 小时 30 分（办公时间）", "6 h 30 min of office time left once resumed"),
        (0, False, "现在到期", "due now"),
        (-61, False, "超时 1 小时 1 分（办公时间）", "1 h 1 min of office time overdue"),
    ],
)
def test_office_minutes_in_words(minutes: int, held: bool, zh: str, en: str) -> None:
    assert office_minutes_left(minutes, held, "zh") == zh
    assert office_minutes_left(minutes, held, "en") == en
    assert limit_words(parse_limit("16wh"), "zh") == "16 个工作小时"


def test_the_proof_of_an_office_clock_adds_up_its_minutes_day_by_day() -> None:
    told = proof(at("2026-03-05T14:00"), parse_limit("13wh"), CALENDAR, [paused("2026-03-06", "2026-03-09")])
    assert [(line.date.day, line.rule, line.counts, line.total) for line in told.days] == [
        (5, "workday", True, 180),
        (6, "workday", True, 570),
        (7, "weekend", False, 570),
        (8, "weekend", False, 570),
        (9, "pause", False, 570),
        (10, "workday", True, 780),
    ]
    assert told.due == date(2026, 3, 10)
    assert told.sentence_zh == "自 2026-03-05 14:00 起按办公时间计算 13 个工作小时，至 2026-03-10 14:00 止"
    assert told.sentence_en == "13 working hours of office time from 2026-03-05 14:00 to 2026-03-10 14:00"


def test_the_proof_of_a_held_office_clock_ends_with_today() -> None:
    told = proof(
        at("2026-03-02T14:00"), parse_limit("13wh"), CALENDAR, [paused("2026-03-03", None)], 0, date(2026, 3, 5)
    )
    assert (told.due, told.days[-1].date, told.days[-1].total) == (None, date(2026, 3, 5), 570)
    assert told.sentence_zh.endswith("暂停计时，尚无届满时刻")


def test_the_proof_of_a_reset_office_clock_begins_again_at_zero() -> None:
    told = proof(at("2026-03-02T09:00"), parse_limit("8wh"), CALENDAR, [paused("2026-03-02", "2026-03-04", True)])
    assert [(line.date.day, line.rule, line.total) for line in told.days] == [
        (2, "start", 0),
        (3, "interrupted", 0),
        (4, "start", 0),
        (5, "workday", 390),
        (6, "workday", 480),
    ]
    assert "2026-03-04 次日重新起按办公时间计算" in told.sentence_zh


@pytest.mark.parametrize(
    ("spans", "words"),
    [
        ((), "one span or more such as 09:00-12:00"),
        (((time(12), time(9)),), "an end after the beginning"),
        (((time(9), time(9)),), "an end after the beginning"),
        (((time(9), time(12)), (time(11), time(17))), "do not overlap"),
        (((time(13), time(17)), (time(9), time(12))), "spans in order"),
        (((time(9, tzinfo=SHANGHAI), time(12, tzinfo=SHANGHAI)),), "without a zone"),
    ],
)
def test_office_hours_that_cannot_be_are_refused_with_what_is_accepted(
    spans: tuple[tuple[time, time], ...], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        OfficeHours(spans)


@pytest.mark.parametrize("text", ["9:00-12:00", "09:00", "09:00-25:00", "09:00–12:00", "", "29:00-29:30"])
def test_a_span_in_another_form_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a span such as 09:00-12:00 is accepted"):
        parse_spans([text])


def test_another_policy_for_the_end_of_a_day_is_refused() -> None:
    with pytest.raises(ValueError, match="24:00 or close is accepted"):
        OfficeHours(DEFAULT_HOURS.spans, "17:00")  # type: ignore[arg-type]


def test_the_default_day_has_six_and_a_half_hours() -> None:
    assert DEFAULT_HOURS.minutes_a_day == 390
    assert str(DEFAULT_HOURS) == "09:00-12:00, 13:30-17:00"


def test_by_policy_a_last_day_ends_at_the_close_of_business_and_a_minimum_never_earlier() -> None:
    start = at("2026-03-02T10:00")
    result = deadline(start, parse_limit("20wd"), CLOSING)
    assert result.at == at("2026-03-30T17:00") == CLOSING.end_of(date(2026, 3, 30))
    assert result.by_day
    # Acceptance by silence still waits until the day is certainly over.
    assert rung_moment(parse_rung_time("due"), start, result, CLOSING) == at("2026-03-31T00:05")
    least = deadline(start, Limit(20, Unit.CALENDAR_DAY, "min"), CLOSING)
    # Forbidden until the day begins, whatever the office's hours.
    assert least.at == at("2026-03-22T00:00")


def test_a_deadline_read_back_from_its_four_columns_is_one_of_days() -> None:
    assert Deadline(date(2026, 3, 30), at("2026-03-30T17:00"), False, "x").by_day


def test_the_shipped_hours_leave_the_printed_version_and_others_make_another() -> None:
    assert CALENDAR.version == "2004-2026.665ff059"
    assert published_calendar(hours=OfficeHours(DEFAULT_HOURS.spans)) is CALENDAR
    summer = published_calendar(hours=OfficeHours(parse_spans(["09:00-12:00", "14:00-17:30"])))
    assert len({CALENDAR.version, CLOSING.version, summer.version}) == 3
    assert calendar_from(summer.as_data()).hours == summer.hours


moments = st.datetimes(datetime(2005, 1, 1), datetime(2025, 6, 30)).map(lambda moment: moment.replace(tzinfo=SHANGHAI))


@settings(max_examples=200, deadline=None)
@given(moments, st.integers(0, 200))
def test_office_time_to_the_end_is_the_budget(start: datetime, hours: int) -> None:
    end = deadline(start, Limit(hours, Unit.WORKING_HOUR), CALENDAR).at
    assert end is not None
    assert office_time_between(start, end, CALENDAR) == timedelta(hours=hours)
    assert used_office_time(start, Limit(hours, Unit.WORKING_HOUR), CALENDAR, (), 0, end) == timedelta(hours=hours)


@settings(max_examples=200, deadline=None)
@given(moments, st.integers(1, 60), st.integers(0, 20), st.integers(0, 20), st.booleans())
def test_the_minutes_proved_are_the_budget_with_any_pause(
    start: datetime, hours: int, offset: int, length: int, resets: bool
) -> None:
    since = start.date() + timedelta(days=offset - 5)
    pause = Pause(since, since + timedelta(days=length), "hearing", resets)
    limit = Limit(hours, Unit.WORKING_HOUR)
    told = proof(start, limit, CALENDAR, [pause])
    assert told.days[-1].total == 60 * hours
    assert told.days[-1].date == told.due == deadline(start, limit, CALENDAR, [pause]).on
    assert [line.date for line in told.days] == [
        start.date() + timedelta(days=n) for n in range((told.days[-1].date - start.date()).days + 1)
    ]
