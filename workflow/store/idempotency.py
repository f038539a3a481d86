"""Idempotency keys: one per person, claimed and answered in the transaction of the work itself."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text


@dataclass(frozen=True, slots=True)
class Stored:
    """The first answer to a key; ``body`` is JSON."""

    request_hash: bytes
    status: int
    body: Any


def claim(conn: Connection, actor_id: int, key: str, request_hash: bytes) -> Stored | None:
    """Take the key for this transaction, or return the answer that stands.

    Waits for another transaction holding the key, up to lock_timeout (then OperationalError, 55P03).
    """
    taken = conn.execute(
        text("""
INSERT INTO idempotency (actor_id, key, request_hash) VALUES (:actor_id, :key, :request_hash)
ON CONFLICT DO NOTHING RETURNING key"""),
        {"actor_id": actor_id, "key": key, "request_hash": request_hash},
    ).one_or_none()
    if taken is not None:
        return None
    row = conn.execute(
        text("SELECT request_hash, status, body FROM idempotency WHERE actor_id = :actor_id AND key = :key"),
        {"actor_id": actor_id, "key": key},
    ).one()
    return Stored(bytes(row.request_hash), row.status, row.body)


def keep(conn: Connection, actor_id: int, key: str, status: int, body: str) -> None:
    """Store the answer with the work; ``body`` is JSON text."""
    conn.execute(
        text("""
UPDATE idempotency SET status = :status, body = cast(:body AS jsonb) WHERE actor_id = :actor_id AND key = :key"""),
        {"actor_id": actor_id, "key": key, "status": status, "body": body},
    )
