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


UNDONE = GIVEN_UP | frozenset(
    {"refused", "not_needed", "not_ours", "not_accepted", "not_kept", "lapsed", "failed", "returned", "revoked", "void"}
)
"""Outcomes that are not what was applied for."""


def leading_rank(flow: Flow, state: str, action: Action) -> tuple[int, int]:
    """The order in which a page offers deeds: what brings a case to what was asked for before what leads elsewhere.

    As `step_rank`, and of those that lead forward first the ones with such an outcome, last those with another.
    """
    rank = step_rank(flow, state, action)
    outcome = flow.states[action.target].outcome if action.target is not None else None
    if rank != FORWARD:
        return rank, 0
    return rank, 1 if outcome is None else 2 if outcome in UNDONE else 0
