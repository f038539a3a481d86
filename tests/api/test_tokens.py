"""Tokens: one's own, revocable at once, ending by themselves; and who may call what."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import Engine, text

from api import route_table
from api.access import check_routes
from api.route_table import PUBLIC, ROUTES, SIGNED_IN
from tests import given
from tests.api.conftest import Caller
from workflow.actor import Actor

ME = "/api/v1/me"
TOKENS = "/api/v1/tokens"
CLOSED = sorted(route for route, access in ROUTES.items() if access.signed_in)


def example(route: str) -> tuple[str, str]:
    """A method and an address that the route answers."""
    method, rule = route.split(" ", 1)
    parts = ["1" if part.startswith("<int:") else "x" if part.startswith("<") else part for part in rule.split("/")]
    return method, "/".join(parts)


@pytest.mark.parametrize("route", CLOSED)
def test_nobody_gets_past_a_closed_route(route: str, anyone: Caller) -> None:
    method, path = example(route)

    answer = anyone(method, path, headers={"Accept": "application/json"})

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert answer.json["code"] == "sign_in_required"


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer short",
        "Bearer " + "x" * 43,
        "Bearer " + "x" * 5000,
        "Bearer x y",
        "Basic Y2xlcms6eA==",
        "Bearer 登录登录登录登录登录登录登录",
        "Bearer ' OR 1=1 --                  ",
    ],
)
def test_what_is_no_token_opens_nothing(header: str, anyone: Caller) -> None:
    answer = anyone("GET", ME, headers={"Authorization": header.encode().decode("latin-1")})

    assert answer.status_code == 401
    assert answer.json["code"] == "sign_in_required"


def test_a_wrong_authorization_header_does_not_fall_back_to_the_cookie(
    town: given.Town, by_session: Callable[[Actor], Caller]
) -> None:
    browser = by_session(town.clerk)

    assert browser("GET", ME).status_code == 200
    assert browser("GET", ME, headers={"Authorization": "Bearer " + "x" * 43}).status_code == 401


def test_a_session_is_no_bearer_token_and_a_bearer_token_no_session(
    town: given.Town, by_session: Callable[[Actor], Caller], by_token: Callable[[Actor], Caller], anyone: Caller
) -> None:
    session = by_session(town.clerk).headers["Cookie"].removeprefix("wugeyi=")
    token = by_token(town.clerk).headers["Authorization"].removeprefix("Bearer ")

    assert anyone("GET", ME, headers={"Authorization": f"Bearer {session}"}).status_code == 401
    assert anyone("GET", ME, headers={"Cookie": f"wugeyi={token}"}).status_code == 401


def test_a_revoked_token_is_refused_from_the_next_request_on(
    town: given.Town, by_token: Callable[[Actor], Caller]
) -> None:
    clerk, other = by_token(town.clerk), by_token(town.clerk)
    mine = [token["id"] for token in clerk("GET", TOKENS).json["items"] if token["current"]]

    assert other("DELETE", f"{TOKENS}/{mine[0]}").status_code == 204

    assert clerk("GET", ME).status_code == 401
    assert other("GET", ME).status_code == 200
    assert other("DELETE", f"{TOKENS}/{mine[0]}").status_code == 204, "ending it twice is no fault"


def test_nobody_can_revoke_or_see_anothers_token(town: given.Town, by_token: Callable[[Actor], Caller]) -> None:
    clerk, admin = by_token(town.clerk), by_token(town.admin)
    theirs = clerk("GET", TOKENS).json["items"][0]["id"]

    refused = admin("DELETE", f"{TOKENS}/{theirs}")

    assert refused.status_code == 404
    assert refused.json["code"] == "no_such_token"
    assert theirs not in [token["id"] for token in admin("GET", TOKENS).json["items"]]
    assert clerk("GET", ME).status_code == 200


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE tokens SET expires_at = now()",
        "UPDATE tokens SET revoked_at = now()",
        "UPDATE people SET active = false",
    ],
)
def test_an_ended_token_or_a_closed_account_is_refused_at_once(
    change: str, town: given.Town, by_token: Callable[[Actor], Caller], engine: Engine
) -> None:
    clerk = by_token(town.clerk)
    assert clerk("GET", ME).status_code == 200
    with engine.begin() as conn:
        conn.execute(text(change))

    assert clerk("GET", ME).status_code == 401


def test_moving_the_offices_time_signs_nobody_out(
    town: given.Town, by_token: Callable[[Actor], Caller], engine: Engine
) -> None:
    clerk = by_token(town.clerk)
    given.time_is(engine, given.moment("2099-01-05"))

    me = clerk("GET", ME)

    assert me.status_code == 200
    assert me.json["now"].startswith("2099-01-05T02:00:")


def test_a_role_taken_away_is_gone_with_the_next_request(
    town: given.Town, by_token: Callable[[Actor], Caller], engine: Engine
) -> None:
    clerk = by_token(town.clerk)
    assert [role["role"] for role in clerk("GET", ME).json["roles"]] == ["clerk"]
    with engine.begin() as conn:
        conn.execute(text("DELETE FROM person_roles WHERE person_id = :id"), {"id": town.clerk.id})

    assert clerk("GET", ME).json["roles"] == []


def test_me_tells_name_roles_in_two_languages_and_where_they_hold(
    town: given.Town, by_token: Callable[[Actor], Caller]
) -> None:
    officer = next(iter(town.officers.values()))
    department = officer.grants[0].department

    [role] = by_token(officer)("GET", ME).json["roles"]

    assert role["role"] == "officer"
    assert role["title"]["zh"] != role["title"]["en"]
    assert role["scopes"] == [
        {"company": None, "department": department, "project_id": None, "squad": None, "on_behalf_of": None}
    ]


@pytest.mark.parametrize("id_", ["0", "-1", "x", "9" * 19, "9" * 4400, "1.0", "%00"])
def test_what_is_no_key_of_a_row_is_no_address(id_: str, town: given.Town, by_token: Callable[[Actor], Caller]) -> None:
    assert by_token(town.clerk)("DELETE", f"{TOKENS}/{id_}").status_code == 404


@pytest.fixture
def unlisted() -> Iterator[str]:
    """A route about which nobody has decided."""
    route = "GET /api/v1/tokens"
    table = route_table.ROUTES
    assert isinstance(table, dict)
    access = table.pop(route)
    yield route
    table[route] = access


def test_the_service_does_not_start_with_an_unlisted_route(app: Flask, unlisted: str) -> None:
    with pytest.raises(RuntimeError, match=unlisted):
        check_routes(app)


def test_the_service_does_not_start_with_a_decision_about_no_route(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ROUTES, "GET /nowhere", SIGNED_IN)

    with pytest.raises(RuntimeError, match="/nowhere"):
        check_routes(app)


def test_what_is_public_is_little_and_known() -> None:
    public = {route for route, access in ROUTES.items() if access == PUBLIC and "/api/" in route}

    assert public == {
        "GET /api/v1/openapi.json",
        "GET /api/docs",
        "GET /api/docs/<path:name>",
        "POST /api/v1/tokens",
        "POST /api/v1/due-dates",  # computes, and looks nothing up
        "POST /api/v1/plans",  # without a project the same; with one only for those who may see it
        "GET /api/v1/questions",  # what a project is asked about, and what follows from the answers: nobody's data
        "POST /api/v1/item-choices",
        "GET /api/v1/documents/check/<code>",  # that a document is genuine, nothing of whom it is about
        "GET /api/v1/calendar",  # which days are worked is nobody's secret
        "GET /api/v1/calendar/<int:year>",
    }
