"""Addresses people gave for the channels outside of the application. Removed ones stay as rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text


@dataclass(frozen=True, slots=True)
class ContactPoint:
    """One address. ``tested_at``: a test message was handed over; ``bounced_at``: nothing will ever arrive there."""

    id: int
    person_id: int
    channel: str
    address: str
    created_at: datetime
    tested_at: datetime | None
    bounced_at: datetime | None
    error: str | None


_OF_PERSON = text(
    """
SELECT id, person_id, channel, address, created_at, tested_at, bounced_at, error FROM contact_points
WHERE person_id = :person AND removed_at IS NULL ORDER BY id DESC"""
)
_ADD = text(
    """
INSERT INTO contact_points AS c (person_id, channel, address, created_at)
VALUES (:person, :channel, :address, app_now())
ON CONFLICT (person_id, channel, address) DO UPDATE SET removed_at = NULL, created_at = excluded.created_at,
  tested_at = NULL, bounced_at = NULL, error = NULL
WHERE c.removed_at IS NOT NULL
RETURNING id, person_id, channel, address, created_at, tested_at, bounced_at, error"""
)


def of_person(conn: Connection, person_id: int) -> list[ContactPoint]:
    """The addresses of one person, newest first."""
    return [ContactPoint(*row) for row in conn.execute(_OF_PERSON, {"person": person_id})]


def add(conn: Connection, person_id: int, channel: str, address: str) -> ContactPoint | None:
    """Give an address, again where it had been removed; None where it is there already."""
    row = conn.execute(_ADD, {"person": person_id, "channel": channel, "address": address}).one_or_none()
    return None if row is None else ContactPoint(*row)


def remove(conn: Connection, person_id: int, point_id: int) -> bool:
    """Take an address of this person out of use; False where there is none."""
    return (
        conn.execute(
            text("""
UPDATE contact_points SET removed_at = app_now() WHERE id = :id AND person_id = :person AND removed_at IS NULL"""),
            {"id": point_id, "person": person_id},
        ).rowcount
        == 1
    )


def mark_bounced(conn: Connection, person_id: int, channel: str, address: str, error: str) -> None:
    """Nothing will ever arrive at this address. The account's e-mail address gets a row to say so, also where its row
    was removed: as the account's it is still in use."""
    conn.execute(
        text("""
INSERT INTO contact_points (person_id, channel, address, created_at, bounced_at, error)
VALUES (:person, :channel, :address, app_now(), app_now(), :error)
ON CONFLICT (person_id, channel, address) DO UPDATE SET bounced_at = excluded.bounced_at, error = excluded.error,
  removed_at = CASE WHEN excluded.address = (SELECT email FROM people p WHERE p.id = excluded.person_id) THEN NULL
    ELSE contact_points.removed_at END"""),
        {"person": person_id, "channel": channel, "address": address, "error": error[:500]},
    )


def in_use(conn: Connection, person_id: int, channel: str, address: str) -> bool:
    """Whether this is still an address of the person."""
    return (
        conn.execute(
            text("""
SELECT FROM contact_points
WHERE person_id = :person AND channel = :channel AND address = :address AND removed_at IS NULL"""),
            {"person": person_id, "channel": channel, "address": address},
        ).one_or_none()
        is not None
    )


def given_since(conn: Connection, person_id: int, since: datetime) -> int:
    """How many addresses this person has given since then (office time), removed ones too."""
    return int(
        conn.execute(
            text("SELECT count(*) FROM contact_points WHERE person_id = :person AND created_at >= :since"),
            {"person": person_id, "since": since},
        ).scalar_one()
    )


def tests_since(conn: Connection, keys: Sequence[str], since: datetime) -> bool:
    """Whether one of these test messages was asked for after ``since`` (office time)."""
    return (
        conn.execute(
            text("SELECT FROM outbox WHERE effect_key = ANY(:keys) AND created_at > :since LIMIT 1"),
            {"keys": list(keys), "since": since},
        ).one_or_none()
        is not None
    )


def mark_tested(conn: Connection, person_id: int, channel: str, address: str) -> None:
    """A test message was handed over: the address works again, whatever was said of it before."""
    conn.execute(
        text("""
UPDATE contact_points SET tested_at = app_now(), bounced_at = NULL, error = NULL
WHERE person_id = :person AND channel = :channel AND address = :address AND removed_at IS NULL"""),
        {"person": person_id, "channel": channel, "address": address},
    )
