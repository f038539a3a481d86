"""Time that can be moved, for demonstrations and tests only.

`install` replaces `app_now()`: a stored shift moves the office's time for everybody, and the setting ``app.now`` of a
transaction fixes it for that transaction (which is how histories of the past are made by the real commands). The
production function, from the first migration, knows neither.
"""

from datetime import datetime, timedelta

from sqlalchemy import Connection, text

from workflow.errors import Unusable

_INSTALL = """
CREATE TABLE IF NOT EXISTS demo_time (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  shift interval NOT NULL
);
INSERT INTO demo_time (shift) VALUES (interval '0') ON CONFLICT DO NOTHING;
CREATE OR REPLACE FUNCTION app_now() RETURNS timestamptz LANGUAGE sql STABLE AS $$
  SELECT coalesce(nullif(current_setting('app.now', true), '')::timestamptz,
                  statement_timestamp() + (SELECT shift FROM demo_time))
$$;
"""

_UNINSTALL = """
CREATE OR REPLACE FUNCTION app_now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE
  AS 'SELECT statement_timestamp()';
DROP TABLE IF EXISTS demo_time;
"""


def install(conn: Connection) -> None:
    """Allow time to be moved in this database; keeps a shift that is already there."""
    conn.exec_driver_sql(_INSTALL)


def uninstall(conn: Connection) -> None:
    """Back to the one real clock."""
    conn.exec_driver_sql(_UNINSTALL)


def installed(conn: Connection) -> bool:
    """Whether time can be moved in this database."""
    return conn.execute(text("SELECT to_regclass('demo_time') IS NOT NULL")).scalar_one() is True


def fix(conn: Connection, now: datetime) -> None:
    """Let this transaction, and only it, live at ``now``."""
    conn.execute(text("SELECT set_config('app.now', :now, true)"), {"now": now.isoformat()})


def shift(conn: Connection) -> timedelta:
    """How far the office's time is ahead of the wall clock."""
    found = conn.execute(text("SELECT shift FROM demo_time")).scalar_one()
    assert isinstance(found, timedelta)
    return found


def move_to(conn: Connection, moment: datetime) -> datetime:
    """Move the office's time forward to ``moment``; raises Unusable for a step back, which no history could bear."""
    now = conn.execute(text("SELECT app_now()")).scalar_one()
    if moment < now:
        raise Unusable(f"time moves forward only: {moment.isoformat()} lies before {now.isoformat()}")
    conn.execute(text("UPDATE demo_time SET shift = shift + (:moment - app_now())"), {"moment": moment})
    return moment
