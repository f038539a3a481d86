"""Health, readiness, figures and log lines: what an operator and a machine look at."""

import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import StringIO

import pytest
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Engine, text

from api.app import create_app
from tests import given
from tests.api.conftest import Caller
from workflow import logs
from workflow.actor import Actor
from workflow.queries import operations
from workflow.settings import Settings
from workflow.store import readers
from workflow.work import Office


def figures(anyone: Caller) -> dict[str, float]:
    """Every sample without labels, and labelled ones as name{value,…}."""
    families = text_string_to_metric_families(anyone("GET", "/metrics").text)
    return {
        f"{sample.name}{{{','.join(sample.labels.values())}}}" if sample.labels else sample.name: sample.value
        for family in families
        for sample in family.samples
    }


def test_the_process_is_up(anyone: Caller) -> None:
    assert anyone("GET", "/healthz").json == {"status": "ok"}


def test_ready_tells_the_age_of_the_newest_heartbeat_and_does_not_require_redis(anyone: Caller, engine: Engine) -> None:
    with engine.begin() as conn:
        conn.execute(
            text("""
INSERT INTO heartbeats (name, at) VALUES ('relay:a:1', now() - interval '90 seconds'),
  ('sweeper:a:1', now() - interval '1 hour'), ('sweeper:b:2', now())""")
        )

    ready = anyone("GET", "/readyz")

    assert ready.status_code == 200
    assert ready.json["redis"] == "not set"
    assert set(ready.json["heartbeat_age_seconds"]) == {"relay", "sweeper"}
    assert ready.json["failing_duties"] == {}
    assert 90 <= ready.json["heartbeat_age_seconds"]["relay"] < 120
    assert 0 <= ready.json["heartbeat_age_seconds"]["sweeper"] < 30
    assert 0 <= figures(anyone)["wugeyi_heartbeat_age_seconds{sweeper}"] < 30


def test_a_duty_that_a_living_worker_cannot_do_is_told(anyone: Caller, engine: Engine) -> None:
    with engine.begin() as conn:
        conn.execute(
            text("""
INSERT INTO heartbeats (name, at, info) VALUES
  ('caretaker:a:1', now(), '{"done": 1, "failing": {"figures": "landing changed without a new version"}}'),
  ('caretaker:b:2', now() - interval '1 hour', '{"done": 1, "failing": {"digests": "KeyError"}}'),
  ('caretaker:c:3', now(), '{"done": 1}')""")
        )
        readers.put_aside(conn, "exchange", readers.Ref("case", 7), "KeyError")

    ready = anyone("GET", "/readyz")

    assert ready.status_code == 200
    assert ready.json["failing_duties"] == {"figures": "landing changed without a new version"}
    found = figures(anyone)
    assert found["wugeyi_duties_failing{figures}"] == 1
    assert (found["wugeyi_put_aside{exchange}"], found["wugeyi_put_aside{figures}"]) == (1, 0)


def test_redis_is_reported(office: Office, settings: Settings, redis_url: str) -> None:
    up = create_app(office, replace(settings, redis_url=redis_url))
    away = create_app(office, replace(settings, redis_url="redis://127.0.0.1:1/0"))

    assert up.test_client().get("/readyz").json["redis"] == "ok"
    answer = away.test_client().get("/readyz")
    assert (answer.status_code, answer.json["redis"]) == (200, "away")


@pytest.mark.parametrize("change", ["UPDATE alembic_version SET version_num = '0000'", "DROP TABLE alembic_version"])
def test_a_database_of_another_shape_is_not_ready_and_says_what_to_do(
    change: str, anyone: Caller, engine: Engine
) -> None:
    with engine.begin() as conn:
        conn.execute(text(change))

    ready = anyone("GET", "/readyz")

    assert ready.status_code == 503
    assert "wugeyi migrate" in ready.json["database"]


def test_figures_count_armed_due_lag_and_waiting_messages(
    office: Office, town: given.Town, anyone: Caller, engine: Engine
) -> None:
    submitted = given.moment("2026-11-02")
    given.application(office, town, submitted)
    given.time_is(engine, submitted)
    before = figures(anyone)
    given.time_is(engine, given.moment("2026-11-20"))
    with engine.begin() as conn:
        conn.execute(text("UPDATE clocks SET state = 'quarantined' WHERE id = (SELECT min(id) FROM clocks)"))
        conn.execute(
            text("""
INSERT INTO outbox (effect_key, channel, body, state, created_at, put_at, next_at)
SELECT 'x' || n, 'log', '{}', CASE WHEN n < 3 THEN 'failed' ELSE 'queued' END, app_now(), now() - interval '1 hour',
  now()
FROM generate_series(1, 5) n""")
        )
        rows = conn.execute(
            text("""
SELECT count(*) FILTER (WHERE state = 'armed') AS armed,
  count(*) FILTER (WHERE state = 'armed' AND fire_at <= app_now()) AS due,
  extract(epoch FROM app_now() - min(fire_at) FILTER (WHERE state = 'armed'))::float8 AS lag FROM clocks""")
        ).one()
        waiting = conn.execute(
            text("SELECT count(*) FROM outbox WHERE state IN ('pending', 'queued', 'leased')")
        ).scalar_one()
    after = figures(anyone)

    assert before["wugeyi_clocks_due"] == 0
    assert before["wugeyi_clocks_lag_seconds"] == 0
    assert rows.due > 0
    assert after["wugeyi_clocks_armed"] == rows.armed == before["wugeyi_clocks_armed"] - 1
    assert after["wugeyi_clocks_due"] == rows.due
    assert after["wugeyi_clocks_lag_seconds"] == pytest.approx(rows.lag, abs=10)
    assert after["wugeyi_clocks_quarantined"] == 1
    assert after["wugeyi_outbox_waiting"] == waiting >= 3
    # in real time, however far the office's time was moved
    assert after["wugeyi_outbox_oldest_seconds"] == pytest.approx(3600, abs=10)
    assert after["wugeyi_outbox_failed"] == 2


