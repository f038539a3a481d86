"""What the pages' script adds, in a real Chromium: shortcuts, menus that close, the end of a session."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import Engine, text

from tests import given
from tests.pages.browsing import in_a_browser, new_window, sign_in
from tests.pages.world import NOW, World
from workflow.store import stream
from workflow.work import Office

pytestmark = in_a_browser


@pytest.fixture
def heard() -> list[str]:
    """What a page has said on its console."""
    return []


@pytest.fixture
def open_as(chromium: Browser, address: str, heard: list[str]) -> Iterator[Callable[[str], Page]]:
    """A window of one's own, in which somebody has signed in."""
    windows = []

    def page(username: str) -> Page:
        windows.append(new_window(chromium))
        opened = windows[-1].new_page()
        sign_in(opened, address, username)
        opened.on("console", lambda message: heard.append(message.text))
        opened.on("pageerror", lambda error: heard.append(str(error)))
        return opened

    yield page
    for window in windows:
        window.close()


def row_at(page: Page) -> int:
    """The place of the cursor among the rows, -1 for none."""
    found: int = page.evaluate(
        "[...document.querySelectorAll('[data-rows] tr:has(th a)')].findIndex(row => row.matches('.is-cursor'))"
    )
    return found


def test_the_worklist_is_worked_by_single_keys(world: World, address: str, open_as: Callable[[str], Page]) -> None:
    page = open_as("supervisor")
    page.goto(f"{address}/work")
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert row_at(page) == 1
    page.keyboard.press("k")
    assert row_at(page) == 0
    first = page.locator("[data-rows] th a").first
    expect(first).to_be_focused()
    page.keyboard.press("/")
    expect(page.locator("main [name=q]")).to_be_focused()
    page.keyboard.type("jk?e")
    assert page.input_value("main [name=q]") == "jk?e"
    assert row_at(page) == 0
    first.focus()
    page.keyboard.press("Control+j")
    assert row_at(page) == 0
    where = first.get_attribute("href")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{where}")


def test_a_question_mark_lists_all_shortcuts_and_escape_returns_the_focus(
    world: World, address: str, open_as: Callable[[str], Page], heard: list[str]
) -> None:
    page = open_as("officer_qx")
    page.goto(f"{address}/work?tab=department")
    page.keyboard.press("j")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="快捷键")
    expect(dialog).to_be_visible()
    for words in ("下一行", "到材料", "需补正"):
        expect(dialog).to_contain_text(words)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.locator("[data-rows] th a").first).to_be_focused()
    assert heard == []


def test_on_a_case_keys_lead_to_deeds_papers_and_record(
    world: World, address: str, open_as: Callable[[str], Page]
) -> None:
    page = open_as("officer_qx")
    page.goto(f"{address}/cases/{world.paused}")
    for keys, heading in (("a", "现在可以做"), ("gm", "材料"), ("gt", "办理记录")):
        for key in keys:
            page.keyboard.press(key)
        assert heading in page.evaluate("document.activeElement.textContent"), keys


def test_shortcuts_can_be_switched_off_without_script_and_stay_off(
    world: World, address: str, open_as: Callable[[str], Page]
) -> None:
    page = open_as("officer_qx")
    page.goto(f"{address}/work?tab=department")
    page.locator("details.me summary").click()
    with page.expect_navigation():
        page.get_by_role("button", name="单键快捷键").click()
    page.keyboard.press("j")
    assert row_at(page) == -1
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.locator("details.me summary").click()
    expect(page.get_by_role("button", name="单键快捷键")).to_have_attribute("aria-pressed", "false")


def test_an_applicant_has_no_shortcuts(world: World, address: str, open_as: Callable[[str], Page]) -> None:
    page = open_as("applicant")
    page.goto(f"{address}/my")
    assert page.locator("dialog[data-keys]").count() == 0
    assert page.locator("script[src*='keys.js']").count() == 0


@pytest.mark.parametrize("menu", ["details.me", "details.nav-more"])
def test_a_menu_closes_by_escape_and_when_the_focus_leaves_it(
    menu: str, open_as: Callable[[str], Page], address: str, world: World
) -> None:
    page = open_as("supervisor")
    page.goto(f"{address}/work")
    summary = page.locator(f"{menu} summary")
    summary.click()
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(page.locator(menu)).not_to_have_attribute("open", "")
    expect(summary).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(menu)).to_have_attribute("open", "")
    page.locator("main a").first.focus()
    expect(page.locator(menu)).not_to_have_attribute("open", "")
    summary.click()
    page.locator("h1").click()
    expect(page.locator(menu)).not_to_have_attribute("open", "")


def ends_in(engine: Engine, minutes: int, begun: str = "1 hour") -> None:
    with engine.begin() as conn:
        conn.execute(
            text("""
UPDATE tokens SET expires_at = statement_timestamp() + make_interval(mins => :minutes),
  created_at = statement_timestamp() - cast(:begun AS interval) WHERE kind = 'session'"""),
            {"minutes": minutes, "begun": begun},
        )


