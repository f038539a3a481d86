"""What if …, of all live cases that it concerns: days of the calendar, a limit of an item, a pause of many. Nothing is
written; cases are read in slices and derived by the same functions as one case, and as the real commands."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import text

from workflow.amending.limits import cases_of, read_limit
from workflow.amending.preview import PATIENCE_SECONDS, SLICE, Lights, cases_preview, counted_preview, moves_of
from workflow.case import Case
from workflow.clock.days import local_day
from workflow.clock.limit import Limit
from workflow.errors import BadInput, NotAllowed, Reason
from workflow.hypotheses import SUPPOSED, Hypothesis, Running, Step, SupposedPause, bad_field, check, refused, suppose
from workflow.logs import facts, logger
from workflow.queries.due_date import MOST_AMOUNT
from workflow.queries.moves import CaseMoves, Preview, calendar_preview, hypothetical
from workflow.recast import Recast
from workflow.recast_limits import under_limit
from workflow.store import recasts
from workflow.timekeeping import Timing
from workflow.visibility import shows_names, visible_cases
from workflow.work import Work

log = logger("what_if")

MOST_WARNINGS = 20


@dataclass(frozen=True, slots=True)
class Question:
    """What is supposed of many cases: exactly one of days of the calendar, a limit, or a pause.

    A limit is that of one ``item``, or of a ``variant`` of it; a pause is of the open cases of an ``item``, of a
    ``department``, or of all.
    """

    rest: frozenset[date] = frozenset()
    worked: frozenset[date] = frozenset()
    limits: Mapping[str, Limit] = field(default_factory=dict)
    running: Running = "new"
    pause: SupposedPause | None = None
    item: str | None = None
    variant: str | None = None
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
    item, running = question.item or "", question.running
    return AllIf(limit_preview(work, item, clock, limit, running, most, question.variant, patience))


def limit_preview(
    work: Work,
    item: str,
    clock: str,
    limit: Limit,
    running: Running = "new",
    most: int = 200,
    variant: str | None = None,
    patience: float = PATIENCE_SECONDS,
) -> Preview:
    """What a new ``limit`` of ``clock`` would move among the running cases of ``item``, as an amendment would.

    ``running`` "favourable": only where it ends the clock earlier. Of a ``variant``, or of the item's base form with
    the variants that have no limit of their own. Raises BadInput naming item, variant or limit.
    """
    content = _limit_content(work, item, clock, limit, running, variant)
    office, timing = work.office, Timing(work.calendar, work.now)

    def derive(case: Case) -> Recast | None:
        flow = office.flow(case.flow, case.flow_version)
        found = under_limit(flow, case, clock, limit, running, timing, {})
        # A clock that has not started has no date that could move.
        return None if found is None else replace(found, always_said=False)

    versions = (work.calendar.version, work.calendar.version)
    return cases_preview(work, cases_of(office, content), derive, versions, most, patience)


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
    ids = case_ids(work, conditions, {name: value for name, value in parameters.items() if value})
    law, version = _Law(), work.calendar.version
    slices = _slices(work, ids, hypothesis, law)
    preview = counted_preview(work, slices, (version, version), (), most, patience)
    warnings = sorted(law.warnings.values(), key=lambda one: -one.cases)[:MOST_WARNINGS]
    return AllIf(preview, law.unlawful, tuple(warnings), law.failed)


def case_ids(work: Work, conditions: list[str], parameters: Mapping[str, Any]) -> list[int]:
    """The keys of the cases that meet all ``conditions`` (our own words) and that the actor may see."""
    seen, bound = visible_cases(work.actor)
    where = " AND ".join([*conditions, seen])
    statement = text(f"SELECT c.id FROM cases c WHERE {where}")  # noqa: S608 - our own words only
    return sorted(work.conn.execute(statement, {**parameters, **bound}).scalars())


def _check_one(question: Question) -> None:
    there = {
        "rest": bool(question.rest or question.worked),
        "limits": bool(question.limits),
        "pause": question.pause is not None,
    }
    supposed = [name for name, is_there in there.items() if is_there]
    if len(supposed) == 1 and len(question.limits) <= 1:
        return
    name = [*supposed, "rest"][min(1, len(supposed) - 1) if supposed else 0]
    zh = "一次只问一件：休息或上班日（rest、worked）、一个时限（limits）、一次暂停（pause）"
    en = "one thing at a time: days (rest, worked), one limit (limits), or one pause (pause)"
    raise refused([bad_field(name, None, zh, en, tuple(there))])


def _check_known(work: Work, department: str | None, item: str | None) -> None:
    catalogue = work.office.catalogue
    if item and item not in catalogue.items:
        raise refused([bad_field("item", item, "没有这个事项", "no such item", tuple(sorted(catalogue.items)))])
    if department and department not in catalogue.departments:
        known = tuple(sorted(catalogue.departments))
        zh, en = f"没有这个部门；可用：{'、'.join(known)}", f"no such department; accepted: {', '.join(known)}"
        raise refused([bad_field("department", department, zh, en, known)])


def _limit_content(
    work: Work, item: str, clock: str, limit: Limit, running: Running, variant: str | None
) -> dict[str, Any]:
    """As an amendment would be proposed for tomorrow; its faults in the names that a question has."""
    day = (local_day(work.now) + timedelta(days=1)).isoformat()
    asked = {"item": item, "clock": clock, "limit": str(limit), "from": day, "running": running, "variant": variant}
    content = {name: value for name, value in asked.items() if value is not None}
    try:
        read_limit(work, "limit", content, SUPPOSED)
    except BadInput as refusal:
        raise refused([_renamed(reason, clock) for reason in refusal.reasons]) from refusal
    most = MOST_AMOUNT[limit.unit]
    if limit.amount > most:
        zh, en = f"最多 {most}{limit.unit}", f"at most {most}{limit.unit}"
        raise refused([bad_field(f"limits.{clock}", str(limit), zh, en)])
    return content


def _renamed(reason: Reason, clock: str) -> Reason:
    old = str(reason.facts.get("field", ""))
    if old not in ("clock", "limit"):
        return reason
    new = f"limits.{clock}"
    zh, en = reason.zh.removeprefix(f"{old}："), reason.en.removeprefix(f"{old}: ")
    return Reason(reason.code, f"{new}：{zh}", f"{new}: {en}", {**reason.facts, "field": new})


@dataclass(slots=True)
class _Law:
    """What the law says against it, so far; of every reason the first, and in how many cases."""

    warnings: dict[str, Warned] = field(default_factory=dict)
    unlawful: int = 0
    failed: int = 0

    def add(self, steps: tuple[Step, ...]) -> None:
        """Count one case."""
        reasons = {reason.code: reason for step in steps for reason in step.reasons}
        self.unlawful += bool(reasons)
        for code, reason in reasons.items():
            known = self.warnings.get(code, Warned(reason, 0))
            self.warnings[code] = replace(known, cases=known.cases + 1)


def _slices(work: Work, ids: Sequence[int], hypothesis: Hypothesis, law: _Law) -> Iterator[list[CaseMoves]]:
    lights = Lights.at(work, work.calendar)
    for start in range(0, len(ids), SLICE):
        cases = recasts.read(work.conn, ids[start : start + SLICE], None).cases
        found = (_case_moves(work, case, hypothesis, lights, law) for case in cases)
        yield [one for one in found if one is not None]


def _case_moves(work: Work, case: Case, hypothesis: Hypothesis, lights: Lights, law: _Law) -> CaseMoves | None:
    office = work.office
    flow = office.flow(case.flow, case.flow_version)
    try:
        found = suppose(flow, case, hypothesis, office.catalogue, work.calendar, Timing(work.calendar, work.now))
    except BadInput:
        # One that cannot be calculated keeps nobody from the others.
        law.failed += 1
        log.warning("a case cannot be calculated with what is supposed", extra=facts(case=case.no))
        return None
    if not found.moves:
        return None
    law.add(found.steps)
    return moves_of(work, case, found.after, found.moves, lights)
