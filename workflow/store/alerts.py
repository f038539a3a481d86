"""Alerts (预警): rungs that fired, one row a person; passed on where nobody answers, stepped down where nobody must."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, text

Why = Literal["unread", "unreachable"]

# Why nobody needs to answer an alert any more; null where somebody does. A rung that lies ahead again, or fired once
# more in a later epoch, has overtaken it; under another version of the flow its number is another rung's.
NEEDLESS = """CASE WHEN k.state = 'settled' THEN 'solved' WHEN k.state = 'paused' THEN 'paused'
  WHEN a.epoch < k.epoch AND (k.rung <= a.rung OR EXISTS (
      SELECT FROM firings g WHERE g.clock_id = a.clock_id AND g.rung = a.rung AND g.epoch > a.epoch))
    AND NOT EXISTS (SELECT FROM events m JOIN firings f ON (f.clock_id, f.epoch, f.rung) = (a.clock_id, a.epoch, a.rung)
      WHERE m.case_id = a.case_id AND m.action = 'flow_moved' AND m.recorded_at > f.fired_at) THEN 'moved' END"""


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


@dataclass(frozen=True, slots=True)
class Unanswered:
    """One alert as passing it on looks at it. ``told``: everybody who has an alert of the same rung; ``needless`` says
    why it need not be answered any more; ``answer_by`` None: it may wait."""

    id: int
    case_id: int
    clock_id: int
    epoch: int
    rung: int
    card: str
    person_id: int
    role: str
    answer_by: datetime | None
    needless: str | None
    told: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Resumed:
    """An alert that stepped down for a pause which is over, while its rung still stands."""

    id: int
    card: str
    unit: str


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


def case_of(conn: Connection, alert_id: int) -> int | None:
    """The case of an alert; None where there is no such alert."""
    found = conn.execute(text("SELECT case_id FROM alerts WHERE id = :id"), {"id": alert_id}).scalar()
    return None if found is None else int(found)


def unanswered(conn: Connection, alert_id: int) -> Unanswered | None:
    """The alert, if nobody has acknowledged it and it was neither passed on nor stepped down; the caller holds its
    case."""
    row = conn.execute(
        text(f"""
SELECT a.id, a.case_id, a.clock_id, a.epoch, a.rung, a.card, a.person_id, a.role,
  nullif(a.answer_by, 'infinity') AS answer_by, {NEEDLESS} AS needless,
  ARRAY(SELECT o.person_id FROM alerts o WHERE (o.clock_id, o.epoch, o.rung) = (a.clock_id, a.epoch, a.rung)) AS told
FROM alerts a JOIN clocks k ON k.id = a.clock_id
WHERE a.id = :id AND a.acknowledged_at IS NULL AND a.passed_on_at IS NULL AND a.stepped_down_at IS NULL"""),  # noqa: S608
        {"id": alert_id},
    ).one_or_none()
    return None if row is None else Unanswered(**{**row._mapping, "told": tuple(row.told)})


def overdue(conn: Connection, limit: int) -> list[int]:
    """Up to ``limit`` alerts that should have been answered by now, the longest waiting first; nothing is locked. One
    that could not be passed on is left out for the while it was put off."""
    rows = conn.execute(
        text("""
SELECT id FROM alerts
WHERE acknowledged_at IS NULL AND passed_on_at IS NULL AND stepped_down_at IS NULL AND answer_by < 'infinity'
  AND answer_by <= app_now() AND (pass_after IS NULL OR pass_after <= app_now())
ORDER BY answer_by, id LIMIT :limit"""),
        {"limit": limit},
    )
    return list(rows.scalars())


def put_off(conn: Connection, alert_id: int, delay: timedelta, longest: timedelta) -> None:
    """It could not be passed on: tried again after ``delay``, each time after twice as long, up to ``longest``."""
    conn.execute(
        text("""
UPDATE alerts SET pass_attempts = pass_attempts + 1,
  pass_after = app_now() + least(cast(:longest AS interval), :delay * 2 ^ least(pass_attempts, 20)) WHERE id = :id"""),
        {"id": alert_id, "delay": delay, "longest": longest},
    )


def hand_on(
    conn: Connection,
    alert: Unanswered,
    person_id: int,
    role: str,
    due_at: datetime | None,
    answer_by: datetime | None,
    why: Why,
    now: datetime,
) -> int:
    """Give the alert to another person and mark it passed on; returns the new one. The caller holds its case."""
    return int(
        conn.execute(
            text("""
WITH given AS (
  INSERT INTO alerts (case_id, department, clock_id, epoch, rung, card, person_id, role, due_at, answer_by, passed_from,
    created_at)
  SELECT case_id, department, clock_id, epoch, rung, card, :person, :role, coalesce(:due_at, due_at),
    coalesce(cast(:answer_by AS timestamptz), 'infinity'), id, :now FROM alerts WHERE id = :id RETURNING id)
