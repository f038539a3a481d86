"""The application as it is served: gunicorn, several processes, real sockets."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from sqlalchemy import Engine, text

from tests.conftest import Databases
from workflow.settings import default_config_folder

pytestmark = pytest.mark.journey


def command(port: int, processes: int = 3) -> list[str]:
    """gunicorn as `wugeyi web` starts it."""
    options = [
        "--bind",
        f"127.0.0.1:{port}",
        "--workers",
        str(processes),
        "--worker-class",
        "gthread",
        "--threads",
        "4",
    ]
    return [sys.executable, "-m", "gunicorn", *options, "--no-control-socket", "api.wsgi:application"]


def environment(home: Path, database_url: str, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("WUGEYI_", "PROMETHEUS_"))}
    settings = {"DATABASE_URL": database_url, "WUGEYI_HOME": str(home), "WUGEYI_UPLOAD_MB": "8", "WUGEYI_DEMO": "1"}
    return {**kept, **settings, **more}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(slots=True)
class Server:
    """A running gunicorn."""

    port: int
    home: Path
    database_url: str

    @property
    def log(self) -> str:
        """What it has written so far."""
        return (self.home / "web.log").read_text(encoding="utf-8")

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, bytes, HTTPResponse]:
        """One request on a connection of its own."""
        http = HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            http.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
            answer = http.getresponse()
            return answer.status, answer.read(), answer
        finally:
            http.close()

    def send(self, raw: bytes) -> bytes:
        """Bytes as they are; the first bytes of the answer."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection:
            connection.sendall(raw)
            return connection.recv(4096)


