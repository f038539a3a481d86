"""Readers of the stream that make something of every case: by whose configuration, and what they could not make.

All in real time; whoever calls holds the reader's own lock.
"""

import traceback
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

Kind = Literal["case", "project"]


@dataclass(frozen=True, slots=True, order=True)
class Ref:
    """A case or a project, by its id."""

    kind: Kind
    id: int


@dataclass(frozen=True, slots=True)
class Fault:
    """What was put aside: ``no`` of the case or code of the project, the error, and since when."""

    kind: Kind
    no: str
    error: str
    attempts: int
    since: datetime


_HELD = text("""
SELECT digest, former, seen_at > now() - interval '1 minute' AS alive, seen_at > now() - interval '5 s' AS fresh
FROM reader_rules WHERE reader = :reader FOR UPDATE""")
_HOLD = text("""
INSERT INTO reader_rules (reader, digest, seen_at) VALUES (:reader, :digest, now())
ON CONFLICT (reader) DO UPDATE SET digest = excluded.digest, seen_at = excluded.seen_at,
  former = CASE WHEN reader_rules.digest = excluded.digest THEN reader_rules.former
    ELSE (array_append(array_remove(reader_rules.former, excluded.digest), reader_rules.digest))[
      greatest(cardinality(reader_rules.former) - 18, 1):] END""")


def may_make(conn: Connection, reader: str, digest: str) -> bool:
    """Whether a process with the configuration ``digest`` makes what ``reader`` keeps.

    The one that came last does. Who was replaced by it would only undo its work, and stays away until the other has
    been silent for a minute: then an upgrade was taken back.
    """
    held = conn.execute(_HELD, {"reader": reader}).one_or_none()
    if held is not None and held.digest == digest and held.fresh:
        return True
    if held is not None and held.digest != digest and digest in held.former and held.alive:
        return False
    conn.execute(_HOLD, {"reader": reader, "digest": digest})
    return True


def forget_rules(conn: Connection, reader: str) -> None:
    """Nobody was replaced: a person has asked for everything to be made anew by this process."""
    conn.execute(text("DELETE FROM reader_rules WHERE reader = :reader"), {"reader": reader})


def put_aside(conn: Connection, reader: str, ref: Ref, error: str) -> int:
    """Note that nothing could be made of ``ref``; tried again after a minute, then later and later, at least hourly.
    Returns how often it has failed by now."""
    return int(
        conn.execute(
            text("""
INSERT INTO reader_faults AS f (reader, kind, ref, error, since, next_at)
VALUES (:reader, :kind, :ref, :error, now(), now() + interval '1 minute')
ON CONFLICT (reader, kind, ref) DO UPDATE SET error = excluded.error, attempts = f.attempts + 1,
  next_at = now() + least(interval '1 minute' * 2 ^ least(f.attempts, 6), interval '1 hour')
RETURNING attempts"""),
            {"reader": reader, "kind": ref.kind, "ref": ref.id, "error": error},
        ).scalar_one()
    )


def made(conn: Connection, reader: str, refs: Collection[Ref]) -> None:
    """These were made: they are aside no more."""
    conn.execute(
        text("""
DELETE FROM reader_faults f USING unnest(cast(:kinds AS text[]), cast(:ids AS bigint[])) AS o(kind, id)
WHERE f.reader = :reader AND f.kind = o.kind AND f.ref = o.id"""),
        {"reader": reader, "kinds": [one.kind for one in refs], "ids": [one.id for one in refs]},
    )


def to_try_again(conn: Connection, reader: str, limit: int) -> list[Ref]:
    """Up to ``limit`` of those put aside whose time has come."""
    rows = conn.execute(
        text("""
SELECT kind, ref FROM reader_faults WHERE reader = :reader AND next_at <= now() ORDER BY next_at, kind, ref
LIMIT :limit"""),
        {"reader": reader, "limit": limit},
    )
    return [Ref(row.kind, row.ref) for row in rows]


def forget_faults(conn: Connection, reader: str) -> None:
    """Nothing is aside: everything is made anew."""
    conn.execute(text("DELETE FROM reader_faults WHERE reader = :reader"), {"reader": reader})


def faults(conn: Connection, reader: str, shown: int) -> Sequence[Fault]:
    """Up to ``shown`` of what is put aside, longest first."""
    rows = conn.execute(
        text("""
SELECT f.kind, coalesce(c.no, p.code, f.ref::text) AS no, f.error, f.attempts, f.since
FROM (SELECT * FROM reader_faults WHERE reader = :reader ORDER BY since, kind, ref LIMIT :shown) f
LEFT JOIN cases c ON f.kind = 'case' AND c.id = f.ref LEFT JOIN projects p ON f.kind = 'project' AND p.id = f.ref
ORDER BY f.since, f.kind, f.ref"""),
        {"reader": reader, "shown": shown},
    )
    return [Fault(row.kind, row.no, row.error, row.attempts, row.since) for row in rows]


def words_of(error: Exception) -> str:
    """What kind of error it is and where it came up; not its message, which may quote a row."""
    if isinstance(error, DBAPIError):
        return type(error.orig).__name__
    frames = traceback.extract_tb(error.__traceback__)
    return type(error).__name__ if not frames else f"{type(error).__name__} ({_place(frames[-1])})"


def _place(frame: traceback.FrameSummary) -> str:
    return f"{Path(frame.filename).name}:{frame.lineno} {frame.name}"
