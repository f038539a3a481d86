"""How far the calendar reaches and whether every date has followed it, in figures that cost next to nothing."""

from dataclasses import dataclass

from sqlalchemy import Connection, text

from workflow.clock.days import local_day
from workflow.queries.calendar_year import missing_year
from workflow.queries.operations import COUNT_AT_MOST
from workflow.work import Office, calendar_in_force, read_now


@dataclass(frozen=True, slots=True)
class CalendarFigures:
    """``horizon_days`` from today to the last published day (negative once it has passed); ``provisional`` running
    clocks with a date that is an estimate, at most COUNT_AT_MOST; ``settling`` while dates may wait to be moved."""

    missing_year: int | None
    horizon_days: int
    provisional: int
    settling: bool


# The states stand in the text: with a parameter in their place the partial index could not be used.
_PROVISIONAL = text("""
SELECT count(*) FROM (SELECT 1 FROM clocks WHERE provisional AND state <> 'settled' ORDER BY id LIMIT :most) p""")
_SETTLING = text("""
SELECT coalesce((SELECT f.settled_at IS NULL FROM calendars_in_force f ORDER BY f.id DESC LIMIT 1), false)""")


def calendar_figures(office: Office, conn: Connection) -> CalendarFigures:
    """All of them, of this moment."""
    calendar, today = calendar_in_force(office, conn), local_day(read_now(conn))
    return CalendarFigures(
        missing_year=missing_year(calendar, today),
        horizon_days=(calendar.horizon - today).days,
        provisional=provisional_clocks(conn),
        settling=conn.execute(_SETTLING).scalar_one(),
    )


def provisional_clocks(conn: Connection) -> int:
    """Running clocks whose date is an estimate; stops counting at COUNT_AT_MOST."""
    return int(conn.execute(_PROVISIONAL, {"most": COUNT_AT_MOST}).scalar_one())
