"""Objections and complaints of a tender: in time, suspended until answered, before one authority (B6–B8, B19–B22)."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from tests import given
from tests.bidding import ISSUED, OBJECTION, Tender
from tests.given import moment
from workflow.actor import SYSTEM
from workflow.commands.look_at import look_at
from workflow.errors import NotAllowed, Refused
from workflow.work import Office

PREQUALIFICATION = {"prequal_from": "2026-03-02", "prequal_until": "2026-03-09", "prequal_deadline": "2026-03-16T17:00"}
EXAMINATION = {"cause": "appraisal", "until": "2026-04-10", "reason": "对业绩证明进行鉴定"}
DECISION = {"result": "upheld", "facts": "查明…", "decision": "责令改正", "basis": "招标投标法实施条例 61"}


@pytest.fixture
def tender(office: Office) -> Tender:
    return Tender(office, given.town(office))


@pytest.fixture
def bidding(tender: Tender) -> Tender:
    """Documents out since 2 March, no longer on sale."""
    tender.begin().issued()
    tender.sweep(moment("2026-03-10", "09:00"))
    return tender


def refused(deed: Callable[[], Any]) -> Refused:
    with pytest.raises(Refused) as caught:
        deed()
    return caught.value


def facts_of(refusal: Refused) -> dict[str, Any]:
    return refusal.reasons[0].facts


def documents(tender: Tender, no: str) -> list[str]:
    with tender.office.engine.connect() as conn:
        return list(
            conn.execute(
                text("SELECT d.kind FROM documents d JOIN cases c ON c.id = d.case_id WHERE c.no = :no ORDER BY d.id"),
                {"no": no},
            ).scalars()
        )


def test_an_objection_suspends_the_tender_at_once_and_is_to_be_answered_in_three_days(bidding: Tender) -> None:
    objection = bidding.object(moment("2026-03-10"))
    case = bidding.case()
    assert case.state == "suspended"
    assert [pause.cause for pause in case.open_pauses] == ["tender_objection"]
    assert "bids" not in {clock.name for clock in case.running_clocks}
    assert bidding.due("answer", objection) == date(2026, 3, 13)
    assert documents(bidding, bidding.no) == ["tender_suspension_notice"]
    assert bidding.case(objection).data["matter"] == OBJECTION["matter"]


def test_an_objection_after_its_time_is_refused_by_name(bidding: Tender) -> None:
    # ten days before 23 March: the 13th is the last day
    late = refused(lambda: bidding.object(moment("2026-03-16"), received_on="2026-03-14"))
    assert late.code == "objection_too_late"
    assert facts_of(late) == {
        "field": "received_on",
        "value": "2026-03-14",
        "latest": "2026-03-13",
        "rule": "B6",
    }
    assert "招标投标法实施条例 22" in late.zh
    bidding.object(moment("2026-03-13"), received_on="2026-03-13")
    assert bidding.state == "suspended"


def test_an_objection_to_prequalification_comes_two_days_before_its_deadline(tender: Tender) -> None:
    tender.begin(prequalification=True)
    tender.act("announce_prequalification", ISSUED, **PREQUALIFICATION)
    said = {"kind": "prequalification", "received_on": "2026-03-15"}
    late = refused(lambda: tender.object(moment("2026-03-16", "09:00"), **said))
    assert (late.code, facts_of(late)["latest"]) == ("objection_too_late", "2026-03-14")
    none = refused(lambda: tender.object(moment("2026-03-09"), received_on="2026-03-09"))
    assert none.code == "nothing_to_object_to"
    objection = tender.object(moment("2026-03-10"), kind="prequalification", received_on="2026-03-10")
    tender.answer(objection, moment("2026-03-10", "16:00"))
    assert tender.state == "prequalifying"
    tender.expect_sound()


def test_nobody_objects_beside_the_tender_that_would_have_to_stop(bidding: Tender) -> None:
    with pytest.raises(NotAllowed):
        given.opened(
            bidding.office, bidding.town.officers["ZJ"], moment("2026-03-10"), "objection", OBJECTION, under=bidding.no
        )


def test_an_answer_on_the_same_day_lets_the_tender_go_on_with_its_deadline(bidding: Tender) -> None:
    objection = bidding.object(moment("2026-03-10"))
    bidding.answer(objection, moment("2026-03-10", "16:00"))
    case = bidding.case()
    assert (case.state, case.open_pauses) == ("bidding", ())
    assert bidding.due("bids") == date(2026, 3, 23)
    assert documents(bidding, objection) == ["objection_answer"]
    bidding.expect_sound()


def test_days_suspended_count_in_no_period_so_that_a_new_deadline_is_needed(bidding: Tender) -> None:
    # 20 days from 2 March and 3 of suspension: 25 March is the first lawful day
    objection = bidding.object(moment("2026-03-10"))
    bidding.answer(objection, moment("2026-03-13"))
    assert bidding.state == "deadline_needed"
    assert bidding.due("new_deadline") == date(2026, 3, 18)
    short = refused(lambda: bidding.act("set_deadline", moment("2026-03-16"), bid_deadline="2026-03-24T09:30"))
    assert facts_of(short)["earliest"] == {"bid_deadline": "2026-03-25"}
    bidding.act("set_deadline", moment("2026-03-16"), bid_deadline="2026-03-25T09:30")
    assert (bidding.state, bidding.due("bids")) == ("bidding", date(2026, 3, 25))
    bidding.expect_sound()


def test_a_suspended_deadline_does_not_pass_unnoticed(bidding: Tender) -> None:
    objection = bidding.object(moment("2026-03-13"), received_on="2026-03-13")
    bidding.sweep(moment("2026-03-23", "12:00"))
    assert bidding.state == "suspended"
    bidding.answer(objection, moment("2026-03-24"))
    assert bidding.state == "deadline_needed"
    past = refused(lambda: bidding.act("set_deadline", moment("2026-03-24"), bid_deadline="2026-03-24T09:00"))
    assert "deadline_past" in {reason.code for reason in past.reasons}
    bidding.expect_sound()


def test_a_tender_goes_on_only_when_the_last_objection_is_answered(bidding: Tender) -> None:
    first = bidding.object(moment("2026-03-10"))
    bidding.act(
        "object", moment("2026-03-10", "11:00"), bidding.town.officers["ZJ"], **{**OBJECTION, "objector": "投标人1"}
    )
    second = bidding.child("objection")
    assert len(bidding.case().open_pauses) == 1
    bidding.answer(first, moment("2026-03-10", "15:00"))
    assert bidding.state == "suspended"
    given.act(
        bidding.office,
        bidding.town.officers["ZJ"],
        moment("2026-03-10", "16:00"),
        second,
        "withdraw",
        {"reason": "书面撤回"},
    )
    given.looked_around(bidding.office, moment("2026-03-10", "16:00"))
    assert bidding.state == "bidding"
    # looked at again, nothing happens twice
    before = bidding.case().seq
    given.looked_around(bidding.office, moment("2026-03-10", "17:00"))
    assert bidding.case().seq == before


def test_nothing_moves_on_while_an_objection_to_the_candidates_is_open(tender: Tender) -> None:
    tender.begin().issued().published()
    said = {"kind": "candidates", "received_on": "2026-03-27"}
    objection = tender.object(moment("2026-03-27"), "object_candidates", **said)
    assert tender.state == "published"
    held = refused(lambda: tender.act("determine_winner", moment("2026-03-31"), winner="投标人0"))
    assert "suspended" in {reason.code for reason in held.reasons}
    tender.answer(objection, moment("2026-03-30"))
    assert tender.case().open_pauses == ()
    # the 28th to the 30th do not count: the third day is the 31st
    tender.act("determine_winner", moment("2026-04-01"), winner="投标人0")
    assert tender.state == "determined"
    tender.expect_sound()


def test_a_publication_that_was_suspended_lasts_its_days_all_the_same(tender: Tender) -> None:
    tender.begin().issued().evaluated()
    days = {"published_on": "2026-03-24", "publication_until": "2026-03-27"}
    tender.act("publish_candidates", moment("2026-03-24", "15:00"), **days)
    objection = tender.object(moment("2026-03-25"), "object_candidates", kind="candidates", received_on="2026-03-25")
    tender.answer(objection, moment("2026-03-28"))
    # one day of three before the 25th, the others on the 29th and the 30th
    early = refused(lambda: tender.act("determine_winner", moment("2026-03-30"), winner="投标人0"))
    assert (early.code, facts_of(early)["until"]) == ("publication_running", "2026-03-30")
    tender.act("determine_winner", moment("2026-03-31"), winner="投标人0")
    assert tender.state == "determined"


def test_an_objection_to_the_candidates_after_their_publication_is_refused(tender: Tender) -> None:
    tender.begin().issued().published()
    said = {"kind": "candidates", "received_on": "2026-03-31"}
    late = refused(lambda: tender.object(moment("2026-03-31"), "object_candidates", **said))
    assert (late.code, facts_of(late)["latest"]) == ("objection_too_late", "2026-03-30")


def test_an_unanswered_objection_climbs_to_the_district(bidding: Tender) -> None:
    objection = bidding.object(moment("2026-03-10"))
    bidding.sweep(moment("2026-03-20", "09:01"))
    with bidding.office.engine.connect() as conn:
        told = set(
            conn.execute(
                text("""
