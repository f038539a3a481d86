"""Calendars as versioned data: every version that ever made a date, and which one held from when."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from workflow.clock.calendar import Calendar, calendar_from
from workflow.store.amendments import WAITING

IN_FORCE = "SELECT f.version FROM calendars_in_force f ORDER BY f.id DESC LIMIT 1"
"""The version in force, for a statement that reads it together with something else."""


class Shelf:
    """The calendars of this process by version; one is fetched when it is first asked for, and never changes."""

    def __init__(self, base: Calendar) -> None:
        self._known = {base.version: base}

    def get(self, conn: Connection, version: str) -> Calendar:
        """The calendar of that version; KeyError where the database has never seen it."""
        found = self._known.get(version)
        if found is None:
            content = conn.execute(
                text("SELECT content FROM calendar_versions WHERE version = :version"), {"version": version}
            ).scalar()
            if content is None:
                raise KeyError(f"calendar {version}")
            found = self._known[version] = calendar_from(content)
        return found


@dataclass(frozen=True, slots=True)
class InForce:
    """One line of the succession of calendars: ``version`` held from ``since`` on.

    ``base`` is the version that the library and the files made by themselves; ``amendment_id`` what brought it, None
    where it came with the files; ``settled_at`` when every date had been moved to it.
    """

    id: int
    version: str
    base: str
    since: datetime
    amendment_id: int | None
    settled_at: datetime | None


_COLUMNS = "f.id, f.version, f.base, f.since, f.amendment_id, f.settled_at"


def in_force(conn: Connection) -> InForce | None:
    """The calendar that holds now; None where none but that of the files has ever been."""
    row = conn.execute(text(f"SELECT {_COLUMNS} FROM calendars_in_force f ORDER BY f.id DESC LIMIT 1")).one_or_none()  # noqa: S608
    return None if row is None else InForce(*row)


def holds(conn: Connection, line: int) -> bool:
    """Whether that line of the succession is the last one still."""
    return bool(conn.execute(text("SELECT max(id) = :line FROM calendars_in_force"), {"line": line}).scalar_one())


def succession(conn: Connection) -> tuple[InForce, ...]:
    """Every calendar that ever held, oldest first: a handful of lines in a year."""
    rows = conn.execute(text(f"SELECT {_COLUMNS} FROM calendars_in_force f ORDER BY f.id"))  # noqa: S608
    return tuple(InForce(*row) for row in rows)


def versions(conn: Connection) -> tuple[str, ...]:
    """The versions of every calendar that is kept."""
    return tuple(conn.execute(text("SELECT version FROM calendar_versions ORDER BY version")).scalars())


def held_at(succession: tuple[InForce, ...], moment: datetime) -> InForce | None:
    """The line of the succession that held at ``moment``; the first one before any."""
    held = [one for one in succession if one.since <= moment]
    return held[-1] if held else next(iter(succession), None)


def put_in_force(conn: Connection, calendar: Calendar, base: str, now: datetime, amendment_id: int | None) -> None:
    """From ``now`` on ``calendar`` holds; the dates it moves are settled by the workers."""
    conn.execute(
        text("""
INSERT INTO calendar_versions (version, content, horizon, first_seen)
VALUES (:version, cast(:content AS jsonb), :horizon, :now) ON CONFLICT DO NOTHING"""),
        {
            "version": calendar.version,
            "content": json.dumps(calendar.as_data(), ensure_ascii=False),
            "horizon": calendar.horizon,
            "now": now,
        },
    )
    conn.execute(
        text("""
INSERT INTO calendars_in_force (version, base, since, amendment_id, put_at)
VALUES (:version, :base, :now, :amendment_id, clock_timestamp())"""),
        {"version": calendar.version, "base": base, "now": now, "amendment_id": amendment_id},
    )


def hold(conn: Connection) -> None:
    """Let nobody else change the calendar until the transaction ends; readers do not wait."""
    conn.execute(text("LOCK TABLE calendars_in_force IN SHARE ROW EXCLUSIVE MODE"))


def mark_settled(conn: Connection, last: int | None = None) -> None:
    """No date is left to move to the calendar of the row ``last``, or to those before it; without it, to any."""
    conn.execute(
        text("""
WITH settled AS (
  UPDATE calendars_in_force SET settled_at = app_now()
  WHERE settled_at IS NULL AND id <= coalesce(CAST(:last AS bigint), id) RETURNING amendment_id)
UPDATE amendments SET settled_at = app_now()
WHERE settled_at IS NULL AND id IN (SELECT amendment_id FROM settled)"""),
        {"last": last},
    )


UNSETTLED = f"""SELECT EXISTS (SELECT FROM calendars_in_force f
  WHERE f.id = (SELECT max(id) FROM calendars_in_force)
    AND (f.settled_at IS NULL OR f.put_at > now() - interval '1 minute'))
  OR EXISTS (SELECT FROM amendments a WHERE {WAITING})"""  # noqa: S608 - constants only
"""Whether dates may wait to be moved, by a calendar, a limit or a flow version. For a minute after a change of the
calendar also once all are: somebody who began to act before it may only now write a date of the calendar before."""
