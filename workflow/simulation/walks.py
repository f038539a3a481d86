"""Every way through a flow, walked through a year with the functions that move real cases: do exactly the clocks of the
state run afterwards?

A walk needs no role and asks no condition but those on the item itself: what the others forbid today they may allow
tomorrow. The clock acts only through a clock that runs. A walk goes on until it comes to a situation it has been in:
the same state, clocks, moments and open pause.
"""

import random
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from workflow.actor import Actor, Grant
from workflow.case import Case, ClockRecord
from workflow.catalogue import Catalogue
from workflow.change import case_limits, plain, plan
from workflow.clock.calendar import Calendar
from workflow.clock.days import local_day, office_time
from workflow.clock.limit import parse_limit
from workflow.definition import MOMENTS, Action, ClockRule, Field, Flow
from workflow.guards import Facts, condition
from workflow.machine import Decision, moment_of
from workflow.simulation.finding import Finding
from workflow.simulation.limits import GIVEN_LATER, limits_of
from workflow.timekeeping import Timing, base_event, clocks_after_move, has_served, kept_limit

MONTHS = (1, 4, 7, 10)
SEED = 45  # any number: the same walks every time
LONGEST_STEP_HOURS = 24 * 12
PLANNED_DAYS = 14
ABOUT_THE_ITEM = frozenset({"result_has_a_life", "renewals_left"})
"""Conditions that an item meets or never does: without them a walk would come where no case of the item can."""
SOMEBODY = 1


@dataclass(frozen=True, slots=True)
class Walked:
    """What the walks came to: how many situations, in which states of a case, and what was wrong in them."""

    situations: int
    states: frozenset[str]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class _Stand:
    """A case after the actions of ``path``."""

    case: Case
    now: datetime
    path: tuple[str, ...]

    @property
    def situation(self) -> tuple[object, ...]:
        case = self.case
        return (
            case.state,
            frozenset(clock.name for clock in case.running_clocks),
            tuple(getattr(case, moment, None) is not None for moment in MOMENTS),
            bool(case.open_pauses),
        )


def walk(flow: Flow, catalogue: Catalogue, calendar: Calendar, year: int) -> Walked:
    """Walk the flow from the first day of every quarter of ``year``, once for every kind of item it may be for."""
    situations = 0
    states: set[str] = set()
    findings: dict[tuple[object, ...], Finding] = {}
    for item in _kinds_of_items(flow, catalogue):
        for month in MONTHS:
            now = office_time(date(year, month, 1), time(10))
            opened = _opened(flow, catalogue, calendar, item, now)
            for stand in _stands(flow, catalogue, calendar, opened, findings):
                situations += 1
                states.add(stand.case.state)
                for finding in clock_findings(flow, stand.case, stand.path):
                    findings.setdefault((finding.place, stand.case.state), finding)
    for rule in flow.clocks.values():
        if states.isdisjoint(rule.while_states):
            sentence = f"flow {flow.name} v{flow.version}, clock {rule.name} never runs: no case comes to its states"
            findings[rule.name,] = Finding(("clocks", rule.name, "while"), sentence, tuple(sorted(states)))
    return Walked(situations, frozenset(states), tuple(findings.values()))


def situations(
    flow: Flow, catalogue: Catalogue, calendar: Calendar, start: datetime, *, every_day: bool = False
) -> Iterator[Case]:
    """A case in every situation there is, begun at ``start``, for every kind of item the flow may be for.

    ``every_day``: days and instants that clocks read are told even where nobody has to.
    """
    for item in _kinds_of_items(flow, catalogue):
        opened = _opened(flow, catalogue, calendar, item, start, every_day)
        yield from (stand.case for stand in _stands(flow, catalogue, calendar, opened, {}, every_day))


