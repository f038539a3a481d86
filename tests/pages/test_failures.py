"""Pages for what went wrong: each says what happened, what is kept, whom to call, and leads on; none is a dead end."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from flask import Flask

from api.pages.failures import page as page_of
from api.problems import TITLES, Problem
from tests import given
from tests.applications import application
from tests.pages.conftest import HEADERS, Reader
from workflow.settings import Settings
from workflow.store.engine import open_engine
from workflow.work import Office

SignedIn = Callable[[str], Reader]
PHONE = "12345"
STATUSES = (400, 403, 404, 405, 409, 413, 415, 422, 429, 500, 503)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("status", STATUSES)
def test_every_failure_has_a_page_that_helps(app: Flask, town: given.Town, status: int, language: str) -> None:

    problem = Problem(status, "code", "出了这件事", "This happened", extra={"retry_after": 90, "limit_bytes": 2**21})
    headers = {**HEADERS, "Cookie": f"wugeyi-lang={language}"}
    with app.test_request_context("/somewhere", headers=headers):
        app.preprocess_request()
        shown = page_of(problem)
    text = shown.get_data(as_text=True)
    assert shown.status_code == status
    assert ("This happened" if language == "en" else "出了这件事") in text
    assert f'href="tel:{PHONE}"' in text, "whom to call"
    assert 'href="/"' in text, "a way on"
    assert text.count("<h1>") == 1
    assert text.count("btn-primary") == 1


def test_the_titles_differ(app: Flask, town: given.Town) -> None:

    for language in ("zh", "en"):
        titles = [getattr(title, language) for title in TITLES.values()]
        assert len(set(titles)) == len(titles)


def test_an_unknown_address_helps_a_stranger_on(stranger: Reader) -> None:
    page = stranger.open("/nowhere")
    assert page.status == 404
    assert page.link("查进度（不用登录）") == "/query"
    assert page.link("回首页") == "/"
    assert "报修时请报编号" in page.words
    assert page.response.headers["X-Request-ID"] in page.words


def test_an_unknown_address_in_english(stranger: Reader) -> None:
    stranger.client.set_cookie("wugeyi-lang", "en")
    page = stranger.open("/nowhere")
    assert page.title.startswith("Not found (404)")
    assert "Reference to give when you call" in page.words


def test_an_address_pressed_the_wrong_way_says_so(signed_in: SignedIn) -> None:
    page = signed_in("clerk").open("/notices/seen")
    assert page.status == 405
    assert "请从页面上的按钮进入" in page.words
    assert "我的办件" not in page.words, "the menu is the clerk's"
    assert "待办列表" in page.words


def test_a_form_too_large_tells_the_largest_and_what_this_one_was(signed_in: SignedIn) -> None:
    applicant = signed_in("applicant")
    page = applicant.send("/help/new", {"question": "长" * 700_000})
    assert page.status == 413
    assert "一次最多 1.0 MB，您这次是" in page.words
    assert "没有写入任何内容" in page.words


def test_a_database_that_is_away_tells_how_long_to_wait(office: Office, settings: Settings) -> None:
    away = open_engine("postgresql+psycopg://nobody@127.0.0.1:1/nothing", "web")
    app = application(replace(office, engine=away), settings)
    reader = Reader(app.test_client())
    reader.client.set_cookie("wugeyi", "x" * 40)
    for address in ("/my", "/query/LS2026-000001/AAAAAAAAAAAAAAAA", "/nowhere", "/login"):
        page = reader.open(address)
        assert page.status in (503, 404, 200), address
        if page.status == 503:
            assert "请等 5 秒再试" in page.words
            assert page.response.headers["Retry-After"] == "5"
            assert page.link("再试一次") == address
            assert PHONE in page.words
    away.dispose()


@pytest.fixture
def broken(app: Flask) -> Iterator[Flask]:
    """The application with one view that fails."""
    before = app.view_functions["pages.accessibility"]

    def fails() -> str:
        raise RuntimeError("a promise is broken, on purpose")

    app.view_functions["pages.accessibility"] = fails
    yield app
    app.view_functions["pages.accessibility"] = before


def test_our_own_fault_gives_a_reference_and_another_try(broken: Flask, town: given.Town) -> None:
    page = Reader(broken.test_client()).open("/accessibility")
    assert page.status == 500
    assert page.link("再试一次") == "/accessibility"
    assert page.response.headers["X-Request-ID"] in page.words
    assert "on purpose" not in page.words


def test_the_way_back_is_not_the_address_that_failed(stranger: Reader) -> None:
    response = stranger.client.get("/nowhere", headers={**HEADERS, "Referer": "http://localhost/nowhere"})
    assert "回到刚才的页面" not in response.text
    response = stranger.client.get("/nowhere", headers={**HEADERS, "Referer": "http://localhost/login"})
    assert "回到刚才的页面" in response.text


def test_passwords_typed_are_never_shown_again(stranger: Reader) -> None:
    page = stranger.send("/notices/seen", {"password": "geheim", "old": "geheim", "note": "写了很久的话"})
    assert "geheim" not in page.response.text
