"""A limit changed by law while cases run: each keeps the old one, comes under the new one, or has the more favourable.

Pure: one case in, what is to be written out. The start of a clock, its pauses and its extension stay as they are; only
the budget is another one, and every date is derived anew from it (优化营商环境条例 36: what is published holds).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Literal, cast

from workflow.case import Case, ClockRecord, PauseRecord
from workflow.clock.days import local_day
from workflow.clock.deadline import deadline
from workflow.clock.limit import Limit, parse_limit
from workflow.definition import ClockRule, Flow
from workflow.recast import Recast, recast
from workflow.timekeeping import Timing, resettle

Rule = Literal["old", "new", "favourable"]

RULES: tuple[Rule, ...] = ("old", "new", "favourable")
"""What a running case may be kept on."""
LIMITED = ("statutory", "promised")
"""The clocks whose limits stand in the files of the items."""


def under_limit(
    flow: Flow, case: Case, clock: str, new_limit: Limit, rule: Rule, timing: Timing, said: Mapping[str, Any]
) -> Recast | None:
    """``case`` with ``new_limit`` for the clock ``clock``, or None where it keeps the limit it has.

    "favourable" takes the new limit where it ends earlier for the applicant. A clock that has not started yet will
    start with the new limit; one that is over for good keeps what it had. A clock extended in days of one unit keeps a
    limit of that unit: days of another one cannot be added to it. ``said`` stands in the history beside the moves.
    """
    kept = case.limits.get(clock)
    if kept is None or kept == str(new_limit) or not matters(flow, case.state, clock):
        return None
    old_limit, running = parse_limit(kept), _running(case, clock)
    if running and running.extension and running.limit.unit is not new_limit.unit:
        return None
    if rule == "old" or (rule == "favourable" and not _earlier(flow, case, clock, old_limit, new_limit, timing)):
        return None
    after = replace(case, limits={**case.limits, clock: str(new_limit)})
    clocks = () if running is None else (_derived(flow.clocks[clock], running, new_limit, case.pauses, timing),)
    changed = {"clock": clock, "old": kept, "new": str(new_limit), "rule": rule}
    return recast(case, after, clocks, "limit_changed", {**changed, **said}, timing.now, always_said=True)


def rule_for(case: Case, since: date, running: Rule, signed_at: datetime) -> Rule:
    """The rule for ``case`` where the limit changes on ``since``: ``running`` where it was received before that day.

    Received from that day on it comes under the new limit, even where the item's file said so late. What was opened
    after the signature follows the file that was compared with it then, or a newer one.
    """
    if case.received_at is None or local_day(case.received_at) < since:
        return running
    return "new" if case.opened_at < signed_at else "old"


def matters(flow: Flow, state: str, clock: str) -> bool:
    """Whether the clock runs in ``state`` or may still start in a state that follows."""
    rule = flow.clocks.get(clock)
    return rule is not None and rule.limit == f"item.{clock}" and not rule.while_states.isdisjoint(_ahead(flow, state))


def states_before_the_end(flow: Flow, clock: str) -> frozenset[str]:
    """The states of ``flow`` in which a change of the clock's limit still matters."""
    return frozenset(state for state in flow.states if matters(flow, state, clock))


def _ahead(flow: Flow, state: str) -> frozenset[str]:
    """``state`` and every state a case can come to from it."""
    found, frontier = {state}, {state}
    while frontier:
        step = {action.target for name in frontier for action in flow.actions_from(name)}
        frontier = {name for name in step if name is not None and name not in found}
        found |= frontier
    return frozenset(found)


def _running(case: Case, name: str) -> ClockRecord | None:
    return next((clock for clock in case.running_clocks if clock.name == name), None)


def _derived(
    rule: ClockRule, clock: ClockRecord, limit: Limit, pauses: Sequence[PauseRecord], timing: Timing
) -> ClockRecord:
    fresh = resettle(replace(clock, limit=limit), rule, pauses, timing)
    # As when a clock starts: two days left of a limit of one day warns of nothing.
    passed = sum(1 for moment in fresh.ladder_at if moment <= fresh.started_at)
    if passed > fresh.rung:
        fresh = replace(fresh, rung=passed, state="armed" if passed < len(fresh.ladder_at) else "spent")
    if clock.state == "quarantined" and fresh.ladder_at == clock.ladder_at:
        # It waits for a person, whatever the law says.
        return replace(fresh, state="quarantined")
    return fresh


def _earlier(flow: Flow, case: Case, clock: str, old: Limit, new: Limit, timing: Timing) -> bool:
    """Whether the new limit ends before the old one. Where nobody knows the ends, because a pause is open or the clock
    has not started, the budgets are laid beside each other from one day."""
    running = _running(case, clock)
    if running is None:
        return _end(timing.now, new, timing) < _end(timing.now, old, timing)
    stopping = [pause for pause in case.pauses if pause.stops_clock(flow.clocks[clock].paused_by)]
    pauses = () if any(pause.until is None for pause in stopping) else stopping
    return _end(running.started_at, new, timing, pauses, running.extension) < _end(
        running.started_at, old, timing, pauses, running.extension
    )


def _end(
    start: datetime, limit: Limit, timing: Timing, pauses: Sequence[PauseRecord] = (), extension: int = 0
) -> datetime:
    due = deadline(start, limit, timing.calendar, [pause.interval for pause in pauses], extension)
    # Without an open pause every clock ends.
    return cast(datetime, due.at)
