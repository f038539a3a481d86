"""Do the dates of a case follow from its history? Derived anew, as `workflow.timekeeping` derives them, and compared.

Pure. Every sentence names what the database keeps and what belongs there.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from workflow.case import Case, ClockRecord
from workflow.clock.calendar import Calendar
from workflow.definition import LIFE_CLOCKS, ClockRule, Flow
from workflow.timekeeping import Timing, base_event, has_served, nearest_due, resettle

MARKS = ("received_at", "accepted_at", "decided_at", "issued_at")
# No rung lies after it, so that none of those fired is armed again by looking at it.
THE_END = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Calendars:
    """Every calendar that ever made a date, by version, and the one in force; ``settled``: no date waits for it."""

    known: Mapping[str, Calendar]
    in_force: Calendar
    settled: bool


@dataclass(frozen=True, slots=True)
class Firing:
    """When a sweep takes a clock up; ``attempts`` failed before, each of which put the moment back."""

    fire_at: datetime | None
    attempts: int


def moment_breaches(
    flows: Sequence[Flow], case: Case, events: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[int, str]]:
    """Moments of the case that its history does not give: line and sentence; ``events`` as PostgreSQL's JSON has them,
    ``flows`` the version under which each was written.

    The history itself is believed here.
    """
    said: dict[str, tuple[int, datetime | None]] = dict.fromkeys(MARKS, (case.seq, None))
    said["entered_at"] = (case.seq, case.opened_at)
    for flow, line in zip(flows, events, strict=True):
        if line["action"] == "flow_moved" and "issued_at" in line["input"]:
            # The old version did not keep it.
            said["issued_at"] = (line["seq"], datetime.fromisoformat(line["input"]["issued_at"]))
        if line["action"] == "receipt_corrected":
            for name, at in line["input"]["moments"].items():
                said[name] = (line["seq"], datetime.fromisoformat(at))
            continue
        action = flow.actions.get(line["action"])
        if action is None or action.target is None:
            continue
        here = (line["seq"], datetime.fromisoformat(line["effective_at"]))
        said["entered_at"] = here
        if action.marks is not None:
            # A moment set to another time than the deed's own stands in the line (a renewed life).
            own = line["input"].get(action.marks)
            said[action.marks] = here if own is None else (line["seq"], datetime.fromisoformat(own))
    for name, (seq, expected) in said.items():
        kept = getattr(case, name)
        if kept != expected:
            yield seq, f"{name} is {_words(kept)}, by its history {_words(expected)}"


def clock_breaches(
    flow: Flow,
    case: Case,
    events: Sequence[Mapping[str, Any]],
    firings: Mapping[int, Firing],
    due_at: datetime | None,
    calendars: Calendars,
) -> Iterator[str]:
    """Clocks that are missing or run twice, and dates that do not follow from their inputs.

    ``case.clocks`` are those that run; ``firings`` by clock id; ``due_at`` is what the worklist sorts the case by.
    """
    running = Counter(clock.name for clock in case.clocks)
    demanded = {rule.name for rule in flow.clocks_in(case.state) if _demanded(rule, case, events)}
    for name in sorted(demanded - set(running)):
        yield f"the clock {name} does not run in state {case.state}"
    for name, count in running.items():
        if count > 1:
            yield f"the clock {name} runs {count} times at once"
    for clock in case.clocks:
        if clock.name in demanded:
            yield from _input_breaches(flow.clocks[clock.name], clock, case)
            yield from _date_breaches(flow.clocks[clock.name], clock, case, calendars)
            yield from _firing_breaches(clock, firings[clock.id or 0])
    nearest = nearest_due(case.clocks)
    if due_at != nearest:
        yield f"the case is due at {_words(due_at)}, its nearest clock at {_words(nearest)}"


def _demanded(rule: ClockRule, case: Case, events: Sequence[Mapping[str, Any]]) -> bool:
    if base_event(rule, case) is None or has_served(rule, case):
        return False
    if rule.kept_limit is not None:
        return case.kept(rule.kept_limit) is not None
    if rule.limit in ("pause.planned", "pause.cap"):
        return bool(case.open_pauses)
    if rule.limit == "gaps.until":
        return any("gaps_until" in line["input"] for line in events if line["to_state"] == case.state)
    if rule.limit == "life.running":
        return not case.limits.keys().isdisjoint(LIFE_CLOCKS)
    return rule.name in case.limits


def _input_breaches(rule: ClockRule, clock: ClockRecord, case: Case) -> Iterator[str]:
    base = base_event(rule, case)
    # A clock of several states keeps the first entry; the case knows the last one.
    if clock.started_at != base and not (rule.starts == "entered_at" and len(rule.while_states) > 1):
        yield f"the clock {clock.name} starts at {_words(clock.started_at)}, its base event was at {_words(base)}"
    limit = case.limits.get(clock.name)
    if limit is not None and limit != str(clock.limit):
        yield f"the clock {clock.name} has a limit of {clock.limit}, the case one of {limit}"


def _date_breaches(rule: ClockRule, clock: ClockRecord, case: Case, calendars: Calendars) -> Iterator[str]:
    if clock.rung > len(rule.ladder):
        yield f"the clock {clock.name} stands at rung {clock.rung} of a ladder of {len(rule.ladder)}"
        return
    calendar = calendars.known.get(clock.calendar_version)
    if calendar is None:
        yield f"the clock {clock.name} names the calendar {clock.calendar_version}, which nobody keeps"
        return
    try:
        derived = resettle(clock, rule, case.pauses, Timing(calendar, THE_END))
        today = resettle(clock, rule, case.pauses, Timing(calendars.in_force, THE_END))
    except ValueError as error:
        yield f"the dates of the clock {clock.name} cannot be derived: {error}"
        return
    if clock.state != "quarantined" and clock.state != derived.state:
        yield f"the clock {clock.name} is {clock.state}, by its inputs {derived.state}"
    for name in ("due_on", "due_at"):
        kept, expected = getattr(clock, name), getattr(derived, name)
        if kept != expected:
            yield f"the clock {clock.name} has {name} {_words(kept)}, by its inputs {_words(expected)}"
    if clock.ladder_at != derived.ladder_at:
        yield f"the rungs of the clock {clock.name} are not those of its dates"
    if calendars.settled and (clock.due_at, clock.provisional) != (today.due_at, today.provisional):
        yield f"the clock {clock.name} was left in the calendar {clock.calendar_version}: now {_words(today.due_on)}"


def _firing_breaches(clock: ClockRecord, firing: Firing) -> Iterator[str]:
    expected = clock.next_rung_at
    if expected is None or firing.fire_at == expected:
        return
    if firing.attempts == 0 or firing.fire_at is None:
        yield f"the clock {clock.name} fires at {_words(firing.fire_at)}, its next rung is at {_words(expected)}"


def _words(value: object) -> str:
    return "nothing" if value is None else str(value)
