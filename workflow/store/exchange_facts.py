"""What rows of the exchange are made from, read for many cases or projects in one statement each."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, text

from workflow.exchange.facts import (
    CaseFacts,
    CaseInBrief,
    ClockFact,
    CommitmentCheck,
    DocumentFact,
    LogLine,
    MaterialFact,
    PauseFact,
    ProjectFacts,
    SideCase,
    SiteFacts,
)

SIDES = ("segment", "acceptance", "milestone", "opinion")
"""The flows beside the item cases that rows of a project are made from."""

_CASES = text("""
SELECT to_json(found) FROM (
SELECT c.id, c.no, c.flow, c.flow_version, c.item, coalesce(c.item_version, 1) AS item_version, c.department,
  b.no AS joint_no, c.data, c.limits,
  json_build_object('id', p.id, 'code', p.code, 'name', p.name, 'splclx', p.splclx) AS site,
  (SELECT coalesce(json_agg(e ORDER BY e.seq), '[]') FROM (
     SELECT v.seq, v.action, v.from_state, v.to_state, v.actor_role, a.name AS actor_name, v.effective_at,
       v.recorded_at, v.input
     FROM events v LEFT JOIN people a ON a.id = v.actor_id WHERE v.case_id = c.id) e) AS lines,
  (SELECT coalesce(json_agg(z ORDER BY z.id), '[]') FROM (
     SELECT id, cause, since, until FROM pauses WHERE case_id = c.id) z) AS pauses,
  (SELECT coalesce(json_agg(k ORDER BY k.name, k.round), '[]') FROM (
     SELECT name, round, amount, unit, extension, due_on, settled_at FROM clocks WHERE case_id = c.id) k) AS clocks,
  (SELECT coalesce(json_agg(d ORDER BY d.id), '[]') FROM (
     SELECT id, seq, kind, no, effective_at FROM documents WHERE case_id = c.id) d) AS documents,
  (SELECT coalesce(json_agg(m ORDER BY m.id), '[]') FROM (
     SELECT id, code, filename, uploaded_at FROM materials WHERE case_id IN (c.id, b.id)) m) AS materials,
  (SELECT coalesce(json_agg(s ORDER BY s.case_id), '[]') FROM (
     SELECT id AS case_id, department, outcome, data FROM cases
     WHERE parent_id = c.id AND flow = 'supervision') s) AS checks
FROM cases c JOIN projects p ON p.id = c.project_id LEFT JOIN cases b ON b.id = c.parent_id AND b.flow = 'bundle'
WHERE c.id = ANY(:ids) AND c.flow = ANY(:flows) AND c.item IS NOT NULL AND NOT c.internal
ORDER BY c.id) AS found""")

_PROJECTS = text("""
SELECT to_json(found) FROM (
SELECT p.id, p.code, p.name, p.company, o.name AS company_name, p.splclx, p.street, p.investment_wan, p.area_m2,
  p.facts, p.planned_start,
  (SELECT coalesce(json_agg(k ORDER BY k.no), '[]') FROM (
     SELECT c.no, c.item, c.department, c.outcome, r.received_at, c.accepted_at, c.decided_at
     FROM cases c CROSS JOIN LATERAL (SELECT min(e.effective_at) AS received_at FROM events e
       WHERE e.case_id = c.id AND e.to_state = ANY(:received)) r
     WHERE c.project_id = p.id AND c.flow = ANY(:flows) AND c.item IS NOT NULL AND NOT c.internal
       AND r.received_at IS NOT NULL) k) AS cases,
  (SELECT coalesce(json_agg(s ORDER BY s.id), '[]') FROM (
     SELECT c.id, c.no, c.flow, c.state, c.outcome, c.department, a.department AS lead,
       (SELECT n.name FROM events e JOIN people n ON n.id = e.actor_id WHERE e.case_id = c.id
        ORDER BY e.seq DESC LIMIT 1) AS answered_by,
       c.opened_at, c.decided_at, c.issued_at, c.ended_at, c.data
     FROM cases c LEFT JOIN cases a ON a.id = c.parent_id
     WHERE c.project_id = p.id AND c.flow = ANY(:sides)) s) AS sides
FROM projects p JOIN companies o ON o.credit_code = p.company WHERE p.id = ANY(:ids)
ORDER BY p.id) AS found""")


def cases(conn: Connection, ids: Collection[int], flows: Sequence[str]) -> list[CaseFacts]:
    """Those of the cases ``ids`` that are of one of the ``flows``, about an item, and not the office's own."""
    if not ids:
        return []
    found = conn.execute(_CASES, {"ids": sorted(ids), "flows": list(flows)}).scalars()
    return [_case(row) for row in found]


def projects(
    conn: Connection, ids: Collection[int], flows: Sequence[str], received: Sequence[str]
) -> list[ProjectFacts]:
    """The projects ``ids`` with their cases of ``flows`` that came into one of the states ``received``."""
    if not ids:
        return []
    parameters = {"ids": sorted(ids), "flows": list(flows), "received": list(received), "sides": list(SIDES)}
    return [_project(row) for row in conn.execute(_PROJECTS, parameters).scalars()]


def _case(row: dict[str, Any]) -> CaseFacts:
    return CaseFacts(
        **{
            **row,
            "site": SiteFacts(**row["site"]),
            "lines": tuple(_timed(LogLine, one, "effective_at", "recorded_at") for one in row["lines"]),
            "pauses": tuple(PauseFact(**{**one, **_days(one, "since", "until")}) for one in row["pauses"]),
            "clocks": tuple(_timed(ClockFact, {**one, **_days(one, "due_on")}, "settled_at") for one in row["clocks"]),
            "documents": tuple(_timed(DocumentFact, _without_id(one), "effective_at") for one in row["documents"]),
            "materials": tuple(_timed(MaterialFact, one, "uploaded_at") for one in row["materials"]),
            "checks": tuple(CommitmentCheck(**one) for one in row["checks"]),
        }
    )


def _project(row: dict[str, Any]) -> ProjectFacts:
    return ProjectFacts(
        **{
            **row,
            **_days(row, "planned_start"),
            "cases": tuple(
                _timed(CaseInBrief, one, "received_at", "accepted_at", "decided_at") for one in row["cases"]
            ),
            "sides": tuple(
                _timed(SideCase, one, "opened_at", "decided_at", "issued_at", "ended_at") for one in row["sides"]
            ),
        }
    )


def _timed(kind: Any, row: dict[str, Any], *instants: str) -> Any:
    """``kind`` made of a row as PostgreSQL's JSON has it."""
    return kind(**{**row, **{name: datetime.fromisoformat(row[name]) if row[name] else None for name in instants}})


def _days(row: dict[str, Any], *names: str) -> dict[str, date | None]:
    return {name: date.fromisoformat(row[name]) if row[name] else None for name in names}


def _without_id(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "id"}
