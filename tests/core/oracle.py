"""What a clock must answer, found by looking at every day (or minute), one after the other.

Written apart from the engine, and shares nothing with it: its days are `chinese_calendar`'s own answers for 2004–2026,
its pauses are sets of days, its months are stepped one at a time. Slow and plain on purpose.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import chinese_calendar  # type: ignore[import-untyped]

FIRST, LAST = date(2004, 1, 1), date(2026, 12, 31)
BASE = FIRST.toordinal()
PUBLISHED = [bool(chinese_calendar.is_workday(FIRST + timedelta(n))) for n in range((LAST - FIRST).days + 1)]

OFFICE_HOURS = ((time(9), time(12)), (time(13, 30), time(17)))


@dataclass(frozen=True, slots=True)
class Stop:
    """A pause of the oracle: takes out the days after ``since`` up to ``until``, for good while that is None.

    One that ``resets`` makes the budget start anew at the end of ``until``.
    """

    since: date
    until: date | None
    resets: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """A clock of days: ``unit`` is "wd", "cd", "mo" or "y"; ``amount`` includes an extension; "max" or "min"."""

    start: date
    amount: int
    unit: str
    direction: str = "max"
    stops: Sequence[Stop] = ()


@dataclass(frozen=True, slots=True)
class Walk:
    """``on``: the last day, None while an open pause holds the clock. ``counted``: the days that used the budget up."""

    on: date | None
    counted: Sequence[date]


@dataclass(frozen=True, slots=True)
class OfficeQuestion:
    """A clock of office minutes; ``start`` is Shanghai's wall clock, without a zone, on a whole minute."""

    start: datetime
    minutes: int
    stops: Sequence[Stop] = ()
    hours: Sequence[tuple[time, time]] = OFFICE_HOURS


def worked_days(changed: Mapping[date, bool]) -> list[bool]:
    """The published days with some of them turned into days worked (True) or off (False), as a closure does."""
    table = list(PUBLISHED)
    for day, worked in changed.items():
        table[day.toordinal() - BASE] = worked
    return table


def walk(asked: Question, worked: Sequence[bool] = PUBLISHED) -> Walk:
    """Walk to the end of a clock of days; IndexError for a walk past the last day known."""
    day = asked.start.toordinal() - BASE
    out, held_after, anew = _taken_out(asked.stops)
    budget = days_of_budget(asked.start, asked.amount, asked.unit)
    counts_rest_days = asked.unit != "wd"
    rolls = counts_rest_days and asked.direction == "max"
    counted: list[int] = []
    # Nothing can be taken out of the day a clock starts on: it does not count anyway.
    paused = False
    while True:
        if len(counted) >= budget and not paused and (worked[day] or not rolls):
            return Walk(date.fromordinal(day + BASE), _dates(counted))
        if day in anew and day >= asked.start.toordinal() - BASE:
            counted, paused = [], False
            budget = days_of_budget(date.fromordinal(day + BASE), asked.amount, asked.unit)
        day += 1
        if held_after is not None and day > held_after:
            return Walk(None, _dates(counted))
        paused = day in out
        if not paused and len(counted) < budget and (counts_rest_days or worked[day]):
            counted.append(day)


def walk_minutes(asked: OfficeQuestion, worked: Sequence[bool] = PUBLISHED) -> datetime | None:
    """Walk to the end of a clock of office minutes, None while an open pause holds it."""
    out, held_after, anew = _taken_out(asked.stops)
    now, used = asked.start, 0
    while used < asked.minutes:
        day = now.toordinal() - BASE
        if held_after is not None and day > held_after:
            return None
        if worked[day] and day not in out and any(begin <= now.time() < end for begin, end in asked.hours):
            used += 1
        now += timedelta(minutes=1)
        if used < asked.minutes and now.time() == time() and day in anew:
            used = 0
    return now


def nth_working_day(start: date, n: int, worked: Sequence[bool] = PUBLISHED) -> date:
    """The n-th working day after ``start``, before it for a negative n."""
    day, step = start.toordinal() - BASE, 1 if n > 0 else -1
    for _ in range(abs(n)):
        day += step
        while not worked[day]:
            day += step
    return date.fromordinal(day + BASE)


def working_days_in(after: date, upto: date, worked: Sequence[bool] = PUBLISHED) -> int:
    """Working days d with after < d <= upto, looked at one by one; 0 when ``upto`` lies before ``after``."""
    return sum(1 for day in range(after.toordinal() + 1, upto.toordinal() + 1) if worked[day - BASE])


def days_of_budget(start: date, amount: int, unit: str) -> int:
    """Days a clock has: the amount itself, for months and years the days to the corresponding day (民法典 202)."""
    if unit in ("wd", "cd"):
        return amount
    year, month = start.year, start.month
    for _ in range(amount * (12 if unit == "y" else 1)):
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    for last in (start.day, 30, 29, 28):
        if last <= start.day and _exists(year, month, last):
            return (date(year, month, last) - start).days
    raise AssertionError("every month has 28 days")


def _taken_out(stops: Iterable[Stop]) -> tuple[set[int], int | None, set[int]]:
    """Every day some pause takes out; the day after which an open one takes out all; the ends of those that reset."""
    out: set[int] = set()
    anew: set[int] = set()
    held_after: int | None = None
    for stop in stops:
        since = stop.since.toordinal() - BASE
        if stop.until is None:
            held_after = since if held_after is None else min(held_after, since)
            continue
        until = stop.until.toordinal() - BASE
        out.update(range(since + 1, until + 1))
        if stop.resets:
            anew.add(until)
    return out, held_after, anew


def _exists(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _dates(numbers: Iterable[int]) -> list[date]:
    return [date.fromordinal(number + BASE) for number in numbers]
