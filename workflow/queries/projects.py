"""The projects of the war map (作战图) that a person may see, with how many cases of each are open, late, granted."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import text

from workflow.definition import Title
from workflow.errors import NotFound
from workflow.queries.filters import refuse_unknown, written_code
from workflow.queries.paging import Listing, Page, Paging, page, position
from workflow.visibility import visible_projects
from workflow.work import Work


@dataclass(frozen=True, slots=True)
class ProjectFilters:
    """``project`` is a project code, ``name`` a part of the name; None means any."""

    project: str | None = None
    name: str | None = None
    battlefront: str | None = None
    squad: str | None = None
    needs_permit: bool | None = None
    needs_tender: bool | None = None
    renewal: bool | None = None


@dataclass(frozen=True, slots=True)
class ProjectView:
    """One project. ``investment_wan`` is in 万元, ``area_m2`` in m2; ``facts`` are its traits and papers held."""

    code: str
    name: str
    company: str
    company_name: str
    splclx: int
    street: str
    street_title: Title | None
    battlefront: str
    battlefront_title: Title | None
    squad: str
    squad_title: Title | None
    investment_wan: float
    area_m2: float
    needs_permit: bool
    needs_tender: bool
    renewal: bool
    facts: dict[str, Any]
    planned_start: date | None
    demo: bool
    open_cases: int
    late_cases: int
    granted_cases: int


_SELECT = """
SELECT p.id, p.code, p.name, p.company, o.name AS company_name, p.splclx, p.street, p.battlefront, p.squad,
  p.investment_wan::float8 AS investment_wan, p.area_m2::float8 AS area_m2, p.needs_permit, p.needs_tender, p.renewal,
  p.facts, p.planned_start, p.demo,
  (SELECT count(*) FROM cases c WHERE c.project_id = p.id AND c.ended_at IS NULL) AS open_cases,
  (SELECT count(*) FROM cases c WHERE c.project_id = p.id AND c.ended_at IS NULL AND c.due_at <= :now) AS late_cases,
  (SELECT count(*) FROM cases c WHERE c.project_id = p.id AND c.outcome = 'granted') AS granted_cases
FROM projects p JOIN companies o ON o.credit_code = p.company WHERE """


def projects(work: Work, filters: ProjectFilters, paging: Paging) -> Page[ProjectView]:
    """One page of visible projects in the order of their registration; raises BadInput for a filter or cursor."""
    catalogue = work.office.catalogue
    known = {"battlefront": list(catalogue.battlefronts), "squad": list(catalogue.squads)}
    refuse_unknown(filters, known, catalogue)
    listing = Listing("projects", work.actor.id, asdict(filters))
    after = position(paging, listing)
    seen, parameters = visible_projects(work.actor)
    conditions = [seen, "p.id > cast(:after AS int)"]
    for name in ("battlefront", "squad", "needs_permit", "needs_tender", "renewal"):
        if (value := getattr(filters, name)) is not None:
            conditions.append(f"p.{name} = :{name}")
            parameters[name] = value
    if filters.project is not None:
        conditions.append("p.code = :code")
        parameters["code"] = written_code(filters.project, catalogue)
    if filters.name is not None:
        conditions.append("position(:part IN p.name) > 0")
        parameters["part"] = filters.name
    statement = text(_SELECT + " AND ".join(conditions) + " ORDER BY p.id LIMIT :wanted")
    parameters |= {"after": after[0] if after else 0, "wanted": paging.size + 1, "now": work.now}
    found = work.conn.execute(statement, parameters).mappings().all()
    return page(paging, listing, [_view(work, row) for row in found], [[row["id"]] for row in found])


def project(work: Work, code: str) -> ProjectView:
    """The project of that code; raises NotFound where there is none for this actor's eyes."""
    seen, parameters = visible_projects(work.actor)
    statement = text(_SELECT + f"{seen} AND p.code = :code")
    row = work.conn.execute(statement, parameters | {"code": code, "now": work.now}).mappings().one_or_none()
    if row is None:
        raise NotFound(
            "no_such_project",
            f"没有项目代码为 {code} 的项目",
            f"There is no project {code}",
            extra={"project": code},
        )
    return _view(work, row)


def _view(work: Work, row: Any) -> ProjectView:
    catalogue = work.office.catalogue
    shown = {name: row[name] for name in ProjectView.__dataclass_fields__ if not name.endswith("_title")}
    street, front, squad = row["street"], row["battlefront"], row["squad"]
    return ProjectView(
        **shown,
        street_title=catalogue.streets[street].title if street in catalogue.streets else None,
        battlefront_title=catalogue.battlefronts[front].title if front in catalogue.battlefronts else None,
        squad_title=catalogue.squads[squad].title if squad in catalogue.squads else None,
    )
