"""A fact that was entered wrongly, put right: the receipt of a case, or the days of a pause. Pure.

Everything that still runs is derived anew from the corrected fact. What has come to its end stays as it is: a settled
clock is evidence of what was known when it stopped, and the line of history names those that would differ (``kept``).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from workflow.case import Case, ClockRecord, PauseRecord
from workflow.change import instant
from workflow.clock.calendar import local_day
from workflow.clock.days import office_time
from workflow.clock.ladder import OFFICE_OPENS
from workflow.clock.limit import Limit, Unit
from workflow.definition import Flow
from workflow.errors import NotFound, NotMet, Reason
from workflow.guards import Facts, pause_cap_until
from workflow.recast import Recast, recast
from workflow.timekeeping import Timing, base_event, resettle

DIRECTOR = frozenset({"director"})
"""Who corrects: the head of the department, who answers for its records."""


@dataclass(frozen=True, slots=True)
class Said:
    """What every correction is written with: why, and in which role its author acts."""

    reason: str
    role: str


def receipt_corrected(flow: Flow, facts: Facts, received: date | datetime, written_on: date, said: Said) -> Recast:
    """The case as received at ``received``; a day stands for the opening of the office on it.

    ``written_on``: the day on which the receipt was entered, from which the bound of a late entry (rules/clocks.yaml)
    goes back. A deemed acceptance moves with the receipt (行政许可法 32(4)). NotMet with every reason.
    """
    case = facts.case
    at = _instant_of(received, case, facts.now)
    if reasons := list(_receipt_reasons(facts, at, written_on)):
        raise _not_met(reasons)
    assert case.received_at is not None
    moments = dict.fromkeys(_moments_of_receipt(case), at)
    # Typed: replace() of a mapping of fields loses the type.
    fields: dict[str, Any] = {**moments, "version": case.version + 1}
    after = replace(case, **fields)
    timing = Timing(facts.calendar, facts.now)
    clocks = tuple(
        resettle(replace(clock, started_at=at), flow.clocks[clock.name], case.pauses, timing)
        for clock in case.running_clocks
        if _starts_anew(flow, clock, case, after)
    )
    inputs = {
        "old": instant(case.received_at),
        "new": instant(at),
        "reason": said.reason,
        "moments": {name: instant(moment) for name, moment in moments.items()},
        "starts": [
            {"clock": clock.name, "round": clock.round, "old": instant(case.received_at), "new": instant(at)}
            for clock in clocks
        ],
        "kept": [_kept(clock) for clock in case.clocks if not clock.running and _starts_anew(flow, clock, case, after)],
    }
    return recast(case, after, clocks, "receipt_corrected", inputs, facts.now, actor_id=facts.actor.id, role=said.role)


def pause_corrected(flow: Flow, facts: Facts, pause_id: int, since: date, until: date | None, said: Said) -> Recast:
    """The case with its pause ``pause_id`` from ``since`` to ``until``; None where it is still open.

    The cap of its cause follows, and that of an open pause of the same cause, which has what the others left. NotFound,
    NotMet with every reason.
    """
    case = facts.case
    pause = next((one for one in case.pauses if one.id == pause_id), None)
    if pause is None:
        raise _no_such_pause(case, pause_id)
    cap_until = _cap_until(facts, pause, since)
    if reasons := list(_pause_reasons(facts, pause, since, until, cap_until)):
        raise _not_met(reasons)
    corrected = replace(pause, since=since, until=until, cap_until=cap_until)
    pauses = tuple(corrected if one.id == pause.id else one for one in case.pauses)
    pauses = tuple(_recapped(facts, one, pauses) if _shares_cap(one, pause) else one for one in pauses)
    after = replace(case, pauses=pauses, version=case.version + 1)
    clocks, limits = _paused_anew(flow, facts, pause, after)
    inputs = {
        "pause": pause.id,
        "old": _days_of(pause),
        "new": _days_of(corrected),
        "reason": said.reason,
        "limits": limits,
        "kept": [_kept(clock) for clock in _settled_otherwise(flow, facts, pauses)],
    }
    return recast(case, after, clocks, "pause_corrected", inputs, facts.now, actor_id=facts.actor.id, role=said.role)


# ── the receipt ────────────────────────────────────────────────────────────────────────────────────────────────────


def _instant_of(received: date | datetime, case: Case, now: datetime) -> datetime:
    if isinstance(received, datetime):
        return received
    if case.received_at is not None and received == local_day(case.received_at):
        # The day it was received on anyway: nobody said another hour.
        return case.received_at
    opening = office_time(received, OFFICE_OPENS)
    # Said early in the morning, of today.
    return now if received == local_day(now) and opening > now else opening


def _moments_of_receipt(case: Case) -> Iterator[str]:
    """The moments that are the receipt: an acceptance by silence too, and the entry of the state they led to."""
    yield "received_at"
    if case.accepted_at is None or _deemed(case):
        if case.accepted_at is not None:
            yield "accepted_at"
        if case.entered_at == case.received_at:
            yield "entered_at"


def _deemed(case: Case) -> bool:
    return case.data.get("acceptance_mode") == "deemed" and case.accepted_at == case.received_at


def _starts_anew(flow: Flow, clock: ClockRecord, case: Case, after: Case) -> bool:
    before = base_event(flow.clocks[clock.name], case)
    return clock.started_at == before and before != base_event(flow.clocks[clock.name], after)


def _receipt_reasons(facts: Facts, at: datetime, written_on: date) -> Iterator[Reason]:
    case = facts.case
    if case.received_at is None:
        yield Reason("not_received", "本件尚未收件，没有可更正的收件时间", "The case has not been received yet")
        return
    if at == case.received_at:
        yield _nothing_changes("received_at", at.isoformat())
    if at > facts.now:
        yield _receipt_reason(facts, "receipt_in_future", at, facts.now, "现在", "now")
    latest = _latest_receipt(case)
    if latest is not None and latest[0] < at <= facts.now:
        yield _receipt_reason(facts, "receipt_after_its_consequence", at, *latest)
    earliest = facts.calendar.add_working_days(written_on, -facts.catalogue.conventions.late_entry.amount)
    if local_day(at) < earliest:
        yield _too_far_back(facts, at, earliest, written_on)


def _latest_receipt(case: Case) -> tuple[datetime, str, str] | None:
    """The first thing that was done after the receipt and does not move with it; None where there is none."""
    moving = set(_moments_of_receipt(case))
    later: list[tuple[datetime, str, str]] = [
        (moment, zh, en)
        for name, moment, zh, en in (
            ("accepted_at", case.accepted_at, "受理", "the acceptance"),
            ("decided_at", case.decided_at, "作出决定", "the decision"),
            ("entered_at", case.entered_at, "进入当前环节", "the entry of its state"),
        )
        if moment is not None and name not in moving
    ]
    later += [(office_time(pause.since, OFFICE_OPENS), "暂停开始", "a pause began") for pause in case.pauses]
    return min(later, default=None)


def _receipt_reason(facts: Facts, code: str, at: datetime, latest: datetime, zh: str, en: str) -> Reason:
    day, last = facts.day(local_day(at)), facts.day(local_day(latest))
    return Reason(
        code,
        f"收件时间 {day.zh} 不能晚于{zh}（{last.zh}）",
        f"received_at {day.en} must not lie after {en} ({last.en})",
        {"field": "received_at", "value": at.isoformat(), "latest": latest.isoformat()},
    )


def _too_far_back(facts: Facts, at: datetime, earliest: date, written_on: date) -> Reason:
    bound = facts.catalogue.conventions.late_entry.amount
    day, first, written = facts.day(local_day(at)), facts.day(earliest), facts.day(written_on)
    return Reason(
        "receipt_too_far_back",
        f"收件时间 {day.zh} 早于 {first.zh}：收件于 {written.zh} 登记，最多往前 {bound} 个工作日",
        f"received_at {day.en} lies before {first.en}: entered on {written.en}, {bound} working days back at most",
        {"field": "received_at", "value": at.isoformat(), "earliest": earliest.isoformat()},
    )


# ── a pause ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _cap_until(facts: Facts, pause: PauseRecord, since: date) -> date:
    """The last day its cause allows from ``since``, after what the other pauses of that cause took."""
    if pause.cause not in facts.catalogue.causes:
        # Closed, and of a cause that is no longer offered: its cap is the one it was opened under.
        return pause.cap_until
    others = tuple(one for one in facts.case.pauses if one.id != pause.id)
    return pause_cap_until(replace(facts, case=replace(facts.case, pauses=others)), pause.cause, since)


def _shares_cap(one: PauseRecord, corrected: PauseRecord) -> bool:
    return one.id != corrected.id and one.cause == corrected.cause and one.until is None


def _recapped(facts: Facts, pause: PauseRecord, pauses: tuple[PauseRecord, ...]) -> PauseRecord:
    return replace(
        pause, cap_until=_cap_until(replace(facts, case=replace(facts.case, pauses=pauses)), pause, pause.since)
    )


def _paused_anew(
    flow: Flow, facts: Facts, pause: PauseRecord, after: Case
) -> tuple[tuple[ClockRecord, ...], list[dict[str, Any]]]:
    """The running clocks that follow from the pauses, derived anew; and the limits that changed with a cap."""
    timing = Timing(facts.calendar, facts.now)
    clocks: list[ClockRecord] = []
    limits: list[dict[str, Any]] = []
    for clock in after.running_clocks:
        rule = flow.clocks[clock.name]
        limit = _limit_to_cap(clock, after, facts) if rule.limit == "pause.cap" else clock.limit
        if limit != clock.limit:
            limits.append({"clock": clock.name, "round": clock.round, "old": str(clock.limit), "new": str(limit)})
        if limit != clock.limit or pause.stops_clock(rule.paused_by):
            clocks.append(resettle(replace(clock, limit=limit), rule, after.pauses, timing))
    return tuple(clocks), limits


def _limit_to_cap(clock: ClockRecord, after: Case, facts: Facts) -> Limit:
    cap_until = max((pause.cap_until for pause in after.open_pauses), default=None)
    if cap_until is None:
        return clock.limit
    days = facts.calendar.working_days_between(local_day(clock.started_at), cap_until)
    return Limit(max(days, 1), Unit.WORKING_DAY)


def _settled_otherwise(flow: Flow, facts: Facts, pauses: tuple[PauseRecord, ...]) -> Iterator[ClockRecord]:
    """The settled clocks that would have had another end."""
    timing = Timing(facts.calendar, facts.now)
    for clock in facts.case.clocks:
        rule = flow.clocks[clock.name]
        if clock.running or rule.paused_by is None:
            continue
        if resettle(clock, rule, facts.case.pauses, timing).due_on != resettle(clock, rule, pauses, timing).due_on:
            yield clock


def _pause_reasons(
    facts: Facts, pause: PauseRecord, since: date, until: date | None, cap_until: date
) -> Iterator[Reason]:
    if (since, until) == (pause.since, pause.until):
        yield _nothing_changes("since", since.isoformat())
        return
    if pause.until is None and until is not None:
        yield Reason(
            "pause_still_open",
            "暂停尚未结束，只能更正开始日；结束请办理恢复",
            "The pause is still open: only its start may be corrected, its end comes with resuming",
            {"field": "until", "value": until.isoformat(), "accepted": None},
        )
        return
    if pause.until is not None and until is None:
        yield Reason(
            "pause_is_closed",
            "暂停已结束，须填写结束日",
            "The pause is closed: until is needed",
            {"field": "until", "value": None, "accepted": "a day"},
        )
        return
    first, last = _case_span(facts)
    for field, day in (("since", since), ("until", until)):
        if day is not None and not first <= day <= last:
            yield _outside(facts, field, day, first, last)
    if until is not None and until < since:
        yield _ends_before_start(facts, since, until)
    elif until is not None and until > cap_until:
        yield _beyond_cap(facts, pause, until, cap_until)


def _case_span(facts: Facts) -> tuple[date, date]:
    """The days on which a pause of the case can lie: from its acceptance to its decision, or today."""
    case = facts.case
    first = local_day(case.accepted_at or case.received_at or case.opened_at)
    return first, facts.today if case.decided_at is None else min(facts.today, local_day(case.decided_at))


def _outside(facts: Facts, field: str, day: date, first: date, last: date) -> Reason:
    names = {"since": "开始日", "until": "结束日"}
    shown, earliest, latest = facts.day(day), facts.day(first), facts.day(last)
    return Reason(
        "pause_outside_case",
        f"{names[field]} {shown.zh} 应在 {earliest.zh}（受理）至 {latest.zh} 之间",
        f"{field} {shown.en} must lie between {earliest.en} (acceptance) and {latest.en}",
        {"field": field, "value": day.isoformat(), "earliest": first.isoformat(), "latest": last.isoformat()},
    )


def _ends_before_start(facts: Facts, since: date, until: date) -> Reason:
    start, end = facts.day(since), facts.day(until)
    return Reason(
        "pause_ends_before_start",
        f"结束日 {end.zh} 早于开始日 {start.zh}",
        f"until {end.en} lies before since {start.en}",
        {"field": "until", "value": until.isoformat(), "earliest": since.isoformat()},
    )


def _beyond_cap(facts: Facts, pause: PauseRecord, until: date, cap_until: date) -> Reason:
    end, latest = facts.day(until), facts.day(cap_until)
    return Reason(
        "pause_outside_bounds",
        f"结束日 {end.zh} 超过该事由的上限，最晚 {latest.zh}",
        f"until {end.en} exceeds the cap of {pause.cause}: {latest.en} at the latest",
        {"field": "until", "value": until.isoformat(), "latest": cap_until.isoformat()},
    )


# ── both ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _days_of(pause: PauseRecord) -> Mapping[str, str | None]:
    return {"since": pause.since.isoformat(), "until": pause.until.isoformat() if pause.until else None}


def _kept(clock: ClockRecord) -> dict[str, Any]:
    """A settled clock that stays as it is, though the corrected fact would have given it other dates."""
    return {
        "clock": clock.name,
        "round": clock.round,
        "due_on": clock.due_on.isoformat() if clock.due_on else None,
    }


def _nothing_changes(field: str, value: str) -> Reason:
    return Reason(
        "nothing_corrected",
        "与现有记录相同，没有可更正的内容",
        "That is what is recorded already: nothing to correct",
        {"field": field, "value": value},
    )


def _not_met(reasons: list[Reason]) -> NotMet:
    return NotMet(
        reasons[0].code if len(reasons) == 1 else "conditions_unmet",
        "；".join(reason.zh for reason in reasons),
        "; ".join(reason.en for reason in reasons),
        reasons=reasons,
    )


def _no_such_pause(case: Case, pause_id: int) -> NotFound:
    known = sorted(pause.id for pause in case.pauses if pause.id is not None)
    return NotFound(
        "no_such_pause",
        f"办件 {case.no} 没有编号为 {pause_id} 的暂停；已有：{'、'.join(map(str, known)) or '无'}",
        f"The case {case.no} has no pause {pause_id}; it has: {', '.join(map(str, known)) or 'none'}",
        extra={"no": case.no, "pause": pause_id, "accepted": known},
    )
