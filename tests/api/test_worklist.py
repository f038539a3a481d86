"""The worklist over JSON: filters, pages, counts, finished cases."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from tests import given
from tests.api.conftest import Caller
from tests.given import Application, Town
from workflow.actor import Actor
from workflow.work import Office

Callers = Callable[[Actor], Caller]
NOW = given.moment("2026-03-02")
CASES = "/api/v1/cases"


@pytest.fixture
def application(office: Office, engine: Engine, town: Town) -> Application:
    """Three items received on a Monday; it is an hour later."""
    application = given.application(office, town, NOW)
    given.time_is(engine, NOW + timedelta(hours=1))
    return application


def test_pages_follow_each_other_by_cursor(by_token: Callers, town: Town, application: Application) -> None:
    clerk = by_token(town.clerk)
    seen, cursor = [], None
    while True:
        query = {"limit": 1} | ({"cursor": cursor} if cursor else {})
        page = clerk("GET", CASES, query_string=query).get_json()
        seen += [row["no"] for row in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break

    assert sorted(seen) == sorted([application.no, *application.cases.values()])


def test_a_line_tells_what_a_list_shows(by_token: Callers, town: Town, application: Application) -> None:
    english = {"Accept-Language": "en"}

    page = by_token(town.clerk)("GET", CASES, query_string={"flow": "item"}, headers=english).get_json()

    row = page["items"][0]
    assert (row["light"], row["sentence"], row["due_on"]) == ("normal", "5 working days left", "2026-03-09")
    assert row["assignee"] == town.clerk.name
    assert row["clocks"][0]["name"] == "completeness"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"scope": "universe"}, "scope"),
        ({"light": "purple"}, "light"),
        ({"state": "lost"}, "state"),
        ({"item": "XX99"}, "item"),
        ({"project": "2203-370212-04-01-100014"}, "project"),
        ({"text": "%"}, "text"),
        ({"limit": "0"}, "limit"),
        ({"limit": "101"}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"cursor": "AAAA"}, "cursor"),
        ({"unassigned": "perhaps"}, "unassigned"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_filter_that_cannot_be_is_refused_by_name(
    by_token: Callers, town: Town, query: dict[str, str], field: str
) -> None:
    answer = by_token(town.clerk)("GET", CASES, query_string=query)

    problem = answer.get_json()
    assert (answer.status_code, problem["code"]) == (400, "bad_input")
    assert problem["reasons"][0]["facts"]["field"] == field


def test_a_list_of_another_role_is_403(by_token: Callers, town: Town) -> None:
    answer = by_token(town.applicant)("GET", CASES, query_string={"scope": "department"})

    assert (answer.status_code, answer.get_json()["code"]) == (403, "scope_not_yours")


def test_nothing_is_listed_to_a_stranger(anyone: Caller) -> None:
    for path in (CASES, f"{CASES}/counts", f"{CASES}/ended", "/api/v1/projects", "/api/v1/alerts", "/api/v1/flows"):
        assert anyone("GET", path).status_code == 401


def test_the_counts_of_the_tabs(by_token: Callers, town: Town, application: Application) -> None:
    counts = by_token(town.clerk)("GET", f"{CASES}/counts").get_json()

    assert (counts["all"], counts["mine"], counts["paused"], counts["overdue"]) == ("4", "4", "0", "0")
    assert counts["department"] is None
    assert counts["alerts"] == "0"


def test_finished_cases_are_listed_newest_first(
    office: Office, engine: Engine, by_token: Callers, town: Town, application: Application
) -> None:
    first, second, _ = application.cases.values()
    given.act(office, town.clerk, NOW + timedelta(hours=2), first, "decline_not_needed", {"reason": "无需许可"})
    given.act(office, town.clerk, NOW + timedelta(hours=2), second, "accept")
    given.act(office, town.applicant, NOW + timedelta(days=20), second, "withdraw")
    given.time_is(engine, NOW + timedelta(days=31))
    applicant = by_token(town.applicant)

    page = applicant("GET", f"{CASES}/ended", query_string={"limit": 1}).get_json()
    rest = applicant("GET", f"{CASES}/ended", query_string={"limit": 1, "cursor": page["next_cursor"]}).get_json()
    assert [row["no"] for row in page["items"] + rest["items"]] == [second, first]
    assert page["items"][0]["late"] == ["promised"]
    assert rest["items"][0]["late"] == []

    since = applicant("GET", f"{CASES}/ended", query_string={"since": "2026-03-20"}).get_json()
    assert [row["no"] for row in since["items"]] == [second]
    refused = applicant("GET", f"{CASES}/ended", query_string={"outcome": "not_needed"}).get_json()
    assert [row["no"] for row in refused["items"]] == [first]
    for bad in ({"since": "yesterday"}, {"outcome": "lost"}, {"item": "XX99"}):
        assert applicant("GET", f"{CASES}/ended", query_string=bad).status_code == 400


@pytest.mark.parametrize("since", ["0001-01-01", "9999-12-31", "20260302"])
def test_a_day_beyond_the_calendar_is_refused(by_token: Callers, town: Town, since: str) -> None:
    answer = by_token(town.applicant)("GET", f"{CASES}/ended", query_string={"since": since})

    assert (answer.status_code, answer.get_json()["reasons"][0]["facts"]["field"]) == (400, "since")
