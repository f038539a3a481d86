"""The Celery application: clock and courier. PostgreSQL holds every promise; what travels here are ids, and any of them
may be lost, repeated or delayed.
"""

from typing import Any

from celery import Celery
from celery.signals import setup_logging, worker_init, worker_process_init
from sqlalchemy.exc import OperationalError

from workers.configuration import CONFIGURATION
from workers.office import forget_parent, settings, worker_office
from workers.steps import ClockStep
from workflow import logs
from workflow.embedded import urls_at_hand
from workflow.errors import ConfigFaults, Unusable
from workflow.settings import broker_url

app = Celery(
    "wugeyi",
    broker=broker_url(urls_at_hand(settings()).redis),
    include=[
        "workers.sweeper",
        "workers.caretaker",
        "workers.relay",
        "workers.deliver",
        "workers.subscribers",
        "workers.housekeeping",
    ],
)
app.conf.update(CONFIGURATION)
app.steps["worker"].add(ClockStep)


@setup_logging.connect
def _configure_logging(**_: Any) -> None:
    logs.configure(settings().log_level)


@worker_init.connect
def _wire(**_: Any) -> None:
    """A configuration that cannot be used ends the worker at once; a database that is away is waited for."""
    try:
        worker_office()
    except (ConfigFaults, Unusable) as error:
        # SystemExit, because Celery logs any other exception of a signal and goes on.
        raise SystemExit(f"wugeyi worker: {error}") from error
    except OperationalError:
        logs.logger("worker").warning("the database is away; the sweeper waits for it")


@worker_process_init.connect
def _after_fork(**_: Any) -> None:
    forget_parent()
