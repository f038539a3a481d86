"""From start, limit, pauses, extension and calendar to the day a clock ends on: derived every time, never stored."""

import calendar as months
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from workflow.clock.calendar import Calendar
from workflow.clock.days import FIRST_YEAR, LAST_YEAR, accepted_day, end_of_day, local_day
from workflow.clock.limit import Limit, Unit
from workflow.clock.pauses import Interval, Pause, contains, union


@dataclass(frozen=True, slots=True)
class Deadline:
    """``on`` is the last day, ``at`` the instant it ends; both None while an open pause holds the clock.

    ``provisional`` means that a day without a published notice helped to decide it. For a "min" limit ``on`` is the
    first day on which the deed is lawful.
    """

    on: date | None
    at: datetime | None
    provisional: bool
    calendar_version: str

    @property
    def by_day(self) -> bool:
        """True when the clock ends with its last day, False when it ends at an exact instant (hours, minutes)."""
        return self.on is not None and self.at == end_of_day(self.on)


def deadline(
    start: datetime, limit: Limit, calendar: Calendar, pauses: Sequence[Pause] = (), extension: int = 0
) -> Deadline:
    """When a clock that started at the aware instant ``start`` ends.

    Days: the start day is not counted (民法典 201), pauses take out the days they cover, ``extension`` adds to the
    amount in the limit's unit. Calendar days, months and years of a "max" limit that end on a rest day end on the
    next working day (民法典 203); a "min" limit is never moved. Months and years end on the corresponding day or the
    month's last (民法典 202). Hours and minutes run from the instant itself and know no pauses.

    ValueError: naive start, negative extension, pauses on an hour or minute limit, a result outside 1900..2100.
    """
    if not limit.unit.counts_days:
        return _exact_deadline(start, limit, calendar, pauses, extension)
    first = accepted_day(local_day(start))
    intervals = union(pauses)
    raw = last_day(first, limit, calendar, intervals, extension)
    on = raw if raw is None else _rolled(raw, limit, calendar, intervals)
    if on is None:
        return Deadline(None, None, False, calendar.version)
    return Deadline(on, end_of_day(on), _is_provisional(first, raw, on, limit, calendar), calendar.version)


def last_day(
    first: date, limit: Limit, calendar: Calendar, intervals: Sequence[Interval], extension: int
) -> date | None:
    """The day the budget is used up, before any roll to a working day; None while an open pause holds it."""
    remaining = budget(first, limit, extension)
    position = first
    for since, until in intervals:
        if until is not None and until <= position:
            continue
        running = _elapsed(position, max(since, position), limit.unit, calendar)
        if running >= remaining:
            break
        if until is None:
            return None
        remaining -= running
        position = until
    if limit.unit is Unit.WORKING_DAY:
        return calendar.add_working_days(position, remaining)
    return _add_days(position, remaining)


def budget(first: date, limit: Limit, extension: int = 0) -> int:
    """The days a clock has in all: working days for a working-day limit, calendar days for every other."""
    if extension < 0:
        raise ValueError(f"extension of {extension}: 0 or more {limit.unit} are accepted")
    amount = limit.amount + extension
    match limit.unit:
        case Unit.WORKING_DAY | Unit.CALENDAR_DAY:
            return amount
        case Unit.MONTH:
            return (add_months(first, amount) - first).days
        case Unit.YEAR:
            return (add_months(first, 12 * amount) - first).days
    raise ValueError(f"limit {limit}: a limit in days, months or years is accepted here")


def add_months(day: date, amount: int) -> date:
    """The corresponding day ``amount`` months later, or that month's last day if it has none (民法典 202)."""
    year, month = divmod(day.year * 12 + day.month - 1 + amount, 12)
    # accepted_day cannot check it: Python has no date for a year past 9999.
    if year > 9999:
        raise ValueError(f"{amount} months from {day.isoformat()}: the years {FIRST_YEAR} to {LAST_YEAR} are accepted")
    last = months.monthrange(year, month + 1)[1]
    return accepted_day(date(year, month + 1, min(day.day, last)))


def used_days(start: datetime, limit: Limit, calendar: Calendar, pauses: Sequence[Pause], upto: date) -> int:
    """Days of the budget used after the start day up to and including ``upto``, in the unit of ``budget``.

    Not capped: an overdue clock has used more than it had. 0 before the start.
    """
    first = local_day(start)
    if upto <= first:
        return 0
    return _elapsed(first, upto, limit.unit, calendar) - paused_days(start, limit, calendar, pauses, upto)


