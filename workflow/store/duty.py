"""The duty roster: shifts of squads in force and those replaced, who may stand in them, and gaps that come near."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, text


@dataclass(frozen=True, slots=True)
class Shift:
    """One person on duty in [since, until)."""

    person_id: int
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class PublishedShift:
    """A shift of a roster that is in force."""

    id: int
    squad: str
    person_id: int
    person_name: str
    since: datetime
    until: datetime
    published_by: int | None
    published_at: datetime


@dataclass(frozen=True, slots=True)
class Gap:
    """Nobody is on duty for the squad in [since, until); ``until`` None: nobody is named after it."""

    squad: str
    since: datetime
    until: datetime | None


_COLUMNS = """
SELECT d.id, d.squad, d.person_id, p.name, d.since, d.until, d.published_by, d.published_at
FROM duty_shifts d JOIN people p ON p.id = d.person_id"""

_BETWEEN = text(
    _COLUMNS
    + """
WHERE d.squad = :squad AND d.replaced_at IS NULL AND d.until > :since AND d.since < :until ORDER BY d.until"""
)

_UPCOMING = text(
    _COLUMNS
    + """
WHERE d.squad = ANY(:squads) AND d.replaced_at IS NULL AND d.until > :since AND d.since < :until
ORDER BY d.squad, d.until"""
)


def between(conn: Connection, squad: str, since: datetime, until: datetime) -> list[PublishedShift]:
    """The shifts in force that touch [since, until), in order."""
    rows = conn.execute(_BETWEEN, {"squad": squad, "since": since, "until": until})
    return [PublishedShift(*row) for row in rows]


def of_squads(conn: Connection, squads: Sequence[str], since: datetime, until: datetime) -> list[PublishedShift]:
    """The same for several squads at once, by squad."""
    rows = conn.execute(_UPCOMING, {"squads": list(squads), "since": since, "until": until})
    return [PublishedShift(*row) for row in rows]


def lock_roster(conn: Connection, squad: str) -> None:
    """Let nobody else publish for this squad until this transaction ends."""
    conn.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('duty:' || :squad, 0))"), {"squad": squad})


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody named in a roster; ``member``: a specialist or the leader of that squad."""

    person_id: int
    name: str
    active: bool
    member: bool


def candidates(conn: Connection, squad: str, ids: Sequence[int]) -> dict[int, Candidate]:
    """What is known of these people, by id; unknown ids are missing."""
    rows = conn.execute(
        text("""
SELECT p.id, p.name, p.active, EXISTS (
  SELECT FROM person_roles r LEFT JOIN projects j ON j.id = r.project_id
  WHERE r.person_id = p.id AND r.role IN ('specialist', 'squad_leader') AND coalesce(r.squad, j.squad, :squad) = :squad)
FROM people p WHERE p.id = ANY(:ids)"""),
        {"squad": squad, "ids": list(ids)},
    )
    return {row[0]: Candidate(*row) for row in rows}


def replace(conn: Connection, ids: Sequence[int], by: int | None, now: datetime) -> None:
    """Take these shifts out of force; they stay, with who replaced them and when."""
    conn.execute(
        text("UPDATE duty_shifts SET replaced_by = :by, replaced_at = :now WHERE id = ANY(:ids)"),
        {"ids": list(ids), "by": by, "now": now},
    )


def publish(conn: Connection, squad: str, shifts: Sequence[Shift], by: int | None, now: datetime) -> None:
    """Put shifts in force; one that overlaps another in force raises IntegrityError."""
    rows = [
        {"person_id": one.person_id, "since": one.since.isoformat(), "until": one.until.isoformat()} for one in shifts
    ]
    conn.execute(
        text("""
INSERT INTO duty_shifts (squad, person_id, since, until, published_by, published_at)
SELECT :squad, s.person_id, s.since, s.until, cast(:by AS int), :now
FROM json_to_recordset(:rows) AS s(person_id int, since timestamptz, until timestamptz) ORDER BY s.since"""),
        {"squad": squad, "rows": json.dumps(rows), "by": by, "now": now},
    )


# A gap begins where a shift ends and no other is on. Of each squad the last end that has passed is looked at, and those
# within the horizon: what is stored beyond that costs nothing. A squad that never had a roster has no gap in it.
_GAPS_TO_ANNOUNCE = text("""
SELECT s.squad, e.until AS since, nullif(coalesce(n.since, 'infinity'), 'infinity') AS until
FROM unnest(cast(:squads AS text[])) AS s(squad)
CROSS JOIN LATERAL (
  (SELECT d.until FROM duty_shifts d
   WHERE d.squad = s.squad AND d.replaced_at IS NULL AND d.until <= app_now() ORDER BY d.until DESC LIMIT 1)
  UNION ALL
  SELECT d.until FROM duty_shifts d
  WHERE d.squad = s.squad AND d.replaced_at IS NULL AND d.until > app_now() AND d.until < app_now() + :ahead) e
LEFT JOIN LATERAL (
  SELECT d.since FROM duty_shifts d
  WHERE d.squad = s.squad AND d.replaced_at IS NULL AND d.until > e.until ORDER BY d.until LIMIT 1) n ON true
WHERE (n.since IS NULL OR (n.since > e.until AND n.since > app_now()))
ORDER BY s.squad, e.until""")


def gaps_ahead(conn: Connection, squads: Sequence[str], ahead: timedelta) -> list[Gap]:
    """Gaps of these squads that are open now or begin within ``ahead``."""
    return [Gap(*row) for row in conn.execute(_GAPS_TO_ANNOUNCE, {"squads": list(squads), "ahead": ahead})]


def announce(conn: Connection, messages: dict[str, dict[str, Any]]) -> int:
    """Put messages about no case in the outbox, by their effect key; returns how many had not been there before.

    Those already there are not touched, so that a look that finds nothing new writes nothing.
    """
    rows = [{"effect_key": key, "body": body} for key, body in messages.items()]
    return conn.execute(
        text("""
INSERT INTO outbox (effect_key, channel, body, created_at, next_at)
SELECT m.effect_key, 'tell', m.body, app_now(), now()
FROM json_to_recordset(:rows) AS m(effect_key text, body jsonb)
WHERE NOT EXISTS (SELECT FROM outbox o WHERE o.effect_key = m.effect_key)
ON CONFLICT (effect_key) DO NOTHING"""),
        {"rows": json.dumps(rows, ensure_ascii=False)},
    ).rowcount
