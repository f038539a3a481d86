"""Housekeeping: what nobody needs any more goes, a bounded number at a time."""

from celery import shared_task

from workers.office import worker_office
from workflow.logs import facts, logger
from workflow.store import leftovers

log = logger("housekeeping")


@shared_task(name="wugeyi.housekeeping")
def housekeeping() -> None:
    """Remove old idempotency keys, dead tokens and old signs of life."""
    with worker_office().engine.begin() as conn:
        removed = leftovers.remove(conn)
    log.info("leftovers removed", extra=facts(count=sum(removed.values())))
