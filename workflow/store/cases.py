"""Cases: read one with everything its rules need in one statement, write one action in one statement.

`write` hangs everything off the guarded update (`rev` as read): no row back means that somebody else wrote first and
that nothing at all was written (engineering guide, 3.1). Case first, always: it is the one lock order of the system.
"""

import json
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, text

from workflow.case import Case, ClockRecord, PauseRecord
from workflow.change import Change, ProjectEvent, RoleChange
from workflow.clock.limit import Limit, Unit
from workflow.guards import AttachedMaterial, EarlierDocument, Neighbour, Relative
from workflow.statements import IssuedDocument
from workflow.store import driver
from workflow.store.calendars import IN_FORCE
from workflow.store.granted import granted_items

CASE_COLUMNS = """c.id, c.no, c.flow, c.flow_version, c.title, c.item, c.project_id, c.parent_id, c.company,
  c.department, c.squad, c.assignee_id, c.state, c.outcome, c.version, c.rev, c.seq, c.chain_head, c.data, c.limits,
  c.opened_at, c.received_at, c.accepted_at, c.decided_at, c.entered_at, c.ended_at,
  c.issued_at, c.internal"""

_RELATIVE = """json_build_object('no', k.no, 'flow', k.flow, 'item', k.item, 'department', k.department,
  'state', k.state, 'outcome', k.outcome, 'data', k.data, 'accepted_at', k.accepted_at, 'decided_at', k.decided_at,
  'ended_at', k.ended_at, 'entered_at', k.entered_at, 'internal', k.internal)"""

_GROUPS = {
    "materials": """(SELECT coalesce(json_agg(m), '[]') FROM (
        SELECT DISTINCT ON (code) code, uploaded_at AS at, filename, encode(sha256, 'hex') AS sha256 FROM materials
        WHERE case_id IN (c.id, c.parent_id) AND NOT superseded
        ORDER BY code, uploaded_at DESC, id DESC) m) AS materials""",
    "documents": """(SELECT coalesce(json_agg(d ORDER BY d.id), '[]') FROM (
        SELECT id, kind, no, issued_at, effective_at FROM documents WHERE case_id = c.id) d) AS documents""",
    "permits": f"""(SELECT coalesce(json_agg(i.item), '[]') FROM ({granted_items("c.project_id")}) i) AS permits""",  # noqa: S608
    "children": f"""(SELECT coalesce(json_agg({_RELATIVE} ORDER BY k.id), '[]')
        FROM cases k WHERE k.parent_id = c.id) AS children""",  # noqa: S608 - constants of this file
    "siblings": f"""(SELECT coalesce(json_agg({_RELATIVE} ORDER BY k.id), '[]')
        FROM cases k WHERE k.parent_id = c.parent_id AND k.id <> c.id) AS siblings""",  # noqa: S608
    "nieces": f"""(SELECT coalesce(json_agg({_RELATIVE} ORDER BY k.id), '[]')
        FROM cases s JOIN cases k ON k.parent_id = s.id
        WHERE s.parent_id = c.parent_id AND s.id <> c.id) AS nieces""",  # noqa: S608
    "parent": f"""(SELECT {_RELATIVE} FROM cases k WHERE k.id = c.parent_id) AS parent""",  # noqa: S608
    "project": """(SELECT coalesce(json_object_agg(k.no, json_build_object('flow', k.flow, 'state', k.state)), '{}')
        FROM cases k WHERE k.project_id = c.project_id) AS project""",
    "events": """(SELECT coalesce(json_object_agg(e.event, e.on_day ORDER BY e.id), '{}') FROM (
        SELECT DISTINCT ON (event) event, on_day, id FROM project_events
        WHERE project_id = c.project_id ORDER BY event, id DESC) e) AS events""",
    "colleagues": """(SELECT coalesce(json_agg(DISTINCT r.person_id), '[]')
        FROM person_roles r JOIN people p ON p.id = r.person_id
        WHERE p.active AND ((r.role IN ('officer', 'director') AND r.department = c.department) OR r.role = 'clerk')
        ) AS colleagues""",
    "helpers": """(SELECT coalesce(json_agg(DISTINCT r.person_id), '[]')
        FROM held_roles r JOIN people p ON p.id = r.person_id
        WHERE p.active AND (r.squad = c.squad AND r.role IN ('specialist', 'squad_leader')
          OR r.project_id = c.project_id AND r.role = 'specialist')) AS helpers""",
}