def test_counts_stop_at_a_bound_and_use_the_narrow_indexes(
    office: Office, town: given.Town, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operations, "COUNT_AT_MOST", 2)
    given.application(office, town, given.moment("2026-11-02"))
    with engine.begin() as conn:
        conn.execute(text("ANALYZE clocks"))
        found = operations.figures(conn)
        conn.execute(text("SET LOCAL enable_seqscan = off"))
        plan = "\n".join(conn.execute(text(f"EXPLAIN {operations._FIGURES.text}"), {"most": 10_000}).scalars())

    assert found.armed > 2, "beyond the bound the estimate of the index"
    for index in ("clocks_due", "clocks_quarantined", "outbox_waiting", "outbox_failed"):
        assert index in plan
    assert "Seq Scan" not in plan


def test_requests_and_refusals_are_counted_by_route_and_code(anyone: Caller) -> None:
    def count() -> tuple[float, float, float]:
        found = figures(anyone)
        return (
            found.get("wugeyi_http_requests_total{GET,/api/v1/me,401}", 0),
            found.get("wugeyi_refusals_total{sign_in_required}", 0),
            found.get("wugeyi_http_request_seconds_count{GET,/api/v1/me}", 0),
        )

    before = count()
    for _ in range(3):
        anyone("GET", "/api/v1/me")

    assert count() == tuple(number + 3 for number in before)


def test_addresses_and_methods_of_strangers_do_not_become_series(anyone: Caller) -> None:
    for n in range(5):
        anyone("GET", f"/nothing/{n}")
        anyone(f"BREW{n}", "/healthz")

    names = "\n".join(figures(anyone))
    assert "/nothing" not in names
    assert "BREW" not in names
    assert "unmatched" in names


@pytest.fixture
def written() -> Iterator[StringIO]:
    """Everything this process logs during the test."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    stream = StringIO()
    logs.configure("DEBUG", stream)
    yield stream
    root.handlers[:] = before
    root.setLevel(level)


def test_log_lines_carry_request_route_and_code_and_nothing_anybody_typed(
    written: StringIO, anyone: Caller, town: given.Town, by_token: Callable[[Actor], Caller]
) -> None:
    clerk = by_token(town.clerk)
    anyone("POST", "/api/v1/tokens", json={"username": "zhang.san", "password": "geheim-2022"})
    anyone("POST", "/api/v1/tokens", json={"username": "zhang.san", "password": "geheim-2022", "phone": "13800000000"})
    anyone("GET", "/api/v1/zhang.san", query_string="phone=13800000000")
    clerk("GET", "/api/v1/me", headers={"X-Request-ID": "request-0001"})
    clerk("DELETE", "/api/v1/tokens/999999")

    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    answered = [line for line in lines if line["text"] == "answered"]
    assert [line["status"] for line in answered] == [401, 400, 404, 200, 404]
    assert [line.get("code") for line in answered] == [
        "wrong_credentials",
        "bad_input",
        "no_such_address",
        None,
        "no_such_token",
    ]
    assert answered[3]["request"] == "request-0001"
    assert answered[3]["route"] == "/api/v1/me"
    assert {line["level"] for line in answered} == {"INFO"}
    token = clerk.headers["Authorization"].removeprefix("Bearer ")
    for typed in ("zhang.san", "geheim", "13800000000", "127.0.0.1", token, "999999", town.clerk.name):
        assert typed not in written.getvalue()


def test_a_broken_promise_is_logged_as_error_with_its_reference_and_without_the_data(
    written: StringIO,
    app: Flask,
    town: given.Town,
    by_token: Callable[[Actor], Caller],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(_: object) -> None:
        raise ValueError("张三 13800000000")

    monkeypatch.setattr("api.resources.me._roles", broken)
    answer = by_token(town.clerk)("GET", "/api/v1/me")

    [line] = [json.loads(line) for line in written.getvalue().splitlines() if '"ERROR"' in line]
    assert answer.status_code == 500
    assert line["reference"] == answer.json["extra"]["reference"] == line["request"]
    assert line["error"] == "ValueError"
    assert "张三" not in written.getvalue()


def test_a_constraint_that_fails_does_not_quote_the_row_in_the_log(
    written: StringIO, town: given.Town, by_token: Callable[[Actor], Caller], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(work: object) -> None:
        work.conn.exec_driver_sql("UPDATE people SET name = NULL, email = 'zhang.san@example.org'")  # type: ignore[attr-defined]

    monkeypatch.setattr("api.resources.me._roles", broken)

    assert by_token(town.clerk)("GET", "/api/v1/me").status_code == 500
    assert "a promise was broken" in written.getvalue()
    assert "zhang.san" not in written.getvalue()


def test_lines_of_a_request_about_a_case_carry_its_number_if_it_is_one(
    written: StringIO, town: given.Town, by_token: Callable[[Actor], Caller]
) -> None:
    clerk = by_token(town.clerk)
    clerk("GET", "/api/v1/cases/LS2026-000123")
    clerk("GET", "/api/v1/cases/13800000000")

    first, second = (json.loads(line) for line in written.getvalue().splitlines() if '"answered"' in line)
    assert first["case"] == "LS2026-000123"
    assert "case" not in second
