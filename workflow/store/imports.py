"""What was brought in from files: the list of imports, and what an import is compared with, set by set."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, text

from workflow.store.projects import COLUMNS, Project


@dataclass(frozen=True, slots=True)
class OnTheMap:
    """The newest case of the war map of a project, open or ended, and the milestones under it that count."""

    no: str
    ended: bool
    data: Mapping[str, Any]
    milestones: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Known:
    """A project as the database has it, locked; ``open_cases`` are the numbers of some of its open cases."""

    project: Project
    open_cases: tuple[str, ...]
    on_the_map: OnTheMap | None


def hold(conn: Connection) -> None:
    """One import at a time, until the transaction ends: two that bring the same project must not both create it."""
    conn.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('wugeyi imports', 0))"))


_KNOWN = text(f"""
WITH held AS MATERIALIZED (
  SELECT p.* FROM projects p WHERE p.code = ANY(:codes) ORDER BY p.id FOR NO KEY UPDATE)
SELECT to_json(found) FROM (
SELECT {COLUMNS},
  ARRAY(SELECT c.no FROM cases c WHERE c.project_id = p.id AND c.ended_at IS NULL ORDER BY c.id LIMIT 3) AS open_cases,
  (SELECT json_build_object('no', m.no, 'ended', m.ended_at IS NOT NULL, 'data', m.data, 'milestones', (
     SELECT coalesce(json_agg(json_build_object('no', k.no, 'department', k.department, 'data', k.data)), '[]')
     FROM cases k WHERE k.parent_id = m.id AND k.flow = 'milestone'))
   FROM cases m WHERE m.project_id = p.id AND m.flow = 'mechanism' ORDER BY m.id DESC LIMIT 1) AS on_the_map
FROM held p JOIN companies o ON o.credit_code = p.company) AS found""")  # noqa: S608 - constants only


def known_projects(conn: Connection, codes: Sequence[str]) -> dict[str, Known]:
    """The projects of these codes with their standing, by code; they stay as they are until the transaction ends."""
    rows = conn.execute(_KNOWN, {"codes": list(codes)}).scalars()
    return {row["code"]: _known(row) for row in rows}


def _known(row: dict[str, Any]) -> Known:
    open_cases, found = tuple(row.pop("open_cases")), row.pop("on_the_map")
    planned = row["planned_start"]
    project = Project(**{**row, "planned_start": date.fromisoformat(planned) if planned else None})
    if found is None:
        return Known(project, open_cases, None)
    placed = OnTheMap(found["no"], found["ended"], found["data"], tuple(found["milestones"]))
    return Known(project, open_cases, placed)


def company_names(conn: Connection, credit_codes: Sequence[str]) -> dict[str, str]:
    """The names of those of these companies that are known, by credit code."""
    rows = conn.execute(
        text("SELECT credit_code, name FROM companies WHERE credit_code = ANY(:codes)"), {"codes": list(credit_codes)}
    )
    return {row.credit_code: row.name for row in rows}


def add_companies(conn: Connection, names: Mapping[str, str]) -> None:
    """Record companies by credit code; one already known keeps its name."""
    conn.execute(
        text("""
INSERT INTO companies (credit_code, name)
SELECT one.code, one.name FROM unnest(cast(:codes AS text[]), cast(:names AS text[])) AS one(code, name)
ORDER BY one.code ON CONFLICT DO NOTHING"""),
        {"codes": list(names), "names": list(names.values())},
    )


def person_ids(conn: Connection, usernames: Sequence[str]) -> dict[str, int]:
    """The ids of those of these accounts that there are, by user name."""
    rows = conn.execute(
        text("SELECT username, id FROM people WHERE username = ANY(:names)"), {"names": list(usernames)}
    )
    return {row.username: row.id for row in rows}


def directors(conn: Connection) -> dict[str, int]:
    """Who leads each department: the director with the oldest open account."""
    rows = conn.execute(
        text("""
SELECT DISTINCT ON (r.department) r.department, r.person_id
FROM person_roles r JOIN people p ON p.id = r.person_id AND p.active
WHERE r.role = 'director' AND r.department IS NOT NULL ORDER BY r.department, r.person_id""")
    )
    return {row.department: row.person_id for row in rows}


def add_projects(conn: Connection, rows: Sequence[Mapping[str, Any]], now: datetime) -> None:
    """Record projects; each record has the columns of `projects` but for id, demo and created_at, as JSON values."""
    conn.execute(
        text("""
INSERT INTO projects (code, name, company, splclx, street, battlefront, squad, investment_wan, area_m2, needs_permit,
  needs_tender, renewal, facts, planned_start, created_at)
SELECT n.code, n.name, n.company, n.splclx, n.street, n.battlefront, n.squad, n.investment_wan, n.area_m2,
  n.needs_permit, n.needs_tender, n.renewal, n.facts, n.planned_start, :now
FROM jsonb_array_elements(cast(:rows AS jsonb)) WITH ORDINALITY AS e(body, place)
CROSS JOIN LATERAL jsonb_to_record(e.body) AS n(code text, name text, company text, splclx smallint, street text,
  battlefront text, squad text, investment_wan numeric, area_m2 numeric, needs_permit boolean, needs_tender boolean,
  renewal boolean, facts jsonb, planned_start date)
