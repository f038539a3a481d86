"""The programme of the war map and of urban renewal: milestones with plan and actual, progress, lights, who answers.

Lights are reckoned when read (`workflow.progress`) from what the cases of a project keep. A filter by light therefore
reads every project that passes the other filters: a district has a few hundred.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from workflow.clock.days import local_day
from workflow.definition import Field, State, Title
from workflow.errors import NotFound
from workflow.guards.mechanism import DROPPED, MILESTONE, Row, milestone_row, report_rows
from workflow.progress import MilestoneProgress, Progress, ProgressLight, progress
from workflow.queries.filters import refuse_unknown, written_code
from workflow.queries.paging import Listing, Page, Paging, page, position
from workflow.visibility import shows_names, visible_projects
from workflow.work import Work

MECHANISM = "mechanism"


@dataclass(frozen=True, slots=True)
class ProgrammeFilters:
    """``project`` is a project code; None means any. ``light`` is one of `ProgressLight`."""

    project: str | None = None
    battlefront: str | None = None
    squad: str | None = None
    light: str | None = None
    renewal: bool | None = None
    needs_permit: bool | None = None
    needs_tender: bool | None = None


@dataclass(frozen=True, slots=True)
class MilestoneView:
    """One milestone with its case. ``planned_first`` is the day planned at the beginning; ``person`` is None for
    readers who do not know officers by name."""

    no: str
    state: State
    kind_title: Title
    department_title: Title
    person: str | None
    planned_first: date | None
    progress: MilestoneProgress


@dataclass(frozen=True, slots=True)
class ProgrammeView:
    """One project. ``case``, ``state``, ``target`` and ``year`` are None where it never entered the war map.

    ``planned_pct`` and ``actual_pct`` are those of the newest report of the whole project.
    """

    id: int
    code: str
    name: str
    battlefront: str
    battlefront_title: Title | None
    squad: str
    squad_title: Title | None
    needs_permit: bool
    needs_tender: bool
    renewal: bool
    investment_wan: float
    demo: bool
    case: str | None
    state: State | None
    target: str | None
    year: int | None
    specialist: str | None
    planned_pct: Decimal | None
    actual_pct: Decimal | None
    progress: Progress
    milestones: tuple[MilestoneView, ...]

    @property
    def light(self) -> ProgressLight:
        return self.progress.light


# The newest case of a project by its index, the milestones by that of the cases under one.
_SELECT = """
SELECT p.id, p.code, p.name, p.battlefront, p.squad, p.needs_permit, p.needs_tender, p.renewal,
  p.investment_wan::float8 AS investment_wan, p.demo, m.no, m.state, m.flow_version, m.data,
  serving.name AS specialist, under.milestones
FROM projects p
LEFT JOIN LATERAL (
  SELECT c.id, c.no, c.state, c.flow_version, c.data FROM cases c
  WHERE c.project_id = p.id AND c.flow = 'mechanism' ORDER BY c.id DESC LIMIT 1) m ON true
LEFT JOIN people serving ON serving.id = cast(m.data ->> 'specialist' AS int)
CROSS JOIN LATERAL (
  SELECT coalesce(json_agg(json_build_object('no', k.no, 'state', k.state, 'version', k.flow_version,
    'department', k.department, 'data', k.data, 'person', who.name) ORDER BY k.id), '[]') AS milestones
  FROM cases k LEFT JOIN people who ON who.id = k.assignee_id
  WHERE k.parent_id = m.id AND k.flow = 'milestone') under
