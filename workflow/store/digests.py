"""Who has had the digest of a day, and what stands open for them; for many people at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, text

MOST_CASES = 500
"""Of one person's cases that are due; beyond that a digest counts no further."""


# Whose cases somebody looks after: their own unless they are away, and those of whoever they stand in for now. Whoever
# is away, and whose delegate's account was closed or is away too, hears of their own: better than nobody.
_WHOSE = """
WITH away AS MATERIALIZED (
  SELECT a.person_id, a.delegate_id FROM absences a JOIN people d ON d.id = a.delegate_id AND d.active
  WHERE a.until > app_now() AND a.since <= app_now()
    AND NOT EXISTS (SELECT FROM absences b WHERE b.person_id = d.id AND b.until > app_now() AND b.since <= app_now()))
SELECT p AS person, p AS assignee FROM unnest(cast(:people AS int[])) AS p
WHERE NOT EXISTS (SELECT FROM away WHERE away.person_id = p)
UNION ALL
SELECT away.delegate_id, away.person_id FROM away WHERE away.delegate_id = ANY(:people)"""


@dataclass(frozen=True, slots=True)
class DueCase:
    """An open case of somebody that is late or due before long."""

    person_id: int
    no: str
    title: str
    flow: str
    flow_version: int
    state: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Unread:
    """How many alerts of somebody wait for them, and how many of those are red."""

    alerts: int
    red: int


def claim(conn: Connection, day: date, limit: int) -> dict[int, dict[str, Any]]:
    """Up to ``limit`` people whose digest of ``day`` nobody has looked at, and what they chose to be told. Claimed is
    claimed: also who has nothing open, or wants none, is not asked about a second time."""
    rows = conn.execute(
        text("""
WITH claimed AS (
  INSERT INTO digests (person_id, day, sent_at)
  SELECT p.id, :day, app_now() FROM people p
  WHERE p.active AND NOT EXISTS (SELECT FROM digests d WHERE d.person_id = p.id AND d.day = :day)
  ORDER BY p.id LIMIT :limit
  ON CONFLICT DO NOTHING RETURNING person_id)
SELECT c.person_id, coalesce(t.choices, '{}') AS choices
FROM claimed c LEFT JOIN telling_choices t ON t.person_id = c.person_id"""),
        {"day": day, "limit": limit},
    )
    return {row.person_id: row.choices for row in rows}


def due_cases(conn: Connection, people: Sequence[int], until: datetime) -> list[DueCase]:
    """Open cases of these people, and of those they stand in for, that are due by ``until`` (office time), the most
    urgent first. Who is away has none: their delegate has them."""
    rows = conn.execute(
        text(f"""
SELECT one.person, c.no, c.title, c.flow, c.flow_version, c.state, c.due_at
FROM ({_WHOSE}) one CROSS JOIN LATERAL (
  SELECT no, title, flow, flow_version, state, due_at FROM cases c
  WHERE c.assignee_id = one.assignee AND c.ended_at IS NULL AND c.paused IN (false, true) AND c.due_at <= :until
  ORDER BY due_at, id LIMIT :most) c
ORDER BY one.person, c.due_at, c.no"""),  # noqa: S608 - constants of this file
        {"people": list(people), "until": until, "most": MOST_CASES},
    )
    return [DueCase(*row) for row in rows]


def to_answer(conn: Connection, people: Sequence[int], flows: Sequence[str]) -> dict[int, int]:
    """How many open cases of ``flows`` wait for an answer of each of these people; whose as in `due_cases`."""
    rows = conn.execute(
        text(f"""
SELECT one.person, count(*) AS cases FROM ({_WHOSE}) one JOIN cases c ON c.assignee_id = one.assignee
WHERE c.ended_at IS NULL AND c.flow = ANY(:flows) GROUP BY one.person"""),  # noqa: S608 - constants of this file
        {"people": list(people), "flows": list(flows)},
    )
    return {row.person: row.cases for row in rows}


def unread(conn: Connection, people: Sequence[int]) -> Mapping[int, Unread]:
    """The alerts that wait for each of these people; nobody's are missing."""
    rows = conn.execute(
        text("""
SELECT person_id, count(*) AS alerts, count(*) FILTER (WHERE card = 'red') AS red FROM alerts
WHERE person_id = ANY(:people) AND acknowledged_at IS NULL AND stepped_down_at IS NULL GROUP BY person_id"""),
        {"people": list(people)},
    )
    return {row.person_id: Unread(row.alerts, row.red) for row in rows}