SELECT p.username FROM alerts a JOIN cases c ON c.id = a.case_id JOIN people p ON p.id = a.person_id
WHERE c.no = :no"""),
                {"no": objection},
            ).scalars()
        )
    assert {"applicant", "specialist", "squad_leader", "director_zj", "district_leader"} <= told


def test_objections_end_with_the_tender(bidding: Tender) -> None:
    objection = bidding.object(moment("2026-03-10"))
    bidding.act("abandon", moment("2026-03-11"), reason="项目取消")
    given.looked_around(bidding.office, moment("2026-03-11"))
    assert bidding.case(objection).state == "lapsed"
    assert bidding.state == "abandoned"
    bidding.expect_sound()


def test_a_complaint_later_than_ten_days_after_knowing_is_refused(bidding: Tender) -> None:
    said = {"knew_on": "2026-03-10", "received_on": "2026-03-21"}
    late = refused(lambda: bidding.complain(moment("2026-03-21"), **said))
    # the tenth day, the 20th, is a Friday
    assert (late.code, facts_of(late)["latest"], facts_of(late)["rule"]) == ("complaint_too_late", "2026-03-20", "B19")
    bidding.complain(moment("2026-03-20"), knew_on="2026-03-10")
    before = refused(lambda: bidding.complain(moment("2026-03-21"), complainant="投标人2", knew_on="2026-03-22"))
    assert "complaint_too_late" in {reason.code for reason in before.reasons}


def test_a_complaint_of_the_documents_comes_after_ones_own_objection_whose_time_is_not_counted(bidding: Tender) -> None:
    said = {"kind": "documents", "complainant": "投标人0", "knew_on": "2026-03-10"}
    none = refused(lambda: bidding.complain(moment("2026-03-11"), **said))
    assert (none.code, facts_of(none)["rule"]) == ("objection_first", "B19")
    objection = bidding.object(moment("2026-03-10", "11:00"))
    open_still = refused(lambda: bidding.complain(moment("2026-03-11"), **said))
    assert open_still.code == "objection_first"
    assert objection in open_still.zh
    bidding.answer(objection, moment("2026-03-13"))
    other = refused(lambda: bidding.complain(moment("2026-03-16"), **{**said, "complainant": "投标人2"}))
    assert other.code == "objection_first"
    # ten days and the three of the objection: the 23rd
    bidding.complain(moment("2026-03-23"), **said)


def test_an_objection_that_nobody_answered_in_time_opens_the_way_to_a_complaint(bidding: Tender) -> None:
    bidding.object(moment("2026-03-10", "11:00"))
    said = {"kind": "documents", "complainant": "投标人0", "knew_on": "2026-03-10"}
    assert refused(lambda: bidding.complain(moment("2026-03-13"), **said)).code == "objection_first"
    bidding.complain(moment("2026-03-14"), **said)


def test_the_authority_that_received_it_first_handles_a_complaint(bidding: Tender) -> None:
    first = bidding.complain(moment("2026-03-11"))
    again = refused(lambda: bidding.complain(moment("2026-03-12"), by=bidding.town.clerk, department="FG"))
    assert (again.code, facts_of(again)["case"], facts_of(again)["rule"]) == ("handled_already", first, "B21")
    other = bidding.complain(moment("2026-03-12"), by=bidding.town.clerk, department="FG", complainant="投标人2")
    assert bidding.case(other).department == "FG"


def test_a_complaint_is_accepted_in_three_working_days_and_decided_in_thirty_without_the_experts(
    bidding: Tender,
) -> None:
    no = bidding.complain(moment("2026-03-12"))
    officer, office = bidding.town.officers["ZJ"], bidding.office
    assert bidding.due("acceptance", no) == date(2026, 3, 17)
    given.act(office, officer, moment("2026-03-16"), no, "accept")
    assert bidding.due("decision", no) == date(2026, 4, 28)
    wrong = refused(
        lambda: given.act(office, officer, moment("2026-03-30"), no, "examine", {**EXAMINATION, "cause": "hearing"})
    )
    assert (wrong.code, facts_of(wrong)["rule"]) == ("cause_not_for_this_item", "B20")
    given.act(office, officer, moment("2026-03-30"), no, "examine", EXAMINATION)
    assert bidding.due("decision", no) is None
    given.act(office, officer, moment("2026-04-03"), no, "end_examination", {"result": "属实"})
    # four working days of the examination: 31 March to 3 April
    assert bidding.due("decision", no) == date(2026, 5, 7)
    given.act(office, officer, moment("2026-04-20"), no, "decide", DECISION)
    assert documents(bidding, no) == ["complaint_decision"]
    assert bidding.case(no).outcome == "decided"
    bidding.expect_sound()


def test_an_order_of_the_authority_suspends_the_tender_until_it_is_lifted(bidding: Tender) -> None:
    no = bidding.complain(moment("2026-03-11"))
    officer, office = bidding.town.officers["ZJ"], bidding.office
    given.act(office, officer, moment("2026-03-11"), no, "accept")
    order = {"suspension_ordered_on": "2026-03-12", "reason": "投诉事项可能影响中标结果"}
    given.act(office, officer, moment("2026-03-12"), no, "order_suspension", order)
    given.looked_around(office, moment("2026-03-12"))
    assert [pause.cause for pause in bidding.case().open_pauses] == ["tender_order"]
    assert bidding.state == "suspended"
    objection = bidding.object(moment("2026-03-12", "15:00"))
    bidding.answer(objection, moment("2026-03-12", "16:00"))
    assert bidding.state == "suspended", "the order still stands"
    given.act(office, officer, moment("2026-03-12", "17:00"), no, "lift_suspension")
    given.looked_around(office, moment("2026-03-12", "17:00"))
    assert (bidding.state, bidding.case().open_pauses) == ("bidding", ())
    bidding.expect_sound()


def test_an_order_during_the_evaluation_holds_the_tender_where_it_stands(tender: Tender) -> None:
    tender.begin().issued().evaluated()
    no = tender.complain(moment("2026-03-24"))
    officer, office = tender.town.officers["ZJ"], tender.office
    given.act(office, officer, moment("2026-03-24"), no, "accept")
    order = {"suspension_ordered_on": "2026-03-24", "reason": "…"}
    given.act(office, officer, moment("2026-03-24", "11:00"), no, "order_suspension", order)
    given.looked_around(office, moment("2026-03-24", "11:00"))
    assert tender.due("publish") is None
    days = {"published_on": "2026-03-25", "publication_until": "2026-03-30"}
    assert refused(lambda: tender.act("publish_candidates", moment("2026-03-25"), **days)).code == "suspended"
    given.act(office, officer, moment("2026-03-26"), no, "decide", {**DECISION, "result": "rejected"})
    given.looked_around(office, moment("2026-03-26"))
    assert tender.case().open_pauses == ()
    # three days from the 24th and two of suspension: Sunday the 29th, so Monday
    assert tender.due("publish") == date(2026, 3, 30)
    tender.expect_sound()


def test_a_signed_contract_is_not_suspended_any_more(tender: Tender) -> None:
    tender.begin().issued().contracted()
    no = tender.complain(moment("2026-04-13"))
    officer = tender.town.officers["ZJ"]
    given.act(tender.office, officer, moment("2026-04-13"), no, "accept")
    order = {"suspension_ordered_on": "2026-04-13", "reason": "…"}
    late = refused(lambda: given.act(tender.office, officer, moment("2026-04-13"), no, "order_suspension", order))
    assert (late.code, facts_of(late)["rule"]) == ("nothing_to_suspend", "B22")


def test_the_system_finds_nothing_to_do_where_nothing_is_suspended(tender: Tender) -> None:
    tender.begin().issued().evaluated()
    assert look_at(tender.office, given.case_id(tender.office.engine, tender.no)) == ()


def test_no_new_deadline_is_demanded_where_the_old_one_is_lawful(bidding: Tender) -> None:
    objection = bidding.object(moment("2026-03-10"))
    answer = {"result": "rejected", "answer": "异议不成立"}
    given.act(bidding.office, bidding.town.applicant, moment("2026-03-10", "16:00"), objection, "answer", answer)
    found = refused(
        lambda: given.act(bidding.office, SYSTEM, moment("2026-03-10", "16:01"), bidding.no, "resume_without_deadline")
    )
    assert found.code == "deadline_lawful"
