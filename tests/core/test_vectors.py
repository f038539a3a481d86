"""The vectors of the fact book, 7.4, 1.2–1.4 and 5, each named by what it proves."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from workflow.clock.calendar import end_of_day, published_calendar
from workflow.clock.deadline import deadline
from workflow.clock.ladder import parse_rung_time, rung_moment
from workflow.clock.limit import Limit, Unit, parse_limit
from workflow.clock.pauses import Pause

CALENDAR = published_calendar()
SHANGHAI = ZoneInfo("Asia/Shanghai")


def noon(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T12:00:00+08:00")


def due(start: str, limit: str, *pauses: Pause, extension: int = 0) -> str:
    on = deadline(noon(start), parse_limit(limit), CALENDAR, pauses, extension).on
    return on.isoformat() if on else "paused"


def earliest(start: str, days: int) -> date:
    """The first day on which a deed is lawful that must not come before ``days`` calendar days."""
    on = deadline(noon(start), Limit(days, Unit.CALENDAR_DAY, "min"), CALENDAR).on
    assert on is not None
    return on


def paused(since: str, until: str | None, cause: str = "expert_review", resets: bool = False) -> Pause:
    return Pause(date.fromisoformat(since), date.fromisoformat(until) if until else None, cause, resets)


# 7.4 -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "days", "expected"),
    [
        pytest.param("2024-02-08", 1, "2024-02-09", id="New Year's Eve of 2024 is a workday"),
        pytest.param("2024-02-08", 5, "2024-02-21", id="Sunday 02-18 counts"),
        pytest.param("2024-02-08", 20, "2024-03-13", id="over Spring Festival 2024"),
        pytest.param("2024-04-03", 7, "2024-04-15", id="Sunday 04-07 counts"),
        pytest.param("2024-09-13", 20, "2024-10-17", id="three make-up days"),
        pytest.param("2025-01-24", 5, "2025-02-07", id="over Spring Festival 2025"),
        pytest.param("2025-01-24", 20, "2025-02-27", id="over Spring Festival 2025, long"),
        pytest.param("2025-04-30", 3, "2025-05-08", id="over Labour Day 2025"),
        pytest.param("2025-09-26", 3, "2025-09-30", id="Sunday 09-28 counts"),
        pytest.param("2025-09-30", 3, "2025-10-11", id="due on a Saturday"),
        pytest.param("2025-12-31", 1, "2026-01-04", id="due on a Sunday"),
        pytest.param("2026-02-13", 5, "2026-02-27", id="over Spring Festival 2026"),
        pytest.param("2026-02-13", 20, "2026-03-19", id="over Spring Festival 2026, long"),
        pytest.param("2026-04-30", 7, "2026-05-13", id="over Labour Day 2026"),
        pytest.param("2026-09-18", 3, "2026-09-22", id="Sunday 09-20 counts"),
        pytest.param("2026-09-24", 10, "2026-10-15", id="two holidays"),
        pytest.param("2026-02-21", 5, "2026-02-28", id="received on a holiday"),
    ],
)
def test_working_days_follow_the_published_years(start: str, days: int, expected: str) -> None:
    assert due(start, f"{days}wd") == expected


def test_twenty_days_without_a_pause_end_after_twenty_working_days() -> None:
    assert due("2026-03-02", "20wd") == "2026-03-30"


def test_an_expert_review_takes_out_the_days_after_its_first_up_to_its_last() -> None:
    assert due("2026-03-02", "20wd", paused("2026-03-09", "2026-03-20")) == "2026-04-13"


def test_a_review_counted_from_the_day_before_takes_out_both_its_ends() -> None:
    # The other convention: 10 working days. It is what a pause from Friday, the day before, says here.
    assert due("2026-03-02", "20wd", paused("2026-03-06", "2026-03-20")) == "2026-04-14"


def test_an_extension_adds_to_the_limit() -> None:
    assert due("2026-03-02", "20wd", extension=10) == "2026-04-14"


# 1.2 -----------------------------------------------------------------------------------------------------------------


def test_the_starting_day_is_not_counted() -> None:
    assert due("2026-03-02", "1wd") == "2026-03-03"
    assert due("2026-03-02", "1cd") == "2026-03-03"


def test_a_period_in_hours_runs_from_the_stated_moment() -> None:
    start = datetime(2026, 3, 2, 10, 15, tzinfo=SHANGHAI)
    assert deadline(start, parse_limit("2h"), CALENDAR).at == datetime(2026, 3, 2, 12, 15, tzinfo=SHANGHAI)


def test_a_month_ends_on_the_corresponding_day_or_on_the_last_one() -> None:
    assert due("2026-03-02", "1mo") == "2026-04-02"
    assert due("2026-01-31", "1mo") == "2026-02-28"


def test_a_last_day_that_is_a_rest_day_moves_to_the_day_after_the_holiday() -> None:
    assert due("2026-09-01", "30cd") == "2026-10-08"


def test_a_last_day_ends_at_midnight() -> None:
    result = deadline(noon("2026-03-02"), parse_limit("20wd"), CALENDAR)
    assert result.at == datetime(2026, 3, 31, 0, 0, tzinfo=SHANGHAI) == end_of_day(date(2026, 3, 30))


def test_make_up_saturdays_count_and_swapped_rest_days_do_not() -> None:
    assert CALENDAR.is_working(date(2026, 2, 28))
    assert not CALENDAR.is_working(date(2026, 2, 23))


def test_receipt_on_a_holiday_evening_is_not_moved_to_the_next_working_day_first() -> None:
    late = datetime(2026, 2, 21, 22, 0, tzinfo=SHANGHAI)
    assert deadline(late, parse_limit("5wd"), CALENDAR).on == date(2026, 2, 28)
    # What a system gets that moves the receipt first: two days too late.
    assert due("2026-02-24", "5wd") == "2026-03-02"


# 1.3 -----------------------------------------------------------------------------------------------------------------


def test_silence_ends_with_the_fifth_working_day() -> None:
    assert due("2026-03-02", "5wd") == "2026-03-09"


def test_deemed_acceptance_counts_from_receipt_and_not_from_the_end_of_silence() -> None:
    assert due("2026-03-02", "20wd") == "2026-03-30"
    # From the day after the silence ended, which is wrong: five working days more, and 清明 with them.
    assert due("2026-03-09", "20wd") == "2026-04-07"
    assert CALENDAR.add_working_days(date(2026, 3, 30), 4) == date(2026, 4, 3)


def test_silence_after_receipt_on_a_holiday_is_over_when_the_make_up_saturday_is() -> None:
    start = noon("2026-02-21")
    end = deadline(start, parse_limit("5wd"), CALENDAR)
    assert end.at == datetime(2026, 3, 1, 0, 0, tzinfo=SHANGHAI)
    acts = rung_moment(parse_rung_time("due"), start, end, CALENDAR)
    assert acts == datetime(2026, 3, 1, 0, 5, tzinfo=SHANGHAI)


# 1.4 -----------------------------------------------------------------------------------------------------------------


def test_a_public_notice_moves_the_promised_date_and_leaves_the_statutory_one() -> None:
    publicity = paused("2026-03-09", "2026-03-13", "publicity")
    promised, statutory = [publicity], list[Pause]()
    assert due("2026-03-02", "10wd", *promised) == "2026-03-20"
    assert due("2026-03-02", "10wd") == "2026-03-16"
    assert due("2026-03-02", "20wd", *statutory) == "2026-03-30"


def test_missing_papers_of_a_construction_permit_let_its_seven_days_begin_anew() -> None:
    supplement = paused("2026-03-04", "2026-03-10", "supplement", resets=True)
    assert due("2026-03-02", "7wd") == "2026-03-11"
    assert due("2026-03-02", "7wd", supplement) == due("2026-03-10", "7wd") == "2026-03-19"


def test_the_joint_clock_is_extended_by_fifteen_days() -> None:
    assert due("2026-03-02", "45wd") == "2026-05-08"
    assert due("2026-03-02", "45wd", extension=15) == due("2026-05-08", "15wd") == "2026-05-28"


# 5: plain 日 is a calendar day there --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "start", "expected"),
    [
        pytest.param(5, "2026-03-02", "2026-03-07", id="B1 documents are on sale for 5 days"),
        pytest.param(5, "2026-03-09", "2026-03-14", id="B2 5 days for an application after the sale"),
        pytest.param(20, "2026-03-02", "2026-03-22", id="B3 20 days to write a bid"),
        pytest.param(15, "2026-03-07", "2026-03-22", id="B4 a clarification 15 days before the deadline"),
        pytest.param(3, "2026-03-11", "2026-03-14", id="B5 a clarification of the prequalification 3 days before"),
        pytest.param(3, "2026-03-06", "2026-03-09", id="B12 candidates are on view for 3 days"),
    ],
)
def test_a_minimum_is_not_moved_by_rest_days(days: int, start: str, expected: str) -> None:
    assert earliest(start, days) == date.fromisoformat(expected)


def test_the_21st_is_too_early_for_a_bid_deadline_and_the_22nd_is_not() -> None:
    first = earliest("2026-03-02", 20)
    assert date(2026, 3, 21) < first <= date(2026, 3, 22)


def test_questions_and_objections_count_back_from_the_deadline() -> None:
    opening = earliest("2026-03-02", 20)
    assert opening - timedelta(days=15) == date(2026, 3, 7)  # B4, the last clarification that does not move it
    assert opening - timedelta(days=10) == date(2026, 3, 12)  # B6, the last objection to the documents
    assert earliest("2026-03-07", 15) == opening
    assert earliest("2026-03-08", 15) == date(2026, 3, 23)  # one day late: the deadline is postponed


@pytest.mark.parametrize(
    ("limit", "start", "expected"),
    [
        pytest.param("3cd", "2026-03-02", "2026-03-05", id="B7 an objection is answered in 3 days"),
        pytest.param("3cd", "2026-03-04", "2026-03-09", id="B11 candidates in 3 days, over a weekend"),
        pytest.param("30cd", "2026-01-20", "2026-02-24", id="B13 a contract in 30 days, over Spring Festival"),
        pytest.param("15cd", "2026-03-02", "2026-03-17", id="B14 a report in 15 days"),
        pytest.param("5cd", "2026-04-29", "2026-05-06", id="B15 deposits in 5 days, over Labour Day"),
        pytest.param("5cd", "2026-03-02", "2026-03-09", id="B16 a withdrawn bid's deposit, over a weekend"),
        pytest.param("10cd", "2026-03-02", "2026-03-12", id="B19 a complaint in 10 days"),
        pytest.param("3wd", "2026-04-30", "2026-05-08", id="B20 acceptance of a complaint in 3 working days"),
        pytest.param("30wd", "2026-03-02", "2026-04-14", id="B20 decision on a complaint in 30 working days"),
    ],
)
def test_a_maximum_of_tendering_rolls_over_rest_days_only_at_its_end(limit: str, start: str, expected: str) -> None:
    assert due(start, limit) == expected


def test_tests_and_experts_are_taken_out_of_the_decision_on_a_complaint() -> None:
    assert due("2026-03-02", "30wd", paused("2026-03-09", "2026-03-20", "testing")) == "2026-04-27"


def test_a_publication_before_spring_festival_ends_on_a_working_day_by_practice() -> None:
    lawful = earliest("2026-02-13", 3)
    assert lawful == date(2026, 2, 16)
    assert CALENDAR.add_working_days(lawful, 1) == date(2026, 2, 24)
