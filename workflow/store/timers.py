"""Rungs due: claim them, write what firing them means, put back what failed.

Truth is "armed, due, not yet claimed": no leader, no queue, nothing to recover after a crash. The sweep locks case and
clock together and skips what is locked, so it waits for nobody and cannot be part of a deadlock (engineering, 3.2).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, TextClause, text

from workflow.change import instant
from workflow.store.calendars import UNSETTLED


class DueClock(NamedTuple):
    """A clock whose next rung is due, with its case, both locked; ``moment`` is the legal instant of the rung."""

    fire_at: datetime
    clock_id: int
    clock: str
    epoch: int
    rung: int
    moment: datetime
    next_at: datetime | None
    due_on: date | None
    due_at: datetime | None
    provisional: bool
    unit: str
    calendar_version: str
    reach_at: datetime | None
    case_id: int
    no: str
    flow: str
    flow_version: int
    state: str
    rev: int
    seq: int
    chain_head: bytes
    assignee_id: int | None
    department: str
    squad: str
    project_id: int
    company: str


@dataclass(frozen=True, slots=True)
class Claim:
    """What one claim found: the one reading of the clock, the due clocks (one per case), the next moment after now.

    ``unsettled``: a calendar came into force, and not every date has been moved to it yet.
    """

    now: datetime
    next_fire_at: datetime | None
    unsettled: bool
    due: tuple[DueClock, ...]


@dataclass(frozen=True, slots=True)
class Firing:
    """One notice rung as it is written: the line of history, its link of the chain, who is told, and by when somebody
    must have seen it (None: it may wait)."""

    due: DueClock
    action: str
    card: str
    input: dict[str, Any]
    hash: bytes
    message: dict[str, Any]
    answer_by: datetime | None


# 'armed' is a literal: as a parameter it would keep a generic plan off the partial index clocks_due.
# The limit is one too, so that every plan knows how few rows are wanted.
_CLAIM = """
WITH due AS MATERIALIZED (
  SELECT k.fire_at, k.id AS clock_id, k.name, k.epoch, k.rung, k.ladder_at[k.rung + 1] AS moment,
    k.ladder_at[k.rung + 2] AS next_at, k.due_on, nullif(k.due_at, 'infinity') AS due_at, k.provisional, k.unit,
    k.calendar_version, nullif(k.reach_at, 'infinity') AS reach_at,
    c.id AS case_id, c.no, c.flow, c.flow_version, c.state, c.rev, c.seq, c.chain_head, c.assignee_id, c.department,
    c.squad, c.project_id, c.company
  FROM clocks k JOIN cases c ON c.id = k.case_id
  WHERE k.state = 'armed' AND k.fire_at <= app_now(){which}
  ORDER BY k.fire_at, k.id LIMIT {limit}
  FOR NO KEY UPDATE OF c, k SKIP LOCKED)
SELECT app_now() AS now,
  (SELECT min(fire_at) FROM clocks WHERE state = 'armed' AND fire_at > app_now()) AS next_fire_at,
  EXISTS (SELECT FROM calendars_in_force f WHERE f.settled_at IS NULL) AS unsettled, due.*
