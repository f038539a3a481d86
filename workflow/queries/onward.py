"""Which deeds lead a case on: what a page offers first, and what a lane names as the next step."""

from workflow.definition import Action, Flow

GIVEN_UP = frozenset(
    {"withdrawn", "abandoned", "removed", "dropped", "called_off", "terminated", "given_up", "recalled", "cancelled"}
)
"""Outcomes of what was left, not done."""


FORWARD, BACK, STAYS, GIVES_UP = range(4)


def step_rank(flow: Flow, state: str, action: Action) -> int:
    """Where the action takes a case from ``state``: FORWARD to a later one of the file, BACK, or nowhere; ``GIVES_UP``
    what leaves it undone."""
    if action.target is None or action.target == state:
        return STAYS
    if flow.states[action.target].outcome in GIVEN_UP:
        return GIVES_UP
    order = list(flow.states)
    return FORWARD if order.index(action.target) > order.index(state) else BACK
