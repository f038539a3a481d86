"""What is typed into a draft is saved by itself: after a while, on leaving, and once the line is back."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import Engine, text

from tests.pages.browsing import in_a_browser, new_window, sign_in
from tests.pages.world import World

pytestmark = in_a_browser

WORDS = "两栋厂房，地上四层"


@pytest.fixture
def draft(chromium: Browser, address: str, world: World) -> Iterator[Page]:
    """The page of a draft that asks about the project."""
    window = new_window(chromium)
    page = window.new_page()
    sign_in(page, address, "applicant")
    page.clock.install()
    page.goto(f"{address}/apply/{world.draft}/project")
    yield page
    window.close()


@pytest.fixture
def kept(engine: Engine, world: World) -> Callable[[], str]:
    """What the draft holds now."""

    def read() -> str:
        with engine.connect() as conn:
            found = conn.execute(text("SELECT data FROM cases WHERE no = :no"), {"no": world.draft}).scalar_one()
        return str(found.get("form", {}).get("summary", ""))

    return read


def comes(page: Page, kept: Callable[[], str]) -> None:
    """Nobody is told when a page that was left has saved: look until it has."""
    for _ in range(100):
        if kept() == WORDS:
            return
        page.evaluate("fetch('/session')")
    pytest.fail("what was typed was not saved")


def test_twenty_seconds_after_a_change_the_draft_is_saved_and_the_button_still_works(
    draft: Page, kept: Callable[[], str]
) -> None:
    version = draft.input_value("[data-autosave] [name=version]")
    draft.fill("[name=summary]", WORDS)
    draft.clock.run_for(19_000)
    assert kept() == ""
    draft.clock.run_for(2_000)
    expect(draft.locator("[data-saved]")).to_contain_text("已自动保存，3月11日 09:30")
    assert kept() == WORDS
    assert draft.input_value("[data-autosave] [name=version]") > version
    draft.fill("[name=summary]", WORDS + "，含地下室")
    draft.locator("[data-autosave] button").first.click()
    expect(draft.get_by_role("status")).to_be_visible()
    assert kept() == WORDS + "，含地下室"


def test_leaving_the_page_saves_what_was_typed(draft: Page, address: str, kept: Callable[[], str]) -> None:
    draft.fill("[name=summary]", WORDS)
    draft.goto(f"{address}/my")
    comes(draft, kept)


def test_a_lost_connection_is_said_and_the_draft_is_saved_once_it_is_back(draft: Page, kept: Callable[[], str]) -> None:
    draft.fill("[name=summary]", WORDS)
    draft.context.set_offline(True)
    draft.clock.run_for(21_000)
    expect(draft.get_by_text("网络已断开，您填写的内容还在此页")).to_be_visible()
    assert kept() == ""
    draft.context.set_offline(False)
    draft.clock.run_for(21_000)
    comes(draft, kept)
    expect(draft.locator("[data-says]")).to_be_hidden()


def test_a_session_that_has_ended_is_said_and_nothing_is_lost(
    draft: Page, engine: Engine, address: str, kept: Callable[[], str]
) -> None:
    draft.fill("[name=summary]", WORDS)
    with engine.begin() as conn:
        conn.execute(text("UPDATE tokens SET revoked_at = statement_timestamp()"))
    draft.clock.run_for(21_000)
    expect(draft.get_by_role("link", name="在新窗口登录")).to_be_visible()
    other = draft.context.new_page()
    sign_in(other, address, "applicant")
    other.close()
    assert draft.input_value("[name=summary]") == WORDS
    draft.locator("[data-autosave] button").first.click()
    expect(draft.get_by_role("status")).to_be_visible()
    assert kept() == WORDS
