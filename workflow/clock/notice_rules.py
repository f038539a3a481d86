"""What makes a notice usable, however it came in (file, calendar page, API)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from workflow.clock.days import Notice


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
    """Everything wrong with ``notice``; empty when it may be used."""
    return (*_general(notice), *_outside_year(notice), *_make_up_days(notice))


def _general(notice: Notice) -> Iterator[NoticeFault]:
    if not notice.source.strip():
        yield NoticeFault("source", None, "is empty: the title and number of the notice is accepted")
    if not notice.off:
        yield NoticeFault("off", None, "has no day: at least one day off is accepted")
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
