"""What people chose to be told by which way, and how they can be reached."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, text

from workflow.telling import Point, Reachable


def read(conn: Connection, person_id: int) -> dict[str, Any]:
    """What somebody chose; empty where they chose nothing and the defaults hold."""
    found = conn.execute(
        text("SELECT choices FROM telling_choices WHERE person_id = :person"), {"person": person_id}
    ).scalar()
    return dict(found) if found else {}


def write(conn: Connection, person_id: int, choices: Mapping[str, Any]) -> None:
    """Put ``choices``, checked by `workflow.telling.checked_choices`, in place of the old ones."""
    conn.execute(
        text("""
INSERT INTO telling_choices (person_id, choices, updated_at) VALUES (:person, :choices, app_now())
ON CONFLICT (person_id) DO UPDATE SET choices = excluded.choices, updated_at = excluded.updated_at"""),
        {"person": person_id, "choices": json.dumps(choices, ensure_ascii=False)},
    )


def reachable(conn: Connection, person_ids: Sequence[int]) -> dict[int, Reachable]:
    """By id, how each of these people can be reached; an account that is closed is missing."""
    rows = conn.execute(
        text("""
SELECT p.id, p.email, coalesce(t.choices, '{}') AS choices, coalesce(k.points, '[]') AS points
FROM people p LEFT JOIN telling_choices t ON t.person_id = p.id
LEFT JOIN LATERAL (
  SELECT jsonb_agg(jsonb_build_array(id, channel, address, bounced_at IS NOT NULL) ORDER BY id DESC) AS points
  FROM contact_points c WHERE c.person_id = p.id AND c.removed_at IS NULL) k ON true
WHERE p.active AND p.id = ANY(:ids)"""),
        {"ids": list(person_ids)},
    )
    return {
        row.id: Reachable(row.id, row.email, tuple(Point(*point) for point in row.points), row.choices) for row in rows
    }
