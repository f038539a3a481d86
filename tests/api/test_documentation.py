"""The documentation: valid OpenAPI 3.1, every route of the API in it, a page that needs nothing from the net."""

import re
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from api.documentation import ASSETS
from api.route_table import ROUTES
from tests.api.conftest import Caller

METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture
def document(anyone: Caller) -> Any:
    return anyone("GET", "/api/v1/openapi.json").json


def test_the_document_is_valid_openapi_3_1(document: Any) -> None:
    assert document["openapi"].startswith("3.1")
    OpenAPIV31SpecValidator(document).validate()


def test_every_route_of_the_api_is_documented_with_who_may_call_it(document: Any) -> None:
    documented = {
        f"{method.upper()} {path}": operation
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if method in METHODS
    }
    routes = {
        re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route): access
        for route, access in ROUTES.items()
        if "/api/v1/" in route and not route.endswith("openapi.json")
    }

    assert set(documented) == set(routes)
    for route, access in routes.items():
        assert bool(documented[route]["security"]) is access.signed_in, route
        assert documented[route]["summary"], route
        assert documented[route]["responses"]["default"], route
    ids = [operation["operationId"] for operation in documented.values()]
    assert len(ids) == len(set(ids))


def test_every_refusal_is_documented_as_a_problem(document: Any) -> None:
    response = document["components"]["responses"]["DEFAULT_ERROR"]

    assert response["content"] == {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}


def test_a_refusal_has_the_shape_that_is_documented(document: Any, anyone: Caller) -> None:
    problem = anyone("POST", "/api/v1/tokens", json={"x": 1}).json
    schemas = document["components"]["schemas"]

    assert set(problem) == set(schemas["Problem"]["properties"]) == set(schemas["Problem"]["required"])
    assert set(problem["reasons"][0]) == set(schemas["Reason"]["properties"])


def test_the_page_asks_nobody_else_and_every_file_it_asks_for_is_there(anyone: Caller) -> None:
    page = anyone("GET", "/api/docs")
    asked = re.findall(r'(?:src|href)="([^"]+)"', page.text)

    assert page.content_type.startswith("text/html")
    assert len(asked) == 4
    for path in asked:
        assert path.startswith("/api/docs/")
        answer = anyone("GET", path)
        assert answer.status_code == 200
        assert len(answer.data) > 100
    assert "<style" not in page.text
    assert "style=" not in page.text
    assert not re.search(r"<script(?! src)", page.text), "the policy forbids inline scripts"


def test_assets_are_files_of_the_package_and_nothing_else_of_it_is_served(anyone: Caller) -> None:
    for name in ASSETS:
        assert anyone("GET", f"/api/docs/{name}").status_code == 200
    for name in ("index.html", "LICENSE", "../__init__.py", "..%2f__init__.py", "swagger-ui.css/x"):
        assert anyone("GET", f"/api/docs/{name}").status_code == 404


def test_an_unchanged_document_is_not_sent_again(anyone: Caller) -> None:
    tag = anyone("GET", "/api/v1/openapi.json").headers["ETag"]

    assert anyone("GET", "/api/v1/openapi.json", headers={"If-None-Match": tag}).status_code == 304
