"""The periods of a tender over HTTP: each rule with its article, this project's days and the result."""

from collections.abc import Callable
from typing import Any

import pytest

from tests import given
from tests.api.conftest import Caller
from tests.bidding import DOCUMENTS, ISSUED, LOT, Tender
from tests.given import Town, moment
from workflow.actor import Actor
from workflow.work import Office

Signed = Callable[[Actor], Caller]


@pytest.fixture
def tender(office: Office, town: Town) -> Tender:
    return Tender(office, town)


def view(tender: Tender, by_token: Signed) -> dict[str, Any]:
    answer = by_token(tender.town.specialist)("GET", f"/api/v1/cases/{tender.no}/tender")
    assert answer.status_code == 200, answer.json
    return answer.json


def rows(shown: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in shown["periods"]}


def results(shown: dict[str, Any]) -> dict[str, str]:
    return {name: row["result"] for name, row in rows(shown).items()}


def test_a_tender_says_in_one_sentence_when_its_bids_are_due(tender: Tender, by_token: Signed) -> None:
    tender.begin().issued()
    tender.sweep(moment("2026-03-20"))
    shown = view(tender, by_token)
    assert shown["sentence"]["zh"] == "投标中，3月23日 09:30 截止并开标，还有 3 天"
    assert "3 days left" in shown["sentence"]["en"]
    assert (shown["round"], shown["suspended"], shown["lot"]) == (1, False, LOT["lot"])


def test_all_twenty_two_rules_stand_in_the_table_with_article_and_days(tender: Tender, by_token: Signed) -> None:
    tender.begin().issued()
    given.time_is(tender.office.engine, moment("2026-03-03"))
    shown = view(tender, by_token)
    assert list(dict.fromkeys(row["rule"] for row in shown["periods"])) == [f"B{number}" for number in range(1, 23)]
    table = rows(shown)
    assert table["B3"] | {"title": None} == {
        "rule": "B3",
        "name": "B3",
        "title": None,
        "basis": "招标投标法 24",
        "type": "min",
        "limit": "20cd",
        "base": {"zh": "招标文件开始发出", "en": "Tender documents issued"},
        "base_on": "2026-03-02",
        "target": {"zh": "投标截止", "en": "Bid deadline"},
        "target_on": "2026-03-23",
        "bound_on": "2026-03-22",
        "days": 21,
        "provisional": False,
        "result": "ok",
        "case": None,
    }
    assert (table["B6_documents"]["bound_on"], table["B6_documents"]["result"]) == ("2026-03-13", "open")
    assert (table["B1_documents"]["result"], table["B1_prequalification"]["result"]) == ("ok", "not_applicable")
    assert (table["B4"]["result"], table["B9"]["result"], table["B17_deposit"]["result"]) == (
        "not_applicable",
        "ok",
        "ok",
    )
    assert {table[name]["result"] for name in ("B11", "B12", "B13", "B14", "B15", "B10_bidders")} == {"open"}
    assert {table[name]["result"] for name in ("B7", "B16", "B19", "B20_decision", "B21", "B22")} == {"not_applicable"}


def test_what_is_late_says_so_and_what_was_in_time_is_well(tender: Tender, by_token: Signed) -> None:
    tender.begin().issued().contracted()
    given.time_is(tender.office.engine, moment("2026-04-20"))
    shown = view(tender, by_token)
    found = results(shown)
    assert {name: found[name] for name in ("B11", "B12", "B13", "B14", "B15")} == {
        "B11": "ok",
        "B12": "ok",
        "B13": "ok",
        "B14": "late",
        "B15": "late",
    }
    assert rows(shown)["B14"]["bound_on"] == "2026-04-15"
    assert shown["sentence"]["zh"].startswith("已订立合同，")


def test_objections_complaints_and_withdrawn_bids_have_rows_of_their_own(tender: Tender, by_token: Signed) -> None:
    tender.begin().issued()
    tender.sweep(moment("2026-03-10"))
    objection = tender.object(moment("2026-03-10"))
    complaint = tender.complain(moment("2026-03-11"))
    shown = view(tender, by_token)
    assert shown["suspended"]
    assert shown["sentence"]["zh"] == "暂停中，1 件异议待答复"
    table = rows(shown)
    assert (table["B7"]["case"], table["B7"]["bound_on"], table["B7"]["result"]) == (objection, "2026-03-13", "open")
    assert (table["B19"]["case"], table["B19"]["result"]) == (complaint, "ok")
    assert (table["B20_acceptance"]["bound_on"], table["B20_acceptance"]["result"]) == ("2026-03-16", "open")
    assert table["B21"]["result"] == "ok"
    tender.answer(objection, moment("2026-03-17"))
    assert rows(view(tender, by_token))["B7"]["result"] == "late"


def test_a_failed_round_is_shown_beside_the_new_one(tender: Tender, by_token: Signed) -> None:
    tender.begin().issued().opened()
    tender.act("fail_opening", moment("2026-03-23", "10:00"))
    assert results(view(tender, by_token))["B10_bidders"] == "too_few"
    tender.act("restart", moment("2026-03-24"), reason="无人投标")
    shown = view(tender, by_token)
    assert (shown["round"], shown["rounds"][0]["reason"], results(shown)["B3"]) == (2, "无人投标", "open")


def test_a_case_that_is_no_tender_has_none_and_a_strangers_is_not_shown(
    tender: Tender, town: Town, by_token: Signed
) -> None:
    tender.begin()
    other = given.application(tender.office, town, moment("2026-03-03")).no
    answer = by_token(town.specialist)("GET", f"/api/v1/cases/{other}/tender")
    assert (answer.status_code, answer.json["code"]) == (404, "not_a_tender")
    hidden = by_token(town.officers["HB"])("GET", f"/api/v1/cases/{tender.no}/tender")
    assert (hidden.status_code, hidden.json["code"]) == (404, "no_such_case")


def test_a_deadline_too_early_by_a_day_is_refused_over_http(tender: Tender, town: Town, by_token: Signed) -> None:
    tender.begin()
    given.time_is(tender.office.engine, ISSUED)
    inputs = {**DOCUMENTS, "bid_deadline": "2026-03-21T09:30"}
    path = f"/api/v1/cases/{tender.no}/actions/issue_documents"
    answer = by_token(town.applicant)("POST", path, json={"version": tender.case().version, **inputs})
    assert (answer.status_code, answer.json["code"]) == (422, "period_too_short")
    [reason] = answer.json["reasons"]
    assert reason["facts"]["earliest"] == {"bid_deadline": "2026-03-22"}
