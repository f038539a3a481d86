"""Telling other systems: the caretaker sees who waits and publishes their ids, a task tells one of them.

Never in the caretaker's thread: a slow receiver keeps one task from its next work for half a minute, and no clock.
"""

from collections.abc import Sequence

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


def hand_over(office: Office, publish: Publish | None = None) -> int:
    """Publish the ids of subscribers that wait; always 0, since what was published is somebody else's work now.

    Raises when the broker is away: they wait as before.
    """
    with office.engine.begin() as conn:
        ids = subscribers.claim_waiting(conn, BATCH)
    if not ids:
        return 0
    try:
        (publish or publisher(current_app))(ids)
    except BaseException:
        with office.engine.begin() as conn:
            subscribers.put_back(conn, ids)
        raise
    return 0
