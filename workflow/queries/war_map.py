"""The leader's picture 作战图: the five leading numbers, what the reader has to decide, key projects by their lights,
open problems, and the breach forecast. Each part is read by index and bounded.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Literal, get_args

from sqlalchemy import text

from workflow.clock.days import local_day
from workflow.clock.words import Light
from workflow.queries.awaiting import Decision, decisions
from workflow.queries.clocks import edges
from workflow.queries.figure_cases import CountedCases, figure_cases
from workflow.queries.figure_scope import OWN, Ask, Scope, scope_of, unknown
from workflow.queries.figures import Figures, figures
from workflow.queries.forecast import Forecast, ForecastFilters, forecast
from workflow.queries.paging import Paging
from workflow.visibility import sees_everything, visible_cases, visible_projects
from workflow.work import Work

Needs = Literal["permit", "tender"]
NEEDS: tuple[Needs, ...] = get_args(Needs)
LEADING = ("early_finish", "days_saved", "extended_hours", "problems", "problems_open")
"""The figures of the leading numbers; the first number, of projects, is read off the projects."""
DIMENSIONS = ("street", "front", "squad", "department", "stage")
LIGHTS = (Light.NORMAL, Light.WARNING, Light.OVERDUE, Light.PAUSED)
PROJECTS_MOST = 1000
"""A district has a few hundred key projects."""
PROBLEMS_SHOWN = 10
LIKELY_SHOWN = 10


@dataclass(frozen=True, slots=True)
class WarMapAsk:
    """The legal days ``since`` to ``until`` (None: this month up to today), one dimension and one value of it, and
    which key projects: those that need a construction permit, or a tender."""

    since: date | None = None
    until: date | None = None
    dimension: str | None = None
    value: str | None = None
    needs: str = "permit"


@dataclass(frozen=True, slots=True)
class KeyProject:
    """One project. ``light`` is the worst of its open cases, None where none is open; ``nearest_*`` the open case with
    the nearest date."""

    code: str
    name: str
    street: str
    front: str
    squad: str
    light: Light | None
    nearest_no: str | None
    nearest_title: str | None
    nearest_at: datetime | None


@dataclass(frozen=True, slots=True)
class Days:
    """Two spans of legal days, both ends included: the one asked for, and the one it is compared with."""

    since: date
    until: date
    before_since: date
    before_until: date


@dataclass(frozen=True, slots=True)
class WarMap:
    """``numbers`` and ``problems`` are None for whoever leads neither the district nor a department or squad.

    ``groups`` are the numbers by the values of the dimension. ``projects_complete`` False: only the first
    PROJECTS_MOST are there.
    """

    days: Days
    needs: str
    dimension: str | None
    scope: Scope | None
    numbers: Figures | None
    before: Figures | None
    projects: tuple[KeyProject, ...]
    projects_complete: bool
    decisions: tuple[Decision, ...]
    problems: CountedCases | None
    forecast: Forecast
    as_of: datetime


def war_map(work: Work, ask: WarMapAsk, secret: str) -> WarMap:
    """The whole picture as the actor may see it; ``secret`` signs cursors. Raises BadInput, NotAllowed."""
    days = days_of(work, ask)
    counted = Ask(days.since, days.until, ask.dimension, ask.value)
    scope, numbers, before, problems = None, None, None, None
    if may_count(work):
        scope = scope_of(work, counted)
        by = ask.dimension if ask.value is None else None
        numbers = figures(work, Ask(days.since, days.until, ask.dimension, ask.value, by), LEADING)
        earlier = Ask(days.before_since, days.before_until, ask.dimension, ask.value)
        before = figures(work, earlier, LEADING)
        problems = figure_cases(work, "problems_open", "open", counted, Paging(secret, PROBLEMS_SHOWN))
    projects = key_projects(work, ask)
    department = ask.value if ask.dimension == "department" else None
    return WarMap(
        days=days,
        needs=ask.needs,
        dimension=ask.dimension,
        scope=scope,
        numbers=numbers,
        before=before,
        projects=projects[:PROJECTS_MOST],
        projects_complete=len(projects) <= PROJECTS_MOST,
        decisions=decisions(work),
        problems=problems,
        forecast=forecast(work, ForecastFilters(department), LIKELY_SHOWN),
        as_of=work.now,
    )


def may_count(work: Work) -> bool:
    """Whether sums of many cases are for the actor."""
    return sees_everything(work.actor) or any(work.actor.scopes(role) for role in OWN.values())


def days_of(work: Work, ask: WarMapAsk) -> Days:
    """The days asked for, and those before: of a span that begins with a month the month before, else as many days."""
    today = local_day(work.now)
    until = ask.until or max(today, ask.since or today)
    since = ask.since or until.replace(day=1)
    # Refuses what cannot be in the words of the figures.
    scope_days = Ask(since, until)
    if may_count(work):
        scope_of(work, scope_days)
    last = since - timedelta(days=1)
    first = last.replace(day=1) if since.day == 1 else since - (until - since) - timedelta(days=1)
    return Days(since, until, first, last)


def key_projects(work: Work, ask: WarMapAsk) -> tuple[KeyProject, ...]:
    """Key projects in the order of their registration, one more than PROJECTS_MOST where there are so many.

    Cut by department or stage: those with an open case there, and their lights are those of these cases. Lights are
    read off the facts of the figure of that name, which stand in one index with the projects.
    """
    if ask.needs not in NEEDS:
        raise unknown("needs", ask.needs, NEEDS)
    if ask.dimension is not None and ask.dimension not in DIMENSIONS:
        raise unknown("dimension", ask.dimension, DIMENSIONS)
    seen, parameters = visible_projects(work.actor)
    cut = _cut(work, ask, parameters)
    at = edges(work.calendar, work.now)
    parameters |= {
        "now": at.now,
        "warning": at.warning,
        "soon": at.soon,
        "version": work.office.catalogue.figures["lights"].version,
        "drafts": _drafts(work),
        "most": PROJECTS_MOST + 1,
    }
    statement = text(f"""
