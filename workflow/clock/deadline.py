"""From start, limit, pauses, extension and calendar to the day a clock ends on: derived every time, never stored."""

import calendar as months
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from workflow.clock.calendar import Calendar
from workflow.clock.days import FIRST_YEAR, LAST_YEAR, accepted_day, end_of_day, local_day, start_of_day
from workflow.clock.limit import LARGEST_AMOUNT, Limit, Unit
from workflow.clock.office_clock import office_end, office_time_between
from workflow.clock.pauses import Interval, Pause, union


@dataclass(frozen=True, slots=True)
class Deadline:
    """``on`` is the last day, ``at`` the instant it ends; both None while an open pause holds the clock.

    ``provisional`` means that a day without a published notice helped to decide it. For a "min" limit ``on`` is the
    first day on which the deed is lawful and ``at`` its beginning. ``by_day``: True when the clock ends with its last
    day, False when it ends at an exact instant (working hours, hours, minutes) or has no end now.
    """

    on: date | None
    at: datetime | None
    provisional: bool
    calendar_version: str
    by_day: bool = True


def deadline(
    start: datetime, limit: Limit, calendar: Calendar, pauses: Sequence[Pause] = (), extension: int = 0
) -> Deadline:
    """When a clock that started at the aware instant ``start`` ends.

    Days: the start day is not counted (民法典 201), pauses take out the days they cover, ``extension`` adds to the
    amount in the limit's unit. Calendar days, months and years of a "max" limit that end on a rest day end on the
    next working day (民法典 203); a "min" limit is never moved. Months and years end on the corresponding day or the
    month's last (民法典 202). The last day ends when `Calendar.end_of` says; a "min" limit is over as its day begins.

    Working hours count in office hours of working days from the instant itself, pauses take out whole days. Hours
    and minutes run from the instant through nights and holidays and know no pauses. A pause that resets: `Pause`.

    ValueError: naive start, negative extension, pauses on an hour or minute limit, a result outside 1900..2100.
    """
    first = accepted_day(local_day(start))
    if not limit.unit.counts_days:
        if limit.unit is Unit.WORKING_HOUR:
            return _office_deadline(start, first, limit, calendar, pauses, extension)
        return _exact_deadline(start, limit, calendar, pauses, extension)
    raw: date | None
    on: date | None
    if not pauses and limit.unit is Unit.WORKING_DAY:
        # What nearly every question is; the general way below says the same.
        raw = on = calendar.add_working_days(first, budget(first, limit, extension))
    else:
        intervals = union(pauses)
        begin = restart_day(start, limit, calendar, pauses, extension) or first
        raw = last_day(begin, limit, calendar, intervals, extension)
        on = raw if raw is None else _rolled(raw, limit, calendar, intervals)
    if on is None:
        return Deadline(None, None, False, calendar.version, False)
    provisional = _is_provisional(first, raw, on, limit, calendar)
    at = start_of_day(on) if limit.direction == "min" else calendar.end_of(on)
    return Deadline(on, at, provisional, calendar.version)


def restart_day(
    start: datetime,
    limit: Limit,
    calendar: Calendar,
    pauses: Sequence[Pause],
    extension: int = 0,
    upto: date | None = None,
) -> date | None:
    """The last day of the latest reset that found the clock still running; None where the budget never starts anew.

    The budget counts from the day after it, as after a start day; what lies before is moot. ``upto`` reads the clock
    as of that day: a reset that had not ended by then counts as the pause it still was. A reset is too late, and
    changes nothing, when the clock had ended by the end of the day on which the reset began.
    """
    resets = sorted((pause.until, pause.since) for pause in pauses if pause.resets and pause.until is not None)
    if not resets:
        return None
    first, intervals = local_day(start), union(pauses)
    found: date | None = None
    for until, since in resets:
        if until < first or (upto is not None and until > upto):
            continue
        end = _end_day(start, found, limit, calendar, intervals, extension)
        if end is None or end > since:
            found = until
    return found


