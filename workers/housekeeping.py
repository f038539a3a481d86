"""Housekeeping: what nobody needs any more goes, a bounded number at a time; what may have been missed is made up."""

from celery import shared_task

from workers.office import worker_office
from workflow.commands.settle_dates import settle_calendar
from workflow.commands.warn_of_gaps import warn_of_gaps
from workflow.logs import facts, logger
from workflow.store import leftovers

log = logger("housekeeping")


@shared_task(name="wugeyi.housekeeping")
def housekeeping() -> None:
    """Remove old keys, dead tokens and old signs of life; announce gaps of the duty roster, move dates that still stand
    in an old calendar."""
    with worker_office().engine.begin() as conn:
        removed = leftovers.remove(conn)
    log.info("leftovers removed", extra=facts(count=sum(removed.values())))
    announced = warn_of_gaps(worker_office())
    if announced:
        log.warning("gaps of the duty roster had not been announced", extra=facts(count=announced))
    settled = settle_calendar(worker_office())
    if settled.cases or settled.failed:
        log.warning("dates were left in an old calendar", extra=facts(count=settled.cases, failed=settled.failed))
