"""Stop telling a subscriber, and go on from where it was: nothing that happened meanwhile is lost."""

from workflow.commands.subscribe import check_role, the_subscriber
from workflow.store import subscribers
from workflow.store.subscribers import Subscriber
from workflow.work import Work


def pause_subscriber(work: Work, subscriber_id: int) -> Subscriber:
    """The subscriber, told nothing from now on. Raises NotAllowed for anybody but an administrator, NotFound."""
    check_role(work)
    the_subscriber(work, subscriber_id)
    subscribers.stop(work.conn, subscriber_id, "paused")
    return the_subscriber(work, subscriber_id)


def resume_subscriber(work: Work, subscriber_id: int) -> Subscriber:
    """The subscriber, told on from its position, whatever had stopped it. Raises as above."""
    check_role(work)
    the_subscriber(work, subscriber_id)
    subscribers.start(work.conn, subscriber_id)
    return the_subscriber(work, subscriber_id)
