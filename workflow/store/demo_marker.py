"""How far the making of the demo has come in this database, and the clean slate after an attempt that was cut off.

One row in a table of its own, which only a demo database has. ``making`` stands from the first write on, so whatever a
killed attempt left behind is known to be ours; ``made`` is the last write.
"""

from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, text

from workflow.store import exchange

State = Literal["making", "made"]
# Any constant will do as long as nothing else in this database uses it.
LOCK = 370213

_CREATE = """
CREATE TABLE IF NOT EXISTS demo_made (only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  state text NOT NULL CHECK (state IN ('making', 'made')), at timestamptz NOT NULL);
"""
# What outlives a clean slate: the shape of the database, its time, and this marker.
_KEPT = ("alembic_version", "demo_time", "demo_made")


def wait_for_turn(conn: Connection) -> None:
    """One maker at a time: others wait here, however long it takes; ``conn`` commits each statement by itself."""
    conn.exec_driver_sql("SET lock_timeout = 0")
    conn.exec_driver_sql("SET statement_timeout = 0")
    conn.execute(text("SELECT pg_advisory_lock(:key)"), {"key": LOCK})


def end_turn(conn: Connection) -> None:
    """Let the next one in; the end of the session would do so as well."""
    conn.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": LOCK})


def state(conn: Connection) -> State | None:
    """How far the demo is in this database; None where nobody has begun."""
    if conn.execute(text("SELECT to_regclass('demo_made') IS NULL")).scalar_one():
        return None
    found: State | None = conn.execute(text("SELECT state FROM demo_made")).scalar()
    return found


def mark(conn: Connection, state: State, now: datetime) -> None:
    """Note how far the demo is."""
    conn.exec_driver_sql(_CREATE)
    conn.execute(
        text("""
INSERT INTO demo_made (state, at) VALUES (:state, :now) ON CONFLICT (only_row) DO UPDATE
SET state = excluded.state, at = excluded.at"""),
        {"state": state, "now": now},
    )


def strangers(conn: Connection) -> int:
    """How many accounts, projects and cases are in this database that no demo has made."""
    return int(
        conn.execute(
            text("""
SELECT (SELECT count(*) FROM people WHERE NOT demo) + (SELECT count(*) FROM projects WHERE NOT demo)
  + (SELECT count(*) FROM cases WHERE NOT demo)""")
        ).scalar_one()
    )


def empty(conn: Connection) -> bool:
    """Whether nobody and nothing is recorded here yet."""
    return bool(
        conn.execute(
            text("""
SELECT NOT EXISTS (SELECT FROM people) AND NOT EXISTS (SELECT FROM projects) AND NOT EXISTS (SELECT FROM cases)""")
        ).scalar_one()
    )


def wipe(conn: Connection) -> None:
    """Take out everything an unfinished attempt left. The caller has made sure that nothing else is there."""
    tables = conn.execute(
        text("SELECT tablename FROM pg_tables WHERE schemaname = current_schema() AND NOT tablename = ANY(:kept)"),
        {"kept": list(_KEPT)},
    ).scalars()
    names = ", ".join(f'"{name}"' for name in sorted(tables))
    # History is append-only for everybody else; a history nobody was ever shown may go.
    conn.exec_driver_sql("ALTER TABLE events DISABLE TRIGGER events_no_truncate")
    conn.exec_driver_sql("TRUNCATE " + names + " RESTART IDENTITY")
    conn.exec_driver_sql("INSERT INTO stream_head (position) VALUES (0)")
    exchange.wipe(conn)
    conn.exec_driver_sql("ALTER TABLE events ENABLE TRIGGER events_no_truncate")
    conn.exec_driver_sql("ALTER SEQUENCE case_numbers RESTART")
    conn.exec_driver_sql("UPDATE demo_time SET shift = interval '0'")