def clock_findings(flow: Flow, case: Case, path: tuple[str, ...]) -> Iterator[Finding]:
    """Every clock of ``case`` that runs though its state does not want it, or does not although it does; a pause that
    nobody can end there."""
    way = f"flow {flow.name} v{flow.version}, {' → '.join(path) or 'just opened'}: in {case.state!r}"
    wanted = flow.clocks_in(case.state)
    running = {clock.name: clock for clock in case.running_clocks}
    for name in running:
        if name not in {rule.name for rule in wanted}:
            yield Finding(("clocks", name, "while"), f"{way} the clock {name} still runs")
    if case.open_pauses and not any(_resumes(action) for action in flow.actions_from(case.state)):
        resuming = tuple(name for name, action in flow.actions.items() if _resumes(action))
        yield Finding(("states", case.state), f"{way} a pause is still open, and no action from here ends it", resuming)
    for rule in wanted:
        place: tuple[str | int, ...] = ("clocks", rule.name)
        if rule.name in running:
            yield from _paused_only_by_a_pause(rule, running[rule.name], case, way)
        elif rule.name not in case.limits and rule.limit not in GIVEN_LATER:
            continue  # what this case is about has no such limit, or nobody has named its end yet
        elif has_served(rule, case) or (rule.kept_start is not None and case.kept(rule.kept_start) is None):
            continue  # what it waits for is there, or what it counts from is not
        elif base_event(rule, case) is None:
            own = case.limits.get(f"{rule.name}.from")
            starts = f"{own}_at" if own else rule.starts
            marking = tuple(name for name, action in flow.actions.items() if action.marks == starts)
            sentence = f"{way} the clock {rule.name} does not start, for {starts} has not been marked on this way"
            yield Finding((*place, "starts"), sentence, marking)
        else:
            sentence = f"{way} the clock {rule.name} does not start, for nothing on this way has given {rule.limit}"
            yield Finding((*place, "limit"), sentence)


def _resumes(action: Action) -> bool:
    return action.effect is not None and action.effect.kind == "resume"


def _paused_only_by_a_pause(rule: ClockRule, clock: ClockRecord, case: Case, way: str) -> Iterator[Finding]:
    stopping = [pause for pause in case.open_pauses if pause.stops_clock(rule.paused_by)]
    if clock.state == "paused" and not stopping:
        yield Finding(("clocks", rule.name), f"{way} the clock {rule.name} stands still without an open pause")
    # A clock that had ended when the pause began is overdue all the same.
    early = [pause for pause in stopping if clock.due_on is not None and pause.since < clock.due_on]
    if clock.state != "paused" and early:
        yield Finding(("clocks", rule.name), f"{way} the clock {rule.name} runs through an open pause that stops it")


def _stands(
    flow: Flow,
    catalogue: Catalogue,
    calendar: Calendar,
    first: _Stand,
    findings: dict[tuple[object, ...], Finding],
    every_day: bool = False,
) -> Iterator[_Stand]:
    """Every situation there is, each by a shortest way, ``first`` included."""
    chance = random.Random(SEED)
    known = {first.situation}
    waiting = deque([first])
    while waiting:
        stand = waiting.popleft()
        yield stand
        for action in flow.actions_from(stand.case.state):
            if not _possible(flow, action, Facts(stand.case, _ACTOR, stand.now, catalogue, calendar)):
                continue
            now = stand.now + timedelta(hours=chance.randint(1, LONGEST_STEP_HOURS))
            try:
                here = Facts(stand.case, _ACTOR, now, catalogue, calendar)
                after = _after(flow, action, stand.case, here, chance, every_day)
            except (LookupError, ValueError) as error:
                place = ("actions", action.name)
                sentence = f"flow {flow.name} v{flow.version}, action {action.name} from {stand.case.state!r}"
                findings.setdefault(place, Finding(place, f"{sentence} cannot be worked out: {error!r}"))
                continue
            further = _Stand(after, now, (*stand.path, action.name))
            if further.situation not in known:
                known.add(further.situation)
                waiting.append(further)


def _possible(flow: Flow, action: Action, facts: Facts) -> bool:
    """Whether the action is there at all for a case about this item, whatever else it needs today."""
    running = (flow.clocks[clock.name] for clock in facts.case.running_clocks)
    acts = {rung.act for rule in running for rung in rule.ladder}
    if action.by == {"clock"} and action.name not in acts:
        return False
    return all(condition(need).check(facts) is None for need in action.needs if need in ABOUT_THE_ITEM)


_ACTOR = Actor(SOMEBODY, "", (Grant("officer"),))


def _after(
    flow: Flow, action: Action, case: Case, facts: Facts, chance: random.Random, every_day: bool = False
) -> Case:
    """The case one action later, as the database would keep it: every pause with a number of its own."""
    case = replace(case, clocks=tuple(_climbed(clock, facts.now) for clock in case.clocks))
    inputs = _typed(flow, action, facts, chance, every_day)
    here = replace(facts, case=case, inputs=inputs)
    effective = moment_of(action.effective, here) if action.effective else facts.now
    # What documents must state is a question of its own (`soundness`): here nobody issues any.
    decision = Decision(replace(action, issues=()), case.state, action.target or case.state, min(action.by), effective)
    after = plan(flow, decision, here).after
    pauses = tuple(replace(pause, id=number) for number, pause in enumerate(after.pauses, start=1))
    return replace(after, pauses=pauses)


