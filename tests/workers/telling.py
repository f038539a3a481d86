"""Couriers, clocks and receivers for tests of how people are told."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from sqlalchemy import Engine, text

from workflow.commands.outgoing import Channel, Outgoing, Undelivered
from workflow.commands.pass_on import pass_on
from workflow.store import outbox
from workflow.work import Office


@dataclass(slots=True)
class Line:
    """A channel that keeps what it is given, and fails as `fails` says."""

    heard: list[Outgoing] = field(default_factory=list)
    asked: int = 0
    fails: Undelivered | None = None

    def __call__(self, outgoing: Outgoing) -> None:
        self.asked += 1
        if self.fails is not None:
            raise self.fails
        self.heard.append(outgoing)


def due(engine: Engine, most: int = 5000) -> list[int]:
    """What waits and is due, oldest first."""
    with engine.begin() as conn:
        return outbox.due_ids(conn, most)


def pass_round(office: Office, channels: Mapping[str, Channel]) -> list[str]:
    """Pass on what is due now, each once."""
    return [pass_on(office, message_id, channels) for message_id in due(office.engine)]


def pass_all(office: Office, channels: Mapping[str, Channel], most: int = 50) -> None:
    """Pass on until nothing is due."""
    for _ in range(most):
        if not pass_round(office, channels):
            return
    raise AssertionError("messages came due again and again")


def tell_all(office: Office) -> None:
    """Expand every message for several people; nothing is handed over."""
    with office.engine.connect() as conn:
        ids = conn.execute(text("SELECT id FROM outbox WHERE channel = 'tell' AND state = 'pending' ORDER BY id"))
        found = list(ids.scalars())
    for message_id in found:
        pass_on(office, message_id, {})


def retries_are_due(engine: Engine) -> None:
    """Whatever waits for a retry or the end of the breaker's pause is due; quiet hours and couriers are left alone."""
    with engine.begin() as conn:
        conn.execute(
            text("""
UPDATE outbox SET next_at = now() WHERE id IN (
  SELECT id FROM outbox WHERE state IN ('pending', 'queued') AND not_before IS NULL FOR UPDATE SKIP LOCKED)""")
        )
    with engine.begin() as conn:
        conn.execute(text("UPDATE channel_health SET next_at = now(), probing_until = now()"))


def rows(engine: Engine, statement: str, **parameters: object) -> list[Any]:
    """What a statement finds."""
    with engine.connect() as conn:
        return list(conn.execute(text(statement), parameters).all())


def write(engine: Engine, statement: str, **parameters: object) -> None:
    """Set the scene in a way no command could."""
    with engine.begin() as conn:
        conn.execute(text(statement), parameters)


@dataclass(slots=True)
class Provider:
    """An HTTP server that stands for a provider; ``answer`` gives status, headers and body for a path."""

    answer: Callable[[str], tuple[int, dict[str, str], object]]
    port: int = 0
    asked: list[tuple[str, Any]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def provider(answer: Callable[[str], tuple[int, dict[str, str], object]]) -> Iterator[Provider]:
    """A provider on a free port of this machine until the end of the block."""
    stand_in = Provider(answer)

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            stand_in.asked.append((self.path, json.loads(body) if body.startswith(b"{") else body.decode()))
            status, headers, said = stand_in.answer(self.path)
            words = json.dumps(said).encode()
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(words))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(words)

        do_POST = do_GET = _answer

        def log_message(self, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    stand_in.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield stand_in
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
