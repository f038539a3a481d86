"""Every page in a real Chromium: it fits, it is silent, it asks nobody else, and it obeys its own strict policy."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from werkzeug.serving import make_server

from api.app import create_app
from api.headers import CONTENT_SECURITY_POLICY
from tests import given
from tests.conftest import Databases
from tests.pages.every_page import PAGES
from tests.pages.world import World, build
from workflow.settings import load_settings
from workflow.store.engine import open_engine
from workflow.work import Office

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt-get install chromium fonts-noto-cjk"),
]

WIDTHS = (1440, 390, 320)


@dataclass(slots=True)
class Site:
    """The pages behind a real socket, and the browser windows of everybody who has signed in."""

    origin: str
    world: World
    browser: Browser
    windows: dict[str, BrowserContext]
    kept: dict[str, Page]

    def window(self, username: str) -> BrowserContext:
        """Somebody's browser window; signed in through the form, unless nobody is named."""
        if username not in self.windows:
            window = self.browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai", reduced_motion="reduce")
            self.windows[username] = window
            if username:
                page = window.new_page()
                page.goto(f"{self.origin}/login")
                page.fill("[name=username]", username)
                page.fill("[name=password]", given.PASSWORD)
                page.get_by_role("button", name="登录", exact=True).click()
                page.wait_for_url(lambda address: "/login" not in address)
                page.close()
        return self.windows[username]

    def page(self, username: str) -> Page:
        """A page of somebody's window that goes from address to address, of a desk's size; a new one costs more than
        what it shows."""
        if username not in self.kept:
            self.kept[username] = self.window(username).new_page()
        self.kept[username].set_viewport_size({"width": 1280, "height": 720})
        return self.kept[username]


@pytest.fixture(scope="module")
def site(databases: Databases, configuration: Office) -> Iterator[Site]:
    """Made once: nothing here changes it but the looks of a window."""
    assert CHROMIUM is not None
    engine = open_engine(databases.new(), "web", pool_size=10)
    office = replace(configuration, engine=engine)
    world = build(office)
    settings = replace(load_settings({}), demo=True, public_url="http://localhost", secret="s" * 40)
    app = create_app(office, settings)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield Site(f"http://127.0.0.1:{server.server_port}", world, browser, {}, {})
        browser.close()
    server.shutdown()
    thread.join()
    server.server_close()
    app.extensions["wugeyi"].live.end()
    engine.dispose()


def sideways(page: Page) -> int:
    """How far the page can be scrolled sideways, in pixels."""
    found: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return found


@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_is_silent_and_asks_nobody_else(site: Site, name: str) -> None:
    username, where = PAGES[name]
    page = site.page(username)
    heard: list[str] = []
    asked: list[str] = []
    listening: dict[Any, Callable[[Any], None]] = {
        "console": lambda message: heard.append(message.text),
        "pageerror": lambda error: heard.append(str(error)),
        "request": lambda request: asked.append(request.url),
    }
    for event, listener in listening.items():
        page.on(event, listener)
    response = page.goto(site.origin + where(site.world))
    assert response is not None
    assert response.status == 200
    assert response.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert page.locator("h1").count() == 1
    assert page.locator("[style], script:not([src^='/static/app.js?v=']), style").count() == 0
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert sideways(page) <= 0, f"{name} at {width} px"
    for event, listener in listening.items():
        page.remove_listener(event, listener)
    assert heard == []
    assert [url for url in asked if not url.startswith(site.origin)] == []


def test_large_text_and_high_contrast_stay_and_fit(site: Site) -> None:
    window = site.browser.new_context(locale="zh-CN")
    page = window.new_page()
    page.set_viewport_size({"width": 390, "height": 900})
    page.goto(f"{site.origin}/login")
    page.get_by_role("button", name="大字版").click()
    page.get_by_role("button", name="高对比").click()
    assert page.locator("html").get_attribute("data-size") == "large"
    assert page.locator("html").get_attribute("data-theme") == "contrast"
    assert page.get_by_role("button", name="大字版").get_attribute("aria-pressed") == "true"
    cookies = [cookie for cookie in window.cookies() if cookie["name"].startswith("wugeyi-")]
    office = site.window("officer_qx")
    office.add_cookies([{**cookie, "expires": -1} for cookie in cookies])
    for where in (
        "/work?tab=department",
        f"/cases/{site.world.paused}",
        f"/cases/{site.world.paused}/clocks/statutory",
    ):
        page = office.new_page()
        page.set_viewport_size({"width": 390, "height": 900})
        page.goto(site.origin + where)
        assert page.locator("html").get_attribute("data-size") == "large"
        assert sideways(page) <= 0, where
        page.close()
    office.clear_cookies(name="wugeyi-size")
    office.clear_cookies(name="wugeyi-theme")
    window.close()


def test_a_refused_form_puts_the_focus_on_its_faults_and_keeps_the_words(site: Site) -> None:
    page = site.window("officer_qx").new_page()
    page.goto(f"{site.origin}/cases/{site.world.overdue}/actions/refuse")
    page.fill("[name=reason]", "不符合规划条件")
    page.get_by_role("button", name="不予许可", exact=True).click()
    page.wait_for_selector(".errsum")
    assert page.title().startswith("错误：")
    assert page.evaluate("document.activeElement.classList.contains('errsum')")
    assert page.input_value("[name=reason]") == "不符合规划条件"
    page.locator(".errsum a").first.click()
    assert page.evaluate("document.activeElement.name") in ("basis", "late_reason")
    page.close()


def test_the_skip_link_is_the_first_stop_of_the_keyboard(site: Site) -> None:
    page = site.window("officer_qx").new_page()
    page.goto(f"{site.origin}/work")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "跳到正文"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.close()


def test_what_a_finger_presses_is_large_enough(site: Site) -> None:
    for username, where in (("applicant", "/my"), ("officer_qx", f"/cases/{site.world.paused}"), ("", "/login")):
        page = site.window(username).new_page()
        page.set_viewport_size({"width": 390, "height": 900})
        page.goto(site.origin + where)
        small = page.evaluate("""() => [...document.querySelectorAll('main .btn, button')]
            .filter(one => one.getClientRects().length && one.getBoundingClientRect().height < 24)
            .map(one => one.textContent.trim())""")
        assert small == []
        page.close()
