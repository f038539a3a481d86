"""The page of a proof agrees with the page of its case, and says of which day it speaks."""

import re

from flask import Flask
from sqlalchemy import text

from tests import given
from tests.pages.conftest import Reader
from tests.pages.test_every_page import readers
from tests.pages.world import World
from workflow.work import Office


def test_an_overdue_clock_has_used_as_many_days_on_the_case_as_in_its_proof(world: World, app: Flask) -> None:
    reader = readers(app)["officer_qx"]
    case = reader.open(f"/cases/{world.overdue}")
    proof = reader.open(f"/cases/{world.overdue}/clocks/promised")
    used = re.search(r"(已用 \d+ 日)，超期 \d+ 日", proof.words)
    assert used is not None
    assert f"{used[1]}。" in case.words


def test_the_title_says_of_which_day_the_proof_speaks(world: World, app: Flask) -> None:
    reader = readers(app)["officer_qx"]
    now = reader.open(f"/cases/{world.overdue}/clocks/promised")
    then = reader.open(f"/cases/{world.overdue}/clocks/promised?as_of=2026-03-05")
    assert then.status == 200
    assert "3月5日" in then.title
    assert then.title != now.title


def test_the_last_day_ends_when_the_policy_says_and_not_always_at_midnight(
    world: World, office: Office, app: Flask
) -> None:
    reader = readers(app)["officer_qx"]
    address = f"/cases/{world.overdue}/clocks/promised"
    proof = reader.open(address)
    assert "到期当天 24:00 前办结算按时" in proof.words
    assert "到期日，24:00 止" in proof.words
    with office.engine.begin() as conn:
        # As under day_ends: close (config/rules/clocks.yaml), where the same day ends at 17:00.
        conn.execute(text("UPDATE clocks SET due_at = due_at - interval '7 hours' WHERE name = 'promised'"))
    proof = reader.open(address)
    assert "到期当天 17:00 前办结算按时" in proof.words
    assert "到期日，17:00 止" in proof.words
    assert "到期日，24:00 止" not in proof.words


def test_a_limit_in_calendar_days_says_that_its_last_day_may_roll_forward(office: Office, app: Flask) -> None:
    town = given.town(office)
    no = given.application(office, town, given.moment("2026-01-20"), ["SG11"]).cases["SG11"]
    given.act(office, town.clerk, given.moment("2026-01-21"), no, "accept")
    given.time_is(office.engine, given.moment("2026-01-22"))
    reader = Reader(app.test_client())
    reader.open("/login")
    reader.press("登录", username="officer_hb", password=given.PASSWORD)
    proof = reader.open(f"/cases/{no}/clocks/statutory")
    assert "最后一日放假的顺延" in proof.words
    assert "民法典第二百零三条" in proof.words
    assert "最后一日放假的顺延" not in reader.open(f"/cases/{no}/clocks/promised").words
