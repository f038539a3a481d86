"""The figures of a period: whose time the cases took that ended in it, and what of their steps stands out.

Read through the index of ended cases; of their histories only the lines that moved them or were written late are read,
never the whole history.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import text

from workflow.catalogue import Catalogue, TimeUsePolicy
from workflow.clock.days import end_of_day, local_day, start_of_day
from workflow.definition import Title
from workflow.errors import BadInput, Reason
from workflow.queries.paging import Listing, Paging, page, position
from workflow.queries.time_use import (
    FlagView,
    MissedPromise,
    ShareView,
    department_title,
    flag_view,
    missed_promise,
    share_views,
)
from workflow.store.brought_in import WRITTEN_AT
from workflow.store.cases import finite, moment
from workflow.time_use import Past, Step, Stop, TimeUse, shares, time_use
from workflow.visibility import scope_values, sees_everything, visible_cases
from workflow.work import Work

PERIOD = timedelta(days=30)
"""From how long ago on, where nobody says."""
LONGEST_PERIOD = timedelta(days=366)
CASES_AT_MOST = 5000
"""Of a period with more ended cases only the newest count, and the answer says so."""
KINDS = ("cases", "backfilled", "quick", "missed")
"""What a list of cases can be asked for: all that were counted, or those with such a figure."""


@dataclass(frozen=True, slots=True)
class Period:
    """The legal days ``since`` to ``until``, both included, and one department or all that the actor may ask for."""

    since: date | None = None
    until: date | None = None
    department: str | None = None


@dataclass(frozen=True, slots=True)
class CountedCase:
    """One ended case, with what it adds to the figures."""

    id: int
    no: str
    title: str
    item: str
    item_title: Title
    department: str
    department_title: Title
    ended_at: datetime
    use: TimeUse
    shares: tuple[ShareView, ...]
    flags: tuple[FlagView, ...]
    missed: MissedPromise | None

    def counts_as(self, kind: str) -> bool:
        """Whether the case is counted under that figure."""
        if kind == "missed":
            return self.missed is not None
        return kind == "cases" or any(flag.kind == kind for flag in self.flags)


@dataclass(frozen=True, slots=True)
class DepartmentUse:
    """What the ended cases of one department add up to; ``department`` None for all of them.

    ``backfilled`` counts steps, ``backfilled_cases`` the cases they are in; ``unexplained`` are missed promises without
    a published reason.
    """

    department: str | None
    title: Title
    cases: int
    days: int
    shares: tuple[ShareView, ...]
    backfilled: int
    backfilled_cases: int
    quick: int
    missed: int
    unexplained: int


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a period. ``complete`` False: only the newest CASES_AT_MOST cases were counted."""

    since: date
    until: date
    departments: tuple[DepartmentUse, ...]
    all: DepartmentUse
    complete: bool
    policy: TimeUsePolicy


@dataclass(frozen=True, slots=True)
class Counted:
    """One page of the cases behind a figure, newest first; ``count`` is the figure, in cases."""

    since: date
    until: date
    cases: tuple[CountedCase, ...]
    next_cursor: str | None
    count: int
    complete: bool


def figures(work: Work, period: Period) -> Figures:
    """The figures of the cases that ended in a period, by department; raises BadInput."""
    since, until, counted = _counted(work, period)
    cases = counted[:CASES_AT_MOST]
    by_department: dict[str, list[CountedCase]] = {}
    for case in cases:
        by_department.setdefault(case.department, []).append(case)
    catalogue = work.office.catalogue
    return Figures(
        since=since,
        until=until,
        departments=tuple(_sum(catalogue, code, by_department[code]) for code in sorted(by_department)),
        all=_sum(catalogue, None, cases),
        complete=len(cases) == len(counted),
        policy=catalogue.time_use,
    )


def counted_cases(work: Work, period: Period, kind: str, paging: Paging) -> Counted:
    """One page of the cases behind one figure of `figures`, newest first; raises BadInput."""
    if kind not in KINDS:
        raise _unknown("kind", kind, KINDS)
    since, until, counted = _counted(work, period)
    asked = {"kind": kind, "from": since.isoformat(), "to": until.isoformat(), "department": period.department}
    listing = Listing("time use", work.actor.id, asked)
    after = position(paging, listing)
    found = [case for case in counted[:CASES_AT_MOST] if case.counts_as(kind)]
    left = [case for case in found if after is None or (case.ended_at.isoformat(), case.id) < tuple(after)]
    rows = left[: paging.size + 1]
    shown = page(paging, listing, rows, [[case.ended_at.isoformat(), case.id] for case in rows])
    return Counted(since, until, shown.rows, shown.next_cursor, len(found), len(counted) <= CASES_AT_MOST)


