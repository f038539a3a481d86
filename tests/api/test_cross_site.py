"""A change by cookie needs the form's token and must come from our own pages; a bearer token needs neither."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, text

from tests import given
from tests.api.conftest import Caller
from workflow.actor import Actor

ME = "/api/v1/me"
GONE = "/api/v1/tokens/{}"


@pytest.fixture
def browser(town: given.Town, by_session: Callable[[Actor], Caller]) -> Caller:
    return by_session(town.clerk)


@pytest.fixture
def own(browser: Caller) -> str:
    """The address at which the browser's own session is ended."""
    return GONE.format(browser("GET", "/api/v1/tokens").json["items"][0]["id"])


def live_tokens(engine: Engine) -> int:
    with engine.connect() as conn:
        return int(conn.execute(text("SELECT count(*) FROM tokens WHERE revoked_at IS NULL")).scalar_one())


def test_a_session_may_read_without_a_csrf_token_and_is_told_it(browser: Caller) -> None:
    me = browser("GET", ME)

    assert me.status_code == 200
    assert len(me.json["csrf"]) >= 20


def test_a_change_by_cookie_without_the_token_is_refused_and_does_nothing(
    browser: Caller, own: str, engine: Engine
) -> None:
    for headers in (
        {},
        {"X-CSRF-Token": ""},
        {"X-CSRF-Token": "wrong"},
        {"X-CSRF-Token": "崂".encode().decode("latin-1")},
    ):
        answer = browser("DELETE", own, headers=headers)
        assert (answer.status_code, answer.json["code"]) == (403, "csrf_token")
    assert live_tokens(engine) == 1


def test_a_change_with_the_token_in_the_header_or_in_the_form_is_made(
    browser: Caller, own: str, engine: Engine
) -> None:
    csrf = browser("GET", ME).json["csrf"]

    assert browser("DELETE", GONE.format(10**9), data={"csrf": csrf}).status_code == 404, "past the gate"
    assert browser("DELETE", own, headers={"X-CSRF-Token": csrf}).status_code == 204
    assert live_tokens(engine) == 0


def test_anothers_csrf_token_does_not_fit(
    browser: Caller, own: str, town: given.Town, by_session: Callable[[Actor], Caller]
) -> None:
    theirs = by_session(town.admin)("GET", ME).json["csrf"]

    assert browser("DELETE", own, headers={"X-CSRF-Token": theirs}).status_code == 403


def test_a_bearer_token_needs_no_csrf_token_and_has_none(town: given.Town, by_token: Callable[[Actor], Caller]) -> None:
    clerk = by_token(town.clerk)

    assert clerk("GET", ME).json["csrf"] is None
    assert clerk("DELETE", GONE.format(10**9), headers={"Origin": "https://elsewhere.example"}).status_code == 404


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost.elsewhere.example"},
        {"Origin": "http://[broken"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_page_of_another_site_can_neither_change_anything_nor_sign_a_visitor_in(
    headers: dict[str, str], browser: Caller, own: str, anyone: Caller
) -> None:
    csrf = browser("GET", ME).json["csrf"]
    change = browser("DELETE", own, headers={**headers, "X-CSRF-Token": csrf})
    sign_in = anyone("POST", "/api/v1/tokens", json={"username": "clerk", "password": given.PASSWORD}, headers=headers)

    assert (change.status_code, change.json["code"]) == (403, "cross_site")
    assert (sign_in.status_code, sign_in.json["code"]) == (403, "cross_site")


@pytest.mark.parametrize("headers", [{"Origin": "http://localhost"}, {"Sec-Fetch-Site": "same-origin"}, {}])
def test_our_own_pages_may(headers: dict[str, str], anyone: Caller, town: given.Town) -> None:
    body = {"username": "clerk", "password": given.PASSWORD}

    assert anyone("POST", "/api/v1/tokens", json=body, headers=headers).status_code == 201
