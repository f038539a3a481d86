"""Tokens: sessions of browsers, bearers of programmes, addresses of calendars. Only their SHA-256 is stored.

Their time is real time, not the office's: moving a demonstration forward must not sign everybody out.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Connection, text

from workflow.actor import Actor, Grant
from workflow.store import driver

Kind = Literal["session", "bearer", "calendar"]


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who a token belongs to, read together with the one reading of the clock of the request; ``seconds_left`` until
    the token ends by itself, in real time."""

    actor: Actor
    now: datetime
    csrf: str
    token_id: int
    seconds_left: int


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token just made; ``secret`` is shown once and kept nowhere."""

    id: int
    person_id: int
    kind: Kind
    secret: str
    csrf: str
    label: str
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Token:
    """A token as its owner may see it."""

    id: int
    kind: Kind
    label: str
    created_at: datetime
    expires_at: datetime


def digest(secret: str) -> bytes:
    """What is stored of a token; 256 random bits need no salt."""
    return hashlib.sha256(secret.encode()).digest()


_AUTHENTICATE = b"""
SELECT json_build_array(t.id, t.csrf, floor(extract(epoch FROM t.expires_at - statement_timestamp())), p.id, p.name,
  app_now(),
  (SELECT coalesce(json_agg(json_build_array(r.role, r.department, r.squad, r.project_id, r.company, r.on_behalf_of)
     ORDER BY r.on_behalf_of NULLS FIRST, r.id), '[]') FROM held_roles r WHERE r.person_id = p.id))
FROM tokens t JOIN people p ON p.id = t.person_id
WHERE t.hash = %(hash)s AND t.kind = %(kind)s AND t.revoked_at IS NULL AND t.expires_at > statement_timestamp()
  AND p.active"""


def authenticate(conn: Connection, hash_: bytes, kind: Kind) -> SignedIn | None:
    """The owner of a live token with every role as of now; None for any other, or a closed account."""
    found = driver.value(conn, _AUTHENTICATE, {"hash": hash_, "kind": kind})
    if found is None:
        return None
    token_id, csrf, seconds_left, person_id, name, now, grants = found
    actor = Actor(person_id, name, tuple(Grant(*grant) for grant in grants))
    return SignedIn(actor, datetime.fromisoformat(now), csrf, token_id, int(seconds_left))


def issue(conn: Connection, person_id: int, kind: Kind, label: str, lifetime: timedelta) -> NewToken:
    """Make a token of 256 random bits for a person."""
    secret, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(16)
    row = conn.execute(
        text("""
INSERT INTO tokens (person_id, kind, hash, csrf, label, created_at, expires_at)
VALUES (:person_id, :kind, :hash, :csrf, :label, statement_timestamp(), statement_timestamp() + :lifetime)
RETURNING id, created_at, expires_at"""),
        {
            "person_id": person_id,
            "kind": kind,
            "hash": digest(secret),
            "csrf": csrf,
            "label": label,
            "lifetime": lifetime,
        },
    ).one()
    return NewToken(row.id, person_id, kind, secret, csrf, label, row.created_at, row.expires_at)


def of_person(conn: Connection, person_id: int) -> list[Token]:
    """The live tokens of a person, newest first; at most 100."""
    rows = conn.execute(
        text("""
SELECT id, kind, label, created_at, expires_at FROM tokens
WHERE person_id = :person_id AND revoked_at IS NULL AND expires_at > statement_timestamp()
ORDER BY id DESC LIMIT 100"""),
        {"person_id": person_id},
    )
    return [Token(*row) for row in rows]


def revoke(conn: Connection, person_id: int, token_id: int) -> bool:
    """End a token of this person for good; False where the person has no such token. Ending it twice is no fault."""
    found = conn.execute(
        text("""
UPDATE tokens SET revoked_at = coalesce(revoked_at, statement_timestamp())
WHERE id = :token_id AND person_id = :person_id RETURNING id"""),
        {"token_id": token_id, "person_id": person_id},
    ).one_or_none()
    return found is not None


def extend_session(conn: Connection, token_id: int, lifetime: timedelta, longest: timedelta) -> int:
    """Let a session that has not ended go on for ``lifetime`` from now, though never beyond ``longest`` after it was
    begun, and never shorter than it had; returns the seconds it has left, 0 for one that is over."""
    found = conn.execute(
        text("""
UPDATE tokens
SET expires_at = greatest(expires_at, least(statement_timestamp() + :lifetime, created_at + :longest))
WHERE id = :token_id AND kind = 'session' AND revoked_at IS NULL AND expires_at > statement_timestamp()
RETURNING floor(extract(epoch FROM expires_at - statement_timestamp()))"""),
        {"token_id": token_id, "lifetime": lifetime, "longest": longest},
    ).scalar()
    return int(found or 0)


def revoke_kind(conn: Connection, person_id: int, kind: Kind) -> None:
    """End every live token of that kind of a person; of two at once the second waits for the first."""
    conn.execute(text("SELECT FROM people WHERE id = :person_id FOR NO KEY UPDATE"), {"person_id": person_id})
    conn.execute(
        text("""
UPDATE tokens SET revoked_at = statement_timestamp()
WHERE person_id = :person_id AND kind = :kind AND revoked_at IS NULL"""),
        {"person_id": person_id, "kind": kind},
    )


def revoke_session(conn: Connection, hash_: bytes) -> None:
    """End the session of this hash, whoever it belongs to; an unknown one is no fault."""
    conn.execute(
        text("""
UPDATE tokens SET revoked_at = statement_timestamp() WHERE hash = :hash AND kind = 'session' AND revoked_at IS NULL"""),
        {"hash": hash_},
    )
