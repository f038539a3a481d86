"""One machine, one command: the real `wugeyi up` in a folder of its own, started, stopped, killed and refused."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

from workflow.embedded.postgres_server import database_url, postgres_server
from workflow.embedded.redis_server import redis_server

pytestmark = pytest.mark.journey

READY_SECONDS = 60
"""The promise is 15 on an idle machine; here other tests run beside."""
# Roles have their own, shorter bounds; beside two other tests with browsers two cores need longer to get there.
STOP_SECONDS = 25


@dataclass
class Machine:
    """A home folder and a port, and the environment a person would start with."""

    home: Path
    port: int
    environment: dict[str, str]
    output: Path
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self) -> subprocess.Popen[bytes]:
        with self.output.open("wb") as output:
            up = subprocess.Popen(
                [sys.executable, "-m", "workflow.cli", "up"],
                env=self.environment,
                cwd=self.home.parent,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                # A group of its own, as a terminal gives it: Ctrl-C goes to all of the group.
                start_new_session=True,
            )
        self.started.append(up)
        return up

    def refuse(self, **changes: str) -> list[str]:
        """The lines of a start that must fail at once."""
        done = subprocess.run(
            [sys.executable, "-m", "workflow.cli", "up"],
            env={**self.environment, **changes},
            cwd=self.home.parent,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 2, done.stdout + done.stderr
        assert done.stdout == ""
        return done.stderr.splitlines()

    def said(self) -> str:
        return self.output.read_text(errors="replace")


@pytest.fixture
def machine() -> Iterator[Machine]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("WUGEYI_")}
    port = _free_port()
    environment = {**inherited, "WUGEYI_PORT": str(port), "WUGEYI_DEMO": "0"}
    for name in ("DATABASE_URL", "REDIS_URL"):
        environment.pop(name, None)
    # Not tmp_path: PostgreSQL runs as another user under root, and pytest keeps closing its folders to others.
    with tempfile.TemporaryDirectory(prefix="wugeyi-up-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o711)
        home = folder / "home"
        machine = Machine(home, port, {**environment, "WUGEYI_HOME": str(home)}, folder / "output")
        yield machine
        for up in machine.started:
            up.kill()
            up.wait()
        for pid in _processes_of(home):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def test_ctrl_c_leaves_no_process_behind_and_the_next_start_finds_the_data(machine: Machine) -> None:
    up = machine.start()
    _wait_until_ready(machine, up)
    _execute(machine, "CREATE TABLE kept (word text); INSERT INTO kept VALUES ('still here')")

    os.killpg(up.pid, signal.SIGINT)
    assert up.wait(STOP_SECONDS) == 0, machine.said()
    assert _processes_of(machine.home) == {}

    up = machine.start()
    _wait_until_ready(machine, up)
    assert _execute(machine, "SELECT word FROM kept") == "still here"

    up.send_signal(signal.SIGTERM)
    assert up.wait(STOP_SECONDS) == 0, machine.said()
    assert _processes_of(machine.home) == {}


def test_after_kill_9_of_the_supervisor_the_next_start_recovers_without_a_hand(machine: Machine) -> None:
    up = machine.start()
    _wait_until_ready(machine, up)
    _execute(machine, "CREATE TABLE kept (word text); INSERT INTO kept VALUES ('still here')")

    up.kill()
    up.wait()
    up = machine.start()
    _wait_until_ready(machine, up)
    assert _execute(machine, "SELECT word FROM kept") == "still here"

    up.kill()
    up.wait()
    _wait_until(lambda: not _processes_of(machine.home), STOP_SECONDS)


def test_processes_that_outlived_a_killed_supervisor_do_not_block_the_next_start(machine: Machine) -> None:
    # As if the kernel had not told the roles of the death of their supervisor: they hold the port and the folders.
    run = machine.home / "run"
    run.mkdir(parents=True)
    # It sleeps until it is killed: only that it lives and holds the port is wanted of it.
    script = f"import socket, time; server = socket.create_server(('127.0.0.1', {machine.port})); time.sleep(600)"
    command = [sys.executable, "-c", script, "api.wsgi:application"]
    orphan = subprocess.Popen(command, cwd=run, start_new_session=True, stdin=subprocess.DEVNULL)
    _wait_until(lambda: not _is_free(machine.port), 10)

    up = machine.start()
    _wait_until_ready(machine, up)
    assert orphan.wait(1) == -signal.SIGTERM

    up.send_signal(signal.SIGTERM)
    assert up.wait(STOP_SECONDS) == 0, machine.said()


def test_a_role_that_dies_stops_everything_and_is_named(machine: Machine) -> None:
    up = machine.start()
    _wait_until_ready(machine, up)
    [web] = [pid for pid, words in _processes_of(machine.home).items() if "gunicorn" in words and os.getsid(pid) == pid]

    os.kill(web, signal.SIGKILL)
    assert up.wait(STOP_SECONDS) == 1
    assert "web ended by itself (exit status -9)" in machine.said()
    assert _processes_of(machine.home) == {}


def test_roles_that_hang_are_killed_within_the_bound(machine: Machine) -> None:
    up = machine.start()
    _wait_until_ready(machine, up)
    for pid, words in _processes_of(machine.home).items():
        if "api.wsgi" in words or "workers.celery_app" in words:
            os.kill(pid, signal.SIGSTOP)

    up.send_signal(signal.SIGTERM)
    assert up.wait(STOP_SECONDS) == 0, machine.said()
    assert _processes_of(machine.home) == {}


def test_an_embedded_server_that_dies_stops_everything_and_is_named(machine: Machine) -> None:
    up = machine.start()
    _wait_until_ready(machine, up)
    [redis] = [pid for pid, words in _processes_of(machine.home).items() if "redis-server" in words]

    os.kill(redis, signal.SIGKILL)
    assert up.wait(STOP_SECONDS) == 1
    assert "redis ended by itself (exit status -9)" in machine.said()
    assert _processes_of(machine.home) == {}


def test_given_addresses_replace_the_embedded_servers_each_on_its_own(machine: Machine) -> None:
    with postgres_server(machine.home.parent / "other-postgres") as postgres:
        machine.environment["DATABASE_URL"] = postgres.url
        up = machine.start()
        _wait_until_ready(machine, up)
        running = " ".join(_processes_of(machine.home).values())
        assert "redis-server" in running
        assert "postgres:" not in running
        up.send_signal(signal.SIGTERM)
        assert up.wait(STOP_SECONDS) == 0, machine.said()
    assert not (machine.home / "postgres").exists()

    del machine.environment["DATABASE_URL"]
    with redis_server(machine.home.parent / "other-redis") as redis:
        machine.environment["REDIS_URL"] = redis.url
        up = machine.start()
        _wait_until_ready(machine, up)
        running = " ".join(_processes_of(machine.home).values())
        assert "redis-server" not in running
        assert "postgres:" in running
        up.send_signal(signal.SIGTERM)
        assert up.wait(STOP_SECONDS) == 0, machine.said()


def test_a_second_supervisor_of_the_same_home_is_refused_by_the_first_ones_number(machine: Machine) -> None:
    up = machine.start()
    _wait_until_ready(machine, up)

    [line] = machine.refuse(WUGEYI_PORT=str(_free_port()))
    assert f"process {up.pid} already runs there" in line
    assert _answers(machine.port)

    up.send_signal(signal.SIGTERM)
    assert up.wait(STOP_SECONDS) == 0, machine.said()


def test_a_taken_port_is_one_clear_line_and_nothing_is_started(machine: Machine) -> None:
    with socket.create_server(("127.0.0.1", machine.port)):
        [line] = machine.refuse()
    assert f"WUGEYI_PORT={machine.port}: cannot listen there: Address already in use" in line
    assert _processes_of(machine.home) == {}
    assert not (machine.home / "postgres").exists()


def test_a_flow_changed_under_running_cases_is_one_clear_line_and_nothing_is_left_running(machine: Machine) -> None:
    up = machine.start()
    _wait_until_ready(machine, up)
    _execute(machine, "INSERT INTO flow_versions (flow, version, digest, first_used) VALUES ('item', 1, 'x', now())")
    up.send_signal(signal.SIGTERM)
    assert up.wait(STOP_SECONDS) == 0, machine.said()

    [line] = machine.refuse()
    assert "flows/item.v1.yaml was changed, cases already run on it: add a new version instead" in line
    assert _processes_of(machine.home) == {}


@pytest.mark.parametrize("inside", ["", "deeper"])
def test_a_home_that_cannot_be_written_is_one_clear_line(machine: Machine, inside: str) -> None:
    # A file where a folder is needed: root may write anywhere else.
    machine.home.write_text("a file")
    [line] = machine.refuse(WUGEYI_HOME=str(machine.home / inside))
    assert f"WUGEYI_HOME='{machine.home / inside}': cannot write there" in line


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("postgresql://someone:secret@127.0.0.1:1/wugeyi", "cannot connect: connection"),
        ("postgresql://someone@nowhere.invalid/wugeyi", "cannot connect: "),
        ("mysql://someone:secret@127.0.0.1/wugeyi", "accepted: postgresql://"),
        ("postgresql://127.0.0.1:port/wugeyi", "accepted: postgresql://"),
    ],
)
def test_a_wrong_database_url_is_one_clear_line_without_the_password(machine: Machine, url: str, told: str) -> None:
    [line] = machine.refuse(DATABASE_URL=url)
    assert "DATABASE_URL=" in line
    assert told in line
    assert "secret" not in line
    assert _processes_of(machine.home) == {}


def test_a_wrong_redis_url_is_one_clear_line_without_the_password(machine: Machine) -> None:
    [line] = machine.refuse(REDIS_URL="redis://:secret@127.0.0.1:1/0")
    assert "REDIS_URL='redis://:***@127.0.0.1:1/0': cannot connect" in line


def test_all_faults_of_the_settings_come_at_once(machine: Machine) -> None:
    lines = machine.refuse(WUGEYI_PORT="http", WUGEYI_DEMO="maybe", WUGEYI_HMOE="./elsewhere")
    assert len(lines) == 3
    assert "nearest is WUGEYI_HOME" in lines[0]
    assert not machine.home.exists()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def _is_free(port: int) -> bool:
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


def _wait_until_ready(machine: Machine, up: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while "wugeyi is ready" not in machine.said():
        assert up.poll() is None, machine.said()
        assert time.monotonic() < deadline, machine.said()
        time.sleep(0.05)
    assert _answers(machine.port)


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    finally:
        connection.close()


def _wait_until(condition: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _execute(machine: Machine, statement: str) -> str | None:
    with psycopg.connect(database_url(machine.home / "postgres"), autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        row = cursor.fetchone() if cursor.description else None
    return None if row is None else str(row[0])


def _processes_of(home: Path) -> dict[int, str]:
    """Every live process that works under ``home`` or names it, with its command line."""
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        with contextlib.suppress(OSError):
            words = (entry / "cmdline").read_text(errors="replace").replace("\0", " ").strip()
            # What waits to be reaped has no command line.
            if words and (str((entry / "cwd").readlink()).startswith(f"{home}/") or f"{home}/" in words):
                found[int(entry.name)] = words
    return found
