"""Projects and the companies behind them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, text


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


COLUMNS = """p.id, p.code, p.name, p.company, o.name AS company_name, p.splclx, p.street, p.battlefront, p.squad,
  p.investment_wan::float8 AS investment_wan, p.area_m2::float8 AS area_m2, p.needs_permit, p.needs_tender, p.facts,
  p.planned_start, p.demo"""

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


def add_company(conn: Connection, credit_code: str, name: str, demo: bool = False) -> None:
    """Record a company; one already known keeps its name."""
    conn.execute(
        text("INSERT INTO companies (credit_code, name, demo) VALUES (:code, :name, :demo) ON CONFLICT DO NOTHING"),
        {"code": credit_code, "name": name, "demo": demo},
    )


def add_project(conn: Connection, fields: Mapping[str, Any], now: datetime) -> int:
    """Record a project; ``fields`` are the columns of `projects` but for id and created_at. Returns its id."""
    parameters = {**fields, "facts": json.dumps(fields["facts"], ensure_ascii=False), "now": now}
    return int(
        conn.execute(
            text("""
INSERT INTO projects (code, name, company, splclx, street, battlefront, squad, investment_wan, area_m2, needs_permit,
  needs_tender, facts, planned_start, demo, created_at)
VALUES (:code, :name, :company, :splclx, :street, :battlefront, :squad, :investment_wan, :area_m2, :needs_permit,
  :needs_tender, cast(:facts AS jsonb), :planned_start, :demo, :now) RETURNING id"""),
            parameters,
        ).scalar_one()
    )
