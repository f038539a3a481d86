"""The same pages in large text, high contrast, forced colours and in print: nothing is lost, nothing says less."""

from io import BytesIO
from unicodedata import normalize

import pytest
from pypdf import PdfReader

from tests.pages.browsing import Site, in_a_browser, pdf, sideways
from tests.pages.every_page import PAGES
from tests.pages.scanner import axe, look, resize, scan

pytestmark = in_a_browser

DOZEN = (
    "worklist",
    "case overdue",
    "progress while paused",
    "proof",
    "war map",
    "figures",
    "calendar",
    "draft",
    "sign-in",
    "help desk",
    "consultation",
    "alerts nobody answered",
)
LOOKS = {"large": {"size": "large"}, "contrast": {"theme": "contrast"}}
A4_INSIDE = 642
"""What is left of a sheet's width between its margins of 20 mm, in pixels."""
NOT_ON_PAPER = ".nav, .top, .tools, .demo, .skip, .foot, .noprint"
A4_POINTS = (595, 842)
ENDED_WELL = {"t-done", "t-ok"}
"""Two tones of one meaning: with and without a ground."""
FORMS = """() => [...document.querySelectorAll(".tag svg")].map(drawn => [
  [...drawn.closest(".tag").classList].find(name => name.startsWith("t-") && name !== "t-prov") || "",
  drawn.innerHTML])"""


@pytest.mark.parametrize("chosen", LOOKS)
@pytest.mark.parametrize("name", DOZEN)
def test_a_page_stays_right_in_large_text_and_in_high_contrast(site: Site, name: str, chosen: str) -> None:
    username, where = PAGES[name]
    page = site.page(username, LOOKS[chosen])
    page.goto(site.origin + where(site.world))
    faults = [*scan(page, 1440), *scan(page, 390)]
    resize(page, 320)
    faults += [f"320 px: sideways {sideways(page)} px"] if sideways(page) > 0 else []
    assert faults == [], "\n".join([f"{name} ({chosen})", *faults])


@pytest.mark.parametrize("name", DOZEN)
def test_a_page_says_all_it_says_in_forced_colours(site: Site, name: str) -> None:
    username, where = PAGES[name]
    page = site.page(username)
    page.goto(site.origin + where(site.world))
    page.emulate_media(forced_colors="active")
    try:
        faults = [*look(page), *axe(page)]
        invisible = page.evaluate("""() => [...document.querySelectorAll('.tag, .btn, .tag svg')]
            .filter(one => one.checkVisibility() && one.getClientRects().length)
            .filter(one => { const style = getComputedStyle(one); return style.color === style.backgroundColor; })
            .map(one => one.outerHTML.slice(0, 100))""")
    finally:
        page.emulate_media(forced_colors="null")
    assert faults == [], "\n".join([name, *faults])
    assert invisible == []


def test_two_states_that_differ_in_colour_differ_in_shape(site: Site) -> None:
    drawn: dict[str, set[str]] = {}
    for name in DOZEN:
        username, where = PAGES[name]
        page = site.page(username)
        page.goto(site.origin + where(site.world))
        for tone, shape in page.evaluate(FORMS):
            drawn.setdefault(tone, set()).add(shape)
    assert {"t-ok", "t-warn", "t-bad", "t-hold", "t-now"} <= set(drawn)
    tones = sorted(drawn)
    shared = {
        (one, other): drawn[one] & drawn[other]
        for one in tones
        for other in tones
        if one < other and {one, other} != ENDED_WELL and drawn[one] & drawn[other]
    }
    assert shared == {}, "the same shape in two colours"


@pytest.mark.parametrize("name", DOZEN)
def test_on_paper_there_are_no_menus_and_nothing_is_cut(site: Site, name: str) -> None:
    username, where = PAGES[name]
    page = site.page(username)
    page.goto(site.origin + where(site.world))
    page.emulate_media(media="print")
    try:
        resize(page, A4_INSIDE)
        left = page.evaluate(
            """(menus) => [...document.querySelectorAll(menus)]
            .filter(one => one.checkVisibility() && one.getClientRects().length).map(one => one.className)""",
            NOT_ON_PAPER,
        )
        over = sideways(page)
    finally:
        page.emulate_media(media="null")
    assert left == []
    assert over <= 0


def test_a_page_printed_is_a4_tagged_and_has_its_words(site: Site) -> None:
    username, where = PAGES["proof"]
    page = site.page(username)
    page.goto(site.origin + where(site.world))
    printed = PdfReader(BytesIO(pdf(page)))
    assert [float(side) for side in printed.pages[0].mediabox[2:]] == pytest.approx(A4_POINTS, abs=1)
    assert "/MarkInfo" in printed.trailer["/Root"]
    assert "/StructTreeRoot" in printed.trailer["/Root"]
    words = normalize("NFKC", "".join(printed.pages[0].extract_text().split()))
    assert "".join(page.locator("h1").inner_text().split()) in words
    assert "主菜单" not in words
    assert "演示时间" not in words