ALL_GROUPS = frozenset(_GROUPS)


@dataclass(frozen=True, slots=True)
class CaseReading:
    """A case with its project and the groups of facts that were asked for; the others are empty.

    ``now`` is the office's time of the reading, ``calendar_version`` the calendar in force then (None: none but that
    of the files has ever been).
    """

    now: datetime
    calendar_version: str | None
    case: Case
    project_code: str
    project_name: str
    company_name: str
    project_facts: dict[str, Any]
    materials: tuple[AttachedMaterial, ...]
    documents: tuple[EarlierDocument, ...]
    permits: frozenset[str]
    children: tuple[Relative, ...]
    siblings: tuple[Relative, ...]
    nieces: tuple[Relative, ...]
    parent: Relative | None
    colleagues: frozenset[int]
    helpers: frozenset[int]
    events: dict[str, date]
    project: dict[str, Neighbour]


def read(
    conn: Connection, *, no: str | None = None, case_id: int | None = None, groups: frozenset[str] = frozenset()
) -> CaseReading | None:
    """The case ``no`` (or ``case_id``) with its clocks, pauses and ``groups``; None where there is none."""
    # What follows from something typed is read elsewhere (workflow.commands.named_facts).
    statement = _read_statement("no" if no is not None else "id", tuple(sorted(groups & ALL_GROUPS)))
    found = driver.value(conn, statement, {"key": no if no is not None else case_id})
    return None if found is None else _reading(found)


@cache
def _read_statement(by: str, groups: tuple[str, ...]) -> bytes:
    # Put together from the constants of this file only; the key is a parameter.
    extra = "".join(f",\n  {_GROUPS[group]}" for group in groups)
    return f"""
SELECT to_json(found) FROM (
SELECT app_now() AS now, ({IN_FORCE}) AS calendar_version, {CASE_COLUMNS}, p.code AS project_code,
  p.name AS project_name, p.facts AS project_facts,
  (SELECT o.name FROM companies o WHERE o.credit_code = c.company) AS company_name,
  (SELECT coalesce(json_agg(k), '[]') FROM clocks k WHERE k.case_id = c.id) AS clocks,
  (SELECT coalesce(json_agg(z), '[]') FROM pauses z WHERE z.case_id = c.id) AS pauses{extra}
FROM cases c JOIN projects p ON p.id = c.project_id
WHERE c.{by} = %(key)s) AS found""".encode()  # noqa: S608


def _reading(row: dict[str, Any]) -> CaseReading:
    return CaseReading(
        now=moment(row["now"]),
        calendar_version=row["calendar_version"],
        case=case_from(row),
        project_code=row["project_code"],
        project_name=row["project_name"],
        company_name=row["company_name"],
        project_facts=row["project_facts"],
        materials=tuple(_material(one) for one in row.get("materials", ())),
        documents=tuple(_document(one) for one in row.get("documents", ())),
        permits=frozenset(row.get("permits", ())),
        children=tuple(_relative(child) for child in row.get("children", ())),
        siblings=tuple(_relative(sibling) for sibling in row.get("siblings", ())),
        nieces=tuple(_relative(niece) for niece in row.get("nieces", ())),
        parent=_relative(row["parent"]) if row.get("parent") else None,
        colleagues=frozenset(row.get("colleagues", ())),
        helpers=frozenset(row.get("helpers", ())),
        events={event: date.fromisoformat(day) for event, day in row.get("events", {}).items()},
        project={no: Neighbour(**one) for no, one in row.get("project", {}).items()},
    )


