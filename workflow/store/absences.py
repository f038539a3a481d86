"""Leave: who is away, from when to when, and who stands in. Nothing is deleted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text


@dataclass(frozen=True, slots=True)
class Absence:
    """One leave of ``person_id`` in [since, until), with who stands in; ``until`` is before ``planned_until`` where it
    was handed back early, and equal to ``since`` where it was called off before it began."""

    id: int
    person_id: int
    person_name: str
    delegate_id: int
    delegate_name: str
    since: datetime
    until: datetime
    planned_until: datetime
    reason: str
    recorded_by: int
    recorded_at: datetime
    ended_by: int | None
    ended_at: datetime | None


_COLUMNS = """
SELECT a.id, a.person_id, p.name, a.delegate_id, d.name, a.since, a.until, a.planned_until, a.reason, a.recorded_by,
  a.recorded_at, a.ended_by, a.ended_at
FROM absences a JOIN people p ON p.id = a.person_id JOIN people d ON d.id = a.delegate_id"""

_BY_ID = text(_COLUMNS + " WHERE a.id = :id")
_OVERLAPPING = text(
    _COLUMNS
    + """
WHERE (a.person_id = ANY(:ids) OR a.delegate_id = ANY(:ids)) AND a.until > :since AND a.since < :until
  AND a.since < a.until
ORDER BY a.since, a.id"""
)


@dataclass(frozen=True, slots=True)
class Standing:
    """What of a person decides about leave: ``staff`` holds a role of the office, ``companies`` are those they apply
    for."""

    person_id: int
    name: str
    active: bool
    staff: bool
    companies: frozenset[str]


def standings(conn: Connection, ids: Sequence[int]) -> dict[int, Standing]:
    """These people by id, with the roles of their own; unknown ids are missing."""
    rows = conn.execute(
        text("""
SELECT p.id, p.name, p.active,
  EXISTS (SELECT FROM person_roles r WHERE r.person_id = p.id AND r.role <> 'applicant') AS staff,
  (SELECT coalesce(array_agg(r.company), '{}') FROM person_roles r
    WHERE r.person_id = p.id AND r.role = 'applicant' AND r.company IS NOT NULL) AS companies
FROM people p WHERE p.id = ANY(:ids)"""),
        {"ids": list(ids)},
    )
    return {row.id: Standing(row.id, row.name, row.active, row.staff, frozenset(row.companies)) for row in rows}


def by_id(conn: Connection, absence_id: int) -> Absence | None:
    """One leave, None where there is none of that number."""
    row = conn.execute(_BY_ID, {"id": absence_id}).one_or_none()
    return None if row is None else Absence(*row)


def lock_people(conn: Connection, ids: Sequence[int]) -> None:
    """Let nobody else record a leave of these people, or in which they stand in, until this transaction ends."""
    conn.execute(text("SELECT FROM people WHERE id = ANY(:ids) ORDER BY id FOR NO KEY UPDATE"), {"ids": list(ids)})


def overlapping(conn: Connection, ids: Sequence[int], since: datetime, until: datetime) -> list[Absence]:
    """Leaves that touch [since, until) in which one of these people is away or stands in, earliest first."""
    return [Absence(*row) for row in conn.execute(_OVERLAPPING, {"ids": list(ids), "since": since, "until": until})]


def add(
    conn: Connection,
    person_id: int,
    delegate_id: int,
    since: datetime,
    until: datetime,
    reason: str,
    recorded_by: int | None,
    now: datetime,
) -> int:
    """Record a leave and return its id; one that overlaps another of the same person raises IntegrityError."""
    return int(
        conn.execute(
            text("""
INSERT INTO absences (person_id, delegate_id, since, until, planned_until, reason, recorded_by, recorded_at)
VALUES (:person_id, :delegate_id, :since, :until, :until, :reason, :recorded_by, :now) RETURNING id"""),
            {
                "person_id": person_id,
                "delegate_id": delegate_id,
                "since": since,
                "until": until,
                "reason": reason,
                "recorded_by": recorded_by,
                "now": now,
            },
        ).scalar_one()
    )


def end(conn: Connection, absence_id: int, ended_by: int | None, now: datetime) -> bool:
    """End a leave at ``now``, or before it begins; False where it is over already."""
    done = conn.execute(
        text("""
UPDATE absences SET until = greatest(since, :now), ended_by = :ended_by, ended_at = :now
WHERE id = :id AND until > :now AND since < until RETURNING id"""),
        {"id": absence_id, "ended_by": ended_by, "now": now},
    ).scalar()
    return done is not None