UPDATE alerts a SET passed_on_at = :now, passed_why = :why, passed_to = given.id FROM given WHERE a.id = :id
RETURNING given.id"""),
            {
                "id": alert.id,
                "person": person_id,
                "role": role,
                "due_at": due_at,
                "answer_by": answer_by,
                "why": why,
                "now": now,
            },
        ).scalar_one()
    )


def leave_unanswered(conn: Connection, alert_id: int, why: Why, now: datetime) -> None:
    """Mark an alert for which nobody is left; the caller holds its case."""
    conn.execute(
        text("UPDATE alerts SET passed_on_at = :now, passed_why = :why WHERE id = :id"),
        {"id": alert_id, "why": why, "now": now},
    )


def tell(conn: Connection, alert_id: int, case_id: int, body: Mapping[str, Any], now: datetime) -> None:
    """Put the message about an alert that was passed on in the outbox, once."""
    conn.execute(
        text("""
INSERT INTO outbox (effect_key, channel, case_id, body, created_at, next_at)
VALUES (:key, 'tell', :case_id, cast(:body AS jsonb), :now, now()) ON CONFLICT (effect_key) DO NOTHING"""),
        {"key": _own_key(alert_id), "case_id": case_id, "body": json.dumps(body, ensure_ascii=False), "now": now},
    )


def step_down(conn: Connection, of: Collection[int]) -> int:
    """Step down every alert of these cases that nobody needs to answer any more, and withdraw what still waits to be
    sent about them; what a courier already has goes out. Returns how many stepped down."""
    rows = conn.execute(
        text(f"""
SELECT * FROM (
  SELECT a.id, a.clock_id, a.epoch, a.rung, {NEEDLESS} AS why FROM clocks k JOIN alerts a ON a.clock_id = k.id
  WHERE k.case_id = ANY(:of) AND a.stepped_down_at IS NULL) found
WHERE why IS NOT NULL ORDER BY id"""),  # noqa: S608 - constants of this file
        {"of": sorted(of)},
    ).all()
    if not rows:
        return 0
    ids = [row.id for row in rows]
    # In ascending id, as everybody who takes several: two of them never wait for each other.
    conn.execute(text("SELECT FROM alerts WHERE id = ANY(:ids) ORDER BY id FOR NO KEY UPDATE"), {"ids": ids})
    done = conn.execute(
        text("""
UPDATE alerts a SET stepped_down_at = app_now(), stepped_down_why = n.why
FROM unnest(cast(:ids AS bigint[]), cast(:why AS text[])) AS n(id, why)
WHERE a.id = n.id AND a.stepped_down_at IS NULL"""),
        {"ids": ids, "why": [row.why for row in rows]},
    ).rowcount
    keys = {f"rung:{row.clock_id}:{row.epoch}:{row.rung}" for row in rows} | {_own_key(row.id) for row in rows}
    _withdraw(conn, ids, sorted(keys))
    return done


def resumed(conn: Connection, of: Collection[int]) -> list[Resumed]:
    """Alerts of these cases that stepped down for a pause, while their clock runs again and their rung still stands."""
    rows = conn.execute(
        text(f"""
SELECT a.id, a.card, k.unit FROM alerts a JOIN clocks k ON k.id = a.clock_id
WHERE a.case_id = ANY(:of) AND a.stepped_down_why = 'paused' AND {NEEDLESS} IS NULL ORDER BY a.id"""),  # noqa: S608
        {"of": sorted(of)},
    )
    return [Resumed(*row) for row in rows]


def stand_again(conn: Connection, found: Sequence[Resumed], answers: Sequence[datetime | None]) -> None:
    """These alerts hold again, each to be answered by its new time, and what was withdrawn about them goes out."""
    ids = [one.id for one in found]
    conn.execute(text("SELECT FROM alerts WHERE id = ANY(:ids) ORDER BY id FOR NO KEY UPDATE"), {"ids": ids})
    conn.execute(
        text("""
UPDATE alerts a SET stepped_down_at = NULL, stepped_down_why = NULL,
  answer_by = CASE WHEN a.answer_by = 'infinity' THEN a.answer_by ELSE coalesce(n.answer_by, 'infinity') END
FROM unnest(cast(:ids AS bigint[]), cast(:answers AS timestamptz[])) AS n(id, answer_by)
WHERE a.id = n.id AND a.stepped_down_why = 'paused'"""),
        {"ids": ids, "answers": list(answers)},
    )
    conn.execute(
        text("""
UPDATE outbox o SET state = 'pending', next_at = now() FROM alerts a
WHERE a.id = ANY(:ids) AND a.acknowledged_at IS NULL AND o.state = 'withdrawn'
  AND (o.alert_id = a.id
    OR o.effect_key IN ('alert:' || a.id, 'rung:' || a.clock_id || ':' || a.epoch || ':' || a.rung))"""),
        {"ids": ids},
    )


def _withdraw(conn: Connection, ids: Sequence[int], keys: Sequence[str]) -> None:
    # A row that somebody holds is skipped: a courier may be about to pass its alert on.
    conn.execute(
        text("""
WITH waiting AS MATERIALIZED (
  SELECT id FROM outbox WHERE state IN ('pending', 'queued') AND (alert_id = ANY(:ids) OR effect_key = ANY(:keys))
  ORDER BY id FOR UPDATE SKIP LOCKED)
UPDATE outbox o SET state = 'withdrawn', lease_token = NULL FROM waiting WHERE o.id = waiting.id"""),
        {"ids": list(ids), "keys": list(keys)},
    )


def _own_key(alert_id: int) -> str:
    return f"alert:{alert_id}"
