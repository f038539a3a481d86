"""Decisions: finished early, days saved, days used, late. Of a clock that counts days every day is a net one: without
the start day and without those that its pauses take out (fact book, 1.2, 1.6).
"""

from collections.abc import Iterator
from datetime import datetime

from workflow.case import ClockRecord
from workflow.clock.calendar import local_day
from workflow.clock.deadline import budget, used_days
from workflow.clock.limit import Unit
from workflow.figures.subject import Fact, Rules, Subject


def decisions(subject: Subject, rules: Rules) -> Iterator[Fact]:
    """Decided approval cases; what was withdrawn or not accepted is none of them."""
    at = _decided_at(subject, rules)
    if at is None:
        return
    yield Fact("decisions", "decided", at)
    promised, statutory = subject.clock("promised"), subject.clock("statutory")
    if promised is not None and _late(promised, _answered_at(promised, at)):
        yield Fact("decisions", "late", at)
        if not subject.case.data.get("late_reason"):
            yield Fact("decisions", "late_unexplained", at)
    if statutory is not None and _late(statutory, _answered_at(statutory, at)):
        yield Fact("decisions", "late_by_law", at)


def early_finish(subject: Subject, rules: Rules) -> Iterator[Fact]:
    """提前办结: of the promised cases that were decided, those that took fewer net days than promised."""
    at, promised = _decided_at(subject, rules), subject.clock("promised")
    if at is None or promised is None or not _takes_days(subject, promised, rules):
        return
    yield Fact("early_finish", "counted", at)
    used, given = _used(subject, promised, rules, at), _given(promised)
    if used < given or (rules.catalogue.early_finish.compare == "at_most" and used == given):
        yield Fact("early_finish", "early", at)


def days_saved(subject: Subject, rules: Rules) -> Iterator[Fact]:
    """The limit minus what was used; limits of the calendar apart, for their days are others."""
    at = _decided_at(subject, rules)
    if at is None:
        return
    for name, part in (("statutory", "law"), ("promised", "promise")):
        clock = subject.clock(name)
        if clock is None or not _takes_days(subject, clock, rules):
            continue
        saved = _given(clock) - _used(subject, clock, rules, at)
        if clock.limit.unit is not Unit.WORKING_DAY:
            yield Fact("days_saved", f"{part}_calendar", at, amount=saved)
            continue
        yield Fact("days_saved", part, at, amount=saved)
        if part == "law":
            yield Fact("days_saved", "law_limit", at, amount=_given(clock))


def net_days(subject: Subject, rules: Rules) -> Iterator[Fact]:
    """How many net working days a promised case took, as its part."""
    at, promised = _decided_at(subject, rules), subject.clock("promised")
    if at is None or promised is None or promised.limit.unit is not Unit.WORKING_DAY:
        return
    if _takes_days(subject, promised, rules):
        used = _used(subject, promised, rules, at)
        yield Fact("net_days", str(used), at, amount=used)


def _decided_at(subject: Subject, rules: Rules) -> datetime | None:
    case = subject.case
    if case.flow != "item" or case.accepted_at is None or case.outcome in rules.catalogue.early_finish.without:
        return None
    return case.decided_at


def _takes_days(subject: Subject, clock: ClockRecord, rules: Rules) -> bool:
    """Whether it is a 承诺件: not decided on the spot, its limit in days."""
    if not clock.limit.unit.counts_days:
        return False
    item = rules.catalogue.items.get(subject.case.item or "")
    if item is None:
        return True
    variant = subject.case.data.get("variant")
    known = variant in {one.code for one in item.variants}
    return not any(one.instant for one in item.limits(variant if known else None) if one is not None)


def _answered_at(clock: ClockRecord, decided_at: datetime) -> datetime:
    """The decision, or before it what answered the clock (a pre-licence)."""
    return decided_at if clock.settled_at is None else min(decided_at, clock.settled_at)


def _late(clock: ClockRecord, answered_at: datetime) -> bool:
    return clock.due_at is not None and answered_at >= clock.due_at


def _given(clock: ClockRecord) -> int:
    return budget(local_day(clock.started_at), clock.limit)


def _used(subject: Subject, clock: ClockRecord, rules: Rules, decided_at: datetime) -> int:
    flag = subject.flow.rule(clock.name).paused_by
    pauses = [one.interval for one in subject.case.pauses if one.stops_clock(flag)]
    upto = local_day(_answered_at(clock, decided_at))
    return used_days(clock.started_at, clock.limit, rules.calendar, pauses, upto, clock.extension)
