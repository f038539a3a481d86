"""Notices on somebody's page, beside alerts: the row is the notice. Office time."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

NEWEST = 2**63 - 1
_ALL = text("""
SELECT id, case_id, message, body, created_at, seen_at FROM notices
WHERE person_id = :person AND id < :before ORDER BY id DESC LIMIT :limit""")
_UNSEEN = text("""
SELECT id, case_id, message, body, created_at, seen_at FROM notices
WHERE person_id = :person AND id < :before AND seen_at IS NULL ORDER BY id DESC LIMIT :limit""")


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice; ``message`` is its template, ``body`` what it was made from."""

    id: int
    case_id: int | None
    message: str
    body: dict[str, Any]
    created_at: datetime
    seen_at: datetime | None


def add(
    conn: Connection, base: str, message: str, bodies: Mapping[int, Mapping[str, Any]], case_id: int | None
) -> None:
    """One notice for each person of ``bodies``; a key that is known is there already."""
    rows = [
        {"key": f"{base}:{person}", "person": person, "body": dict(body)} for person, body in sorted(bodies.items())
    ]
    conn.execute(
        text("""
INSERT INTO notices (effect_key, person_id, case_id, message, body, created_at)
SELECT n.key, n.person, cast(:case_id AS bigint), :message, n.body, app_now()
FROM json_to_recordset(:rows) AS n(key text, person int, body jsonb)
ON CONFLICT (effect_key) DO NOTHING"""),
        {"rows": json.dumps(rows, ensure_ascii=False), "message": message, "case_id": case_id},
    )


def of_person(
    conn: Connection, person_id: int, before: int | None, limit: int, only_unseen: bool = False
) -> list[Notice]:
    """Up to ``limit`` notices of one person with an id below ``before``, newest first."""
    rows = conn.execute(
        _UNSEEN if only_unseen else _ALL, {"person": person_id, "before": before or NEWEST, "limit": limit}
    )
    return [Notice(*row) for row in rows]


def mark_seen(conn: Connection, person_id: int, ids: Sequence[int]) -> int:
    """Notices of this person were looked at; returns how many had not been before."""
    return conn.execute(
        text("UPDATE notices SET seen_at = app_now() WHERE person_id = :person AND id = ANY(:ids) AND seen_at IS NULL"),
        {"person": person_id, "ids": list(ids)},
    ).rowcount