def _climbed(clock: ClockRecord, now: datetime) -> ClockRecord:
    """The clock with every rung fired that is due; one that acts would have done so by an action of its own."""
    if clock.state != "armed":
        return clock
    rung = max(clock.rung, sum(1 for moment in clock.ladder_at if moment <= now))
    return replace(clock, rung=rung, state="armed" if rung < len(clock.ladder_at) else "spent")


def _typed(flow: Flow, action: Action, facts: Facts, chance: random.Random, every_day: bool = False) -> dict[str, Any]:
    """What is filled in: all that is required, and with ``every_day`` whatever a clock counts from or runs to."""
    read = {name for rule in flow.clocks.values() for name in rule.reads_kept} if every_day else set()
    told = (*action.asks, *action.makes)
    return {ask.name: _input(ask, facts, chance) for ask in told if ask.required or ask.name in read}


def _input(ask: Field, facts: Facts, chance: random.Random) -> Any:
    """Something a person might type there."""
    match ask.type:
        case "integer" | "person":
            return ask.minimum or SOMEBODY
        case "number":
            return float(ask.minimum or SOMEBODY)
        case "yes_no":
            return True
        case "date" | "moment":
            day = facts.calendar.add_working_days(local_day(facts.now), PLANNED_DAYS)
            return day if ask.type == "date" else office_time(day, time(10))
        case "word":
            return next(iter(facts.catalogue.words(ask.of or "")))
        case "words":
            return [next(iter(facts.catalogue.words(ask.of or "")))]
        case "rows":
            return [{column.name: _input(column, facts, chance) for column in ask.columns}]
        case "choice":
            return ask.choices[0][0] if ask.choices else ""
        case "pause_cause":
            lawful = facts.item.pauses if facts.item else ()
            return chance.choice([*lawful] or sorted(facts.catalogue.causes))
        case "faults":
            return [{"material": "", "problem": "", "fix": ""}]
        case _:
            return "…"


def _kinds_of_items(flow: Flow, catalogue: Catalogue) -> tuple[str | None, ...]:
    """One item for each set of clocks and base events that items have here; None where the flow is not of items."""
    if not any(isinstance(rule.limit, str) and rule.limit.startswith("item.") for rule in flow.clocks.values()):
        return (None,)
    kinds: dict[object, str] = {}
    for code in catalogue.items:
        limits = case_limits(flow, catalogue, code)
        kinds.setdefault(frozenset((name, name.endswith(".from") and text) for name, text in limits.items()), code)
    return tuple(kinds.values())


def _opened(
    flow: Flow, catalogue: Catalogue, calendar: Calendar, item: str | None, now: datetime, every_day: bool = False
) -> _Stand:
    limits: Mapping[str, str] = case_limits(flow, catalogue, item) | _limits_at_opening(flow, catalogue)
    case = Case(
        id=0,
        no="",
        flow=flow.name,
        flow_version=flow.version,
        title="",
        item=item,
        project_id=0,
        parent_id=None,
        company="",
        department="",
        squad="",
        assignee_id=None,
        state=flow.initial.name,
        outcome=None,
        version=0,
        rev=0,
        seq=0,
        chain_head=b"",
        data={},
        limits=limits,
        opened_at=now,
        received_at=None,
        accepted_at=None,
        decided_at=None,
        entered_at=now,
        ended_at=None,
    )
    if flow.opening is not None:
        facts = Facts(case, _ACTOR, now, catalogue, calendar)
        chance = random.Random(SEED)
        data = plain(_typed(flow, flow.opening.action, facts, chance, every_day))
        case = replace(case, data=data)
    own = {name: parse_limit(text) for name, text in limits.items() if not name.endswith(".from")}
    for rule in flow.clocks_in(case.state):
        kept = kept_limit(rule, case, now, calendar)
        own |= {} if kept is None else {rule.name: kept}
    clocks = clocks_after_move(flow, case, case.state, own, Timing(calendar, now))
    return _Stand(replace(case, clocks=clocks), now, ())


def _limits_at_opening(flow: Flow, catalogue: Catalogue) -> dict[str, str]:
    """What neither an item nor a later action gives: the first limit the reference stands for."""
    return {
        rule.name: str(next(iter(found)))
        for rule in flow.clocks.values()
        if isinstance(rule.limit, str)
        and not rule.limit.startswith("item.")
        and rule.limit not in GIVEN_LATER
        and (found := limits_of(rule, catalogue))
    }
