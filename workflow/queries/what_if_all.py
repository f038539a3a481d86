"""What if …, of all live cases that it concerns: days of the calendar, a limit of an item, a pause of many. Nothing is
written; cases are read in slices and derived by the same functions as one case, and as the real commands."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from heapq import nsmallest
from time import monotonic
from typing import Any

from sqlalchemy import text

from workflow.amending.preview import PATIENCE_SECONDS, SLICE
from workflow.case import Case
from workflow.clock.limit import Limit, Unit
from workflow.errors import BadInput, NotAllowed, Reason
from workflow.hypotheses import Hypothesis, Running, Step, SupposedPause, bad_field, check, refused, suppose
from workflow.logs import facts, logger
from workflow.queries.clocks import Edges, edges
from workflow.queries.due_date import MOST_AMOUNT
from workflow.queries.moves import CaseMoves, Preview, calendar_preview, hypothetical
from workflow.queries.what_if import turn
from workflow.store import dependents, recasts
from workflow.timekeeping import Timing
from workflow.visibility import shows_names, visible_cases
from workflow.work import Work

log = logger("what_if")

MOST_WARNINGS = 20


@dataclass(frozen=True, slots=True)
class Question:
    """What is supposed of many cases: exactly one of days of the calendar, a limit, or a pause.

    A limit is that of one ``item``; a pause is of the open cases of an ``item``, of a ``department``, or of all.
    """

    rest: frozenset[date] = frozenset()
    worked: frozenset[date] = frozenset()
    limits: Mapping[str, Limit] = field(default_factory=dict)
    running: Running = "new"
    pause: SupposedPause | None = None
    item: str | None = None
    department: str | None = None


@dataclass(frozen=True, slots=True)
class Warned:
    """A reason for which the deed would be refused, as the first of so many ``cases`` has it."""

    reason: Reason
    cases: int


@dataclass(frozen=True, slots=True)
class AllIf:
    """What would move; ``unlawful`` of the cases that move could not lawfully be treated so, for these ``warnings``.

    ``failed`` cases could not be calculated.
    """

    preview: Preview
    unlawful: int = 0
    warnings: tuple[Warned, ...] = ()
    failed: int = 0


def ask_all(work: Work, question: Question, most: int = 200, patience: float = PATIENCE_SECONDS) -> AllIf:
    """What ``question`` would move among the cases that the actor may see; the first ``most`` are named.

    ``patience`` is in seconds of real time. Raises NotAllowed for applicants, BadInput for what means nothing.
    """
    if not shows_names(work.actor):
        raise NotAllowed(
            "role_required", "只有工作人员可以问全部办件", "Only people of the office may ask of all cases"
        )
    _check_one(question)
    if question.rest or question.worked:
        calendar = hypothetical(work, question.rest, question.worked)
        return AllIf(calendar_preview(work, calendar, most, patience))
    if question.pause is not None:
        return pause_preview(work, question.pause, question.department, question.item, most, patience)
    (clock, limit) = next(iter(question.limits.items()))
    return _limit(work, question.item or "", clock, limit, question.running, most, patience)


def limit_preview(
    work: Work, item: str, clock: str, limit: Limit, running: Running = "new", most: int = 200
) -> Preview:
    """What a new ``limit`` of ``clock`` would move among the cases of ``item`` in which that clock runs.

    ``running`` "favourable": only where it ends the clock earlier. Raises BadInput naming item, clock or limit.
    """
    return _limit(work, item, clock, limit, running, most, PATIENCE_SECONDS).preview


def pause_preview(
    work: Work,
    pause: SupposedPause,
    department: str | None = None,
    item: str | None = None,
    most: int = 200,
    patience: float = PATIENCE_SECONDS,
) -> AllIf:
    """What one pause of all open cases (of a department, of an item) would move, in union with their own pauses."""
    hypothesis = Hypothesis(pauses=(pause,))
    check(hypothesis, work.office.catalogue)
    _check_known(work, department, item)
    conditions = ["c.ended_at IS NULL"]
    conditions += ["c.department = :department"] if department else []
    conditions += ["c.item = :item"] if item else []
    parameters = {"department": department, "item": item}
    used = {name: value for name, value in parameters.items() if value}
    return _asked(work, conditions, used, hypothesis, most, patience)


def _limit(work: Work, item: str, clock: str, limit: Limit, running: Running, most: int, patience: float) -> AllIf:
    hypothesis = Hypothesis(limits={clock: limit}, running=running)
    check(hypothesis, work.office.catalogue)
    _check_known(work, None, item, required=True)
    _check_limit(work, clock, limit)
    runs = "EXISTS (SELECT FROM clocks k WHERE k.case_id = c.id AND k.name = :clock AND k.state <> 'settled')"
    return _asked(work, ["c.item = :item", runs], {"item": item, "clock": clock}, hypothesis, most, patience)


def _check_one(question: Question) -> None:
    supposed = [
        name
        for name, there in (
            ("rest", bool(question.rest or question.worked)),
            ("limits", bool(question.limits)),
            ("pause", question.pause is not None),
        )
        if there
    ]
    kinds = ("rest", "limits", "pause")
    if len(supposed) != 1 or len(question.limits) > 1:
        name = supposed[1] if len(supposed) > 1 else supposed[0] if supposed else "rest"
        zh = "一次只问一件：休息或上班日（rest、worked）、一个时限（limits）、一次暂停（pause）"
        en = "one thing at a time: days (rest, worked), one limit (limits), or one pause (pause)"
        raise refused([bad_field(name, None, zh, en, kinds)])


def _check_known(work: Work, department: str | None, item: str | None, required: bool = False) -> None:
    catalogue = work.office.catalogue
    if (item or required) and item not in catalogue.items:
        zh, en = "没有这个事项", "no such item"
        raise refused([bad_field("item", item or None, zh, en, tuple(sorted(catalogue.items)))])
    if department and department not in catalogue.departments:
        known = tuple(sorted(catalogue.departments))
        zh, en = f"没有这个部门；可用：{'、'.join(known)}", f"no such department; accepted: {', '.join(known)}"
        raise refused([bad_field("department", department, zh, en, known)])


def _check_limit(work: Work, clock: str, limit: Limit) -> None:
    rules = [flow.clocks[clock] for flow in work.office.flows.values() if flow.name == "item" and clock in flow.clocks]
    if not rules:
        known = tuple(
            sorted({name for flow in work.office.flows.values() if flow.name == "item" for name in flow.clocks})
        )
        zh, en = f"没有这个时限；可用：{'、'.join(known)}", f"no such clock; accepted: {', '.join(known)}"
        raise refused([bad_field(f"limits.{clock}", str(limit), zh, en, known)])
    most = MOST_AMOUNT.get(limit.unit)
    if most is not None and limit.amount > most:
        raise refused(
            [bad_field(f"limits.{clock}", str(limit), f"最多 {most}{limit.unit}", f"at most {most}{limit.unit}")]
        )
    if limit.unit in (Unit.HOUR, Unit.MINUTE) and any(rule.paused_by for rule in rules):
        zh, en = (
            "这个时限可以暂停，不能按连续小时、分钟计",
            "this clock can be paused and does not run in hours or minutes",
        )
        raise refused([bad_field(f"limits.{clock}", str(limit), zh, en)])


@dataclass(slots=True)
class _Found:
    """What has been counted so far; ``cases`` of one reason, with the first of its kind."""

    rows: list[CaseMoves] = field(default_factory=list)
    figures: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(
            ("cases", "clocks", "earlier", "later", "firm", "unsure", "newly_overdue", "newly_safe", "newly_warning"), 0
        )
    )
    warnings: dict[str, Warned] = field(default_factory=dict)
    unlawful: int = 0
    failed: int = 0

    def add(self, row: CaseMoves, steps: tuple[Step, ...]) -> None:
        """Count one case."""
        self.rows.append(row)
        figures = self.figures
        figures["cases"] += 1
        for move in row.moves:
            figures["clocks"] += 1
            if move.old_at is not None and move.new_at is not None:
                figures["earlier"] += move.new_at < move.old_at
                figures["later"] += move.new_at > move.old_at
            figures["firm"] += move.old_provisional and not move.new_provisional
            figures["unsure"] += move.new_provisional and not move.old_provisional
        if row.turns is not None:
            figures[f"newly_{row.turns}"] += 1
        reasons = {reason.code: reason for step in steps for reason in step.reasons}
        self.unlawful += bool(reasons)
        for code, reason in reasons.items():
            known = self.warnings.get(code, Warned(reason, 0))
            self.warnings[code] = replace(known, cases=known.cases + 1)


def _asked(
    work: Work, conditions: list[str], parameters: dict[str, Any], hypothesis: Hypothesis, most: int, patience: float
) -> AllIf:
    until, counted, found = monotonic() + patience, True, _Found()
    at = edges(work.calendar, work.now)
    ids = case_ids(work, conditions, parameters)
    for start in range(0, len(ids), SLICE):
        if monotonic() > until:
            counted = False
            break
        for case in recasts.read(work.conn, ids[start : start + SLICE], None).cases:
            _count(work, case, hypothesis, at, found)
        found.rows = nsmallest(most, found.rows, key=_nearness)
    version = work.calendar.version
    names = dependents.company_names(work.conn, sorted({row.company for row in found.rows}))
    preview = Preview(
        old_version=version,
        new_version=version,
        **found.figures,
        rows=tuple(replace(row, company=names.get(row.company, row.company)) for row in found.rows),
        changed=(),
        past_days=0,
        complete=counted and len(found.rows) == found.figures["cases"],
        counted=counted,
    )
    warnings = sorted(found.warnings.values(), key=lambda one: -one.cases)[:MOST_WARNINGS]
    return AllIf(preview, found.unlawful, tuple(warnings), found.failed)


def case_ids(work: Work, conditions: list[str], parameters: Mapping[str, Any]) -> list[int]:
    """The keys of the cases that meet all ``conditions`` (our own words) and that the actor may see."""
    seen, bound = visible_cases(work.actor)
    where = " AND ".join([*conditions, seen])
    statement = text(f"SELECT c.id FROM cases c WHERE {where} ORDER BY c.id")  # noqa: S608 - our own words only
    return list(work.conn.execute(statement, {**parameters, **bound}).scalars())


def _count(work: Work, case: Case, hypothesis: Hypothesis, at: Edges, found: _Found) -> None:
    office = work.office
    flow = office.flow(case.flow, case.flow_version)
    try:
        one = suppose(flow, case, hypothesis, office.catalogue, work.calendar, Timing(work.calendar, work.now))
    except BadInput:
        # One that cannot be calculated keeps nobody from the others.
        found.failed += 1
        log.warning("a case cannot be calculated with what is supposed", extra=facts(case=case.no))
        return
    if not one.moves:
        return
    row = CaseMoves(
        no=case.no,
        title=case.title,
        department=case.department,
        item=case.item,
        company=case.company,
        flow=case.flow,
        flow_version=case.flow_version,
        state=case.state,
        state_title=flow.states[case.state].title,
        moves=one.moves,
        turns=turn(case, one.after, at, at),
    )
    found.add(row, one.steps)


def _nearness(row: CaseMoves) -> tuple[bool, datetime | None, str]:
    return (row.nearest is None, row.nearest, row.no)
