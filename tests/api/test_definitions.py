"""What the service runs on, over JSON: flows and their pictures, items, and the due-date calculator."""

from collections.abc import Callable

import pytest

from tests.api.conftest import Caller
from tests.given import Town
from workflow.actor import Actor
from workflow.work import Office

Callers = Callable[[Actor], Caller]
DUE = "/api/v1/due-dates"


def test_flows_are_listed_with_their_digest(by_token: Callers, town: Town, office: Office) -> None:
    listed = by_token(town.applicant)("GET", "/api/v1/flows").get_json()["items"]

    assert {(flow["name"], flow["version"], flow["digest"]) for flow in listed} == {
        (flow.name, flow.version, flow.digest) for flow in office.flows.values()
    }


def test_one_flow_tells_states_actions_and_clocks(by_token: Callers, town: Town) -> None:
    flow = by_token(town.applicant)("GET", "/api/v1/flows/item").get_json()

    accept = next(action for action in flow["actions"] if action["name"] == "accept")
    promised = next(clock for clock in flow["clocks"] if clock["name"] == "promised")
    assert (accept["by"], accept["target"]) == (["clerk"], "in_review")
    assert promised["limit"] == "item.promised"
    assert flow["states"][0]["name"] == "draft"


def test_a_flow_is_drawn(by_token: Callers, town: Town) -> None:
    caller = by_token(town.applicant)

    chinese = caller("GET", "/api/v1/flows/item/drawing").get_json()["mermaid"]
    english = caller("GET", "/api/v1/flows/item/drawing", query_string={"lang": "en"}).get_json()["mermaid"]

    assert chinese.startswith("stateDiagram-v2\n")
    assert 'state "审查中" as in_review' in chinese
    assert "received --> in_review: ⏱ 逾期未告知，视为受理" in chinese
    assert "refused --> [*]" in english
    assert "received --> in_review: Accept\n" in english


def test_an_unknown_flow_is_named_with_those_there_are(by_token: Callers, town: Town) -> None:
    caller = by_token(town.applicant)

    for path, query in (("/api/v1/flows/dance", {}), ("/api/v1/flows/item", {"version": 99})):
        answer = caller("GET", path, query_string=query)
        assert (answer.status_code, answer.get_json()["code"]) == (404, "no_such_flow")
        assert "item v1" in answer.get_json()["extra"]["accepted"]
    assert caller("GET", "/api/v1/flows/item", query_string={"version": "one"}).status_code == 400


def test_items_are_listed_by_stage_and_department(by_token: Callers, town: Town, office: Office) -> None:
    caller = by_token(town.applicant)

    everything = caller("GET", "/api/v1/items").get_json()["items"]
    some = caller("GET", "/api/v1/items", query_string={"stage": 3, "department": "QX"}).get_json()["items"]
    one = caller("GET", "/api/v1/items/SG05").get_json()

    assert len(everything) == len(office.catalogue.items)
    assert {(item["stage"], item["department"]) for item in some} == {(3, "QX")}
    law = one["statutory"]
    assert (law["limit"], law["base"], law["basis"]) == ("7wd", "receipt", "建筑法 8")
    assert "GC03" in {code for edge in one["prerequisites"] for code in edge["any_of"]}
    assert caller("GET", "/api/v1/items/XX99").get_json()["code"] == "no_such_item"
    assert caller("GET", "/api/v1/items", query_string={"department": "XX"}).status_code == 400
    assert caller("GET", "/api/v1/items", query_string={"stage": 5}).status_code == 400


def test_an_interruption_lets_the_limit_start_anew(anyone: Caller) -> None:
    papers = {"since": "2026-03-04", "until": "2026-03-10", "cause": "documents_incomplete", "resets": True}
    body = anyone("POST", DUE, json={"from": "2026-03-02", "limit": "7wd", "pauses": [papers]}).get_json()
    assert body["due_on"] == "2026-03-19"


def test_a_due_date_is_computed_for_anybody(anyone: Caller) -> None:
    answer = anyone("POST", DUE, json={"from": "2026-03-02", "limit": "20wd"})

    body = answer.get_json()
    assert (answer.status_code, body["due_on"], body["provisional"]) == (200, "2026-03-30", False)
    assert body["due_at"] == "2026-03-30T16:00:00+00:00"
    assert body["words"] == {"zh": "3月30日（周一）", "en": "Mon 30 Mar 2026"}
    assert body["proof"] is None


def test_a_due_date_comes_with_pauses_extension_and_proof(anyone: Caller) -> None:
    answer = anyone(
        "POST",
        DUE,
        json={
            "from": "2026-10-29T10:00:00+08:00",
            "limit": "15wd",
            "pauses": [{"since": "2026-11-11", "until": "2026-11-17", "cause": "expert_review"}],
            "today": "2026-11-23",
            "proof": True,
        },
    )

    body = answer.get_json()
    assert body["due_on"] == "2026-11-25"
    assert body["proof"]["zh"] == "11月25日（周三）：已用 13 日，暂停 4 日，还剩 2 日"
    assert sum(day["counts"] for day in body["proof"]["days"]) == 15
    assert sum(day["rule"] == "pause" for day in body["proof"]["days"]) == 4


