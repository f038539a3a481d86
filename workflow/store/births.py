"""New cases: the row, its first line of history, clocks, documents and messages, for any number at once."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from workflow.case import Case
from workflow.change import Change, instant
from workflow.store.cases import clock_json, document_json


def next_numbers(conn: Connection, count: int, now: datetime) -> list[str]:
    """Fresh case numbers of the year, ``LS2026-000123``; a number never comes twice, gaps are possible."""
    numbers = conn.execute(
        text("SELECT nextval('case_numbers') FROM generate_series(1, :count)"), {"count": count}
    ).scalars()
    return [f"LS{now.year}-{number:06d}" for number in numbers]


def record_flow_use(conn: Connection, flow: str, version: int, digest: str, now: datetime) -> None:
    """Keep the digest of a flow version from its first case on."""
    conn.execute(
        text("""
INSERT INTO flow_versions (flow, version, digest, first_used) VALUES (:flow, :version, :digest, :now)
ON CONFLICT DO NOTHING"""),
        {"flow": flow, "version": version, "digest": digest, "now": now},
    )


def record_item_use(conn: Connection, items: Sequence[str]) -> None:
    """Note the items a draft names from now on."""
    conn.execute(
        text("""
INSERT INTO catalogue_used (kind, code) SELECT 'item', code FROM unnest(cast(:items AS text[])) AS code ORDER BY code
ON CONFLICT DO NOTHING"""),
        {"items": list(items)},
    )


def record_department_use(conn: Connection, department: str) -> None:
    """Note a department that a case was handed over to."""
    conn.execute(
        text("INSERT INTO catalogue_used (kind, code) VALUES ('department', :code) ON CONFLICT DO NOTHING"),
        {"code": department},
    )


_CREATE = text("""
WITH born AS (
  INSERT INTO cases (no, flow, flow_version, title, item, item_version, parent_id, project_id, company, department,
    squad, assignee_id, state, outcome, version, rev, seq, chain_head, data, limits, opened_at, received_at,
    accepted_at, decided_at, entered_at, ended_at, due_at, demo, internal)
  SELECT b.no, b.flow, b.flow_version, b.title, b.item, b.item_version, b.parent_id, b.project_id, b.company,
    b.department, b.squad, b.assignee_id, b.state, b.outcome, b.version, 1, 1, b.chain_head, b.data, b.limits,
    b.opened_at, b.received_at, b.accepted_at, b.decided_at, b.entered_at, b.ended_at,
    coalesce(b.due_at, 'infinity'), b.demo, b.internal
  FROM jsonb_to_recordset(cast(:cases AS jsonb)) AS b(no text, flow text, flow_version int, title text, item text,
    item_version int, parent_id bigint, project_id int, company text, department text, squad text, assignee_id int,
    state text, outcome text, version int, chain_head bytea, data jsonb, limits jsonb, opened_at timestamptz,
    received_at timestamptz, accepted_at timestamptz, decided_at timestamptz, entered_at timestamptz,
    ended_at timestamptz, due_at timestamptz, demo boolean, internal boolean)
  RETURNING id, no),
used AS (
  INSERT INTO catalogue_used (kind, code)
  SELECT DISTINCT u.kind, u.code
  FROM jsonb_to_recordset(cast(:cases AS jsonb)) AS b(item text, department text, data jsonb)
  CROSS JOIN LATERAL (
    SELECT 'item' AS kind, b.item AS code WHERE b.item IS NOT NULL
    UNION ALL SELECT 'item', jsonb_array_elements_text(b.data -> 'items')
    UNION ALL SELECT 'department', b.department) AS u
  -- in one order for everybody: the first uses of two births must not wait for each other in a circle
  ORDER BY u.kind, u.code
  ON CONFLICT DO NOTHING),
noted AS (
  INSERT INTO events (case_id, seq, action, from_state, to_state, actor_id, actor_role, effective_at, recorded_at,
    input, hash)
  SELECT born.id, 1, e.action, e.from_state, e.to_state, e.actor_id, e.actor_role, e.effective_at, e.recorded_at,
    e.input, e.hash
  FROM born JOIN jsonb_to_recordset(cast(:events AS jsonb)) AS e(no text, action text, from_state text, to_state text,
    actor_id int, actor_role text, effective_at timestamptz, recorded_at timestamptz, input jsonb, hash bytea)
    USING (no)),
