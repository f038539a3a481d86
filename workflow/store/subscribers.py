"""Subscribers: other systems, how far each has been told, and who is telling it just now.

    waiting (position < head, next_at over) → queued (its id was published) → leased (one worker tells it) → waiting

All instants are real time. The position moves only under the token of the lease, so that of two workers one moves it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Connection, text

Again = Literal["soon", "later", "never"]
StoppedWhy = Literal["paused", "gone", "failing"]

QUEUED_FOR = timedelta(seconds=30)
# Longer than the hard time limit of its task, so that no second worker starts while the first may still be at it.
LEASED_FOR = timedelta(seconds=90)
SOON = timedelta(seconds=5)
LATER = timedelta(minutes=5)
LONGEST_WAIT = timedelta(hours=1)
FAILING_FOR = timedelta(days=3)
OLD_SECRET_FOR = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Subscriber:
    """One row as an administrator sees it. ``kinds`` empty: all; ``url`` empty: it pulls. ``behind`` is how many
    positions it has not been told."""

    id: int
    name: str
    url: str
    kinds: tuple[str, ...]
    generation: int
    old_until: datetime | None
    position: int
    behind: int
    active: bool
    stopped_why: StoppedWhy | None
    failures: int
    failing_since: datetime | None
    next_at: datetime | None
    testing: bool
    error: str | None
    created_at: datetime
    last_ok_at: datetime | None


@dataclass(frozen=True, slots=True)
class Leased:
    """A subscriber in the hands of one worker. ``generations`` sign: the present one, and the one before while it is
    valid. ``now`` is real time."""

    id: int
    token: UUID
    url: str
    kinds: tuple[str, ...]
    position: int
    generations: tuple[int, ...]
    test: bool
    now: datetime


_COLUMNS = """
SELECT s.id, s.name, s.url, s.kinds, s.generation, CASE WHEN s.old_until > now() THEN s.old_until END AS old_until,
  s.position, greatest(h.position - s.position, 0) AS behind, s.active, s.stopped_why, s.failures, s.failing_since,
  CASE WHEN s.next_at > now() THEN s.next_at END AS next_at, s.test_at IS NOT NULL AS testing, s.error, s.created_at,
  s.last_ok_at
FROM subscribers s CROSS JOIN stream_head h"""
_ALL = text(_COLUMNS + " ORDER BY s.name")
_ONE = text(_COLUMNS + " WHERE s.id = :id")
_NAMED = text(_COLUMNS + " WHERE s.name = :name")


def all_of_them(conn: Connection) -> list[Subscriber]:
    """Every subscriber by name; a district has a handful."""
    return [_subscriber(row) for row in conn.execute(_ALL)]


def one(conn: Connection, subscriber_id: int) -> Subscriber | None:
    """One subscriber, or None."""
    row = conn.execute(_ONE, {"id": subscriber_id}).one_or_none()
    return None if row is None else _subscriber(row)


def named(conn: Connection, name: str) -> Subscriber | None:
    """The subscriber of that name, or None."""
    row = conn.execute(_NAMED, {"name": name}).one_or_none()
    return None if row is None else _subscriber(row)


def add(
    conn: Connection, name: str, url: str, kinds: Sequence[str], position: int, created_by: int | None
) -> int | None:
    """Add one; its id, or None where the name is taken."""
    found = conn.execute(
        text("""
INSERT INTO subscribers (name, url, kinds, position, created_by, created_at)
VALUES (:name, :url, :kinds, :position, :created_by, now()) ON CONFLICT (name) DO NOTHING RETURNING id"""),
        {"name": name, "url": url, "kinds": list(kinds), "position": position, "created_by": created_by},
    ).scalar()
    return None if found is None else int(found)


def change(conn: Connection, subscriber_id: int, url: str, kinds: Sequence[str]) -> None:
    """Another address or other kinds, from the next request on; what had failed is tried at once."""
    conn.execute(
        text("""
UPDATE subscribers SET url = :url, kinds = :kinds, lease_token = NULL, lease_until = '-infinity',
  queued_until = '-infinity', next_at = '-infinity', failures = 0, failing_since = NULL, error = NULL
WHERE id = :id"""),
        {"id": subscriber_id, "url": url, "kinds": list(kinds)},
    )


def rotate(conn: Connection, subscriber_id: int) -> None:
    """The next generation of its secret; the one before signs beside it for `OLD_SECRET_FOR`."""
    conn.execute(
        text("UPDATE subscribers SET generation = generation + 1, old_until = now() + :valid WHERE id = :id"),
        {"id": subscriber_id, "valid": OLD_SECRET_FOR},
    )


def move_to(conn: Connection, subscriber_id: int, position: int) -> None:
    """Tell it everything behind ``position``, again or for the first time; whoever is telling it now stops."""
    conn.execute(
        text("""
UPDATE subscribers SET position = :position, lease_token = NULL, lease_until = '-infinity',
  queued_until = '-infinity', next_at = '-infinity' WHERE id = :id"""),
        {"id": subscriber_id, "position": position},
    )


def stop(conn: Connection, subscriber_id: int, why: StoppedWhy) -> None:
    """Tell it nothing until it is started again; its position stays."""
    conn.execute(
        text("""
UPDATE subscribers SET active = false, stopped_why = :why, lease_token = NULL, lease_until = '-infinity'
WHERE id = :id AND active"""),
        {"id": subscriber_id, "why": why},
    )


def start(conn: Connection, subscriber_id: int) -> None:
    """Go on from its position, at once."""
    conn.execute(
        text("""
