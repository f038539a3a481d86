"""A running case moved to a newer version of its flow, with its clocks. Pure: one case in, what is to be written out.

Clocks are mapped by name. One that both versions know keeps its start, limit, extension and pauses and comes under the
new ladder; one that only the old version runs here stops; one that only the new version runs here starts from its base
event. Nothing that was done is done again, and no act of a clock that is still due is lost.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from workflow.case import Case, ClockRecord, PauseRecord
from workflow.change import instant
from workflow.clock.days import local_day
from workflow.clock.limit import Limit, Unit, parse_limit
from workflow.definition import ClockRule, Flow, Rung, State
from workflow.errors import Reason
from workflow.recast import Recast, recast
from workflow.timekeeping import Timing, arm, base_event, has_served, kept_limit, resettle, settle

PROMISED_DAYS = (
    "gaps.until",
    "life.running",
    "help.first_response",
    "help.first_plan",
    "help.resolution",
    "help.visit",
)
"""Limits that are settled by the action that starts their clock: nobody can know them afterwards."""
ALWAYS_KNOWN = frozenset({"opened_at", "entered_at"})


def under_flow(
    old_flow: Flow, new_flow: Flow, case: Case, limits: Mapping[str, str], timing: Timing, said: Mapping[str, Any]
) -> Recast:
    """``case`` on ``new_flow``; it has all its rounds of clocks, also those that stopped.

    ``limits`` are those of the new version for such a case (`workflow.change.case_limits`): they hold for clocks of
    which the case has no limit yet. Its other limits stay. The state must exist in both versions (`incompatible`).
    """
    seq = case.seq + 1
    merged = {**_new_limits(case, limits), **case.limits}
    given = _moment_given(new_flow, case, merged)
    after = replace(case, flow_version=new_flow.version, limits=merged, issued_at=given or case.issued_at)
    rules = {rule.name: rule for rule in new_flow.clocks_in(case.state) if not has_served(rule, after)}
    running = {clock.name for clock in case.running_clocks}
    kept = [
        _under_ladder(clock, old_flow.clocks[clock.name], rules[clock.name], case.pauses, timing)
        for clock in case.running_clocks
        if clock.name in rules
    ]
    stopped = [settle(clock, timing.now, seq) for clock in case.running_clocks if clock.name not in rules]
    started = [
        clock
        for rule in rules.values()
        if rule.name not in running and (clock := _started(rule, after, seq, timing)) is not None
    ]
    told = {
        "from": old_flow.version,
        "to": new_flow.version,
        "started": sorted(clock.name for clock in started),
        "stopped": sorted(clock.name for clock in stopped),
        **({"issued_at": instant(given)} if given else {}),
    }
    clocks = (*kept, *stopped, *started)
    return recast(case, after, clocks, "flow_moved", {**told, **said}, timing.now, always_said=True)


def incompatible(old: Flow, new: Flow, states: Collection[str]) -> tuple[Reason, ...]:
    """Everything that keeps cases in ``states`` of ``old`` from being moved to ``new``; empty where nothing does."""
    return tuple(reason for name in sorted(states) for reason in _state_reasons(old, new, name))


def movable_states(flow: Flow, at_rest: bool) -> tuple[str, ...]:
    """The states whose cases are moved: those that run and, if so wished, those at rest; never the final ones."""
    return tuple(state.name for state in flow.states.values() if not state.final and (at_rest or not state.at_rest))


def _state_reasons(old: Flow, new: Flow, name: str) -> Iterator[Reason]:
    was, becomes = old.states[name], new.states.get(name)
    if becomes is None:
        yield _reason(
            name,
            f"第 {new.version} 版没有“{was.title.zh}”（{name}）这一环节，而有办件正在其中",
            f"version {new.version} has no state {name}, in which cases stand",
        )
        return
    if _standing(was) != _standing(becomes):
        yield _reason(
            name,
            f"“{was.title.zh}”（{name}）在两版中的办结状态或结果不同",
            f"the state {name} ends a case otherwise, or with another outcome, in version {new.version}",
        )
    known = _known_moments(old, new, name)
    for rule in new.clocks_in(name):
        yield from _clock_reasons(old.clocks.get(rule.name), rule, name, known, new.version)


def _clock_reasons(
    before: ClockRule | None, rule: ClockRule, state: str, known: Collection[str], version: int
) -> Iterator[Reason]:
    if before is not None and state in before.while_states:
        if before.starts != rule.starts:
            yield _reason(
                rule.name,
                f"时限“{rule.title.zh}”（{rule.name}）的起算由 {before.starts} 改为 {rule.starts}，已在计时的无法沿用",
                f"the clock {rule.name} starts from {before.starts} and in version {version} from {rule.starts}: "
                "those that run cannot be kept",
            )
        return
    if rule.limit in PROMISED_DAYS:
        yield _reason(
            rule.name,
            f"新增时限“{rule.title.zh}”（{rule.name}）的长度（{rule.limit}）只能由办理动作确定，无法为在办办件起算",
            f"the new clock {rule.name} has a limit ({rule.limit}) that only an action can settle: "
            f"it cannot be started for cases in {state}",
        )
    # What counts from a kept day waits until one is kept.
    if rule.kept_start is None and rule.starts not in known:
        yield _reason(
            rule.name,
            f"新增时限“{rule.title.zh}”（{rule.name}）从 {rule.starts} 起算，而原版没有记录这一时刻",
            f"the new clock {rule.name} starts from {rule.starts}, which the old version never records",
        )


def _known_moments(old: Flow, new: Flow, state: str) -> frozenset[str]:
    marked = {action.marks for action in old.actions.values() if action.marks is not None}
    return ALWAYS_KNOWN | marked | ({"issued_at"} if _issues(new, state) else set())


def _issues(flow: Flow, state: str) -> bool:
    """Whether every way into ``state`` is the issue of the result."""
    ways = [action for action in flow.actions.values() if action.target == state and set(action.sources) != {state}]
    return bool(ways) and all(way.marks == "issued_at" and way.marks_as is None for way in ways)


def _moment_given(flow: Flow, case: Case, limits: Mapping[str, str]) -> datetime | None:
    """When the result was issued, where the old version did not keep it: the state was entered by issuing it.

    A life that counts from the decision has it as its issue, as when such a result is issued now.
    """
    if case.issued_at is not None or not _issues(flow, case.state):
        return None
    return (case.decided_at if limits.get("lifetime.from") == "decided" else None) or case.entered_at


def _standing(state: State) -> tuple[bool, bool, str | None]:
    return state.final, state.at_rest, state.outcome


def _new_limits(case: Case, limits: Mapping[str, str]) -> dict[str, str]:
    """Of ``limits`` those of clocks that the case knows nothing of, each with the moment it counts from."""
    return {name: text for name, text in limits.items() if name.removesuffix(".from") not in case.limits}


def _started(rule: ClockRule, case: Case, seq: int, timing: Timing) -> ClockRecord | None:
    base = base_event(rule, case)
    limit = None if base is None else _limit(rule, case, base, timing)
    if limit is None or base is None or has_served(rule, case):
        return None
    latest = case.clock(rule.name)
    fresh = arm(rule, base, limit, latest.round + 1 if latest else 1, case.pauses, timing, seq)
    return _at_rung(fresh, rule, _first_waiting(rule.ladder, _moments(fresh, rule, case.pauses, timing), timing.now))


def _limit(rule: ClockRule, case: Case, base: datetime, timing: Timing) -> Limit | None:
    if rule.kept_limit is not None:
        return kept_limit(rule, case, base, timing.calendar)
    if rule.limit in ("pause.planned", "pause.cap"):
        ends = [one.planned_until if rule.limit == "pause.planned" else one.cap_until for one in case.open_pauses]
        return _days_up_to(max(ends), case, timing) if ends else None
    text = case.limits.get(rule.name)
    return parse_limit(text) if text else None


def _days_up_to(day: date, case: Case, timing: Timing) -> Limit:
    days = timing.calendar.working_days_between(local_day(case.entered_at), day)
    return Limit(max(days, 1), Unit.WORKING_DAY)


def _under_ladder(
    clock: ClockRecord, before: ClockRule, rule: ClockRule, pauses: Sequence[PauseRecord], timing: Timing
) -> ClockRecord:
    """The same clock under another ladder.

    A rung's number is claimed once an epoch: where the rungs passed are others than before, or the place goes back, a
    new epoch begins.
    """
    fired, waiting = before.ladder[: clock.rung], before.ladder[clock.rung :]
    fresh = resettle(replace(clock, rung=0), rule, pauses, timing)
    rung = _first_waiting(rule.ladder, _moments(fresh, rule, pauses, timing), timing.now, fired, waiting)
    same = _keys(fired) == _keys(rule.ladder[: clock.rung])
    placed = replace(_at_rung(fresh, rule, rung), epoch=clock.epoch + (0 if same and rung >= clock.rung else 1))
    if (
        clock.state == "quarantined"
        and placed.ladder_at == clock.ladder_at
        and _keys(before.ladder) == _keys(rule.ladder)
    ):
        # It waits for a person, whatever version its flow has.
        return replace(placed, state="quarantined")
    return placed


def _first_waiting(
    ladder: Sequence[Rung],
    moments: Sequence[datetime],
    now: datetime,
    fired: Sequence[Rung] = (),
    waiting: Sequence[Rung] = (),
) -> int:
    """The first rung that is still to fire: its moment lies ahead, it is due already and was only waiting for a sweep,
    or it is an act that has not happened. The others count as done."""
    acts, due = {rung.act for rung in fired}, set(_keys(waiting))
    for place, (rung, moment) in enumerate(zip(ladder, moments, strict=True)):
        if moment > now or _key(rung) in due or (rung.act is not None and rung.act not in acts):
            return place
    return len(ladder)


def _moments(
    clock: ClockRecord, rule: ClockRule, pauses: Sequence[PauseRecord], timing: Timing
) -> tuple[datetime, ...]:
    """When the rungs fall due; of a clock that stands still, as if its pause ended today."""
    if clock.state != "paused":
        return clock.ladder_at
    today = local_day(timing.now)
    closed = [replace(one, until=min(today, one.cap_until)) if one.until is None else one for one in pauses]
    return resettle(clock, rule, closed, timing).ladder_at


def _at_rung(clock: ClockRecord, rule: ClockRule, rung: int) -> ClockRecord:
    if clock.state == "paused":
        return replace(clock, rung=rung)
    return replace(clock, rung=rung, state="armed" if rung < len(rule.ladder) else "spent")


def _keys(rungs: Sequence[Rung]) -> list[tuple[str, str | None, str | None]]:
    return [_key(rung) for rung in rungs]


def _key(rung: Rung) -> tuple[str, str | None, str | None]:
    """What makes a rung the same one in two versions: its time, its card, its act; not whom it tells."""
    return str(rung.time), rung.card, rung.act


def _reason(field: str, zh: str, en: str) -> Reason:
    return Reason("incompatible_versions", zh, en, {"field": "to_version", "value": field})
