"""The web application on the test's database, and callers of it: by token, by session, by a real socket."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from tests import given
from tests.applications import application
from tests.serving import serving
from workflow.actor import Actor
from workflow.settings import Settings, load_settings
from workflow.store import tokens
from workflow.work import Office


@dataclass(slots=True)
class Caller:
    """Somebody at the API; ``headers`` go with every request."""

    client: FlaskClient
    headers: Mapping[str, str]

    def __call__(self, method: str, path: str, **request: Any) -> TestResponse:
        """Send a request; ``json``, ``data``, ``query_string`` as the Flask test client has them."""
        headers = {**self.headers, **request.pop("headers", {})}
        return self.client.open(path, method=method, headers=headers, **request)


@pytest.fixture
def settings() -> Settings:
    """Settings of a production server reached by http."""
    return replace(load_settings({}), demo=False, public_url="http://localhost", upload_mb=2)


@pytest.fixture
def app(office: Office, settings: Settings) -> Flask:
    """The application on the test's database."""
    return application(office, settings)


@pytest.fixture
def town(office: Office) -> given.Town:
    """People of every role and a project."""
    return given.town(office)


@pytest.fixture
def anyone(app: Flask) -> Caller:
    """Somebody not signed in."""
    return Caller(app.test_client(use_cookies=False), {})


@pytest.fixture
def by_token(app: Flask, engine: Engine) -> Callable[[Actor], Caller]:
    """A programme with a bearer token of that person."""

    def caller(actor: Actor) -> Caller:
        assert actor.id is not None
        with engine.begin() as conn:
            token = tokens.issue(conn, actor.id, "bearer", "test", timedelta(hours=1))
        return Caller(app.test_client(use_cookies=False), {"Authorization": f"Bearer {token.secret}"})

    return caller


@pytest.fixture
def by_session(app: Flask, engine: Engine) -> Callable[[Actor], Caller]:
    """A browser in which that person is signed in; changes carry no CSRF token unless the test adds it."""

    def caller(actor: Actor) -> Caller:
        assert actor.id is not None
        with engine.begin() as conn:
            token = tokens.issue(conn, actor.id, "session", "", timedelta(hours=1))
        return Caller(app.test_client(use_cookies=False), {"Cookie": f"wugeyi={token.secret}"})

    return caller


@pytest.fixture
def address(app: Flask) -> Iterator[tuple[str, int]]:
    """Host and port of the application behind a real socket."""
    with serving(app) as port:
        yield "127.0.0.1", port
