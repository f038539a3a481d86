"""Counting 工作小时: office time between two instants, and the instant at which a budget of it runs out."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from workflow.clock.calendar import Calendar
from workflow.clock.days import OFFICE_ZONE, accepted_day, end_of_day, local_day, start_of_day
from workflow.clock.pauses import Interval

DAY = timedelta(days=1)
NOTHING = timedelta()


def office_time_between(after: datetime, upto: datetime, calendar: Calendar) -> timedelta:
    """The office time of working days from one aware instant to another; 0 when ``upto`` does not lie after."""
    if upto <= after:
        return NOTHING
    first, last = local_day(after), local_day(upto)
    # The days from the first up to and without the last.
    days = calendar.working_days_between(first, last) + calendar.is_working(first) - calendar.is_working(last)
    return calendar.hours.length * days - _used_of_day(after, calendar) + _used_of_day(upto, calendar)


def office_end(
    start: datetime, length: timedelta, calendar: Calendar, intervals: Sequence[Interval]
) -> datetime | None:
    """When ``length`` of office time from ``start`` is used up; None while an open pause holds it.

    ``intervals`` is a union of pauses: each takes out whole days, those after its first up to and including its
    last. What runs out at closing ends at that closing. No length at all ends at ``start`` itself.
    """
    remaining, position = length, start
    for since, until in intervals:
        if until is not None and start_of_day(accepted_day(until) + DAY) <= position:
            continue
        running = office_time_between(position, end_of_day(accepted_day(since)), calendar)
        if running >= remaining:
            break
        if until is None:
            return None
        remaining -= running
        position = start_of_day(until + DAY)
    return _added(position, remaining, calendar)


def _added(position: datetime, length: timedelta, calendar: Calendar) -> datetime:
    if not length:
        return position
    day, whole = local_day(position), calendar.hours.length
    if calendar.is_working(day):
        used = _used_of_day(position, calendar)
        if length <= whole - used:
            return calendar.hours.moment(day, used + length)
        length -= whole - used
    days, rest = divmod(length, whole)
    return calendar.hours.moment(calendar.add_working_days(day, days + bool(rest)), rest or whole)


def _used_of_day(instant: datetime, calendar: Calendar) -> timedelta:
    local = instant.astimezone(OFFICE_ZONE)
    return calendar.hours.before(local.time()) if calendar.is_working(local.date()) else NOTHING
