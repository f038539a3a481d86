"""Celery's settings, and why each is as it is (engineering guide, 1.1 to 1.3)."""

from typing import Any

from kombu.entity import Queue

from workers.schedule import beat_schedule

# The shortest of all applications on one Redis wins; it stays above three times the hard time limit.
VISIBILITY_SECONDS = 300
SOFT_LIMIT_SECONDS = 45
HARD_LIMIT_SECONDS = 60

# What the service does itself never waits behind letters to people: a provider that takes its time holds up letters.
QUEUE = "wugeyi"
LETTERS = "wugeyi.letters"

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
    # The queues are asked in the order of their names, QUEUE before LETTERS. Not "priority": kombu 5.7 hands that
    # strategy a set, whose order is anybody's guess.
    "queue_order_strategy": "sorted",
}

CONFIGURATION: dict[str, Any] = {
    "task_default_queue": QUEUE,
    # A receiver's patience is not ours either.
    "task_routes": {"wugeyi.tell_subscriber": {"queue": LETTERS}},
    "task_queues": [Queue(name, routing_key=name) for name in (QUEUE, LETTERS)],
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
