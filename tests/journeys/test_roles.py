"""Roles started alone, as on several machines: each is its own process and stops when it is asked to."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from workflow.cli.roles import role_environment, worker_command
from workflow.embedded import Urls
from workflow.embedded.postgres_server import postgres_server
from workflow.embedded.redis_server import redis_server
from workflow.settings import Settings, load_settings, with_secret
from workflow.store.migrate import upgrade

pytestmark = pytest.mark.journey

STOP_SECONDS = 15


@pytest.fixture
def home() -> Iterator[Path]:
    # Not tmp_path: PostgreSQL runs as another user under root, and pytest keeps closing its folders to others.
    with tempfile.TemporaryDirectory(prefix="wugeyi-roles-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o711)
        yield Path(name)


def test_a_worker_stops_although_redis_goes_away_while_it_is_stopping(home: Path) -> None:
    with postgres_server(home / "postgres") as postgres, contextlib.ExitStack() as redis_life:
        redis = redis_life.enter_context(redis_server(home / "redis"))
        upgrade(postgres.url)
        with _worker(home, Urls(postgres.url, redis.url)) as worker:
            worker.send_signal(signal.SIGTERM)
            # Redis goes while the worker is stopping, not before.
            time.sleep(1)
            redis_life.close()
            assert worker.wait(STOP_SECONDS) is not None


def test_a_role_without_servers_says_which_address_is_missing(home: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
    done = subprocess.run(
        [sys.executable, "-m", "workflow.cli", "worker"],
        env={**environment, "WUGEYI_HOME": str(home / "empty")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert "DATABASE_URL and REDIS_URL not set" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@contextlib.contextmanager
def _worker(home: Path, urls: Urls) -> Iterator[subprocess.Popen[bytes]]:
    """A worker role that has connected to Redis; killed at the end if it still runs."""
    settings: Settings = with_secret(load_settings({"WUGEYI_HOME": str(home)}))
    log = home / "worker.log"
    with log.open("wb") as output:
        worker = subprocess.Popen(
            # The application waits 30 s at a stop; here 3, running tasks or not.
            [*worker_command(settings), "--", "worker.soft_shutdown_timeout=3"],
            env=role_environment(settings, urls, os.environ),
            cwd=home,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        deadline = time.monotonic() + 60
        while " ready." not in log.read_text(errors="replace"):
            assert worker.poll() is None, log.read_text(errors="replace")
            assert time.monotonic() < deadline, log.read_text(errors="replace")
            # The log of another process: read again, up to the deadline.
            time.sleep(0.1)
        yield worker
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
