"""The outbox: what is to be told, committed with what happened, delivered afterwards, once by its key.

    pending → queued (an id was published) → leased (a courier holds it) → delivered | failed

``next_at`` is real time, not the office's: retries must not wait for a shifted clock. For queued and leased rows it is
the end of the lease: a row whose id was lost, or whose courier died, simply becomes due again.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Connection, text

Again = Literal["soon", "later", "never"]

QUEUED_FOR = timedelta(seconds=60)
# Longer than the hard time limit of a delivery, so that no second courier starts while the first may still be at it.
LEASED_FOR = timedelta(seconds=90)
ATTEMPTS = 12
SOON = timedelta(seconds=2)
LATER = timedelta(minutes=5)
LONGEST_WAIT = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Leased:
    """A message in the hands of one courier; ``token`` proves it. ``attempts`` counts this one; ``created_at`` is
    office time."""

    id: int
    token: UUID
    effect_key: str
    channel: str
    case_id: int | None
    person_id: int | None
    body: dict[str, Any]
    attempts: int
    created_at: datetime


def claim_for_relay(conn: Connection, limit: int) -> list[int]:
    """Take up to ``limit`` rows that wait, or whose lease has run out, and mark them queued; publish after commit."""
    rows = conn.execute(
        text("""
WITH waiting AS MATERIALIZED (
  SELECT id FROM outbox WHERE state IN ('pending', 'queued', 'leased') AND next_at <= now()
  ORDER BY next_at, id LIMIT :limit FOR UPDATE SKIP LOCKED)
UPDATE outbox o SET state = 'queued', next_at = now() + :lease, lease_token = NULL
FROM waiting WHERE o.id = waiting.id RETURNING o.id"""),
        {"limit": limit, "lease": QUEUED_FOR},
    ).scalars()
    return sorted(rows)


def put_back(conn: Connection, ids: Sequence[int]) -> None:
    """Rows that were claimed but could not be published wait as before."""
    conn.execute(
        text("UPDATE outbox SET state = 'pending', next_at = now() WHERE id = ANY(:ids) AND state = 'queued'"),
        {"ids": list(ids)},
    )


def lease(conn: Connection, message_id: int) -> Leased | None:
    """Take one message for delivery; None where it is delivered, in other hands, given up, or not due yet.

    Every lease counts as an attempt, so that a message that kills its couriers is given up as well.
    """
    row = conn.execute(
        text("""
UPDATE outbox SET state = 'leased', lease_token = gen_random_uuid(), next_at = now() + :lease, attempts = attempts + 1
WHERE id = :id AND (state = 'queued' OR (state IN ('pending', 'leased') AND next_at <= now()))
RETURNING id, lease_token, effect_key, channel, case_id, person_id, body, attempts, created_at"""),
        {"id": message_id, "lease": LEASED_FOR},
    ).one_or_none()
    return None if row is None else Leased(*row)


def mark_delivered(conn: Connection, message_id: int, token: UUID) -> bool:
    """The effect is there; False where the lease had run out and somebody else has the message now."""
    done = conn.execute(
        text("""
UPDATE outbox SET state = 'delivered', delivered_at = now(), lease_token = NULL, error = NULL
WHERE id = :id AND state = 'leased' AND lease_token = :token RETURNING id"""),
        {"id": message_id, "token": token},
    ).scalar()
    return done is not None


def retry_later(conn: Connection, message_id: int, token: UUID, error: str, again: Again) -> str | None:
    """The effect is not there: try again soon or later, each time after twice as long, or never.

    Returns the state of the message now ('pending', or 'failed' for good), None where the lease had run out.
    """
    state = conn.execute(
        text("""
UPDATE outbox SET lease_token = NULL, error = :error,
  state = CASE WHEN :never OR attempts >= :attempts THEN 'failed' ELSE 'pending' END,
  next_at = now() + least(cast(:longest AS interval), :wait * 2 ^ (attempts - 1)) * (0.8 + 0.4 * random())
WHERE id = :id AND state = 'leased' AND lease_token = :token RETURNING state"""),
        {
            "id": message_id,
            "token": token,
            "error": error,
            "never": again == "never",
            "attempts": ATTEMPTS,
            "wait": SOON if again == "soon" else LATER,
            "longest": LONGEST_WAIT,
        },
    ).scalar()
    return None if state is None else str(state)


def once_more(conn: Connection, effect_key: str) -> bool:
    """A message that was delivered or given up waits again, as if it were new; False where it waits already."""
    again = conn.execute(
        text("""
UPDATE outbox SET state = 'pending', attempts = 0, next_at = now(), delivered_at = NULL, error = NULL
WHERE effect_key = :key AND state IN ('delivered', 'failed') RETURNING id"""),
        {"key": effect_key},
    ).scalar()
    return again is not None


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message made from another one: for one person, by one channel."""

    effect_key: str
    channel: str
    person_id: int
    body: dict[str, Any]


def add(conn: Connection, messages: Sequence[NewMessage], case_id: int | None) -> None:
    """Put messages about one case in the outbox; one whose key is known is there already."""
    rows = [
        {"effect_key": m.effect_key, "channel": m.channel, "person_id": m.person_id, "body": m.body} for m in messages
    ]
    conn.execute(
        text("""
INSERT INTO outbox (effect_key, channel, case_id, person_id, body, created_at, next_at)
SELECT m.effect_key, m.channel, cast(:case_id AS bigint), m.person_id, m.body, app_now(), now()
FROM json_to_recordset(:rows) AS m(effect_key text, channel text, person_id int, body jsonb)
ON CONFLICT (effect_key) DO NOTHING"""),
        {"rows": json.dumps(rows, ensure_ascii=False), "case_id": case_id},
    )


def due_ids(conn: Connection, limit: int) -> list[int]:
    """Messages that wait and are due, oldest first: for a courier without a queue (the demo, a test)."""
    rows = conn.execute(
        text("""
SELECT id FROM outbox WHERE state IN ('pending', 'queued', 'leased') AND next_at <= now()
ORDER BY next_at, id LIMIT :limit"""),
        {"limit": limit},
    ).scalars()
    return list(rows)
