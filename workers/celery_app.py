"""The Celery application: clock and courier. PostgreSQL holds every promise; what travels here are ids, and any of them
may be lost, repeated or delayed.

Settings and their reasons: engineering guide, 1.1 to 1.3.
"""

from typing import Any

from celery import Celery
from celery.signals import setup_logging, worker_init, worker_process_init
from sqlalchemy.exc import OperationalError

from workers.office import forget_connections, settings, worker_office
from workers.schedule import beat_schedule
from workers.steps import ClockStep
from workflow import logs
from workflow.embedded import urls_at_hand
from workflow.errors import ConfigFaults, Unusable
from workflow.settings import broker_url

# The shortest of all applications on one Redis wins; it stays above three times the hard time limit.
VISIBILITY_SECONDS = 300
SOFT_LIMIT_SECONDS = 45
HARD_LIMIT_SECONDS = 60

_TRANSPORT = {
    "visibility_timeout": VISIBILITY_SECONDS,
    # Without one a publish on a dead connection waits for ever and the health checks never run.
    "socket_timeout": 30,
    "socket_connect_timeout": 5,
    "socket_keepalive": True,
    "health_check_interval": 15,
    "retry_on_timeout": True,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
}

CONFIGURATION: dict[str, Any] = {
    "task_default_queue": "wugeyi",
    "task_serializer": "json",
    "accept_content": ["json"],
    "result_backend": None,
    "task_ignore_result": True,
    "enable_utc": True,
    "timezone": "UTC",
    # Work of a killed child is offered again: every task here may run twice.
    "task_acks_late": True,
    "task_reject_on_worker_lost": True,
    # The outbox row decides about retries, never the broker.
    "task_acks_on_failure": True,
    "task_acks_on_timeout": True,
    "task_soft_time_limit": SOFT_LIMIT_SECONDS,
    "task_time_limit": HARD_LIMIT_SECONDS,
    "task_publish_retry_policy": {"max_retries": 3, "interval_start": 0.1, "interval_max": 1},
    "worker_prefetch_multiplier": 1,
    "worker_disable_prefetch": True,
    "worker_eta_task_limit": 100,
    "worker_max_tasks_per_child": 1000,
    "worker_max_memory_per_child": 200_000,
    "worker_cancel_long_running_tasks_on_connection_loss": True,
    "worker_soft_shutdown_timeout": 30.0,
    "worker_enable_soft_shutdown_on_idle": True,
    "worker_hijack_root_logger": False,
    "broker_connection_retry_on_startup": True,
    # Celery's default gives up after 100 tries and ends the worker, and the sweeper with it.
    "broker_connection_max_retries": None,
    "broker_transport_options": _TRANSPORT,
    "result_backend_transport_options": {"visibility_timeout": VISIBILITY_SECONDS},
    "visibility_timeout": VISIBILITY_SECONDS,
    "beat_schedule": beat_schedule(),
    "beat_max_loop_interval": 5,
    "beat_enable_remote_control": True,
    "beat_remote_control_max_tick_age": 30,
}

app = Celery(
    "wugeyi",
    broker=broker_url(urls_at_hand(settings()).redis),
    include=["workers.sweeper", "workers.relay", "workers.deliver", "workers.housekeeping"],
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
    forget_connections()
