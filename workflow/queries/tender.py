"""A tender with every period of the law: rule, article, this project's days, and whether it is long enough or late."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from workflow.case import Case
from workflow.catalogue import Period, TenderRule
from workflow.clock.days import OFFICE_ZONE, local_day, office_time
from workflow.clock.deadline import deadline
from workflow.clock.ladder import OFFICE_OPENS
from workflow.clock.least import latest_day
from workflow.definition import Flow, Title
from workflow.errors import NotFound
from workflow.guards import Facts, Relative
from workflow.guards.tender_periods import first_lawful, moment_day, suspensions
from workflow.reading import facts_of, visible_case
from workflow.work import Work

Result = Literal["ok", "too_short", "late", "too_few", "open", "not_applicable"]
RESULTS: tuple[Result, ...] = ("ok", "too_short", "late", "too_few", "open", "not_applicable")
PREQUALIFICATION = frozenset(
    {"prequal_from", "prequal_until", "prequal_deadline", "prequal_clarified_on", "applicants"}
)
"""Moments of a tender with prequalification only."""
CLARIFICATIONS = frozenset({"clarified_on", "prequal_clarified_on"})
"""What need not happen at all."""
OF_OTHERS: Mapping[str, str] = {"B7": "objection", "B16": "bid_withdrawal", "B19": "complaint", "B20": "complaint"}
"""By rule: the flow of the cases under the tender that it is about, each with a row of its own."""


@dataclass(frozen=True, slots=True)
class PeriodRow:
    """One period of one rule. ``bound_on`` is the first lawful day of its target where it must not come too soon, the
    last where it must not come too late; ``days`` what lies between base and target. ``case`` is the case under the
    tender that it is about.
    """

    rule: str
    name: str
    title: Title
    basis: str
    type: str
    limit: str | None
    base: Title | None
    base_on: date | None
    target: Title | None
    target_on: date | None
    bound_on: date | None
    days: int | None
    provisional: bool
    result: Result
    case: str | None = None


@dataclass(frozen=True, slots=True)
class TenderView:
    """A tender as a page shows it. ``round`` counts from 1; ``rounds`` are those that failed, as they were kept."""

    no: str
    title: str
    lot: str
    state: str
    state_title: Title
    sentence: Title
    suspended: bool
    round: int
    rounds: tuple[Mapping[str, Any], ...]
    periods: tuple[PeriodRow, ...]


def tender(work: Work, no: str) -> TenderView:
    """The tender ``no``. Raises NotFound where there is no such case for this actor, or where it is no tender."""
    reading = visible_case(work, no, frozenset({"children"}))
    case = reading.case
    if case.flow != "tender":
        raise NotFound(
            "not_a_tender", f"{no} 不是招标投标办件", f"{no} is no tender", extra={"no": no, "flow": case.flow}
        )
    flow = work.office.flow(case.flow, case.flow_version)
    facts = facts_of(work, reading)
    rounds = tuple(case.data.get("rounds", ()))
    return TenderView(
        no=case.no,
        title=case.title,
        lot=str(case.data.get("lot", "")),
        state=case.state,
        state_title=flow.state(case.state).title,
        sentence=sentence(flow, facts),
        suspended=bool(case.open_pauses),
        round=len(rounds) + 1,
        rounds=rounds,
        periods=tuple(periods(facts)),
    )


def sentence(flow: Flow, facts: Facts) -> Title:
    """Where the tender stands and what comes next: “投标中，11月26日 09:30 截止并开标，还有 3 天”."""
    case, state = facts.case, flow.state(facts.case.state).title
    if case.open_pauses:
        waiting = sum(1 for child in facts.children_of("objection") if child.ended_at is None)
        return Title(
            f"暂停中，{waiting} 件异议待答复" if waiting else "暂停中，依责令暂停招标投标活动",
            f"Suspended, {waiting} objections to be answered" if waiting else "Suspended by order of the authority",
        )
    clock = next((clock for clock in case.running_clocks if clock.name in ("bids", "applications")), None)
    if clock is not None and clock.due_at is not None and clock.due_on is not None:
        what = ("截止并开标", "deadline and opening") if clock.name == "bids" else ("截止", "deadline")
        doing = ("投标中", "Bidding") if clock.name == "bids" else ("资格预审申请中", "Prequalification")
        at = clock.due_at.astimezone(OFFICE_ZONE)
        left = _left((clock.due_on - facts.today).days)
        day = facts.day(clock.due_on).en
        return Title(
            f"{doing[0]}，{_short(at.date(), facts.today)} {at:%H:%M} {what[0]}，{left.zh}",
            f"{doing[1]}: {what[1]} on {day} at {at:%H:%M}, {left.en}",
        )
    nearest = min(
        (clock for clock in case.running_clocks if clock.due_on), key=lambda one: one.due_on or date.max, default=None
    )
    if nearest is None or nearest.due_on is None:
        return state
    title, left = flow.rule(nearest.name).title, _left((nearest.due_on - facts.today).days)
    return Title(
        f"{state.zh}，{title.zh}最晚 {_short(nearest.due_on, facts.today)}，{left.zh}",
        f"{state.en}: {title.en} by {facts.day(nearest.due_on).en}, {left.en}",
    )


def _short(day: date, today: date) -> str:
    return f"{'' if day.year == today.year else f'{day.year}年'}{day.month}月{day.day}日"


def _left(days: int) -> Title:
    if days < 0:
        return Title(f"已过 {-days} 天", f"{-days} days ago")
    return Title("就在今天", "today") if days == 0 else Title(f"还有 {days} 天", f"{days} days left")


def periods(facts: Facts) -> Iterator[PeriodRow]:
    """Every period of every rule, in their order; those about an objection, a complaint or a withdrawn bid once for
    each of them, or once as not applicable where there is none."""
    for rule in facts.catalogue.tendering.rules.values():
        children = facts.children_of(OF_OTHERS[rule.code]) if rule.code in OF_OTHERS else ()
        for period in rule.periods:
            if rule.code not in OF_OTHERS:
                yield _row(facts, rule, period)
            elif not children:
                yield _blank(facts, rule, period)
            else:
                yield from (_row_of_child(facts, rule, period, child) for child in children)


def _row_of_child(facts: Facts, rule: TenderRule, period: Period, child: Relative) -> PeriodRow:
    """A period of a case under the tender, measured on what that case keeps."""
    data = dict(child.data)
    ended = {"answered_on": child.decided_at, "decided_on": child.decided_at, "accepted_on": child.accepted_at}
    data |= {name: local_day(at).isoformat() for name, at in ended.items() if at is not None}
    own = replace(facts, case=replace(facts.case, data=data, pauses=()))
    return replace(_row(own, rule, period), case=child.no)


def _row(facts: Facts, rule: TenderRule, period: Period) -> PeriodRow:
    blank = _blank(facts, rule, period)
    return MEASURES[period.type](facts, period, blank)


def _blank(facts: Facts, rule: TenderRule, period: Period) -> PeriodRow:
    moments = facts.catalogue.tendering.moments
    titles = [
        None if name is None or name not in moments else moments[name].title for name in (period.base, period.target)
    ]
    return PeriodRow(
        rule=rule.code,
        name=rule.named(period),
        title=rule.title,
        basis=rule.basis,
        type=period.type,
        limit=None if period.limit is None else str(period.limit),
        base=titles[0],
        base_on=None,
        target=titles[1],
        target_on=None,
        bound_on=None,
        days=None,
        provisional=False,
        result="not_applicable",
    )


def _dated(facts: Facts, period: Period, row: PeriodRow, bound: date | None) -> PeriodRow:
    base = moment_day(facts.case, {}, period.base)
    target = moment_day(facts.case, {}, period.target)
    return replace(
        row,
        base_on=base,
        target_on=target,
        bound_on=bound,
        days=None if base is None or target is None else abs((target - base).days),
        provisional=bound is not None and facts.calendar.is_provisional(bound),
    )


def _waiting(facts: Facts, period: Period) -> Result:
    """What has not begun: it may still come, or never does in this tender."""
    names = {period.base, period.target}
    if names & CLARIFICATIONS or (names & PREQUALIFICATION and not facts.case.data.get("prequalification")):
        return "not_applicable"
    return "open"


def _least(facts: Facts, period: Period, row: PeriodRow) -> PeriodRow:
    base = moment_day(facts.case, {}, period.base)
    if base is None:
        return replace(row, result=_waiting(facts, period))
    earliest = first_lawful(facts, period, base, suspensions(facts.case, facts.today))
    row = _dated(facts, period, row, earliest)
    if row.target_on is None or earliest is None:
        return replace(row, result="open")
    return replace(row, result="ok" if row.target_on >= earliest else "too_short")


def _most(facts: Facts, period: Period, row: PeriodRow) -> PeriodRow:
    base = moment_day(facts.case, {}, period.base)
    if base is None or period.limit is None:
        return replace(row, result=_waiting(facts, period))
    stopped = suspensions(facts.case, facts.today)
    last = deadline(office_time(base, OFFICE_OPENS), period.limit, facts.calendar, stopped).on
    row = _dated(facts, period, row, last)
    if row.target_on is None:
        return replace(row, result="late" if last is not None and facts.today > last else "open")
    return replace(row, result="ok" if last is None or row.target_on <= last else "late")


def _latest(facts: Facts, period: Period, row: PeriodRow) -> PeriodRow:
    """The last day for objections: open until it has passed."""
    base = moment_day(facts.case, {}, period.base)
    if base is None or period.limit is None:
        return replace(row, result=_waiting(facts, period))
    last = latest_day(base, period.limit, facts.calendar)
    return replace(_dated(facts, period, row, last), result="open" if facts.today <= last else "ok")


def _equal(facts: Facts, period: Period, row: PeriodRow) -> PeriodRow:
    """Days that are one by how the flow is made; figures as the case keeps them."""
    base = facts.case.data.get(period.base or "")
    if base is None:
        return replace(row, result="open")
    target = facts.case.data.get(period.target or "", base)
    dated = _dated(facts, period, row, None) if isinstance(base, str) else row
    return replace(dated, target_on=dated.base_on, result="ok" if target == base else "too_short")


def _on_the_spot(facts: Facts, period: Period, row: PeriodRow) -> PeriodRow:
    raised = facts.case.data.get("opening_objections", ())
    result: Result = "ok" if raised else "open" if facts.case.data.get("candidates") is None else "not_applicable"
    return replace(_dated(facts, period, row, None), result=result)


def _amount(facts: Facts, period: Period, row: PeriodRow) -> PeriodRow:
    given, base = (facts.case.data.get(name or "") for name in (period.target, period.base))
    return replace(row, limit=f"{period.percent}%", result="open" if given is None or base is None else "ok")


def _count(facts: Facts, period: Period, row: PeriodRow) -> PeriodRow:
    rows = facts.case.data.get(period.target or "")
    row = replace(row, limit=f"≥{period.least}")
    if rows is None:
        return replace(row, result="too_few" if _failed_without(facts.case, period) else _waiting(facts, period))
    passed = sum(1 for one in rows if one.get("passed") is not False)
    return replace(row, days=None, result="ok" if passed >= (period.least or 0) else "too_few")


def _failed_without(case: Case, period: Period) -> bool:
    """Nobody came, so that there is no list at all."""
    return case.state == "failed" and period.target == ("bidders" if "bid_deadline" in case.data else "applicants")


def _power(facts: Facts, period: Period, row: PeriodRow) -> PeriodRow:
    """What an authority may do: B21 where there is a complaint, B22 while its order stands."""
    complaints = facts.children_of("complaint")
    if row.rule == "B22":
        ordered = any(one.ended_at is None and one.data.get("suspension_ordered_on") for one in complaints)
        return replace(row, result="open" if ordered else "not_applicable")
    return replace(row, result="ok" if complaints else "not_applicable")


MEASURES: Mapping[str, Callable[[Facts, Period, PeriodRow], PeriodRow]] = {
    "min": _least,
    "max": _most,
    "latest": _latest,
    "equal": _equal,
    "same_moment": _on_the_spot,
    "amount": _amount,
    "count": _count,
    "guard": _power,
}