FROM (SELECT) AS once LEFT JOIN due ON true ORDER BY due.fire_at, due.clock_id"""


@cache
def claim_statement(limit: int, one: bool = False) -> TextClause:
    """The claim of at most ``limit`` due clocks, or of the ``one`` with the id ``:clock_id``."""
    return text(_CLAIM.format(limit=int(limit), which=" AND k.id = :clock_id" if one else ""))


def claim(conn: Connection, limit: int) -> Claim:
    """Lock the first ``limit`` due clocks that nobody else holds; of several on one case only the earliest is taken."""
    return _claim(conn.execute(claim_statement(limit)).all())


def claim_one(conn: Connection, clock_id: int) -> Claim:
    """The same for one clock; nothing where it has moved on or somebody else holds it."""
    return _claim(conn.execute(claim_statement(1, one=True), {"clock_id": clock_id}).all())


def _claim(rows: Sequence[Any]) -> Claim:
    earliest: dict[int, DueClock] = {}
    for row in rows:
        due = DueClock(*row[3:])
        if due.clock_id is not None:
            # UPDATE … FROM applies one joined row per case only: a second would break numbering and chain.
            earliest.setdefault(due.case_id, due)
    return Claim(rows[0].now, rows[0].next_fire_at, rows[0].unsettled, tuple(earliest.values()))


_FIRE = text("""
WITH f AS MATERIALIZED (
  SELECT * FROM json_to_recordset(:firings) AS f(case_id bigint, rev bigint, seq int, head bytea, state text,
    clock_id bigint, epoch int, rung smallint, moment timestamptz, clock_state text, next_at timestamptz,
    action text, input jsonb, card text, due_at timestamptz, message jsonb,
    answer_by timestamptz, department text)),
advanced AS (
  UPDATE cases c SET seq = f.seq, rev = c.rev + 1, chain_head = f.head FROM f
  WHERE c.id = f.case_id AND c.rev = f.rev RETURNING c.id),
noted AS (
  INSERT INTO events (case_id, seq, action, from_state, to_state, actor_role, effective_at, recorded_at, input, hash)
  SELECT case_id, seq, action, state, state, 'clock', moment, :now, input, head FROM f),
claimed AS (
  INSERT INTO firings (clock_id, epoch, rung, case_id, fired_at, moment_at)
  SELECT clock_id, epoch, rung, case_id, :now, moment FROM f),
ticking AS (
  UPDATE clocks k SET rung = f.rung + 1, state = f.clock_state, fire_at = f.next_at, attempts = 0, error = NULL FROM f
  WHERE k.id = f.clock_id RETURNING k.id),
carded AS (
  INSERT INTO alerts (case_id, department, clock_id, epoch, rung, card, person_id, role, due_at, answer_by, created_at)
  SELECT f.case_id, f.department, f.clock_id, f.epoch, f.rung, f.card, t.person, t.role, f.due_at,
    CASE WHEN t.role = ANY(:may_wait) THEN 'infinity' ELSE f.answer_by END, :now
  FROM f, jsonb_to_recordset(f.input -> 'told') AS t(person int, role text)),
told AS (
  INSERT INTO outbox (effect_key, channel, case_id, body, created_at, next_at)
  SELECT 'rung:' || clock_id || ':' || epoch || ':' || rung, 'tell', case_id, message, :now, now() FROM f
  ON CONFLICT (effect_key) DO NOTHING)
SELECT (SELECT count(*) FROM advanced) AS cases, (SELECT count(*) FROM ticking) AS clocks""")


def fire(conn: Connection, firings: Sequence[Firing], now: datetime, may_wait: Sequence[str]) -> None:
    """Write a batch of notice rungs in one statement; case and clock of each are locked by the claim.

    Alerts of somebody told in a role of ``may_wait`` need not be seen by any time.
    """
    rows = [_firing_row(firing) for firing in firings]
    told = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
    written = conn.execute(_FIRE, {"firings": told, "now": now, "may_wait": list(may_wait)}).one()
    if (written.cases, written.clocks) != (len(rows), len(rows)):
        raise RuntimeError(f"{len(rows)} rungs claimed, {written.cases} cases and {written.clocks} clocks written")


def _firing_row(firing: Firing) -> dict[str, Any]:
    due = firing.due
    return {
        "case_id": due.case_id,
        "rev": due.rev,
        "seq": due.seq + 1,
        "head": "\\x" + firing.hash.hex(),
        "state": due.state,
        "clock_id": due.clock_id,
        "epoch": due.epoch,
        "rung": due.rung,
        "moment": instant(due.moment),
        "clock_state": "armed" if due.next_at else "spent",
        "next_at": instant(due.next_at) if due.next_at else "infinity",
        "action": firing.action,
        "input": firing.input,
        "card": firing.card,
        "due_at": instant(due.due_at) if due.due_at else "infinity",
        "message": firing.message,
        "answer_by": instant(firing.answer_by) if firing.answer_by else "infinity",
        "department": due.department,
    }


def claim_rung(conn: Connection, due: DueClock, now: datetime) -> None:
    """The claim of a rung that acts: one row for ever; a second try raises IntegrityError."""
    conn.execute(
        text("""
