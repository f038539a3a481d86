"""What stands around every page: the telephone, what waits in the menu, the session's end, parts asked for alone."""

import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import Engine, text

from tests import given
from tests.applications import application
from tests.pages.conftest import HEADERS, Reader
from tests.pages.world import World
from workflow.settings import Settings
from workflow.work import Office

HTMX = {**HEADERS, "HX-Request": "true"}


@pytest.fixture
def reading(app: Flask, world: World) -> Callable[[str], Reader]:
    """A browser in which somebody of the small district has signed in."""

    def reader(username: str) -> Reader:
        somebody = Reader(app.test_client())
        somebody.open("/login")
        somebody.press("登录", username=username, password=given.PASSWORD)
        return somebody

    return reader


def html(reader: Reader) -> str:
    assert reader.page is not None
    return reader.page.response.get_data(as_text=True)


def test_without_a_telephone_the_help_desk_is_a_page(world: World, reading: Callable[[str], Reader]) -> None:
    reader = reading("applicant")
    reader.open("/my")
    assert 'href="tel:' not in html(reader)
    assert reader.page is not None
    assert reader.page.link("7×24 帮办") == "/help"


def test_the_configured_telephone_is_dialled_on_a_phone(world: World, office: Office, settings: Settings) -> None:
    site = replace(office.catalogue.site, telephone="0532-00000000")
    reader = Reader(
        application(replace(office, catalogue=replace(office.catalogue, site=site)), settings).test_client()
    )
    reader.open("/login")
    assert re.search(r'<a class="btn btn-sm narrow-only-i" href="tel:0532-00000000">', html(reader))


def test_the_menu_counts_what_waits(world: World, engine: Engine, reading: Callable[[str], Reader]) -> None:
    reader = reading("director_qx")
    with engine.connect() as conn:
        counts = conn.execute(
            text("""
SELECT (SELECT count(*) FROM alerts a WHERE a.person_id = p.id AND acknowledged_at IS NULL AND stepped_down_at IS NULL),
  (SELECT count(*) FROM notices n WHERE n.person_id = p.id AND seen_at IS NULL)
FROM people p WHERE username = 'director_qx'""")
        ).one()
    reader.open("/projects")
    alerts = re.search(r"data-live=[^>]*?( hidden)?>(\d+)<", html(reader))
    notices = re.search(r"data-live-notices( hidden)?>(\d+)<", html(reader))
    assert alerts is not None
    assert notices is not None
    assert (int(alerts[2]), int(notices[2])) == tuple(counts)
    assert (alerts[1] is None) == (counts[0] > 0)


def test_the_session_tells_whose_it_is_and_how_long_it_lasts(
    world: World, app: Flask, reading: Callable[[str], Reader]
) -> None:
    reader = reading("clerk")
    found = reader.client.get("/session").get_json()
    assert found["me"] == world.town.clerk.id
    assert 43000 < found["seconds"] <= 43200
    assert app.test_client().get("/session").get_json() == {"me": None, "csrf": "", "seconds": 0}
    csrf = {"X-CSRF-Token": found["csrf"], "Accept": "application/json"}
    assert reader.client.post("/session", headers={"Accept": "application/json"}).status_code == 403
    answer = reader.client.post("/session", headers=csrf)
    assert answer.get_json()["seconds"] > 43000
    assert "HttpOnly" in answer.headers["Set-Cookie"]
    without_script = reader.client.post("/session", data={"csrf": found["csrf"]}, headers=HEADERS)
    assert (without_script.status_code, without_script.headers["Location"]) == (303, "/work")


@pytest.mark.parametrize("hours", [1, 23])
def test_a_session_lasts_a_day_at_most_however_often_it_is_extended(
    hours: int, world: World, engine: Engine, reading: Callable[[str], Reader]
) -> None:
    reader = reading("clerk")
    with engine.begin() as conn:
        conn.execute(
            text("UPDATE tokens SET created_at = statement_timestamp() - make_interval(hours => :hours)"),
            {"hours": hours},
        )
        conn.execute(text("UPDATE tokens SET expires_at = statement_timestamp() + interval '4 minutes'"))
    csrf = reader.client.get("/session").get_json()["csrf"]
    headers = {"X-CSRF-Token": csrf, "Accept": "application/json"}
    seconds = reader.client.post("/session", headers=headers).get_json()["seconds"]
    assert seconds == pytest.approx(min(12, 24 - hours) * 3600, abs=5)


def test_a_part_is_answered_alone_to_htmx_and_the_page_to_everybody_else(
    world: World, reading: Callable[[str], Reader]
) -> None:
    client = reading("district_leader").client
    whole = client.get("/war-map", headers=HEADERS)
    part = client.get("/war-map", headers=HTMX)
    assert whole.headers["Vary"] == part.headers["Vary"]
    assert "HX-Request" in part.headers["Vary"]
    assert "<html" in whole.get_data(as_text=True)
    assert "<html" not in part.get_data(as_text=True)
    assert 'id="war-numbers"' in part.get_data(as_text=True)


def test_news_of_the_worklist_are_a_part_and_no_page(world: World, reading: Callable[[str], Reader]) -> None:
    reader = reading("supervisor")
    reader.open("/work?tab=all")
    asked = re.search(r'hx-get="([^"]+)"', html(reader))
    assert asked is not None
    assert reader.client.get(unescape(asked[1]), headers=HTMX).status_code == 204
    given_up = reader.client.get("/worklist/news?since=x", headers=HTMX)
    assert given_up.status_code == 303
    headers = reader.client.get("/worklist/news?since=0&told=0&tab=all", headers=HEADERS).headers
    assert headers["Location"] == "/work?tab=all"


def test_shortcuts_are_switched_off_by_a_button_and_on_again(world: World, reading: Callable[[str], Reader]) -> None:
    reader = reading("clerk")
    reader.open("/work")
    assert "data-keys" in html(reader)
    reader.press("单键快捷键")
    assert "data-keys" not in html(reader)
    reader.press("单键快捷键")
    assert "data-keys" in html(reader)
