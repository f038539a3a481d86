"""The count beside the alerts in a real Chromium: it changes while the page is open, and nothing needs it."""

import re
import time

from playwright.sync_api import Browser, expect
from sqlalchemy import Engine, text

from tests import given
from tests.pages.browsing import in_a_browser, new_window, sideways, sign_in
from workflow.store import stream

pytestmark = in_a_browser


def alert(engine: Engine, person: int, case_id: int, rung: int) -> None:
    with engine.begin() as conn:
        conn.execute(
            text("""
INSERT INTO alerts (case_id, clock_id, epoch, rung, card, person_id, role, due_at, created_at)
SELECT :case, k.id, 99, :rung, 'yellow', :person, 'clerk', now(), now() FROM clocks k WHERE k.case_id = :case
ORDER BY k.id LIMIT 1"""),
            {"case": case_id, "person": person, "rung": rung},
        )
    with engine.begin() as conn:
        stream.sequence(conn)


def test_the_count_changes_without_loading_the_page_again_and_is_said_politely(
    chromium: Browser, address: str, engine: Engine, office: object, town: given.Town
) -> None:
    no = given.application(office, town, given.moment("2026-03-02", "10:00")).cases["LX06"]
    case_id, clerk = given.case_id(engine, no), town.clerk.id
    assert clerk is not None
    with engine.begin() as conn:
        stream.sequence(conn)
    page = new_window(chromium).new_page()
    heard: list[str] = []
    loads: list[str] = []
    page.on("console", lambda message: heard.append(message.text))
    page.on("pageerror", lambda error: heard.append(str(error)))
    sign_in(page, address, "clerk")
    page.set_viewport_size({"width": 390, "height": 800})
    count = page.locator("[data-live]")
    expect(count).to_be_hidden()
    page.on("framenavigated", lambda frame: loads.append(frame.url))
    with page.expect_request("**/api/v1/live**"):
        page.reload()
    loads.clear()
    time.sleep(0.3)

    alert(engine, clerk, case_id, 0)
    expect(count).to_be_visible()
    expect(count).to_have_text("1")
    expect(page.locator("[data-live-said]")).to_contain_text("新预警：")
    alert(engine, clerk, case_id, 1)
    expect(count).to_have_text("2")

    assert loads == []
    assert heard == []
    assert sideways(page) <= 0
    assert page.locator("[data-live-said]").get_attribute("aria-live") == "polite"
    page.goto(f"{address}/alerts")
    expect(page.locator("[data-live]")).to_have_text("2")


def test_without_script_the_page_is_as_it_was(chromium: Browser, address: str, town: given.Town) -> None:
    page = new_window(chromium, script=False).new_page()
    sign_in(page, address, "clerk")

    expect(page.locator("[data-live]")).to_be_hidden()
    expect(page.get_by_role("link", name="提醒", exact=True)).to_be_visible()


def test_on_an_english_page_news_are_said_in_english(
    chromium: Browser, address: str, engine: Engine, office: object, town: given.Town
) -> None:
    no = given.application(office, town, given.moment("2026-03-02", "10:00")).cases["LX06"]
    case_id, clerk = given.case_id(engine, no), town.clerk.id
    assert clerk is not None
    with engine.begin() as conn:
        stream.sequence(conn)
    window = new_window(chromium)
    page = window.new_page()
    sign_in(page, address, "clerk")
    window.add_cookies([{"name": "wugeyi-lang", "value": "en", "url": address}])
    with page.expect_request("**/api/v1/live**"):
        page.goto(f"{address}/work")
    alert(engine, clerk, case_id, 0)
    said = page.locator("[data-live-said]")
    expect(said).not_to_be_empty()

    assert re.search(r"[\u4e00-\u9fff]", said.inner_text()) is None
    window.close()
