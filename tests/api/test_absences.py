"""Leave over JSON: entered, listed, handed back; every refusal by field; once however often it is sent."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, text

from tests import given
from tests.api.conftest import Caller
from tests.given import Town, moment
from workflow.actor import Actor

Callers = Callable[[Actor], Caller]
ABSENCES = "/api/v1/absences"
NOW = moment("2026-03-02", "09:00")


@pytest.fixture(autouse=True)
def morning(engine: Engine) -> None:
    """It is a Monday morning."""
    given.time_is(engine, NOW)


def leave(stand_in: Actor, **fields: object) -> dict[str, object]:
    return {"delegate": stand_in.id, "since": "2026-03-02", "until": "2026-03-04", "reason": "年休假", **fields}


def test_a_day_of_leave_lasts_to_its_end_and_the_delegate_sees_for_whom_they_act(by_token: Callers, town: Town) -> None:
    officer, delegate = town.officers["QX"], town.officers["ZJ"]

    made = by_token(officer)("POST", ABSENCES, json=leave(delegate))

    assert made.status_code == 201, made.get_json()
    body = made.get_json()
    assert (body["person"]["id"], body["delegate"]["id"], body["state"], body["may_end"]) == (
        officer.id,
        delegate.id,
        "now",
        True,
    )
    assert (body["since"], body["until"]) == ("2026-03-01T16:00:00+00:00", "2026-03-04T16:00:00+00:00")
    me = by_token(delegate)("GET", "/api/v1/me").get_json()
    assert me["stands_in_for"] == [{"id": officer.id, "name": officer.name}]
    [officers] = me["roles"]
    assert [(scope["department"], scope["on_behalf_of"]) for scope in officers["scopes"]] == [
        ("ZJ", None),
        ("QX", officer.id),
    ]
    assert by_token(officer)("GET", "/api/v1/me").get_json()["stands_in_for"] == []


def test_handing_back_is_at_once_and_once(by_token: Callers, town: Town) -> None:
    officer, delegate = town.officers["QX"], town.officers["ZJ"]
    number = by_token(officer)("POST", ABSENCES, json=leave(delegate)).get_json()["id"]

    back = by_token(delegate)("POST", f"{ABSENCES}/{number}/end")
    again = by_token(officer)("POST", f"{ABSENCES}/{number}/end")

    assert (back.status_code, back.get_json()["state"], back.get_json()["ended_by"]["id"]) == (200, "over", delegate.id)
    assert (again.status_code, again.get_json()["code"]) == (409, "absence_over")
    assert by_token(delegate)("GET", "/api/v1/me").get_json()["stands_in_for"] == []


def test_the_same_request_sent_twice_is_one_leave(by_token: Callers, engine: Engine, town: Town) -> None:
    officer = by_token(town.officers["QX"])
    key = {"Idempotency-Key": "leave-1"}

    first = officer("POST", ABSENCES, json=leave(town.officers["ZJ"]), headers=key)
    second = officer("POST", ABSENCES, json=leave(town.officers["ZJ"]), headers=key)
    without = officer("POST", ABSENCES, json=leave(town.officers["ZJ"]))

    assert (first.status_code, second.status_code) == (201, 201)
    assert (second.get_json(), second.headers["Idempotent-Replay"]) == (first.get_json(), "true")
    assert without.status_code == 400
    assert "is away already" in without.get_json()["reasons"][0]["en"]
    with engine.connect() as conn:
        assert conn.execute(text("SELECT count(*) FROM absences")).scalar_one() == 1


@pytest.mark.parametrize(
    ("fields", "field", "said"),
    [
        ({"delegate": 999999}, "delegate", "no open account"),
        ({"delegate": "Li"}, "delegate", "whole number"),
        ({"delegate": 0}, "delegate", "1"),
        ({"delegate": 2**40}, "delegate", ""),
        ({"since": "2026-03-05"}, "until", "later than its beginning"),
        ({"since": "2026-03-01"}, "since", "today"),
        ({"since": "tomorrow"}, "since", "2026-03-02"),
        ({"since": None}, "since", ""),
        ({"until": "2027-03-04"}, "until", "366 days"),
        ({"reason": " "}, "reason", "blank"),
        ({"reason": ""}, "reason", ""),
        ({"reason": "长" * 501}, "reason", "500"),
        ({"holiday": True}, "holiday", "not a field"),
    ],
)
def test_a_leave_that_cannot_be_is_refused_by_field(
    by_token: Callers, engine: Engine, town: Town, fields: dict[str, object], field: str, said: str
) -> None:
    answer = by_token(town.clerk)("POST", ABSENCES, json=leave(town.supervisor, **fields))

    problem = answer.get_json()
    assert (answer.status_code, problem["code"]) == (400, "bad_input"), problem
    [reason] = problem["reasons"]
    assert reason["facts"]["field"] == field
    assert said in reason["en"]
    with engine.connect() as conn:
        assert conn.execute(text("SELECT count(*) FROM absences")).scalar_one() == 0


def test_another_s_leave_is_entered_by_who_leads_them_and_by_nobody_else(by_token: Callers, town: Town) -> None:
    officer = town.officers["ZG"]
    body = leave(town.officers["HB"], person=officer.id)

    for who in (town.clerk, town.directors["HB"], town.supervisor, town.applicant):
        answer = by_token(who)("POST", ABSENCES, json=body)
        assert (answer.status_code, answer.get_json()["code"]) == (403, "not_your_person")
    assert by_token(town.clerk)("POST", ABSENCES, json={**body, "person": 999999}).status_code == 403
    unknown = by_token(town.admin)("POST", ABSENCES, json={**body, "person": 999999})
    assert unknown.get_json()["reasons"][0]["facts"]["field"] == "person"
    assert by_token(town.directors["ZG"])("POST", ABSENCES, json=body).status_code == 201


def test_leaves_are_listed_to_those_concerned_a_page_at_a_time(by_token: Callers, town: Town) -> None:
    admin = by_token(town.admin)
    delegate = town.supervisor
    for person in (town.clerk, town.officers["QX"], town.officers["ZJ"]):
        assert admin("POST", ABSENCES, json=leave(delegate, person=person.id)).status_code == 201

    first = admin("GET", f"{ABSENCES}?limit=2").get_json()
    rest = admin("GET", f"{ABSENCES}?limit=2&cursor={first['next_cursor']}").get_json()

    assert [one["person"]["id"] for one in first["items"] + rest["items"]] == [
        town.officers["ZJ"].id,
        town.officers["QX"].id,
        town.clerk.id,
    ]
    assert rest["next_cursor"] is None
    own = by_token(town.clerk)("GET", ABSENCES).get_json()["items"]
    assert [one["person"]["id"] for one in own] == [town.clerk.id]
    assert by_token(town.applicant)("GET", ABSENCES).get_json()["items"] == []
    of_one = admin("GET", f"{ABSENCES}?person={town.clerk.id}&open=true").get_json()["items"]
    assert [one["person"]["id"] for one in of_one] == [town.clerk.id]


def test_a_leave_of_no_concern_is_not_there(by_token: Callers, town: Town) -> None:
    number = by_token(town.clerk)("POST", ABSENCES, json=leave(town.supervisor)).get_json()["id"]

    for path in (f"{ABSENCES}/{number}/end", f"{ABSENCES}/999999/end"):
        answer = by_token(town.officers["QX"])("POST", path)
        assert (answer.status_code, answer.get_json()["code"]) == (404, "no_such_absence")
    looked_at = by_token(town.district_leader)("POST", f"{ABSENCES}/{number}/end")
    assert (looked_at.status_code, looked_at.get_json()["code"]) == (403, "not_your_person")


def test_what_the_absent_officer_had_is_in_the_list_of_the_delegate(
    by_token: Callers, engine: Engine, town: Town
) -> None:
    officer, delegate = town.officers["QX"], town.officers["ZJ"]
    with engine.begin() as conn:
        conn.execute(
            text("""
INSERT INTO cases (no, flow, flow_version, title, project_id, company, department, squad, assignee_id, state, opened_at,
  entered_at)
VALUES ('LS2026-000900', 'item', 2, '示例', :project, :company, 'QX', 'permits', :officer, 'received', :now, :now)"""),
            {
                "project": town.project.id,
                "company": town.project.company,
                "officer": officer.id,
                "now": NOW,
            },
        )
    mine = "/api/v1/cases?scope=mine"
    assert by_token(delegate)("GET", mine).get_json()["items"] == []

    by_token(officer)("POST", ABSENCES, json=leave(delegate))

    [row] = by_token(delegate)("GET", mine).get_json()["items"]
    assert row["no"] == "LS2026-000900"
