"""Correct the days of a pause: every clock it stops is derived anew, and the cap of its cause with it."""

from datetime import date

from workflow.change import Change
from workflow.commands.correcting import Correcting, held, looked_at, saved
from workflow.correction import pause_corrected
from workflow.recast import Recast
from workflow.work import Work


def correct_pause(
    work: Work, no: str, version: int, pause_id: int, since: date, until: date | None, reason: str
) -> Change:
    """The case with that pause from ``since`` to ``until`` (legal days; None for one that is still open).

    Raises NotFound (case or pause), NotAllowed (but for its director), Conflict (stale ``version``, ended), BadInput
    (no reason) and NotMet with every reason: outside of acceptance and today, ending before it starts, beyond the cap
    of its cause, an end for an open pause, or nothing different. Then nothing was written.
    """
    return saved(work, _recast(held(work, no, version, reason), pause_id, since, until))


def preview_pause(
    work: Work, no: str, version: int, pause_id: int, since: date, until: date | None, reason: str
) -> Recast:
    """What the same would write; raises the same, and writes nothing."""
    return _recast(looked_at(work, no, version, reason), pause_id, since, until)


def _recast(found: Correcting, pause_id: int, since: date, until: date | None) -> Recast:
    return pause_corrected(found.flow, found.facts, pause_id, since, until, found.said)
