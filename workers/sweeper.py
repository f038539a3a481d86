"""The sweeper: a thread in every worker that fires what is due, with or without Redis, and between two looks moves a
batch of dates to a new calendar where one came into force.

It hangs on the worker and not on its connection to the broker, so that it goes on when Redis is away. Its engine is its
own, made in the thread; a fork in between inherits nothing that it uses. Sweepers need no leader: several divide one
look every ``sweep_seconds`` between them, and never sleep past the next moment they know.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from time import monotonic

from celery import shared_task
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from workers.office import worker_office
from workers.woken import LONGEST_WAIT, Stoppable
from workflow.commands.fire_rungs import SweepResult, fire_due, sweep
from workflow.commands.settle_dates import Settled, settle_batches
from workflow.commands.warn_of_gaps import warn_of_gaps
from workflow.errors import Unusable
from workflow.logs import facts, logger
from workflow.store import heartbeats, timers
from workflow.work import Office

log = logger("sweeper")

BATCH = 250
"""Small enough for an officer who meets the batch to wait a fraction of a second."""
BEAT_SECONDS = 1.0
GAP_SECONDS = 60.0
"""How often gaps of the duty roster are looked for: they are announced a day ahead."""
SHORTEST_WAIT = 0.01
SECONDS_AFTER_A_FAILURE = 30.0
"""A case that cannot be derived anew is tried again, and named in the log, not more often than this."""


@shared_task(name="wugeyi.sweep")
def sweep_task() -> None:
    """The second path: beat asks for it."""
    sweep(worker_office(), BATCH)


class Sweeper(Stoppable):
    """Fires until stopped. ``open_office`` is tried until it works: the database may come later than the worker."""

    def __init__(
        self,
        open_office: Callable[[], Office],
        open_engine: Callable[[], Engine],
        seconds: float,
        name: str,
        wake_relay: Callable[[], None],
        wake_caretaker: Callable[[], None],
    ) -> None:
        super().__init__("sweeper")
        self._open_office = open_office
        self._open_engine = open_engine
        self._seconds = seconds
        self._name = name
        self._wake_relay = wake_relay
        self._wake_caretaker = wake_caretaker
        self._live = 1
        self._beat_due = 0.0
        self._gaps_due = 0.0
        self._total = SweepResult()
        self._settling: Iterator[Settled] | None = None
        self._settle_from = 0.0
        self._unsettled_cases = 0

    def run(self) -> None:
        """Until stopped; a lost database is waited for."""
        engine = self._open_engine()
        failures = 0
        while not self._stopping.is_set():
            try:
                office = replace(self._open_office(), engine=engine)
                with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
                    failures = 0
                    self._watch(office, conn)
            except DBAPIError as error:
                failures += 1
                log.warning("the sweeper waits for the database", extra=facts(error=type(error.orig).__name__))
                self._wait_out(failures)
            except Unusable as error:
                log.error("the sweeper may not work", extra=facts(error=str(error)))
                self._stopping.wait(LONGEST_WAIT)
            except Exception:
                log.exception("the sweeper cannot work")
                self._stopping.wait(LONGEST_WAIT)
        engine.dispose()

    def _watch(self, office: Office, conn: Connection) -> None:
        while not self._stopping.is_set():
            probe = timers.probe(conn)
            if probe.news:
                # Before a batch of rungs, which may take its time.
                self._wake_caretaker()
            done = self._fire(office) if probe.due else 0
            done += self._settle(office) if probe.unsettled or self._settling else 0
            done += self._warn_of_gaps(office)
            if done or probe.messages:
                self._wake_relay()
            if done:
                self._wake_caretaker()
            self._beat(conn)
            self._stopping.wait(0 if done else self._pause(probe))

    def _fire(self, office: Office) -> int:
        began = monotonic()
        now = fire_due(office, BATCH, self._stopping.is_set)
        total = self._total
        self._total = SweepResult(total.fired + now.fired, total.acted + now.acted, total.failed + now.failed)
        if now.done:
            log.info("rungs fired", extra=facts(count=now.done, milliseconds=round((monotonic() - began) * 1000)))
        return now.done

    def _settle(self, office: Office) -> int:
        """One batch only: what falls due meanwhile does not wait for the rest."""
        if self._settling is None:
            if monotonic() < self._settle_from:
                return 0
            self._settling, self._unsettled_cases = settle_batches(office, BATCH, self._stopping.is_set), 0
        done = next(self._settling, None)
        if done is None:
            self._settling = None
            self._settle_from = monotonic() + SECONDS_AFTER_A_FAILURE if self._unsettled_cases else 0.0
            return 0
        self._unsettled_cases += done.failed
        if done.cases:
            log.info("dates moved to another calendar", extra=facts(count=done.cases, moved=done.moved))
        return done.cases

    def _warn_of_gaps(self, office: Office) -> int:
        if monotonic() < self._gaps_due:
            return 0
        self._gaps_due = monotonic() + GAP_SECONDS
        try:
            found = warn_of_gaps(office)
        except DBAPIError:
            raise
        except Exception:
            # No roster is worth a clock that does not fire.
            log.exception("gaps of the duty roster cannot be looked for")
            return 0
        if found:
            log.info("gaps of the duty roster announced", extra=facts(count=found))
        return found

    def _beat(self, conn: Connection) -> None:
        if monotonic() < self._beat_due:
            return
        self._beat_due = monotonic() + BEAT_SECONDS
        info = {"fired": self._total.fired, "acted": self._total.acted, "failed": self._total.failed}
        self._live = heartbeats.beat(conn, self._name, info)

    def _pause(self, probe: timers.Probe) -> float:
        """Each of n sweepers looks every n-th time, at a random phase, and wakes for the next moment it knows."""
        share = self._live * self._seconds * random.uniform(0.8, 1.0)
        if probe.due or probe.next_fire_at is None:
            return share
        return min(share, max(SHORTEST_WAIT, (probe.next_fire_at - probe.now).total_seconds()))
