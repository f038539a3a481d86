"""The working calendar as people look at it: a year by months, the n-th working day, and which year is missing."""

import calendar as gregorian
from dataclasses import dataclass
from datetime import date, timedelta

from workflow.amending.fault_words import bad_input, reason
from workflow.clock.calendar import Calendar
from workflow.clock.days import FIRST_YEAR, LAST_YEAR, Day
from workflow.work import Work

ASKED_FROM = (11, 1)
"""The notice for the next year comes between late October and 1 December (domain fact book, 7.1)."""


@dataclass(frozen=True, slots=True)
class MonthDays:
    """One month; ``number`` is 1 to 12, ``days`` are all its days in order."""

    number: int
    days: tuple[Day, ...]
    working_days: int


@dataclass(frozen=True, slots=True)
class CalendarYear:
    """One year; ``make_up`` are the weekend days worked, ``off`` the named days off, ``sources`` the papers."""

    year: int
    published: bool
    version: str
    months: tuple[MonthDays, ...]
    working_days: int
    make_up: tuple[Day, ...]
    off: tuple[Day, ...]
    sources: tuple[str, ...]


def calendar_year(of: Work | Calendar, year: int) -> CalendarYear:
    """One year of the calendar in force (or of the one given); raises BadInput outside the years it can speak of."""
    calendar = _calendar(of)
    _check_year(year)
    months = tuple(_month(calendar, year, number) for number in range(1, 13))
    named = [day for month in months for day in month.days if day.rule not in ("workday", "weekend")]
    return CalendarYear(
        year=year,
        published=year in calendar.years,
        version=calendar.version,
        months=months,
        working_days=sum(month.working_days for month in months),
        make_up=tuple(day for day in named if day.counts),
        off=tuple(day for day in named if not day.counts),
        sources=tuple(dict.fromkeys(day.source for day in named)),
    )


def missing_year(calendar: Calendar, today: date) -> int | None:
    """The first year without a notice that people should ask for: this one at any time, the next from 1 November."""
    wanted = today.year + ((today.month, today.day) >= ASKED_FROM)
    first = calendar.years[-1] + 1
    return first if first <= wanted else None


def nth_working_day(of: Work | Calendar, n: int, year: int, month: int | None = None) -> Day:
    """The n-th working day of a year or of one of its months; -1 is the last. Raises BadInput where there is none."""
    calendar = _calendar(of)
    _check_year(year)
    if month is not None and not 1 <= month <= 12:
        raise bad_input([reason("month", month, "应为 1 至 12", "1 to 12 are accepted")])
    first = date(year, month or 1, 1)
    last = date(year, month or 12, gregorian.monthrange(year, month or 12)[1])
    count = calendar.working_days_between(first, last) + calendar.is_working(first)
    if not 1 <= abs(n) <= count:
        raise bad_input([reason("n", n, f"应为 1 至 {count}", f"1 to {count} are accepted")])
    # Counted from the last day itself backwards, or from the first one: neither neighbour year is asked.
    place = n if n > 0 else count + n + 1
    if calendar.is_working(first):
        return calendar.day(calendar.add_working_days(first, place - 1))
    return calendar.day(calendar.add_working_days(first, place))


def _month(calendar: Calendar, year: int, number: int) -> MonthDays:
    length = gregorian.monthrange(year, number)[1]
    days = tuple(calendar.day(date(year, number, 1) + timedelta(days=n)) for n in range(length))
    return MonthDays(number, days, sum(day.counts for day in days))


def _calendar(of: Work | Calendar) -> Calendar:
    return of.calendar if isinstance(of, Work) else of


def _check_year(year: int) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        words = (f"应为 {FIRST_YEAR} 至 {LAST_YEAR}", f"{FIRST_YEAR} to {LAST_YEAR} are accepted")
        raise bad_input([reason("year", year, *words)])
