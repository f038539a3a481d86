"""The sweep: whatever rung is due and not yet claimed fires, once, however late and whoever sweeps.

Rungs that only warn fire together, a batch in one statement. A rung that acts (deemed acceptance) goes through
`take_action` like any action, one case per transaction, and its claim stands in the same transaction: both or neither.

After an outage late rungs still fire, in the order of their ladder, one per clock and pass; each line of history keeps
the moment the rung was due (``effective_at``) beside the one it was written (``recorded_at``).

A batch that fails is retried one by one. What fails alone, or whose action is refused, is put back for a growing while
and quarantined at the fifth try: it has then not fired, says so, and waits for a person; its neighbours never wait.

No rung fires on a date that a calendar in force has changed: a case that the workers have not reached yet is derived
anew first, and its rung is looked at again.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import DBAPIError

from workflow.actor import CLOCK
from workflow.commands.notices import fire_notices, rung_of
from workflow.commands.settle_dates import settle_claimed
from workflow.commands.take_action import take_action
from workflow.errors import Refused
from workflow.logs import facts, logger
from workflow.store import timers
from workflow.store.timers import DueClock
from workflow.work import Office, Work

log = logger("sweeper")

BATCH = 500
ATTEMPTS = 5
FIRST_DELAY = timedelta(seconds=5)
LONGEST_ERROR = 500


@dataclass(frozen=True, slots=True)
class SweepResult:
    """What one pass did; ``moved`` counts cases whose dates had to be moved before any rung of theirs fires.

    ``next_fire_at`` is the next moment known, in the office's time, as ``now`` is.
    """

    fired: int = 0
    acted: int = 0
    failed: int = 0
    moved: int = 0
    next_fire_at: datetime | None = None
    now: datetime | None = None

    @property
    def done(self) -> int:
        return self.fired + self.acted + self.failed + self.moved


def sweep(office: Office, limit: int = BATCH, stopped: Callable[[], bool] = lambda: False) -> SweepResult:
    """Fire batches until nothing is due, or until ``stopped`` says so; the sum of what they did."""
    total = SweepResult()
    while True:
        last = fire_due(office, limit, stopped)
        total = SweepResult(
            total.fired + last.fired,
            total.acted + last.acted,
            total.failed + last.failed,
            total.moved + last.moved,
            last.next_fire_at,
            last.now,
        )
        if last.done == 0 or stopped():
            return total


def fire_due(office: Office, limit: int = BATCH, stopped: Callable[[], bool] = lambda: False) -> SweepResult:
    """Fire at most ``limit`` due rungs; its own unit of work. Raises only when the database is lost."""
    claim = None
    try:
        with office.engine.begin() as conn:
            claim = timers.claim(conn, limit)
            moved = settle_claimed(office, conn, claim)
            ready = [due for due in claim.due if due.case_id not in moved]
            notices = [due for due in ready if rung_of(office, due).act is None]
            alone = [due for due in ready if rung_of(office, due).act is not None]
            fire_notices(office, conn, notices, claim.now)
    except Exception as error:
        if claim is None or not claim.due or _lost(error):
            raise
        log.warning("a batch of rungs failed and is tried one by one", extra=facts(count=len(claim.due)), exc_info=True)
        notices, alone, moved = [], list(claim.due), frozenset()
    outcomes = [_fire_alone(office, due) for due in alone if not stopped()]
    next_moments = [claim.next_fire_at, *(due.next_at for due in notices)]
    return SweepResult(
        fired=len(notices) + outcomes.count("fired"),
        acted=outcomes.count("acted"),
        failed=outcomes.count("failed"),
        moved=len(moved) + outcomes.count("moved"),
        next_fire_at=min((moment for moment in next_moments if moment is not None), default=None),
        now=claim.now,
    )


def _fire_alone(office: Office, due: DueClock) -> str:
    """One rung in a transaction of its own: 'fired', 'acted', 'failed', 'gone' where somebody else was faster, 'moved'
    where its case came under another calendar instead."""
    try:
        with office.engine.begin() as conn:
            claim = timers.claim_one(conn, due.clock_id)
            if not claim.due:
                return "gone"
            [due] = claim.due
            if settle_claimed(office, conn, claim):
                return "moved"
            rung = rung_of(office, due)
            if rung.act is None:
                fire_notices(office, conn, [due], claim.now)
                return "fired"
            timers.claim_rung(conn, due, claim.now)
            take_action(Work(office, conn, claim.now, CLOCK), due.no, rung.act)
            timers.step_on(conn, due)
            return "acted"
    except Exception as error:
        if _lost(error):
            raise
        _put_back(office, due, error)
        return "failed"


def _put_back(office: Office, due: DueClock, error: Exception) -> None:
    delay = FIRST_DELAY * random.uniform(0.8, 1.2)
    with office.engine.begin() as conn:
        state = timers.set_back(conn, due, _words(error), delay, ATTEMPTS)
    which = facts(case=due.no, clock=due.clock, rung=due.rung)
    if state == "quarantined":
        log.error("a rung could not fire and waits for a person", extra=which, exc_info=error)
    else:
        # Without the trace: a mistake of ours may hit thousands at once, and the batch has shown it already.
        log.warning("a rung could not fire and is tried again later", extra=which)


def _words(error: Exception) -> str:
    """The first line of the error: what follows in a database's words may quote a row."""
    if isinstance(error, Refused):
        return f"refused: {error.code}: {error.en}"[:LONGEST_ERROR]
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    lines = str(cause).strip().splitlines()
    return f"{type(cause).__name__}: {lines[0] if lines else ''}"[:LONGEST_ERROR]


def _lost(error: Exception) -> bool:
    """Whether the database itself went away: no rung is to blame for that."""
    return isinstance(error, DBAPIError) and error.connection_invalidated