UPDATE subscribers SET active = true, stopped_why = NULL, failures = 0, failing_since = NULL, error = NULL,
  next_at = '-infinity', queued_until = '-infinity' WHERE id = :id AND NOT active"""),
        {"id": subscriber_id},
    )


def ask_test(conn: Connection, subscriber_id: int) -> None:
    """Send it a test before anything else."""
    conn.execute(
        text("UPDATE subscribers SET test_at = now(), next_at = '-infinity' WHERE id = :id"), {"id": subscriber_id}
    )


def claim_waiting(conn: Connection, limit: int) -> list[int]:
    """Take up to ``limit`` that wait and mark them queued; publish their ids after the commit."""
    rows = conn.execute(
        text("""
WITH waiting AS MATERIALIZED (
  SELECT s.id FROM subscribers s
  WHERE s.active AND s.url <> '' AND s.next_at <= now() AND s.queued_until <= now() AND s.lease_until <= now()
    AND (s.test_at IS NOT NULL OR s.position < (SELECT position FROM stream_head))
  ORDER BY s.next_at, s.id LIMIT :limit FOR UPDATE SKIP LOCKED)
UPDATE subscribers s SET queued_until = now() + :queued FROM waiting WHERE s.id = waiting.id RETURNING s.id"""),
        {"limit": limit, "queued": QUEUED_FOR},
    ).scalars()
    return sorted(rows)


def put_back(conn: Connection, ids: Sequence[int]) -> None:
    """What was claimed but could not be published waits as before."""
    conn.execute(text("UPDATE subscribers SET queued_until = '-infinity' WHERE id = ANY(:ids)"), {"ids": list(ids)})


def lease(conn: Connection, subscriber_id: int) -> Leased | None:
    """Take one to tell it; None where it is stopped, in other hands, or not to be tried yet."""
    row = conn.execute(
        text("""
UPDATE subscribers SET lease_token = gen_random_uuid(), lease_until = now() + :lease
WHERE id = :id AND active AND url <> '' AND lease_until <= now() AND next_at <= now()
RETURNING id, lease_token, url, kinds, position, generation, coalesce(old_until > now(), false) AS old,
  test_at IS NOT NULL AS test, now() AS now"""),
        {"id": subscriber_id, "lease": LEASED_FOR},
    ).one_or_none()
    if row is None:
        return None
    generations = (row.generation, row.generation - 1) if row.old and row.generation > 1 else (row.generation,)
    return Leased(row.id, row.lease_token, row.url, tuple(row.kinds), row.position, generations, row.test, row.now)


def told(conn: Connection, leased: Leased, position: int) -> bool:
    """It has everything up to ``position``; False where somebody else has it now, or it was stopped or moved."""
    done = conn.execute(
        text("""
UPDATE subscribers SET position = :position, failures = 0, failing_since = NULL, error = NULL, last_ok_at = now()
WHERE id = :id AND lease_token = :token RETURNING id"""),
        {"id": leased.id, "token": leased.token, "position": position},
    ).scalar()
    return done is not None


def passed_over(conn: Connection, leased: Leased, position: int) -> bool:
    """Nothing up to ``position`` is for it; False as with `told`."""
    done = conn.execute(
        text("UPDATE subscribers SET position = :position WHERE id = :id AND lease_token = :token RETURNING id"),
        {"id": leased.id, "token": leased.token, "position": position},
    ).scalar()
    return done is not None


def tested(conn: Connection, leased: Leased) -> None:
    """The test was sent, with whatever outcome."""
    conn.execute(
        text("UPDATE subscribers SET test_at = NULL WHERE id = :id AND lease_token = :token"),
        {"id": leased.id, "token": leased.token},
    )


def release(conn: Connection, leased: Leased) -> None:
    """Let it go: it waits again as soon as there is something to tell."""
    conn.execute(
        text("""
UPDATE subscribers SET lease_token = NULL, lease_until = '-infinity', queued_until = '-infinity'
WHERE id = :id AND lease_token = :token"""),
        {"id": leased.id, "token": leased.token},
    )


def failed(conn: Connection, leased: Leased, error: str, again: Again, wait: timedelta | None) -> StoppedWhy | None:
    """It did not take an event: try again after a growing while, at least ``wait`` where it said so.

    Returns why it is stopped now: 'gone' where it never wants to hear again, 'failing' after `FAILING_FOR`; None where
    it will be tried again, or is in other hands. The lease ends.
    """
    why: StoppedWhy | None = conn.execute(
        text("""
UPDATE subscribers SET lease_token = NULL, lease_until = '-infinity', queued_until = '-infinity',
  failures = failures + 1, failing_since = coalesce(failing_since, now()), error = :error,
  active = NOT (:never OR coalesce(failing_since < now() - cast(:failing AS interval), false)),
  stopped_why = CASE WHEN :never THEN 'gone'
    WHEN failing_since < now() - cast(:failing AS interval) THEN 'failing' END,
  next_at = now() + least(cast(:longest AS interval), greatest(cast(:wait AS interval),
    cast(:first AS interval) * 2 ^ least(failures, 20) * (0.8 + 0.4 * random())))
WHERE id = :id AND lease_token = :token RETURNING stopped_why"""),
        {
            "id": leased.id,
            "token": leased.token,
            "error": error,
            "never": again == "never",
            "failing": FAILING_FOR,
            "longest": LONGEST_WAIT,
            "wait": wait or timedelta(0),
            "first": LATER if again == "later" else SOON,
        },
    ).scalar()
    return why


def _subscriber(row: Any) -> Subscriber:
    values = dict(row._mapping)
    return Subscriber(**{**values, "kinds": tuple(values["kinds"])})