def last_day(
    first: date, limit: Limit, calendar: Calendar, intervals: Sequence[Interval], extension: int
) -> date | None:
    """The day the budget is used up, before any roll to a working day; None while an open pause holds it.

    ``first`` is the day the budget counts from: the start day, or the day `restart_day` gives.
    """
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
    amount = _amount(limit, extension)
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


def used_days(
    start: datetime, limit: Limit, calendar: Calendar, pauses: Sequence[Pause], upto: date, extension: int = 0
) -> int:
    """Days of the budget used after the start day up to and including ``upto``, in the unit of ``budget``.

    Not capped: an overdue clock has used more than it had. 0 before the start. Counted anew from a reset that had
    ended by ``upto``; ``extension`` only decides whether that reset still found the clock running.
    """
    first = restart_day(start, limit, calendar, pauses, extension, upto) or local_day(start)
    if upto <= first:
        return 0
    return _elapsed(first, upto, limit.unit, calendar) - _paused_between(first, upto, limit.unit, calendar, pauses)


def paused_days(
    start: datetime, limit: Limit, calendar: Calendar, pauses: Sequence[Pause], upto: date, extension: int = 0
) -> int:
    """Days the pauses took out after the start day up to and including ``upto``, in the unit of ``budget``.

    Those before a reset are moot and not among them; ``extension`` as for `used_days`.
    """
    first = restart_day(start, limit, calendar, pauses, extension, upto) or local_day(start)
    return _paused_between(first, upto, limit.unit, calendar, pauses)


def remaining_days(
    start: datetime, limit: Limit, calendar: Calendar, pauses: Sequence[Pause], extension: int, today: date
) -> int:
    """Working days after ``today`` up to and including the last day, without those that pauses take out; 0 on the last
    day, negative once overdue.

    Never 0 on another day: the Saturday after a Friday deadline is -1. A pause after the last day does not make an
    overdue clock less overdue. While an open pause holds the clock: what remains after resuming, which is the budget
    minus the days used, or the whole budget where the pause resets; these are calendar days if the limit counts
    calendar days. ValueError for working hours, hours and minutes.
    """
    on = deadline(start, limit, calendar, pauses, extension).on
    # Asked first, so that a limit that counts no days is refused also once it is overdue.
    begin = restart_day(start, limit, calendar, pauses, extension, today) or local_day(start)
    whole = budget(begin, limit, extension)
    if on is not None and today > on:
        return -max(1, calendar.working_days_between(on, today))
    if on is not None and limit.unit is not Unit.WORKING_DAY:
        # The last day is known, so also on a day that a pause takes out (the one it ends on) these are working days.
        running = calendar.working_days_between(today, on) - _paused_between(
            today, on, Unit.WORKING_DAY, calendar, pauses
        )
        return 0 if today == on else max(1, running)
    if any(pause.resets and pause.covers(today) and pause.until != today for pause in pauses):
        return budget(max(begin, today), limit, extension)
    return whole - used_days(start, limit, calendar, pauses, today, extension)


def remaining_working_minutes(
    start: datetime, limit: Limit, calendar: Calendar, pauses: Sequence[Pause], extension: int, now: datetime
) -> int:
    """Whole office minutes from ``now`` to the end of a limit in working hours, rounded away from zero.

    0 only at the very end, -1 or less after it, also in the evening. While a pause holds the clock: what remains
    after resuming. ValueError for every other unit.
    """
    if limit.unit is not Unit.WORKING_HOUR:
        raise ValueError(f"limit {limit}: a limit in working hours ({Unit.WORKING_HOUR}) is accepted here")
    at = deadline(start, limit, calendar, pauses, extension).at
    if at is not None and now > at:
        return -max(1, _minutes_up(office_time_between(at, now, calendar)))
    today = local_day(now)
    if any(pause.resets and pause.covers(today) for pause in pauses):
        return 60 * budget_hours(limit, extension)
    left = timedelta(hours=budget_hours(limit, extension)) - used_office_time(
        start, limit, calendar, pauses, extension, now
    )
    # Before the start nothing is used; between the end of office and the next opening nothing runs.
    return 0 if at == now else max(1, _minutes_up(left))


