"""POST /api/v1/cases/…/actions/… through the whole application, against a bare Flask view running the same SQL.

The action: a bearer token, an Idempotency-Key, rights, version, inputs, decision, one transaction, the answer as JSON.
Every statement the service sends for each request is recorded beforehand on a copy of the database; the bare view
runs exactly these, with their parameters and the same commits, on another copy, and answers the same body as JSON.
Both are called as WSGI applications in this process, each with one connection, request after request.
"""

import io
import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import psycopg
from flask import Flask, Response, jsonify, request
from sqlalchemy import Engine, event

from api.app import create_app
from tests.bench import back_and_forth
from tests.bench.measuring import Figure, take_turns
from tests.bench.stage import Stage, web_engine
from workflow.settings import load_settings
from workflow.store import tokens

TURNS = 9
REQUESTS = 250
"""Of each side in each round; every one is the first action on a case of its own."""
WARM_UP = 100

Statement = tuple[str, dict[str, Any] | None]


@dataclass(frozen=True, slots=True)
class Recording:
    """One request as the service worked it: its statements in order, and its answer."""

    statements: tuple[Statement, ...]
    answer: Any


def figures(stage: Stage) -> Iterator[Figure]:
    """Milliseconds for a request."""
    prepared = stage.database()
    engine = web_engine(prepared)
    officer, numbers = back_and_forth.fill(stage.office_on(engine), WARM_UP + TURNS * REQUESTS)
    with engine.begin() as conn:
        assert officer.id is not None
        token = tokens.issue(conn, officer.id, "bearer", "bench", timedelta(hours=1)).secret
    engine.dispose()
    stage.load(prepared)
    requests = [_request(f"/api/v1/cases/{no}/actions/send", token, f"bench-{no}") for no in numbers]
    recordings = _record(stage, stage.database(prepared), requests)
    ours = service(stage, web_engine(stage.database(prepared)))
    bare = _bare_view(web_engine(stage.database(prepared)), recordings)
    replays = [_request(f"/replay/{place}", token, f"bench-{no}") for place, no in enumerate(numbers)]
    sides = {"bare": _turns(stage, bare, replays), "ours": _turns(stage, ours, requests)}
    taken = take_turns(sides, TURNS)
    yield Figure("bare Flask view, same SQL", taken["bare"], "ms", "recorded statements, same commits")
    yield Figure("HTTP action", taken["ours"], "ms", "bare Flask", taken.ratio("ours", "bare"), ("<=", 2.0))


def service(stage: Stage, engine: Engine) -> Flask:
    """The whole application, as a web process has it."""
    settings = replace(load_settings({}), config=stage.config, demo=False, public_url="http://localhost")
    return create_app(stage.office_on(engine), settings)


def _bare_view(engine: Engine, recordings: list[Recording]) -> Flask:
    app = Flask("bare")

    @app.post("/replay/<int:place>")
    def replay(place: int) -> Response:
        request.get_json()
        recording = recordings[place]
        with engine.begin() as conn:
            for statement, parameters in recording.statements:
                found = conn.exec_driver_sql(statement, parameters)
                if found.returns_rows:
                    found.all()
        return jsonify(recording.answer)

    return app


def _request(path: str, token: str, key: str) -> dict[str, Any]:
    headers = {
        "HTTP_AUTHORIZATION": f"Bearer {token}",
        "HTTP_IDEMPOTENCY_KEY": key,
        "CONTENT_TYPE": "application/json",
    }
    return environ("POST", path, headers, json.dumps({"version": 1}).encode())


def environ(method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes = b"") -> dict[str, Any]:
    """A request as a server hands it over, without a test client in between; ``headers`` in WSGI's spelling."""
    return {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "localhost",
        "CONTENT_LENGTH": str(len(body)),
        **(headers or {}),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }


def send(app: Flask, given: dict[str, Any]) -> bytes:
    """The body of the answer; raises RuntimeError where it is not 200."""
    status: list[str] = []

    def start_response(line: str, headers: list[tuple[str, str]], exc_info: object = None) -> Callable[[bytes], object]:
        status.append(line)
        return lambda data: None

    sent = app(given, start_response)
    body = b"".join(sent)
    if hasattr(sent, "close"):
        sent.close()
    if not status[0].startswith("200"):
        raise RuntimeError(f"{given['PATH_INFO']}: {status[0]}: {body.decode()[:500]}")
    return body


def _turns(stage: Stage, app: Flask, requests: list[dict[str, Any]]) -> Callable[[], float]:
    """Each call sends the next REQUESTS requests and tells the milliseconds for one; the first ones warm up."""
    left = iter(requests)
    for _ in range(WARM_UP):
        send(app, next(left))

    def turn() -> float:
        stage.settle()
        begun = time.perf_counter()
        for _ in range(REQUESTS):
            send(app, next(left))
        return (time.perf_counter() - begun) / REQUESTS * 1000

    return turn


def _record(stage: Stage, url: str, requests: list[dict[str, Any]]) -> list[Recording]:
    """Work every request once, noting what the driver was given."""
    noted: list[Statement] = []

    class Noting(psycopg.Cursor[Any]):
        def execute(self, query: Any, params: Any = None, **options: Any) -> "Noting":
            noted.append((query.decode() if isinstance(query, bytes) else query, params))
            return super().execute(query, params, **options)

    def note(connection: Any, entry: object) -> None:
        connection.cursor_factory = Noting

    engine = web_engine(url)
    event.listen(engine, "connect", note)
    app = service(stage, engine)
    recordings = []
    for each in requests:
        noted.clear()
        answer = json.loads(send(app, {**each, "wsgi.input": io.BytesIO(each["wsgi.input"].getvalue())}))
        recordings.append(Recording(tuple(noted), answer))
    engine.dispose()
    return recordings
