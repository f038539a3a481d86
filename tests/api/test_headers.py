"""What goes with every answer, whatever the answer is."""

from dataclasses import replace

import pytest
from flask import Flask, Response

from api import access
from tests import given
from tests.api.conftest import Caller
from tests.applications import application
from workflow.commands.sign_in import Credentials, sign_in
from workflow.settings import Settings
from workflow.work import Office

ANSWERS = [
    ("GET", "/healthz"),
    ("GET", "/nothing"),
    ("PATCH", "/healthz"),
    ("GET", "/api/v1/me"),
    ("POST", "/api/v1/tokens"),
    ("OPTIONS", "/api/v1/me"),
    ("HEAD", "/healthz"),
    ("GET", "/api/docs"),
    ("GET", "/api/docs/swagger-ui-bundle.js"),
    ("GET", "/api/v1/openapi.json"),
]


@pytest.fixture
def behind_https(office: Office, settings: Settings) -> Flask:
    """The application where people reach it by https."""
    return application(office, replace(settings, public_url="https://approvals.example.org"))


@pytest.mark.parametrize(("method", "path"), ANSWERS)
def test_every_answer_carries_the_security_headers(method: str, path: str, anyone: Caller) -> None:
    headers = anyone(method, path).headers

    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "Strict-Transport-Security" not in headers, "not over http"
    assert len(headers["X-Request-ID"]) >= 8
    assert "Server" not in headers or "Werkzeug" not in headers["Server"]


def test_answers_are_not_cached_unless_they_say_so(anyone: Caller) -> None:
    assert anyone("GET", "/api/v1/me").headers["Cache-Control"] == "no-store"
    assert "max-age" in anyone("GET", "/api/docs/swagger-ui.css").headers["Cache-Control"]


def test_a_valid_request_id_comes_back_and_another_is_replaced(anyone: Caller) -> None:
    def echoed(sent: str) -> str:
        return anyone("GET", "/healthz", headers={"X-Request-ID": sent}).headers["X-Request-ID"]

    assert echoed("trace-2026.11_25") == "trace-2026.11_25"
    for sent in (
        "",
        "short",
        "x" * 65,
        "a b c d e f g h",
        '"}{"forged": "',
        "请求编号一二三四".encode().decode("latin-1"),
    ):
        answer = echoed(sent)
        assert answer != sent
        assert len(answer) == 32


def test_two_requests_have_two_ids(anyone: Caller) -> None:
    assert anyone("GET", "/healthz").headers["X-Request-ID"] != anyone("GET", "/healthz").headers["X-Request-ID"]


def session_cookie(app: Flask, office: Office) -> str:
    token = sign_in(office, Credentials("clerk", given.PASSWORD, ""), "session")
    with app.test_request_context():
        response = Response()
        access.keep_session(response, token)
    return response.headers["Set-Cookie"]


def test_over_http_the_session_cookie_is_plain_but_not_for_scripts_or_other_sites(
    app: Flask, office: Office, town: given.Town
) -> None:
    cookie = session_cookie(app, office)

    assert cookie.startswith("wugeyi=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert "Max-Age=43200" in cookie
    assert "Secure" not in cookie


def test_over_https_the_cookie_is_bound_to_the_host_and_the_browser_keeps_to_https(
    behind_https: Flask, office: Office, town: given.Town
) -> None:
    cookie = session_cookie(behind_https, office)
    answer = behind_https.test_client().get("/healthz")

    assert cookie.startswith("__Host-wugeyi=")
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")


def test_a_session_works_over_https_by_its_own_name_only(behind_https: Flask, office: Office, town: given.Town) -> None:
    value = session_cookie(behind_https, office).split(";")[0].split("=", 1)[1]
    client = behind_https.test_client(use_cookies=False)

    assert client.get("/api/v1/me", headers={"Cookie": f"__Host-wugeyi={value}"}).status_code == 200
    assert client.get("/api/v1/me", headers={"Cookie": f"wugeyi={value}"}).status_code == 401


def test_behind_a_proxy_the_lock_out_counts_the_visitor_and_not_the_proxy(
    behind_https: Flask, town: given.Town
) -> None:
    def attempt(address: str, password: str) -> int:
        body = {"username": "clerk", "password": password}
        return (
            behind_https.test_client()
            .post("/api/v1/tokens", json=body, headers={"X-Forwarded-For": f"203.0.113.9, {address}"})
            .status_code
        )

    assert [attempt("198.51.100.7", "wrong") for _ in range(6)] == [401] * 5 + [429]
    assert attempt("192.0.2.1", given.PASSWORD) == 201


def test_without_a_proxy_nobody_can_pretend_another_address(app: Flask, town: given.Town) -> None:
    answers = [
        app.test_client()
        .post(
            "/api/v1/tokens",
            json={"username": "clerk", "password": "wrong"},
            headers={"X-Forwarded-For": f"198.51.100.{n}"},
        )
        .status_code
        for n in range(6)
    ]

    assert answers == [401] * 5 + [429]
