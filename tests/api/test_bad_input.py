"""Whatever is sent, the answer is a 4xx problem that says what was wrong, and nothing is written."""

import json
from collections.abc import Callable
from http.client import HTTPConnection
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import given as examples
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from api.access import BODY_BYTES
from api.reading import DEEPEST, DIGITS
from tests import given
from tests.api.conftest import Caller
from workflow.actor import Actor

TOKENS = "/api/v1/tokens"
ME = "/api/v1/me"


def sign_in(anyone: Caller, body: bytes, content_type: str | None = "application/json") -> Any:
    return anyone("POST", TOKENS, data=body, content_type=content_type)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"nonsense",
        b'{"username": "x",}',
        b"{'username': 'x'}",
        b'{"username": "x"} trailing',
        b'\xef\xbb\xbf{"username": "x"}',
        b'{"username": "\xff"}',
        '{"username": "x"}'.encode("utf-16"),
        b'{"days": NaN}',
        b'{"days": -Infinity}',
        b'{"days": 1e999}',
        b'{"days": ' + b"9" * (DIGITS + 1) + b"}",
        b'{"days": ' + b"9" * 5000 + b"}",
        b'{"username": "a", "username": "b"}',
        b"[" * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * (DEEPEST + 1) + b"1" + b"}" * (DEEPEST + 1),
    ],
)
def test_a_body_that_is_no_acceptable_json_is_refused_saying_where(body: bytes, anyone: Caller) -> None:
    answer = sign_in(anyone, body)

    assert answer.status_code == 400
    assert answer.json["code"] == "bad_json"
    assert len(answer.json["detail"]) < 300


@pytest.mark.parametrize("body", [b"[]", b'"x"', b"1", b"null", b"true"])
def test_json_that_is_no_object_is_refused(body: bytes, anyone: Caller) -> None:
    answer = sign_in(anyone, body)

    assert answer.status_code == 400
    assert answer.json["reasons"][0]["zh"] == "请求正文：应为 JSON 对象"
    assert answer.json["reasons"][0]["en"] == "body: must be a JSON object"
    assert answer.json["reasons"][0]["facts"]["field"] == "body"


def test_a_text_alone_that_cannot_be_kept_is_refused_as_the_body(anyone: Caller) -> None:
    assert sign_in(anyone, b'"\\u0000"').json["reasons"][0]["facts"]["field"] == "body"


@pytest.mark.parametrize("content", ["\\u0000", "a\\u0000b", "\\ud800", "\\udfff", "x\\ud83d"])
@pytest.mark.parametrize("name", ["username", "password", "label"])
def test_text_that_cannot_be_kept_is_refused_naming_the_field(content: str, name: str, anyone: Caller) -> None:
    body = {"username": "a", "password": "b", name: "?"}
    answer = sign_in(anyone, json.dumps(body).replace("?", content).encode())

    assert answer.status_code == 400
    assert answer.json["reasons"][0]["facts"]["field"] == name


def test_a_name_of_a_field_that_cannot_be_kept_is_refused(anyone: Caller) -> None:
    assert sign_in(anyone, b'{"user\\u0000name": "a"}').status_code == 400
    assert sign_in(anyone, b'{"\\ud800": {"\\udfff": 1}}').status_code == 400


def test_every_fault_is_named_at_once_with_value_and_what_is_accepted(anyone: Caller) -> None:
    answer = anyone("POST", TOKENS, json={"username": 1, "days": 400, "remember": True})

    assert answer.status_code == 400
    assert answer.content_type == "application/problem+json"
    assert answer.json["code"] == "bad_input"
    faults = {reason["facts"]["field"]: reason for reason in answer.json["reasons"]}
    assert set(faults) == {"username", "password", "days", "remember"}
    assert faults["username"]["zh"] == "username：应为文字"
    assert faults["password"]["en"] == "password: is required"
    assert faults["days"]["en"] == "days: must be 1 to 365"
    assert faults["days"]["facts"]["value"] == 400
    assert faults["remember"]["facts"]["accepted"] == ["days", "label", "password", "username"]


@pytest.mark.parametrize(
    ("query", "zh", "en"),
    [
        ("limit=abc", "limit：应为整数", "limit: must be a whole number"),
        ("limit=1.5", "limit：应为整数", "limit: must be a whole number"),
        ("limit=", "limit：应为整数", "limit: must be a whole number"),
        (
            "text=施工",
            "text：应为办件编号的开头，由数字、大写字母和连字符组成，最多 20 位，如 LS2026-0001",
            "text: must be the beginning of a case number: digits, capital letters and hyphens, "
            "20 at most, such as LS2026-0001",
        ),
    ],
)
def test_a_refused_query_says_what_a_query_can_hold(
    by_token: Callable[[Actor], Caller], town: given.Town, query: str, zh: str, en: str
) -> None:
    [reason] = by_token(town.clerk)("GET", "/api/v1/cases", query_string=query).get_json()["reasons"]

    assert (reason["zh"], reason["en"]) == (zh, en)


def test_a_number_in_quotes_is_told_of_the_quotes(anyone: Caller) -> None:
    answer = anyone("POST", TOKENS, json={"username": "a", "password": "b", "days": "30"})

    assert answer.json["reasons"][0]["zh"] == "days：应为整数，不带引号"


def test_a_long_value_is_shown_cut(anyone: Caller) -> None:
    answer = anyone("POST", TOKENS, json={"username": "崂" * 5000, "password": "x"})

    assert answer.json["reasons"][0]["facts"]["value"] == "崂" * 200