def test_five_minutes_before_its_end_a_session_is_extended_with_one_press(
    world: World, address: str, engine: Engine, open_as: Callable[[str], Page], heard: list[str]
) -> None:
    page = open_as("officer_qx")
    page.goto(f"{address}/contact")
    dialog = page.locator("dialog[data-ends]")
    expect(dialog).to_be_hidden()
    ends_in(engine, 4)
    page.reload()
    expect(page.get_by_role("dialog", name="登录即将结束")).to_be_visible()
    expect(page.get_by_role("button", name="继续使用")).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    with engine.connect() as conn:
        left = conn.execute(text("SELECT max(expires_at) - statement_timestamp() FROM tokens")).scalar_one()
    assert 11.9 < left.total_seconds() / 3600 <= 12
    assert heard == []


def test_a_session_of_a_day_is_not_extended_and_says_so(
    world: World, address: str, engine: Engine, open_as: Callable[[str], Page]
) -> None:
    page = open_as("officer_qx")
    ends_in(engine, 4, "23 hours 56 minutes")
    page.goto(f"{address}/contact")
    page.get_by_role("button", name="继续使用").click()
    expect(page.get_by_text("登录已满 24 小时")).to_be_visible()
    page.get_by_role("button", name="知道了").click()
    expect(page.locator("dialog[data-ends]")).to_be_hidden()


def told(engine: Engine) -> None:
    """Whatever has happened gets its place in the stream, as the worker sees to it."""
    with engine.begin() as conn:
        while stream.sequence(conn):
            pass


def test_news_of_the_worklist_are_told_and_no_row_moves(
    world: World,
    address: str,
    engine: Engine,
    office: Office,
    open_as: Callable[[str], Page],
    heard: list[str],
) -> None:
    told(engine)
    page = open_as("clerk")
    page.clock.install()
    page.goto(f"{address}/work?tab=all")
    before = page.locator("[data-rows]").inner_text()
    page.keyboard.press("j")
    page.clock.run_for(61_000)
    expect(page.get_by_text("件新办件")).to_have_count(0)
    given.application(office, world.town, NOW, ["LX06"])
    told(engine)
    with page.expect_response("**/worklist/news?**"):
        page.clock.run_for(61_000)
    expect(page.get_by_text("有 2 件新办件")).to_be_visible()
    assert page.locator("[data-rows]").inner_text() == before
    expect(page.locator("[data-rows] th a").first).to_be_focused()
    page.get_by_role("link", name="刷新").click()
    page.wait_for_url("**/work?tab=all")
    expect(page.get_by_text("件新办件")).to_have_count(0)
    assert heard == []


def test_numbers_of_the_war_map_come_anew_and_say_so_once_they_are_old(
    world: World, address: str, open_as: Callable[[str], Page]
) -> None:
    page = open_as("district_leader")
    page.clock.install()
    page.goto(f"{address}/war-map")
    stale = page.locator("[data-stale]")
    expect(stale).to_be_hidden()
    with page.expect_response(lambda answer: answer.request.headers.get("hx-request") == "true") as answer:
        page.clock.run_for(61_000)
    assert "<html" not in answer.value.text()
    page.context.set_offline(True)
    page.clock.run_for(200_000)
    expect(stale).to_be_hidden()
    page.clock.run_for(150_000)
    expect(stale).to_be_visible()
    expect(stale).to_contain_text("09:30")
    page.context.set_offline(False)
    page.clock.run_for(61_000)
    expect(stale).to_be_hidden()


def test_a_part_is_never_replaced_by_the_sign_in_page(
    world: World, address: str, engine: Engine, open_as: Callable[[str], Page]
) -> None:
    page = open_as("district_leader")
    page.clock.install()
    page.goto(f"{address}/war-map")
    with engine.begin() as conn:
        conn.execute(text("UPDATE tokens SET revoked_at = statement_timestamp()"))
    with page.expect_response("**/login**"):
        page.clock.run_for(61_000)
    expect(page.locator("#war-numbers")).to_be_visible()
    expect(page.locator("input[name=password]")).to_have_count(0)


def test_a_password_is_shown_on_demand_and_the_button_needs_the_script(
    address: str, chromium: Browser, world: World
) -> None:
    window = new_window(chromium)
    page = window.new_page()
    page.goto(f"{address}/login")
    page.fill("#f-password", "geheim")
    button = page.locator("[data-show-password]")
    button.click()
    expect(page.locator("#f-password")).to_have_attribute("type", "text")
    expect(button).to_have_attribute("aria-pressed", "true")
    button.click()
    expect(page.locator("#f-password")).to_have_attribute("type", "password")
    window.close()
    window = new_window(chromium, script=False)
    page = window.new_page()
    page.goto(f"{address}/login")
    expect(page.locator("[data-show-password]")).to_be_hidden()
    window.close()


@pytest.mark.parametrize("key", ["j", "?", "a"])
def test_with_script_off_keys_do_nothing(key: str, address: str, chromium: Browser, world: World) -> None:
    window = new_window(chromium, script=False)
    page = window.new_page()
    sign_in(page, address, "clerk")
    page.goto(f"{address}/work")
    page.keyboard.press(key)
    expect(page.get_by_role("dialog")).to_have_count(0)
    window.close()
