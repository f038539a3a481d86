"""Working days by the million answer as the calendar does, day by day."""

import subprocess
import sys
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflow.clock.bulk import Days, WorkingDays
from workflow.clock.calendar import Notice, end_of_day, published_calendar
from workflow.clock.deadline import deadline
from workflow.clock.limit import Limit, Unit

CALENDAR = published_calendar()
BULK = WorkingDays(CALENDAR)

repeatable = settings(max_examples=100, deadline=None, derandomize=True)
days = st.dates(date(1905, 1, 1), date(2095, 12, 31))
near_days = st.dates(date(2003, 6, 1), date(2028, 6, 30))


def days_of(*given: date | str) -> Days:
    return np.array(given, dtype="datetime64[D]")


@pytest.mark.parametrize("amount", [-250, -20, -1, 0, 1, 5, 20, 250])
def test_every_published_day_counts_as_the_calendar_counts(amount: int) -> None:
    starts = np.arange("2004-01-01", "2027-01-01", dtype="datetime64[D]")
    expected = [CALENDAR.add_working_days(day, amount) for day in starts.tolist()]
    assert BULK.add_working_days(starts, amount).tolist() == expected
    assert BULK.add_working_days(starts, np.full(starts.size, amount)).tolist() == expected


def test_every_day_of_two_centuries_is_worked_or_not_as_the_calendar_says() -> None:
    everything = np.arange("1900-01-01", "2101-01-01", dtype="datetime64[D]")
    assert BULK.is_working(everything).tolist() == [CALENDAR.is_working(day) for day in everything.tolist()]


@repeatable
@given(st.lists(st.tuples(st.one_of(near_days, days), st.integers(-900, 900)), min_size=1, max_size=20))
def test_many_different_amounts_at_once_equal_one_by_one(cases: list[tuple[date, int]]) -> None:
    bulk = WorkingDays(CALENDAR)
    starts, amounts = days_of(*(start for start, _ in cases)), np.array([amount for _, amount in cases])
    assert bulk.add_working_days(starts, amounts).tolist() == [CALENDAR.add_working_days(*case) for case in cases]


@repeatable
@given(st.lists(st.tuples(days, days), min_size=1, max_size=20))
def test_days_between_many_pairs_equal_one_by_one_in_both_directions(pairs: list[tuple[date, date]]) -> None:
    after, upto = days_of(*(one for one, _ in pairs)), days_of(*(other for _, other in pairs))
    expected = [CALENDAR.working_days_between(*pair) for pair in pairs]
    assert BULK.working_days_between(after, upto).tolist() == expected
    assert BULK.working_days_between(upto, after).tolist() == [-count for count in expected]


@repeatable
@given(
    st.lists(st.tuples(near_days, st.integers(0, 400)), min_size=1, max_size=20),
    st.sampled_from([Unit.WORKING_DAY, Unit.CALENDAR_DAY]),
)
def test_due_days_equal_the_deadlines_of_the_engine(cases: list[tuple[date, int]], unit: Unit) -> None:
    expected = [
        deadline(end_of_day(start - timedelta(days=1)), Limit(amount, unit), CALENDAR).on for start, amount in cases
    ]
    starts, amounts = days_of(*(start for start, _ in cases)), np.array([amount for _, amount in cases])
    assert BULK.due_days(starts, amounts, unit).tolist() == expected


def test_a_day_rolls_only_if_it_is_a_rest_day() -> None:
    assert BULK.rolled(days_of("2026-02-14", "2026-02-15", "2026-02-24")).tolist() == [
        date(2026, 2, 14),
        date(2026, 2, 24),
        date(2026, 2, 24),
    ]
    assert BULK.rolled(days_of("2100-12-31")).tolist() == [date(2100, 12, 31)]


def test_one_start_with_many_amounts_and_many_starts_with_one_amount() -> None:
    start = date(2026, 2, 13)
    expected = [CALENDAR.add_working_days(start, amount) for amount in range(-30, 31)]
    assert BULK.add_working_days(days_of(start), np.arange(-30, 31)).tolist() == expected
    assert BULK.add_working_days(np.array(start, dtype="datetime64[D]"), 20).tolist() == date(2026, 3, 19)
    table = BULK.add_working_days(days_of(start, "2026-04-30")[:, None], np.array([[5, 7]]))
    assert table.tolist() == [
        [CALENDAR.add_working_days(day, amount) for amount in (5, 7)] for day in (start, date(2026, 4, 30))
    ]
    assert BULK.add_working_days(days_of(start), np.array([[20]])).tolist() == [[date(2026, 3, 19)]]


def test_nothing_in_nothing_out() -> None:
    none = days_of()
    assert BULK.add_working_days(none, 20).tolist() == []
    assert BULK.add_working_days(none, np.array([], dtype=np.int64)).dtype == np.dtype("datetime64[D]")
    assert BULK.working_days_between(none, none).tolist() == []
    assert BULK.is_working(none).tolist() == []
    assert BULK.due_days(none, 20, Unit.CALENDAR_DAY).tolist() == []


