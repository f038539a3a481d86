"""The rungs of a ladder: what they are called, when they fire, and in which order."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflow.clock.calendar import published_calendar
from workflow.clock.deadline import Deadline, deadline
from workflow.clock.ladder import ACCEPTED_FORMS, RungTime, moments, parse_rung_time, rung_moment, rung_order_faults
from workflow.clock.limit import Limit, Unit, parse_limit
from workflow.clock.pauses import Pause

CALENDAR = published_calendar()
SHANGHAI = ZoneInfo("Asia/Shanghai")
STATUTORY = ("2 working days left", "1 working day left", "1 working day after", "4 working days after")


def noon(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T12:00:00+08:00")


def fires(text: str, start: datetime, limit: str) -> str:
    due = deadline(start, parse_limit(limit), CALENDAR)
    moment = rung_moment(parse_rung_time(text), start, due, CALENDAR)
    assert moment.tzinfo is UTC
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 working day left", RungTime(1, "working day", "left")),
        ("2 working days left", RungTime(2, "working day", "left")),
        ("due", RungTime(0, "working day", "due")),
        ("1 working day after", RungTime(1, "working day", "after")),
        ("3 days left", RungTime(3, "day", "left")),
        ("10 minutes left", RungTime(10, "minute", "left")),
        ("30 minutes after", RungTime(30, "minute", "after")),
        ("8 hours left", RungTime(8, "hour", "left")),
        ("15 minutes from start", RungTime(15, "minute", "start")),
    ],
)
def test_a_rung_time_reads_as_it_is_written(text: str, expected: RungTime) -> None:
    assert parse_rung_time(text) == expected
    assert str(expected) == text


@pytest.mark.parametrize(
    "text", ["", "Due", "1 working day", "one day left", "-1 days left", "1 week left", "2 days  left"]
)
def test_another_form_is_refused_with_the_accepted_ones(text: str) -> None:
    with pytest.raises(ValueError, match="accepted forms are 'due', '2 working days left'"):
        parse_rung_time(text)


def test_every_form_that_a_refusal_offers_is_accepted() -> None:
    assert [str(parse_rung_time(form)) for form in ACCEPTED_FORMS] == list(ACCEPTED_FORMS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 working day left", "2026-03-27 09:00"),
        ("2 working days left", "2026-03-26 09:00"),
        ("0 working days left", "2026-03-30 09:00"),
        ("due", "2026-03-31 00:05"),
        ("1 working day after", "2026-03-31 09:00"),
        ("4 working days after", "2026-04-03 09:00"),
        ("5 working days after", "2026-04-07 09:00"),
        ("3 days left", "2026-03-27 09:00"),
        ("2 days left", "2026-03-28 09:00"),
        ("10 minutes left", "2026-03-30 23:50"),
        ("2 hours after", "2026-03-31 02:00"),
        ("1 working day from start", "2026-03-03 09:00"),
        ("15 minutes from start", "2026-03-02 12:15"),
    ],
)
def test_a_rung_of_a_20_day_limit_fires_in_office_hours_of_its_day(text: str, expected: str) -> None:
    assert fires(text, noon("2026-03-02"), "20wd") == expected


def test_the_yellow_card_of_a_limit_over_a_holiday_falls_on_the_last_working_day_before_it() -> None:
    # Ends on the make-up Saturday 2026-10-10; the working day before is Friday the 9th.
    assert fires("1 working day left", noon("2026-09-30"), "3wd") == "2026-10-09 09:00"
    # Ends on Thursday 2026-10-08, the first day after the holiday: the day before is 30 September.
    assert fires("1 working day left", noon("2026-09-29"), "2wd") == "2026-09-30 09:00"


def test_silence_becomes_acceptance_five_minutes_after_the_fifth_day() -> None:
    assert fires("due", noon("2026-02-21"), "5wd") == "2026-03-01 00:05"
    assert fires("due", noon("2026-03-02"), "5wd") == "2026-03-10 00:05"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10 minutes left", "2026-02-17 00:10"),
        ("due", "2026-02-17 00:20"),
        ("60 minutes after", "2026-02-17 01:20"),
        ("15 minutes from start", "2026-02-17 00:05"),
    ],
)
def test_rungs_of_a_round_the_clock_limit_are_exact_on_a_holiday_night(text: str, expected: str) -> None:
    assert fires(text, datetime(2026, 2, 16, 23, 50, tzinfo=SHANGHAI), "30min") == expected


def test_a_round_the_clock_limit_that_ends_at_midnight_is_due_at_midnight() -> None:
    assert fires("due", datetime(2026, 3, 2, 22, 0, tzinfo=SHANGHAI), "2h") == "2026-03-03 00:00"


def test_rungs_of_an_office_hours_limit_are_set_by_its_exact_end() -> None:
    start = datetime(2026, 3, 6, 16, 0, tzinfo=SHANGHAI)
    assert fires("due", start, "2wh") == "2026-03-09 10:00"
    assert fires("30 minutes left", start, "2wh") == "2026-03-09 09:30"
    assert fires("1 working day left", start, "2wh") == "2026-03-06 09:00"


def test_a_paused_clock_has_no_moments() -> None:
    start = noon("2026-03-02")
    held = deadline(start, parse_limit("20wd"), CALENDAR, [Pause(date(2026, 3, 9), None, "hearing")])
    with pytest.raises(ValueError, match=r"rung 1 working day left: a paused clock"):
        rung_moment(parse_rung_time("1 working day left"), start, held, CALENDAR)


def test_a_rung_before_the_start_keeps_its_moment_and_so_fires_at_once() -> None:
    assert fires("1 working day left", noon("2026-03-02"), "1wd") == "2026-03-02 09:00"


def test_rungs_never_turn_around_over_a_long_holiday() -> None:
    # 30 calendar days from 01-20 end on 02-24; one working day before is 02-14, three calendar days before 02-21.
    start = noon("2026-01-20")
    due = deadline(start, parse_limit("30cd"), CALENDAR)
    times = [parse_rung_time("3 days left"), parse_rung_time("1 working day left"), parse_rung_time("due")]
    assert rung_moment(times[1], start, due, CALENDAR) < rung_moment(times[0], start, due, CALENDAR)
    fired = moments(times, start, due, CALENDAR)
    assert [moment.astimezone(SHANGHAI).day for moment in fired] == [21, 21, 25]


def test_a_rung_that_lies_before_the_start_is_found() -> None:
    assert rung_order_faults([parse_rung_time("9 working days left")], parse_limit("5wd")) == [
        "rung 1 (9 working days left) falls before the start of a limit of 5wd"
    ]
    assert rung_order_faults([parse_rung_time("40 minutes left")], parse_limit("30min")) == [
        "rung 1 (40 minutes left) falls before the start of a limit of 30min"
    ]
    # Only a golden week rolls the end of 5 calendar days far enough for this one.
    assert rung_order_faults([parse_rung_time("8 days left")], parse_limit("5cd")) == [
        "rung 1 (8 days left) falls before the start of a limit of 5cd"
    ]


def test_rungs_out_of_order_are_found() -> None:
    wrong = ["1 working day left", "2 working days left", "due", "3 days left"]
    assert rung_order_faults([parse_rung_time(text) for text in wrong], parse_limit("20wd")) == [
        "rung 2 (2 working days left) falls before rung 1 (1 working day left) on a limit of 20wd",
        "rung 4 (3 days left) falls before rung 3 (due) on a limit of 20wd",
    ]


@pytest.mark.parametrize("limit", ["2wd", "5wd", "20wd", "45wd", "60cd"])
def test_the_statutory_ladder_is_in_order_on_every_limit_it_is_used_on(limit: str) -> None:
    assert rung_order_faults([parse_rung_time(text) for text in STATUTORY], parse_limit(limit)) == []


def test_a_help_request_ladder_is_in_order() -> None:
    times = [parse_rung_time(text) for text in ("10 minutes left", "due", "60 minutes after")]
    assert rung_order_faults(times, parse_limit("30min")) == []


def test_a_ladder_that_only_turns_around_over_a_holiday_is_not_a_fault() -> None:
    times = [parse_rung_time(text) for text in ("3 days left", "1 working day left", "due")]
    assert rung_order_faults(times, parse_limit("30cd")) == []


rungs = st.builds(
    RungTime,
    st.integers(0, 12),
    st.sampled_from(["working day", "day", "hour", "minute"]),
    st.sampled_from(["left", "after", "due", "start"]),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(rungs, max_size=6), st.dates(date(2005, 1, 1), date(2025, 6, 30)), st.integers(1, 60))
def test_moments_never_decrease_and_never_come_before_their_own_rung(
    times: list[RungTime], day: date, amount: int
) -> None:
    start = noon(day.isoformat())
    due: Deadline = deadline(start, Limit(amount, Unit.WORKING_DAY), CALENDAR)
    fired = moments(times, start, due, CALENDAR)
    assert list(fired) == sorted(fired)
    for time, moment in zip(times, fired, strict=True):
        assert moment >= rung_moment(time, start, due, CALENDAR)


@settings(max_examples=150, deadline=None)
@given(st.dates(date(2005, 1, 1), date(2025, 6, 30)), st.integers(2, 60), st.integers(0, 20))
def test_n_working_days_left_is_the_morning_on_which_n_working_days_are_left(day: date, amount: int, n: int) -> None:
    start = noon(day.isoformat())
    due = deadline(start, Limit(amount, Unit.WORKING_DAY), CALENDAR)
    assert due.on is not None
    moment = rung_moment(RungTime(n, "working day", "left"), start, due, CALENDAR).astimezone(SHANGHAI)
    assert (moment.hour, moment.minute) == (9, 0)
    assert CALENDAR.is_working(moment.date())
    assert CALENDAR.working_days_between(moment.date(), due.on) == n
    assert timedelta() <= end_gap(due, moment)


def end_gap(due: Deadline, moment: datetime) -> timedelta:
    assert due.at is not None
    return due.at - moment