@pytest.mark.parametrize(
    "content_type", [None, "text/plain", "application/xml", "application/x-www-form-urlencoded", "nonsense", "x" * 300]
)
def test_another_content_type_is_refused_naming_the_one_accepted(content_type: str | None, anyone: Caller) -> None:
    answer = sign_in(anyone, b'{"username": "x"}', content_type)

    assert answer.status_code == 415
    assert answer.json["code"] == "unsupported_type"
    assert "application/json" in answer.json["extra"]["accepted"]


def test_files_are_taken_only_where_files_are_taken(anyone: Caller) -> None:
    answer = anyone("POST", TOKENS, data={"username": "x", "file": (BytesIO(b"x"), "x.pdf")})

    assert answer.status_code == 415


def test_json_with_parameters_or_a_suffix_is_json(anyone: Caller) -> None:
    for content_type in ("application/json; charset=utf-8", "application/vnd.wugeyi+json", "APPLICATION/JSON"):
        assert sign_in(anyone, b'{"username": "x", "password": "y"}', content_type).status_code == 401


def test_a_body_without_content_is_a_body_with_everything_missing(anyone: Caller) -> None:
    answer = anyone("POST", TOKENS)

    assert answer.status_code == 400
    assert {reason["facts"]["field"] for reason in answer.json["reasons"]} == {"username", "password"}


def test_too_long_a_body_is_refused_naming_the_limit(anyone: Caller) -> None:
    answer = sign_in(anyone, b'{"username": "' + b"x" * BODY_BYTES + b'"}')

    assert answer.status_code == 413
    assert answer.json["code"] == "too_large"
    assert answer.json["extra"]["limit_bytes"] == BODY_BYTES
    assert "1 MiB" in answer.json["en"]


def test_too_long_a_body_is_refused_before_it_is_sent(address: tuple[str, int]) -> None:
    http = HTTPConnection(*address, timeout=5)
    http.putrequest("POST", TOKENS)
    http.putheader("Content-Type", "application/json")
    http.putheader("Content-Length", str(10**12))
    http.endheaders()

    answer = http.getresponse()

    assert answer.status == 413
    http.close()


def test_an_unknown_address_and_a_wrong_method_are_problems_too(anyone: Caller) -> None:
    unknown = anyone("GET", "/api/v1/nothing")
    wrong = anyone("PATCH", ME)

    assert (unknown.status_code, unknown.json["code"]) == (404, "no_such_address")
    assert (wrong.status_code, wrong.json["code"]) == (405, "method_not_allowed")
    assert wrong.json["extra"]["accepted"] == ["GET", "HEAD", "OPTIONS"]
    assert wrong.headers["Allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize("path", ["/%00", "/%ff%fe", "/api/v1/%e4%b8", "/..%2f..%2fetc/passwd", "/api/docs/../x"])
def test_a_strange_address_is_not_found(path: str, anyone: Caller) -> None:
    assert anyone("GET", path).status_code == 404


def test_a_strange_method_is_no_failure_of_ours(anyone: Caller) -> None:
    assert anyone("BREW", ME).status_code == 405
    assert anyone("BREW", "/nothing").status_code == 404


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (None, "zh"),
        ("", "zh"),
        ("en", "en"),
        ("en-GB,en;q=0.9", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("fr", "zh"),
        ("en;q=0.1, zh-Hans;q=0.9", "zh"),
        ("*", "zh"),
        (";;;=,q", "zh"),
    ],
)
def test_title_and_detail_speak_the_callers_language_and_both_are_always_there(
    language: str | None, expected: str, anyone: Caller
) -> None:
    answer = anyone("GET", ME, headers={} if language is None else {"Accept-Language": language})

    assert answer.json["detail"] == answer.json[expected]
    assert answer.headers["Content-Language"] == expected
    assert "Accept-Language" in answer.headers["Vary"]
    assert answer.json["zh"] != answer.json["en"]
    assert answer.json["title"] == {"zh": "请先登录", "en": "Sign in first"}[expected]


def test_nothing_is_written_by_what_is_refused(engine: Engine, town: given.Town, anyone: Caller) -> None:
    sign_in(anyone, b"{")
    anyone("POST", TOKENS, json={"username": "clerk", "password": given.PASSWORD, "x": 1})

    with engine.connect() as conn:
        assert conn.execute(text("SELECT count(*) FROM tokens")).scalar_one() == 0


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
FIELDS = st.sampled_from(["username", "password", "label", "days", "x", ""])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@examples(body=st.dictionaries(FIELDS, JSON, max_size=5) | JSON, raw=st.binary(max_size=40), as_json=st.booleans())
def test_no_body_whatever_is_our_fault(app: Flask, body: Any, raw: bytes, as_json: bool) -> None:
    data = json.dumps(body).encode() if as_json else raw

    answer = app.test_client().post(TOKENS, data=data, content_type="application/json")

    assert 400 <= answer.status_code < 500
    assert answer.content_type == "application/problem+json"


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@examples(
    name=st.sampled_from(
        ["Authorization", "Cookie", "X-Request-ID", "Accept-Language", "Content-Type", "Origin", "Accept"]
    ),
    value=st.binary(max_size=60).map(lambda value: value.decode("latin-1").replace("\r", "").replace("\n", "")),
    query=st.binary(max_size=30),
)
def test_no_header_and_no_query_is_our_fault(app: Flask, name: str, value: str, query: bytes) -> None:
    answer = app.test_client().get(ME, headers={name: value}, query_string=query.decode("latin-1"))

    assert answer.status_code in (400, 401)


def test_a_query_with_u0000_is_refused_naming_its_field(town: given.Town, by_token: Callable[[Actor], Caller]) -> None:
    answer = by_token(town.clerk)("GET", ME, query_string="after=a%00b")

    assert answer.status_code == 400
    assert answer.json["reasons"][0]["facts"]["field"] == "after"
