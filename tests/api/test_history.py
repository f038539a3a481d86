"""The history as the clock and the system write it, and as applicants and officers read it."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import Engine

from tests import given
from tests.api.conftest import Caller
from tests.given import Town
from workflow.actor import Actor
from workflow.commands.fire_rungs import sweep
from workflow.work import Office

Callers = Callable[[Actor], Caller]
NOW = given.moment("2026-03-02")


def test_a_card_and_acceptance_by_silence_stand_in_words_with_their_own_times(
    office: Office, engine: Engine, town: Town, by_token: Callers
) -> None:
    no = given.application(office, town, NOW).cases[given.default_items(office)[0]]
    given.time_is(engine, NOW + timedelta(days=8))
    sweep(office)

    lines = by_token(town.clerk)("GET", f"/api/v1/cases/{no}/history").get_json()["items"]
    silence = next(line for line in lines if line["action"] == "accept_by_silence")
    card = next(line for line in lines if line["action"] == "rung:completeness:0")
    assert (silence["kind"], silence["actor"]) == ("clock", {"zh": "时钟", "en": "Clock"})
    assert silence["effective_at"] == "2026-03-02T02:00:00+00:00"
    assert silence["recorded_at"].startswith("2026-03-10T02:00")
    assert card["title"] == {
        "zh": "黄牌：收件核验剩 1 个工作日",
        "en": "Yellow card: Completeness check, 1 working day left",
    }
    assert card["input"]["told"]

    case = by_token(town.applicant)("GET", f"/api/v1/cases/{no}").get_json()
    assert case["deemed_accepted"] is True
    shown = by_token(town.applicant)("GET", f"/api/v1/cases/{no}/history").get_json()["items"]
    assert all("told" not in line["input"] for line in shown)
