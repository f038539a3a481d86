"""The clocks of one case: which run, which stop, and every date they imply. Pure; nothing is decremented or pushed.

Inputs are kept (start, limit, extension, pauses), dates are derived: any change of an input replays the derivation
(`resettle`). Whatever moves, rungs that have fired stay fired unless their moment lies in the future again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from workflow.case import Case, ClockRecord, PauseRecord
from workflow.clock.calendar import Calendar
from workflow.clock.days import local_day, office_time
from workflow.clock.deadline import deadline
from workflow.clock.ladder import OFFICE_OPENS, moments
from workflow.clock.limit import Limit, Unit
from workflow.definition import ClockRule, Flow


@dataclass(frozen=True, slots=True)
class Timing:
    """What deriving dates needs beside the clock itself."""

    calendar: Calendar
    now: datetime


def arm(
    rule: ClockRule,
    started_at: datetime,
    limit: Limit,
    round_: int,
    pauses: Sequence[PauseRecord],
    timing: Timing,
    seq: int = 0,
) -> ClockRecord:
    """A clock newly started from ``started_at`` (legal time) by line ``seq``; rungs already past are due at once.

    A rung whose moment lies before the start itself is passed over: two days left of one day warns of nothing.
    """
    blank = ClockRecord(
        id=None,
        name=rule.name,
        round=round_,
        started_at=started_at,
        limit=limit,
        extension=0,
        state="armed",
        epoch=1,
        rung=0,
        ladder_at=(),
        due_on=None,
        due_at=None,
        provisional=False,
        calendar_version=timing.calendar.version,
        armed_seq=seq,
    )
    fresh = resettle(blank, rule, pauses, timing)
    passed = sum(1 for moment in fresh.ladder_at if moment <= started_at)
    if passed == 0:
        return fresh
    return replace(fresh, rung=passed, state="armed" if passed < len(fresh.ladder_at) else "spent")


def resettle(clock: ClockRecord, rule: ClockRule, pauses: Sequence[PauseRecord], timing: Timing) -> ClockRecord:
    """The same clock with all dates derived anew from its inputs, its pauses and the calendar."""
    stopping = [pause for pause in pauses if pause.stops_clock(rule.paused_by)]
    due = deadline(
        clock.started_at, clock.limit, timing.calendar, [pause.interval for pause in stopping], clock.extension
    )
    derived: dict[str, Any] = {
        "due_on": due.on,
        "due_at": due.at,
        "provisional": due.provisional,
        "calendar_version": due.calendar_version,
    }
    if due.at is None:
        return replace(clock, **derived, state="paused", ladder_at=())
    ladder_at = moments([rung.time for rung in rule.ladder], clock.started_at, due, timing.calendar)
    rung = clock.rung
    while rung > 0 and ladder_at[rung - 1] > timing.now:
        rung -= 1
    return replace(
        clock,
        **derived,
        ladder_at=ladder_at,
        rung=rung,
        epoch=clock.epoch + (1 if rung < clock.rung else 0),
        state="armed" if rung < len(ladder_at) else "spent",
    )


def settle(clock: ClockRecord, at: datetime, seq: int) -> ClockRecord:
    """The clock stopped for good, as of ``at``, by line ``seq``; its last dates stay as evidence."""
    return replace(clock, state="settled", settled_at=at, settled_seq=seq)


def extend(
    clock: ClockRecord, rule: ClockRule, amount: int, pauses: Sequence[PauseRecord], timing: Timing
) -> ClockRecord:
    """More budget, once (行政许可法 42); whether it is lawful was decided before."""
    return resettle(replace(clock, extension=clock.extension + amount), rule, pauses, timing)


def clocks_after_move(
    flow: Flow, case: Case, entered: str, limits: dict[str, Limit], timing: Timing, stopped_at: datetime | None = None
) -> tuple[ClockRecord, ...]:
    """All clocks of ``case`` that change when it enters ``entered``; ``case`` already carries its new moments and the
    number of the line that does it. ``stopped_at`` is the legal time of leaving (None: now).

    A clock whose states do not include the new one is settled; a clock of the new state that is not running starts a
    new round from its base event. So does the clock of one state alone that is entered again from itself.
    """
    rules = {rule.name: rule for rule in flow.clocks_in(entered)}
    left_at = stopped_at or timing.now
    settled = [
        settle(clock, left_at, case.seq)
        for clock in case.running_clocks
        if clock.name not in rules
        or has_served(rules[clock.name], case)
        or _begins_again(rules[clock.name], clock, case)
    ]
    running = {clock.name for clock in case.running_clocks} - {clock.name for clock in settled}
    started = [
        arm(rule, started_at, limits[name], _next_round(case, name), case.pauses, timing, case.seq)
        for name, rule in rules.items()
        if name not in running
        and name in limits
        and not has_served(rule, case)
        and (started_at := base_event(rule, case)) is not None
    ]
    return (*settled, *started)


def has_served(rule: ClockRule, case: Case) -> bool:
    """Whether what the clock waited for has come: it stops where it runs, and never starts again."""
    return rule.unless is not None and rule.unless in case.data


def _begins_again(rule: ClockRule, clock: ClockRecord, case: Case) -> bool:
    """Whether the one state whose time this is was entered again; a clock of several states keeps its first entry."""
    return rule.starts == "entered_at" and len(rule.while_states) == 1 and clock.started_at != base_event(rule, case)


def kept_limit(rule: ClockRule, case: Case, started_at: datetime, calendar: Calendar) -> Limit | None:
    """The time from ``started_at`` to the day or instant that the data keep for the clock's end; None: none (yet).

    A day is counted in working days, as a promised one always is; an instant in minutes, to the minute.
    """
    end = case.kept(rule.kept_limit) if rule.kept_limit is not None else None
    if end is None:
        return None
    if isinstance(end, datetime):
        return Limit(max((end - started_at) // timedelta(minutes=1), 1), Unit.MINUTE)
    return limit_up_to(end, local_day(started_at), calendar)


def limit_up_to(day: date, start: date, calendar: Calendar) -> Limit:
    """The working days from ``start`` to a promised day, at least one; a rest day ends on the next working one, as
    民法典 203 has it."""
    days = calendar.working_days_between(start, day)
    return Limit(max(days if calendar.is_working(day) else days + 1, 1), Unit.WORKING_DAY)


def base_event(rule: ClockRule, case: Case) -> datetime | None:
    """The legal time of the event the clock counts from; an item may name its own (建筑法 8: from receipt)."""
    if rule.kept_start is not None:
        kept = case.kept(rule.kept_start)
        return kept if isinstance(kept, datetime) or kept is None else office_time(kept, OFFICE_OPENS)
    started = _moment(rule, case)
    runs_to_an_instant = rule.kept_limit is not None and isinstance(case.kept(rule.kept_limit), datetime)
    # Its minutes must end on the instant itself, whatever the seconds of its start.
    return started.replace(second=0, microsecond=0) if started is not None and runs_to_an_instant else started


def _moment(rule: ClockRule, case: Case) -> datetime | None:
    own = case.limits.get(f"{rule.name}.from")
    return {
        "opened_at": case.opened_at,
        "received_at": case.received_at,
        "accepted_at": case.accepted_at,
        "decided_at": case.decided_at,
        "entered_at": case.entered_at,
        "issued_at": case.issued_at,
    }[f"{own}_at" if own else rule.starts]


def merge(old: Iterable[ClockRecord], changed: Iterable[ClockRecord]) -> tuple[ClockRecord, ...]:
    """The clocks of a case with some of them replaced or added."""
    by_key = {(clock.name, clock.round): clock for clock in old}
    by_key.update({(clock.name, clock.round): clock for clock in changed})
    return tuple(by_key.values())


def nearest_due(clocks: Iterable[ClockRecord]) -> datetime | None:
    """The earliest date among running clocks: what a worklist sorts by."""
    return min((clock.due_at for clock in clocks if clock.running and clock.due_at), default=None)


def _next_round(case: Case, name: str) -> int:
    latest = case.clock(name)
    return latest.round + 1 if latest else 1