@pytest.fixture(scope="module")
def server(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One gunicorn for all tests that leave no trace in it."""
    port, home, url = free_port(), tmp_path_factory.mktemp("web"), databases.new()
    log = home / "web.log"
    (home / "metrics" / "4194305").mkdir(parents=True)  # of a server that is gone: no process has this number
    with log.open("wb") as stream:
        process = subprocess.Popen(command(port), env=environment(home, url), stderr=stream)
    server = Server(port, home, url)
    deadline = time.monotonic() + 40
    while True:
        assert process.poll() is None, server.log
        assert time.monotonic() < deadline, server.log
        try:
            if server.ask("GET", "/healthz")[0] == 200:
                break
        except OSError:
            # A process of its own tells nobody when it listens: asked again, up to the deadline above.
            time.sleep(0.2)
    yield server
    process.send_signal(signal.SIGTERM)
    process.wait(20)


def counted(server: Server) -> float:
    """How many unknown addresses have been asked for."""
    found = re.search(rb'wugeyi_refusals_total\{code="no_such_address"\} ([0-9.]+)', server.ask("GET", "/metrics")[1])
    return float(found[1]) if found else 0.0


def test_the_counters_of_all_processes_are_added_up_whoever_is_asked(server: Server) -> None:
    deadline = time.monotonic() + 30
    before = counted(server)
    for _ in range(60):
        server.ask("GET", "/api/v1/nothing")
    while len(list((server.home / "metrics").glob("*/counter_*.db"))) < 2 and time.monotonic() < deadline:
        server.ask("GET", "/healthz")  # until a second process has answered something

    assert {counted(server) - before for _ in range(12)} == {60}


def test_bodies_too_long_are_refused_however_they_are_sent(server: Server) -> None:
    head = b"POST /api/v1/tokens HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    announced = server.send(head + b"Content-Length: 99999999999\r\n\r\n")
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    chunked = server.send(head + b"Transfer-Encoding: chunked\r\n\r\n" + chunk * 20 + b"0\r\n\r\n")

    assert announced.startswith(b"HTTP/1.1 413")
    assert chunked.startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize("path", ["/api/v1/tokens", "/api/v1/me", "/api/v1/projects", "/api/v1/nothing"])
def test_a_client_that_sends_all_before_it_reads_is_told_why_it_is_refused(path: str, server: Server) -> None:
    """As urllib does: with the connection closed under its body it saw a broken pipe and nothing else."""
    address = f"http://127.0.0.1:{server.port}{path}"
    request = Request(address, bytes(12_000_000), {"Content-Type": "application/json"})

    for _ in range(5):
        with pytest.raises(HTTPError) as refused:
            urlopen(request, timeout=10)
        refused.value.close()
        assert refused.value.code in (401, 404, 405, 413)


def test_a_body_that_never_ends_or_never_comes_is_not_waited_for(server: Server) -> None:
    head = b"POST /api/v1/tokens HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as silent:
        silent.sendall(head + b"Content-Length: 99999999999\r\n\r\n")
        while silent.recv(4096):
            pass
    waited = time.monotonic() - began
    sent = 0
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as endless:
        endless.sendall(head + b"Content-Length: 99999999999\r\n\r\n")
        with suppress(OSError):
            while sent < 100_000_000:
                sent += endless.send(bytes(100_000))

    assert waited < 10
    assert sent < 100_000_000
    assert server.ask("GET", "/healthz")[0] == 200
    assert "Traceback" not in server.log


@pytest.mark.parametrize(
    "raw",
    [
        b"GET /api/v1/\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Request-ID: a\x00b\r\n\r\n",
        b"GET /healthz HTTP/9.9\r\nHost: x\r\n\r\n",
        b"nonsense\r\n\r\n",
        b"GET " + b"x" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /api/v1/me HTTP/1.1\r\nHost: x\r\nCookie: " + b"x" * 9000 + b"\r\n\r\n",
        b"POST /api/v1/tokens HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /api/v1/tokens HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /api/v1/tokens HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        b"Transfer-Encoding: chunked\r\n\r\nZZ\r\nnonsense\r\n\r\n",
        b"POST /api/v1/tokens HTTP/1.1\r\nHost: \r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
        b"GET http://elsewhere.example/api/v1/me HTTP/1.1\r\nHost: x\r\n\r\n",
    ],
)
def test_bytes_that_are_hardly_http_are_answered_with_4xx(raw: bytes, server: Server) -> None:
    assert re.match(rb"HTTP/1\.[01] 4\d\d ", server.send(raw))
    assert server.ask("GET", "/healthz")[0] == 200


def test_what_is_logged_is_json_and_without_what_was_typed(server: Server) -> None:
    body = json.dumps({"username": "zhang.san", "password": "geheim"}).encode()
    status, _, answer = server.ask("POST", "/api/v1/tokens", body, Content_Type="application/json")
    server.send(b"GET /?phone=13800000000 nonsense\r\n\r\n")
    server.send(b"GET / HTTP/1.1\r\nHost: x\r\nphone 13800000000: x\r\n\r\n")
    # What must not be in the log has no moment to wait for: the server gets time to write it.
    time.sleep(0.5)

    ours = [json.loads(line) for line in server.log.splitlines() if line.startswith("{")]
    assert status == 401
    assert answer.headers["X-Request-ID"] in [line.get("request") for line in ours]
    assert "a request that is no HTTP was refused" in [line["text"] for line in ours]
    for typed in ("zhang.san", "geheim", "13800000000", "ip="):
        assert typed not in server.log


def test_a_changed_flow_stops_the_start_by_name_with_one_clear_line(
    database_url: str, engine: Engine, tmp_path: Path
) -> None:
    with engine.begin() as conn:
        conn.execute(
            text("INSERT INTO flow_versions (flow, version, digest, first_used) VALUES ('item', 1, 'another', now())")
        )

    ended = subprocess.run(
        command(free_port(), 1), env=environment(tmp_path, database_url), capture_output=True, text=True, timeout=60
    )

    assert ended.returncode != 0
    assert "flows/item.v1.yaml was changed" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_broken_configuration_stops_the_start_with_every_fault(database_url: str, tmp_path: Path) -> None:
    config = tmp_path / "config"
    shutil.copytree(default_config_folder(), config)
    (config / "flows" / "item.v1.yaml").write_text("flow: item\nversion: 1\nunknown: 2\n", encoding="utf-8")

    ended = subprocess.run(
        command(free_port(), 1),
        env=environment(tmp_path, database_url, WUGEYI_CONFIG=str(config)),
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert ended.returncode != 0
    assert "item.v1.yaml" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_counters_of_a_server_that_is_gone_are_removed(server: Server) -> None:
    folders = [folder.name for folder in (server.home / "metrics").iterdir()]

    assert len(folders) == 1
    assert folders != ["4194305"]
