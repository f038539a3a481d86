"""Alerts over JSON: only one's own, acknowledged once, seen and not solved."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from tests import given
from tests.api.conftest import Caller
from tests.given import Town
from workflow.actor import Actor
from workflow.queries.verify import verify
from workflow.work import Office

Callers = Callable[[Actor], Caller]
NOW = given.moment("2026-03-02")
ALERTS = "/api/v1/alerts"


@pytest.fixture
def case(office: Office, engine: Engine, town: Town) -> str:
    """A case whose first rung has dealt a yellow card to the clerk and to the director."""
    no = next(iter(given.application(office, town, NOW).cases.values()))
    later = NOW + timedelta(days=6)
    given.time_is(engine, later)
    with engine.begin() as conn:
        conn.execute(
            text("""
WITH hit AS (
  UPDATE clocks SET rung = 1, fire_at = ladder_at[2] WHERE case_id = (SELECT id FROM cases WHERE no = :no)
  RETURNING id, case_id, due_at, ladder_at[1] AS moment),
claimed AS (
  INSERT INTO firings (clock_id, epoch, rung, case_id, fired_at, moment_at)
  SELECT id, 1, 0, case_id, :now, moment FROM hit)
INSERT INTO alerts (case_id, clock_id, epoch, rung, card, person_id, role, due_at, created_at)
SELECT case_id, id, 1, 0, 'yellow', person, role, due_at, :now
FROM hit, unnest(cast(:people AS int[]), cast(:roles AS text[])) AS told(person, role)"""),
            {
                "no": no,
                "now": later,
                "people": [town.clerk.id, town.directors["QX"].id],
                "roles": ["clerk", "director"],
            },
        )
    return no


def test_my_alerts_tell_the_case_the_clock_and_the_card(by_token: Callers, town: Town, case: str) -> None:
    [alert] = by_token(town.clerk)("GET", ALERTS).get_json()["items"]

    assert (alert["case"], alert["card"], alert["card_title"]["zh"]) == (case, "yellow", "黄牌")
    assert (alert["clock_title"]["en"], alert["rung_text"]) == ("Completeness check", "1 working day left")
    assert (alert["acknowledged_at"], alert["solved"]) == (None, False)
    assert by_token(town.applicant)("GET", ALERTS).get_json()["items"] == []


def test_an_alert_is_acknowledged_once_and_stands_in_the_history(
    office: Office, by_token: Callers, town: Town, case: str
) -> None:
    clerk = by_token(town.clerk)
    [alert] = clerk("GET", ALERTS, query_string={"open": "true"}).get_json()["items"]
    version = clerk("GET", f"/api/v1/cases/{case}").get_json()["version"]

    first = clerk("POST", f"{ALERTS}/{alert['id']}/acknowledge", json={"note": "今天办理"})
    again = clerk("POST", f"{ALERTS}/{alert['id']}/acknowledge", json={"note": "今天办理"})

    assert first.status_code == 200
    assert (again.status_code, again.get_json()["code"]) == (409, "already_acknowledged")
    assert clerk("GET", ALERTS, query_string={"open": "true"}).get_json()["items"] == []
    [seen] = clerk("GET", ALERTS).get_json()["items"]
    assert (seen["note"], seen["solved"]) == ("今天办理", False)
    line = clerk("GET", f"/api/v1/cases/{case}/history").get_json()["items"][0]
    assert (line["action"], line["input"]["note"], line["input"]["card"]) == ("acknowledge", "今天办理", "yellow")
    assert clerk("GET", f"/api/v1/cases/{case}").get_json()["version"] == version
    assert verify(office).breaches == ()


def test_an_alert_of_somebody_else_is_not_there(by_token: Callers, town: Town, case: str) -> None:
    [alert] = by_token(town.clerk)("GET", ALERTS).get_json()["items"]

    for who in (town.directors["QX"], town.admin):
        answer = by_token(who)("POST", f"{ALERTS}/{alert['id']}/acknowledge", json={})
        assert (answer.status_code, answer.get_json()["code"]) == (404, "no_such_alert")


def test_an_alert_acknowledged_twice_with_one_key_is_answered_twice(by_token: Callers, town: Town, case: str) -> None:
    clerk = by_token(town.clerk)
    [alert] = clerk("GET", ALERTS).get_json()["items"]
    headers = {"Idempotency-Key": "seen"}

    first = clerk("POST", f"{ALERTS}/{alert['id']}/acknowledge", json={}, headers=headers)
    again = clerk("POST", f"{ALERTS}/{alert['id']}/acknowledge", json={}, headers=headers)

    assert (first.status_code, again.status_code) == (200, 200)
    assert again.get_json() == first.get_json()


@pytest.mark.parametrize(
    ("body", "field"), [({"note": "长" * 501}, "note"), ({"note": 1}, "note"), ({"solved": True}, "solved")]
)
def test_a_note_that_cannot_be_is_refused(
    by_token: Callers, town: Town, case: str, body: dict[str, object], field: str
) -> None:
    clerk = by_token(town.clerk)
    [alert] = clerk("GET", ALERTS).get_json()["items"]

    answer = clerk("POST", f"{ALERTS}/{alert['id']}/acknowledge", json=body)

    assert (answer.status_code, answer.get_json()["reasons"][0]["facts"]["field"]) == (400, field)


def test_the_number_of_an_alert_is_a_number(by_token: Callers, town: Town) -> None:
    for number in ("0", "-1", "x", str(2**63)):
        assert by_token(town.clerk)("POST", f"{ALERTS}/{number}/acknowledge", json={}).status_code == 404
