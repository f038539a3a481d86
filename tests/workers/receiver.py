"""A real receiver of webhooks on this machine, which checks what arrives as the documentation says, and can be killed
in the middle of an answer and come back on the same port."""

import json
import shutil
import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any

import pytest

Reply = Callable[[int], tuple[int, dict[str, str]]]


def fine(_: int) -> tuple[int, dict[str, str]]:
    """Every request is taken."""
    return 200, {}


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def event(self) -> dict[str, Any]:
        return json.loads(self.body)  # type: ignore[no-any-return]


class Quiet(ThreadingHTTPServer):
    """The library's own, silent about connections that break off."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing: that is what is tested."""


@dataclass(slots=True)
class Receiver:
    """What arrived, in order, also across restarts. ``reply`` says what the n-th request is answered, with ``body``;
    ``die_at`` is the request after which the receiver is gone, before it has answered. ``drips``: an answer comes byte
    by byte, without end. ``tls`` is a folder with a certificate of hooks.example.com."""

    port: int = 0
    reply: Reply = fine
    die_at: int = 0
    received: list[Received] = field(default_factory=list)
    server: ThreadingHTTPServer | None = None
    thread: Thread | None = None
    lock: Lock = field(default_factory=Lock)
    dead: bool = False
    body: bytes = b""
    drips: bool = False
    tls: Path | None = None
    stopping: Event = field(default_factory=Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    @property
    def certificate(self) -> str:
        """Whom to believe, to believe this receiver."""
        assert self.tls is not None
        return (self.tls / "cert.pem").read_text()

    @property
    def ids(self) -> list[str]:
        return [one.id for one in self.received]

    def start(self) -> None:
        """Listen, on the same port as before."""
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with receiver.lock:
                    if receiver.dead:
                        self.connection.shutdown(socket.SHUT_RDWR)
                        return
                    headers = {name.lower(): value for name, value in self.headers.items()}
                    receiver.received.append(Received(self.path, headers, body))
                    count = len(receiver.received)
                    receiver.dead = count == receiver.die_at
                if receiver.dead:
                    self.close_connection = True
                    with suppress(OSError):
                        self.connection.shutdown(socket.SHUT_RDWR)
                    return
                with suppress(OSError):
                    self.drip() if receiver.drips else self.answer(*receiver.reply(count))

            def answer(self, status: int, extra: dict[str, str]) -> None:
                self.send_response(status)
                for name, value in {"Content-Length": str(len(receiver.body)), **extra}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(receiver.body)

            def drip(self) -> None:
                self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Drip: ")
                while not receiver.stopping.wait(0.05):
                    self.wfile.write(b"x")

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.dead = False
        self.stopping.clear()
        self.server = Quiet(("127.0.0.1", self.port), Handler)
        if self.tls is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.tls / "cert.pem", self.tls / "key.pem")
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.server.daemon_threads = True
        self.port = self.server.server_port
        self.thread = Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})
        self.thread.start()

    def stop(self) -> None:
        """Nobody listens any more: connections are refused."""
        if self.server is None or self.thread is None:
            return
        self.stopping.set()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
        self.server = None


@contextmanager
def receiving(reply: Reply = fine, tls: Path | None = None) -> Iterator[Receiver]:
    """A receiver on a free port of this machine until the end of the block."""
    receiver = Receiver(reply=reply, tls=tls)
    receiver.start()
    try:
        yield receiver
    finally:
        receiver.stop()


def certificate(folder: Path) -> Path:
    """``cert.pem`` and ``key.pem`` of hooks.example.com, signed by itself, in ``folder``."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("no openssl here to make a certificate with")
    what = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "3650"]
    name = ["-subj", "/CN=hooks.example.com", "-addext", "subjectAltName=DNS:hooks.example.com"]
    where = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    subprocess.run([openssl, *what, *name, *where], check=True, capture_output=True)
    return folder
