"""What can make a figure look better than the work: pauses, entries after the fact, decisions without a review."""

from collections.abc import Iterator

from workflow.case import PauseRecord
from workflow.clock.deadline import deadline
from workflow.figures.subject import Fact, Rules, Subject
from workflow.time_use import flags

OTHER = "other"


def pauses(subject: Subject, rules: Rules) -> Iterator[Fact]:
    """Pauses by when they were recorded: by cause with their planned working days, and those that stand out."""
    for pause in subject.case.pauses:
        at = pause.opened_at
        planned = rules.calendar.working_days_between(pause.since, pause.planned_until)
        yield Fact("pauses", pause.cause, at, amount=planned)
        yield Fact("pause_honesty", "opened", at)
        if _on_the_last_day(subject, pause, rules):
            yield Fact("pause_honesty", "last_day", at)
        if pause.cause == OTHER:
            yield Fact("pause_honesty", "other", at)
        if planned == 0:
            yield Fact("pause_honesty", "planned_zero", at)


def time_flags(subject: Subject, rules: Rules) -> Iterator[Fact]:
    """补录 and 秒办 among the approval cases that ended, as `workflow.queries.time_figures` counts them."""
    case = subject.case
    if case.item is None or case.received_at is None or case.ended_at is None:
        return
    found = [flag.kind for flag in flags(subject.flow, subject.past, rules.catalogue, rules.calendar)]
    yield Fact("backfilled", "ended", case.ended_at)
    if "backfilled" in found:
        yield Fact("backfilled", "backfilled", case.ended_at)
    if "quick" in found:
        yield Fact("backfilled", "quick", case.ended_at)


def _on_the_last_day(subject: Subject, pause: PauseRecord, rules: Rules) -> bool:
    """Whether a clock that it stopped would have ended on the day it began."""
    earlier = [one for one in subject.case.pauses if (one.since, one.id or 0) < (pause.since, pause.id or 0)]
    for clock in subject.case.clocks:
        flag = subject.flow.rule(clock.name).paused_by
        if not pause.stops_clock(flag) or not clock.limit.unit.counts_days or clock.started_at > pause.opened_at:
            continue
        if clock.settled_at is not None and clock.settled_at < pause.opened_at:
            continue
        before = [one.interval for one in earlier if one.stops_clock(flag)]
        if deadline(clock.started_at, clock.limit, rules.calendar, before, clock.extension).on == pause.since:
            return True
    return False
