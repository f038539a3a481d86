"""What nobody answered, over JSON: by department, for those who watch."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from tests import given
from tests.api.conftest import Caller
from tests.given import Town
from workflow.actor import Actor
from workflow.commands.fire_rungs import sweep
from workflow.commands.pass_alert_on import pass_unread_on
from workflow.work import Office

Callers = Callable[[Actor], Caller]
FILED = given.moment("2026-03-02")
YELLOW = given.moment("2026-03-05", "09:00")
ANSWER_BY = given.moment("2026-03-07", "00:00")
PATH = "/api/v1/escalations"


@pytest.fixture
def case(office: Office, engine: Engine, town: Town) -> str:
    """A case whose yellow card the officer and the squad leader have not seen in time."""
    no = given.application(office, town, FILED, ["LX01"]).cases["LX01"]
    given.act(office, town.clerk, FILED + timedelta(days=1), no, "accept")
    given.time_is(engine, YELLOW)
    sweep(office)
    given.time_is(engine, ANSWER_BY)
    return no


def test_what_is_past_its_time_is_listed_before_any_worker_has_looked(
    by_token: Callers, town: Town, engine: Engine, case: str
) -> None:
    found = by_token(town.supervisor)("GET", PATH).get_json()
    assert [(one["person"], one["role"], one["case"], one["card"]) for one in found["items"]] == [
        (town.squad_leader.name, "squad_leader", case, "yellow"),
        (town.officers["QX"].name, "assignee", case, "yellow"),
    ]
    assert found["items"][0]["rung_text"] == "1 working day left"
    [department] = found["departments"]
    assert (department["department"], department["unanswered"], department["passed_on"]) == ("QX", 2, 0)
    given.time_is(engine, ANSWER_BY - timedelta(minutes=1))
    assert by_token(town.supervisor)("GET", PATH).get_json()["items"] == []


def test_what_was_passed_on_tells_who_has_it_and_whether_they_saw_it(
    office: Office, by_token: Callers, town: Town, case: str
) -> None:
    pass_unread_on(office)
    watcher, director = by_token(town.supervisor), by_token(town.directors["QX"])
    assert watcher("GET", PATH).get_json()["items"] == []
    [leader, first] = watcher("GET", PATH, query_string={"kind": "passed_on"}).get_json()["items"]
    assert (first["passed_to"], first["passed_role"]) == (town.directors["QX"].name, "director")
    assert (leader["passed_to"], first["passed_acknowledged_at"]) == (town.district_leader.name, None)
    alert = director("GET", "/api/v1/alerts", query_string={"open": "true"}).get_json()["items"][0]["id"]
    director("POST", f"/api/v1/alerts/{alert}/acknowledge", json={})
    [_, first] = watcher("GET", PATH, query_string={"kind": "passed_on"}).get_json()["items"]
    assert first["passed_acknowledged_at"] is not None


def test_what_reached_nobody_stands_in_a_list_of_its_own(
    office: Office, by_token: Callers, town: Town, engine: Engine, case: str
) -> None:
    for day in ("2026-03-07", "2026-03-10", "2026-03-17"):
        given.time_is(engine, given.moment(day, "00:00"))
        pass_unread_on(office)
    found = by_token(town.supervisor)("GET", PATH, query_string={"kind": "nobody"}).get_json()
    assert {one["person"] for one in found["items"]} == {town.directors["QX"].name, town.district_leader.name}
    assert {one["passed_to"] for one in found["items"]} == {None}
    assert (found["departments"][0]["passed_on"], found["departments"][0]["nobody"]) == (2, 2)


def test_a_director_sees_the_own_department_and_may_ask_for_no_other(by_token: Callers, town: Town, case: str) -> None:
    own, other = by_token(town.directors["QX"]), by_token(town.directors["ZJ"])
    assert len(own("GET", PATH).get_json()["items"]) == 2
    assert other("GET", PATH).get_json() == {"items": [], "departments": [], "next_cursor": None}
    refused = other("GET", PATH, query_string={"department": "QX"})
    assert (refused.status_code, refused.get_json()["reasons"][0]["facts"]["accepted"]) == (400, ["ZJ"])
    for who in (town.district_leader, town.supervisor, town.admin):
        assert len(by_token(who)("GET", PATH, query_string={"department": "QX"}).get_json()["items"]) == 2


def test_who_does_not_watch_is_refused(by_token: Callers, town: Town, case: str) -> None:
    for who in (town.applicant, town.clerk, town.specialist, town.squad_leader, town.officers["QX"]):
        assert by_token(who)("GET", PATH).status_code == 403, who.name


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"kind": "lost"}, "kind"),
        ({"department": "XX"}, "department"),
        ({"card": "green"}, "card"),
        ({"cursor": "x"}, "cursor"),
        ({"limit": "0"}, "limit"),
        ({"rung": "1"}, "rung"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_name(
    by_token: Callers, town: Town, query: dict[str, str], field: str
) -> None:
    answer = by_token(town.supervisor)("GET", PATH, query_string=query)
    assert (answer.status_code, answer.get_json()["reasons"][0]["facts"]["field"]) == (400, field)


def test_a_list_goes_on_where_the_page_before_ended(by_token: Callers, town: Town, case: str) -> None:
    watcher = by_token(town.supervisor)
    first = watcher("GET", PATH, query_string={"limit": 1}).get_json()
    second = watcher("GET", PATH, query_string={"limit": 1, "cursor": first["next_cursor"]}).get_json()
    assert [one["person"] for one in first["items"] + second["items"]] == [
        town.squad_leader.name,
        town.officers["QX"].name,
    ]
    assert second["next_cursor"] is None
    other = {"limit": 1, "cursor": first["next_cursor"], "kind": "nobody"}
    assert watcher("GET", PATH, query_string=other).status_code == 400
    assert watcher("GET", PATH, query_string={"card": "red"}).get_json()["items"] == []
    assert len(watcher("GET", PATH, query_string={"card": "yellow"}).get_json()["items"]) == 2
