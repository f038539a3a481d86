"""Decides what an action does. The only importer of `transitions`.

One immutable machine per flow version, shared by all threads; it is fired on a throw-away object, never on a row
(`Machine(model=None)`), it knows no callbacks and no conditions: roles and guards are ours, so that a refusal can
name every one of them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from transitions import Machine

from workflow.catalogue import Catalogue
from workflow.definition import LATE_ENTRY, Action, Flow
from workflow.errors import Conflict, NotAllowed, NotFound, NotMet, Reason, Refused
from workflow.guards import ITEMS, Facts, condition, life_clock
from workflow.recorded_words import in_words


@dataclass(frozen=True, slots=True)
class Decision:
    """An allowed action: where it leads, by which role, and the legal time it takes effect."""

    action: Action
    from_state: str
    to_state: str
    role: str
    effective_at: datetime


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refused action with every unmet condition; ``possible`` names what the actor may do instead."""

    code: str
    zh: str
    en: str
    reasons: tuple[Reason, ...]
    possible: tuple[str, ...]

    def error(self, action: str) -> Refused:
        """The refusal as the exception that the faces translate."""
        kind = _KINDS.get(self.code, NotMet)
        extra = {"action": action, "possible": list(self.possible)}
        return kind(self.code, self.zh, self.en, reasons=self.reasons, extra=extra)


_KINDS: Mapping[str, type[Refused]] = {
    "role_required": NotAllowed,
    "wrong_state": Conflict,
    "clock_acts_first": Conflict,
    "unknown_action": NotFound,
}


@dataclass(frozen=True, slots=True)
class Possibility:
    """One action as a page shows it: allowed now, or closed with all its reasons."""

    action: Action
    reasons: tuple[Reason, ...]

    @property
    def allowed(self) -> bool:
        return not self.reasons


class _Token:
    """What the library moves from state to state in place of a row."""

    __slots__ = ("state",)

    def __init__(self, state: str) -> None:
        self.state = state


_machines: dict[tuple[str, int, str], Machine] = {}


def machine_for(flow: Flow) -> Machine:
    """The shared machine of one flow version; built once per process, never changed afterwards."""
    key = (*flow.key, flow.digest)
    if key not in _machines:
        _machines[key] = Machine(
            model=None,
            states=list(flow.states),
            initial=flow.initial.name,
            transitions=[
                {"trigger": action.name, "source": list(action.sources), "dest": action.target}
                for action in flow.actions.values()
            ],
            auto_transitions=False,
            queued=False,
        )
    return _machines[key]


def target_of(flow: Flow, action: str, state: str) -> str:
    """The state ``action`` leads to from ``state``; the library raises MachineError where there is no such way."""
    token = _Token(state)
    machine_for(flow).events[action].trigger(token)
    return token.state


def decide(flow: Flow, action_name: str, facts: Facts) -> Decision | Refusal:
    """Decide one action of one actor on one case. Pure: facts in, decision out."""
    action = flow.actions.get(action_name)
    if action is None:
        return _unknown(flow, action_name, facts)
    if facts.case.state not in action.sources:
        return _wrong_state(flow, action, facts)
    role = facts.actor.role_on(facts.case, action.by)
    if role is None:
        return _wrong_role(flow, action, facts)
    if (first := _clock_acts_first(flow, facts)) is not None:
        return Refusal(first.code, first.zh, first.en, (first,), ())
    unmet = (condition(need).check(facts) for need in action.needs)
    reasons = tuple(in_words(flow, reason) for reason in unmet if reason is not None)
    if reasons:
        return Refusal(
            reasons[0].code if len(reasons) == 1 else "conditions_unmet",
            "；".join(reason.zh for reason in reasons),
            "; ".join(reason.en for reason in reasons),
            reasons,
            _possible(flow, facts),
        )
    return Decision(
        action,
        facts.case.state,
        target_of(flow, action.name, facts.case.state),
        role,
        _effective_at(action, facts),
    )


def possibilities(flow: Flow, facts: Facts) -> tuple[Possibility, ...]:
    """Every action of the present state that a person could take, with what keeps this actor from it."""
    return tuple(
        Possibility(action, _closed_because(flow, action, facts))
        for action in flow.actions_from(facts.case.state)
        if not action.automatic
    )


def facts_read_by(flows: Iterable[Flow], name: str) -> frozenset[str]:
    """The groups of facts that the conditions of the action ``name`` read, in any of ``flows``."""
    return frozenset(
        group
        for flow in flows
        if name in flow.actions
        for need in flow.actions[name].needs
        for group in condition(need).reads
    )


def _closed_because(flow: Flow, action: Action, facts: Facts) -> tuple[Reason, ...]:
    closed = _role_reason(action, facts) or _clock_acts_first(flow, facts)
    if closed is not None:
        return (closed,)
    guards = [condition(need) for need in action.needs]
    bare = replace(facts, inputs={})
    unmet = (guard.check(bare) for guard in guards if not guard.on_input)
    return tuple(in_words(flow, reason) for reason in unmet if reason is not None)


