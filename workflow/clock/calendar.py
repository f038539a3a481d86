"""The working calendar: published years, loaded notices, and a provisional estimate beyond them."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache

from workflow.clock.day_index import DayIndex, build_index
from workflow.clock.days import (
    FIRST_YEAR,
    LAST_YEAR,
    OFFICE_ZONE,
    Day,
    DayRule,
    Notice,
    accepted_day,
    end_of_day,
    local_day,
    start_of_day,
)
from workflow.clock.notice_rules import notice_faults, years_with
from workflow.clock.notices import load_notices
from workflow.clock.published import WEEKLY_SOURCE, NamedDay, published_days, published_years
from workflow.clock.statutory import statutory_days

__all__ = [
    "OFFICE_ZONE",
    "Calendar",
    "Day",
    "Notice",
    "end_of_day",
    "load_notices",
    "local_day",
    "published_calendar",
    "start_of_day",
]

GROWTH = 8
# Every year has more working days than this, so the estimate of the year to index never falls short by much.
FEWEST_WORKING_DAYS = 240


class Calendar:
    """Which days are worked. Immutable: a newer notice makes another calendar with another version.

    ``version`` names everything that decides a date ("2004-2026.a1b2c3d4"); ``horizon`` is the last published day.
    Dates outside 1900..2100 raise ValueError everywhere.
    """

    __slots__ = ("_index", "_named", "_years", "horizon", "version")

    def __init__(self, years: range, named: Mapping[date, NamedDay]) -> None:
        """``years``: the published run without a gap; ``named``: every day that differs from the weekly pattern."""
        self._years = years
        self._named = dict(named)
        self.version = _version(years, self._named)
        self.horizon = date(years[-1], 12, 31)
        self._index = build_index(years[0], years[-1], self._exceptions)

    def __repr__(self) -> str:
        return f"Calendar({self.version})"

    def day(self, day: date) -> Day:
        """The rule, name and source behind one day."""
        accepted_day(day)
        provisional = self.is_provisional(day)
        named = self._named.get(day)
        if named is None and provisional:
            named = statutory_days(day.year).get(day)
        if named is not None:
            return Day(day, named.counts, named.rule, named.name, named.source, provisional)
        if day.weekday() < 5:
            return Day(day, True, "workday", "", WEEKLY_SOURCE, provisional)
        return Day(day, False, "weekend", "", WEEKLY_SOURCE, provisional)

    def is_working(self, day: date) -> bool:
        index = self._covering(day, day)
        return index.count_through(day) > index.count_before(day)

    def is_provisional(self, day: date) -> bool:
        """True where no notice is published for the day's year: before 2004 and past the horizon."""
        return day.year not in self._years

    def add_working_days(self, start: date, n: int) -> date:
        """The n-th working day after ``start`` (before it for n < 0); ``start`` is not counted, n = 0 is ``start``."""
        index = self._covering(start, start)
        if n == 0:
            return start
        while True:
            place = index.count_through(start) + n - 1 if n > 0 else index.count_before(start) + n
            if 0 <= place < len(index.working):
                return index.working[place]
            index = self._grown(index, start, n)

    def working_days_between(self, after: date, upto: date) -> int:
        """Working days d with after < d <= upto; negative when ``upto`` lies before ``after``."""
        index = self._covering(after, upto)
        return index.count_through(upto) - index.count_through(after)

    def _covering(self, one: date, other: date) -> DayIndex:
        # Callers keep the index they got: another thread may swap in one that covers other years at any moment.
        index = self._index
        accepted_day(one)
        accepted_day(other)
        if index.covers(one) and index.covers(other):
            return index
        first, last = min(one.year, other.year), max(one.year, other.year)
        return self._reindexed(min(index.first_year, first), max(index.last_year, last))

    def _grown(self, index: DayIndex, start: date, n: int) -> DayIndex:
        if n > 0 and index.last_year < LAST_YEAR:
            wanted = start.year + n // FEWEST_WORKING_DAYS + 1
            return self._reindexed(index.first_year, max(wanted, index.last_year + 1))
        if n < 0 and index.first_year > FIRST_YEAR:
            wanted = start.year + n // FEWEST_WORKING_DAYS
            return self._reindexed(min(wanted, index.first_year - 1), index.last_year)
        raise ValueError(
            f"{n} working days from {start.isoformat()} leave the calendar: "
            f"dates in the years {FIRST_YEAR} to {LAST_YEAR} are accepted"
        )

    def _reindexed(self, first_year: int, last_year: int) -> DayIndex:
        # Some years more than asked for, so that walking on does not rebuild the index year by year.
        first = first_year - GROWTH if first_year < self._years[0] else first_year
        last = last_year + GROWTH if last_year > self._years[-1] else last_year
        index = build_index(max(FIRST_YEAR, first), min(LAST_YEAR, last), self._exceptions)
        self._index = index
        return index

    def _exceptions(self, year: int) -> dict[date, bool]:
        days = {} if year in self._years else dict.fromkeys(statutory_days(year), False)
        days.update((day, named.counts) for day, named in self._named.items() if day.year == year)
        return days


def published_calendar(notices: Iterable[Notice] = ()) -> Calendar:
    """The calendar of `chinesecalendar` plus ``notices``; ValueError when these do not fit together.

    A year notice for a published year replaces it; notices for newer years follow each other without a gap.
    Closures come last, so a closure beats the year it falls in.
    """
    given = tuple(notices)
    return _calendar_with(given) if given else _plain_calendar()


@cache
def _plain_calendar() -> Calendar:
    return Calendar(published_years(), published_days())


def _calendar_with(notices: tuple[Notice, ...]) -> Calendar:
    years = published_years()
    named = dict(published_days())
    yearly = sorted((notice for notice in notices if notice.kind == "year"), key=lambda notice: notice.year)
    for notice in yearly:
        years = years_with(years, notice.year)
        named = {day: value for day, value in named.items() if day.year != notice.year}
    if len({notice.year for notice in yearly}) < len(yearly):
        raise ValueError("two notices for one year: one notice a year is accepted, corrections replace it")
    for notice in [*yearly, *(notice for notice in notices if notice.kind == "closure")]:
        named.update(_named_days(notice))
    return Calendar(years, named)


def _named_days(notice: Notice) -> dict[date, NamedDay]:
    faults = notice_faults(notice)
    if faults:
        raise ValueError(f"notice for {notice.year}: " + "; ".join(map(str, faults)))
    rest: DayRule = "holiday" if notice.kind == "year" else "closure"
    days = {day: NamedDay(rest, name, notice.source) for day, name in notice.off.items()}
    days.update((day, NamedDay("make_up", "调休", notice.source)) for day in notice.make_up)
    return days


def _version(years: range, named: Mapping[date, NamedDay]) -> str:
    text = "\n".join(f"{day.isoformat()} {named[day].rule}" for day in sorted(named))
    digest = hashlib.sha256(f"{years[0]}-{years[-1]}\n{text}".encode()).hexdigest()
    return f"{years[0]}-{years[-1]}.{digest[:8]}"