def _material(row: dict[str, Any]) -> AttachedMaterial:
    return AttachedMaterial(row["code"], moment(row["at"]), row["filename"], row["sha256"])


def _document(row: dict[str, Any]) -> EarlierDocument:
    return EarlierDocument(row["kind"], row["no"], moment(row["issued_at"]), moment(row["effective_at"]))


def _relative(row: dict[str, Any]) -> Relative:
    times = {name: finite(row[name]) for name in ("accepted_at", "decided_at", "ended_at", "entered_at")}
    return Relative(**{**row, **times})


def case_from(row: dict[str, Any]) -> Case:
    """CASE_COLUMNS with the clocks and pauses, as PostgreSQL's JSON has them, as a Case."""
    return Case(
        **{name: row[name] for name in _PLAIN},
        chain_head=bytes.fromhex(row["chain_head"].removeprefix("\\x")),
        opened_at=moment(row["opened_at"]),
        received_at=finite(row["received_at"]),
        accepted_at=finite(row["accepted_at"]),
        decided_at=finite(row["decided_at"]),
        entered_at=moment(row["entered_at"]),
        ended_at=finite(row["ended_at"]),
        issued_at=finite(row["issued_at"]),
        clocks=tuple(clock_from(clock) for clock in row["clocks"]),
        pauses=tuple(pause_from(pause) for pause in row["pauses"]),
    )


_NAMES = [words.strip().removeprefix("c.") for words in CASE_COLUMNS.split(",")]
_PLAIN = tuple(name for name in _NAMES if name != "chain_head" and not name.endswith("_at"))


def moment(text_: str | None) -> datetime:
    """An instant of PostgreSQL's JSON."""
    assert text_ is not None
    return datetime.fromisoformat(text_)


def finite(text_: str | None) -> datetime | None:
    """An instant of PostgreSQL's JSON, None for none and for 'infinity'."""
    return None if text_ in (None, "infinity") else moment(text_)


def _day(text_: str | None) -> date | None:
    return None if text_ is None else date.fromisoformat(text_)


def clock_from(row: dict[str, Any]) -> ClockRecord:
    """A row of `clocks`, as PostgreSQL's JSON has it."""
    return ClockRecord(
        id=row["id"],
        name=row["name"],
        round=row["round"],
        started_at=moment(row["started_at"]),
        limit=Limit(row["amount"], Unit(row["unit"]), row["direction"]),
        extension=row["extension"],
        state=row["state"],
        epoch=row["epoch"],
        rung=row["rung"],
        ladder_at=tuple(moment(at) for at in row["ladder_at"]),
        due_on=_day(row["due_on"]),
        due_at=finite(row["due_at"]),
        provisional=row["provisional"],
        calendar_version=row["calendar_version"],
        settled_at=finite(row["settled_at"]),
        armed_seq=row["armed_seq"],
        settled_seq=row["settled_seq"],
    )


def pause_from(row: dict[str, Any]) -> PauseRecord:
    """A row of `pauses`, as PostgreSQL's JSON has it."""
    return PauseRecord(
        id=row["id"],
        cause=row["cause"],
        basis=row["basis"],
        stops=tuple(row["stops"]),
        since=date.fromisoformat(row["since"]),
        until=_day(row["until"]),
        planned_until=date.fromisoformat(row["planned_until"]),
        cap_until=date.fromisoformat(row["cap_until"]),
        reason=row["reason"],
        opened_at=moment(row["opened_at"]),
        opened_by=row["opened_by"],
        closed_at=finite(row["closed_at"]),
        closed_by=row["closed_by"],
        result=row["result"],
        resets=row["resets"],
    )