INSERT INTO firings (clock_id, epoch, rung, case_id, fired_at, moment_at)
VALUES (:clock_id, :epoch, :rung, :case_id, :now, :moment)"""),
        {
            "clock_id": due.clock_id,
            "epoch": due.epoch,
            "rung": due.rung,
            "case_id": due.case_id,
            "now": now,
            "moment": due.moment,
        },
    )


def step_on(conn: Connection, due: DueClock) -> None:
    """The rung that acted is behind its clock; where the action left the clock armed it goes on to the next rung."""
    conn.execute(
        text("""
UPDATE clocks SET rung = rung + 1, attempts = 0, error = NULL,
  state = CASE WHEN state = 'armed' AND cast(:next_at AS timestamptz) IS NULL THEN 'spent' ELSE state END,
  fire_at = CASE WHEN state = 'armed' THEN coalesce(:next_at, 'infinity') ELSE fire_at END
WHERE id = :clock_id AND epoch = :epoch AND rung = :rung"""),
        {"clock_id": due.clock_id, "epoch": due.epoch, "rung": due.rung, "next_at": due.next_at},
    )


def set_back(conn: Connection, due: DueClock, error: str, delay: timedelta, attempts: int) -> str | None:
    """Note a failed try: due again after ``delay``, three times as long with every try, or quarantined at the last
    of ``attempts``.

    A quarantined rung has not fired: it raises an alarm and waits for a person. Returns the clock's state now, None
    where it has moved on meanwhile.
    """
    state = conn.execute(
        text("""
UPDATE clocks SET attempts = attempts + 1, error = :error,
  state = CASE WHEN attempts + 1 >= :attempts THEN 'quarantined' ELSE state END,
  fire_at = CASE WHEN attempts + 1 >= :attempts THEN fire_at ELSE app_now() + :delay * 3 ^ attempts END
WHERE id = :clock_id AND state = 'armed' AND epoch = :epoch AND rung = :rung RETURNING state"""),
        {
            "clock_id": due.clock_id,
            "epoch": due.epoch,
            "rung": due.rung,
            "error": error,
            "delay": delay,
            "attempts": attempts,
        },
    ).scalar()
    return None if state is None else str(state)


@dataclass(frozen=True, slots=True)
class Probe:
    """What a sweeper asks while it waits: the office's time, the next moment of any clock, whether messages wait,
    whether something happened that has no position in the stream yet (``news``), and whether dates may have to be moved
    to another calendar (``unsettled``)."""

    now: datetime
    next_fire_at: datetime | None
    messages: bool
    news: bool
    unsettled: bool = False

    @property
    def due(self) -> bool:
        return self.next_fire_at is not None and self.next_fire_at <= self.now


_PROBE = text(f"""
SELECT app_now() AS now, (SELECT min(fire_at) FROM clocks WHERE state = 'armed') AS next_fire_at,
  EXISTS (SELECT FROM outbox WHERE state IN ('pending', 'queued', 'leased') AND next_at <= now()) AS messages,
  EXISTS (SELECT FROM stream_pending) AS news,
  ({UNSETTLED}) AS unsettled""")  # noqa: S608 - constants only


def probe(conn: Connection) -> Probe:
    """Look without locking; the cost does not grow with what is armed."""
    return Probe(*conn.execute(_PROBE).one())
