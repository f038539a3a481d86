"""A case as it stood at a past moment: what was recorded later is taken back. Pure.

History is the witness: a clock exists from the line that armed it to the line that stopped it, a pause from the
instant it was opened on, and every later correction says what it replaced.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from workflow.case import Case, ClockRecord, PauseRecord
from workflow.clock.limit import parse_limit
from workflow.definition import OPEN, Flow
from workflow.timekeeping import base_event


@dataclass(frozen=True, slots=True)
class Line:
    """What taking a line of history back needs of it."""

    seq: int
    action: str
    recorded_at: datetime
    input: Mapping[str, Any]


def as_of(case: Case, flow: Flow, lines: Sequence[Line], moment: datetime) -> Case:
    """The clocks and pauses of ``case`` as they were known at ``moment``; ``lines`` is its whole history, in order.

    Only what dates follow from is taken back: clocks, pauses, limits, the flow version, the moments of the case that
    were corrected, days and instants that were kept anew. State and form stay those of now. The dates kept with the
    clocks are those of now, too, and the limit of one that runs until a kept day (`timekeeping.kept_limit`): derive.
    """
    last = max((line.seq for line in lines if line.recorded_at <= moment), default=0)
    for line in reversed(lines):
        if line.seq <= last:
            break
        case = _without(case, flow, line)
    case = replace(case, data={**case.data, **_kept_by(flow, lines, last)})
    clocks = tuple(
        _started_then(flow, case, _clock_at(clock, last)) for clock in case.clocks if clock.armed_seq <= last
    )
    pauses = tuple(_pause_at(pause, moment) for pause in case.pauses if pause.opened_at <= moment)
    return replace(case, clocks=clocks, pauses=pauses)


def _kept_by(flow: Flow, lines: Sequence[Line], last: int) -> dict[str, Any]:
    """What clocks count from or up to, as it was last told up to line ``last``."""
    wanted = {name for rule in flow.clocks.values() for name in rule.reads_kept}
    told: dict[str, Any] = {}
    for line in lines:
        action = flow.actions.get(line.action)
        if line.seq > last or (action is None and line.action != OPEN):
            continue
        names = wanted if action is None else wanted.intersection(action.keeps)
        told |= {name: line.input[name] for name in names if name in line.input}
    return told


def _started_then(flow: Flow, case: Case, clock: ClockRecord) -> ClockRecord:
    rule = flow.clocks.get(clock.name)
    if rule is None or rule.kept_start is None or not clock.running:
        return clock
    return replace(clock, started_at=base_event(rule, case) or clock.started_at)


def _clock_at(clock: ClockRecord, last: int) -> ClockRecord:
    if clock.settled_seq is None or clock.settled_seq <= last:
        return clock
    return replace(clock, state="armed", settled_at=None, settled_seq=None)


def _pause_at(pause: PauseRecord, moment: datetime) -> PauseRecord:
    if pause.closed_at is None or pause.closed_at <= moment:
        return pause
    return replace(pause, until=None, closed_at=None, closed_by=None, result=None)


def _without(case: Case, flow: Flow, line: Line) -> Case:
    action = flow.actions.get(line.action)
    if action is not None and action.effect is not None and action.effect.kind == "extend":
        return _with_clocks(case, action.effect.clock or "", line.seq, lambda one: _unextended(one, line.input["days"]))
    undo = _UNDO.get(line.action)
    return case if undo is None else undo(case, line)


def _unextended(clock: ClockRecord, days: int) -> ClockRecord:
    return replace(clock, extension=max(clock.extension - days, 0))


def _with_clocks(case: Case, name: str, seq: int, change: Callable[[ClockRecord], ClockRecord]) -> Case:
    """The rounds of the clock ``name`` that ran when line ``seq`` was written, changed."""
    return replace(
        case,
        clocks=tuple(
            change(clock)
            if clock.name == name and clock.armed_seq < seq and (clock.settled_seq is None or clock.settled_seq > seq)
            else clock
            for clock in case.clocks
        ),
    )


def _limit_back(case: Case, line: Line) -> Case:
    name, old = line.input["clock"], line.input["old"]
    case = replace(case, limits={**case.limits, name: old})
    return _with_clocks(case, name, line.seq, lambda one: replace(one, limit=parse_limit(old)))


def _flow_back(case: Case, line: Line) -> Case:
    return replace(case, flow_version=line.input["from"])


def _receipt_back(case: Case, line: Line) -> Case:
    starts = {(one["clock"], one["round"]): datetime.fromisoformat(one["old"]) for one in line.input["starts"]}
    clocks = tuple(
        replace(clock, started_at=starts.get((clock.name, clock.round), clock.started_at)) for clock in case.clocks
    )
    # Every moment that moved was the receipt before.
    fields: dict[str, Any] = dict.fromkeys(line.input["moments"], datetime.fromisoformat(line.input["old"]))
    return replace(case, **fields, clocks=clocks)


def _pause_back(case: Case, line: Line) -> Case:
    old = line.input["old"]
    since, until = date.fromisoformat(old["since"]), date.fromisoformat(old["until"]) if old["until"] else None
    limits = {(one["clock"], one["round"]): parse_limit(one["old"]) for one in line.input.get("limits", ())}
    return replace(
        case,
        clocks=tuple(replace(clock, limit=limits.get((clock.name, clock.round), clock.limit)) for clock in case.clocks),
        pauses=tuple(
            replace(pause, since=since, until=until) if pause.id == line.input["pause"] else pause
            for pause in case.pauses
        ),
    )


_UNDO: Mapping[str, Callable[[Case, Line], Case]] = {
    "limit_changed": _limit_back,
    "flow_moved": _flow_back,
    "receipt_corrected": _receipt_back,
    "pause_corrected": _pause_back,
}
