"""The log of deliveries: every try, by whatever channel, without addresses. Real time; kept 90 days (`leftovers`)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

LONGEST_ERROR = 500


@dataclass(frozen=True, slots=True)
class Try:
    """One try. ``outbox_id`` is the first message of its letter; ``outcome``: delivered, soon, later, never or test."""

    id: int
    channel: str
    outbox_id: int | None
    subscriber_id: int | None
    person_id: int | None
    at: datetime
    milliseconds: int
    outcome: str
    error: str | None


def note(
    conn: Connection,
    channel: str,
    outcome: str,
    milliseconds: int,
    error: str | None = None,
    *,
    outbox_id: int | None = None,
    person_id: int | None = None,
    subscriber_id: int | None = None,
) -> None:
    """Write one try down; ``error`` names no address."""
    conn.execute(
        text("""
INSERT INTO deliveries (channel, outbox_id, subscriber_id, person_id, milliseconds, outcome, error)
VALUES (:channel, :outbox, :subscriber, :person, :milliseconds, :outcome, :error)"""),
        {
            "channel": channel,
            "outbox": outbox_id,
            "subscriber": subscriber_id,
            "person": person_id,
            "milliseconds": milliseconds,
            "outcome": outcome,
            "error": None if error is None else error[:LONGEST_ERROR],
        },
    )


def newest(conn: Connection, channels: Sequence[str], before: int | None, limit: int) -> list[Try]:
    """Up to ``limit`` tries by one of ``channels`` with an id below ``before``, newest first."""
    rows = conn.execute(
        text("""
SELECT t.* FROM unnest(cast(:channels AS text[])) AS one(channel) CROSS JOIN LATERAL (
  SELECT id, channel, outbox_id, subscriber_id, person_id, at, milliseconds, outcome, error FROM deliveries d
  WHERE d.channel = one.channel AND d.id < coalesce(cast(:before AS bigint), 9223372036854775807)
  ORDER BY d.id DESC LIMIT :limit) t
ORDER BY t.id DESC LIMIT :limit"""),
        {"channels": list(channels), "before": before, "limit": limit},
    )
    return [Try(*row) for row in rows]
