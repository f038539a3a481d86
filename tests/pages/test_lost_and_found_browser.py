"""Nothing lost, nothing twice: a double click, the back button, a lost connection, a session that ended in a form."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import Engine, text

from tests.pages.browsing import in_a_browser, new_window, sign_in
from tests.pages.world import World

pytestmark = in_a_browser

QUESTION = "图审意见里的第三条怎么改？"


@pytest.fixture
def open_as(chromium: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """A window of one's own, in which somebody has signed in."""
    windows = []

    def page(username: str, script: bool = True) -> Page:
        windows.append(new_window(chromium, script=script))
        opened = windows[-1].new_page()
        sign_in(opened, address, username)
        return opened

    yield page
    for window in windows:
        window.close()


def asked(engine: Engine) -> int:
    """How many questions there are with these words."""
    with engine.connect() as conn:
        statement = text("SELECT count(*) FROM cases WHERE flow = 'assistance' AND data ->> 'question' = :words")
        return int(conn.execute(statement, {"words": QUESTION}).scalar_one())


def events(engine: Engine, no: str) -> list[str]:
    """What has been done to a case."""
    with engine.connect() as conn:
        statement = "SELECT e.action FROM events e JOIN cases c ON c.id = e.case_id WHERE c.no = :no ORDER BY e.seq"
        return list(conn.execute(text(statement), {"no": no}).scalars())


def sign_everybody_out(engine: Engine) -> None:
    with engine.begin() as conn:
        conn.execute(text("UPDATE tokens SET revoked_at = statement_timestamp()"))


def write(page: Page, address: str) -> None:
    """Fill in a question, and send it not yet."""
    page.goto(f"{address}/help/new")
    if not page.input_value("[name=project]"):
        page.select_option("[name=project]", index=1)
    page.fill("[name=question]", QUESTION)


def send(page: Page) -> None:
    page.locator("main form button.btn-primary").click()


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_double_click_makes_one_event(
    script: bool, world: World, address: str, engine: Engine, open_as: Callable[..., Page]
) -> None:
    page = open_as("clerk", script)
    posts: list[str] = []
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    page.goto(f"{address}/cases/{world.received}")
    before = events(engine, world.received)
    page.locator(f"form[action='/cases/{world.received}/actions/accept'] button").dblclick()
    expect(page.get_by_role("status")).to_be_visible()

    assert events(engine, world.received)[len(before) :].count("accept") == 1
    assert len(posts) == 1 or not script


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_form_sent_by_a_double_click_opens_one_question(
    script: bool, world: World, address: str, engine: Engine, open_as: Callable[..., Page]
) -> None:
    page = open_as("applicant", script)
    write(page, address)
    page.locator("main form button.btn-primary").dblclick()
    expect(page.get_by_role("status")).to_be_visible()

    assert asked(engine) == 1


def test_going_back_and_pressing_again_does_it_once_and_says_so_calmly(
    world: World, address: str, engine: Engine, open_as: Callable[..., Page]
) -> None:
    page = open_as("applicant")
    write(page, address)
    key = page.input_value("main form [name=key]")
    send(page)
    expect(page.get_by_role("status")).to_be_visible()
    told, where = page.get_by_role("status").inner_text(), page.url
    page.go_back()
    # As a browser shows it that has kept the page: the very form that was sent.
    page.evaluate("key => (document.querySelector('main form [name=key]').value = key)", key)
    if not page.input_value("[name=project]"):
        page.select_option("[name=project]", index=1)
    page.fill("[name=question]", QUESTION)
    send(page)
    expect(page.get_by_role("status")).to_have_text(told)

    assert page.url == where
    assert asked(engine) == 1


def test_a_deed_done_meanwhile_is_refused_with_who_and_when(
    world: World, address: str, engine: Engine, open_as: Callable[..., Page]
) -> None:
    page = open_as("clerk")
    page.goto(f"{address}/cases/{world.received}")
    second = page.context.new_page()
    second.goto(f"{address}/cases/{world.received}")
    accept = f"form[action='/cases/{world.received}/actions/accept'] button"
    page.locator(accept).click()
    expect(page.get_by_role("status")).to_be_visible()
    second.locator(accept).click()
    expect(second.locator("h1")).to_be_visible()

    assert events(engine, world.received).count("accept") == 1
    assert "系统出错" not in second.locator("main").inner_text()


def test_a_lost_connection_keeps_what_was_typed_and_sends_it_once_the_line_is_back(
    world: World, address: str, engine: Engine, open_as: Callable[..., Page]
) -> None:
    page = open_as("applicant")
    write(page, address)
    page.context.set_offline(True)
    expect(page.get_by_text("网络已断开，您填写的内容还在此页")).to_be_visible()
    send(page)
    retry = page.get_by_role("button", name="重试")
    expect(retry).to_be_visible()
    assert page.url.endswith("/help/new")
    assert page.input_value("[name=question]") == QUESTION
    assert asked(engine) == 0
    page.context.set_offline(False)
    expect(page.get_by_text("网络已恢复")).to_be_visible()
    send(page)
    expect(page.get_by_role("status")).to_be_visible()

    assert asked(engine) == 1


def test_trying_again_from_the_banner_sends_the_form(
    world: World, address: str, engine: Engine, open_as: Callable[..., Page]
) -> None:
    page = open_as("applicant")
    write(page, address)
    page.route("**/session", lambda route: route.abort())
    send(page)
    expect(page.get_by_text("网络已断开")).to_be_visible()
    page.unroute("**/session")
    page.get_by_role("button", name="重试").click()
    expect(page.get_by_role("status")).to_be_visible()

    assert asked(engine) == 1


def test_a_session_that_ends_in_a_form_loses_nothing(
    world: World, address: str, engine: Engine, open_as: Callable[..., Page]
) -> None:
    page = open_as("applicant")
    write(page, address)
    sign_everybody_out(engine)
    send(page)
    again = page.get_by_role("link", name="在新窗口登录")
    expect(again).to_be_visible()
    assert page.input_value("[name=question]") == QUESTION
    with page.context.expect_page() as opened:
        again.click()
    opened.value.close()
    other = page.context.new_page()
    sign_in(other, address, "applicant")
    other.close()
    send(page)
    expect(page.get_by_role("status")).to_be_visible()

    assert asked(engine) == 1


def test_a_form_is_not_sent_for_somebody_else_who_has_signed_in_since(
    world: World, address: str, engine: Engine, open_as: Callable[..., Page]
) -> None:
    page = open_as("applicant")
    write(page, address)
    other = page.context.new_page()
    other.context.clear_cookies()
    sign_in(other, address, "specialist")
    send(page)
    expect(page.get_by_text("已换成别人登录")).to_be_visible()

    assert asked(engine) == 0
    assert page.input_value("[name=question]") == QUESTION


def test_without_script_a_session_that_ended_gives_back_what_was_typed(
    world: World, address: str, engine: Engine, open_as: Callable[..., Page]
) -> None:
    page = open_as("applicant", False)
    write(page, address)
    sign_everybody_out(engine)
    send(page)

    expect(page.locator("main")).to_contain_text(QUESTION)
    assert asked(engine) == 0
