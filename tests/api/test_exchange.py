"""Whoever answers for the exchange pulls its rows since any point; nobody else does."""

from collections.abc import Callable

import pytest

from tests import given
from tests.api.conftest import Caller
from tests.exchange_checker import CASE, faults_of
from tests.given import Town, moment
from workflow.actor import Actor
from workflow.commands.export_exchange import export_exchange
from workflow.store import stream
from workflow.work import Office

FEED = "/api/v1/exchange"


@pytest.fixture
def exported(office: Office, town: Town) -> list[str]:
    """Three received cases, and their rows."""
    made = given.application(office, town, moment("2026-03-02"))
    with office.engine.begin() as conn:
        while stream.sequence(conn):
            pass
    while export_exchange(office):
        pass
    return list(made.cases.values())


def test_the_rows_are_pulled_part_by_part_until_nothing_is_left(
    town: Town, by_token: Callable[[Actor], Caller], exported: list[str]
) -> None:
    call = by_token(town.supervisor)
    pulled = []
    after, more = 0, True
    while more:
        answer = call("GET", f"{FEED}?after={after}&limit=100").json
        pulled += answer["entries"]
        after, more = answer["next_after"], answer["more"]
    assert faults_of(pulled, exported) == []
    assert {one["row"]["SPSXSLBM"] for one in pulled if one["table"] == CASE} == set(exported)
    assert call("GET", f"{FEED}?after={after}").json == {"entries": [], "next_after": after, "more": False}


@pytest.mark.parametrize("path", [FEED, f"{FEED}/check", f"{FEED}/reconciliation", "/exchange"])
def test_only_those_who_answer_for_it_see_it(
    town: Town, by_token: Callable[[Actor], Caller], by_session: Callable[[Actor], Caller], path: str
) -> None:
    by = by_session if path == "/exchange" else by_token
    for actor in (town.applicant, town.clerk, town.specialist):
        assert by(actor)("GET", path).status_code == 403
    for actor in (town.admin, town.supervisor):
        assert by(actor)("GET", path).status_code == 200


def test_what_was_found_and_the_reconciliation_are_told(
    town: Town, by_token: Callable[[Actor], Caller], exported: list[str]
) -> None:
    call = by_token(town.admin)
    check = call("GET", f"{FEED}/check").json
    assert check["held"] == []
    assert any("endpoint" in one for one in check["owed"])
    found = call("GET", f"{FEED}/reconciliation").json
    assert (found["equal"], found["at_rest"], found["missing"]) == (True, True, [])
    assert sum(state["system"] for state in found["states"]) == len(exported)


@pytest.mark.parametrize("query", ["after=-1", "after=x", "limit=0", "limit=1001", "since=3"])
def test_a_wrong_question_is_refused_by_name(town: Town, by_token: Callable[[Actor], Caller], query: str) -> None:
    answer = by_token(town.admin)("GET", f"{FEED}?{query}")
    assert answer.status_code == 400
    assert answer.json["code"] == "bad_input"
    assert query.partition("=")[0] in str(answer.json)


def test_the_page_shows_tables_reconciliation_and_the_rows_of_one_table(
    town: Town, by_session: Callable[[Actor], Caller], exported: list[str]
) -> None:
    page = by_session(town.admin)("GET", f"/exchange?table={CASE}").get_data(as_text=True)
    assert "系统与交换表一致" in page
    assert all(no in page for no in exported)
    assert "未设置上传地址" in page
