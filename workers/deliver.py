"""The courier's task: an id and nothing else; everything else is read afresh."""

from celery import shared_task

from workers.office import channels, worker_office
from workflow.commands.pass_on import pass_on


@shared_task(name="wugeyi.deliver")
def deliver(message_id: int) -> None:
    """Pass one message of the outbox on; running twice does no harm."""
    pass_on(worker_office(), message_id, channels())
