"""Telling other systems: the caretaker sees who waits and publishes their ids, a task tells one of them.

Never in the caretaker's thread: a slow receiver keeps one task from its next work for half a minute, and no clock.
"""

import threading
from collections.abc import Callable, Sequence

from celery import Celery, current_app, shared_task

from workers.channels.outside import Outside
from workers.channels.webhook import Webhook
from workers.office import settings, worker_office
from workers.relay import Publish
from workflow.commands import tell_subscriber as telling
from workflow.settings import with_secret
from workflow.store import subscribers
from workflow.work import Office

BATCH = 50
PUBLISH_SECONDS = 3.0
_publishing = threading.Lock()


@shared_task(name="wugeyi.tell_subscriber")
def tell_subscriber(subscriber_id: int) -> None:
    """Tell one subscriber what it has not been told; running twice does no harm."""
    mine = settings()
    send = Webhook(Outside(mine.webhook_networks))
    telling.tell_subscriber(worker_office(), subscriber_id, with_secret(mine).secret, send)


def publisher(app: Celery) -> Publish:
    """Publishing through the connection pool of ``app``."""

    def publish(ids: Sequence[int]) -> None:
        with app.producer_pool.acquire(block=True, timeout=5) as producer:
            for subscriber_id in ids:
                # Without Celery's own retries: the caretaker has other duties, and comes back to this one.
                app.send_task("wugeyi.tell_subscriber", (subscriber_id,), producer=producer, retry=False)

    return publish


def hand_over(office: Office, publish: Publish | None = None, seconds: float = PUBLISH_SECONDS) -> int:
    """Publish the ids of subscribers that wait; always 0, since what was published is somebody else's work now.

    Raises when the broker is away or takes longer than ``seconds``: they wait as before.
    """
    if _publishing.locked():
        return 0  # an earlier one hangs still
    with office.engine.begin() as conn:
        ids = subscribers.claim_waiting(conn, BATCH)
    if not ids:
        return 0
    send = publish or publisher(current_app)
    try:
        _within(seconds, lambda: send(ids))
    except BaseException:
        # Some of them may have gone out, or still do: of two workers with one subscriber the second finds it leased.
        with office.engine.begin() as conn:
            subscribers.put_back(conn, ids)
        raise
    return 0


def _within(seconds: float, do: Callable[[], None]) -> None:
    """Do it in a thread of its own: a broker that hangs holds whoever publishes for half a minute and more, and the
    caretaker has other duties. Raises what it raises, and TimeoutError."""
    failed: list[Exception] = []

    def run() -> None:
        with _publishing:
            try:
                do()
            except Exception as error:  # noqa: BLE001 - raised again below, where somebody waits
                failed.append(error)

    thread = threading.Thread(target=run, name="publishing", daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        raise TimeoutError(f"the broker takes longer than {seconds:g} s")
    if failed:
        raise failed[0]
