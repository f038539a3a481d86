"""A line of history that moves no state: what somebody did about a case beside its flow's actions."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from workflow.case import Case
from workflow.change import Change, Event, Message, chain
from workflow.commands.recorded import as_recorded
from workflow.errors import Conflict
from workflow.store import cases
from workflow.timekeeping import nearest_due
from workflow.work import Work


def hold(work: Work, case_id: int) -> None:
    """Keep everybody else from writing the case until this unit of work ends.

    Several papers of one case are handed in side by side, and none of them may be refused for the others' sake.
    """
    cases.hold(work.conn, case_id)


def busy(no: str) -> Conflict:
    """Somebody else's write came first too often: nothing was written, try again."""
    return Conflict("busy", "办件正被频繁更新，请稍后再试", "The case is being written to, try again", extra={"no": no})


def add_line(
    work: Work, before: Case, after: Case, action: str, role: str, said: Mapping[str, Any], looks: bool = False
) -> Change | None:
    """Write one line under the case's guard; None where somebody wrote first and nothing was written.

    ``looks``: the system looks at the case afterwards, for what has become possible by itself.

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
    key = f"case:{before.no}:{event.seq}:look_here"
    messages = (Message(key, "system", {"case_id": before.id}),) if looks else ()
    change = as_recorded(work, Change(before, written, event, link, nearest_due(before.clocks), messages=messages))
    return change if cases.write(work.conn, change) else None
