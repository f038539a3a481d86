"""The web application: one per process. It translates between HTTP and `workflow`, and decides nothing.

A resource is a module in `api.resources` with a ``blueprint``; see the docstring there for how one is written. Pages
are an ordinary Flask blueprint; both are registered here and listed in `api.route_table`.
"""

from datetime import date, datetime
from decimal import Decimal
from http import HTTPStatus
from typing import Any

import flask_smorest
from flask import Flask
from flask.json.provider import DefaultJSONProvider
from flask_smorest.utils import prepare_response
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map

from api import access, documentation, headers, health, lingering, measures, pages, problems, reading
from api.resources import BLUEPRINTS
from api.schemas.problem import ProblemSchema
from workflow.settings import Settings
from workflow.work import Office


def create_app(office: Office, settings: Settings) -> Flask:
    """The application on ``office``; raises RuntimeError when a route is missing in the route table."""
    app = Flask("api", static_folder=None)
    app.config |= {
        "MAX_CONTENT_LENGTH": settings.upload_mb * 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": access.BODY_BYTES,
        "SECRET_KEY": None,  # nothing is kept in signed cookies
        "API_TITLE": "五个一 · wugeyi",
        "API_VERSION": "v1",
        "OPENAPI_VERSION": "3.1.0",
        "PROPAGATE_EXCEPTIONS": False,
    }
    app.json = Json(app)
    app.url_map.converters["int"] = Id
    wiring = access.Wiring(office, settings)
    app.extensions["wugeyi"] = wiring
    if wiring.https:
        # The service speaks plain http, so with an https address there is one proxy in front: believe that one.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1)  # type: ignore[method-assign]
    headers.register(app)
    measures.register(app)
    lingering.register(app)
    app.before_request(access.guard)
    app.before_request(reading.check_text)
    app.teardown_request(access.release)
    problems.register(app)
    api = Api(app)
    for blueprint in BLUEPRINTS:
        api.register_blueprint(blueprint)
    app.register_blueprint(health.blueprint)
    documentation.register(app, api)
    pages.register(app)
    access.check_routes(app)
    return app


class Api(flask_smorest.Api):
    """flask-smorest with our refusals instead of its own, in answers and in the documentation."""

    ERROR_SCHEMA = ProblemSchema

    def _register_error_handlers(self) -> None:
        """Nothing: `api.problems` answers everything."""

    def _register_responses(self) -> None:
        names = {status.name: status.phrase for status in HTTPStatus if status >= 400}
        for name, phrase in {**names, self.DEFAULT_ERROR_RESPONSE_NAME: "A refusal (RFC 9457)"}.items():
            response: dict[str, Any] = {"description": phrase, "schema": ProblemSchema}
            prepare_response(response, self.spec, "application/problem+json")
            self.spec.components.response(name, response, lazy=True)

    def _register_pagination_header(self) -> None:
        """Nothing: lists are paged by a cursor in the body."""

    def _register_etag_headers(self) -> None:
        """Nothing: a case carries its version in the body."""


class Json(DefaultJSONProvider):
    """JSON with Chinese as it is and instants in ISO 8601; keys in order, so that an answer kept can be compared."""

    ensure_ascii = False

    @staticmethod
    def default(value: Any) -> Any:
        """Dates and exact numbers as text and numbers."""
        if isinstance(value, datetime | date):
            return value.isoformat()
        if isinstance(value, Decimal):
            return float(value)
        return DefaultJSONProvider.default(value)


class Id(IntegerConverter):
    """The key of a row in an address: what PostgreSQL cannot hold as one is nobody's address."""

    def __init__(self, map: Map, **options: Any) -> None:
        super().__init__(map, **{"min": 1, "max": 2**63 - 1, **options})
