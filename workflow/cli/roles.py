"""``wugeyi web``, ``wugeyi worker``, ``wugeyi beat``: one role each, any number of them, on any number of machines.

The role's own program takes the place of this process, so that a service manager sees and signals it directly.
"""

import argparse
import os
import sys
from collections.abc import Callable, Mapping

from workflow.embedded import Urls, urls_at_hand
from workflow.settings import Settings, load_settings, with_secret

WEB_THREADS = 8
"""Threads of each web process: requests wait for the database, not for the processor."""
WEB_REQUEST_SECONDS = 60
WEB_SHUTDOWN_SECONDS = 3


def configure(parser: argparse.ArgumentParser) -> None:
    """No arguments: everything comes from the settings."""


def run(args: argparse.Namespace) -> int:
    """Become the role named by ``args.command``; returns only by failing."""
    settings = with_secret(load_settings())
    command = COMMANDS[args.command](settings)
    environment = role_environment(settings, urls_at_hand(settings), os.environ)
    sys.stdout.flush()
    os.execve(command[0], command, environment)


def web_command(settings: Settings) -> list[str]:
    """Pages and JSON API under gunicorn."""
    address = f"[{settings.host}]:{settings.port}" if ":" in settings.host else f"{settings.host}:{settings.port}"
    options = {
        "--bind": address,
        "--workers": settings.web_workers,
        "--worker-class": "gthread",
        "--threads": WEB_THREADS,
        "--timeout": WEB_REQUEST_SECONDS,
        "--graceful-timeout": WEB_SHUTDOWN_SECONDS,
        # In memory: the heartbeat file of a web process on a slow disk has stopped services before.
        "--worker-tmp-dir": "/dev/shm" if os.access("/dev/shm", os.W_OK) else settings.home,
        "--log-level": settings.log_level.lower(),
    }
    # gunicorn would open a control socket in the user's home, the same one for every service of that user.
    return [*_python("gunicorn"), *_words(options), "--no-control-socket", "api.wsgi:application"]


def worker_command(settings: Settings, shutdown_seconds: float | None = None) -> list[str]:
    """Sweeper, relay and deliveries under a Celery worker.

    ``shutdown_seconds`` bounds the wait for running deliveries at a stop; without it the application's setting holds.
    """
    options = {
        "--pool": "prefork",
        "--concurrency": settings.worker_concurrency,
        "--loglevel": settings.log_level,
        # Several workers of one machine need names of their own; the id outlives the exec.
        "--hostname": f"worker-{os.getpid()}@%h",
    }
    # With heartbeat events on, a worker that is stopping when Redis goes away waits for Redis for ever (Celery 5.7.0).
    quiet = ["--without-mingle", "--without-gossip", "--without-heartbeat"]
    command = [*_celery(), "worker", *_words(options), *quiet]
    if shutdown_seconds is None:
        return command
    # Celery would otherwise wait its whole time even where nothing is running.
    return [*command, "--", f"worker.soft_shutdown_timeout={shutdown_seconds}", "worker.enable_soft_shutdown_on_idle=0"]


def beat_command(settings: Settings) -> list[str]:
    """Celery beat; it keeps its schedule in memory, since every entry is a plain interval."""
    return [*_celery(), "beat", *_words({"--scheduler": "celery.beat:Scheduler", "--loglevel": settings.log_level})]


def role_environment(settings: Settings, urls: Urls, environ: Mapping[str, str]) -> dict[str, str]:
    """What a role reads: the caller's environment with the servers' addresses and absolute folders."""
    return {
        **environ,
        "DATABASE_URL": urls.database,
        "REDIS_URL": urls.redis,
        "WUGEYI_HOME": str(settings.home),
        "WUGEYI_DEMO": str(int(settings.demo)),
        "WUGEYI_CONFIG": str(settings.config),
        "PYTHONUNBUFFERED": "1",
        # Celery's soft shutdown: on SIGTERM ids that are not acknowledged go back to the queue.
        "REMAP_SIGTERM": "SIGQUIT",
    }


def _python(module: str) -> list[str]:
    return [sys.executable, "-m", module]


def _celery() -> list[str]:
    # The warning is about messages that carry code; ours are JSON, ids only.
    quiet = "ignore:You're running the worker with superuser privileges"
    return [sys.executable, "-W", quiet, "-m", "celery", "--quiet", "-A", "workers.celery_app"]


def _words(options: Mapping[str, object]) -> list[str]:
    return [word for name, value in options.items() for word in (name, str(value))]


COMMANDS: dict[str, Callable[[Settings], list[str]]] = {
    "web": web_command,
    "worker": worker_command,
    "beat": beat_command,
}
