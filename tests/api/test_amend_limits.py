"""Limits changed by law and newer flow versions through the API: proposed, previewed, signed by another person."""

from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest

from tests import given
from tests.api.conftest import Caller
from tests.given import Town, moment
from workflow.actor import Actor, Grant
from workflow.clock.limit import parse_limit
from workflow.commands.settle_dates import settle_calendar
from workflow.work import Office

ByToken = Callable[[Actor], Caller]

RECEIVED = moment("2026-03-02", "09:30")
LIMIT: dict[str, Any] = {
    "kind": "limit",
    "limit_change": {
        "item": "LX01",
        "clock": "promised",
        "limit": "3wd",
        "from": "2026-03-04",
        "running": "favourable",
    },
    "document": "示例：关于压缩审批时限的通知",
}
FLOW: dict[str, Any] = {
    "kind": "flow",
    "flow_move": {"flow": "item", "from_version": 1, "to_version": 2},
    "document": "示例：流程第2版",
}


@pytest.fixture
def second(office: Office) -> Actor:
    with office.engine.begin() as conn:
        return given.person(conn, "admin2", Grant("admin"))


@pytest.fixture
def old_case(office: Office, town: Town) -> str:
    """Accepted on 2026-03-02 when the file promised 5 working days and version 1 of the flow was the newest."""
    own = office.catalogue.items["LX01"]
    assert own.promised is not None
    longer = replace(own, promised=replace(own.promised, limit=parse_limit("5wd")))
    items = MappingProxyType({**office.catalogue.items, "LX01": longer})
    flows = MappingProxyType({key: flow for key, flow in office.flows.items() if key[0] != "item" or key[1] == 1})
    before = replace(office, catalogue=replace(office.catalogue, items=items), flows=flows)
    no = given.application(before, town, RECEIVED, ["LX01"]).cases["LX01"]
    given.act(before, town.clerk, RECEIVED, no, "accept")
    given.time_is(office.engine, moment("2026-03-04", "16:00"))
    return no


def test_a_limit_is_previewed_proposed_and_signed(
    office: Office, town: Town, second: Actor, by_token: ByToken, old_case: str
) -> None:
    admin, other = by_token(town.admin), by_token(second)
    seen = admin("POST", "/api/v1/amendments/preview", json=LIMIT).get_json()
    assert (seen["cases"], seen["earlier"], [row["no"] for row in seen["rows"]]) == (1, 1, [old_case])
    made = admin("POST", "/api/v1/amendments", json=LIMIT)
    assert made.status_code == 201, made.text
    address = f"/api/v1/amendments/{made.get_json()['id']}"
    assert admin("POST", f"{address}/sign", json={}).get_json()["code"] == "second_person"
    assert other("GET", f"{address}/preview").get_json()["mark"] == seen["mark"]
    assert other("POST", f"{address}/sign", json={"seen": seen["mark"]}).status_code == 200
    assert settle_calendar(office).moved == 1
    clocks = {one["name"]: one for one in other("GET", f"/api/v1/cases/{old_case}").get_json()["clocks"]}
    assert clocks["promised"]["due_on"] == "2026-03-05"
    assert other("GET", address).get_json()["moved"] == 1


def test_running_cases_are_moved_to_a_newer_version(
    office: Office, town: Town, second: Actor, by_token: ByToken, old_case: str
) -> None:
    made = by_token(town.admin)("POST", "/api/v1/amendments", json=FLOW)
    assert made.status_code == 201, made.text
    assert made.get_json()["content"] == {"flow": "item", "from_version": 1, "to_version": 2, "at_rest": False}
    other = by_token(second)
    assert other("POST", f"/api/v1/amendments/{made.get_json()['id']}/sign", json={}).status_code == 200
    assert settle_calendar(office).moved == 1
    newest = other("GET", f"/api/v1/cases/{old_case}/history").get_json()["items"][0]
    assert (newest["action"], newest["input"]["to"]) == ("flow_moved", 2)


@pytest.mark.parametrize(
    ("body", "change", "field"),
    [
        (LIMIT, {"item": "XX99"}, "limit_change.item"),
        (LIMIT, {"clock": "delivery"}, "limit_change.clock"),
        (LIMIT, {"limit": "soon"}, "limit_change.limit"),
        (LIMIT, {"from": "2026-02-30"}, "limit_change.from"),
        (LIMIT, {"running": "best"}, "limit_change.running"),
        (LIMIT, {"variant": "none"}, "limit_change.variant"),
        (LIMIT, {"limit": "5wd"}, "limit_change"),
        (LIMIT, {"colour": "red"}, "limit_change.colour"),
        (FLOW, {"flow": "wedding"}, "flow_move.flow"),
        (FLOW, {"to_version": 9}, "flow_move.to_version"),
        (FLOW, {"to_version": 1}, "flow_move.to_version"),
        (FLOW, {"at_rest": "yes"}, "flow_move.at_rest"),
        (FLOW, {"from_version": "1"}, "flow_move.from_version"),
    ],
)
def test_what_is_wrong_is_named_by_its_place_in_the_body(
    town: Town, by_token: ByToken, old_case: str, body: dict[str, Any], change: dict[str, Any], field: str
) -> None:
    place = "limit_change" if body is LIMIT else "flow_move"
    answer = by_token(town.admin)("POST", "/api/v1/amendments", json={**body, place: {**body[place], **change}})
    assert answer.status_code in (400, 422), answer.text
    assert [one["facts"]["field"] for one in answer.get_json()["reasons"]] == [field], answer.text


def test_the_part_of_another_kind_has_no_place(town: Town, by_token: ByToken) -> None:
    answer = by_token(town.admin)("POST", "/api/v1/amendments", json={**LIMIT, "flow_move": FLOW["flow_move"]})
    assert [one["facts"]["field"] for one in answer.get_json()["reasons"]] == ["flow_move"]
    answer = by_token(town.admin)("POST", "/api/v1/amendments", json={"kind": "flow", "document": "示例"})
    assert [one["facts"]["field"] for one in answer.get_json()["reasons"]] == ["flow_move"]