def test_the_arrays_given_are_left_as_they_were() -> None:
    starts, amounts = days_of("2026-02-13", "2026-02-21", "2026-02-21"), np.array([20, 0, -3])
    BULK.add_working_days(starts, amounts)
    BULK.due_days(starts, np.abs(amounts), Unit.CALENDAR_DAY)
    assert starts.tolist() == [date(2026, 2, 13), date(2026, 2, 21), date(2026, 2, 21)]
    assert amounts.tolist() == [20, 0, -3]


def test_the_first_and_the_last_working_day_of_the_calendar_are_reached() -> None:
    low, high = CALENDAR.add_working_days(date(2100, 12, 31), 0), CALENDAR.add_working_days(date(1900, 1, 1), 0)
    whole = CALENDAR.working_days_between(high, low)
    bulk = WorkingDays(CALENDAR)
    assert bulk.add_working_days(days_of(high), whole).tolist() == [CALENDAR.add_working_days(high, whole)]
    for start, amount in ((high, whole + 1), (date(1900, 1, 1), -1)):
        with pytest.raises(ValueError, match="leave the calendar"):
            CALENDAR.add_working_days(start, amount)
        with pytest.raises(ValueError, match="leave the calendar"):
            bulk.add_working_days(days_of(start), amount)


@pytest.mark.parametrize("day", ["1899-12-31", "2101-01-01", "0001-01-01", "9999-12-31", "NaT"])
def test_one_date_among_many_outside_1900_to_2100_is_refused_by_name(day: str) -> None:
    given = days_of("2026-03-02", day, "2026-03-03")
    told = f"date {day}: the years 1900 to 2100 are accepted"
    for ask in (
        lambda: BULK.add_working_days(given, 1),
        lambda: BULK.working_days_between(given, days_of("2026-03-02")),
        lambda: BULK.working_days_between(days_of("2026-03-02"), given),
        lambda: BULK.is_working(given),
        lambda: BULK.due_days(given, 1, Unit.CALENDAR_DAY),
    ):
        with pytest.raises(ValueError, match=told):
            ask()


@pytest.mark.parametrize("amount", [60_000, -60_000, 2**63 - 1, -(2**63)])
def test_one_amount_among_many_that_leaves_the_calendar_is_refused_by_name(amount: int) -> None:
    told = f"{amount} working days from 2026-03-03 leave the calendar: dates in the years 1900 to 2100 are accepted"
    with pytest.raises(ValueError, match=told):
        BULK.add_working_days(days_of("2026-03-02", "2026-03-03"), np.array([1, amount]))


def test_a_calendar_day_limit_that_leaves_the_calendar_is_refused() -> None:
    with pytest.raises(ValueError, match="1900 to 2100"):
        BULK.due_days(days_of("2026-03-02"), 999_999, Unit.CALENDAR_DAY)


@pytest.mark.parametrize(("amount", "unit"), [(-1, Unit.WORKING_DAY), (1_000_000, Unit.CALENDAR_DAY)])
def test_an_amount_no_limit_accepts_is_refused(amount: int, unit: Unit) -> None:
    with pytest.raises(ValueError, match=f"limit of {amount}{unit}: an amount from 0 to 999999 is accepted"):
        BULK.due_days(days_of("2026-03-02"), amount, unit)


def test_months_and_hours_are_not_counted_in_bulk() -> None:
    with pytest.raises(ValueError, match="limit in mo: wd and cd are accepted"):
        BULK.due_days(days_of("2026-03-02"), 1, Unit.MONTH)


@pytest.mark.parametrize("amounts", [1.5, [True], ["20"], 2**63, [None]])
def test_amounts_that_are_not_whole_numbers_are_refused(amounts: object) -> None:
    with pytest.raises(TypeError, match="whole numbers"):
        BULK.add_working_days(days_of("2026-03-02"), amounts)  # type: ignore[arg-type]


def test_an_instant_or_a_bare_number_is_not_taken_for_a_day() -> None:
    for wrong in (np.array(["2026-03-02T10:00"], dtype="datetime64[s]"), np.array([20_000])):
        with pytest.raises(TypeError, match=r"datetime64\[D\] is accepted"):
            BULK.is_working(wrong)


def test_another_notice_makes_other_days_under_its_own_version() -> None:
    storm = Notice(2026, {date(2026, 3, 19): "台风"}, frozenset(), "停工通告", "closure")
    bulk = WorkingDays(published_calendar([storm]))
    assert bulk.add_working_days(days_of("2026-02-13"), 20).tolist() == [date(2026, 3, 20)]
    assert BULK.add_working_days(days_of("2026-02-13"), 20).tolist() == [date(2026, 3, 19)]
    assert (bulk.version, BULK.version) == (published_calendar([storm]).version, CALENDAR.version)


def test_the_table_grows_only_by_the_years_that_are_asked_for() -> None:
    bulk = WorkingDays(CALENDAR)
    bulk.add_working_days(days_of("2024-02-08"), 20)
    assert (bulk.table.first_year, bulk.table.last_year) == (2016, 2026)
    bulk.add_working_days(days_of("2026-12-30"), 20)
    assert (bulk.table.first_year, bulk.table.last_year) == (2016, 2035)
    assert bulk.table.nbytes < 150_000


def test_one_date_is_told_without_loading_numpy() -> None:
    script = (
        "import sys; from workflow.cli import main; main(['due', '--from', '2026-02-13', '--limit', '20wd']); "
        "sys.exit('numpy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, check=False, timeout=30).returncode == 0
