"""Files that were sent and belong to no paper yet: kept like all others by their SHA-256, named by whoever waits.

What is never handed in stays, as a superseded upload does: finding out that nothing names it would read every material.
"""

import hashlib

from sqlalchemy import Connection, text

_PUT = text("INSERT INTO blobs (sha256, size, body) VALUES (:sha256, :size, :body) ON CONFLICT DO NOTHING")
_BODY = text("SELECT body FROM blobs WHERE sha256 = :sha256")


def put(conn: Connection, content: bytes) -> bytes:
    """Keep the bytes; returns their SHA-256."""
    digest = hashlib.sha256(content).digest()
    conn.execute(_PUT, {"sha256": digest, "size": len(content), "body": content})
    return digest


def body(conn: Connection, sha256: bytes) -> bytes | None:
    """The bytes, or None where they are gone."""
    found = conn.execute(_BODY, {"sha256": sha256}).scalar_one_or_none()
    return None if found is None else bytes(found)
