"""What each role takes in memory: `wugeyi web`, `worker` and `beat` as an operator starts them, after some work.

Started with the shipped settings on an empty database and an embedded Redis. The figure of a role is the sum of the
proportional set sizes (PSS) of all its processes, so that pages shared between them count once.
"""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

from sqlalchemy import Engine, text

from tests.bench.measuring import Figure
from tests.bench.stage import Stage
from workflow.embedded.processes import stop
from workflow.embedded.redis_server import redis_server
from workflow.store.engine import open_engine

START_SECONDS = 60
REST_SECONDS = 3
REQUESTS = 40


def figures(stage: Stage) -> Iterator[Figure]:
    """MiB for each role."""
    url = stage.database()
    engine = open_engine(url, "cli")
    home = stage.folder.parent / "home"
    home.mkdir()
    port = _free_port()
    with ExitStack() as stack:
        redis = stack.enter_context(redis_server(stage.folder.parent / "redis"))
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("WUGEYI_")},
            "DATABASE_URL": url,
            "REDIS_URL": redis.url,
            "WUGEYI_HOME": str(home),
            "WUGEYI_CONFIG": str(stage.config),
            "WUGEYI_PORT": str(port),
            "WUGEYI_DEMO": "0",
        }
        roles = {}
        for role in ("web", "worker", "beat"):
            roles[role] = _start(role, environment, home)
            stack.callback(stop, roles[role], [signal.SIGTERM], 15.0)
        _wait("web", roles["web"], lambda: _status(port, "/readyz") == 200)
        _wait("worker", roles["worker"], lambda: _beats(engine))
        for _ in range(REQUESTS):
            _status(port, "/login")
        # Memory at rest, not in the middle of a request.
        time.sleep(REST_SECONDS)
        for role, process in roles.items():
            sizes = [_proportional_mib(pid) for pid in _family(process.pid)]
            yield Figure(f"memory: {role}, {len(sizes)} process" + ("es" if len(sizes) > 1 else ""), sum(sizes), "MiB")
    engine.dispose()


def _start(role: str, environment: dict[str, str], home: Path) -> "subprocess.Popen[bytes]":
    with (home / f"{role}.log").open("wb") as log:
        command = [sys.executable, "-m", "workflow.cli", role]
        return subprocess.Popen(command, env=environment, cwd=home, stdout=log, stderr=subprocess.STDOUT)


def _wait(role: str, process: "subprocess.Popen[bytes]", ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not ready():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"wugeyi {role} did not become ready within {START_SECONDS} s")
        # Asked again, up to the deadline: the process is another one.
        time.sleep(0.1)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _status(port: int, path: str) -> int | None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except OSError:
        return None
    finally:
        connection.close()


def _beats(engine: Engine) -> bool:
    with engine.connect() as conn:
        return bool(conn.execute(text("SELECT count(*) FROM heartbeats")).scalar_one())


def _family(pid: int) -> list[int]:
    """A process and all it started (proc(5))."""
    children = [int(word) for path in Path(f"/proc/{pid}/task").glob("*/children") for word in path.read_text().split()]
    return [pid, *(member for child in children for member in _family(child))]


def _proportional_mib(pid: int) -> float:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError(f"/proc/{pid}/smaps_rollup: no Pss")
