"""Where the office's time stands in a demonstration, and what waits in it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, text

from workflow.queries.operations import figures
from workflow.store import demo_time


@dataclass(frozen=True, slots=True)
class Standing:
    """``now`` is the office's time, ``real_now`` the wall clock's, ``shift`` how far the first is ahead.

    ``due`` counts rungs that no worker has fired yet, ``waiting`` messages not delivered yet (both at most 10 000).
    """

    now: datetime
    real_now: datetime
    shift: timedelta
    due: int
    waiting: int
    next_rung_at: datetime | None


def time_standing(conn: Connection) -> Standing | None:
    """Where time stands; None in a database whose time cannot be moved."""
    if not demo_time.installed(conn):
        return None
    row = conn.execute(
        text("""
SELECT app_now() AS now, statement_timestamp() AS real_now, (SELECT min(fire_at) FROM clocks
  WHERE state = 'armed' AND fire_at > app_now() AND fire_at < 'infinity') AS next_rung_at""")
    ).one()
    found = figures(conn)
    return Standing(row.now, row.real_now, demo_time.shift(conn), found.due, found.waiting, row.next_rung_at)
