"""Correct the time of receipt of a case: every clock that counts from it is derived anew, an acceptance by silence
moves with it, and where the time to speak has passed by the true receipt the clock acts by itself."""

from datetime import date, datetime

from sqlalchemy import text

from workflow.change import Change
from workflow.clock.calendar import local_day
from workflow.commands.correcting import Correcting, held, looked_at, saved
from workflow.correction import receipt_corrected
from workflow.recast import Recast
from workflow.work import Work


def correct_receipt(work: Work, no: str, version: int, received: date | datetime, reason: str) -> Change:
    """The case as received at ``received``, an aware instant, or a day: then at the opening of the office.

    Raises NotFound, NotAllowed (but for its director), Conflict (stale ``version``, ended), BadInput (no reason) and
    NotMet with every reason: in the future, after what followed the receipt, beyond the bound of late entries, or
    nothing different. Then nothing was written.
    """
    return saved(work, _recast(work, held(work, no, version, reason), received))


def preview_receipt(work: Work, no: str, version: int, received: date | datetime, reason: str) -> Recast:
    """What the same would write; raises the same, and writes nothing."""
    return _recast(work, looked_at(work, no, version, reason), received)


def _recast(work: Work, found: Correcting, received: date | datetime) -> Recast:
    return receipt_corrected(found.flow, found.facts, received, _written_on(work, found), found.said)


def _written_on(work: Work, found: Correcting) -> date:
    """The day on which the receipt of the case was entered."""
    marking = [action.name for action in found.flow.actions.values() if action.marks == "received_at"]
    at = work.conn.execute(
        text("SELECT max(recorded_at) FROM events WHERE case_id = :id AND action = ANY(:marking)"),
        {"id": found.facts.case.id, "marking": marking},
    ).scalar_one()
    return local_day(at or found.facts.case.opened_at)
