"""When something of ours breaks: the right 5xx or 409, a reference number, nothing of the inside, nothing half done."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import Engine, text

from api import access
from api.app import create_app
from api.route_table import PUBLIC, ROUTES, SIGNED_IN
from tests import given
from tests.api.conftest import Caller
from workflow.actor import Actor
from workflow.settings import Settings
from workflow.store.engine import open_engine
from workflow.work import Office

SECRET = "张三 13800000000"


@pytest.fixture
def app(office: Office, settings: Settings) -> Flask:
    """An application of the test's own: routes are added to it."""
    return create_app(office, settings)


@pytest.fixture
def view(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """Serve a view of the test at /api/v1/probe."""

    def serve(function: Callable[[], object]) -> None:
        monkeypatch.setitem(ROUTES, "POST /api/v1/probe", SIGNED_IN)
        app.add_url_rule("/api/v1/probe", "probe", function, methods=["POST"])

    return serve


@pytest.fixture
def clerk(town: given.Town, by_token: Callable[[Actor], Caller]) -> Caller:
    return by_token(town.clerk)


def test_an_unexpected_exception_is_500_with_a_reference_number_and_no_internals(
    view: Callable[..., None], clerk: Caller
) -> None:
    def broken() -> str:
        raise KeyError(SECRET)

    view(broken)
    answer = clerk("POST", "/api/v1/probe", headers={"X-Request-ID": "request-0001"})

    assert answer.status_code == 500
    assert answer.json["code"] == "our_fault"
    assert answer.json["extra"]["reference"] == "request-0001"
    assert "request-0001" in answer.json["zh"]
    assert "KeyError" not in answer.text
    assert SECRET not in answer.text


def test_what_a_view_wrote_before_it_broke_is_gone(view: Callable[..., None], clerk: Caller, engine: Engine) -> None:
    def broken() -> str:
        with access.work() as work:
            work.conn.execute(text("UPDATE people SET email = 'changed@example.org'"))
            raise RuntimeError

    view(broken)

    assert clerk("POST", "/api/v1/probe").status_code == 500
    with engine.connect() as conn:
        assert conn.execute(text("SELECT count(*) FROM people WHERE email <> ''")).scalar_one() == 0


def test_a_view_that_forgets_to_begin_its_work_gives_its_connection_back(
    view: Callable[..., None], clerk: Caller, engine: Engine
) -> None:
    view(lambda: "nothing")
    for _ in range(30):
        assert clerk("POST", "/api/v1/probe").status_code == 200

    assert engine.pool.checkedout() == 0  # type: ignore[attr-defined]


def test_two_units_of_work_in_one_request_are_two_transactions(
    view: Callable[..., None], clerk: Caller, engine: Engine
) -> None:
    def twice() -> str:
        with access.work() as work:
            work.conn.execute(text("UPDATE people SET email = 'first@example.org'"))
        with access.work() as work:
            work.conn.execute(text("UPDATE people SET email = 'second@example.org'"))
            raise RuntimeError

    view(twice)
    clerk("POST", "/api/v1/probe")

    with engine.connect() as conn:
        assert conn.execute(text("SELECT DISTINCT email FROM people")).scalar_one() == "first@example.org"
    assert engine.pool.checkedout() == 0  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("statement", "status", "code", "retry"),
    [
        ("INSERT INTO companies (credit_code, name) SELECT credit_code, name FROM companies", 409, "busy", True),
        ("INSERT INTO person_roles (person_id, role) VALUES (-1, 'clerk')", 409, "busy", True),
        ("DO $$ BEGIN RAISE EXCEPTION SQLSTATE '40001'; END $$", 409, "busy", True),
        ("DO $$ BEGIN RAISE EXCEPTION SQLSTATE '40P01'; END $$", 409, "busy", True),
        ("DO $$ BEGIN RAISE EXCEPTION SQLSTATE '55P03'; END $$", 409, "busy", True),
        ("SELECT 2147483647::int + 1", 400, "value_not_storable", False),
        ("SELECT cast('x' AS date)", 400, "value_not_storable", False),
        ("SET LOCAL statement_timeout = '10ms'; SELECT pg_sleep(5)", 503, "database_away", True),
        ("SELECT pg_terminate_backend(pg_backend_pid())", 503, "database_away", True),
        ("SELECT nothing FROM nowhere", 500, "our_fault", False),
        ("INSERT INTO companies (credit_code, name) VALUES ('x', NULL)", 500, "our_fault", False),
    ],
)
def test_what_the_database_says_becomes_the_right_answer(
    statement: str, status: int, code: str, retry: bool, view: Callable[..., None], clerk: Caller
) -> None:
    def run() -> str:
        with access.work() as work:
            work.conn.exec_driver_sql(statement)
        return "done"

    view(run)
    answer = clerk("POST", "/api/v1/probe")

    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert ("Retry-After" in answer.headers) is retry
    assert "sql" not in answer.text.lower()
    assert clerk("GET", "/api/v1/me").status_code == 200, "the next request is served"


