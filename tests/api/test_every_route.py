"""Every route of the table, asked in every strange way: never a 5xx."""

import json
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import pytest
from werkzeug.test import TestResponse

from api.route_table import ROUTES, UPLOADS
from tests import given
from tests.api.conftest import Caller
from workflow.actor import Actor
from workflow.work import Office

STRANGE = ["%00", "%ff", "x" * 3000, "9" * 40, "-1", "%E5%B4%82", "..%2f..", "';--", "%F0%9F%92%A9", "null", "1e5"]
BODIES: list[Any] = [
    [],
    None,
    {"x": 1},
    {"version": "1"},
    {"version": 2**70},
    {"version": -1},
    {"version": True},
    {"version": 1, "inputs": []},
    {"version": 1, "inputs": {"x": {"y": [1]}}},
    {"version": 1, "inputs": {"text": "崂" * 5000}},
    {"items": "LX01", "project": 1, "form": []},
    {"items": [1, None, {}], "project": "x", "form": {"a": {"b": {}}}},
    {"question": "", "project": ""},
    {"note": ["x"]},
]
FILENAMES = ["", "a\0b.pdf", "..\\..\\x.pdf", "/etc/passwd", "x" * 500 + ".pdf", "崂.pdf", 'a"b.pdf', "💩.pdf"]
WRITES = ("POST", "PATCH", "PUT", "DELETE")
ROUTES_WITH_PARTS = sorted(route for route in ROUTES if "<" in route)
CHANGES = sorted(route for route in ROUTES if route.startswith(WRITES) and "/api/" in route)
READS = sorted(route for route in ROUTES if route.startswith("GET /api/v1/"))


@pytest.fixture
def everybody(town: given.Town, by_token: Callable[[Actor], Caller]) -> list[Caller]:
    """One who may do everything anywhere, one who applies, one who handles."""
    return [by_token(town.admin), by_token(town.applicant), by_token(town.clerk)]


def addresses(route: str, value: str) -> Iterator[tuple[str, str]]:
    """The route with every one of its parts replaced by ``value``."""
    method, rule = route.split(" ", 1)
    yield method, "/".join(value if part.startswith("<") else part for part in rule.split("/"))


FORM = "multipart/form-data; boundary=b"


def form(code: bytes, file: bytes) -> bytes:
    """A form with a text and a file, as bytes: the test client would leave a temporary file open."""
    head = b'--b\r\nContent-Disposition: form-data; name="code"\r\n\r\n'
    middle = b'\r\n--b\r\nContent-Disposition: form-data; name="file"; filename="x.pdf"\r\n\r\n'
    return head + code + middle + file + b"\r\n--b--\r\n"


def no_fault_of_ours(answer: TestResponse, sent: object) -> None:
    assert answer.status_code < 500, (sent, answer.text)
    if answer.status_code >= 400 and answer.content_type != "text/html; charset=utf-8":
        assert answer.content_type == "application/problem+json", sent


@pytest.mark.parametrize("route", ROUTES_WITH_PARTS)
def test_a_strange_part_of_an_address_is_nobodys_fault(route: str, everybody: list[Caller]) -> None:
    for value in STRANGE:
        for method, path in addresses(route, value):
            for caller in everybody[:2]:
                no_fault_of_ours(caller(method, path, json={} if method in WRITES else None), path)


@pytest.mark.parametrize("route", CHANGES)
def test_a_strange_body_is_nobodys_fault(route: str, everybody: list[Caller], office: Office, town: given.Town) -> None:
    no = given.application(office, town, given.moment("2026-11-02")).no
    for method, path in addresses(route, no):
        for body in BODIES:
            for caller in everybody:
                no_fault_of_ours(caller(method, path, json=body), body)
        no_fault_of_ours(everybody[0](method, path, data=b"\xff", content_type="application/json"), "bytes")
        no_fault_of_ours(
            everybody[0](method, path, data=json.dumps({"a": "\ud800"}), content_type="application/json"), ""
        )


@pytest.mark.parametrize("route", READS)
def test_a_strange_query_is_nobodys_fault(
    route: str, everybody: list[Caller], office: Office, town: given.Town
) -> None:
    no = given.application(office, town, given.moment("2026-11-02")).no
    names = ("cursor", "limit", "state", "department", "project", "flow", "from", "on", "amount", "unit", "x")
    for method, path in addresses(route, no):
        for value in STRANGE[:5]:
            for name in names:
                no_fault_of_ours(everybody[0](method, path, query_string=f"{name}={value}"), f"{path}?{name}={value}")


@pytest.mark.parametrize("route", sorted(UPLOADS))
def test_a_strange_file_is_nobodys_fault(route: str, everybody: list[Caller], office: Office, town: given.Town) -> None:
    no = given.draft(office, town, given.moment("2026-11-02"))
    for method, path in addresses(route, no):
        for filename in FILENAMES:
            for content in (b"", b"%PDF-1.7", b"PK\x03\x04", b"\0" * 5000):
                data = {"code": "x", "file": (BytesIO(content), filename)}
                no_fault_of_ours(everybody[1](method, path, data=data, content_type="multipart/form-data"), filename)
        broken = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a\xff\xfe"\r\n\r\nabc'
        for boundary in ("x", "", "é", "x" * 300):
            content_type = f"multipart/form-data; boundary={boundary}"
            no_fault_of_ours(everybody[1](method, path, data=broken, content_type=content_type), boundary)


@pytest.mark.parametrize("route", sorted(UPLOADS))
def test_too_large_a_file_or_form_is_refused_naming_the_limit(
    route: str, everybody: list[Caller], office: Office, town: given.Town
) -> None:
    no = given.draft(office, town, given.moment("2026-11-02"))
    for method, path in addresses(route, no):
        file = everybody[1](method, path, data=form(b"x", b"x" * 2**21), content_type=FORM)
        text = everybody[1](method, path, data=form(b"x" * 1_200_000, b"x"), content_type=FORM)

        assert (file.status_code, text.status_code) == (413, 413)
        assert file.json["extra"]["limit_bytes"] == 2 * 1024 * 1024
        assert text.json["extra"]["limit_bytes"] == 1024 * 1024
