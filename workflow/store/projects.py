"""Projects and the companies behind them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, text

from workflow.store.granted import granted_items


@dataclass(frozen=True, slots=True)
class Project:
    """One investment project of the war map. ``facts`` are papers held from elsewhere, by name."""

    id: int
    code: str
    name: str
    company: str
    company_name: str
    splclx: int
    street: str
    battlefront: str
    squad: str
    investment_wan: float
    area_m2: float
    needs_permit: bool
    needs_tender: bool
    facts: Mapping[str, Any]
    planned_start: date | None
    demo: bool
    renewal: bool


COLUMNS = """p.id, p.code, p.name, p.company, o.name AS company_name, p.splclx, p.street, p.battlefront, p.squad,
  p.investment_wan::float8 AS investment_wan, p.area_m2::float8 AS area_m2, p.needs_permit, p.needs_tender, p.facts,
  p.planned_start, p.demo, p.renewal"""

_SELECT = f"SELECT {COLUMNS} FROM projects p JOIN companies o ON o.credit_code = p.company"  # noqa: S608 - constants


def by_code(conn: Connection, code: str) -> Project | None:
    """The project of that code."""
    row = conn.execute(
        text(f"{_SELECT} WHERE p.code = :code"),
        {"code": code},
    ).one_or_none()
    return None if row is None else Project(*row)


def by_id(conn: Connection, project_id: int) -> Project:
    """The project of that id, which must exist."""
    row = conn.execute(
        text(f"{_SELECT} WHERE p.id = :id"),
        {"id": project_id},
    ).one()
    return Project(*row)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a project has come to: the items granted, and its events with their days."""

    permits: frozenset[str]
    events: Mapping[str, date]


def standing(conn: Connection, project_id: int) -> Standing:
    """What the project has come to by now."""
    row = conn.execute(
        text(f"""
SELECT (SELECT coalesce(array_agg(i.item), '{{}}') FROM ({granted_items(":id")}) i) AS permits,
  (SELECT coalesce(json_object_agg(event, on_day), '{{}}') FROM (
    SELECT DISTINCT ON (event) event, on_day FROM project_events WHERE project_id = :id
    ORDER BY event, id DESC) newest) AS events"""),  # noqa: S608 - our own words only
        {"id": project_id},
    ).one()
    return Standing(
        frozenset(row.permits), {event: date.fromisoformat(day) for event, day in sorted(row.events.items())}
    )


def hold(conn: Connection, project_id: int) -> None:
    """Lock the project until the transaction ends: who opens the only case there may be."""
    conn.execute(text("SELECT FROM projects WHERE id = :id FOR NO KEY UPDATE"), {"id": project_id})


def open_case_of(conn: Connection, project_id: int, flow: str) -> str | None:
    """The number of an open case of ``flow`` on the project."""
    found = conn.execute(
        text("SELECT no FROM cases WHERE project_id = :id AND flow = :flow AND ended_at IS NULL ORDER BY id LIMIT 1"),
        {"id": project_id, "flow": flow},
    ).scalar()
    return None if found is None else str(found)


def case_about(conn: Connection, project_id: int, flow: str, name: str, value: str) -> str | None:
    """The number of a case of ``flow`` on the project that keeps ``value`` under ``name`` and was not withdrawn."""
    found = conn.execute(
        text("""
SELECT no FROM cases WHERE project_id = :id AND flow = :flow AND data ->> :name = :value
  AND outcome IS DISTINCT FROM 'withdrawn' ORDER BY id LIMIT 1"""),
        {"id": project_id, "flow": flow, "name": name, "value": value},
    ).scalar()
    return None if found is None else str(found)


def add_company(conn: Connection, credit_code: str, name: str, demo: bool = False) -> None:
    """Record a company; one already known keeps its name."""
    conn.execute(
        text("INSERT INTO companies (credit_code, name, demo) VALUES (:code, :name, :demo) ON CONFLICT DO NOTHING"),
        {"code": credit_code, "name": name, "demo": demo},
    )


def add_project(conn: Connection, fields: Mapping[str, Any], now: datetime) -> int:
    """Record a project; ``fields`` are the columns of `projects` but for id and created_at; no ``renewal``:
    it is not of urban renewal. Returns its id."""
    parameters = {"renewal": False, **fields, "facts": json.dumps(fields["facts"], ensure_ascii=False), "now": now}
    return int(
        conn.execute(
            text("""
INSERT INTO projects (code, name, company, splclx, street, battlefront, squad, investment_wan, area_m2, needs_permit,
  needs_tender, renewal, facts, planned_start, demo, created_at)
VALUES (:code, :name, :company, :splclx, :street, :battlefront, :squad, :investment_wan, :area_m2, :needs_permit,
  :needs_tender, :renewal, cast(:facts AS jsonb), :planned_start, :demo, :now) RETURNING id"""),
            parameters,
        ).scalar_one()
    )
