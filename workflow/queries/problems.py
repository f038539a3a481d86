"""Problems of projects, counted as the programme reports them (fact book, 12.2): raised, solved, open, the oldest.

Dispatch meetings are counted by projects, not by meetings: ten meetings about one project are one project helped.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import text

from workflow.clock.calendar import start_of_day
from workflow.clock.days import end_of_day, local_day
from workflow.definition import Title
from workflow.queries.filters import refuse_unknown, written_code
from workflow.visibility import visible_cases
from workflow.work import Work

SHOWN = 100
"""Open problems listed at most, the oldest first."""


@dataclass(frozen=True, slots=True)
class ProblemFilters:
    """``since`` and ``until`` (both included) bound when something was raised, solved or held; None: no bound."""

    project: str | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class OpenProblem:
    """One that is not solved yet; ``age`` counts working days since it was raised, its first day left out.

    ``raised_by`` is the role, ``climbs`` how often it was passed upwards with a reason.
    """

    no: str
    what: str
    project_code: str
    project_name: str
    department: str
    department_title: Title
    raised_on: date
    raised_by: Title
    state_title: Title
    age: int
    climbs: int
    overdue: bool


@dataclass(frozen=True, slots=True)
class ProblemFigures:
    """``solved_in_meetings`` of ``solved`` name the meeting. ``open`` and ``oldest_on`` are as of now, whatever the
    bounds; ``dispatch_meetings`` were held, weekly sessions left out.
    """

    raised: int
    solved: int
    solved_in_meetings: int
    dropped: int
    open: int
    oldest_on: date | None
    dispatch_meetings: int
    weekly_sessions: int


@dataclass(frozen=True, slots=True)
class ProjectProblems:
    """The figures of one project."""

    code: str
    name: str
    figures: ProblemFigures


@dataclass(frozen=True, slots=True)
class Problems:
    """All projects that have any; ``projects_with_dispatch`` is what the programme reports of its meetings."""

    total: ProblemFigures
    projects_with_dispatch: int
    projects: tuple[ProjectProblems, ...]
    open_problems: tuple[OpenProblem, ...]


_FIGURES = """
SELECT p.code, p.name,
  count(*) FILTER (WHERE c.flow = 'problem' AND c.opened_at >= :since AND c.opened_at < :until) AS raised,
  count(*) FILTER (WHERE c.flow = 'problem' AND c.outcome = 'solved'
    AND c.decided_at >= :since AND c.decided_at < :until) AS solved,
  count(*) FILTER (WHERE c.flow = 'problem' AND c.outcome = 'solved' AND c.data ? 'meeting'
    AND c.decided_at >= :since AND c.decided_at < :until) AS solved_in_meetings,
  count(*) FILTER (WHERE c.flow = 'problem' AND c.outcome = 'dropped'
    AND c.ended_at >= :since AND c.ended_at < :until) AS dropped,
  count(*) FILTER (WHERE c.flow = 'problem' AND c.ended_at IS NULL) AS open,
  min(c.opened_at) FILTER (WHERE c.flow = 'problem' AND c.ended_at IS NULL) AS oldest_at,
  count(*) FILTER (WHERE c.flow = 'meeting' AND c.outcome = 'decided' AND c.data ->> 'regular' IS DISTINCT FROM 'true'
    AND c.decided_at >= :since AND c.decided_at < :until) AS dispatch_meetings,
  count(*) FILTER (WHERE c.flow = 'meeting' AND c.outcome = 'decided' AND c.data ->> 'regular' = 'true'
    AND c.decided_at >= :since AND c.decided_at < :until) AS weekly_sessions
FROM cases c JOIN projects p ON p.id = c.project_id
WHERE c.flow IN ('problem', 'meeting') AND """
_BY_PROJECT = " GROUP BY p.id, p.code, p.name ORDER BY open DESC, p.id"

_OPEN = """
SELECT c.no, c.data ->> 'what' AS what, p.code AS project_code, p.name AS project_name, c.department, c.opened_at,
  c.flow_version, c.state, c.due_at <= :now AS overdue, e.actor_role,
  coalesce(jsonb_array_length(c.data -> 'climbs'), 0) AS climbs
FROM cases c JOIN projects p ON p.id = c.project_id JOIN events e ON e.case_id = c.id AND e.seq = 1
WHERE c.flow = 'problem' AND c.ended_at IS NULL AND """
_OLDEST_FIRST = " ORDER BY c.opened_at, c.id LIMIT :most"


def problems(work: Work, filters: ProblemFilters) -> Problems:
    """What the actor may see of it; raises BadInput for a project code that cannot be."""
    refuse_unknown(filters, {}, work.office.catalogue)
    seen, parameters = visible_cases(work.actor)
    if filters.project is not None:
        seen = f"{seen} AND p.code = :code"
        parameters["code"] = written_code(filters.project, work.office.catalogue)
    parameters |= {
        "since": start_of_day(filters.since) if filters.since else EVER[0],
        "until": end_of_day(filters.until) if filters.until else EVER[1],
        "now": work.now,
        "most": SHOWN,
    }
    rows = work.conn.execute(text(_FIGURES + seen + _BY_PROJECT), parameters).all()
    projects = tuple(ProjectProblems(row.code, row.name, _figures(row)) for row in rows)
    counted = tuple(one for one in projects if one.figures != NOTHING)
    waiting = work.conn.execute(text(_OPEN + seen + _OLDEST_FIRST), parameters).all()
    return Problems(
        total=_total(one.figures for one in counted),
        projects_with_dispatch=sum(one.figures.dispatch_meetings > 0 for one in counted),
        projects=counted,
        open_problems=tuple(_open(work, row) for row in waiting),
    )


EVER = (start_of_day(date(2000, 1, 1)), end_of_day(date(2099, 12, 31)))
NOTHING = ProblemFigures(0, 0, 0, 0, 0, None, 0, 0)
COUNTS = ("raised", "solved", "solved_in_meetings", "dropped", "open", "dispatch_meetings", "weekly_sessions")


def _figures(row: Any) -> ProblemFigures:
    oldest = None if row.oldest_at is None else local_day(row.oldest_at)
    return ProblemFigures(**{name: getattr(row, name) for name in COUNTS}, oldest_on=oldest)


def _total(figures: Iterable[ProblemFigures]) -> ProblemFigures:
    all_ = tuple(figures)
    return ProblemFigures(
        **{name: sum(getattr(one, name) for one in all_) for name in COUNTS},
        oldest_on=min((one.oldest_on for one in all_ if one.oldest_on is not None), default=None),
    )


def _open(work: Work, row: Any) -> OpenProblem:
    catalogue, raised_on = work.office.catalogue, local_day(row.opened_at)
    return OpenProblem(
        no=row.no,
        what=row.what,
        project_code=row.project_code,
        project_name=row.project_name,
        department=row.department,
        department_title=catalogue.departments[row.department].title,
        raised_on=raised_on,
        raised_by=catalogue.roles[row.actor_role].title,
        state_title=work.office.flow("problem", row.flow_version).state(row.state).title,
        age=work.calendar.working_days_between(raised_on, local_day(work.now)),
        climbs=row.climbs,
        overdue=row.overdue,
    )
