"""The stage clocks of a project, from its live cases and its plan; one statement reads all its item cases."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import text

from workflow.case import Case
from workflow.choosing import choose, told_by_project
from workflow.clock.calendar import local_day
from workflow.clock.words import Light
from workflow.planning import Measure, Question
from workflow.queries.clocks import case_light, edges, exact_flows
from workflow.queries.plan import running_items, with_project
from workflow.queries.projects import project
from workflow.stages import ItemCase, StageClock, stage_clocks
from workflow.store.cases import CASE_COLUMNS, case_from
from workflow.visibility import may_see
from workflow.work import Work


@dataclass(frozen=True, slots=True)
class ProjectStages:
    """The stages of a project as of ``today``, by the limits of ``measure``."""

    project: str
    today: date
    measure: Measure
    calendar_version: str
    stages: tuple[StageClock, ...]


# Settled clocks end nothing any more.
_CASES = text(f"""
SELECT coalesce(json_agg(k ORDER BY k.id), '[]') FROM (
  SELECT {CASE_COLUMNS},
    (SELECT coalesce(json_agg(t), '[]') FROM clocks t WHERE t.case_id = c.id AND t.state <> 'settled') AS clocks,
    (SELECT coalesce(json_agg(z), '[]') FROM pauses z WHERE z.case_id = c.id AND c.ended_at IS NULL) AS pauses
  FROM cases c WHERE c.project_id = :id AND c.item IS NOT NULL) k""")  # noqa: S608 - our own words only
_ID = text("SELECT id FROM projects WHERE code = :code")
_EVENTS = text("SELECT DISTINCT event FROM project_events WHERE project_id = :id")


def project_stages(work: Work, code: str, measure: Measure = "promised") -> ProjectStages:
    """The four stages and 并行推进 of the project; raises NotFound where it is not for this actor's eyes."""
    view, catalogue, today = project(work, code), work.office.catalogue, local_day(work.now)
    project_id = work.conn.execute(_ID, {"code": code}).scalar_one()
    cases = [case_from(row) for row in work.conn.execute(_CASES, {"id": project_id}).scalar_one()]
    choice = choose(catalogue, told_by_project(catalogue, view.splclx, view.facts), today)
    waiting = [case for case in cases if case.ended_at is None and case.decided_at is None]
    question = Question(
        items=(),
        start=today,
        measure=measure,
        variants=choice.told.variants,
        traits=choice.told.held,
        running=running_items(work, waiting, measure),
    )
    found = stage_clocks(
        catalogue,
        work.calendar,
        choice,
        with_project(work, question, project_id, view.facts),
        _newest(work, cases),
        work.conn.execute(_EVENTS, {"id": project_id}).scalars().all(),
    )
    return ProjectStages(code, today, measure, work.calendar.version, found)


def _newest(work: Work, cases: Sequence[Case]) -> dict[str, ItemCase]:
    at, exact = edges(work.calendar, work.now), exact_flows(work.office.flows)
    found: dict[str, ItemCase] = {}
    for case in cases:
        if case.item is None:
            continue
        ends = [clock.due_at for clock in case.running_clocks if clock.due_at is not None]
        open_ = case.ended_at is None and case.decided_at is None
        light: Light | None = None
        if open_:
            light = case_light(min(ends, default=None), bool(case.open_pauses), case.flow in exact, at)
        found[case.item] = ItemCase(
            no=case.no,
            item=case.item,
            state_title=work.office.flow(case.flow, case.flow_version).states[case.state].title,
            department=case.department,
            open=open_,
            outcome=case.outcome,
            light=light,
            visible=may_see(work.actor, case),
        )
    return found
