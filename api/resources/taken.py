"""What an action brought about, as its answer tells it."""

from typing import Any

from workflow.change import Change
from workflow.queries.after_action import after_action
from workflow.work import Work


def taken(work: Work, change: Change) -> dict[str, Any]:
    """The answer to an action just taken, from what it wrote and what is possible now."""
    now = after_action(work, change.after)
    return {
        "no": change.after.no,
        "version": now.version,
        "state": now.state,
        "outcome": now.outcome,
        "event": change.event,
        "issued": change.documents,
        "allowed": now.allowed,
        "clocks": now.clocks,
        "cases": now.children,
    }
