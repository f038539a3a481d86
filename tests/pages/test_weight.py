"""What a first visit costs: the page with its style sheet and scripts stays light, and so do their parts."""

import gzip
from pathlib import Path

import pytest
from flask import Flask

from api.pages.assets import STATIC, asset, content
from tests.pages.every_page import PAGES
from tests.pages.test_every_page import readers
from tests.pages.world import World

FIRST_PAGE = 150 * 1024
SCRIPTS = ("font.js", "htmx.js", "app.js", "parts.js", "keys.js")


def octets(name: str) -> int:
    found = content(name)
    assert found is not None
    return len(found[0])


def packed(name: str) -> int:
    found = content(name)
    assert found is not None
    return len(gzip.compress(found[0]))


def test_no_first_page_weighs_more_than_150_kb(world: World, app: Flask) -> None:
    people = readers(app)
    heavy = {}
    for name, (username, where) in PAGES.items():
        page = people[username].open(where(world))
        html = page.response.get_data(as_text=True)
        loaded = [one for one in ("app.css", *SCRIPTS) if asset(one) in html]
        assert {"app.css", "font.js", "app.js"} <= set(loaded), name
        weight = len(html.encode()) + sum(octets(one) for one in loaded)
        if weight > FIRST_PAGE:
            heavy[name] = weight
    assert heavy == {}


def test_htmx_is_loaded_only_where_something_asks_for_a_part(world: World, app: Flask) -> None:
    people = readers(app)
    for name, (username, where) in PAGES.items():
        html = people[username].open(where(world)).response.get_data(as_text=True)
        assert (asset("htmx.js") in html) == ("hx-" in html), name
        if asset("htmx.js") in html:
            assert '"allowEval":false' in html, name


def test_the_style_sheet_stays_within_its_budget() -> None:
    assert octets("app.css") <= 48 * 1024
    assert packed("app.css") <= 11 * 1024


def test_the_script_of_every_page_stays_within_its_budget() -> None:
    live = (STATIC / "scripts" / "live.js").stat().st_size
    assert octets("app.js") <= 6 * 1024 + live
    assert octets("font.js") + octets("keys.js") + octets("parts.js") <= 4 * 1024
    assert sum(map(packed, ("app.js", "font.js", "keys.js", "parts.js"))) <= 6 * 1024


@pytest.mark.parametrize("path", sorted(STATIC.rglob("*.js")), ids=lambda path: path.name)
def test_a_script_is_as_its_packing_expects(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0] == '"use strict";'
    for line in lines:
        assert line.count("`") % 2 == 0, line
        assert not line.endswith("\\"), line
        assert " //" not in line.lstrip(), line