def used_office_time(
    start: datetime, limit: Limit, calendar: Calendar, pauses: Sequence[Pause], extension: int, now: datetime
) -> timedelta:
    """Office time a limit in working hours has used by ``now``, pauses taken out; not capped, 0 before the start.

    Counted anew from the opening after a reset that had ended by then.
    """
    today = local_day(now)
    begin = _begin(start, restart_day(start, limit, calendar, pauses, extension, today))
    used = office_time_between(begin, now, calendar)
    for since, until in union(pauses):
        leave = max(begin, end_of_day(accepted_day(since)))
        back = now if until is None else min(now, end_of_day(accepted_day(until)))
        used -= office_time_between(leave, back, calendar)
    return used


def budget_hours(limit: Limit, extension: int = 0) -> int:
    """The working hours a clock has in all; ValueError for an extension that is none."""
    return _amount(limit, extension)


def remaining_minutes(due: Deadline, now: datetime) -> int:
    """Whole minutes from ``now`` to the end of a clock, away from zero: 1 until the very end, -1 right after it."""
    if due.at is None:
        raise ValueError("a paused clock has no end to count minutes to")
    seconds = (due.at - now).total_seconds()
    minutes = -int(-abs(seconds) // 60)
    return minutes if seconds >= 0 else -minutes


def _office_deadline(
    start: datetime, first: date, limit: Limit, calendar: Calendar, pauses: Sequence[Pause], extension: int
) -> Deadline:
    restart = restart_day(start, limit, calendar, pauses, extension)
    length = timedelta(hours=budget_hours(limit, extension))
    at = office_end(_begin(start, restart), length, calendar, union(pauses))
    if at is None:
        return Deadline(None, None, False, calendar.version, False)
    on = accepted_day(local_day(at))
    provisional = on > calendar.horizon or calendar.is_provisional(first) or calendar.is_provisional(on)
    return Deadline(on, at.astimezone(UTC), provisional, calendar.version, False)


def _exact_deadline(
    start: datetime, limit: Limit, calendar: Calendar, pauses: Sequence[Pause], extension: int
) -> Deadline:
    if pauses:
        raise ValueError(f"limit {limit}: a clock in hours or minutes cannot be paused, {len(pauses)} pauses given")
    amount = _amount(limit, extension)
    # In UTC: adding to a local time would add to the wall clock, which jumps where there is summer time.
    at = start.astimezone(UTC) + (timedelta(hours=amount) if limit.unit is Unit.HOUR else timedelta(minutes=amount))
    return Deadline(accepted_day(local_day(at)), at, False, calendar.version, False)


def _amount(limit: Limit, extension: int) -> int:
    if not 0 <= extension <= LARGEST_AMOUNT:
        raise ValueError(f"extension of {extension}: 0 to {LARGEST_AMOUNT} {limit.unit} are accepted")
    return limit.amount + extension


def _end_day(
    start: datetime,
    restart: date | None,
    limit: Limit,
    calendar: Calendar,
    intervals: Sequence[Interval],
    extension: int,
) -> date | None:
    """The last day of a clock counted from ``restart`` or its start, resets taken for plain pauses; None while held."""
    if limit.unit is Unit.WORKING_HOUR:
        at = office_end(_begin(start, restart), timedelta(hours=budget_hours(limit, extension)), calendar, intervals)
        return None if at is None else local_day(at)
    raw = last_day(restart or local_day(start), limit, calendar, intervals, extension)
    return None if raw is None else _rolled(raw, limit, calendar, intervals)


def _begin(start: datetime, restart: date | None) -> datetime:
    return start if restart is None else end_of_day(accepted_day(restart))


def _paused_between(after: date, upto: date, unit: Unit, calendar: Calendar, pauses: Sequence[Pause]) -> int:
    """Days after ``after`` up to and including ``upto`` that a pause takes out, in ``unit``."""
    taken = 0
    for since, until in union(pauses):
        begin, end = max(since, after), upto if until is None else min(until, upto)
        if begin < end:
            taken += _elapsed(begin, end, unit, calendar)
    return taken


def _minutes_up(length: timedelta) -> int:
    return -(-length // timedelta(minutes=1))


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
