"""Idempotency keys: one per person, claimed and answered in the transaction of the work itself."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from workflow.store import driver


@dataclass(frozen=True, slots=True)
class Stored:
    """The first answer to a key; ``body`` is JSON."""

    request_hash: bytes
    status: int
    body: Any


_CLAIM = b"""
INSERT INTO idempotency (actor_id, key, request_hash) VALUES (%(actor_id)s, %(key)s, %(request_hash)s)
ON CONFLICT DO NOTHING RETURNING key"""
_KEEP = b"""
UPDATE idempotency SET status = %(status)s, body = cast(%(body)s AS jsonb)
WHERE actor_id = %(actor_id)s AND key = %(key)s RETURNING key"""


def claim(conn: Connection, actor_id: int, key: str, request_hash: bytes) -> Stored | None:
    """Take the key for this transaction, or return the answer that stands.

    Waits for another transaction holding the key, up to lock_timeout (then OperationalError, 55P03).
    """
    taken = driver.value(conn, _CLAIM, {"actor_id": actor_id, "key": key, "request_hash": request_hash})
    if taken is not None:
        return None
    row = conn.execute(
        text("SELECT request_hash, status, body FROM idempotency WHERE actor_id = :actor_id AND key = :key"),
        {"actor_id": actor_id, "key": key},
    ).one()
    return Stored(bytes(row.request_hash), row.status, row.body)


def keep(conn: Connection, actor_id: int, key: str, status: int, body: str) -> None:
    """Store the answer with the work; ``body`` is JSON text."""
    driver.value(conn, _KEEP, {"actor_id": actor_id, "key": key, "status": status, "body": body})