ticking AS (
  INSERT INTO clocks (case_id, name, round, started_at, amount, unit, direction, extension, state, epoch, rung,
    ladder_at, fire_at, due_on, due_at, provisional, calendar_version, armed_seq)
  SELECT born.id, k.name, k.round, k.started_at, k.amount, k.unit, k.direction, k.extension, k.state, k.epoch, k.rung,
    k.ladder_at, coalesce(k.fire_at, 'infinity'), k.due_on, coalesce(k.due_at, 'infinity'), k.provisional,
    k.calendar_version, k.armed_seq
  FROM born JOIN jsonb_to_recordset(cast(:clocks AS jsonb)) AS k(no text, name text, round int, started_at timestamptz,
    amount int, unit text, direction text, extension int, state text, epoch int, rung smallint, ladder_at timestamptz[],
    fire_at timestamptz, due_on date, due_at timestamptz, provisional boolean, calendar_version text, armed_seq int)
    USING (no)),
issued AS (
  INSERT INTO documents (case_id, seq, kind, no, facts, issued_at, effective_at, template, seal, check_code)
  SELECT born.id, 1, d.kind, d.document_no, d.facts, d.issued_at, d.effective_at, d.template, d.seal, d.check_code
  FROM born JOIN jsonb_to_recordset(cast(:documents AS jsonb)) AS d(no text, kind text, document_no text, facts jsonb,
    issued_at timestamptz, effective_at timestamptz, template text, seal bytea, check_code text) USING (no)),
told AS (
  INSERT INTO outbox (effect_key, channel, case_id, body, created_at, next_at)
  SELECT m.effect_key, m.channel, born.id, m.body, m.created_at, now()
  FROM born JOIN jsonb_to_recordset(cast(:messages AS jsonb)) AS m(no text, effect_key text, channel text, body jsonb,
    created_at timestamptz) USING (no)
  ON CONFLICT (effect_key) DO NOTHING)
SELECT id, no FROM born""")


def create(
    conn: Connection, changes: Sequence[Change], item_versions: Sequence[int | None], demo: bool
) -> dict[str, int]:
    """Write new cases whole, in one statement; returns the id by case number."""
    rows: dict[str, list[dict[str, Any]]] = {
        "cases": [
            _case_json(change.after, change.due_at, version, demo)
            for change, version in zip(changes, item_versions, strict=True)
        ],
        "events": [_event_json(change) for change in changes],
        "clocks": [{"no": change.after.no, **clock_json(clock)} for change in changes for clock in change.clocks],
        "documents": [_document_json(change, index) for change in changes for index in range(len(change.documents))],
        "messages": [_message_json(change, index) for change in changes for index in range(len(change.messages))],
    }
    found = conn.execute(_CREATE, {name: json.dumps(row, ensure_ascii=False) for name, row in rows.items()})
    return {row.no: row.id for row in found}


def _case_json(case: Case, due_at: datetime | None, item_version: int | None, demo: bool) -> dict[str, Any]:
    moments = {
        name: instant(value) if (value := getattr(case, name)) else None
        for name in ("opened_at", "received_at", "accepted_at", "decided_at", "entered_at", "ended_at")
    }
    return moments | {
        "no": case.no,
        "flow": case.flow,
        "flow_version": case.flow_version,
        "title": case.title,
        "item": case.item,
        "item_version": item_version,
        "parent_id": case.parent_id,
        "project_id": case.project_id,
        "company": case.company,
        "department": case.department,
        "squad": case.squad,
        "assignee_id": case.assignee_id,
        "state": case.state,
        "outcome": case.outcome,
        "version": case.version,
        "chain_head": "\\x" + case.chain_head.hex(),
        "data": dict(case.data),
        "limits": dict(case.limits),
        "due_at": instant(due_at) if due_at else None,
        "demo": demo,
        "internal": case.internal,
    }


def _event_json(change: Change) -> dict[str, Any]:
    event = change.event
    return {
        "no": event.case_no,
        "action": event.action,
        "from_state": event.from_state,
        "to_state": event.to_state,
        "actor_id": event.actor_id,
        "actor_role": event.actor_role,
        "effective_at": instant(event.effective_at),
        "recorded_at": instant(event.recorded_at),
        "input": dict(event.input),
        "hash": "\\x" + change.hash.hex(),
    }


def _document_json(change: Change, index: int) -> dict[str, Any]:
    document = change.documents[index]
    return {
        **document_json(document),
        "no": change.after.no,
        "document_no": document.no,
        "issued_at": instant(change.event.recorded_at),
        "effective_at": instant(change.event.effective_at),
    }


def _message_json(change: Change, index: int) -> dict[str, Any]:
    message = change.messages[index]
    return {
        "no": change.after.no,
        "effect_key": message.effect_key,
        "channel": message.channel,
        "body": dict(message.body),
        "created_at": instant(change.event.recorded_at),
    }
