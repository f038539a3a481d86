"""What is wrong with a page that a browser shows: axe, and a look of our own at what axe does not judge."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
"""The rules of axe that hold: WCAG 2.2, levels A and AA, and good practice."""
# What is right is not written down: half of the time of a run is spent on that.
OPTIONS: Mapping[str, object] = {
    "runOnly": {"type": "tag", "values": list(TAGS)},
    "resultTypes": ["violations"],
    "preload": False,
}
_RUN = """async (options) => (await axe.run(document, options)).violations.map(one => `${one.id}: `
  + one.nodes.slice(0, 3)
    .map(node => `${node.html.slice(0, 200)} (${(node.failureSummary || '').split('\\n')[1] || ''})`).join(' | ')
  + (one.nodes.length > 3 ? ` and ${one.nodes.length - 3} more` : ''))"""
_LOOK = (Path(__file__).parent / "looking.js").read_text(encoding="utf-8")
PHONE = 390
"""The width in pixels up to which a page is used with a finger."""


@dataclass(slots=True)
class Heard:
    """What a page said in the console, and which addresses it asked for."""

    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def elsewhere(self, origin: str) -> list[str]:
        """The addresses asked for that are not ours."""
        return [url for url in self.asked if not url.startswith((origin + "/", "data:"))]


@contextmanager
def listening(page: Page) -> Iterator[Heard]:
    """What happens in the block is heard."""
    heard = Heard()
    listeners: dict[Any, Any] = {
        "console": lambda message: heard.said.append(message.text),
        "pageerror": lambda error: heard.said.append(str(error)),
        "request": lambda request: heard.asked.append(request.url),
    }
    for event, listener in listeners.items():
        page.on(event, listener)
    yield heard
    for event, listener in listeners.items():
        page.remove_listener(event, listener)


def resize(page: Page, width: int) -> None:
    """Show the page at a width, in pixels."""
    page.set_viewport_size({"width": width, "height": 900})


def axe(page: Page) -> list[str]:
    """The violations that axe finds in the page as it stands, each with its rule and where.

    By ``evaluate``: the page's own policy keeps out every script that a page would load. The source is given to a
    document once.
    """
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE_SCRIPT)
    found: list[str] = page.evaluate(_RUN, OPTIONS)
    return found


def look(page: Page) -> list[str]:
    """What a look finds wrong with the page as it stands: sideways overflow, headings, inline style and script, small
    targets, states told by colour alone, texts of pictures, unmarked Chinese."""
    viewport = page.viewport_size
    found: dict[str, list[str]] = page.evaluate(_LOOK, viewport is not None and viewport["width"] <= PHONE)
    return [f"{fault}: {' | '.join(where[:4])}" for fault, where in found.items()]


def scan(page: Page, width: int) -> list[str]:
    """Everything wrong with the page at that width, each beginning with the width."""
    resize(page, width)
    return [f"{width} px: {fault}" for fault in (*look(page), *axe(page))]
