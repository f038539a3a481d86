"""Clocks that nothing stops, pauses that nothing opens, and acts that no clock takes: read from the graph of states."""

from collections.abc import Iterator

from workflow.definition import Action, ClockRule, Flow
from workflow.simulation.finding import Finding


def end_findings(flow: Flow) -> Iterator[Finding]:
    """Clocks from whose states no way leads out, clocks said to be paused that no action pauses, and actions of the
    clock that no rung takes: silence would never accept, no life would ever lapse."""
    for action in flow.actions.values():
        if action.by == {"clock"} and not any(action.name in _acts(flow, state) for state in action.sources):
            states = ", ".join(action.sources)
            sentence = (
                f"flow {flow.name} v{flow.version}, action {action.name} never happens: only the clock takes it, and "
                f"no rung of a clock that runs in {states} does"
            )
            yield Finding(("actions", action.name, "by"), sentence, (f"a rung with act: {action.name}",))
    for rule in flow.clocks.values():
        who = f"flow {flow.name} v{flow.version}, clock {rule.name}"
        trapped = _trapped(flow, rule)
        if trapped:
            outside = tuple(name for name in flow.states if name not in rule.while_states)
            sentence = f"{who} is never stopped: from {', '.join(trapped)} no action leads to a state outside of it"
            yield Finding(("clocks", rule.name, "while"), sentence, outside)
        if rule.paused_by is not None and not any(_pauses(action, rule) for action in flow.actions.values()):
            pausing = tuple(
                name for name, action in flow.actions.items() if action.effect and action.effect.kind == "pause"
            )
            sentence = f"{who} says what pauses it, but no action pauses clocks and stays in its states"
            yield Finding(("clocks", rule.name, "paused_by"), sentence, pausing or ("an action with effect: pause",))


def _trapped(flow: Flow, rule: ClockRule) -> tuple[str, ...]:
    """The states of the clock from which the case can only go on to others of them, or nowhere."""
    inside = [name for name in flow.states if name in rule.while_states]
    free = set(flow.states) - set(inside)
    grown = True
    while grown:
        found = {name for name in inside if any(action.target in free for action in _ways(flow, name))}
        grown = not found <= free
        free |= found
    return tuple(name for name in inside if name not in free)


def _ways(flow: Flow, state: str) -> tuple[Action, ...]:
    """The actions from ``state``, of the clock's own only those that a clock of this state takes."""
    acts = _acts(flow, state)
    return tuple(action for action in flow.actions_from(state) if action.by != {"clock"} or action.name in acts)


def _acts(flow: Flow, state: str) -> frozenset[str]:
    """What the rungs of the clocks that run in ``state`` do by themselves."""
    return frozenset(rung.act for rule in flow.clocks_in(state) for rung in rule.ladder if rung.act is not None)


def _pauses(action: Action, rule: ClockRule) -> bool:
    if action.effect is None or action.effect.kind != "pause":
        return False
    stays = action.target is None or action.target in rule.while_states
    return stays and not rule.while_states.isdisjoint(action.sources)
