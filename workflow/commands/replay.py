"""Tell a subscriber again, or go over what it need not hear: move its position."""

from datetime import datetime

from workflow.commands.subscribe import bad, check_role, refused, start_at, the_subscriber
from workflow.store import subscribers
from workflow.store.subscribers import Subscriber
from workflow.work import Work


def replay(work: Work, subscriber_id: int, after: int | None = None, since: datetime | None = None) -> Subscriber:
    """The subscriber, told everything behind the position ``after`` or from ``since`` (real time) on. The events keep
    their ids: who notes them takes each once.

    Raises NotAllowed for anybody but an administrator, NotFound, BadInput for neither or both, or a position ahead.
    """
    check_role(work)
    the_subscriber(work, subscriber_id)
    if after is None and since is None:
        raise refused([bad("after", None, "请给出位置 after 或时间 since", "after or since is required", "since")])
    position, faults = start_at(work, after, since)
    if faults:
        raise refused(faults)
    subscribers.move_to(work.conn, subscriber_id, position)
    return the_subscriber(work, subscriber_id)