_MOVED = """
WITH moved AS (
  UPDATE cases SET state = %(state)s, outcome = %(outcome)s, version = %(version)s, rev = rev + 1, seq = %(seq)s,
    chain_head = %(head)s, data = cast(%(data)s AS jsonb), assignee_id = %(assignee)s,
    department = %(department)s,
    received_at = %(received_at)s, accepted_at = %(accepted_at)s, decided_at = %(decided_at)s,
    entered_at = %(entered_at)s, ended_at = %(ended_at)s, issued_at = %(issued_at)s,
    due_at = coalesce(cast(%(due_at)s AS timestamptz), 'infinity'), paused = %(paused)s
  WHERE id = %(id)s AND rev = %(rev)s
  RETURNING id),
noted AS (
  INSERT INTO events (case_id, seq, action, from_state, to_state, actor_id, actor_role, effective_at, recorded_at,
    input, hash)
  SELECT id, %(seq)s, %(action)s, %(from_state)s, %(state)s, cast(%(actor_id)s AS int), %(actor_role)s,
    %(effective_at)s, %(recorded_at)s, cast(%(input)s AS jsonb), %(head)s
  FROM moved)"""

_PARTS = {
    "clocks": """,
ticking AS (
  INSERT INTO clocks AS old (case_id, name, round, started_at, amount, unit, direction, extension, state, epoch, rung,
    ladder_at, fire_at, due_on, due_at, provisional, calendar_version, settled_at, armed_seq, settled_seq)
  SELECT moved.id, k.name, k.round, k.started_at, k.amount, k.unit, k.direction, k.extension, k.state, k.epoch, k.rung,
    k.ladder_at, coalesce(k.fire_at, 'infinity'), k.due_on, coalesce(k.due_at, 'infinity'), k.provisional,
    k.calendar_version, k.settled_at, k.armed_seq, k.settled_seq
  FROM moved, jsonb_to_recordset(cast(%(clocks)s AS jsonb)) AS k(name text, round int, started_at timestamptz,
    amount int, unit text, direction text, extension int, state text, epoch int, rung smallint,
    ladder_at timestamptz[], fire_at timestamptz, due_on date, due_at timestamptz, provisional boolean,
    calendar_version text, settled_at timestamptz, armed_seq int, settled_seq int)
  ON CONFLICT (case_id, name, round) DO UPDATE SET started_at = excluded.started_at, amount = excluded.amount,
    unit = excluded.unit, extension = excluded.extension, state = excluded.state, epoch = excluded.epoch,
    rung = excluded.rung, ladder_at = excluded.ladder_at, fire_at = excluded.fire_at, due_on = excluded.due_on,
    due_at = excluded.due_at, provisional = excluded.provisional, calendar_version = excluded.calendar_version,
    settled_at = excluded.settled_at, settled_seq = excluded.settled_seq, attempts = 0, error = NULL)""",
    "opened": """,
opened AS (
  INSERT INTO pauses (case_id, cause, basis, stops, since, planned_until, cap_until, reason, opened_at, opened_by,
    resets)
  SELECT moved.id, z.cause, z.basis, z.stops, z.since, z.planned_until, z.cap_until, z.reason, z.opened_at, z.opened_by,
    z.resets
  FROM moved, jsonb_to_recordset(cast(%(opened)s AS jsonb)) AS z(cause text, basis text, stops text[], since date,
    planned_until date, cap_until date, reason text, opened_at timestamptz, opened_by int, resets boolean))""",
    "closed": """,
closed AS (
  UPDATE pauses SET since = z.since, until = z.until, cap_until = z.cap_until, closed_at = z.closed_at,
    closed_by = z.closed_by, result = z.result
  FROM moved, jsonb_to_recordset(cast(%(closed)s AS jsonb)) AS z(id bigint, since date, until date, cap_until date,
    closed_at timestamptz, closed_by int, result text)
  WHERE pauses.id = z.id AND pauses.case_id = moved.id)""",
    "documents": """,
issued AS (
  INSERT INTO documents (case_id, seq, kind, no, facts, issued_at, effective_at, template, seal, check_code)
  SELECT moved.id, %(seq)s, d.kind, d.no, d.facts, %(recorded_at)s, %(effective_at)s, d.template, d.seal, d.check_code
  FROM moved, jsonb_to_recordset(cast(%(documents)s AS jsonb)) AS d(kind text, no text, facts jsonb, template text,
    seal bytea, check_code text))""",
    "happened": """,
happened AS (
  INSERT INTO project_events (project_id, event, on_day, case_id, seq, recorded_at)
  SELECT c.project_id, h.event, h.on_day, c.id, %(seq)s, %(recorded_at)s
  FROM moved JOIN cases c USING (id), jsonb_to_recordset(cast(%(happened)s AS jsonb)) AS h(event text, on_day date))""",
    "appointed": """,
appointed AS (
  INSERT INTO person_roles (person_id, role, project_id)
  SELECT a.person_id, a.role, c.project_id
  FROM moved JOIN cases c USING (id), jsonb_to_recordset(cast(%(appointed)s AS jsonb)) AS a(person_id int, role text)
  ON CONFLICT DO NOTHING)""",
    "dismissed": """,
dismissed AS (
  DELETE FROM person_roles r
  USING moved JOIN cases c USING (id), jsonb_to_recordset(cast(%(dismissed)s AS jsonb)) AS d(person_id int, role text)
  WHERE r.person_id = d.person_id AND r.role = d.role AND r.project_id = c.project_id
    AND r.department IS NULL AND r.squad IS NULL AND r.company IS NULL)""",
    "messages": """,
told AS (
  INSERT INTO outbox (effect_key, channel, case_id, body, created_at, next_at)
  SELECT m.effect_key, m.channel, moved.id, m.body, %(recorded_at)s, now()
  FROM moved, jsonb_to_recordset(cast(%(messages)s AS jsonb)) AS m(effect_key text, channel text, body jsonb)
  ON CONFLICT (effect_key) DO NOTHING)""",
}


