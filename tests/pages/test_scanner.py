"""The scanner of pages sees faults: on a page made of them, which is no page of the product."""

from collections.abc import Iterator

import pytest
from flask import Flask, Response
from playwright.sync_api import Browser, Error, Page

from api.headers import CONTENT_SECURITY_POLICY
from tests.pages.browsing import Site, in_a_browser, new_window
from tests.pages.scanner import axe, listening, look, resize, scan
from tests.serving import serving

pytestmark = in_a_browser

FAULTY = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Faults</title><style>
.pale { color: #bbb } .bar { width: 1500px } .low { display: inline-block; height: 30px }
.tiny { width: 14px; height: 14px; padding: 0; border: 0; margin: 0; display: inline-block }
</style></head>
<body>
<nav><a href="/">One</a></nav><nav><a href="/">Two</a></nav>
<main>
<h1>Faults</h1><h1>Twice</h1>
<p class="pale">Too pale to be read</p>
<p style="color: #000">A style of its own</p>
<p>这里没有标记</p>
<p id="same">One</p><p id="same">Two</p>
<form><input name="nameless"></form>
<button class="tiny">a</button><button class="tiny">b</button>
<a class="btn low" href="/">Low</a>
<span class="tag t-bad"></span>
<div class="card"><h2>Picture</h2><svg class="ch" width="300" height="100" viewBox="0 0 300 100">
<text x="10" y="50" font-size="14">On each other</text><text x="14" y="52" font-size="14">Other on each</text>
<text x="280" y="20" font-size="14">Beyond the edge</text><text x="10" y="90" font-size="9">Small</text></svg></div>
<div class="bar" onclick="go()">Wide</div>
<script>console.error("noise"); fetch("https://elsewhere.example/").catch(() => {})</script>
</main></body></html>"""
PICTURE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Picture</title>
<style>.card { width: 200px; overflow: visible }</style></head><body><main><h1>Picture</h1>
<div class="card"><svg class="ch" width="320" height="20" viewBox="0 0 320 20">
<text x="4" y="15" font-size="13">Wide</text></svg></div></main></body></html>"""


@pytest.fixture(scope="module")
def faulty(chromium: Browser) -> Iterator[Page]:
    """A browser before a server of faulty pages; ``/strict`` has the product's own policy."""
    app = Flask(__name__)
    app.add_url_rule("/faulty", "faulty", lambda: FAULTY)
    app.add_url_rule("/picture", "picture", lambda: PICTURE)
    app.add_url_rule(
        "/strict",
        "strict",
        lambda: Response(FAULTY, headers={"Content-Security-Policy": CONTENT_SECURITY_POLICY}),
    )
    app.add_url_rule("/favicon.ico", "icon", lambda: Response(status=204))
    with serving(app) as port:
        window = new_window(chromium)
        page = window.new_page()
        page.goto(f"http://127.0.0.1:{port}/faulty")
        yield page
        window.close()


def origin(page: Page) -> str:
    """Where the page comes from."""
    return page.url.rsplit("/", 1)[0]


def test_every_planted_fault_is_seen(faulty: Page) -> None:
    faulty.goto(f"{origin(faulty)}/faulty")
    resize(faulty, 390)
    seen = {fault.partition(":")[0] for fault in look(faulty)}
    assert seen == {
        "sideways",
        "h1",
        "style attribute",
        "style element",
        "inline script",
        "id twice",
        "small target",
        "action too low for a finger",
        "state without a word",
        "state without a shape",
        "small text in a picture",
        "text outside its picture",
        "text over text",
        "Chinese unmarked",
    }
    rules = {fault.partition(":")[0] for fault in axe(faulty)}
    assert rules >= {"label", "color-contrast", "landmark-unique", "target-size"}


def test_a_picture_that_leaves_its_card_is_seen(faulty: Page) -> None:
    faulty.goto(f"{origin(faulty)}/picture")
    assert any(fault.startswith("390 px: picture wider than its card") for fault in scan(faulty, 390))


def test_noise_in_the_console_and_a_request_to_another_origin_are_heard(faulty: Page) -> None:
    with listening(faulty) as heard:
        faulty.goto(f"{origin(faulty)}/faulty")
        faulty.wait_for_load_state("networkidle")
    assert "noise" in heard.said
    assert heard.elsewhere(origin(faulty)) == ["https://elsewhere.example/"]


def test_the_policy_of_the_pages_stops_inline_script_and_style_and_every_other_origin(faulty: Page) -> None:
    with listening(faulty) as heard:
        faulty.goto(f"{origin(faulty)}/strict")
    assert "noise" not in heard.said
    assert heard.elsewhere(origin(faulty)) == []
    assert faulty.evaluate("getComputedStyle(document.querySelector('.pale')).color") == "rgb(0, 0, 0)"
    assert len([words for words in heard.said if "Content Security Policy" in words]) >= 3


def test_a_script_put_into_a_page_of_the_product_does_not_run_but_axe_does(site: Site) -> None:
    page = site.page("")
    page.goto(f"{site.origin}/login")
    with pytest.raises(Error, match="Content Security Policy"):
        page.add_script_tag(content="window.slipped_in = true")
    assert page.evaluate("typeof window.slipped_in") == "undefined"
    assert axe(page) == []
