"""Idempotency-Key: made once, answered as often as asked."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from flask import Flask, Response, request
from sqlalchemy import Engine, text

from api import access, once
from api.app import create_app
from api.reading import json_body
from api.route_table import ROUTES, SIGNED_IN, UPLOADS
from api.schemas.people import NewTokenSchema
from tests import given
from tests.api.conftest import Caller
from workflow.actor import Actor
from workflow.commands.issue_token import issue_token
from workflow.errors import NotMet
from workflow.settings import Settings
from workflow.work import Office

PATH = "/api/v1/probe"
KEY = "Idempotency-Key"


def view() -> Response:
    """Make a token with the label sent: something whose happening twice can be counted."""
    body: dict[str, Any] = dict(request.form) if request.files else json_body()

    def make() -> Any:
        if body.get("refuse"):
            raise NotMet("not_now", "还不行", "Not now")
        # A slow first call, so that a second one of the same key really meets it.
        time.sleep(body.get("sleep", 0))
        return issue_token(work, body.get("label", ""), timedelta(days=1))

    with access.work() as work:
        return once.answer(work, NewTokenSchema(), make, 201)


@pytest.fixture
def app(office: Office, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """An application of the test's own with one more route, whose effects can be counted."""
    app = create_app(office, settings)
    monkeypatch.setitem(ROUTES, f"POST {PATH}", SIGNED_IN)
    monkeypatch.setattr(access, "UPLOADS", UPLOADS | {f"POST {PATH}"})
    app.add_url_rule(PATH, "probe", view, methods=["POST"])
    return app


@pytest.fixture
def clerk(town: given.Town, by_token: Callable[[Actor], Caller]) -> Caller:
    return by_token(town.clerk)


def made(engine: Engine, label: str = "a") -> int:
    with engine.connect() as conn:
        return int(
            conn.execute(text("SELECT count(*) FROM tokens WHERE label = :label"), {"label": label}).scalar_one()
        )


def test_a_repeat_gets_the_first_answer_and_does_nothing(clerk: Caller, engine: Engine) -> None:
    first = clerk("POST", PATH, json={"label": "a"}, headers={KEY: "k-1"})
    second = clerk("POST", PATH, json={"label": "a"}, headers={KEY: "k-1"})

    assert (first.status_code, second.status_code) == (201, 201)
    assert second.data == first.data
    assert "Idempotent-Replay" not in first.headers
    assert second.headers["Idempotent-Replay"] == "true"
    assert made(engine) == 1


def test_without_a_key_every_request_is_another(clerk: Caller, engine: Engine) -> None:
    for _ in range(2):
        assert clerk("POST", PATH, json={"label": "a"}).status_code == 201

    assert made(engine) == 2


def test_a_key_used_for_another_body_is_refused(clerk: Caller, engine: Engine) -> None:
    clerk("POST", PATH, json={"label": "a"}, headers={KEY: "k-1"})
    other = clerk("POST", PATH, json={"label": "b"}, headers={KEY: "k-1"})
    address = clerk("POST", PATH + "?x=1", json={"label": "a"}, headers={KEY: "k-1"})

    assert (other.status_code, other.json["code"]) == (422, "idempotency_key_reused")
    assert other.json["extra"]["value"] == "k-1"
    assert address.status_code == 422
    assert (made(engine), made(engine, "b")) == (1, 0)


def test_two_people_may_use_the_same_key(
    clerk: Caller, town: given.Town, by_token: Callable[[Actor], Caller], engine: Engine
) -> None:
    for caller in (clerk, by_token(town.admin)):
        assert caller("POST", PATH, json={"label": "a"}, headers={KEY: "k-1"}).status_code == 201

    assert made(engine) == 2


def test_a_refusal_is_not_kept(clerk: Caller, engine: Engine) -> None:
    refused = clerk("POST", PATH, json={"label": "a", "refuse": True}, headers={KEY: "k-1"})
    corrected = clerk("POST", PATH, json={"label": "a"}, headers={KEY: "k-1"})

    assert (refused.status_code, corrected.status_code) == (422, 201)
    assert made(engine) == 1


@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 129, "钥匙", "a\tb"])
def test_a_key_of_another_form_is_refused_and_nothing_is_done(key: str, clerk: Caller, engine: Engine) -> None:
    answer = clerk("POST", PATH, json={"label": "a"}, headers={KEY: key.encode().decode("latin-1")})

    assert answer.status_code == 400
    assert answer.json["reasons"][0]["facts"]["field"] == KEY
    assert made(engine) == 0


def test_repeats_at_the_same_moment_happen_once(clerk: Caller, engine: Engine) -> None:
    def send(_: int) -> tuple[int, bytes]:
        answer = clerk("POST", PATH, json={"label": "a", "sleep": 0.2}, headers={KEY: "k-1"})
        return answer.status_code, answer.data

    with ThreadPoolExecutor(6) as pool:
        answers = set(pool.map(send, range(6)))

    assert len(answers) == 1
    assert next(iter(answers))[0] == 201
    assert made(engine) == 1


def test_a_repeat_while_the_first_runs_too_long_is_told_to_come_back(clerk: Caller, engine: Engine) -> None:
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(clerk, "POST", PATH, json={"label": "a", "sleep": 3}, headers={KEY: "k-1"})
        # The first call holds its key from its first statement on.
        time.sleep(0.5)
        repeat = clerk("POST", PATH, json={"label": "a", "sleep": 3}, headers={KEY: "k-1"})

        assert (repeat.status_code, repeat.json["code"]) == (409, "busy")
        assert int(repeat.headers["Retry-After"]) >= 1
        assert first.result().status_code == 201
    assert made(engine) == 1


def test_the_same_files_sent_again_are_the_same_request(clerk: Caller, engine: Engine) -> None:
    def send(content: bytes) -> Any:
        # The client draws another boundary each time.
        files = {"label": "a", "file": (BytesIO(content), "plan.pdf")}
        return clerk("POST", PATH, data=files, headers={KEY: "k-1"})

    assert [send(b"%PDF-1").status_code, send(b"%PDF-1").status_code] == [201, 201]
    assert send(b"%PDF-2").status_code == 422
    assert made(engine) == 1
