"""Worker and beat processes for the tests that need them; each ends with its test."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests import given
from tests.given import Town
from workflow.settings import default_config_folder
from workflow.work import Office

# As one machine runs it: a stop does not wait where nothing is running.
QUICK_STOP = ["--", "worker.soft_shutdown_timeout=2", "worker.enable_soft_shutdown_on_idle=0"]
QUIET = ["--without-mingle", "--without-gossip", "--loglevel=INFO"]

Start = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def town(office: Office) -> Town:
    """One person of every role and a project."""
    return given.town(office)


@pytest.fixture
def process_environment(tmp_path: Path, database_url: str, redis_url: str) -> dict[str, str]:
    """What a role reads, as the supervisor sets it."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("WUGEYI_", "SMTP_"))}
    return environment | {
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "WUGEYI_HOME": str(tmp_path / "home"),
        # The tests move time in their databases, as a demonstration does.
        "WUGEYI_DEMO": "1",
        "WUGEYI_CONFIG": str(default_config_folder()),
        "WUGEYI_LOG_LEVEL": "INFO",
        "REMAP_SIGTERM": "SIGQUIT",
        "PYTHONUNBUFFERED": "1",
    }


@pytest.fixture
def start(tmp_path: Path, process_environment: dict[str, str]) -> Iterator[Start]:
    """Start a worker or a beat: ``start("worker", pool="prefork", SMTP_URL=…)``; it writes a log beside the test."""
    started: list[subprocess.Popen[bytes]] = []

    def begin(role: str, pool: str = "solo", **environment: str) -> subprocess.Popen[bytes]:
        options = {
            "worker": [f"--pool={pool}", "--concurrency=1", f"--hostname=test-{len(started)}@%h", *QUIET, *QUICK_STOP],
            "beat": ["--scheduler=celery.beat:Scheduler", "--loglevel=INFO"],
        }[role]
        with (tmp_path / f"{role}-{len(started)}.log").open("wb") as words:
            process = subprocess.Popen(
                [sys.executable, "-W", "ignore", "-m", "celery", "-A", "workers.celery_app", role, *options],
                env=process_environment | environment,
                cwd=tmp_path,
                stdout=words,
                stderr=subprocess.STDOUT,
                # A group of its own: a killed worker's pool processes are found by it.
                start_new_session=True,
            )
        started.append(process)
        return process

    yield begin
    for process in started:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