@pytest.fixture
def without_database(office: Office, settings: Settings) -> Flask:
    """The application while nobody listens where the database should be."""
    return create_app(replace(office, engine=open_engine("postgresql://nobody@127.0.0.1:1/none", "web")), settings)


def test_with_the_database_away_every_closed_route_says_503_and_when_to_come_back(without_database: Flask) -> None:
    answer = without_database.test_client().get("/api/v1/me", headers={"Authorization": "Bearer " + "x" * 43})

    assert (answer.status_code, answer.json["code"]) == (503, "database_away")
    assert int(answer.headers["Retry-After"]) > 0
    assert "127.0.0.1" not in answer.text


def test_with_the_database_away_the_process_is_alive_but_not_ready_and_still_measured(without_database: Flask) -> None:
    client = without_database.test_client()

    assert client.get("/healthz").status_code == 200
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json["database"]) == (503, "away")
    metrics = client.get("/metrics")
    assert metrics.status_code == 200
    assert "wugeyi_database_up 0.0" in metrics.text
    assert "wugeyi_http_requests_total" in metrics.text


def test_a_route_only_for_some_roles_is_closed_to_others_naming_the_roles(
    app: Flask, monkeypatch: pytest.MonkeyPatch, town: given.Town, by_token: Callable[[Actor], Caller]
) -> None:
    from api.route_table import only

    monkeypatch.setitem(ROUTES, "POST /api/v1/probe", only("admin", "supervisor"))
    app.add_url_rule("/api/v1/probe", "probe", lambda: "in", methods=["POST"])

    refused = by_token(town.clerk)("POST", "/api/v1/probe")

    assert (refused.status_code, refused.json["code"]) == (403, "role_required")
    assert refused.json["extra"]["roles"] == ["admin", "supervisor"]
    assert by_token(town.supervisor)("POST", "/api/v1/probe").status_code == 200


def test_a_page_can_show_problems_in_its_own_way_but_the_api_stays_json(app: Flask) -> None:
    from flask import Response

    from api.problems import Problem, pages_answer_with

    def page(problem: Problem) -> Response:
        return Response(f"<h1>{problem.title.zh}</h1>", problem.status)

    pages_answer_with(app, page)
    client = app.test_client()

    html = client.get("/nothing", headers={"Accept": "text/html"})
    assert (html.status_code, html.text) == (404, "<h1>没有找到</h1>")
    assert client.get("/api/v1/nothing", headers={"Accept": "text/html"}).json["status"] == 404
    assert client.get("/nothing", headers={"Accept": "application/json"}).json["status"] == 404


def test_a_public_route_looks_nobody_up(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ROUTES, "GET /probe", PUBLIC)
    app.add_url_rule("/probe", "probe", lambda: str(access.me_if_signed_in()))

    answer = app.test_client().get("/probe", headers={"Authorization": "Bearer nonsense"})

    assert (answer.status_code, answer.text) == (200, "None")
