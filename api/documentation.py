"""The documentation of the API: OpenAPI 3.1 and Swagger UI, which is served from its PyPI package and works offline."""

import json
from importlib.resources import files
from typing import Any

import flask_smorest
from flask import Blueprint, Flask, Response, abort, current_app, request
from flask_smorest.spec.plugins import FlaskPlugin

from api.route_table import ROUTES, Access

blueprint = Blueprint("documentation", __name__)

ASSETS = {
    "swagger-ui.css": "text/css",
    "swagger-ui-bundle.js": "text/javascript",
    "favicon-32x32.png": "image/png",
}
# The package's own start script loads a demonstration from the net; the page's policy forbids inline scripts.
START = """"use strict";
SwaggerUIBundle({
  url: "/api/v1/openapi.json", dom_id: "#api", deepLinking: true, tryItOutEnabled: false, persistAuthorization: false,
  validatorUrl: null, syntaxHighlight: {activated: false},
});
"""
PAGE = """<!doctype html>
<html lang="zh">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>五个一 · API</title>
<link rel="icon" type="image/png" href="/api/docs/favicon-32x32.png">
<link rel="stylesheet" href="/api/docs/swagger-ui.css">
<main id="api"></main>
<script src="/api/docs/swagger-ui-bundle.js"></script>
<script src="/api/docs/start.js"></script>
</html>
"""
SECURITY_SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "A token of POST /api/v1/tokens"},
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "wugeyi",
        "description": "The browser's session; changes also need X-CSRF-Token. Over https: __Host-wugeyi",
    },
}
IDEMPOTENCY_KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "description": "Of your choice, 1 to 128 visible ASCII characters: a repeat with it gets the first answer again",
    "schema": {"type": "string", "minLength": 1, "maxLength": 128},
}
DESCRIPTION = """\
Construction approvals of a district. Every refusal is `application/problem+json` (RFC 9457) with a stable `code`, the
sentence in Chinese and English (`Accept-Language` chooses `title` and `detail`), and every unmet condition in
`reasons`. Requests that create or change something accept `Idempotency-Key`: a repeat with the same key and body gets
the first answer again, with `Idempotent-Replay: true`. Instants are ISO 8601 with offset, legal days are plain dates in
Asia/Shanghai. A provisional date says so: it lies beyond the last published holiday year.
"""


def register(app: Flask, api: flask_smorest.Api) -> None:
    """Serve the documentation of everything registered in ``api`` so far."""
    app.register_blueprint(blueprint)
    app.extensions["wugeyi-openapi"] = json.dumps(_document(app, api), ensure_ascii=False, indent=1).encode()


@blueprint.get("/api/v1/openapi.json")
def openapi() -> Response:
    """The OpenAPI document."""
    response = Response(current_app.extensions["wugeyi-openapi"], mimetype="application/json")
    response.add_etag()
    response.cache_control.no_cache = True
    response.make_conditional(request)
    return response


@blueprint.get("/api/docs")
def page() -> Response:
    """The page that shows it."""
    return Response(PAGE, mimetype="text/html")


@blueprint.get("/api/docs/<path:name>")
def asset(name: str) -> Response:
    """A file of the package Swagger UI, or the four lines that start it."""
    if name == "start.js":
        response = Response(START, mimetype="text/javascript")
    elif name in ASSETS:
        body = files("flask_swagger_ui").joinpath("dist", name).read_bytes()
        response = Response(body, mimetype=ASSETS[name])
    else:
        abort(404)
    response.cache_control.public = True
    response.cache_control.max_age = 3600
    response.add_etag()
    response.make_conditional(request)
    return response


def _document(app: Flask, api: flask_smorest.Api) -> dict[str, Any]:
    document: dict[str, Any] = api.spec.to_dict()
    document["info"]["description"] = DESCRIPTION
    document.setdefault("components", {})["securitySchemes"] = SECURITY_SCHEMES
    for rule in app.url_map.iter_rules():
        operations = document["paths"].get(FlaskPlugin.flaskpath2openapi(rule.rule), {})
        for method in rule.methods or ():
            operation = operations.get(method.lower())
            if operation is not None:
                operation["operationId"] = rule.endpoint.replace(".", "_")
                _join_form_and_files(operation, document["components"]["schemas"])
                _add_access(operation, method, ROUTES[f"{method} {rule.rule}"])
    return document


def _join_form_and_files(operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    """One body for a form with files: flask-smorest leaves its other fields where OpenAPI 3 knows no place for them."""
    parameters = operation.get("parameters", [])
    texts = [one for one in parameters if one.get("in") == "formData"]
    if not texts:
        return
    operation["parameters"] = [one for one in parameters if one not in texts]
    content = operation["requestBody"]["content"]["multipart/form-data"]
    files_ = schemas[content["schema"]["$ref"].rpartition("/")[2]]
    content["schema"] = {
        **files_,
        "properties": {one["name"]: one["schema"] for one in texts} | files_["properties"],
        "required": sorted({one["name"] for one in texts if one["required"]} | set(files_.get("required", []))),
    }


def _add_access(operation: dict[str, Any], method: str, access: Access) -> None:
    operation["security"] = [{"bearer": []}, {"session": []}] if access.signed_in else []
    if access.signed_in and method == "POST":
        operation.setdefault("parameters", []).append(IDEMPOTENCY_KEY)
