"""Plans that know the project (倒排工期): granted permits, papers held, and running cases with their live clocks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import text

from workflow.case import Case, ClockRecord, PauseRecord
from workflow.catalogue import Catalogue
from workflow.clock.calendar import Calendar, local_day
from workflow.clock.deadline import deadline
from workflow.clock.pauses import Pause
from workflow.definition import Flow, Title
from workflow.errors import NotFound
from workflow.planning import MEASURES, Dated, Measure, Plan, Question, Running, Standing, plan
from workflow.planning.limits import chosen_limit, decided_on
from workflow.queries.clocks import stopping
from workflow.queries.projects import project
from workflow.reading import visible_case
from workflow.store.cases import CASE_COLUMNS, case_from
from workflow.store.granted import granted_items
from workflow.visibility import may_see
from workflow.work import Work


@dataclass(frozen=True, slots=True)
class PlannedCase:
    """The case behind a step; ``visible`` says whether the actor may open it."""

    no: str
    item: str
    state_title: Title
    ended: bool
    outcome: str | None
    visible: bool


@dataclass(frozen=True, slots=True)
class ProjectPlan:
    """A plan with what is known of the project; ``cases`` are its running cases, by number."""

    plan: Plan
    today: date
    cases: Mapping[str, PlannedCase]


@dataclass(frozen=True, slots=True)
class BundlePlan:
    """Which item decides the date of a joint application; ``cases`` are empty while it is a draft."""

    no: str
    title: str
    project_code: str
    plan: Plan
    today: date
    cases: Mapping[str, PlannedCase]


_CASES = f"""
SELECT coalesce(json_agg(k ORDER BY k.id), '[]') FROM (
  SELECT {CASE_COLUMNS},
    (SELECT coalesce(json_agg(t), '[]') FROM clocks t WHERE t.case_id = c.id) AS clocks,
    (SELECT coalesce(json_agg(z), '[]') FROM pauses z WHERE z.case_id = c.id) AS pauses
  FROM cases c WHERE c.item IS NOT NULL AND """  # noqa: S608 - our own words only
_OF_PROJECT = text(_CASES + "c.project_id = :id AND c.ended_at IS NULL AND c.decided_at IS NULL) k")
_OF_BUNDLE = text(_CASES + "c.parent_id = :id) k")

# A permit taken back or cancelled has another outcome by then.
_GRANTED = text(granted_items(":id"))
# Rules accept a paper of the case or of its bundle; for a plan it is enough that the project has handed it in.
_PAPERS = text("""
SELECT DISTINCT m.code FROM cases c JOIN materials m ON m.case_id = c.id
WHERE c.project_id = :id AND c.ended_at IS NULL AND NOT m.superseded""")


def project_plan(work: Work, code: str, question: Question) -> ProjectPlan:
    """Plan with the traits, papers, permits and running cases of a project; raises NotFound for other eyes."""
    facts = project(work, code).facts
    project_id = work.conn.execute(text("SELECT id FROM projects WHERE code = :code"), {"code": code}).scalar_one()
    cases = [case_from(row) for row in work.conn.execute(_OF_PROJECT, {"id": project_id}).scalar_one()]
    asked = replace(
        with_project(work, question, project_id, facts),
        running=running_items(work, cases, question.measure),
    )
    found = plan(work.office.catalogue, work.calendar, asked)
    return ProjectPlan(found, local_day(work.now), _planned_cases(work, cases))


def bundle_plan(work: Work, no: str, measure: Measure = "promised") -> BundlePlan:
    """The item of a joint application that decides its date, and the slack of the others, from the live clocks.

    A draft is planned as if it were filed today. Raises NotFound for a case that is none, or not for these eyes.
    """
    reading = visible_case(work, no)
    bundle = reading.case
    if bundle.flow != "bundle":
        zh = f"办件 {no} 不是并联申请，没有排期"
        raise NotFound("not_a_bundle", zh, f"The case {no} is no joint application and has no plan", extra={"no": no})
    cases = [case_from(row) for row in work.conn.execute(_OF_BUNDLE, {"id": bundle.id}).scalar_one()]
    waiting = [case for case in cases if case.ended_at is None and case.decided_at is None]
    items = [case.item for case in waiting if case.item] if cases else list(bundle.data.get("items", ()))
    today, catalogue = local_day(work.now), work.office.catalogue
    question = Question(
        items=tuple(item for item in items if item in catalogue.items),
        start=today,
        measure=measure,
        running=running_items(work, waiting, measure),
    )
    asked = with_project(work, question, bundle.project_id, reading.project_facts)
    # Nothing is refused here for what the catalogue has become since the cases were filed.
    found = plan(catalogue, work.calendar, asked, checked=False)
    return BundlePlan(no, bundle.title, reading.project_code, found, today, _planned_cases(work, cases))


def with_project(work: Work, question: Question, project_id: int, facts: Mapping[str, object]) -> Question:
    """The question with the traits, papers and granted items of the project."""
    held = {name for name, value in facts.items() if value}
    granted = work.conn.execute(_GRANTED, {"id": project_id}).scalars()
    papers = work.conn.execute(_PAPERS, {"id": project_id}).scalars()
    catalogue = work.office.catalogue
    return replace(
        question,
        traits=question.traits | (held & set(catalogue.traits)),
        papers=question.papers | (held & set(catalogue.materials)) | set(papers),
        granted=question.granted | {item for item in granted if item not in question.running},
    )


def _planned_cases(work: Work, cases: Sequence[Case]) -> dict[str, PlannedCase]:
    return {
        case.no: PlannedCase(
            no=case.no,
            item=case.item,
            state_title=work.office.flow(case.flow, case.flow_version).states[case.state].title,
            ended=case.ended_at is not None,
            outcome=case.outcome,
            visible=may_see(work.actor, case),
        )
        for case in cases
        if case.item is not None
    }


def running_items(work: Work, cases: Sequence[Case], measure: Measure) -> dict[str, Running]:
    """The live end of every case that is filed; of two cases for one item the one that ends first."""
    found: dict[str, Running] = {}
    for case in cases:
        if case.item is None or case.received_at is None:
            continue
        flow = work.office.flow(case.flow, case.flow_version)
        due, standing = _due(case, flow, measure, work.calendar, work.office.catalogue, local_day(work.now))
        if case.item not in found or due.day < found[case.item].due.day:
            found[case.item] = Running(case.no, local_day(case.received_at), due, standing)
    return found


def _due(
    case: Case, flow: Flow, measure: Measure, calendar: Calendar, catalogue: Catalogue, today: date
) -> tuple[Dated, Standing]:
    other = next(one for one in MEASURES if one != measure)
    clocks = [clock for name in (measure, other) for clock in case.running_clocks if clock.name == name]
    if not clocks:
        return _before_acceptance(case, measure, calendar, catalogue, today), "intake"
    clock = clocks[0]
    if clock.due_on is not None:
        return Dated(clock.due_on, clock.provisional), "clock"
    pauses = stopping(flow.clocks[clock.name], case.pauses)
    return _resumed(clock, pauses, case.pauses, calendar, today), "paused"


def _resumed(
    clock: ClockRecord, pauses: Sequence[Pause], records: Sequence[PauseRecord], calendar: Calendar, today: date
) -> Dated:
    """The end of a held clock if every open pause ends on its planned day, today at the earliest."""
    planned = max((min(one.planned_until, one.cap_until) for one in records if one.until is None), default=today)
    closed = [replace(one, until=max(planned, today, one.since)) if one.until is None else one for one in pauses]
    due = deadline(clock.started_at, clock.limit, calendar, closed, clock.extension)
    return Dated(due.on or planned, due.provisional or calendar.is_provisional(planned))


def _before_acceptance(case: Case, measure: Measure, calendar: Calendar, catalogue: Catalogue, today: date) -> Dated:
    """Accepted on the last day of the check that runs, or of the time for corrections, and not before today."""
    assert case.received_at is not None
    waiting = [clock.due_on for clock in case.running_clocks if clock.due_on is not None]
    item = catalogue.items.get(case.item or "")
    limit = chosen_limit(item, measure) if item is not None else None
    accepted = max([today, *waiting])
    filed = local_day(case.received_at) if limit is not None and limit.base == "receipt" else accepted
    due = decided_on(limit, filed, calendar)
    return due if due.day >= accepted else Dated(accepted, calendar.is_provisional(accepted))
