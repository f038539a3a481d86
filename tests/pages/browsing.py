"""The pages in a real Chromium: who has a window, what is typed, and what a screen shows."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests import given
from tests.pages.world import World

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--font-render-hinting=none",
]
in_a_browser = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt-get install chromium fonts-noto-cjk"),
]
"""The marks of a module whose tests need one."""
WIDTHS = (1440, 390, 320)
"""A desk, a phone, a small phone; in pixels."""
Looks = Mapping[str, str]
"""What a reader has chosen of how pages look: ``lang``, ``size``, ``theme``."""
NOBODY = ""


@dataclass(slots=True)
class Site:
    """The pages behind a real socket, and the windows of everybody who has signed in."""

    origin: str
    world: World
    browser: Browser
    windows: dict[tuple[str, str], BrowserContext] = field(default_factory=dict)
    pages: dict[tuple[str, str], Page] = field(default_factory=dict)

    def window(self, username: str, looks: Looks | None = None) -> BrowserContext:
        """Somebody's window with these looks; signed in through the form once, unless nobody is named."""
        key = username, _spelled(looks)
        if key not in self.windows:
            window = self.windows[key] = new_window(self.browser)
            if username and looks:
                window.add_cookies(self.window(username).cookies())  # type: ignore[arg-type]
            elif username:
                page = window.new_page()
                sign_in(page, self.origin, username)
                page.close()
            choose(window, self.origin, looks or {})
        return self.windows[key]

    def page(self, username: str, looks: Looks | None = None) -> Page:
        """A page of that window which goes from address to address, of a desk's size; a new one costs more than what
        it shows."""
        key = username, _spelled(looks)
        if key not in self.pages:
            self.pages[key] = self.window(username, looks).new_page()
        page = self.pages[key]
        page.set_viewport_size({"width": WIDTHS[0], "height": 900})
        return page


def new_window(browser: Browser, *, script: bool = True) -> BrowserContext:
    """A window in which nobody is signed in, as a browser of this office has it; nothing moves in it."""
    return browser.new_context(
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        reduced_motion="reduce",
        java_script_enabled=script,
        viewport={"width": WIDTHS[0], "height": 900},
    )


def choose(window: BrowserContext, origin: str, looks: Looks) -> None:
    """Let pages look that way in this window."""
    window.add_cookies([{"name": f"wugeyi-{name}", "value": value, "url": origin} for name, value in looks.items()])


def sign_in(page: Page, origin: str, username: str) -> None:
    """Sign in through the form."""
    page.goto(f"{origin}/login")
    page.fill("input[name=username]", username)
    page.fill("input[name=password]", given.PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda address: "/login" not in address)


def sideways(page: Page) -> int:
    """How far the page can be scrolled sideways, in pixels."""
    found: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return found


def pdf(page: Page) -> bytes:
    """The page printed on A4, with its own margins, tagged for screen readers."""
    return page.pdf(format="A4", prefer_css_page_size=True, print_background=False, tagged=True)


def _spelled(looks: Looks | None) -> str:
    return ",".join(f"{name}={value}" for name, value in sorted((looks or {}).items()))
