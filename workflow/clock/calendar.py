"""The working calendar: published years, loaded notices, and a provisional estimate beyond them."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import cache
from typing import Any, get_args

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
    office_time,
    start_of_day,
)
from workflow.clock.hours import DEFAULT_HOURS, OfficeHours, parse_spans
from workflow.clock.notice_rules import notice_faults, years_with
from workflow.clock.notices import load_notices
from workflow.clock.published import WEEKLY_SOURCE, NamedDay, published_days, published_years
from workflow.clock.statutory import statutory_days

__all__ = [
    "OFFICE_ZONE",
    "Calendar",
    "Day",
    "Notice",
    "OfficeHours",
    "calendar_from",
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
    """Which days are worked, and in which hours. Immutable: a newer notice makes another calendar of another version.

    ``version`` names everything that decides a date ("2004-2026.a1b2c3d4"); ``horizon`` is the last published day.
    Dates outside 1900..2100 raise ValueError everywhere.
    """

    __slots__ = ("_closes", "_hours", "_index", "_named", "_years", "horizon", "version")

    def __init__(self, years: range, named: Mapping[date, NamedDay], hours: OfficeHours = DEFAULT_HOURS) -> None:
        """``years``: the published run without a gap; ``named``: every day that differs from the weekly pattern."""
        self._years = years
        self._named = dict(named)
        self._hours = hours
        self._closes = hours.closes if hours.day_ends == "close" else None
        self.version = _version(years, self._named, hours)
        self.horizon = date(years[-1], 12, 31)
        self._index = build_index(years[0], years[-1], self._exceptions)

    def __repr__(self) -> str:
        return f"Calendar({self.version})"

    @property
    def hours(self) -> OfficeHours:
        return self._hours

    @property
    def years(self) -> range:
        """The published years, without a gap."""
        return self._years

    @property
    def named_days(self) -> frozenset[date]:
        """The days that a notice or the published tables set apart from the weekly pattern."""
        return frozenset(self._named)

    def end_of(self, day: date) -> datetime:
        """The instant (UTC) a period ends whose last day is ``day``: 24:00, or the close of business by policy.

        民法典 203 ¶2. The closing time is the same on a rest day, on which no "max" period ends.
        """
        return end_of_day(day) if self._closes is None else office_time(day, self._closes)

    def as_data(self) -> dict[str, Any]:
        """Everything the calendar is made of as plain JSON values; `calendar_from` makes an equal one of it.

        ``days`` holds ``[iso date, rule, name, source]``. The estimate beyond the published years is not in it.
        """
        return {
            "first_year": self._years[0],
            "last_year": self._years[-1],
            "days": [
                [day.isoformat(), named.rule, named.name, named.source] for day, named in sorted(self._named.items())
            ],
            "hours": {"spans": str(self._hours).split(", "), "day_ends": self._hours.day_ends},
        }

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
        index = self._index
        # The common case without a call: a plain date within the indexed years.
        if type(start) is not date or not index.first_year <= start.year <= index.last_year:
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


def calendar_from(data: Mapping[str, Any]) -> Calendar:
    """The calendar that `Calendar.as_data` wrote down; ValueError for data of another form."""
    try:
        years = range(data["first_year"], data["last_year"] + 1)
        hours = OfficeHours(parse_spans(data["hours"]["spans"]), data["hours"]["day_ends"])
        named = {date.fromisoformat(day): _named_day(*rest) for day, *rest in data["days"]}
    except (KeyError, TypeError) as error:
        raise ValueError(f"calendar data: the form of Calendar.as_data is accepted, not this one ({error})") from error
    if not years or not FIRST_YEAR <= years[0] <= years[-1] <= LAST_YEAR:
        raise ValueError(f"calendar data for {years}: a run of years from {FIRST_YEAR} to {LAST_YEAR} is accepted")
    return Calendar(years, named, hours)


def published_calendar(notices: Iterable[Notice] = (), hours: OfficeHours = DEFAULT_HOURS) -> Calendar:
    """The calendar of `chinesecalendar` plus ``notices``; ValueError when these do not fit together.

    A year notice for a published year replaces it; notices for newer years follow each other without a gap.
    Closures come last, so a closure beats the year it falls in. Without notices and with the shipped hours the one
    calendar is shared; any other is made anew, which takes a few milliseconds (the first year notice from 2025 on
    also loads the table of statutory days it is checked against).
    """
    given = tuple(notices)
    return _calendar_with(given, hours) if given or hours != DEFAULT_HOURS else _plain_calendar()


@cache
def _plain_calendar() -> Calendar:
    return Calendar(published_years(), published_days())


def _calendar_with(notices: tuple[Notice, ...], hours: OfficeHours) -> Calendar:
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
    return Calendar(years, named, hours)


def _named_days(notice: Notice) -> dict[date, NamedDay]:
    faults = notice_faults(notice)
    if faults:
        raise ValueError(f"notice for {notice.year}: " + "; ".join(map(str, faults)))
    rest: DayRule = "holiday" if notice.kind == "year" else "closure"
    days = {day: NamedDay(rest, name, notice.source) for day, name in notice.off.items()}
    days.update((day, NamedDay("make_up", "调休", notice.source)) for day in notice.make_up)
    return days


def _named_day(rule: str, name: str, source: str) -> NamedDay:
    for known in get_args(DayRule):
        if rule == known:
            return NamedDay(known, name, source)
    raise ValueError(f"calendar data: rule {rule!r}: one of {', '.join(get_args(DayRule))} is accepted")


def _version(years: range, named: Mapping[date, NamedDay], hours: OfficeHours) -> str:
    known = published_days()
    text = "\n".join(_version_line(day, named[day], known.get(day)) for day in sorted(named))
    # The shipped hours add nothing: versions printed before there were hours stay true.
    if hours != DEFAULT_HOURS:
        text += f"\n{hours} {hours.day_ends}"
    digest = hashlib.sha256(f"{years[0]}-{years[-1]}\n{text}".encode()).hexdigest()
    return f"{years[0]}-{years[-1]}.{digest[:8]}"


def _version_line(day: date, named: NamedDay, known: NamedDay | None) -> str:
    """A day of a loaded notice stands with its paper: a proof cites the notice that held, not one with equal days."""
    paper = "" if named == known else f" {named.name} {named.source}"
    return f"{day.isoformat()} {named.rule}{paper}"
