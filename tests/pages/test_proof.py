"""The page of a proof agrees with the page of its case, and says of which day it speaks."""

import re

from flask import Flask

from tests.pages.test_every_page import readers
from tests.pages.world import build
from workflow.work import Office


def test_an_overdue_clock_has_used_as_many_days_on_the_case_as_in_its_proof(office: Office, app: Flask) -> None:
    world = build(office)
    reader = readers(app)["officer_qx"]
    case = reader.open(f"/cases/{world.overdue}")
    proof = reader.open(f"/cases/{world.overdue}/clocks/promised")
    used = re.search(r"(已用 \d+ 日)，暂停 0 日，超期 \d+ 日", proof.words)
    assert used is not None
    assert f"{used[1]}。" in case.words


def test_the_title_says_of_which_day_the_proof_speaks(office: Office, app: Flask) -> None:
    world = build(office)
    reader = readers(app)["officer_qx"]
    now = reader.open(f"/cases/{world.overdue}/clocks/promised")
    then = reader.open(f"/cases/{world.overdue}/clocks/promised?as_of=2026-03-05")
    assert then.status == 200
    assert "3月5日" in then.title
    assert then.title != now.title
