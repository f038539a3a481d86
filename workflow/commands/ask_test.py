"""Have a test sent to a subscriber: a worker does it within seconds, the delivery log says what came of it."""

from workflow.commands.subscribe import check_role, the_subscriber
from workflow.errors import Conflict
from workflow.store import subscribers
from workflow.store.subscribers import Subscriber
from workflow.work import Work


def ask_test(work: Work, subscriber_id: int) -> Subscriber:
    """The subscriber, with a test on its way. Raises NotAllowed for anybody but an administrator, NotFound, Conflict
    where it pulls or is stopped."""
    check_role(work)
    found = the_subscriber(work, subscriber_id)
    if not found.url or not found.active:
        raise Conflict(
            "nothing_is_sent",
            "没有填写网址或已停止推送，无法测试",
            "Nothing is sent to it: it has no URL, or was stopped",
            extra={"field": "url", "value": found.url},
        )
    subscribers.ask_test(work.conn, subscriber_id)
    return the_subscriber(work, subscriber_id)