WHERE """


def programme(work: Work, filters: ProgrammeFilters, paging: Paging) -> Page[ProgrammeView]:
    """One page of visible projects in the order of their registration; raises BadInput for a filter or cursor."""
    catalogue = work.office.catalogue
    known = {
        "battlefront": list(catalogue.battlefronts),
        "squad": list(catalogue.squads),
        "light": [light.value for light in ProgressLight],
    }
    refuse_unknown(filters, known, catalogue)
    listing = Listing("programme", work.actor.id, asdict(filters))
    after = position(paging, listing)
    seen, parameters = visible_projects(work.actor)
    conditions = [seen, "p.id > cast(:after AS int)"]
    for name in ("battlefront", "squad", "renewal", "needs_permit", "needs_tender"):
        if (value := getattr(filters, name)) is not None:
            conditions.append(f"p.{name} = :{name}")
            parameters[name] = value
    if filters.project is not None:
        conditions.append("p.code = :code")
        parameters["code"] = written_code(filters.project, catalogue)
    wanted = paging.size + 1
    parameters |= {"after": after[0] if after else 0, "wanted": None if filters.light else wanted}
    statement = text(_SELECT + " AND ".join(conditions) + " ORDER BY p.id LIMIT :wanted")
    views = [_view(work, row) for row in work.conn.execute(statement, parameters).mappings()]
    if filters.light is not None:
        views = [view for view in views if view.light == filters.light][:wanted]
    return page(paging, listing, views, [[view.id] for view in views])


def project_programme(work: Work, code: str) -> ProgrammeView:
    """The programme of one project; raises NotFound where there is none for this actor's eyes."""
    seen, parameters = visible_projects(work.actor)
    statement = text(_SELECT + f"{seen} AND p.code = :code")
    row = work.conn.execute(statement, parameters | {"code": code}).mappings().one_or_none()
    if row is None:
        raise NotFound(
            "no_such_project",
            f"没有项目代码为 {code} 的项目",
            f"There is no project {code}",
            extra={"project": code},
        )
    return _view(work, row)


def _view(work: Work, row: Any) -> ProgrammeView:
    catalogue, data = work.office.catalogue, row["data"] or {}
    counted = [one for one in row["milestones"] if one["state"] != DROPPED]
    reports = [
        *report_rows(data),
        *(report for one in counted for report in report_rows(one["data"], one["data"]["name"])),
    ]
    rows = [milestone_row(one["data"], one["department"]) for one in counted]
    found = progress(rows, reports, local_day(work.now), catalogue.lights)
    latest = _newest_whole(data, local_day(work.now))
    front, squad = row["battlefront"], row["squad"]
    flow = None if row["no"] is None else work.office.flow(MECHANISM, row["flow_version"])
    return ProgrammeView(
        **{name: row[name] for name in _PLAIN},
        battlefront_title=catalogue.battlefronts[front].title if front in catalogue.battlefronts else None,
        squad_title=catalogue.squads[squad].title if squad in catalogue.squads else None,
        case=row["no"],
        state=None if flow is None else flow.state(row["state"]),
        target=data.get("target"),
        year=data.get("year"),
        specialist=row["specialist"],
        planned_pct=_percent(latest, "planned_pct"),
        actual_pct=_percent(latest, "actual_pct"),
        progress=found,
        milestones=tuple(
            _milestone(work, one, reckoned) for one, reckoned in zip(counted, found.milestones, strict=True)
        ),
    )


_PLAIN = (
    "id",
    "code",
    "name",
    "battlefront",
    "squad",
    "needs_permit",
    "needs_tender",
    "renewal",
    "investment_wan",
    "demo",
)


def _milestone(work: Work, one: Mapping[str, Any], reckoned: MilestoneProgress) -> MilestoneView:
    data, flow = one["data"], work.office.flow(MILESTONE, one["version"])
    assert flow.opening is not None
    kinds = dict(_kind(flow.opening.action.asks).choices)
    first = data.get("planned_first")
    return MilestoneView(
        no=one["no"],
        state=flow.state(one["state"]),
        kind_title=kinds[data["kind"]],
        department_title=work.office.catalogue.departments[one["department"]].title,
        person=one["person"] if shows_names(work.actor) else None,
        planned_first=None if first is None else date.fromisoformat(first),
        progress=reckoned,
    )


def _kind(asks: tuple[Field, ...]) -> Field:
    return next(ask for ask in asks if ask.name == "kind")


def _newest_whole(data: Row, today: date) -> Row:
    """The report of the latest day, of the same day the last, as `workflow.progress` has it."""
    told = [report for report in report_rows(data) if date.fromisoformat(report["day"]) <= today]
    return max(enumerate(told), key=lambda pair: (pair[1]["day"], pair[0]), default=(0, {}))[1]


def _percent(report: Row, name: str) -> Decimal | None:
    return None if report.get(name) is None else Decimal(str(report[name]))
