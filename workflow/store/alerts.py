"""Alerts (预警): rungs that fired, one row a person."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text


@dataclass(frozen=True, slots=True)
class AlertRow:
    """One alert as acknowledging looks at it."""

    id: int
    case_id: int
    clock: str
    round: int
    card: str
    role: str
    acknowledged_at: datetime | None


def of_person(conn: Connection, alert_id: int, person_id: int) -> AlertRow | None:
    """The alert, if it was addressed to this person."""
    row = conn.execute(
        text("""
SELECT a.id, a.case_id, k.name AS clock, k.round, a.card, a.role, a.acknowledged_at
FROM alerts a JOIN clocks k ON k.id = a.clock_id WHERE a.id = :id AND a.person_id = :person"""),
        {"id": alert_id, "person": person_id},
    ).one_or_none()
    return None if row is None else AlertRow(*row)


def acknowledge(conn: Connection, alert_id: int, note: str, now: datetime) -> None:
    """Mark an alert as seen; the caller holds its case and has looked whether it was."""
    conn.execute(
        text("UPDATE alerts SET acknowledged_at = :now, note = :note WHERE id = :id"),
        {"id": alert_id, "note": note or None, "now": now},
    )
