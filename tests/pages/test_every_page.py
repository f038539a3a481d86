"""What holds for every page, read without a browser."""

import re
from pathlib import Path

import pytest
from flask import Flask

from tests import given
from tests.pages.conftest import HEADERS, Reader
from tests.pages.every_page import PAGES
from tests.pages.world import World

TEMPLATES = Path(__file__).parents[2] / "api" / "pages" / "templates"
CHINESE = re.compile(r"[\u3400-\u9fff]")


def readers(app: Flask) -> dict[str, Reader]:
    """Somebody signed in for every name among the pages."""
    found = {}
    for username in {username for username, _ in PAGES.values()}:
        found[username] = Reader(app.test_client())
        if username:
            found[username].open("/login")
            found[username].press("登录", username=username, password=given.PASSWORD)
    return found


def test_no_two_pages_of_a_person_have_the_same_title_and_each_has_one_heading(world: World, app: Flask) -> None:
    people = readers(app)
    titles: dict[tuple[str, str], str] = {}
    for name, (username, where) in PAGES.items():
        page = people[username].open(where(world))
        assert page.status == 200, f"{name}: {page.words[:300]}"
        assert len(page.headings) == 1, name
        assert page.title.endswith(" · 崂山“五个一”审批服务"), name
        assert (username, page.title) not in titles, f"{name} and {titles[username, page.title]}: {page.title}"
        titles[username, page.title] = name


def test_no_link_of_any_page_is_dead(world: World, app: Flask) -> None:
    people = readers(app)
    tried: set[tuple[str, str]] = set()
    for username, where in PAGES.values():
        for _, href in people[username].open(where(world)).links:
            address = href.partition("#")[0]
            if address and not address.startswith("tel:") and (username, address) not in tried:
                tried.add((username, address))
                status = people[username].client.get(address, headers=HEADERS).status_code
                assert status in (200, 302, 303), f"{address} on {where(world)} for {username}: {status}"
    assert len(tried) > 60


@pytest.mark.parametrize("template", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.name)
def test_every_word_of_a_template_can_be_translated(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    text = re.sub(r"\{#.*?#\}", "", text, flags=re.DOTALL)
    text = re.sub(r'_\(\s*"(?:[^"\\]|\\.)*"', "", text)
    # kept in a table, shown through _()
    text = re.sub(r'"(?:正常|预警|超期|暂停计时|已停止计时|提醒|黄牌|红牌)"', "", text)
    left = [line.strip() for line in text.splitlines() if CHINESE.search(line)]
    assert left == [], "outside of _()"
