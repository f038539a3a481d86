"""The first page of everything one goes to, in both languages, at the demo's size and at 10⁵ cases: whole requests as
WSGI calls, with the statements of each and its size. 100 ms and 300 ms are issue 6's bounds.

The district is the small one of the tests (`tests.pages.world`), made by the real commands, with rows in bulk around
it. Beside each page of the large one stands a bare Flask view that runs the same SQL and answers the same body.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any

import psycopg
from flask import Flask, Response
from sqlalchemy import Engine, event, text

from api.app import create_app
from tests.bench import war_map
from tests.bench.http_action import environ, send
from tests.bench.measuring import Figure, milliseconds, processor_milliseconds, take_turns
from tests.bench.stage import Stage, web_engine
from tests.pages.every_page import PAGES
from tests.pages.world import SECRET, World, build
from workflow.settings import load_settings
from workflow.store import demo_time, tokens
from workflow.work import Office

SIZES: Mapping[str, tuple[int, float]] = {"2·10³": (2_000, 100.0), "10⁵": (100_000, 300.0)}
"""Cases, and the most milliseconds a page may take."""
REFERENCED = "10⁵"
TIMES, WARM_UP = 9, 6
TURNS = 3
PRINCIPAL = (
    "sign-in",
    "my cases",
    "new application",
    "draft",
    "progress of a bundle",
    "worklist",
    "whole district",
    "worklist of a director",
    "worklist of today",
    "case overdue",
    "bundle",
    "proof",
    "checking papers",
    "consultation",
    "help desk",
    "tender",
    "acceptance",
    "project on the war map",
    "projects",
    "project",
    "war map",
    "war map by street",
    "escalations",
    "alerts",
    "notices",
    "report",
    "figures",
    "cases behind lights",
    "calendar with a question",
    "flow",
    "items",
    "public query answered",
    "ledger",
    "administration",
    "people",
)
_DIRECTORS = {"worklist of a director": ("director_qx", "/work")}

# A third of the open cases has cards, each on its officer's desk; every tenth of them has gone unanswered.
_AROUND = """
INSERT INTO events (case_id, seq, action, from_state, to_state, actor_id, actor_role, effective_at, recorded_at, input,
  hash)
SELECT c.id, n, 'accept', 'received', 'in_review', c.assignee_id, 'officer', c.opened_at, c.opened_at, '{}', '\\x00'
FROM cases c, generate_series(1, 3) n WHERE c.no ~ '^LS2026-[0-9]{7}$';
INSERT INTO alerts (case_id, clock_id, epoch, rung, card, person_id, role, due_at, created_at, acknowledged_at,
  answer_by, department)
SELECT c.id, k.id, 1, r, (ARRAY['notice', 'yellow', 'red'])[1 + r], c.assignee_id, 'officer', k.due_at,
  k.due_at - interval '2 days', CASE WHEN (c.id + r) % 10 <> 0 THEN app_now() END,
  CASE WHEN (c.id + r) % 10 = 0 THEN app_now() - make_interval(secs => c.id % 90000) ELSE 'infinity' END, c.department
