"""The stream: everything readers follow (lines of history, alerts, notices, changed projects) in one strict order.

Transactions commit in another order than they begin, so no number of theirs can be followed: "greater than the last I
saw" loses what commits late. What happened is noted in ``stream_pending`` by its own transaction; `sequence` gives
what is committed its position, one sequencer at a time. Positions have no gaps, and the lines of a case keep their
order.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection, text

BATCH = 2000


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened. ``kind``: event (``case_id``, ``seq``), alert or notice (``person_id``, ``ref``),
    project (``ref``)."""

    position: int
    kind: str
    case_id: int | None
    seq: int | None
    person_id: int | None
    ref: int | None


_LOCK_HEAD = text("SELECT position FROM stream_head FOR UPDATE SKIP LOCKED")
# A statement of its own, after the lock: its snapshot sees everything the sequencer before has moved.
_SEQUENCE = text("""
WITH picked AS MATERIALIZED (SELECT id FROM stream_pending ORDER BY id LIMIT :limit),
gone AS (
  DELETE FROM stream_pending p USING picked WHERE p.id = picked.id
  RETURNING p.id, p.kind, p.case_id, p.seq, p.person_id, p.ref),
placed AS (
  INSERT INTO stream (position, kind, case_id, seq, person_id, ref)
  SELECT :head + row_number() OVER (ORDER BY id), kind, case_id, seq, person_id, ref FROM gone RETURNING position)
UPDATE stream_head SET position = position + (SELECT count(*) FROM placed)
RETURNING (SELECT count(*) FROM placed)""")


def sequence(conn: Connection, limit: int = BATCH) -> int:
    """Give up to ``limit`` committed entries their position; returns how many, 0 where another sequencer is at it."""
    head = conn.execute(_LOCK_HEAD).scalar()
    if head is None:
        return 0
    return int(conn.execute(_SEQUENCE, {"head": head, "limit": limit}).scalar_one())


def head(conn: Connection) -> int:
    """The newest position, 0 before the first."""
    return int(conn.execute(text("SELECT position FROM stream_head")).scalar_one())


def after(conn: Connection, position: int, limit: int) -> list[Entry]:
    """Up to ``limit`` entries behind ``position``, in order."""
    rows = conn.execute(
        text("""
SELECT position, kind, case_id, seq, person_id, ref FROM stream WHERE position > :position
ORDER BY position LIMIT :limit"""),
        {"position": position, "limit": limit},
    )
    return [Entry(*row) for row in rows]


def of_person(conn: Connection, person_id: int, position: int, limit: int) -> list[Entry]:
    """Up to ``limit`` alerts and notices of one person behind ``position``, in order."""
    rows = conn.execute(
        text("""
SELECT position, kind, case_id, seq, person_id, ref FROM stream WHERE person_id = :person AND position > :position
ORDER BY position LIMIT :limit"""),
        {"person": person_id, "position": position, "limit": limit},
    )
    return [Entry(*row) for row in rows]


def follow(conn: Connection, reader: str, limit: int, take: Callable[[list[Entry]], None]) -> int:
    """Hand the next entries to ``take`` and note how far the reader has come, in the caller's transaction.

    Several workers may follow under one name: who comes second finds the reader's row locked and does nothing. Returns
    how many entries were taken; what ``take`` wrote and the position are committed together, or neither.
    """
    conn.execute(
        text("INSERT INTO stream_readers (name, position) VALUES (:name, 0) ON CONFLICT DO NOTHING"), {"name": reader}
    )
    position = conn.execute(
        text("SELECT position FROM stream_readers WHERE name = :name FOR UPDATE SKIP LOCKED"), {"name": reader}
    ).scalar()
    if position is None:
        return 0
    entries = after(conn, position, limit)
    if not entries:
        return 0
    take(entries)
    conn.execute(
        text("UPDATE stream_readers SET position = :position, at = now() WHERE name = :name"),
        {"name": reader, "position": entries[-1].position},
    )
    return len(entries)


def behind(conn: Connection) -> dict[str, int]:
    """How many entries each reader has still to take; what waits for a position is not among them."""
    rows = conn.execute(
        text("SELECT r.name, h.position - r.position AS behind FROM stream_readers r, stream_head h ORDER BY r.name")
    )
    return {row.name: row.behind for row in rows}