# Kept: json.dumps makes a new encoder for every call that is not in its default form.
_as_json = json.JSONEncoder(ensure_ascii=False).encode


def write(conn: Connection, change: Change) -> bool:
    """Write one action whole, or nothing: False where the case has moved on since it was read."""
    parts = _parts(change)
    written = driver.value(conn, _write_statement(tuple(parts)), _case_parameters(change) | parts)
    return written is not None


@cache
def _write_statement(parts: tuple[str, ...]) -> bytes:
    return (_MOVED + "".join(_PARTS[part] for part in parts) + "\nSELECT id FROM moved").encode()


def _parts(change: Change) -> dict[str, str]:
    """The JSON of every non-empty part, in a fixed order: the same action sends the same statement."""
    lists: dict[str, list[dict[str, Any]]] = {
        "clocks": [clock_json(clock) for clock in change.clocks],
        "opened": [_pause_json(pause) for pause in change.pauses if pause.id is None],
        "closed": [_pause_json(pause) for pause in change.pauses if pause.id is not None],
        "documents": [document_json(document) for document in change.documents],
        "happened": [_event_json(change.project_event)] if change.project_event else [],
        "appointed": [_role_json(change) for change in change.roles if change.given],
        "dismissed": [_role_json(change) for change in change.roles if not change.given],
        "messages": [{"effect_key": m.effect_key, "channel": m.channel, "body": dict(m.body)} for m in change.messages],
    }
    return {name: _as_json(rows) for name, rows in lists.items() if rows}


def _case_parameters(change: Change) -> dict[str, Any]:
    after, event = change.after, change.event
    return {
        "id": after.id,
        "rev": change.before.rev,
        "state": after.state,
        "outcome": after.outcome,
        "version": after.version,
        "seq": after.seq,
        "head": change.hash,
        "data": _as_json(dict(after.data)),
        "assignee": after.assignee_id,
        "department": after.department,
        "received_at": after.received_at,
        "accepted_at": after.accepted_at,
        "decided_at": after.decided_at,
        "entered_at": after.entered_at,
        "ended_at": after.ended_at,
        "issued_at": after.issued_at,
        "due_at": change.due_at,
        "paused": bool(after.open_pauses),
        "action": event.action,
        "from_state": event.from_state,
        "actor_id": event.actor_id,
        "actor_role": event.actor_role,
        "effective_at": event.effective_at,
        "recorded_at": event.recorded_at,
        "input": _as_json(dict(event.input)),
    }


