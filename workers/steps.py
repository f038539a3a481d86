"""The sweeper, the relay and the caretaker as parts of a Celery worker: started and stopped with it, whatever the
broker does."""

import os
import socket
from typing import Any

from celery import bootsteps

from workers.caretaker import Caretaker
from workers.office import settings, worker_office
from workers.relay import Relay, publisher
from workers.sweeper import Sweeper
from workflow.embedded import urls_at_hand
from workflow.settings import sqlalchemy_url
from workflow.store.engine import open_engine

STOP_SECONDS = 1.0


class ClockStep(bootsteps.StartStopStep):
    """Starts three threads and connects to nothing itself."""

    # After the pool, so that its first processes are forked before there are threads.
    requires = ("celery.worker.components:Pool",)

    def __init__(self, parent: Any, **options: Any) -> None:
        super().__init__(parent, **options)
        self._relay: Relay | None = None
        self._sweeper: Sweeper | None = None
        self._caretaker: Caretaker | None = None

    def start(self, parent: Any) -> None:
        """Begin to sweep, to relay and to take care."""
        who = f"{socket.gethostname()}:{os.getpid()}"
        url = sqlalchemy_url(urls_at_hand(settings()).database)
        self._relay = Relay(lambda: open_engine(url, "worker", 1), publisher(parent.app), f"relay:{who}")
        self._caretaker = Caretaker(
            worker_office, lambda: open_engine(url, "worker", 2), f"caretaker:{who}", self._relay.wake
        )
        self._sweeper = Sweeper(
            worker_office,
            lambda: open_engine(url, "sweeper", 2),
            settings().sweep_seconds,
            f"sweeper:{who}",
            self._relay.wake,
            self._caretaker.wake,
        )
        self._relay.start()
        self._caretaker.start()
        self._sweeper.start()

    def stop(self, parent: Any) -> None:
        """End all of them within a second; what they were at is rolled back or committed, nothing in between.

        Celery asks for it after a soft shutdown's wait for running tasks; until then clocks go on firing.
        """
        threads = [thread for thread in (self._sweeper, self._caretaker, self._relay) if thread is not None]
        for thread in threads:
            thread.stop()
        for thread in threads:
            thread.join(STOP_SECONDS)

    def terminate(self, parent: Any) -> None:
        """The same when the worker has no time."""
        self.stop(parent)