def test_a_date_beyond_the_last_notice_is_provisional(anyone: Caller) -> None:
    body = anyone("POST", DUE, json={"from": "2026-12-01", "limit": "45wd"}).get_json()

    assert body["provisional"] is True
    assert body["words"]["zh"].endswith("≈ 预计")


def test_an_open_pause_leaves_no_date(anyone: Caller) -> None:
    body = anyone(
        "POST",
        DUE,
        json={
            "from": "2026-03-02",
            "limit": "20wd",
            "pauses": [{"since": "2026-03-05", "cause": "hearing"}],
            "proof": True,
        },
    ).get_json()

    assert (body["due_on"], body["due_at"], body["words"]) == (None, None, None)
    assert body["proof"]["days"][-1]["date"] == "2026-03-05"


def test_hours_run_by_the_instant(anyone: Caller) -> None:
    body = anyone("POST", DUE, json={"from": "2026-03-02T10:00:00+08:00", "limit": "24h"}).get_json()

    assert body["due_at"] == "2026-03-03T02:00:00+00:00"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"from": "02.03.2026"}, "from"),
        ({"from": "2026-02-30"}, "from"),
        ({"from": "20260302"}, "from"),
        ({"from": "2026-03-02T10:00:00"}, "from"),
        ({"from": "1799-01-01"}, "from"),
        ({"from": "2999-01-01"}, "from"),
        ({"from": "0001-01-01"}, "from"),
        ({"from": "0001-01-01T00:00:00+14:00"}, "from"),
        ({"from": "9999-12-31T23:59:59-12:00"}, "from"),
        ({"from": 20260302}, "from"),
        ({"limit": "20"}, "limit"),
        ({"limit": "20 wd"}, "limit"),
        ({"limit": "999999wd"}, "limit"),
        ({"limit": 20}, "limit"),
        ({"limit": "24h", "pauses": [{"since": "2026-03-05", "cause": "hearing"}]}, "limit"),
        ({"extension": -1}, "extension"),
        ({"extension": 1.5}, "extension"),
        ({"pauses": [{"since": "2026-03-05", "until": "2026-03-04", "cause": "hearing"}]}, "pauses.0.until"),
        ({"pauses": [{"since": "March", "cause": "hearing"}]}, "pauses.0.since"),
        ({"pauses": [{}]}, "pauses.0.since"),
        ({"pauses": [{"since": "2026-03-05", "cause": "No!"}]}, "pauses.0.cause"),
        ({"pauses": [{"since": "2026-03-05"}]}, "pauses.0.cause"),
        ({"pauses": [{"since": "2026-03-05", "cause": "leader_away"}]}, "pauses.0.cause"),
        ({"pauses": "none"}, "pauses"),
        ({"pauses": [{"since": "0001-01-01", "cause": "hearing"}]}, "pauses.0.since"),
        ({"pauses": [{"since": "2026-03-05", "until": "9999-12-31", "cause": "hearing"}]}, "pauses.0.until"),
        ({"pauses": [{"since": "2026-03-05", "cause": "hearing"}] * 21}, "pauses"),
        ({"today": "tomorrow"}, "today"),
        ({"today": "0001-01-01"}, "today"),
        ({"proof": "yes please"}, "proof"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_question_that_cannot_be_is_refused_by_field(anyone: Caller, body: dict[str, object], field: str) -> None:
    answer = anyone("POST", DUE, json={"from": "2026-03-02", "limit": "20wd", **body})

    problem = answer.get_json()
    assert (answer.status_code, problem["code"]) == (400, "bad_input")
    assert problem["reasons"][0]["facts"]["field"] == field


@pytest.mark.parametrize(
    "question",
    [
        {"pauses": [{"since": "2026-03-05", "until": "2099-12-01", "cause": "hearing"}] * 20},
        {"pauses": [{"since": "2026-03-05", "cause": "hearing"}] * 20, "today": "2099-12-31"},
        {
            "from": "1901-01-01",
            "limit": "30y",
            "extension": 0,
            "pauses": [{"since": "1901-01-01", "until": "1911-01-01", "cause": "hearing"}],
        },
    ],
)
def test_a_date_of_decades_is_told_but_not_proved_day_by_day(anyone: Caller, question: dict[str, object]) -> None:
    body = {"from": "2026-03-02", "limit": "20wd", **question}

    assert anyone("POST", DUE, json=body).status_code == 200
    answer = anyone("POST", DUE, json={**body, "proof": True})
    [reason] = answer.get_json()["reasons"]
    assert (answer.status_code, reason["facts"]["field"], reason["facts"]["value"]) == (400, "proof", True)
    assert "11000" in reason["zh"]
