"""What makes a notice usable, however it came in (file, calendar page, API)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from workflow.clock.days import Notice
from workflow.clock.statutory import statutory_days

if TYPE_CHECKING:
    from workflow.clock.calendar import Calendar

# From the revision of 全国年节及纪念日放假办法 in force on 2025-01-01 on. Earlier notices add up as well, but some
# breaks of their time were moved by two notices (see the tests), and nobody enters them any more.
FIRST_YEAR_COUNTED = 2025


@dataclass(frozen=True, slots=True)
class NoticeFault:
    """One thing wrong in a notice: the part of it ("off", "make_up", "source"), the day if it is about one."""

    key: str
    day: date | None
    message: str

    def __str__(self) -> str:
        return f"{self.key}: {self.message}"


def years_with(published: range, year: int) -> range:
    """The run of published years once ``year`` has a notice; ValueError if that would leave a gap."""
    if year not in range(published[0], published[-1] + 2):
        raise ValueError(f"{year} leaves a gap: {published[0]} to {published[-1] + 1} are accepted")
    return range(published[0], max(published[-1], year) + 1)


def notice_faults(notice: Notice) -> tuple[NoticeFault, ...]:
    """Everything wrong with ``notice`` by itself; empty when it may be used."""
    found = (*_general(notice), *_outside_year(notice), *_make_up_days(notice))
    return (*found, *_count(notice)) if notice.kind == "year" and notice.year >= FIRST_YEAR_COUNTED else found


def neighbour_faults(notice: Notice, calendar: "Calendar") -> tuple[NoticeFault, ...]:
    """What in ``notice`` contradicts the days already published in ``calendar``.

    A year: a day of December off in its notice that the neighbouring year's notice works off, or the other way round.
    A closure: a day off that is a rest day already, a make-up day that is worked already.
    """
    if notice.kind == "closure":
        return tuple(_idle_days(notice, calendar))
    return tuple(_contradictions(notice, calendar))


def days_that_add_up(notice: Notice) -> tuple[int, int]:
    """The two sides of a year's sum: days off on Monday to Friday, and what they must be.

    A statutory day on a weekend is given back on a working day, every other day off is worked off on a weekend, so:
    days off in the week = statutory days + make-up days + ``extra``.
    """
    in_the_week = sum(day.weekday() < 5 for day in notice.off)
    # Two festivals on one day (中秋节、国庆节) are two statutory days: the second is given back as well.
    statutory = sum(named.name.count("、") + 1 for named in statutory_days(notice.year).values())
    return in_the_week, statutory + len(notice.make_up) + notice.extra


def _general(notice: Notice) -> Iterator[NoticeFault]:
    if not notice.source.strip():
        yield NoticeFault("source", None, "is empty: the title and number of the notice is accepted")
    if not notice.off:
        yield NoticeFault("off", None, "has no day: at least one day off is accepted")
    if notice.extra < 0 or (notice.extra and notice.kind != "year"):
        yield NoticeFault("extra", None, f"{notice.extra}: 0 or more is accepted, and only for a whole year")
    for day, name in sorted(notice.off.items()):
        if not name.strip():
            yield NoticeFault("off", day, f"{day.isoformat()} has no name: the name of the holiday is accepted")


def _outside_year(notice: Notice) -> Iterator[NoticeFault]:
    for key, days in (("off", notice.off), ("make_up", notice.make_up)):
        for day in sorted(days):
            # New Year reaches back: the notice for 2019 made Saturday 2018-12-29 a working day.
            if day.year != notice.year and (day.year, day.month) != (notice.year - 1, 12):
                accepted = f"{notice.year} and the December before are accepted"
                yield NoticeFault(key, day, f"{day.isoformat()} is outside the notice's year: {accepted}")


def _make_up_days(notice: Notice) -> Iterator[NoticeFault]:
    for day in sorted(notice.make_up):
        if day.weekday() < 5:
            yield NoticeFault("make_up", day, f"{day.isoformat()} is a {day:%A}: a Saturday or Sunday is accepted")
        if day in notice.off:
            yield NoticeFault("make_up", day, f"{day.isoformat()} is a day off as well: a day is one or the other")


def _count(notice: Notice) -> Iterator[NoticeFault]:
    missing = [(day, named.name) for day, named in statutory_days(notice.year).items() if day not in notice.off]
    for day, name in missing:
        yield NoticeFault("off", day, f"{day.isoformat()} ({name}) is missing: every statutory day is off")
    counted, expected = days_that_add_up(notice)
    if counted != expected:
        yield NoticeFault(
            "off",
            None,
            f"{counted} days off on Monday to Friday do not add up: {expected} are accepted, which are "
            f"{expected - len(notice.make_up) - notice.extra} statutory days, {len(notice.make_up)} make-up days "
            f"and {notice.extra} extra",
        )


def _idle_days(notice: Notice, calendar: "Calendar") -> Iterator[NoticeFault]:
    for day in sorted(notice.off):
        told = calendar.day(day)
        if not told.counts:
            name = told.name or f"{day:%A}"
            yield NoticeFault(
                "off", day, f"{day.isoformat()} ({name}) is a rest day already: a working day is accepted"
            )
    for day in sorted(notice.make_up):
        if calendar.is_working(day):
            yield NoticeFault("make_up", day, f"{day.isoformat()} is worked already: a rest day is accepted")


def _contradictions(notice: Notice, calendar: "Calendar") -> Iterator[NoticeFault]:
    for key, days in (("off", notice.off), ("make_up", notice.make_up)):
        for day in sorted(days):
            told = calendar.day(day)
            if not _of_neighbour(day, notice, calendar):
                continue
            if key == "off" and told.rule == "make_up":
                words = f"{day.isoformat()} is off here and a make-up day in {told.source}"
            elif key == "make_up" and told.rule in ("holiday", "closure"):
                words = f"{day.isoformat()} is a make-up day here and off ({told.name}) in {told.source}"
            else:
                continue
            yield NoticeFault(key, day, f"{words}: a day that the neighbouring year does not set otherwise is accepted")


def _of_neighbour(day: date, notice: Notice, calendar: "Calendar") -> bool:
    """Whether another year's notice decides ``day``: the December before, or what the next notice says of this one."""
    if day.month != 12:
        return False
    if day.year != notice.year:
        return day.year in calendar.years
    return (
        notice.year + 1 in calendar.years
        and calendar.day(day).source == calendar.day(date(notice.year + 1, 1, 1)).source
    )
