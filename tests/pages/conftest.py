"""The pages on the test's database, and people who read and fill them in as a browser without script would."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import Engine
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import stream_encode_multipart

from api.app import create_app
from tests import given
from tests.applications import application
from tests.conftest import Databases
from tests.pages.browsing import ARGUMENTS, CHROMIUM, Site
from tests.pages.reading import Page, read
from tests.pages.world import NOW as THAT_DAY
from tests.pages.world import World, build
from tests.serving import serving
from workflow.settings import Settings, load_settings
from workflow.store.engine import open_engine
from workflow.work import Office

NOW = given.moment("2026-03-02", "10:00")
HEADERS = {"Accept": "text/html"}
PDF = b"%PDF-1.7 example"


@dataclass(slots=True)
class Reader:
    """Somebody with a browser; ``page`` is what is on the screen."""

    client: FlaskClient
    page: Page | None = None

    def open(self, address: str) -> Page:
        """Go to an address, following redirects."""
        response = self.client.get(address, follow_redirects=True, headers=HEADERS)
        self.page = read(response, response.request.full_path.rstrip("?"))
        return self.page

    def follow(self, words: str) -> Page:
        """Click a link on the page."""
        assert self.page is not None
        return self.open(self.page.link(words))

    def press(self, button: str, **typed: Any) -> Page:
        """Fill in the form that has this button and press it; ``files`` are {field: (name, content)}."""
        assert self.page is not None
        form = self.page.form(button)
        files: dict[str, tuple[str, bytes]] = typed.pop("files", {})
        sent = MultiDict(form.fields)
        for name, value in typed.items():
            sent.setlist(name, value if isinstance(value, list) else [value])
        name, value = next((name, value) for words, name, value in form.buttons if words == button)
        if name:
            sent.add(name, value)
        for field, (filename, content) in files.items():
            sent.add(field, FileStorage(BytesIO(content), filename))
        return self.send(form.action, sent, in_parts=bool(files) or button == "上传所选文件")

    def send(self, address: str, sent: MultiDict[str, Any] | dict[str, Any], *, in_parts: bool = False) -> Page:
        """Post a form, following the redirect after it; ``in_parts``: as a form with files is."""
        data: Any = sent
        headers = dict(HEADERS)
        if in_parts:
            # The client's own way would leave a temporary file behind when the form is refused unread.
            stream, _, boundary = stream_encode_multipart(sent, use_tempfile=False)
            data, headers["Content-Type"] = stream.read(), f'multipart/form-data; boundary="{boundary}"'
        response = self.client.post(address, data=data, follow_redirects=True, headers=headers)
        self.page = read(response, response.request.full_path.rstrip("?"))
        return self.page


@pytest.fixture
def settings() -> Settings:
    """A demonstration reached by http."""
    return replace(load_settings({}), demo=True, public_url="http://localhost", upload_mb=2, secret="s" * 40)


@pytest.fixture
def app(office: Office, settings: Settings) -> Flask:
    """The application on the test's database."""
    return application(office, settings)


@pytest.fixture(scope="session")
def district(databases: Databases, configuration: Office) -> World:
    """The small district, built once a process in the database ``district``; who asks for ``world`` gets a copy."""
    engine = open_engine(databases.lasting("district"), "cli")
    world = build(replace(configuration, engine=engine))
    engine.dispose()
    return world


@pytest.fixture
def database_url(request: pytest.FixtureRequest, databases: Databases) -> str:
    """The address of a database of this test alone: with the small district where the test asks for ``world``."""
    if "world" not in request.fixturenames:
        return databases.new()
    request.getfixturevalue("district")
    return databases.new(like="district")


@pytest.fixture
def world(district: World, office: Office) -> World:
    """A small district with something in every list; it is Wednesday, 11 March 2026, 09:30."""
    given.time_is(office.engine, THAT_DAY)
    return district


@pytest.fixture
def town(office: Office) -> given.Town:
    """People of every role and a project; it is Monday, 2 March 2026, 10:00."""
    given.time_is(office.engine, NOW)
    return given.town(office)


@pytest.fixture
def it_is(engine: Engine) -> Callable[[str, str], datetime]:
    """Let it be that day and time for everybody."""

    def move(day: str, at: str = "10:00") -> datetime:
        moment = given.moment(day, at)
        given.time_is(engine, moment)
        return moment

    return move


@pytest.fixture
def stranger(app: Flask, town: given.Town) -> Reader:
    """A browser in which nobody is signed in."""
    return Reader(app.test_client())


@pytest.fixture
def signed_in(app: Flask, town: given.Town) -> Callable[[str], Reader]:
    """A browser in which somebody has signed in through the form."""

    def reader(username: str) -> Reader:
        somebody = Reader(app.test_client())
        somebody.open("/login")
        page = somebody.press("登录", username=username, password=given.PASSWORD)
        assert page.status == 200, page.words
        return somebody

    return reader


@pytest.fixture
def member(app: Flask, world: World) -> Callable[[str], Reader]:
    """A browser in which somebody of the small district has signed in through the form."""

    def reader(username: str) -> Reader:
        somebody = Reader(app.test_client())
        somebody.open("/login")
        somebody.press("登录", username=username, password=given.PASSWORD)
        return somebody

    return reader


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """The application behind a real socket."""
    with serving(app) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser a test process; tests open windows of their own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site(databases: Databases, configuration: Office, district: World, chromium: Browser) -> Iterator[Site]:
    """The small district behind a real socket, for tests that only look at it; made once a test process."""
    engine = open_engine(databases.lasting("site", like="district"), "web", pool_size=10)
    given.time_is(engine, THAT_DAY)
    settings = replace(load_settings({}), demo=True, public_url="http://localhost", secret="s" * 40)
    app = create_app(replace(configuration, engine=engine), settings)
    with serving(app) as port:
        yield Site(f"http://127.0.0.1:{port}", district, chromium)
    engine.dispose()
