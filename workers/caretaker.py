"""The caretaker: a thread in every worker that keeps the promises which hang on no message and no rung.

What happened gets its position in the stream, and who follows it inside the service is given the next entries; the rest
is looked for at intervals of its own. Every duty may be done by any number of workers at once, and twice: each locks
what it takes. One that fails is tried again later and keeps no other from its work.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from time import monotonic

from celery import shared_task
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from workers.duties import DUTIES, Duty
from workers.office import worker_office
from workers.woken import LONGEST_WAIT, Woken
from workflow.errors import Unusable
from workflow.logs import facts, logger
from workflow.store import heartbeats
from workflow.work import Office

log = logger("caretaker")

SHORTEST_WAIT = 0.05
BEAT_SECONDS = 1.0
SECONDS_AFTER_A_FAILURE = 15.0
TURN_SECONDS = 0.25
"""How long one duty may keep the others waiting: what is left of it comes in the next round."""


def attend(office: Office, which: Sequence[Duty] = DUTIES) -> int:
    """Do every duty until nothing is left of it; returns how much was done. For beat, a demonstration, a test."""
    total = 0
    for duty in which:
        while done := duty.do(office):
            total += done
    return total


@shared_task(name="wugeyi.attend")
def attend_task() -> None:
    """The second path: beat asks for it."""
    attend(worker_office())


class Caretaker(Woken):
    """Attends to its duties until stopped; a lost database is waited for."""

    def __init__(
        self,
        open_office: Callable[[], Office],
        open_engine: Callable[[], Engine],
        name: str,
        wake_relay: Callable[[], None],
        duties: Sequence[Duty] = DUTIES,
    ) -> None:
        super().__init__("caretaker")
        self._duties = duties
        self._open_office = open_office
        self._open_engine = open_engine
        self._name = name
        self._wake_relay = wake_relay
        self._next = {duty.name: 0.0 for duty in duties}
        self._failing: dict[str, str] = {}
        self._beat_due = 0.0
        self._done = 0

    def run(self) -> None:
        """Until stopped."""
        engine = self._open_engine()
        failures = 0
        while not self._stopping.is_set():
            woken = self._wake.wait(self._pause())
            self._wake.clear()
            try:
                office = replace(self._open_office(), engine=engine)
                self.round(office, woken)
                failures = 0
            except (DBAPIError, OSError) as error:
                failures += 1
                log.warning("the caretaker waits for the database", extra=facts(error=type(error).__name__))
                self._wait_out(failures)
            except Unusable as error:
                log.error("the caretaker may not work", extra=facts(error=str(error)))
                self._stopping.wait(LONGEST_WAIT)
            except Exception:
                log.exception("the caretaker cannot work")
                self._stopping.wait(LONGEST_WAIT)
        engine.dispose()

    def round(self, office: Office, woken: bool) -> None:
        """Every duty that is due, in order, each for one turn."""
        done = sum(self._attend(office, duty) for duty in self._duties if self._is_due(duty, woken))
        self._done += done
        if done:
            self._wake_relay()
        if monotonic() >= self._beat_due:
            self._beat_due = monotonic() + BEAT_SECONDS
            with office.engine.begin() as conn:
                heartbeats.beat(conn, self._name, {"done": self._done, "failing": self._failing})

    def _is_due(self, duty: Duty, woken: bool) -> bool:
        # What has failed waits for its time, however much happens.
        woken = woken and duty.follows and duty.name not in self._failing
        return not self._stopping.is_set() and (woken or monotonic() >= self._next[duty.name])

    def _attend(self, office: Office, duty: Duty) -> int:
        total, until = 0, monotonic() + TURN_SECONDS
        try:
            while not self._stopping.is_set() and (done := duty.do(office)):
                total += done
                if monotonic() >= until:
                    self._next[duty.name] = monotonic()
                    break
            else:
                self._next[duty.name] = monotonic() + duty.seconds * random.uniform(0.8, 1.0)
            self._failing.pop(duty.name, None)
        except Exception as error:
            if isinstance(error, DBAPIError) and error.connection_invalidated:
                raise
            self._next[duty.name] = monotonic() + SECONDS_AFTER_A_FAILURE * random.uniform(0.8, 1.2)
            # Of our own refusals the sentence, which names configuration and nobody; of anything else only its kind.
            self._failing[duty.name] = str(error) if isinstance(error, Unusable) else type(error).__name__
            log.exception("a duty failed and is tried again later", extra=facts(duty=duty.name))
        return total

    def _pause(self) -> float:
        nearest = min(self._next.values(), default=monotonic() + LONGEST_WAIT)
        return min(LONGEST_WAIT, max(SHORTEST_WAIT, nearest - monotonic()))
