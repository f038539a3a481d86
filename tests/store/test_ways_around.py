"""Ways around a rule that the flows leave none of: dates moved back, another action, a case opened by hand, one pair
of eyes, a step left out."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from tests import given, parts
from tests.bidding import BIDDERS, DOCUMENTS, Tender
from tests.given import Town, moment
from workflow.actor import Actor
from workflow.case import Case
from workflow.commands.fire_rungs import sweep
from workflow.commands.open_bundle import open_bundle
from workflow.commands.take_action import take_action
from workflow.errors import NotAllowed, Refused
from workflow.queries.time_figures import Period, figures
from workflow.queries.verify import verify
from workflow.store import cases
from workflow.work import Office

MONDAY, TUESDAY, WEDNESDAY = moment("2026-03-02"), moment("2026-03-03"), moment("2026-03-04")
GRANT = {"opinion": "同意"}
TOLD = {"hearing_told": "2026-03-04", "reason": "直接涉及他人重大利益"}
ASKED = {"asked_by": "相邻业主", "hearing_asked": "2026-03-05"}
CALLED = {"place": "三楼会议室", "host": "法制科长", "reason": "听证", "hearing_at": "2026-03-16T09:30"}


@pytest.fixture
def town(office: Office) -> Town:
    return given.town(office)


def case_of(office: Office, no: str) -> Case:
    with office.engine.connect() as conn:
        reading = cases.read(conn, no=no)
    assert reading is not None
    return reading.case


def refusal(office: Office, actor: Actor, now: Any, no: str, action: str, said: dict[str, Any] | None = None) -> str:
    with pytest.raises(Refused) as refused:
        given.act(office, actor, now, no, action, said)
    return refused.value.code


def issued(office: Office, no: str) -> list[str]:
    """The kinds of the documents of a case, the oldest first."""
    with office.engine.connect() as conn:
        return list(
            conn.execute(
                text("SELECT d.kind FROM documents d JOIN cases c ON c.id = d.case_id WHERE c.no = :no ORDER BY d.id"),
                {"no": no},
            ).scalars()
        )


def accepted(office: Office, town: Town, item: str = "LX10") -> str:
    """A case received on Monday 2 March 2026 and accepted on the day after."""
    with given.at(office, town.applicant, MONDAY) as work:
        bundle = open_bundle(work, town.project.code, [item], {})
        given.attach_required(work, bundle.id, [item])
        take_action(work, bundle.no, "submit")
    no = given.children(office.engine, bundle.no, "item")[office.catalogue.items[item].department]
    given.act(office, town.clerk, TUESDAY, no, "accept")
    return no


class TestHearing:
    def test_the_five_days_begin_with_the_notice_and_not_before_it(self, office: Office, town: Town) -> None:
        no, officer = accepted(office, town), town.officers["QX"]
        thursday = moment("2026-03-12")
        code = refusal(office, officer, thursday, no, "tell_hearing_right", TOLD)
        assert code == "hearing_told_outside_bounds"

    def test_an_applicant_asks_on_the_day_and_the_window_writes_down_what_came_in_time(
        self, office: Office, town: Town
    ) -> None:
        no, officer = accepted(office, town), town.officers["QX"]
        given.act(office, officer, WEDNESDAY, no, "tell_hearing_right", TOLD)
        monday, thursday = moment("2026-03-09"), moment("2026-03-12")
        ahead = {**ASKED, "hearing_asked": "2026-04-09"}
        assert refusal(office, town.applicant, monday, no, "ask_hearing", ahead) == "hearing_asked_late"
        assert refusal(office, town.applicant, monday, no, "ask_hearing", ASKED) == "hearing_asked_outside_bounds"
        late = {**ASKED, "hearing_asked": "2026-03-12"}
        assert refusal(office, town.clerk, thursday, no, "ask_hearing", late) == "hearing_asked_late"
        early = {**ASKED, "hearing_asked": "2026-03-03"}
        assert refusal(office, town.clerk, thursday, no, "ask_hearing", early) == "hearing_asked_outside_bounds"
        given.act(office, town.clerk, thursday, no, "ask_hearing", {**ASKED, "hearing_asked": "2026-03-11"})
        # the twenty days count from the day it was asked for
        clock = case_of(office, no).clock("hearing_held")
        assert clock is not None
        assert clock.due_on == date(2026, 4, 9)

    def test_who_hosted_the_hearing_does_not_decide_though_the_case_is_given_to_them(
        self, office: Office, town: Town
    ) -> None:
        no, officer = accepted(office, town), town.officers["QX"]
        with office.engine.begin() as conn:
            host = given.person(conn, "host", given.Grant("officer", department="QX"))
        given.act(office, officer, WEDNESDAY, no, "tell_hearing_right", TOLD)
        given.act(office, town.applicant, moment("2026-03-05"), no, "ask_hearing", ASKED)
        called = {**CALLED, "host_account": host.id}
        given.act(office, officer, moment("2026-03-05"), no, "hold_hearing", called)
        held = moment("2026-03-16")
        given.act(office, officer, held, no, "close_hearing", {"hearing_minutes": "已记录"})
        given.act(office, town.directors["QX"], held, no, "assign", {"assignee": host.id})
        assert refusal(office, host, held, no, "grant", GRANT) == "host_decides"
        given.act(office, officer, held, no, "grant", GRANT)

    def test_no_clock_stands_still_for_a_hearing_that_was_not_called(self, office: Office, town: Town) -> None:
        with office.engine.begin() as conn:
            conn.execute(text("UPDATE projects SET facts = facts || '{\"land_contract\": true}'"))
        no, officer = accepted(office, town, "LX08"), town.officers["ZG"]
        said = {"cause": "hearing", "until": "2026-03-20", "reason": "听证"}
        assert refusal(office, officer, WEDNESDAY, no, "start_special", said) == "hearing_is_called"
        host = {**CALLED, "host_account": town.directors["ZG"].id}
        assert refusal(office, officer, WEDNESDAY, no, "hold_hearing", host) == "not_recorded"
        # 46: announced to the public, nobody has to ask for it; and no decision before its minutes
        given.act(office, officer, WEDNESDAY, no, "hold_hearing", {**host, "public_hearing": True})
        given.time_is(office.engine, moment("2026-05-20"))
        sweep(office)
        assert case_of(office, no).state == "in_review"
        late = {"reason": "不符", "basis": "38", "late_reason": "听证"}
        assert refusal(office, officer, moment("2026-05-20"), no, "refuse", late) == "hearing_not_held"


def test_a_check_on_the_site_is_dated_when_it_was(office: Office, town: Town) -> None:
    no, officer, other = accepted(office, town), town.officers["QX"], town.directors["QX"]
    said = {"first_officer": officer.id, "second_officer": other.id, "findings": "一致", "checked_on": "2026-03-05"}
    assert refusal(office, officer, WEDNESDAY, no, "check_on_site", said) == "checked_outside_bounds"


@pytest.mark.parametrize("flow", ["change", "supervision"])
def test_what_an_item_opens_is_not_opened_beside_it(office: Office, town: Town, flow: str) -> None:
    no = accepted(office, town)
    said = {"change": "规模", "reason": "优化", "department": "ZJ", "check_by": "2026-04-10", "promise": "…"}
    named = {ask.name for ask in office.flow(flow).opening.action.asks}  # type: ignore[union-attr]
    for actor in (town.applicant, town.officers["QX"], town.directors["QX"]):
        with pytest.raises(NotAllowed):
            given.opened(office, actor, TUESDAY, flow, {k: v for k, v in said.items() if k in named}, under=no)


def test_a_change_can_be_refused_with_its_reasons_and_the_result_stays(office: Office, town: Town) -> None:
    no, officer = accepted(office, town), town.officers["QX"]
    given.act(office, officer, WEDNESDAY, no, "grant", GRANT)
    given.act(office, town.clerk, WEDNESDAY, no, "deliver", {"way": "post", "recipient": "经办人"})
    given.act(office, town.applicant, WEDNESDAY, no, "ask_change", {"change": "建设规模调整", "reason": "优化"})
    [change] = given.children(office.engine, no, "change").values()
    given.act(office, officer, WEDNESDAY, change, "refuse", {"reason": "超出批复规模", "basis": "行政许可法 49"})
    assert issued(office, change) == ["change_refusal"]
    assert (case_of(office, change).outcome, case_of(office, no).state) == ("refused", "delivered")


class TestTender:
    @pytest.fixture
    def tender(self, office: Office, town: Town) -> Tender:
        return Tender(office, town).begin()

    def refused(self, tender: Tender, action: str, at: str, **said: object) -> str:
        return refusal(tender.office, tender.town.applicant, moment(at), tender.no, action, said)

    def test_the_twenty_days_are_not_won_by_dating_the_sale_back(self, tender: Tender) -> None:
        said = {**DOCUMENTS, "sale_from": "2026-02-12", "bid_deadline": "2026-03-05T09:30"}
        assert self.refused(tender, "issue_documents", "2026-03-04", **said) == "deed_misdated"
        # the office writes down what was announced a few days ago
        told = {**DOCUMENTS, "sale_from": "2026-03-02"}
        tender.act("issue_documents", moment("2026-03-04"), tender.town.specialist, **told)

    def test_no_report_before_the_opening_and_no_notice_before_the_winner(self, tender: Tender) -> None:
        tender.issued().opened()
        tender.act("record_opening", moment("2026-03-23", "10:30"), bidders=BIDDERS)
        candidates = [{"rank": 1, "name": "投标人0"}]
        early = {"evaluated_on": "2026-03-20", "candidates": candidates}
        assert self.refused(tender, "record_evaluation", "2026-03-24", **early) == "deed_misdated"
        strange = {"evaluated_on": "2026-03-24", "candidates": [{"rank": 1, "name": "路过的公司"}]}
        assert self.refused(tender, "record_evaluation", "2026-03-24", **strange) == "not_a_bidder"
        tender.act("record_evaluation", moment("2026-03-24"), evaluated_on="2026-03-24", candidates=candidates)
        days = {"published_on": "2026-03-25", "publication_until": "2026-03-30"}
        tender.act("publish_candidates", moment("2026-03-25"), **days)
        tender.act("determine_winner", moment("2026-03-31"), winner="投标人0")
        assert self.refused(tender, "issue_notice", "2026-04-01", noticed_on="2026-03-30") == "deed_misdated"
        tender.act("issue_notice", moment("2026-04-01"), noticed_on="2026-04-01")

    def test_a_complaint_after_a_long_objection_is_in_time(self, tender: Tender) -> None:
        # known on the 4th, objected on the 5th, answered on the 23rd: ten days without the objection's
        tender.issued(bid_deadline="2026-04-20T09:30")
        objection = tender.object(moment("2026-03-05"), objector="投标人1", received_on="2026-03-05")
        tender.answer(objection, moment("2026-03-23"))
        late = tender.complain(moment("2026-03-24"), kind="documents", knew_on="2026-03-04")
        assert tender.case(late).state == "received"

    def test_where_the_winner_drops_out_the_next_one_is_chosen_or_the_tender_held_anew(self, tender: Tender) -> None:
        tender.issued().published()
        day = moment("2026-03-31")
        tender.act("determine_winner", day, winner="投标人0")
        tender.act("issue_notice", day, noticed_on="2026-03-31")
        tender.act("next_candidate", moment("2026-04-01"), reason="放弃中标")
        assert self.refused(tender, "determine_winner", "2026-04-01", winner="投标人0") == "not_a_candidate"
        tender.act("determine_winner", moment("2026-04-01"), winner="投标人1")
        assert tender.due("written_report") == date(2026, 4, 16)
        tender.act("set_aside", moment("2026-04-02"), reason="其余候选人均不能履约")
        tender.act("restart", moment("2026-04-03"), reason="重新招标")
        assert {"winner", "given_up", "candidates", "noticed_on"}.isdisjoint(tender.case().data)
        tender.expect_sound()

    def test_an_objection_that_is_upheld_leads_to_a_new_evaluation(self, tender: Tender) -> None:
        tender.issued().published()
        said = {"kind": "candidates", "received_on": "2026-03-26"}
        objection = tender.object(moment("2026-03-26"), "object_candidates", **said)
        again = {"reason": "异议成立"}
        assert self.refused(tender, "evaluate_again", "2026-03-26", **again) == "suspended"
        tender.answer(objection, moment("2026-03-27"))
        tender.act("evaluate_again", moment("2026-03-27"), **again)
        candidates = [{"rank": 1, "name": "投标人1"}]
        tender.act("record_evaluation", moment("2026-03-30"), evaluated_on="2026-03-30", candidates=candidates)
        assert tender.due("publish") == date(2026, 4, 2)
        tender.expect_sound()

    def test_a_forgotten_examination_of_a_complaint_alarms_and_ends_at_its_cap(self, tender: Tender) -> None:
        tender.issued(bid_deadline="2026-08-20T09:30")
        complaint = tender.complain(moment("2026-03-10"))
        officer = tender.town.officers["ZJ"]
        given.act(tender.office, officer, moment("2026-03-10"), complaint, "accept", {})
        said = {"cause": "expert_review", "until": "2026-03-20", "reason": "专家评审"}
        given.act(tender.office, officer, moment("2026-03-11"), complaint, "examine", said)
        assert tender.due("examination", complaint) == date(2026, 3, 20)
        # twenty working days from 11 March, 4 to 6 April off
        assert tender.due("examination_cap", complaint) == date(2026, 4, 9)
        tender.sweep(moment("2026-04-10"))
        assert (tender.case(complaint).state, tender.case(complaint).open_pauses) == ("accepted", ())

    def test_a_tender_that_stands_suspended_alarms(self, tender: Tender) -> None:
        tender.issued()
        tender.sweep(moment("2026-03-10", "09:00"))
        tender.object(moment("2026-03-10"))
        assert tender.due("suspension") == date(2026, 4, 22)

    def test_an_order_is_dated_when_it_was_given(self, tender: Tender) -> None:
        tender.issued()
        complaint = tender.complain(moment("2026-03-10"))
        officer = tender.town.officers["ZJ"]
        given.act(tender.office, officer, moment("2026-03-10"), complaint, "accept", {})
        said = {"suspension_ordered_on": "2026-04-10", "reason": "必要"}
        code = refusal(tender.office, officer, moment("2026-03-10"), complaint, "order_suspension", said)
        assert code == "deed_misdated"


class TestSegment:
    @pytest.fixture
    def segment(self, office: Office, town: Town) -> str:
        return parts.segments(office, parts.begun(office, town, MONDAY))["A"]

    def test_no_opinion_without_the_visit_though_the_list_went_out_before_it(
        self, office: Office, town: Town, segment: str
    ) -> None:
        cells = parts.taken_in(office, town, MONDAY, segment)
        parts.on(office, town, MONDAY, cells["fire"], "find_problems", {"problems": [parts.PROBLEM]})
        for name in ("planning", "quality", "archive", "energy", "utilities"):
            parts.on(office, town, MONDAY, cells[name], "pass", parts.FINE)
        officer = town.officers["ZJ"]
        given.act(office, officer, TUESDAY, segment, "send_list", {})
        given.looked_around(office, TUESDAY)
        given.act(office, town.applicant, TUESDAY, cells["fire"], "report_fixed", {"done": "已整改"})
        given.looked_around(office, TUESDAY)
        parts.on(office, town, WEDNESDAY, cells["fire"], "pass", parts.FINE)
        assert parts.state(office, segment) == "opinions"
        opinion = {"conclusion": "合格"}
        assert refusal(office, officer, WEDNESDAY, segment, "conclude", opinion) == "not_recorded"
        people = [{"department": "ZJ", "who": "张某"}]
        before = {"visited_on": "2026-02-27", "people": people}
        assert refusal(office, officer, WEDNESDAY, segment, "hold_visit", before) == "visit_outside_bounds"
        given.act(office, officer, WEDNESDAY, segment, "hold_visit", {"visited_on": "2026-03-04", "people": people})
        given.act(office, officer, WEDNESDAY, segment, "conclude", opinion)
        assert verify(office).breaches == ()

    def test_a_visit_is_appointed_for_a_time_to_come(self, office: Office, town: Town, segment: str) -> None:
        parts.taken_in(office, town, MONDAY, segment)
        past = {"visit_at": "2026-03-01T09:30", "meet_at": "项目部"}
        assert refusal(office, town.officers["ZJ"], MONDAY, segment, "appoint_visit", past) == "bad_field"

    def test_an_opinion_after_the_promise_is_explained_in_public(
        self, office: Office, town: Town, segment: str
    ) -> None:
        cells = parts.taken_in(office, town, MONDAY, segment)
        parts.visited(office, town, TUESDAY, segment)
        late = moment("2026-03-16")
        for cell in cells.values():
            parts.on(office, town, late, cell, "pass", parts.FINE)
        why = {"conclusion": "合格", "late_reason": "档案核对延误"}
        given.act(office, town.officers["ZJ"], late, segment, "conclude", why)
        assert set(issued(office, segment)) == {"joint_opinion", "lateness_statement"}


def test_a_refusal_of_extended_hours_has_four_eyes(office: Office, town: Town) -> None:
    with office.engine.begin() as conn:
        both = given.person(
            conn,
            "both",
            given.Grant("specialist", project_id=town.project.id),
            given.Grant("squad_leader", squad=given.SQUAD),
        )
    asked = {
        "requested_by": "王某",
        "purpose": "opening",
        "room": "opening_1",
        "starts_at": "2026-03-04T18:00",
        "ends_at": "2026-03-04T21:00",
    }
    no = given.opened(office, town.applicant, MONDAY, "extended_hours", asked, on=town.project.code)
    given.act(office, both, MONDAY, no, "propose_refusal", {"refusal_reason": "停电检修"})
    note = {"approval_note": "同意"}
    assert refusal(office, both, MONDAY, no, "approve_refusal", note) == "own_request"
    given.act(office, town.squad_leader, MONDAY, no, "approve_refusal", note)


def test_an_application_whose_simulated_items_all_lapsed_ends(office: Office, town: Town) -> None:
    with given.at(office, town.applicant, MONDAY) as work:
        bundle = open_bundle(work, town.project.code, ["GC03"], {})
        given.attach_required(work, bundle.id, ["GC03"])
        work.conn.execute(text("DELETE FROM materials WHERE code IN ('land_document', 'land_contract')"))
        take_action(work, bundle.no, "submit_simulated")
    [no] = given.children(office.engine, bundle.no, "item").values()
    given.act(office, town.officers["ZG"], TUESDAY, no, "pass_simulation", {"simulation_opinion": "可行"})
    given.looked_around(office, TUESDAY)
    assert case_of(office, bundle.no).state == "simulated"
    over = moment("2026-09-05")
    given.time_is(office.engine, over)
    sweep(office)
    given.looked_around(office, over)
    assert (case_of(office, no).state, case_of(office, bundle.no).state) == ("simulation_over", "withdrawn")


def test_the_advice_to_revoke_reaches_whoever_granted_and_climbs_where_nobody_decides(
    office: Office, town: Town
) -> None:
    with given.at(office, town.applicant, MONDAY) as work:
        bundle = open_bundle(work, town.project.code, ["SG12"], {}, {"SG12": "commitment"})
        given.attach_required(work, bundle.id, ["SG12"])
        take_action(work, bundle.no, "submit")
    [no] = given.children(office.engine, bundle.no, "item").values()
    word = {"told": True, "promise": "按标准实施", "signed_by": "法定代表人"}
    given.act(office, town.clerk, TUESDAY, no, "accept_on_commitment", word)
    granted = {**GRANT, "department": "CG", "check_by": "2026-04-10"}
    given.act(office, town.officers["QX"], TUESDAY, no, "grant_on_commitment", granted)
    given.act(office, town.clerk, TUESDAY, no, "deliver", {"way": "post", "recipient": "经办人"})
    [check] = given.children(office.engine, no, "supervision").values()
    found = {"check_no": "HC-1", "checked_on": "2026-03-16", "basis": "水土保持法", "content": "未实施"}
    day = moment("2026-03-16")
    given.act(office, town.officers["CG"], day, check, "advise_revocation", found)
    given.looked_around(office, day)
    clock = case_of(office, no).clock("revocation")
    assert clock is not None
    assert clock.due_on == date(2026, 3, 30)
    later = moment("2026-04-08")
    given.time_is(office.engine, later)
    sweep(office)
    with office.engine.connect() as conn:
        told = conn.execute(
            text("SELECT a.role FROM alerts a JOIN cases c ON c.id = a.case_id WHERE c.no = :no AND a.card = 'red'"),
            {"no": no},
        ).scalars()
        assert {"director", "supervisor", "district_leader"} <= set(told)
    why = {"not_revoked_because": "已整改到位，撤销将损害公共利益"}
    given.act(office, town.directors["QX"], later, no, "keep_result", why)
    given.looked_around(office, later)
    assert "revocation" not in {one.name for one in case_of(office, no).running_clocks}
    assert refusal(office, town.directors["QX"], later, no, "keep_result", why) == "recorded_already"
    assert verify(office).breaches == ()


@pytest.mark.parametrize(
    ("action", "said"),
    [
        ("revoke", {"ground": "procedure", "reason": "程序违法的事实"}),
        ("recall", {"ground": "law_changed", "reason": "公共利益的具体理由", "compensation": "依法补偿"}),
        ("cancel", {"ground": "body_ended", "reason": "企业注销的事实"}),
    ],
)
def test_what_takes_a_result_back_states_the_facts_beside_the_ground(
    office: Office, town: Town, action: str, said: dict[str, str]
) -> None:
    no, officer = accepted(office, town), town.officers["QX"]
    given.act(office, officer, WEDNESDAY, no, "grant", GRANT)
    given.act(office, town.clerk, WEDNESDAY, no, "deliver", {"way": "post", "recipient": "经办人"})
    given.act(office, town.directors["QX"], WEDNESDAY, no, action, said)
    kind = issued(office, no)[-1]
    with office.engine.connect() as conn:
        facts = conn.execute(text("SELECT facts FROM documents WHERE kind = :kind"), {"kind": kind}).scalar_one()
    assert facts["words"]["said.reason"] == said["reason"]
    assert 'fact("said.reason")' in (office.config / "documents" / f"{kind}.typ").read_text(encoding="utf-8")


def test_accepted_with_gaps_does_not_say_that_everything_is_there(office: Office, town: Town) -> None:
    with given.at(office, town.applicant, MONDAY) as work:
        bundle = open_bundle(work, town.project.code, ["SG08"], {})
        given.attach_required(work, bundle.id, ["SG08"])
        take_action(work, bundle.no, "submit")
        work.conn.execute(text("DELETE FROM materials WHERE code = 'transport_contract'"))
    [no] = given.children(office.engine, bundle.no, "item").values()
    promise = {"form": "电子件", "signed_by": "经办人", "gaps_until": "2026-03-11"}
    given.act(office, town.clerk, TUESDAY, no, "accept_with_gaps", promise)
    with office.engine.connect() as conn:
        facts = conn.execute(text("SELECT facts FROM documents WHERE kind = 'acceptance_notice'")).scalar_one()
    assert "said.gaps_until" in facts["words"]


def test_a_promise_answered_by_a_pre_licence_is_not_missed_by_the_permit_that_follows(
    office: Office, town: Town
) -> None:
    with office.engine.begin() as conn:
        conn.execute(text("UPDATE projects SET facts = facts || '{\"land_with_scheme\": true}'"))
    with given.at(office, town.applicant, MONDAY) as work:
        bundle = open_bundle(work, town.project.code, ["GC03"], {})
        given.attach_required(work, bundle.id, ["GC03"])
        take_action(work, bundle.no, "submit")
    [no] = given.children(office.engine, bundle.no, "item").values()
    word = {"told": True, "promise": "按标准实施", "signed_by": "法定代表人", "designer": "示例设计院"}
    given.act(office, town.clerk, TUESDAY, no, "accept_on_commitment", word)
    officer, formal = town.officers["ZG"], moment("2026-03-30")
    said = {**GRANT, "department": "ZG", "check_by": "2026-04-01"}
    given.act(office, officer, TUESDAY, no, "grant_pre_licence", said)
    with given.at(office, town.applicant, formal) as work:
        given.attach(work, given.case_id(office.engine, bundle.no), "land_document")
    given.act(office, officer, formal, no, "grant_formal", GRANT)
    given.act(office, town.clerk, formal, no, "deliver", {"way": "post", "recipient": "经办人"})
    with given.at(office, town.supervisor, formal) as work:
        found = figures(work, Period()).all
    assert (found.missed, found.unexplained) == (0, 0)