# The promise is read by the key of clocks (case_id, name, round); one that stopped before the decision was answered by
# a pre-licence (item v3). Lines and pauses by their case.
_ENDED = f"""
SELECT c.id, c.no, c.title, c.flow, c.flow_version, c.item, c.department, c.opened_at, c.accepted_at, c.decided_at,
  c.ended_at, c.data ->> 'late_reason' AS late_reason, promise.due_on, promise.due_at, promise.answered_at,
  lines.found AS lines,
  (SELECT coalesce(json_agg(json_build_array(z.cause, z.stops, z.since, z.until, z.cap_until)), '[]')
    FROM pauses z WHERE z.case_id = c.id) AS pauses
FROM cases c
LEFT JOIN LATERAL (
  SELECT k.due_on, k.due_at::text AS due_at,
    CASE WHEN c.decided_at IS NOT NULL THEN least(c.decided_at, k.settled_at) END AS answered_at
  FROM clocks k WHERE k.case_id = c.id AND k.name = 'promised'
  ORDER BY k.round DESC LIMIT 1) promise ON true
CROSS JOIN LATERAL (
  SELECT coalesce(json_agg(json_build_array(e.seq, e.action, e.from_state, e.to_state, e.actor_role, e.effective_at,
    {WRITTEN_AT}) ORDER BY e.seq), '[]') AS found
  FROM events e WHERE e.case_id = c.id
    AND (e.from_state <> e.to_state OR e.actor_id IS NOT NULL AND e.effective_at < e.recorded_at)) lines
WHERE c.ended_at >= :since AND c.ended_at < :until AND c.item IS NOT NULL AND c.received_at IS NOT NULL"""  # noqa: S608 - constants only
_NEWEST = " ORDER BY c.ended_at DESC, c.id DESC LIMIT :most"


def _counted(work: Work, period: Period) -> tuple[date, date, list[CountedCase]]:
    """The days asked for, and one case more than is counted where there are so many."""
    since, until = _days(work, period)
    seen, parameters = visible_cases(work.actor)
    conditions = [_ENDED, seen]
    departments = _departments(work, period.department)
    if departments is not None:
        conditions.append("c.department = ANY(:departments)")
        parameters["departments"] = departments
    parameters |= {"since": start_of_day(since), "until": end_of_day(until), "most": CASES_AT_MOST + 1}
    rows = work.conn.execute(text(" AND ".join(conditions) + _NEWEST), parameters).all()
    return since, until, [_case(work, row) for row in rows]


def _days(work: Work, period: Period) -> tuple[date, date]:
    until = period.until or local_day(work.now)
    since = period.since or until - PERIOD
    if since > until:
        raise _bad("from", since, f"不能晚于 to（{until}）", f"must not lie after to ({until})")
    if until - since > LONGEST_PERIOD:
        most = LONGEST_PERIOD.days
        raise _bad("from", since, f"到 to（{until}）最多 {most} 天", f"to ({until}) may be {most} days at most")
    return since, until


def _departments(work: Work, wanted: str | None) -> list[str] | None:
    """The departments to count: the one asked for, or those the actor works in; None for all."""
    everything = sees_everything(work.actor)
    own = sorted(work.office.catalogue.departments) if everything else scope_values(work.actor, "department")
    if wanted is None:
        return None if everything else own
    if wanted not in own:
        raise _unknown("department", wanted, own)
    return [wanted]


def _case(work: Work, row: Any) -> CountedCase:
    flow, catalogue = work.office.flow(row.flow, row.flow_version), work.office.catalogue
    past = Past(
        department=row.department,
        item=row.item,
        opened_at=row.opened_at,
        accepted_at=row.accepted_at,
        decided_at=row.decided_at,
        steps=tuple(_step(*line) for line in row.lines),
        stops=tuple(_stop_from(pause) for pause in row.pauses),
    )
    use = time_use(flow, past, catalogue, work.calendar, work.now)
    return CountedCase(
        id=row.id,
        no=row.no,
        title=row.title,
        item=row.item,
        item_title=catalogue.items[row.item].title if row.item in catalogue.items else Title(row.item, row.item),
        department=row.department,
        department_title=department_title(catalogue, row.department),
        ended_at=row.ended_at,
        use=use,
        shares=share_views(catalogue, use.shares),
        flags=tuple(flag_view(flow, flag) for flag in use.flags),
        missed=missed_promise(row.due_on, finite(row.due_at), row.answered_at, row.late_reason),
    )


def _step(seq: int, action: str, from_state: str, to_state: str, role: str, effective: str, recorded: str) -> Step:
    return Step(seq, action, from_state, to_state, role, moment(effective), moment(recorded))


def _sum(catalogue: Catalogue, department: str | None, cases: Iterable[CountedCase]) -> DepartmentUse:
    counted = list(cases)
    missed = [case.missed for case in counted if case.missed is not None]
    return DepartmentUse(
        department=department,
        title=department_title(catalogue, department) if department is not None else Title("合计", "All"),
        cases=len(counted),
        days=sum(case.use.days for case in counted),
        shares=share_views(catalogue, shares(share for case in counted for share in case.use.shares)),
        backfilled=sum(flag.kind == "backfilled" for case in counted for flag in case.flags),
        backfilled_cases=sum(case.counts_as("backfilled") for case in counted),
        quick=sum(case.counts_as("quick") for case in counted),
        missed=len(missed),
        unexplained=sum(one.reason is None for one in missed),
    )


def _stop_from(row: list[Any]) -> Stop:
    cause, stops, since, until, cap_until = row
    last = date.fromisoformat(until) if until is not None else None
    return Stop(cause, tuple(stops), date.fromisoformat(since), last, date.fromisoformat(cap_until))


def _unknown(field: str, value: str, accepted: Iterable[str]) -> BadInput:
    known = list(accepted)
    return _bad(
        field,
        value,
        f"没有“{value}”；可用：{'、'.join(known) or '无'}",
        f"there is no “{value}”; accepted: {', '.join(known) or 'none'}",
        accepted=known,
    )


def _bad(field: str, value: object, zh: str, en: str, **facts: Any) -> BadInput:
    reason = Reason("bad_field", f"{field}：{zh}", f"{field}: {en}", {"field": field, "value": str(value), **facts})
    return BadInput("bad_input", reason.zh, reason.en, reasons=[reason])