def _clock_acts_first(flow: Flow, facts: Facts) -> Reason | None:
    """What the law has already brought about goes before any deed: silence accepted last week, nobody accepts today.

    The clock's own action follows within minutes of the end of the period, or when a worker is back. What was done in
    time and is only written down late (补录) comes before it, as long as it is not recorded.
    """
    if facts.actor.holds("clock"):
        return None
    for clock in facts.case.running_clocks:
        rule = flow.clocks[clock.name]
        act = next((rung.act for rung in rule.ladder[clock.rung :] if rung.act is not None), None)
        if act is None or clock.due_at is None or facts.takes_effect_at < clock.due_at:
            continue
        day, title = facts.day(clock.due_on), flow.actions[act].title
        return Reason(
            "clock_acts_first",
            f"“{rule.title.zh}”已于 {day.zh} 届满，依法“{title.zh}”，系统正在办理，请稍后再看",
            f"“{rule.title.en}” ended on {day.en}: by law “{title.en}”; the system is recording it, look again shortly",
            {"clock": clock.name, "due_on": str(clock.due_on), "action": act},
        )
    return None


def _role_reason(action: Action, facts: Facts) -> Reason | None:
    if facts.actor.role_on(facts.case, action.by) is not None:
        return None
    roles = sorted(action.by)
    names = role_names(facts.catalogue, roles)
    return Reason(
        "role_required",
        f"“{action.title.zh}”须由{names}办理",
        f"“{action.title.en}” is for: {', '.join(roles)}",
        {"roles": roles},
    )


def role_names(catalogue: Catalogue, roles: list[str]) -> str:
    """The Chinese names of some roles, for a sentence."""
    return "、".join(catalogue.roles[role].title.zh if role in catalogue.roles else role for role in roles)


def _possible(flow: Flow, facts: Facts) -> tuple[str, ...]:
    return tuple(possibility.action.name for possibility in possibilities(flow, facts) if possibility.allowed)


def _unknown(flow: Flow, name: str, facts: Facts) -> Refusal:
    known = [action.name for action in flow.actions_from(facts.case.state) if not action.automatic]
    return Refusal(
        "unknown_action",
        f"没有名为“{name}”的动作；当前环节可用：{'、'.join(known) or '无'}",
        f"There is no action “{name}”; in this state: {', '.join(known) or 'none'}",
        (),
        _possible(flow, facts),
    )


def _wrong_state(flow: Flow, action: Action, facts: Facts) -> Refusal:
    state = flow.states[facts.case.state]
    sources = [flow.states[source].title for source in action.sources]
    accepted_en = ", ".join(title.en for title in sources)
    silence = _recorded_silence(action, facts)
    return Refusal(
        "wrong_state",
        f"“{action.title.zh}”只能在“{'、'.join(title.zh for title in sources)}”环节办理，本件现为“{state.title.zh}”"
        + (f"；{silence.zh}" if silence else ""),
        f"“{action.title.en}” is possible in: {accepted_en}; the case is: {state.title.en}"
        + (f"; {silence.en}" if silence else ""),
        (silence,) if silence else (),
        _possible(flow, facts),
    )


def _recorded_silence(action: Action, facts: Facts) -> Reason | None:
    """Why an acceptance can no longer be entered: the law has made it already, and nobody rewrites that."""
    if action.marks != "accepted_at" or facts.case.data.get("acceptance_mode") != "deemed":
        return None
    return Reason(
        "silence_recorded",
        "期限内未告知，已依法记录为视为受理，不得补录改写",
        "nothing was said in time and the acceptance by silence is recorded; no late entry can undo it",
        {"field": LATE_ENTRY},
    )


def _wrong_role(flow: Flow, action: Action, facts: Facts) -> Refusal:
    reason = _role_reason(action, facts)
    assert reason is not None
    return Refusal(reason.code, reason.zh, reason.en, (reason,), _possible(flow, facts))


def _effective_at(action: Action, facts: Facts) -> datetime:
    if action.effective is None:
        return facts.takes_effect_at
    return moment_of(action.effective, facts)


def moment_of(name: str, facts: Facts) -> datetime:
    """The moment of the case that a flow calls ``name`` (EFFECTIVE_MOMENTS); now where there is none yet."""
    items = facts.children_of(ITEMS)
    moments: Mapping[str, datetime | None] = {
        "opened_at": facts.case.opened_at,
        "received_at": facts.case.received_at,
        "accepted_at": facts.case.accepted_at,
        "decided_at": facts.case.decided_at,
        "entered_at": facts.case.entered_at,
        "issued_at": facts.case.issued_at,
        "items_accepted_at": max((c.accepted_at for c in items if c.accepted_at), default=None),
        "items_decided_at": max((at for c in items if (at := c.decided_at or c.ended_at)), default=None),
        "life_end": _life_end(facts),
        "parent_entered_at": facts.parent.entered_at if facts.parent is not None else None,
    }
    return moments[name] or facts.now


def _life_end(facts: Facts) -> datetime | None:
    life = life_clock(facts.case)
    # Still on its last day: a life that follows counts from that day, not from the one after it.
    return life.due_at - timedelta(seconds=1) if life is not None and life.due_at is not None else None