def paused_days(start: datetime, limit: Limit, calendar: Calendar, pauses: Sequence[Pause], upto: date) -> int:
    """Days the pauses took out after the start day up to and including ``upto``, in the unit of ``budget``."""
    first = local_day(start)
    taken = 0
    for since, until in union(pauses):
        begin, end = max(since, first), upto if until is None else min(until, upto)
        if begin < end:
            taken += _elapsed(begin, end, limit.unit, calendar)
    return taken


def remaining_days(
    start: datetime, limit: Limit, calendar: Calendar, pauses: Sequence[Pause], extension: int, today: date
) -> int:
    """Working days after ``today`` up to and including the last day; 0 on the last day, negative once overdue.

    Never 0 on another day: the Saturday after a Friday deadline is -1. A pause after the last day does not make an
    overdue clock less overdue. While a pause holds the clock: budget minus days used, which is what remains after
    resuming; these are calendar days if the limit counts calendar days. ValueError for hours and minutes.
    """
    first = local_day(start)
    intervals = union(pauses)
    left = budget(first, limit, extension) - used_days(start, limit, calendar, pauses, today)
    on = deadline(start, limit, calendar, pauses, extension).on
    if on is None:
        return left
    if today > on:
        return -max(1, calendar.working_days_between(on, today))
    if limit.unit is Unit.WORKING_DAY or contains(intervals, today):
        return left
    return 0 if today == on else max(1, calendar.working_days_between(today, on))


def remaining_minutes(due: Deadline, now: datetime) -> int:
    """Whole minutes from ``now`` to the end of a clock, away from zero: 1 until the very end, -1 right after it."""
    if due.at is None:
        raise ValueError("a paused clock has no end to count minutes to")
    seconds = (due.at - now).total_seconds()
    minutes = -int(-abs(seconds) // 60)
    return minutes if seconds >= 0 else -minutes


def _exact_deadline(
    start: datetime, limit: Limit, calendar: Calendar, pauses: Sequence[Pause], extension: int
) -> Deadline:
    if pauses:
        raise ValueError(f"limit {limit}: a clock in hours or minutes cannot be paused, {len(pauses)} pauses given")
    if extension < 0:
        raise ValueError(f"extension of {extension}: 0 or more {limit.unit} are accepted")
    accepted_day(local_day(start))
    amount = limit.amount + extension
    # In UTC: adding to a local time would add to the wall clock, which jumps where there is summer time.
    at = start.astimezone(UTC) + (timedelta(hours=amount) if limit.unit is Unit.HOUR else timedelta(minutes=amount))
    return Deadline(accepted_day(local_day(at)), at, False, calendar.version)


def _rolled(raw: date, limit: Limit, calendar: Calendar, intervals: Sequence[Interval]) -> date | None:
    if limit.unit is Unit.WORKING_DAY or limit.direction == "min" or calendar.is_working(raw):
        return raw
    day = calendar.add_working_days(raw, 1)
    # The period has not ended on the rest day, so a pause that begins in the roll still takes its days out.
    for since, until in intervals:
        if since < day and (until is None or day <= until):
            if until is None:
                return None
            day = calendar.add_working_days(until, 1)
    return day


def _is_provisional(first: date, raw: date | None, on: date, limit: Limit, calendar: Calendar) -> bool:
    if limit.unit is Unit.WORKING_DAY:
        return on > calendar.horizon or calendar.is_provisional(first) or calendar.is_provisional(on)
    if limit.direction == "min" or raw is None:
        return False
    return calendar.is_provisional(raw) or calendar.is_provisional(on)


def _elapsed(after: date, upto: date, unit: Unit, calendar: Calendar) -> int:
    if unit is Unit.WORKING_DAY:
        return calendar.working_days_between(after, upto)
    if not unit.counts_days:
        raise ValueError(f"limit in {unit}: a limit in days, months or years is accepted here")
    return (accepted_day(upto) - accepted_day(after)).days


def _add_days(day: date, amount: int) -> date:
    try:
        return accepted_day(day + timedelta(days=amount))
    except OverflowError as error:
        accepted = f"the years {FIRST_YEAR} to {LAST_YEAR} are accepted"
        raise ValueError(f"{amount} days from {day.isoformat()}: {accepted}") from error