ORDER BY e.place"""),
        {"rows": json.dumps([dict(one) for one in rows], ensure_ascii=False), "now": now},
    )


def change_projects(conn: Connection, changes: Mapping[int, Mapping[str, Any]]) -> None:
    """Set the columns of projects, by id: each record of ``changes`` names every column below."""
    conn.execute(
        text("""
UPDATE projects p SET name = n.name, company = n.company, splclx = n.splclx, street = n.street,
  battlefront = n.battlefront, squad = n.squad, investment_wan = n.investment_wan, area_m2 = n.area_m2,
  needs_permit = n.needs_permit, needs_tender = n.needs_tender, renewal = n.renewal, planned_start = n.planned_start
FROM jsonb_to_recordset(cast(:rows AS jsonb)) AS n(id int, name text, company text, splclx smallint, street text,
  battlefront text, squad text, investment_wan numeric, area_m2 numeric, needs_permit boolean, needs_tender boolean,
  renewal boolean, planned_start date)
WHERE p.id = n.id"""),
        {"rows": json.dumps([{"id": id_, **columns} for id_, columns in changes.items()], ensure_ascii=False)},
    )


@dataclass(frozen=True, slots=True)
class NewImport:
    """An import about to be recorded; ``result`` is counts, never what the file says."""

    kind: str
    filename: str
    sha256: bytes
    person_id: int | None
    result: Mapping[str, Any]


def add_import(conn: Connection, new: NewImport, now: datetime) -> int:
    """Record an import; returns its id."""
    return int(
        conn.execute(
            text("""
INSERT INTO imports (kind, filename, sha256, person_id, imported_at, result)
VALUES (:kind, :filename, :sha256, :person_id, :now, cast(:result AS jsonb)) RETURNING id"""),
            {
                "kind": new.kind,
                "filename": new.filename,
                "sha256": new.sha256,
                "person_id": new.person_id,
                "now": now,
                "result": json.dumps(dict(new.result), ensure_ascii=False),
            },
        ).scalar_one()
    )


@dataclass(frozen=True, slots=True)
class ProjectChange:
    """What an import changed of one project: the columns that differ, before and after, as JSON keeps them."""

    project_id: int
    before: Mapping[str, Any]
    after: Mapping[str, Any]


def add_project_changes(conn: Connection, import_id: int, changes: Sequence[ProjectChange], now: datetime) -> None:
    """Keep what an import changed of projects."""
    rows = [{"project_id": one.project_id, "before": dict(one.before), "after": dict(one.after)} for one in changes]
    conn.execute(
        text("""
INSERT INTO project_changes (project_id, import_id, changed_at, before, after)
SELECT c.project_id, :import_id, :now, c.before, c.after
FROM jsonb_to_recordset(cast(:rows AS jsonb)) AS c(project_id int, before jsonb, after jsonb) ORDER BY c.project_id"""),
        {"import_id": import_id, "now": now, "rows": json.dumps(rows, ensure_ascii=False)},
    )


@dataclass(frozen=True, slots=True)
class PastImport:
    """One import of the list; ``person`` is None for one from a command line."""

    id: int
    kind: str
    filename: str
    person: str | None
    imported_at: datetime
    result: Mapping[str, Any]


def newest(conn: Connection, before: int, limit: int) -> list[PastImport]:
    """Imports with an id below ``before``, the newest first."""
    rows = conn.execute(
        text("""
SELECT i.id, i.kind, i.filename, p.name, i.imported_at, i.result
FROM imports i LEFT JOIN people p ON p.id = i.person_id
WHERE i.id < :before ORDER BY i.id DESC LIMIT :limit"""),
        {"before": before, "limit": limit},
    )
    return [PastImport(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Draft:
    """A file that was tried and not confirmed yet."""

    kind: str
    filename: str
    sha256: bytes
    body: bytes


def keep_draft(conn: Connection, person_id: int, draft: Draft) -> None:
    """Keep a file until it is confirmed, in place of the one this person tried before; housekeeping takes it away after
    a day (`workflow.store.leftovers`)."""
    conn.execute(
        text("""
INSERT INTO import_drafts (person_id, kind, filename, sha256, body)
VALUES (:person_id, :kind, :filename, :sha256, :body)
ON CONFLICT (person_id) DO UPDATE SET kind = excluded.kind, filename = excluded.filename, sha256 = excluded.sha256,
  body = excluded.body, put_at = now()"""),
        {
            "person_id": person_id,
            "kind": draft.kind,
            "filename": draft.filename,
            "sha256": draft.sha256,
            "body": draft.body,
        },
    )


def take_draft(conn: Connection, person_id: int, sha256: bytes) -> Draft | None:
    """The file this person tried, which is gone with it; None where it is another one or none."""
    row = conn.execute(
        text("""
DELETE FROM import_drafts WHERE person_id = :person_id AND sha256 = :sha256 RETURNING kind, filename, sha256, body"""),
        {"person_id": person_id, "sha256": sha256},
    ).one_or_none()
    return None if row is None else Draft(row.kind, row.filename, bytes(row.sha256), bytes(row.body))
