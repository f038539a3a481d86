"""The duty roster over JSON: who is on, who is next, what is published, and every refusal by field."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, text

from tests import given
from tests.api.conftest import Caller
from tests.given import Town, moment
from workflow.actor import Actor

Callers = Callable[[Actor], Caller]
DUTY = "/api/v1/duty"
PERMITS = f"{DUTY}/permits"


@pytest.fixture(autouse=True)
def morning(engine: Engine) -> None:
    """It is a Monday morning."""
    given.time_is(engine, moment("2026-03-02", "09:00"))


def shift(person: Actor, since: str, until: str) -> dict[str, Any]:
    return {"person": person.id, "since": f"{since}:00+08:00", "until": f"{until}:00+08:00"}


def roster(town: Town, **fields: object) -> dict[str, Any]:
    """Two days by two people."""
    return {
        "from": "2026-03-03",
        "to": "2026-03-04",
        "shifts": [
            shift(town.specialist, "2026-03-03T00:00", "2026-03-04T08:00"),
            shift(town.squad_leader, "2026-03-04T08:00", "2026-03-05T00:00"),
        ],
        **fields,
    }


def test_a_roster_is_published_and_read(by_token: Callers, engine: Engine, town: Town) -> None:
    published = by_token(town.squad_leader)("POST", PERMITS, json=roster(town))

    assert published.status_code == 200, published.get_json()
    body = published.get_json()
    assert [one["person"]["id"] for one in body["shifts"]] == [town.specialist.id, town.squad_leader.id]
    assert (body["from"], body["to"], body["gaps"]) == ("2026-03-02T16:00:00+00:00", "2026-03-04T16:00:00+00:00", [])
    assert [(one["hours"], one["shifts"]) for one in body["hours"]] == [(32.0, 1), (16.0, 1)]
    assert by_token(town.clerk)("GET", f"{PERMITS}?from=2026-03-03&to=2026-03-04").get_json() == body

    given.time_is(engine, moment("2026-03-03", "10:00"))
    squads = {one["squad"]: one for one in by_token(town.applicant)("GET", DUTY).get_json()["items"]}
    assert set(squads) == {"permits", "tenders"}
    assert squads["permits"]["now"]["person"]["id"] == town.specialist.id
    assert squads["permits"]["next"]["person"]["id"] == town.squad_leader.id
    assert squads["permits"]["covered_until"] == "2026-03-04T16:00:00+00:00"
    assert (squads["tenders"]["now"], squads["tenders"]["covered_until"]) == (None, None)


@pytest.mark.parametrize(
    ("fields", "field", "said"),
    [
        ({"shifts": []}, "shifts", ""),
        ({"shifts": [{"person": 1}]}, "shifts.0", ""),
        ({"shifts": "all"}, "shifts", ""),
        ({"from": "2026-03-01"}, "since", "the past is not rostered"),
        ({"to": "2026-03-01"}, "until", "later than"),
        ({"to": "2028-03-04"}, "until", "366 days"),
        ({"from": "now"}, "from", "2026-03-02"),
        ({"to": "2026-03-05"}, "shifts", "nobody is on duty from Thu 5 Mar"),
        ({"replace": "maybe"}, "replace", ""),
        ({"squad": "permits"}, "squad", "not a field"),
    ],
)
def test_a_roster_that_cannot_be_is_refused_by_field(
    by_token: Callers, engine: Engine, town: Town, fields: dict[str, object], field: str, said: str
) -> None:
    answer = by_token(town.squad_leader)("POST", PERMITS, json=roster(town, **fields))

    problem = answer.get_json()
    assert (answer.status_code, problem["code"]) == (400, "bad_input"), problem
    assert problem["reasons"][0]["facts"]["field"].startswith(field)
    assert said in problem["reasons"][0]["en"]
    with engine.connect() as conn:
        assert conn.execute(text("SELECT count(*) FROM duty_shifts")).scalar_one() == 0


def test_a_roster_with_overlaps_is_refused_with_both_shifts(by_token: Callers, town: Town) -> None:
    shifts = [
        shift(town.specialist, "2026-03-03T00:00", "2026-03-04T09:00"),
        shift(town.squad_leader, "2026-03-04T08:00", "2026-03-05T00:00"),
        shift(town.clerk, "2026-03-04T08:00", "2026-03-05T00:00"),
    ]

    problem = by_token(town.squad_leader)("POST", PERMITS, json=roster(town, shifts=shifts)).get_json()

    assert [reason["facts"]["field"] for reason in problem["reasons"]] == [
        "shifts.1.since",
        "shifts.2.since",
        "shifts.2.person",
    ]


def test_only_who_answers_for_the_squad_publishes(by_token: Callers, town: Town) -> None:
    for who in (town.specialist, town.clerk, town.directors["HB"], town.district_leader, town.applicant):
        answer = by_token(who)("POST", PERMITS, json=roster(town))
        assert (answer.status_code, answer.get_json()["code"]) == (403, "not_your_squad")
    for method in ("GET", "POST"):
        unknown = by_token(town.admin)(method, f"{DUTY}/night", json=roster(town) if method == "POST" else None)
        assert (unknown.status_code, unknown.get_json()["code"]) == (404, "no_such_squad")
    assert by_token(town.directors["QX"])("POST", PERMITS, json=roster(town)).status_code == 200


def test_published_again_it_must_be_said_that_the_first_gives_way(
    by_token: Callers, engine: Engine, town: Town
) -> None:
    leader = by_token(town.squad_leader)
    key = {"Idempotency-Key": "march"}
    assert leader("POST", PERMITS, json=roster(town), headers=key).status_code == 200

    again = leader("POST", PERMITS, json=roster(town))
    assert again.status_code == 400
    assert "replace: true" in again.get_json()["reasons"][0]["en"]
    repeated = leader("POST", PERMITS, json=roster(town), headers=key)
    assert (repeated.status_code, repeated.headers["Idempotent-Replay"]) == (200, "true")
    assert leader("POST", PERMITS, json=roster(town, replace=True)).status_code == 200
    with engine.connect() as conn:
        kept = conn.execute(text("SELECT count(*), count(replaced_at) FROM duty_shifts")).one()
    assert tuple(kept) == (4, 2)


def test_rosters_are_read_by_the_office(by_token: Callers, town: Town) -> None:
    assert by_token(town.applicant)("GET", PERMITS).status_code == 403
    assert by_token(town.clerk)("GET", PERMITS).status_code == 200
    turned = by_token(town.clerk)("GET", f"{PERMITS}?from=2026-03-05&to=2026-03-03")
    assert (turned.status_code, turned.get_json()["reasons"][0]["facts"]["field"]) == (400, "to")
    assert by_token(town.clerk)("GET", f"{DUTY}?days=0").status_code == 400
    assert by_token(town.clerk)("GET", f"{DUTY}?days=93").status_code == 400
