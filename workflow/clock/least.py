"""Periods that must not be undercut: the first lawful day of what may not come too soon, the last of what must come
well before.
"""

from collections.abc import Sequence
from datetime import date, time, timedelta

from workflow.clock.calendar import Calendar
from workflow.clock.days import accepted_day, office_time
from workflow.clock.deadline import deadline
from workflow.clock.limit import Limit, Unit
from workflow.clock.pauses import Pause

# Any time of the day will do: whole days are counted.
_NOON = time(12, 0)


def earliest_day(
    start: date, limit: Limit, calendar: Calendar, pauses: Sequence[Pause] = (), on_working_day: bool = False
) -> date | None:
    """The first day on which a period of at least ``limit`` from ``start`` (not counted, 民法典 201) may end.

    Days of a pause do not count; None while one is open. A rest day neither shortens nor moves it, unless
    ``on_working_day``: then the next working day. ValueError for a limit that counts no days.
    """
    if not limit.unit.counts_days:
        raise ValueError(f"limit {limit}: a limit in days, months or years is accepted here")
    least = Limit(limit.amount, limit.unit, "min")
    day = deadline(office_time(start, _NOON), least, calendar, pauses).on
    if day is None or not on_working_day or calendar.is_working(day):
        return day
    return calendar.add_working_days(day, 1)


def latest_day(end: date, limit: Limit, calendar: Calendar) -> date:
    """The last day that lies at least ``limit`` before ``end`` (not counted). ValueError for other limits than days."""
    if limit.unit is Unit.WORKING_DAY:
        return calendar.add_working_days(end, -limit.amount)
    if limit.unit is Unit.CALENDAR_DAY:
        return accepted_day(end - timedelta(days=limit.amount))
    raise ValueError(f"limit {limit}: a limit in working or calendar days is accepted here")