def clock_json(clock: ClockRecord) -> dict[str, Any]:
    """A clock as the statements take it."""
    next_rung_at = clock.next_rung_at
    return {
        "name": clock.name,
        "round": clock.round,
        "started_at": clock.started_at.isoformat(),
        "amount": clock.limit.amount,
        "unit": clock.limit.unit.value,
        "direction": clock.limit.direction,
        "extension": clock.extension,
        "state": clock.state,
        "epoch": clock.epoch,
        "rung": clock.rung,
        "ladder_at": [at.isoformat() for at in clock.ladder_at],
        "fire_at": next_rung_at.isoformat() if next_rung_at else None,
        "due_on": clock.due_on.isoformat() if clock.due_on else None,
        "due_at": clock.due_at.isoformat() if clock.due_at else None,
        "provisional": clock.provisional,
        "calendar_version": clock.calendar_version,
        "settled_at": clock.settled_at.isoformat() if clock.settled_at else None,
        "armed_seq": clock.armed_seq,
        "settled_seq": clock.settled_seq,
    }


def _event_json(event: ProjectEvent) -> dict[str, Any]:
    return {"event": event.event, "on_day": event.on_day.isoformat()}


def _role_json(change: RoleChange) -> dict[str, Any]:
    return {"person_id": change.person_id, "role": change.role}


def document_json(document: IssuedDocument) -> dict[str, Any]:
    """A document as the statements take it."""
    return {
        "kind": document.kind,
        "no": document.no,
        "facts": dict(document.facts),
        "template": document.template,
        "seal": "\\x" + document.seal.hex(),
        "check_code": document.check_code,
    }


def _pause_json(pause: PauseRecord) -> dict[str, Any]:
    return {
        "id": pause.id,
        "cause": pause.cause,
        "basis": pause.basis,
        "stops": list(pause.stops),
        "since": pause.since.isoformat(),
        "until": pause.until.isoformat() if pause.until else None,
        "planned_until": pause.planned_until.isoformat(),
        "cap_until": pause.cap_until.isoformat(),
        "reason": pause.reason,
        "opened_at": pause.opened_at.isoformat(),
        "opened_by": pause.opened_by,
        "closed_at": pause.closed_at.isoformat() if pause.closed_at else None,
        "closed_by": pause.closed_by,
        "result": pause.result,
        "resets": pause.resets,
    }


def open_children(conn: Connection, case_id: int) -> list[int]:
    """The open cases under one, the oldest first."""
    found = conn.execute(
        text("SELECT id FROM cases WHERE parent_id = :id AND ended_at IS NULL ORDER BY id"), {"id": case_id}
    )
    return [row.id for row in found]


def hold(conn: Connection, case_id: int) -> None:
    """Lock one case until the transaction ends; whoever writes it meanwhile waits, up to lock_timeout."""
    conn.execute(text("SELECT FROM cases WHERE id = :id FOR NO KEY UPDATE"), {"id": case_id})


@dataclass(frozen=True, slots=True)
class LastAction:
    """The newest line of a case's history that a person or the system wrote; no name where it was no person."""

    action: str
    actor_name: str | None
    actor_role: str
    recorded_at: datetime


def last_action(conn: Connection, case_id: int) -> LastAction:
    """Who acted last on the case; lines that change no version (rungs, uploads, "seen") are passed over."""
    row = conn.execute(
        text("""
SELECT e.action, p.name, e.actor_role, e.recorded_at
FROM events e LEFT JOIN people p ON p.id = e.actor_id
WHERE e.case_id = :case_id AND NOT e.action LIKE 'rung:%'
  AND e.action NOT IN ('attach', 'acknowledge', 'alert_passed_on', 'alert_unanswered')
ORDER BY e.seq DESC LIMIT 1"""),
        {"case_id": case_id},
    ).one()
    return LastAction(row.action, row.name, row.actor_role, row.recorded_at)