WITH lit AS MATERIALIZED (
  SELECT f.project_id, bool_or(f.at <= :now) AS overdue, bool_or(f.part <> 'paused') AS running,
    bool_or(f.part <> 'paused' AND f.at > :now
      AND f.at <= CASE WHEN f.part = 'exact' THEN cast(:soon AS timestamptz) ELSE :warning END) AS warning
  FROM figure_facts f
  WHERE f.figure = 'lights' AND f.part IN ('running', 'exact', 'paused') AND f.version = :version AND {cut.facts}
  GROUP BY f.project_id)
SELECT p.code, p.name, p.street, p.battlefront, p.squad, nearest.no, nearest.title, nearest.due_at,
  lit.project_id IS NOT NULL AS busy, lit.overdue, lit.warning, lit.running
FROM projects p
LEFT JOIN lit ON lit.project_id = p.id
LEFT JOIN LATERAL (
  SELECT c.no, c.title, nullif(c.due_at, 'infinity') AS due_at FROM cases c
  WHERE c.project_id = lit.project_id AND c.ended_at IS NULL AND c.flow || '/' || c.state <> ALL(:drafts)
    AND {cut.cases} ORDER BY c.paused, c.due_at, c.id LIMIT 1) nearest ON true
WHERE p.needs_{ask.needs} AND {seen} AND {cut.projects} ORDER BY p.id LIMIT :most""")  # noqa: S608 - our own words only
    return tuple(_project(row) for row in work.conn.execute(statement, parameters))


@dataclass(frozen=True, slots=True)
class _Cut:
    """What facts, cases and projects must satisfy, as conditions."""

    facts: str
    cases: str
    projects: str = "true"


def _cut(work: Work, ask: WarMapAsk, parameters: dict[str, Any]) -> _Cut:
    # Facts know no company; nobody is shown here what is an applicant's alone.
    office = replace(work.actor, grants=tuple(one for one in work.actor.grants if one.company is None))
    seen, more = visible_cases(office, "f")
    cases, same = visible_cases(office, "c")
    parameters |= more | same
    if not may_count(work):
        return _Cut(seen, cases)
    scope = scope_of(work, Ask(dimension=ask.dimension, value=ask.value))
    if scope.values is None:
        return _Cut(seen, cases)
    parameters["cut"] = list(scope.values)
    columns = {"street": "street", "front": "battlefront", "squad": "squad"}
    if scope.dimension in columns:
        return _Cut(seen, cases, f"p.{columns[scope.dimension]} = ANY(:cut)")
    busy = "lit.project_id IS NOT NULL"
    if scope.dimension == "department":
        return _Cut(f"{seen} AND f.department = ANY(:cut)", f"{cases} AND c.department = ANY(:cut)", busy)
    items = work.office.catalogue.items.values()
    parameters["items"] = [item.code for item in items if str(item.stage) in scope.values]
    return _Cut(f"{seen} AND f.stage = ANY(:cut)", f"{cases} AND c.item = ANY(:items)", busy)


def _drafts(work: Work) -> list[str]:
    """What was not handed in yet is nobody's in the office."""
    flows = work.office.flows.values()
    return sorted(
        {f"{one.name}/{one.initial.name}" for one in flows if one.opening is None and one.initial.turn == "applicant"}
    )


def _project(row: Any) -> KeyProject:
    held: Mapping[Light, bool] = {
        Light.OVERDUE: row.overdue,
        Light.WARNING: row.warning,
        Light.NORMAL: row.running,
        Light.PAUSED: row.busy,
    }
    return KeyProject(
        code=row.code,
        name=row.name,
        street=row.street,
        front=row.battlefront,
        squad=row.squad,
        light=next((light for light, holds in held.items() if holds), None),
        nearest_no=row.no,
        nearest_title=row.title,
        nearest_at=row.due_at,
    )
