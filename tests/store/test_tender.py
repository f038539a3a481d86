"""A tender from its announcement to the return of the deposits, by the rules B1 to B18."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from tests import given
from tests.bidding import BIDDERS, CANDIDATES, DEADLINE, DOCUMENTS, ISSUED, LOT, Tender
from tests.given import credit_code, moment
from workflow.errors import BadInput, Conflict, NotMet, Refused
from workflow.work import Office

PREQUALIFICATION = {
    "prequal_from": "2026-03-02",
    "prequal_until": "2026-03-09",
    "prequal_deadline": "2026-03-16T17:00",
}
APPLICANTS = [{"name": f"申请人{n}", "credit_code": credit_code(700 + n), "passed": n != 3} for n in range(4)]


@pytest.fixture
def tender(office: Office) -> Tender:
    return Tender(office, given.town(office))


def refused(deed: Callable[[], Any]) -> Refused:
    with pytest.raises(Refused) as caught:
        deed()
    return caught.value


def facts_of(refusal: Refused) -> dict[str, Any]:
    return refusal.reasons[0].facts


def test_the_whole_way_with_the_days_the_law_gives_each_step(tender: Tender) -> None:
    tender.begin().issued()
    assert tender.state == "on_sale"
    tender.sweep(moment("2026-03-10"))
    assert tender.state == "bidding"
    tender.evaluated()
    assert tender.due("publish") == date(2026, 3, 27)
    days = {"published_on": "2026-03-25", "publication_until": "2026-03-30"}
    tender.act("publish_candidates", moment("2026-03-25"), **days)
    tender.act("determine_winner", moment("2026-03-31"), winner="投标人0")
    assert tender.due("written_report") == date(2026, 4, 15)
    tender.act("issue_notice", moment("2026-04-07"), noticed_on="2026-04-07")
    assert tender.due("contract") == date(2026, 5, 7)
    tender.act("sign_contract", moment("2026-04-10"), contracted_on="2026-04-10", contract_wan=4800, bond_wan=480)
    assert tender.due("deposits") == date(2026, 4, 15)
    tender.act("report", moment("2026-04-13"), reported_on="2026-04-13")
    tender.act("return_deposits", moment("2026-04-14"), returned_on="2026-04-14", interest_yuan=1200.5)
    tender.act("close", moment("2026-04-14"))
    assert (tender.state, tender.case().running_clocks) == ("closed", ())
    tender.expect_sound()


def test_a_project_that_needs_no_tender_is_refused(tender: Tender) -> None:
    with tender.office.engine.begin() as conn:
        conn.execute(text("UPDATE projects SET needs_tender = false"))
    assert refused(tender.begin).code == "tender_not_needed"


@pytest.mark.parametrize(
    ("documents", "rule", "target", "earliest"),
    [
        ({"sale_until": "2026-03-06"}, "B1", "sale_until", "2026-03-07"),
        ({"bid_deadline": "2026-03-21T09:30"}, "B3", "bid_deadline", "2026-03-22"),
    ],
)
def test_a_period_too_short_by_a_day_is_refused_naming_rule_article_and_the_first_lawful_day(
    tender: Tender, documents: dict[str, str], rule: str, target: str, earliest: str
) -> None:
    refusal = refused(lambda: tender.begin().issued(**documents))
    assert isinstance(refusal, NotMet)
    assert refusal.code == "period_too_short"
    assert facts_of(refusal)["rules"] == [rule]
    assert facts_of(refusal)["earliest"] == {target: earliest}
    basis = tender.office.catalogue.tendering.rules[rule].basis
    assert basis in refusal.zh
    assert basis in refusal.en
    assert tender.state == "preparing"


def test_the_twentieth_day_itself_is_lawful_even_on_a_sunday(tender: Tender) -> None:
    tender.begin().issued(bid_deadline="2026-03-22T09:30", sale_until="2026-03-07")
    assert tender.state == "on_sale"
    assert tender.due("bids") == date(2026, 3, 22)


def test_all_periods_that_are_too_short_are_named_at_once(tender: Tender) -> None:
    refusal = refused(lambda: tender.begin().issued(sale_until="2026-03-03", bid_deadline="2026-03-05T09:30"))
    assert facts_of(refusal)["rules"] == ["B1", "B3"]


@pytest.mark.parametrize(
    ("documents", "code", "field"),
    [
        ({"opening_at": "2026-03-23T10:00"}, "not_the_same", "opening_at"),
        ({"bid_valid_from": "2026-03-24"}, "not_the_same", "bid_valid_from"),
        ({"deposit_valid_days": 60}, "not_the_same", "deposit_valid_days"),
        ({"deposit_wan": 100.01}, "amount_too_high", "deposit_wan"),
        ({"sale_from": "2026-02-27"}, "deed_misdated", "sale_from"),
    ],
)
def test_what_must_be_equal_or_within_bounds_is_refused_naming_the_field(
    tender: Tender, documents: dict[str, object], code: str, field: str
) -> None:
    refusal = refused(lambda: tender.begin().issued(**documents))
    assert (refusal.code, facts_of(refusal)["field"]) == (code, field)


def test_equal_moments_and_a_deposit_of_two_percent_are_taken(tender: Tender) -> None:
    tender.begin().issued(opening_at=DEADLINE, bid_valid_from="2026-03-23", deposit_wan=100)
    assert tender.state == "on_sale"


def test_prequalification_comes_before_the_documents_where_it_was_announced(tender: Tender) -> None:
    refusal = refused(lambda: tender.begin(prequalification=True).issued())
    assert refusal.code == "prequalification_open"
    assert (
        refused(
            lambda: (
                Tender(tender.office, tender.town)
                .begin(lot="二标段")
                .act("announce_prequalification", ISSUED, **PREQUALIFICATION)
            )
        ).code
        == "no_prequalification"
    )


@pytest.mark.parametrize(
    ("days", "rule", "earliest"),
    [
        ({"prequal_until": "2026-03-06"}, "B1", {"prequal_until": "2026-03-07"}),
        ({"prequal_deadline": "2026-03-13T17:00"}, "B2", {"prequal_deadline": "2026-03-14"}),
    ],
)
def test_prequalification_has_its_own_shortest_periods(
    tender: Tender, days: dict[str, str], rule: str, earliest: dict[str, str]
) -> None:
    tender.begin(prequalification=True)
    refusal = refused(lambda: tender.act("announce_prequalification", ISSUED, **{**PREQUALIFICATION, **days}))
    assert (facts_of(refusal)["rules"], facts_of(refusal)["earliest"]) == ([rule], earliest)


def test_prequalification_runs_to_its_deadline_and_three_must_pass(tender: Tender) -> None:
    tender.begin(prequalification=True)
    tender.act("announce_prequalification", ISSUED, **PREQUALIFICATION)
    late = {"prequal_clarified_on": "2026-03-14", "text": "修改业绩要求"}
    refusal = refused(lambda: tender.act("clarify_prequalification", moment("2026-03-14"), **late))
    assert facts_of(refusal)["rules"] == ["B5"]
    assert facts_of(refusal)["earliest"] == {"prequal_deadline": "2026-03-17"}
    moved = {**late, "prequal_deadline": "2026-03-17T17:00"}
    tender.act("clarify_prequalification", moment("2026-03-14"), **moved)
    tender.sweep(moment("2026-03-17", "16:59"))
    assert tender.state == "prequalifying"
    tender.sweep(moment("2026-03-17", "17:00"))
    assert tender.state == "reviewing"
    day = moment("2026-03-18")
    few = refused(lambda: tender.act("record_prequalified", day, applicants=APPLICANTS[1:]))
    assert (few.code, facts_of(few)["value"]) == ("too_few_bidders", 2)
    enough = refused(lambda: tender.act("fail_prequalification", day, applicants=APPLICANTS))
    assert enough.code == "enough_bidders"
    tender.act("record_prequalified", day, applicants=APPLICANTS)
    tender.issued(day, sale_from="2026-03-18", sale_until="2026-03-25", bid_deadline="2026-04-08T09:30")
    assert tender.state == "on_sale"
    tender.expect_sound()


def test_too_few_who_pass_end_the_round(tender: Tender) -> None:
    tender.begin(prequalification=True)
    tender.act("announce_prequalification", ISSUED, **PREQUALIFICATION)
    tender.sweep(moment("2026-03-16", "17:00"))
    tender.act("fail_prequalification", moment("2026-03-17"), applicants=APPLICANTS[2:])
    assert tender.state == "failed"


def test_the_last_day_for_a_clarification_leaves_the_deadline_where_it_is(tender: Tender) -> None:
    # a deadline of 22 March: the 7th is the last day
    tender.begin().issued(bid_deadline="2026-03-22T09:30")
    tender.act("clarify", moment("2026-03-07"), clarified_on="2026-03-07", text="补充图纸")
    assert tender.due("bids") == date(2026, 3, 22)


def test_a_clarification_with_too_little_time_is_refused_unless_the_deadline_moves_with_it(tender: Tender) -> None:
    tender.begin().issued()
    tender.sweep(moment("2026-03-10"))
    late = {"clarified_on": "2026-03-12", "text": "调整工程量清单"}
    day = moment("2026-03-12")
    refusal = refused(lambda: tender.act("clarify", day, **late))
    assert facts_of(refusal)["rules"] == ["B4"]
    assert facts_of(refusal)["earliest"] == {"bid_deadline": "2026-03-27"}
    short = refused(lambda: tender.act("clarify", day, **late, bid_deadline="2026-03-26T09:30"))
    assert facts_of(short)["field"] == "bid_deadline"
    tender.act("clarify", day, **late, bid_deadline="2026-03-27T09:30")
    [bids] = [clock for clock in tender.case().running_clocks if clock.name == "bids"]
    assert (bids.due_at, bids.round) == (moment("2026-03-27", "09:30"), 1)
    tender.sweep(moment("2026-03-23", "09:31"))
    assert tender.state == "bidding"
    tender.sweep(moment("2026-03-27", "09:30"))
    assert tender.state == "opening"
    tender.expect_sound()


def test_an_earlier_deadline_is_refused_where_it_would_cut_the_twenty_days(tender: Tender) -> None:
    tender.begin().issued()
    inputs = {"clarified_on": "2026-03-03", "text": "提前开标", "bid_deadline": "2026-03-20T09:30"}
    refusal = refused(lambda: tender.act("clarify", moment("2026-03-03"), **inputs))
    assert facts_of(refusal)["rules"] == ["B3"]


def test_a_deed_is_not_dated_into_the_future_nor_before_what_it_follows(tender: Tender) -> None:
    tender.begin().issued()
    ahead = refused(lambda: tender.act("clarify", moment("2026-03-04"), clarified_on="2026-03-05", text="…"))
    assert (ahead.code, facts_of(ahead)["latest"]) == ("deed_misdated", "2026-03-04")
    tender.evaluated()
    early = {"published_on": "2026-03-23", "publication_until": "2026-03-30"}
    before = refused(lambda: tender.act("publish_candidates", moment("2026-03-25"), **early))
    assert (before.code, facts_of(before)["earliest"]) == ("deed_misdated", "2026-03-24")


def test_the_opening_begins_at_the_very_minute_of_the_deadline(tender: Tender) -> None:
    tender.begin().issued()
    tender.sweep(moment("2026-03-23", "09:29"))
    assert tender.state == "bidding"
    tender.sweep(moment("2026-03-23", "09:30"))
    assert tender.state == "opening"


def test_after_the_deadline_and_before_the_clock_nobody_clarifies_or_withdraws(tender: Tender) -> None:
    tender.begin().issued()
    tender.sweep(moment("2026-03-10"))
    after = moment("2026-03-23", "09:30")
    refusal = refused(lambda: tender.act("clarify", after, clarified_on="2026-03-20", text="…"))
    assert isinstance(refusal, Conflict)
    assert refusal.code == "clock_acts_first"


def test_fewer_than_three_bidders_are_not_opened_and_the_round_is_kept_where_a_new_one_begins(tender: Tender) -> None:
    tender.begin().issued().opened()
    day = moment("2026-03-23", "10:00")
    few = refused(lambda: tender.act("record_opening", day, bidders=BIDDERS[:2]))
    assert (few.code, facts_of(few)["minimum"]) == ("too_few_bidders", 3)
    three = [{name: one[name] for name in ("name", "credit_code")} for one in BIDDERS]
    assert refused(lambda: tender.act("fail_opening", day, bidders=three)).code == "enough_bidders"
    tender.act("fail_opening", day, bidders=three[:2])
    assert tender.state == "failed"
    tender.act("restart", moment("2026-03-24"), reason="投标人少于三个")
    case = tender.case()
    assert case.state == "preparing"
    [round_] = case.data["rounds"]
    assert (round_["reason"], len(round_["bidders"]), round_["sale_from"]) == ("投标人少于三个", 2, "2026-03-02")
    assert {"bidders", "bid_deadline", "sale_from"}.isdisjoint(case.data)
    new = {"sale_from": "2026-03-25", "sale_until": "2026-04-01", "bid_deadline": "2026-04-14T09:30"}
    tender.issued(moment("2026-03-25"), **new)
    [bids] = [clock for clock in tender.case().running_clocks if clock.name == "bids"]
    assert (bids.round, bids.due_on) == (2, date(2026, 4, 14))
    tender.expect_sound()


@pytest.mark.parametrize(
    ("bidders", "error", "code"),
    [
        ([*BIDDERS[:2], {**BIDDERS[2], "credit_code": "91370212MA00000000"}], NotMet, "credit_code_invalid"),
        ([*BIDDERS[:2], {**BIDDERS[2], "credit_code": BIDDERS[0]["credit_code"]}], BadInput, "bad_input"),
    ],
)
def test_a_bidder_with_a_wrong_code_or_twice_the_same_is_none(
    tender: Tender, bidders: list[dict[str, object]], error: type[Refused], code: str
) -> None:
    tender.begin().issued().opened()
    refusal = refused(lambda: tender.act("record_opening", moment("2026-03-23", "10:00"), bidders=bidders))
    assert isinstance(refusal, error)
    assert refusal.code == code


def test_an_objection_to_the_opening_is_answered_on_the_spot_or_not_at_all(tender: Tender) -> None:
    tender.begin().issued().opened()
    objection = {"objector": "投标人0", "matter": "未当众拆封", "answer": "已当众核对并记录"}
    late = refused(lambda: tender.act("object_at_opening", moment("2026-03-24"), **objection))
    assert (late.code, facts_of(late)["rule"]) == ("not_on_the_spot", "B8")
    missing = {name: value for name, value in objection.items() if name != "answer"}
    assert (
        refused(lambda: tender.act("object_at_opening", moment("2026-03-23", "10:00"), **missing)).code == "bad_input"
    )
    tender.act("object_at_opening", moment("2026-03-23", "10:00"), **objection)
    case = tender.case()
    assert [one["objector"] for one in case.data["opening_objections"]] == ["投标人0"]
    assert case.open_pauses == ()


@pytest.mark.parametrize("until", ["2026-03-26", "2026-03-27", "2026-03-28", "2026-03-29"])
def test_a_publication_lasts_three_days_and_ends_on_a_working_day(tender: Tender, until: str) -> None:
    # from Tuesday the 24th: Friday the 27th is lawful, the 26th is too soon, the 28th and 29th are a weekend
    tender.begin().issued().evaluated()
    days = {"published_on": "2026-03-24", "publication_until": until}
    if until == "2026-03-27":
        tender.act("publish_candidates", moment("2026-03-24", "15:00"), **days)
        assert tender.state == "published"
        return
    refusal = refused(lambda: tender.act("publish_candidates", moment("2026-03-24", "15:00"), **days))
    assert facts_of(refusal)["rules"] == ["B12"]


def test_candidates_published_late_are_recorded_and_the_clock_has_raised_its_cards(tender: Tender) -> None:
    tender.begin().issued().evaluated()
    tender.sweep(moment("2026-04-01", "09:01"))
    with tender.office.engine.connect() as conn:
        cards = conn.execute(
            text("SELECT a.card FROM alerts a JOIN cases c ON c.id = a.case_id WHERE c.no = :no ORDER BY a.id"),
            {"no": tender.no},
        ).scalars()
        assert {"yellow", "red"} <= set(cards)
    days = {"published_on": "2026-04-01", "publication_until": "2026-04-07"}
    tender.act("publish_candidates", moment("2026-04-01"), **days)
    assert tender.state == "published"


def test_no_winner_before_the_publication_is_over_and_none_but_a_candidate(tender: Tender) -> None:
    tender.begin().issued().published()
    early = refused(lambda: tender.act("determine_winner", moment("2026-03-30", "23:00"), winner="投标人0"))
    assert (early.code, facts_of(early)) == ("publication_running", {"until": "2026-03-30", "rule": "B12"})
    assert "3月31日" in early.zh
    other = refused(lambda: tender.act("determine_winner", moment("2026-03-31"), winner="别人"))
    assert (other.code, facts_of(other)["accepted"]) == ("not_a_candidate", [one["name"] for one in CANDIDATES])
    tender.act("determine_winner", moment("2026-03-31"), winner="投标人0")
    with tender.office.engine.connect() as conn:
        events = conn.execute(text("SELECT event, on_day FROM project_events")).all()
    assert [tuple(row) for row in events] == [("winner_determined", date(2026, 3, 31))]


def test_a_publication_before_the_spring_festival_ends_after_it(tender: Tender) -> None:
    issued = {"sale_from": "2026-01-05", "sale_until": "2026-01-12", "bid_deadline": "2026-02-10T09:30"}
    tender.begin(moment("2026-01-05")).issued(moment("2026-01-05"), **issued)
    tender.sweep(moment("2026-02-10", "09:30"))
    tender.act("record_opening", moment("2026-02-10"), bidders=BIDDERS)
    tender.act("record_evaluation", moment("2026-02-12"), evaluated_on="2026-02-12", candidates=CANDIDATES)
    published = moment("2026-02-13")
    for until in ("2026-02-16", "2026-02-23"):
        days = {"published_on": "2026-02-13", "publication_until": until}
        refusal = refused(lambda days=days: tender.act("publish_candidates", published, **days))  # type: ignore[misc]
        assert facts_of(refusal)["earliest"] == {"publication_until": "2026-02-24"}
    tender.act("publish_candidates", published, published_on="2026-02-13", publication_until="2026-02-24")
    assert tender.state == "published"


def test_a_contract_after_a_notice_of_january_is_due_after_the_spring_festival(tender: Tender) -> None:
    issued = {"sale_from": "2025-12-01", "sale_until": "2025-12-08", "bid_deadline": "2025-12-26T09:30"}
    tender.begin(moment("2025-12-01")).issued(moment("2025-12-01"), **issued)
    tender.sweep(moment("2025-12-26", "09:30"))
    tender.act("record_opening", moment("2025-12-26"), bidders=BIDDERS)
    tender.act("record_evaluation", moment("2026-01-12"), evaluated_on="2026-01-12", candidates=CANDIDATES)
    days = {"published_on": "2026-01-13", "publication_until": "2026-01-16"}
    tender.act("publish_candidates", moment("2026-01-13"), **days)
    tender.act("determine_winner", moment("2026-01-19"), winner="投标人0")
    tender.act("issue_notice", moment("2026-01-20"), noticed_on="2026-01-20")
    assert tender.due("contract") == date(2026, 2, 24)
    tender.expect_sound()


def test_a_performance_bond_of_more_than_a_tenth_of_the_contract_is_refused(tender: Tender) -> None:
    tender.begin().issued().published()
    tender.act("determine_winner", moment("2026-03-31"), winner="投标人0")
    tender.act("issue_notice", moment("2026-04-01"), noticed_on="2026-04-01")
    signed = {"contracted_on": "2026-04-10", "contract_wan": 4800, "bond_wan": 480.01}
    refusal = refused(lambda: tender.act("sign_contract", moment("2026-04-10"), **signed))
    assert (refusal.code, facts_of(refusal)["maximum"]) == ("amount_too_high", 480)


def test_nothing_is_closed_before_report_and_deposits(tender: Tender) -> None:
    tender.begin().issued().contracted()
    refusal = refused(lambda: tender.act("close", moment("2026-04-13")))
    assert {reason.facts["field"] for reason in refusal.reasons} == {"returned_on", "reported_on"}


def test_a_withdrawn_bid_has_its_deposit_back_within_five_days_each_by_its_own_clock(tender: Tender) -> None:
    tender.begin().issued()
    tender.sweep(moment("2026-03-10"))
    bid = {"bidder": "投标人9", "credit_code": credit_code(709), "deposit_wan": 80}
    tender.act("withdraw_bid", moment("2026-03-16"), **bid, withdrawn_on="2026-03-16")
    first = tender.child("bid_withdrawal")
    # the fifth day, the 21st, is a Saturday
    assert tender.due("refund", first) == date(2026, 3, 23)
    tender.act("withdraw_bid", moment("2026-03-18"), **{**bid, "bidder": "投标人8"}, withdrawn_on="2026-03-18")
    second = tender.child("bid_withdrawal")
    assert (second != first, tender.due("refund", second)) == (True, date(2026, 3, 23))
    owed = refused(lambda: tender.act("abandon", moment("2026-03-19"), reason="项目取消"))
    assert owed.code == "children_open"
    for no in (first, second):
        given.act(
            tender.office, tender.town.applicant, moment("2026-03-19"), no, "refund", {"refunded_on": "2026-03-19"}
        )
    tender.act("abandon", moment("2026-03-19"), reason="项目取消")
    assert tender.state == "abandoned"
    tender.expect_sound()


def test_the_forms_of_this_file_are_those_of_the_flow(office: Office) -> None:
    opening = office.flow("tender").opening
    assert opening is not None
    assert {ask.name for ask in opening.action.asks} == set(LOT)
    asked = {ask.name for ask in office.flow("tender").actions["issue_documents"].asks if ask.required}
    assert asked == set(DOCUMENTS)
