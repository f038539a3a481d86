"""Who has had the digest of a day, and what stands open for them; for many people at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, text

MOST_CASES = 500
"""Of one person's cases that are due; beyond that a digest counts no further."""


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
    """Open cases of these people that are due by ``until`` (office time), the most urgent first."""
    rows = conn.execute(
        text("""
SELECT one.person, c.no, c.title, c.flow, c.flow_version, c.state, c.due_at
FROM unnest(cast(:people AS int[])) AS one(person) CROSS JOIN LATERAL (
  SELECT no, title, flow, flow_version, state, due_at FROM cases c
  WHERE c.assignee_id = one.person AND c.ended_at IS NULL AND c.paused IN (false, true) AND c.due_at <= :until
  ORDER BY due_at, id LIMIT :most) c
ORDER BY one.person, c.due_at, c.no"""),
        {"people": list(people), "until": until, "most": MOST_CASES},
    )
    return [DueCase(*row) for row in rows]


def to_answer(conn: Connection, people: Sequence[int], flows: Sequence[str]) -> dict[int, int]:
    """How many open cases of ``flows`` wait for an answer of each of these people."""
    rows = conn.execute(
        text("""
SELECT assignee_id, count(*) AS cases FROM cases
WHERE assignee_id = ANY(:people) AND ended_at IS NULL AND flow = ANY(:flows) GROUP BY assignee_id"""),
        {"people": list(people), "flows": list(flows)},
    )
    return {row.assignee_id: row.cases for row in rows}


def unread(conn: Connection, people: Sequence[int]) -> Mapping[int, Unread]:
    """The alerts that wait for each of these people; nobody's are missing."""
    rows = conn.execute(
        text("""
SELECT person_id, count(*) AS alerts, count(*) FILTER (WHERE card = 'red') AS red FROM alerts
WHERE person_id = ANY(:people) AND acknowledged_at IS NULL AND stepped_down_at IS NULL GROUP BY person_id"""),
        {"people": list(people)},
    )
    return {row.person_id: Unread(row.alerts, row.red) for row in rows}
