"""Who used the time of one case, as of now, and which of its steps stand out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text

from workflow.case import Case, PauseRecord
from workflow.catalogue import Catalogue, Holder
from workflow.definition import Flow, Title
from workflow.guards import Relative
from workflow.queries.history import line_title
from workflow.reading import visible_case
from workflow.store.brought_in import WRITTEN_AT
from workflow.time_use import WINDOW, Flag, Past, Share, Span, Step, Stop, time_use
from workflow.work import Work

CONVENTION = Title(
    "每个工作日算给当天零点持有办件的一方：收件当天不算，转手当天算给交出的一方，各段相加等于从收件到办结的全部工作日。",
    "A working day is charged to whoever held the case when that day began: the day of receipt does not count, the day "
    "of handing on belongs to who handed on, and the parts add up to all working days from receipt to the end.",
)


@dataclass(frozen=True, slots=True)
class MissedPromise:
    """A decision after the promised limit (优化营商环境条例 36); ``reason`` is the published one."""

    due_on: date
    decided_at: datetime
    reason: str | None


@dataclass(frozen=True, slots=True)
class SpanView:
    """Time of one holder, with names; the fields are those of `workflow.time_use.Span`."""

    holder: Holder
    department: str | None
    who: Title
    state: str
    state_title: Title
    cause: str | None
    cause_title: Title | None
    since: datetime
    until: datetime
    days: int
    minutes: int


@dataclass(frozen=True, slots=True)
class ShareView:
    """All time of one holder, with its name."""

    holder: Holder
    department: str | None
    who: Title
    days: int
    minutes: int


@dataclass(frozen=True, slots=True)
class FlagView:
    """One step that stands out, with its name in the flow."""

    kind: str
    seq: int
    title: Title
    role: str
    effective_at: datetime
    recorded_at: datetime
    days: int | None
    minutes: int | None


@dataclass(frozen=True, slots=True)
class CaseTimeUse:
    """Whose time one case has taken, from receipt to its end, or to now while ``running``.

    ``since`` is None for a case not yet received. ``decisive`` is, of a joint application all of whose items are
    decided, the item case that came last.
    """

    no: str
    title: str
    flow: str
    department: str
    since: datetime | None
    until: datetime | None
    running: bool
    days: int
    minutes: int
    spans: tuple[SpanView, ...]
    shares: tuple[ShareView, ...]
    flags: tuple[FlagView, ...]
    missed: MissedPromise | None
    decisive: str | None


_STEPS = text(f"""
SELECT e.seq, e.action, e.from_state, e.to_state, e.actor_role, e.effective_at, {WRITTEN_AT}
FROM events e WHERE e.case_id = :case_id ORDER BY e.seq""")  # noqa: S608 - a constant


def case_time_use(work: Work, no: str) -> CaseTimeUse:
    """Whose time the case ``no`` has taken up to now, or to its end; raises NotFound."""
    reading = visible_case(work, no, frozenset({"children"}))
    case = reading.case
    flow, catalogue = work.office.flow(case.flow, case.flow_version), work.office.catalogue
    rows = work.conn.execute(_STEPS, {"case_id": case.id}).all()
    past = Past(
        department=case.department,
        item=case.item,
        opened_at=case.opened_at,
        accepted_at=case.accepted_at,
        decided_at=case.decided_at,
        steps=tuple(Step(*row) for row in rows),
        stops=tuple(_stop(pause) for pause in case.pauses),
        clocks=case.clocks,
    )
    use = time_use(flow, past, catalogue, work.calendar, work.now)
    return CaseTimeUse(
        no=case.no,
        title=case.title,
        flow=case.flow,
        department=case.department,
        since=use.since,
        until=use.until,
        running=use.running,
        days=use.days,
        minutes=use.minutes,
        spans=tuple(_span(flow, catalogue, span) for span in use.spans),
        shares=share_views(catalogue, use.shares),
        flags=tuple(flag_view(flow, flag) for flag in use.flags),
        missed=_missed_by(case),
        decisive=_last_decided(reading.children) if case.flow == "bundle" else None,
    )


def holder_title(catalogue: Catalogue, holder: str, department: str | None) -> Title:
    """Who held a span, by name."""
    if department == WINDOW:
        return Title("综合窗口", "One-stop window")
    if department is not None:
        return department_title(catalogue, department)
    return _HOLDER_TITLES[holder]


_HOLDER_TITLES: Mapping[str, Title] = {
    "office": Title("审批部门", "Department"),
    "applicant": Title("申请人", "Applicant"),
    "other_body": Title("其他机构", "Other body"),
    "exempt": Title("法定扣除", "Exempt by law"),
    "items": Title("各事项", "The items"),
}


def department_title(catalogue: Catalogue, code: str) -> Title:
    """A department by its name; its code where the catalogue has lost it."""
    return catalogue.departments[code].title if code in catalogue.departments else Title(code, code)


def _missed_by(case: Case) -> MissedPromise | None:
    promise = case.clock("promised")
    if promise is None:
        return None
    answered_at = case.decided_at
    if answered_at is not None and promise.settled_at is not None:
        answered_at = min(answered_at, promise.settled_at)  # answered before the decision: by a pre-licence
    return missed_promise(promise.due_on, promise.due_at, answered_at, case.data.get("late_reason"))


def missed_promise(
    due_on: date | None, due_at: datetime | None, decided_at: datetime | None, reason: str | None
) -> MissedPromise | None:
    """As the condition `promise_kept_or_explained` has it: deciding on the last day is in time."""
    if due_on is None or due_at is None or decided_at is None or decided_at < due_at:
        return None
    return MissedPromise(due_on, decided_at, reason)


def share_views(catalogue: Catalogue, found: Iterable[Share]) -> tuple[ShareView, ...]:
    """Shares with the names of their holders."""
    return tuple(
        ShareView(
            one.holder,
            one.department,
            holder_title(catalogue, one.holder, one.department),
            one.days,
            one.minutes,
        )
        for one in found
    )


def flag_view(flow: Flow, flag: Flag) -> FlagView:
    """A step that stands out, with its name."""
    step = flag.step
    return FlagView(
        kind=flag.kind,
        seq=step.seq,
        title=line_title(flow, step.action),
        role=step.actor_role,
        effective_at=step.effective_at,
        recorded_at=step.recorded_at,
        days=flag.days,
        minutes=flag.minutes,
    )


def _span(flow: Flow, catalogue: Catalogue, span: Span) -> SpanView:
    return SpanView(
        holder=span.holder,
        department=span.department,
        who=holder_title(catalogue, span.holder, span.department),
        state=span.state,
        state_title=flow.state(span.state).title,
        cause=span.cause,
        cause_title=_cause_title(catalogue, span.cause) if span.cause is not None else None,
        since=span.since,
        until=span.until,
        days=span.days,
        minutes=span.minutes,
    )


def _last_decided(children: Iterable[Relative]) -> str | None:
    ends = [(child.decided_at or child.ended_at, child.no) for child in children]
    known = [(at, no) for at, no in ends if at is not None]
    return max(known)[1] if known and len(known) == len(ends) else None


def _cause_title(catalogue: Catalogue, code: str) -> Title:
    return catalogue.causes[code].title if code in catalogue.causes else Title(code, code)


def _stop(pause: PauseRecord) -> Stop:
    return Stop(pause.cause, pause.stops, pause.since, pause.until, pause.cap_until)
