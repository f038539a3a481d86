"""Put the messages of a channel that were given up back in the queue: an administrator's, after whatever was wrong was
put right."""

from workflow.commands.choose_telling import unknown_channel
from workflow.errors import NotAllowed
from workflow.logs import facts, logger
from workflow.store import given_up
from workflow.store.outbox import INSIDE
from workflow.work import Work

log = logger("courier")

AT_ONCE = 1000


def queue_again(work: Work, channel: str) -> int:
    """Up to AT_ONCE given-up messages of ``channel`` wait again, oldest first; returns how many. The log says so.

    Raises NotAllowed for anybody but an administrator, NotFound for a channel that is none.
    """
    if not work.actor.holds("admin"):
        raise NotAllowed(
            "admin_only",
            "只有系统管理员可以重新发送",
            "Only an administrator may put messages back in the queue",
        )
    known = (*work.office.catalogue.channels, *INSIDE)
    if channel not in known:
        raise unknown_channel(channel, known)
    count = given_up.put_back(work.conn, channel, AT_ONCE)
    log.warning("given-up messages were put back in the queue", extra=facts(channel=channel, count=count))
    return count
