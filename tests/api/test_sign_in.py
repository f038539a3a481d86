"""Signing in: the same words for every failure, a lock-out that hits the guesser and not the owner."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, text
from werkzeug.test import TestResponse

from tests import given
from tests.api.conftest import Caller
from workflow import passwords
from workflow.commands import sign_in as command
from workflow.commands.sign_in import Credentials, sign_in
from workflow.errors import NotSignedIn, TooMany
from workflow.store.login_failures import Limit
from workflow.work import Office

TOKENS = "/api/v1/tokens"


@pytest.fixture
def attempt(app: Flask, town: given.Town) -> Callable[..., TestResponse]:
    def from_(username: str = "clerk", password: str = given.PASSWORD, address: str = "192.0.2.1") -> TestResponse:
        body = {"username": username, "password": password}
        client = app.test_client(use_cookies=False)
        return client.post(TOKENS, json=body, environ_base={"REMOTE_ADDR": address})

    return from_


def without_request_id(problem: Any) -> Any:
    return {name: value for name, value in problem.items() if name != "request_id"}


def test_the_right_password_gives_a_token_that_works(attempt: Callable[..., TestResponse], anyone: Caller) -> None:
    answer = attempt()

    assert answer.status_code == 201
    token = answer.json["token"]
    me = anyone("GET", "/api/v1/me", headers={"Authorization": f"Bearer {token}"})
    assert me.json["name"] == "clerk·示例"
    assert [role["role"] for role in me.json["roles"]] == ["clerk"]


def test_only_the_hash_of_a_token_is_stored(attempt: Callable[..., TestResponse], engine: Engine) -> None:
    token = attempt().json["token"]

    with engine.connect() as conn:
        rows = conn.execute(text("SELECT t::text AS row FROM tokens t")).scalars().all()
    assert len(token) >= 43, "256 bits"
    assert rows
    assert not any(token in row or token.encode().hex() in row for row in rows)


def test_an_unknown_account_a_closed_one_and_a_wrong_password_get_the_same_answer(
    attempt: Callable[..., TestResponse], engine: Engine
) -> None:
    with engine.begin() as conn:
        conn.execute(text("UPDATE people SET active = false WHERE username = 'supervisor'"))

    answers = [attempt("nobody"), attempt("clerk", "wrong"), attempt("supervisor")]

    assert [answer.status_code for answer in answers] == [401, 401, 401]
    bodies = [without_request_id(answer.json) for answer in answers]
    assert bodies[0] == bodies[1] == bodies[2]
    assert bodies[0]["code"] == "wrong_credentials"


def test_an_unknown_account_costs_one_verification_like_a_known_one(
    office: Office, town: given.Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified: list[str | None] = []

    def counting(password: str, stored: str | None) -> bool:
        verified.append(stored)
        return passwords_is(password, stored)

    passwords_is = passwords.password_is
    monkeypatch.setattr(passwords, "password_is", counting)
    for username in ("clerk", "nobody"):
        with pytest.raises(NotSignedIn):
            sign_in(office, Credentials(username, "wrong", "192.0.2.1"), "bearer")

    assert len(verified) == 2
    assert verified[1] is None


def test_after_five_failures_even_the_right_password_waits_fifteen_minutes(
    attempt: Callable[..., TestResponse],
) -> None:
    failures = [attempt(password=f"wrong {n}").status_code for n in range(5)]
    answer = attempt()

    assert failures == [401] * 5
    assert answer.status_code == 429
    assert answer.json["code"] == "too_many_failures"
    assert 14 * 60 < int(answer.headers["Retry-After"]) <= 15 * 60
    assert answer.json["extra"]["retry_after"] == int(answer.headers["Retry-After"])
    assert "15 分钟" in answer.json["zh"]
    assert "15 minutes" in answer.json["en"]


def test_an_unknown_account_is_locked_like_a_known_one(attempt: Callable[..., TestResponse]) -> None:
    answers = [attempt("nobody").status_code for _ in range(6)]

    assert answers == [401] * 5 + [429]


def test_a_stranger_cannot_lock_the_owner_out(attempt: Callable[..., TestResponse]) -> None:
    for _ in range(7):
        attempt(password="wrong", address="198.51.100.7")

    assert attempt(address="192.0.2.1").status_code == 201


def test_the_lock_ends_and_the_count_begins_anew(attempt: Callable[..., TestResponse], engine: Engine) -> None:
    for _ in range(6):
        attempt(password="wrong")
    with engine.begin() as conn:
        conn.execute(text("UPDATE login_failures SET locked_until = now() - interval '1 second' WHERE account <> ''"))

    assert attempt(password="wrong").status_code == 401
    assert attempt().status_code == 201


def test_failures_long_ago_do_not_count(attempt: Callable[..., TestResponse], engine: Engine) -> None:
    for _ in range(4):
        attempt(password="wrong")
    with engine.begin() as conn:
        conn.execute(text("UPDATE login_failures SET last_at = last_at - interval '16 minutes'"))

    assert [attempt(password="wrong").status_code for _ in range(2)] == [401, 401]


def test_signing_in_clears_the_owners_failures(attempt: Callable[..., TestResponse]) -> None:
    for _ in range(3):
        for _ in range(4):
            attempt(password="wrong")
        assert attempt().status_code == 201


def test_an_address_trying_one_account_after_the_other_is_stopped(
    attempt: Callable[..., TestResponse], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "PER_ADDRESS", Limit(8, command.PER_ADDRESS.window))

    answers = [attempt(f"somebody{n}").status_code for n in range(8)]

    assert answers == [401] * 8
    assert attempt().status_code == 429
    assert attempt(address="198.51.100.7").status_code == 201


def test_addresses_of_one_ipv6_network_count_together(attempt: Callable[..., TestResponse]) -> None:
    for n in range(5):
        attempt(password="wrong", address=f"2001:db8::{n + 1}")

    assert attempt(address="2001:db8::ffff:1").status_code == 429
    assert attempt(address="2001:db8:0:1::1").status_code == 201


def test_of_many_guesses_at_once_only_five_learn_anything(office: Office, town: given.Town) -> None:
    def guess(n: int) -> str:
        try:
            sign_in(office, Credentials("clerk", f"guess {n}", "192.0.2.1"), "bearer")
        except (NotSignedIn, TooMany) as refusal:
            return refusal.code
        return "in"

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(guess, range(20)))

    assert answers.count("wrong_credentials") == 5
    assert answers.count("too_many_failures") == 15


def test_a_weak_hash_is_made_anew_at_sign_in_and_the_password_stays(
    attempt: Callable[..., TestResponse], engine: Engine
) -> None:
    def stored() -> str:
        with engine.connect() as conn:
            return str(conn.execute(text("SELECT password_hash FROM people WHERE username = 'clerk'")).scalar_one())

    assert passwords.is_weak(stored())
    attempt()

    assert not passwords.is_weak(stored())
    assert attempt().status_code == 201


def test_a_session_replaces_the_one_the_browser_had(office: Office, town: given.Town, engine: Engine) -> None:
    credentials = Credentials("clerk", given.PASSWORD, "192.0.2.1")
    first = sign_in(office, credentials, "session")
    second = sign_in(office, credentials, "session", replaces=first.secret)

    with engine.connect() as conn:
        live = conn.execute(text("SELECT id FROM tokens WHERE revoked_at IS NULL")).scalars().all()
    assert live == [second.id]
    assert first.secret != second.secret
    assert (second.expires_at - second.created_at).total_seconds() == 12 * 3600


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"password": "x"}, "username"),
        ({"username": "clerk"}, "password"),
        ({"username": "clerk", "password": ""}, "password"),
        ({"username": "clerk", "password": "x" * 257}, "password"),
        ({"username": "x" * 65, "password": "x"}, "username"),
        ({"username": 1, "password": "x"}, "username"),
        ({"username": "clerk", "password": ["x"]}, "password"),
        ({"username": "clerk", "password": "x", "days": 366}, "days"),
        ({"username": "clerk", "password": "x", "days": "5"}, "days"),
        ({"username": "clerk", "password": "x", "remember": True}, "remember"),
    ],
)
def test_bad_credentials_are_refused_naming_the_field_and_never_showing_a_password(
    anyone: Caller, body: dict[str, object], field: str
) -> None:
    answer = anyone("POST", TOKENS, json=body)

    assert answer.status_code == 400
    [reason] = answer.json["reasons"]
    assert reason["facts"]["field"] == field
    assert reason["zh"].startswith(f"{field}：")
    if field == "password":
        assert reason["facts"]["value"] == "***"
