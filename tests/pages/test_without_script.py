"""Whole journeys in a browser that runs no script: forms and links do it all. The calendar's stands in
test_calendar_browser.py."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.pages.browsing import in_a_browser, new_window, sign_in
from tests.pages.world import World

pytestmark = in_a_browser

Seat = Callable[[str], Page]


@pytest.fixture
def seat(chromium: Browser, address: str) -> Iterator[Seat]:
    """Somebody's page, signed in, without script."""
    opened = []

    def take(username: str) -> Page:
        window = new_window(chromium, script=False)
        window.set_default_timeout(10_000)
        opened.append(window)
        page = window.new_page()
        sign_in(page, address, username)
        return page

    yield take
    for window in opened:
        window.close()


def press(page: Page, words: str) -> None:
    """Press the button with these words."""
    page.get_by_role("button", name=words, exact=True).click()


def follow(page: Page, words: str) -> None:
    """Follow the link with these words in the page's contents."""
    page.locator("main").get_by_role("link", name=words, exact=True).first.click()


def test_a_clerk_accepts_and_an_officer_grants(world: World, seat: Seat, address: str) -> None:
    clerk = seat("clerk")
    clerk.locator(f"main a[href='/cases/{world.received}']").last.click()
    press(clerk, "受理")
    expect(clerk.get_by_role("status").first).to_contain_text("受理")
    expect(clerk.locator("main")).to_contain_text("审查中")

    officer = seat("officer_qx")
    officer.goto(f"{address}/cases/{world.overdue}")
    follow(officer, "准予许可")
    press(officer, "准予许可")
    assert officer.title().startswith("错误：")
    expect(officer.locator(".errsum a").first).to_be_visible()
    officer.fill("[name=opinion]", "符合要求")
    officer.fill("[name=late_reason]", "节假日前受理量大")
    press(officer, "准予许可")
    expect(officer.get_by_role("status").first).to_contain_text("准予许可")
    expect(officer.locator("main")).to_contain_text("准予行政许可决定书")


def test_a_choice_of_how_pages_look_needs_no_script(world: World, seat: Seat, address: str) -> None:
    page = seat("clerk")
    press(page, "English")
    assert page.locator("html").get_attribute("lang") == "en"
    press(page, "Large text")
    assert page.locator("html").get_attribute("data-size") == "large"
    press(page, "中文")
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    assert page.locator("html").get_attribute("data-size") == "large"
