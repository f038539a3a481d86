"""A line of history that moves no state: what somebody did about a case beside its flow's actions."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from workflow.case import Case
from workflow.change import Change, Event, chain
from workflow.store import cases
from workflow.timekeeping import nearest_due
from workflow.work import Work

# As in take_action: only the clock and uploads write without raising `version`.
ATTEMPTS = 5


def add_line(work: Work, before: Case, after: Case, action: str, role: str, said: Mapping[str, Any]) -> Change | None:
    """Write one line under the case's guard; None where somebody wrote first and nothing was written.

    ``after`` may differ from ``before`` in ``data`` and ``version`` only. ``said`` is JSON without fractions, so that
    the chain covers the same bytes when it is read back.
    """
    event = Event(
        case_no=before.no,
        seq=before.seq + 1,
        action=action,
        from_state=before.state,
        to_state=before.state,
        actor_id=work.actor.id,
        actor_role=role,
        effective_at=work.now,
        recorded_at=work.now,
        input=said,
    )
    link = chain(before.chain_head, event)
    written = replace(after, rev=before.rev + 1, seq=before.seq + 1, chain_head=link)
    change = Change(before, written, event, link, nearest_due(before.clocks))
    return change if cases.write(work.conn, change) else None
