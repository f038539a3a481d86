"""Amendments: what changes the dates of many cases at once, proposed by one person and signed by another."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, text

AmendmentState = Literal["proposed", "in_force", "refused", "withdrawn"]


@dataclass(frozen=True, slots=True)
class Amendment:
    """One amendment. ``proposed_by`` and ``decided_by`` are names; ``preview`` the figures the signer saw.

    ``decided_by`` is the proposer where the proposal was taken back. ``settled_at`` is when no case was left to move,
    ``moved`` how many did.
    """

    id: int
    kind: str
    content: Mapping[str, Any]
    document: str
    state: AmendmentState
    proposed_by: str
    proposed_by_id: int
    proposed_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    decision_note: str | None
    preview: Mapping[str, Any]
    settled_at: datetime | None
    moved: int


@dataclass(frozen=True, slots=True)
class Notable:
    """A notice or a closure in force, as it is kept."""

    id: int
    content: Mapping[str, Any]


# Whoever takes his own proposal back decides nothing: `decided_by` stays empty, as the table's check wants.
_SELECT = """
SELECT a.id, a.kind, a.content, a.document, a.state, p.name AS proposed_by, a.proposed_by AS proposed_by_id,
  a.proposed_at, coalesce(d.name, CASE WHEN a.decided_at IS NOT NULL THEN p.name END) AS decided_by, a.decided_at,
  a.decision_note, a.preview, a.settled_at, a.moved
FROM amendments a JOIN people p ON p.id = a.proposed_by LEFT JOIN people d ON d.id = a.decided_by"""


# The partial index amendments_unsettled holds the few that are not settled.
WAITING = """a.state = 'in_force' AND a.settled_at IS NULL AND a.kind IN ('limit', 'flow')
  AND coalesce(cast(a.content ->> 'from' AS date) <= cast(app_now() AT TIME ZONE 'Asia/Shanghai' AS date), true)"""
"""Of a row ``a`` of amendments: cases wait to be changed by it."""
_TO_SETTLE = text(f"{_SELECT} WHERE {WAITING} ORDER BY a.content ->> 'from' NULLS FIRST, a.id")


def by_id(conn: Connection, amendment_id: int) -> Amendment | None:
    """One amendment, None where there is none."""
    row = conn.execute(text(f"{_SELECT} WHERE a.id = :id"), {"id": amendment_id}).one_or_none()
    return None if row is None else Amendment(*row)


def newest(conn: Connection, before: int, limit: int) -> list[Amendment]:
    """The newest amendments with an id below ``before``."""
    rows = conn.execute(
        text(f"{_SELECT} WHERE a.id < :before ORDER BY a.id DESC LIMIT :limit"), {"before": before, "limit": limit}
    )
    return [Amendment(*row) for row in rows]


def calendar_ones_in_force(conn: Connection) -> list[Notable]:
    """Every notice and closure in force, in the order they were signed: a handful in a year."""
    rows = conn.execute(
        text("""
SELECT a.id, a.content FROM amendments a JOIN calendars_in_force f ON f.amendment_id = a.id
WHERE a.state = 'in_force' AND a.kind IN ('year', 'closure') ORDER BY f.id""")
    )
    return [Notable(*row) for row in rows]


def add(
    conn: Connection,
    kind: str,
    content: Mapping[str, Any],
    document: str,
    person_id: int,
    preview: Mapping[str, Any],
    now: datetime,
) -> int:
    """Write a proposal down and return its id."""
    return int(
        conn.execute(
            text("""
INSERT INTO amendments (kind, content, document, proposed_by, proposed_at, preview)
VALUES (:kind, cast(:content AS jsonb), :document, :person, :now, cast(:preview AS jsonb)) RETURNING id"""),
            {
                "kind": kind,
                "content": _json(content),
                "document": document,
                "person": person_id,
                "now": now,
                "preview": _json(preview),
            },
        ).scalar_one()
    )


def lock(conn: Connection, amendment_id: int) -> None:
    """Let nobody else decide it until the transaction ends."""
    conn.execute(text("SELECT FROM amendments WHERE id = :id FOR UPDATE"), {"id": amendment_id})


def decide(
    conn: Connection,
    amendment_id: int,
    state: AmendmentState,
    person_id: int | None,
    note: str,
    preview: Mapping[str, Any],
    now: datetime,
) -> None:
    """Sign or refuse a proposal; ``person_id`` is None where its proposer takes it back."""
    conn.execute(
        text("""
UPDATE amendments SET state = :state, decided_by = :person, decided_at = :now, decision_note = :note,
  preview = cast(:preview AS jsonb)
WHERE id = :id AND state = 'proposed'"""),
        {
            "id": amendment_id,
            "state": state,
            "person": person_id,
            "note": note,
            "now": now,
            "preview": _json(preview),
        },
    )


def withdraw(conn: Connection, amendment_id: int) -> None:
    """An amendment that was in force holds no longer."""
    conn.execute(text("UPDATE amendments SET state = 'withdrawn' WHERE id = :id"), {"id": amendment_id})


def count_moved(conn: Connection, amendment_id: int | None, cases: int) -> None:
    """Add to the cases an amendment has moved; None is a calendar that came with the files."""
    if amendment_id is not None and cases:
        conn.execute(
            text("UPDATE amendments SET moved = moved + :cases WHERE id = :id"), {"cases": cases, "id": amendment_id}
        )


def to_settle(conn: Connection) -> list[Amendment]:
    """The changed limits and flow versions in force that cases may still have to follow, in the order they count.

    A limit waits for its day.
    """
    return [Amendment(*row) for row in conn.execute(_TO_SETTLE)]


def mark_settled(conn: Connection, amendment_id: int) -> None:
    """No case is left that the amendment has to change."""
    conn.execute(
        text("UPDATE amendments SET settled_at = app_now() WHERE id = :id AND settled_at IS NULL"),
        {"id": amendment_id},
    )


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(dict(value), ensure_ascii=False)
