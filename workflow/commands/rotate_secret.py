"""A new secret for a subscriber; for a day the old one signs beside it, so that nothing is missed meanwhile."""

from workflow.commands.subscribe import check_role, the_subscriber
from workflow.store import subscribers
from workflow.store.subscribers import Subscriber
from workflow.work import Work


def rotate_secret(work: Work, subscriber_id: int) -> Subscriber:
    """The subscriber with the next generation of its secret. Rotated twice within a day, the first one ends at once.

    Raises NotAllowed for anybody but an administrator, NotFound.
    """
    check_role(work)
    the_subscriber(work, subscriber_id)
    subscribers.rotate(work.conn, subscriber_id)
    return the_subscriber(work, subscriber_id)
