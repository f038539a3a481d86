"""Legal days and instants: the one place where an instant becomes a day and a day ends."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

OFFICE_ZONE = ZoneInfo("Asia/Shanghai")

FIRST_YEAR = 1900
LAST_YEAR = 2100

DayRule = Literal["workday", "weekend", "holiday", "make_up", "closure"]
NoticeKind = Literal["year", "closure"]


@dataclass(frozen=True, slots=True)
class Day:
    """What the calendar says of one day.

    ``name`` is the Chinese name of the holiday, empty on plain days; ``source`` the notice or law that says so;
    ``provisional`` means that no notice has been published for the day's year.
    """

    date: date
    counts: bool
    rule: DayRule
    name: str
    source: str
    provisional: bool


@dataclass(frozen=True, slots=True)
class Notice:
    """A published arrangement: a whole year (kind "year") or a special closure such as a typhoon (kind "closure").

    ``off`` maps each day off to its name; ``make_up`` holds the weekend days that are worked. ``extra`` is how many
    days off on Monday to Friday were ordered beyond the statutory ones, without being worked off (2015-09-03).
    """

    year: int
    off: Mapping[date, str]
    make_up: frozenset[date]
    source: str
    kind: NoticeKind = "year"
    extra: int = 0


def local_day(instant: datetime) -> date:
    """The legal day (Asia/Shanghai) an aware instant falls on; ValueError for a naive one."""
    if instant.tzinfo is None:
        raise ValueError(f"instant {instant.isoformat()} has no time zone: an aware datetime is accepted")
    return instant.astimezone(OFFICE_ZONE).date()


def start_of_day(day: date) -> datetime:
    """00:00 Asia/Shanghai of ``day``, as an aware UTC instant."""
    return office_time(day, time())


# Clocks end on the same few thousand days again and again, and the zone is the dearest part of a due date.
@lru_cache(maxsize=16_384)
def end_of_day(day: date) -> datetime:
    """24:00 Asia/Shanghai of ``day``, as an aware UTC instant (民法典 203 ¶2)."""
    return office_time(day + timedelta(days=1), time())


def office_time(day: date, at: time) -> datetime:
    """The wall-clock time ``at`` on ``day`` in Asia/Shanghai, as an aware UTC instant."""
    return datetime.combine(day, at, OFFICE_ZONE).astimezone(UTC)


def accepted_day(day: date) -> date:
    """``day`` itself; ValueError outside the years the calendar can speak of, TypeError for an instant.

    A datetime is a date to Python, but its day depends on the zone: it must go through ``local_day`` first.
    """
    if isinstance(day, datetime):
        raise TypeError(f"{day.isoformat()} is an instant: a date is accepted (see local_day)")
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(f"date {day.isoformat()}: the years {FIRST_YEAR} to {LAST_YEAR} are accepted")
    return day