FROM cases c JOIN clocks k ON k.case_id = c.id, generate_series(0, 1) r
WHERE c.ended_at IS NULL AND c.no ~ '^LS2026-[0-9]{7}$' AND c.id % 3 = 0;
INSERT INTO notices (effect_key, person_id, case_id, message, body, created_at, seen_at)
SELECT 'bench:' || id, assignee_id, id, 'case_moved', '{}', opened_at, CASE WHEN id % 20 <> 0 THEN app_now() END
FROM cases WHERE no ~ '^LS2026-[0-9]{7}$' AND id % 2 = 0;
INSERT INTO outbox (effect_key, channel, case_id, person_id, body, state, created_at, next_at, delivered_at)
SELECT 'bench:' || id, 'email', id, assignee_id, '{}', 'delivered', opened_at, opened_at, opened_at
FROM cases WHERE no ~ '^LS2026-[0-9]{7}$';
"""


@dataclass(frozen=True, slots=True)
class Visit:
    """One page, asked for by somebody; ``statements`` are those it sends, in order, with their parameters."""

    name: str
    request: dict[str, Any]
    body: bytes
    statements: tuple[tuple[str, Any], ...]


def figures(stage: Stage) -> Iterator[Figure]:
    """Milliseconds for a request."""
    for size, (cases, most) in SIZES.items():
        yield from _of_size(stage, size, cases, most)


def district(stage: Stage, cases: int) -> tuple[str, World]:
    """The address of a database with the small district and ``cases`` more cases, and who is who in it."""
    url = stage.database()
    engine = web_engine(url)
    with engine.begin() as conn:
        demo_time.install(conn)
    world = build(stage.office_on(engine))
    engine.dispose()
    war_map.fill(stage, url, cases)
    stage.load(url, _AROUND)
    return url, world


def _of_size(stage: Stage, size: str, cases: int, most: float) -> Iterator[Figure]:
    url, world = district(stage, cases)
    engine = web_engine(url)
    noted = _noting(engine)
    office = stage.office_on(engine)
    settings = replace(load_settings({}), config=stage.config, demo=True, public_url="http://localhost", secret=SECRET)
    app = create_app(office, settings)
    bare_engine = web_engine(url)
    for name, requests in _requests(office, world).items():
        visits = {lang: _visit(app, noted, name, request) for lang, request in requests.items()}
        for lang, visit in visits.items():
            once = partial(send, app, visit.request)
            value = milliseconds(once, TIMES)
            yield Figure(
                f"page at {size}: {name}, {lang}",
                value,
                "ms",
                f"{most:.0f} ms",
                value / most,
                ("<=", 1.0),
                len(visit.statements),
                len(visit.body) / 1024,
                processor_milliseconds(once, TIMES),
            )
        if size == REFERENCED:
            yield _beside_bare(app, bare_engine, visits["zh"])
    for each in (engine, bare_engine):
        each.dispose()


def _requests(office: Office, world: World) -> dict[str, dict[str, dict[str, Any]]]:
    """By page and language, what a browser sends."""
    cookies = {"": ""}
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for name in PRINCIPAL:
        username, address = _DIRECTORS[name] if name in _DIRECTORS else (PAGES[name][0], PAGES[name][1](world))
        if username not in cookies:
            cookies[username] = _session(office, username)
        path, _, query = address.partition("?")
        found[name] = {
            lang: {
                **environ("GET", path, {"HTTP_COOKIE": f"{cookies[username]}; wugeyi-lang={lang}"}),
                "HTTP_ACCEPT": "text/html",
                "QUERY_STRING": query,
            }
            for lang in ("zh", "en")
        }
    return found


def _session(office: Office, username: str) -> str:
    with office.engine.begin() as conn:
        person = conn.execute(text("SELECT id FROM people WHERE username = :name"), {"name": username}).scalar_one()
        return f"wugeyi={tokens.issue(conn, person, 'session', '', timedelta(hours=1)).secret}"


def _visit(app: Flask, noted: list[tuple[str, Any]], name: str, request: dict[str, Any]) -> Visit:
    # Caches fill, statements are prepared: what is counted then is what every further request does.
    for _ in range(WARM_UP):
        send(app, request)
    noted.clear()
    body = send(app, request)
    return Visit(name, request, body, tuple(noted))


def _beside_bare(app: Flask, engine: Engine, visit: Visit) -> Figure:
    bare = Flask("bare")

    @bare.get("/")
    def same() -> Response:
        with engine.begin() as conn:
            for statement, parameters in visit.statements:
                found = conn.exec_driver_sql(statement, parameters)
                if found.returns_rows:
                    found.all()
        return Response(visit.body, mimetype="text/html")

    for _ in range(WARM_UP):
        send(bare, environ("GET", "/"))
    sides = {
        "bare": lambda: milliseconds(partial(send, bare, environ("GET", "/")), TIMES),
        "ours": lambda: milliseconds(partial(send, app, visit.request), TIMES),
    }
    taken = take_turns(sides, TURNS)
    name = f"page at {REFERENCED}: {visit.name}, a bare Flask view with its SQL"
    return Figure(name, taken["bare"], "ms", "ratio: the page to this", taken.ratio("ours", "bare"))


def _noting(engine: Engine) -> list[tuple[str, Any]]:
    """Where every statement sent to the database is written down from here on."""
    noted: list[tuple[str, Any]] = []

    class Noting(psycopg.Cursor[Any]):
        def execute(self, query: Any, params: Any = None, **options: Any) -> "Noting":
            noted.append((query.decode() if isinstance(query, bytes) else str(query), params))
            return super().execute(query, params, **options)

    def note(connection: Any, entry: object) -> None:
        connection.cursor_factory = Noting

    event.listen(engine, "connect", note)
    return noted
