"""The relay: tells the queue the ids of what is committed and waits. It alone publishes messages.

A row is claimed, committed as queued, and its id published. Without Redis the rows go back and wait; an id that Redis
loses is published again when the row's lease has run out.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

from celery import Celery, current_app, shared_task
from kombu.exceptions import OperationalError as BrokerAway
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from workers.configuration import LETTERS, QUEUE
from workers.office import worker_office
from workers.woken import LONGEST_WAIT, Woken
from workflow.logs import facts, logger
from workflow.store import heartbeats, outbox
from workflow.store.outbox import INSIDE, Waiting

log = logger("relay")

BATCH = 200
BEAT_SECONDS = 5.0
"""How long it sleeps where nobody wakes it; the sweeper does, as soon as something waits."""


class Publish(Protocol):
    """Publishes ids in their order and returns; raises when the broker is away, with none, some or all published."""

    def __call__(self, ids: Sequence[int]) -> None: ...


class PublishMessages(Protocol):
    """The same for messages of the outbox: their channel says which queue they go to."""

    def __call__(self, messages: Sequence[Waiting]) -> None: ...


def relay_all(engine: Engine, publish: PublishMessages, stopped: Callable[[], bool] = lambda: False) -> int:
    """Publish what waits, batch by batch; returns how many. Where publishing fails the rows wait on, and it raises."""
    published = 0
    while not stopped():
        with engine.begin() as conn:
            waiting = outbox.claim_for_relay(conn, BATCH)
        if not waiting:
            break
        try:
            publish(waiting)
        except BaseException:
            # Some of them may have gone out: their couriers find the rows pending and do no harm.
            with engine.begin() as conn:
                outbox.put_back(conn, [one.id for one in waiting])
            raise
        published += len(waiting)
    return published


def publisher(app: Celery) -> PublishMessages:
    """Publishing through the connection pool of ``app``."""

    def publish(messages: Sequence[Waiting]) -> None:
        with app.producer_pool.acquire(block=True, timeout=5) as producer:
            for one in messages:
                queue = QUEUE if one.channel in INSIDE else LETTERS
                app.send_task("wugeyi.deliver", (one.id,), producer=producer, queue=queue)

    return publish


@shared_task(name="wugeyi.relay")
def relay() -> None:
    """The second path: beat asks for it."""
    relay_all(worker_office().engine, publisher(current_app))


class Relay(Woken):
    """Publishes whenever it is woken; without a broker it tries again, less and less often, and nothing is lost."""

    def __init__(self, open_engine: Callable[[], Engine], publish: PublishMessages, name: str) -> None:
        super().__init__("relay")
        self._open_engine = open_engine
        self._publish = publish
        self._name = name
        self._published = 0

    def run(self) -> None:
        """Until stopped."""
        engine = self._open_engine()
        failures = 0
        while not self._stopping.is_set():
            self._wake.wait(BEAT_SECONDS)
            self._wake.clear()
            try:
                self._published += relay_all(engine, self._publish, self._stopping.is_set)
                with engine.begin() as conn:
                    heartbeats.beat(conn, self._name, {"published": self._published})
                failures = 0
            except (BrokerAway, DBAPIError, OSError) as error:
                failures += 1
                log.warning("the relay waits", extra=facts(error=type(error).__name__, attempts=failures))
                self._wait_out(failures)
            except Exception:
                log.exception("the relay cannot work")
                self._stopping.wait(LONGEST_WAIT)
        engine.dispose()
