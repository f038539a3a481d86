"""The matter (一事全办): papers that follow, commitments, simulated reviews, returns, hearings, ends of a result."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from tests import given
from tests.given import Town, moment
from workflow.case import Case
from workflow.commands.attach_material import attach_material
from workflow.commands.fire_rungs import sweep
from workflow.commands.open_bundle import open_bundle
from workflow.commands.take_action import take_action
from workflow.errors import NotMet, Refused
from workflow.queries.verify import verify
from workflow.recast_flow import incompatible, movable_states
from workflow.store import cases
from workflow.work import Office

MONDAY = moment("2026-03-02")
TUESDAY = moment("2026-03-03")
WEDNESDAY = moment("2026-03-04")
PROMISE = {"form": "电子件", "signed_by": "经办人", "gaps_until": "2026-03-11"}
COMMITMENT = {"told": True, "promise": "按标准编制方案并实施", "signed_by": "法定代表人"}
CHECK = {"department": "CG", "check_by": "2026-04-10"}
FOUND = {"check_no": "HC-2026-001", "checked_on": "2026-03-20", "basis": "水土保持法", "content": "现场核查"}
TOLD = {"hearing_told": "2026-03-04", "reason": "直接涉及他人重大利益"}
CALLED = {"place": "三楼会议室", "host": "法制科长", "reason": "相邻业主要求听证"}
DEED = {"way": "post", "recipient": "经办人"}
WHY = {"reason": "方案调整"}


@pytest.fixture
def town(office: Office) -> Town:
    return given.town(office)


def case_of(office: Office, no: str) -> Case:
    with office.engine.connect() as conn:
        reading = cases.read(conn, no=no)
    assert reading is not None
    return reading.case


def due(office: Office, no: str) -> dict[str, date | None]:
    return {clock.name: clock.due_on for clock in case_of(office, no).running_clocks}


def documents(office: Office, no: str) -> list[str]:
    with office.engine.connect() as conn:
        found = conn.execute(
            text("SELECT d.kind FROM documents d JOIN cases c ON c.id = d.case_id WHERE c.no = :no ORDER BY d.id"),
            {"no": no},
        )
        return list(found.scalars())


def refusal(office: Office, actor: Any, now: Any, no: str, action: str, said: Mapping[str, Any] | None = None) -> str:
    with pytest.raises(Refused) as refused:
        given.act(office, actor, now, no, action, said)
    return refused.value.code


def accepted(office: Office, town: Town, item: str, variant: str | None = None) -> str:
    """A case of ``item`` received on Monday 2 March 2026 and accepted on the day after."""
    no = received(office, town, item, variant)
    given.act(office, town.clerk, TUESDAY, no, "accept")
    return no


def received(office: Office, town: Town, item: str, variant: str | None = None) -> str:
    with given.at(office, town.applicant, MONDAY) as work:
        bundle = open_bundle(work, town.project.code, [item], {}, {item: variant} if variant else {})
        given.attach_required(work, bundle.id, [item])
        take_action(work, bundle.no, "submit")
    return given.children(office.engine, bundle.no, "item")[office.catalogue.items[item].department]


def without(office: Office, code: str) -> None:
    with office.engine.begin() as conn:
        conn.execute(text("DELETE FROM materials WHERE code = :code"), {"code": code})


def test_cases_of_the_second_version_may_be_moved_to_the_third(office: Office) -> None:
    for name, version in (("item", 2), ("bundle", 1)):
        old, new = office.flows[name, version], office.flow(name)
        assert new.version == version + 1
        assert incompatible(old, new, movable_states(old, at_rest=True)) == ()


class TestPapersThatFollow:
    def test_a_promise_runs_through_the_review_and_stops_no_clock(self, office: Office, town: Town) -> None:
        no = received(office, town, "SG08")
        without(office, "transport_contract")
        assert refusal(office, town.clerk, TUESDAY, no, "accept") == "promise_needed"
        given.act(office, town.clerk, TUESDAY, no, "accept_with_gaps", PROMISE)
        assert due(office, no) == {
            "statutory": date(2026, 3, 31),
            "promised": date(2026, 3, 6),
            "gaps": date(2026, 3, 11),
        }
        assert documents(office, no)[-2:] == ["acceptance_notice", "gaps_promise"]

    def test_the_licence_is_withheld_until_the_papers_have_come(self, office: Office, town: Town) -> None:
        no = received(office, town, "SG08")
        without(office, "transport_contract")
        given.act(office, town.clerk, TUESDAY, no, "accept_with_gaps", PROMISE)
        officer = town.officers["CG"]
        assert refusal(office, officer, WEDNESDAY, no, "grant", {"opinion": "同意"}) == "gaps_open"
        given.act(office, officer, WEDNESDAY, no, "grant_with_gaps", {"opinion": "同意"})
        assert refusal(office, town.clerk, WEDNESDAY, no, "deliver", DEED) == "gaps_open"
        with given.at(office, town.applicant, WEDNESDAY) as work:
            given.attach(work, given.case_id(office.engine, no), "transport_contract")
        given.act(office, town.applicant, WEDNESDAY, no, "fill_gaps")
        assert "gaps" not in due(office, no)
        given.act(office, town.clerk, WEDNESDAY, no, "deliver", DEED)
        assert verify(office).breaches == ()

    def test_the_clock_of_the_promise_stops_by_itself_when_the_last_paper_comes(
        self, office: Office, town: Town
    ) -> None:
        no = received(office, town, "SG08")
        without(office, "transport_contract")
        given.act(office, town.clerk, TUESDAY, no, "accept_with_gaps", PROMISE)
        with given.at(office, town.applicant, WEDNESDAY) as work:
            attach_material(work, no, "transport_contract", "合同.pdf", b"%PDF-1.7 example\n%%EOF\n")
        given.looked_around(office, WEDNESDAY)
        given.looked_around(office, WEDNESDAY)
        assert "gaps" not in due(office, no)
        with office.engine.connect() as conn:
            told = conn.execute(text("SELECT count(*) FROM events WHERE action = 'fill_gaps'")).scalar_one()
        assert told == 1
        assert verify(office).breaches == ()

    def test_a_main_paper_is_never_promised(self, office: Office, town: Town) -> None:
        no = received(office, town, "SG08")
        without(office, "transport_contract")
        without(office, "application_form")
        assert refusal(office, town.clerk, TUESDAY, no, "accept_with_gaps", PROMISE) == "materials_missing"

    def test_what_is_complete_needs_no_promise(self, office: Office, town: Town) -> None:
        no = received(office, town, "SG08")
        assert refusal(office, town.clerk, TUESDAY, no, "accept_with_gaps", PROMISE) == "no_gap"

    def test_a_broken_promise_bars_the_grant_and_warns_upward(self, office: Office, town: Town) -> None:
        no = received(office, town, "SG08")
        without(office, "transport_contract")
        given.act(office, town.clerk, TUESDAY, no, "accept_with_gaps", PROMISE)
        late = moment("2026-03-12")
        said = {"opinion": "同意", "late_reason": "等候材料"}
        assert refusal(office, town.officers["CG"], late, no, "grant_with_gaps", said) == "promise_broken"
        refused = {"reason": "未补齐", "basis": "行政许可法 38", "late_reason": "等候申请人补齐材料"}
        given.act(office, town.officers["CG"], late, no, "refuse", refused)
        assert "lateness_statement" in documents(office, no)


class TestCommitments:
    def test_a_commitment_is_decided_at_once_and_checked_afterwards(self, office: Office, town: Town) -> None:
        no = received(office, town, "SG12", "commitment")
        given.act(office, town.clerk, TUESDAY, no, "accept_on_commitment", COMMITMENT)
        given.act(office, town.officers["QX"], TUESDAY, no, "grant_on_commitment", {"opinion": "同意", **CHECK})
        [check] = given.children(office.engine, no, "supervision").values()
        assert case_of(office, check).department == "CG"
        assert case_of(office, check).data["promise"] == COMMITMENT["promise"]
        assert due(office, check) == {"check": date(2026, 4, 10)}
        assert "commitment" in documents(office, no)

    def test_only_the_form_by_commitment_is_granted_so(self, office: Office, town: Town) -> None:
        no = received(office, town, "SG12")
        assert refusal(office, town.clerk, TUESDAY, no, "accept_on_commitment", COMMITMENT) == "no_commitment"

    def test_a_commitment_without_its_notice_is_refused(self, office: Office, town: Town) -> None:
        no = received(office, town, "SG12", "commitment")
        untold = {**COMMITMENT, "told": False}
        assert refusal(office, town.clerk, TUESDAY, no, "accept_on_commitment", untold) == "notice_not_given"

    @pytest.mark.parametrize("day", ["2026-03-03", "2026-05-07"])
    def test_a_check_beyond_its_time_is_refused(self, office: Office, town: Town, day: str) -> None:
        no = received(office, town, "SG12", "commitment")
        given.act(office, town.clerk, TUESDAY, no, "accept_on_commitment", COMMITMENT)
        said = {"opinion": "同意", **CHECK, "check_by": day}
        assert refusal(office, town.officers["QX"], TUESDAY, no, "grant_on_commitment", said) == "check_outside_bounds"

    def test_what_was_not_kept_is_revoked_on_that_ground_and_not_before(self, office: Office, town: Town) -> None:
        no = received(office, town, "SG12", "commitment")
        given.act(office, town.clerk, TUESDAY, no, "accept_on_commitment", COMMITMENT)
        given.act(office, town.officers["QX"], TUESDAY, no, "grant_on_commitment", {"opinion": "同意", **CHECK})
        [check] = given.children(office.engine, no, "supervision").values()
        ground = {"ground": "commitment_untrue", "reason": "核查不符"}
        later = moment("2026-03-20")
        assert refusal(office, town.directors["QX"], later, no, "revoke", ground) == "ground_unproved"
        given.act(office, town.officers["CG"], later, check, "check_not_kept", {**FOUND, "until": "2026-03-27"})
        assert due(office, check) == {"rectification": date(2026, 3, 27)}
        after = moment("2026-03-30")
        given.act(office, town.officers["CG"], after, check, "advise_revocation", {**FOUND, "checked_on": "2026-03-30"})
        given.act(office, town.directors["QX"], after, no, "revoke", ground)
        assert case_of(office, no).outcome == "revoked"
        assert documents(office, no)[-1] == "revocation_decision"
        assert verify(office).breaches == ()

    def test_a_check_ends_with_the_licence(self, office: Office, town: Town) -> None:
        no = received(office, town, "SG12", "commitment")
        given.act(office, town.clerk, TUESDAY, no, "accept_on_commitment", COMMITMENT)
        given.act(office, town.officers["QX"], TUESDAY, no, "grant_on_commitment", {"opinion": "同意", **CHECK})
        [check] = given.children(office.engine, no, "supervision").values()
        given.act(office, town.clerk, WEDNESDAY, no, "deliver", DEED)
        given.looked_around(office, WEDNESDAY)
        assert case_of(office, check).state == "planned"
        said = {"ground": "law_changed", "reason": "规划调整", "compensation": "依法补偿"}
        given.act(office, town.directors["QX"], WEDNESDAY, no, "recall", said)
        given.looked_around(office, WEDNESDAY)
        assert (case_of(office, no).outcome, case_of(office, check).state) == ("recalled", "void")

    def test_a_pre_licence_dies_by_itself_after_two_months_and_was_never_a_grant(
        self, office: Office, town: Town
    ) -> None:
        no = received(office, town, "GC03")
        assert refusal(office, town.clerk, TUESDAY, no, "accept_on_commitment", COMMITMENT) == "designer_must_sign"
        given.act(office, town.clerk, TUESDAY, no, "accept_on_commitment", {**COMMITMENT, "designer": "示例设计院"})
        said = {"opinion": "同意", "department": "ZG", "check_by": "2026-04-01"}
        officer = town.officers["ZG"]
        assert refusal(office, officer, TUESDAY, no, "grant_on_commitment", said) in (
            "other_result",
            "conditions_unmet",
        )
        given.act(office, officer, TUESDAY, no, "grant_pre_licence", said)
        case = case_of(office, no)
        assert (case.outcome, case.decided_at, due(office, no)) == (
            "pre_licensed",
            None,
            {"pre_life": date(2026, 5, 6)},
        )
        given.time_is(office.engine, moment("2026-05-07", "00:10"))
        sweep(office)
        assert (case_of(office, no).state, case_of(office, no).outcome) == ("pre_lapsed", "lapsed")


class TestSimulation:
    def simulated(self, office: Office, town: Town) -> tuple[str, dict[str, str]]:
        no = given.draft(office, town, MONDAY, ["GC03", "SG01"])
        given.act(office, town.applicant, MONDAY, no, "submit_simulated")
        return no, items_of(office, no)

    def test_a_simulated_review_starts_none_of_the_clocks_of_the_law(self, office: Office, town: Town) -> None:
        no, items = self.simulated(office, town)
        assert case_of(office, no).state == "simulating"
        for item in items.values():
            assert due(office, item) == {"simulation": date(2026, 3, 9)}
            assert case_of(office, item).received_at is None
        assert case_of(office, no).data["sheets"]["saved"] >= 1
        assert case_of(office, no).data["stages"] == [2, 3]

    def test_land_converts_everything_in_one_step(self, office: Office, town: Town) -> None:
        no, items = self.simulated(office, town)
        opinion = {"simulation_opinion": "符合"}
        given.act(office, town.officers["ZG"], WEDNESDAY, items["GC03"], "pass_simulation", opinion)
        given.act(office, town.officers["JT"], WEDNESDAY, items["SG01"], "pass_simulation", opinion)
        given.looked_around(office, WEDNESDAY)
        assert case_of(office, no).state == "simulated"
        land, day = {"land_paper": "鲁（2026）示例号"}, moment("2026-04-01")
        assert refusal(office, town.clerk, day, no, "land_obtained", land) == "no_land"
        with given.at(office, town.applicant, day) as work:
            given.attach(work, given.case_id(office.engine, no), "land_document")
        given.act(office, town.clerk, day, no, "land_obtained", land)
        for item in items.values():
            case = case_of(office, item)
            assert (case.state, case.received_at, case.accepted_at) == ("in_review", day, day)
        assert due(office, items["GC03"])["statutory"] == office.base_calendar.add_working_days(date(2026, 4, 1), 20)
        given.looked_around(office, day)
        assert case_of(office, no).state == "in_review"
        assert verify(office).breaches == ()

    def test_what_was_not_passed_yet_comes_to_the_window(self, office: Office, town: Town) -> None:
        no, items = self.simulated(office, town)
        given.act(
            office, town.officers["ZG"], WEDNESDAY, items["GC03"], "pass_simulation", {"simulation_opinion": "符合"}
        )
        with given.at(office, town.applicant, WEDNESDAY) as work:
            given.attach(work, given.case_id(office.engine, no), "land_document")
        given.act(office, town.clerk, WEDNESDAY, no, "land_obtained", {"land_paper": "示例号"})
        assert case_of(office, items["GC03"]).state == "in_review"
        assert case_of(office, items["SG01"]).state == "received"

    def test_neither_the_land_itself_nor_what_stands_is_simulated(self, office: Office, town: Town) -> None:
        no = given.draft(office, town, MONDAY, ["LX06", "GC03"])
        assert refusal(office, town.applicant, MONDAY, no, "submit_simulated") == "not_simulated"

    def test_with_land_there_is_nothing_to_simulate(self, office: Office, town: Town) -> None:
        no = given.draft(office, town, MONDAY, ["GC03"])
        with given.at(office, town.applicant, MONDAY) as work:
            given.attach(work, given.case_id(office.engine, no), "land_document")
        assert refusal(office, town.applicant, MONDAY, no, "submit_simulated") == "land_obtained"


def items_of(office: Office, bundle: str) -> dict[str, str]:
    with office.engine.connect() as conn:
        rows = conn.execute(
            text("SELECT k.item, k.no FROM cases k JOIN cases b ON b.id = k.parent_id WHERE b.no = :no"), {"no": bundle}
        ).all()
    return {row.item: row.no for row in rows}


class TestParallelBranches:
    def test_a_return_neither_stops_nor_restarts_a_clock_of_the_law(self, office: Office, town: Town) -> None:
        no = accepted(office, town, "GC05")
        before = due(office, no)
        said = {"cause": "wrong_department", "reason": "属城管职责"}
        given.act(office, town.officers[case_of(office, no).department], WEDNESDAY, no, "return_to_window", said)
        assert due(office, no) == {**before, "returned": date(2026, 3, 5)}
        given.act(office, town.clerk, WEDNESDAY, no, "send_again", {"answer": "职责核实无误"})
        clocks = case_of(office, no).running_clocks
        assert {clock.name: (clock.due_on, clock.round) for clock in clocks} == {
            name: (day, 1) for name, day in before.items()
        }

    def test_a_hand_over_takes_the_clocks_along_to_the_other_office(self, office: Office, town: Town) -> None:
        no = accepted(office, town, "LX10")
        before = due(office, no)
        here = {"department": "QX", "reason": "误派"}
        assert refusal(office, town.directors["QX"], WEDNESDAY, no, "hand_over", here) == "same_department"
        given.act(office, town.directors["QX"], WEDNESDAY, no, "hand_over", {**here, "department": "CG"})
        case = case_of(office, no)
        assert (case.department, case.assignee_id) == ("CG", town.officers["CG"].id)
        assert due(office, no) == before
        given.act(office, town.officers["CG"], WEDNESDAY, no, "grant", {"opinion": "同意"})
        assert verify(office).breaches == ()

    def test_the_whole_application_is_taken_back_with_what_is_not_decided(self, office: Office, town: Town) -> None:
        app = given.application(office, town, MONDAY)
        first, *others = app.cases.values()
        given.act(office, town.clerk, TUESDAY, first, "accept")
        officer = town.officers[case_of(office, first).department]
        given.act(office, officer, WEDNESDAY, first, "refuse", {"reason": "不符", "basis": "38"})
        given.act(office, town.applicant, WEDNESDAY, app.no, "withdraw_all", WHY)
        given.looked_around(office, WEDNESDAY)
        assert case_of(office, first).state == "refused"
        assert {case_of(office, no).state for no in others} == {"withdrawn"}
        given.looked_around(office, WEDNESDAY)
        assert verify(office).breaches == ()

    def test_an_application_all_of_whose_items_are_withdrawn_is_withdrawn(self, office: Office, town: Town) -> None:
        app = given.application(office, town, MONDAY)
        for no in app.cases.values():
            given.act(office, town.applicant, TUESDAY, no, "withdraw")
        given.looked_around(office, TUESDAY)
        assert case_of(office, app.no).state == "withdrawn"


class TestHearing:
    def test_a_right_that_was_told_bars_the_decision_for_five_days(self, office: Office, town: Town) -> None:
        no = accepted(office, town, "LX10")
        officer = town.officers["QX"]
        given.act(office, officer, WEDNESDAY, no, "tell_hearing_right", TOLD)
        assert due(office, no)["hearing_request"] == date(2026, 3, 11)
        refuse = {"opinion": "同意"}
        assert refusal(office, officer, moment("2026-03-05"), no, "grant", refuse) == "hearing_may_be_asked"
        late = {"opinion": "同意", "late_reason": "听证期限"}
        given.act(office, officer, moment("2026-03-12"), no, "grant", late)

    def test_a_hearing_has_its_notice_its_host_and_stops_the_clocks(self, office: Office, town: Town) -> None:
        no = accepted(office, town, "LX10")
        officer, director = town.officers["QX"], town.directors["QX"]
        given.act(office, officer, WEDNESDAY, no, "tell_hearing_right", TOLD)
        asked = {"asked_by": "相邻业主", "hearing_asked": "2026-03-05"}
        assert refusal(office, town.applicant, moment("2026-03-12"), no, "ask_hearing", asked) == "hearing_asked_late"
        thursday = moment("2026-03-05")
        given.act(office, town.applicant, thursday, no, "ask_hearing", asked)
        assert due(office, no)["hearing_held"] == date(2026, 4, 2)
        called = {**CALLED, "hearing_at": "2026-03-16T09:30", "host_account": director.id}
        early = {**called, "hearing_at": "2026-03-13T09:30"}
        assert refusal(office, officer, thursday, no, "hold_hearing", early) == "hearing_too_early"
        examiner = {**called, "host_account": officer.id}
        assert refusal(office, officer, thursday, no, "hold_hearing", examiner) == "host_is_the_examiner"
        given.act(office, officer, thursday, no, "hold_hearing", called)
        assert (due(office, no)["statutory"], due(office, no)["promised"]) == (None, None)
        assert refusal(office, officer, thursday, no, "end_special", {"result": "完"}) == "hearing_open"
        held = moment("2026-03-16")
        given.act(office, officer, held, no, "close_hearing", {"hearing_minutes": "各方意见已记录"})
        assert "hearing_held" not in due(office, no)
        given.act(office, officer, held, no, "grant", {"opinion": "同意"})
        assert {"hearing_right_notice", "hearing_notice"} <= set(documents(office, no))
        assert verify(office).breaches == ()

    def test_one_officer_alone_makes_no_visit_to_the_site(self, office: Office, town: Town) -> None:
        no = accepted(office, town, "LX10")
        officer, other = town.officers["QX"], town.directors["QX"]
        said = {"checked_on": "2026-03-04", "first_officer": officer.id, "findings": "一致"}
        alone, strange = {**said, "second_officer": officer.id}, {**said, "second_officer": town.applicant.id}
        assert refusal(office, officer, WEDNESDAY, no, "check_on_site", alone) == "one_officer_only"
        assert refusal(office, officer, WEDNESDAY, no, "check_on_site", strange) == "officer_elsewhere"
        given.act(office, officer, WEDNESDAY, no, "check_on_site", {**said, "second_officer": other.id})
        assert len(case_of(office, no).data["site_checks"]) == 1


class TestResults:
    def delivered(self, office: Office, town: Town, item: str) -> str:
        no = accepted(office, town, item)
        officer = town.officers[office.catalogue.items[item].department]
        given.act(office, officer, TUESDAY, no, "grant", {"opinion": "同意"})
        given.act(office, town.clerk, TUESDAY, no, "deliver", DEED)
        return no

    def test_a_change_is_reviewed_beside_the_result(self, office: Office, town: Town) -> None:
        no = self.delivered(office, town, "SG11")
        given.act(office, town.applicant, WEDNESDAY, no, "ask_change", {"change": "建设规模调整", "reason": "优化"})
        [change] = given.children(office.engine, no, "change").values()
        assert due(office, change) == {"statutory": date(2026, 4, 1)}
        given.act(office, town.officers["HB"], WEDNESDAY, change, "approve", {"opinion": "同意"})
        assert (case_of(office, no).state, case_of(office, change).outcome) == ("delivered", "changed")
        assert documents(office, change) == ["change_decision"]

    def test_the_use_of_a_result_is_an_event_of_the_project(self, office: Office, town: Town) -> None:
        no = self.delivered(office, town, "SG11")
        given.act(office, town.applicant, WEDNESDAY, no, "report_use", {"fact": "已开工"})
        with office.engine.connect() as conn:
            [row] = conn.execute(text("SELECT event, on_day FROM project_events")).all()
        assert (row.event, row.on_day) == ("works_start", date(2026, 3, 4))

    def test_what_must_precede_the_works_is_named_or_their_start_explained(self, office: Office, town: Town) -> None:
        with office.engine.begin() as conn:
            conn.execute(text("UPDATE projects SET facts = '{\"soil_plan_due\": true}'"))
        no = self.delivered(office, town, "SG11")
        began = {"fact": "已开工"}
        with pytest.raises(NotMet) as refused:
            given.act(office, town.applicant, WEDNESDAY, no, "report_use", began)
        [reason] = refused.value.reasons
        assert (reason.code, reason.facts["unmet"]) == ("must_precede_event", ["SG12"])
        given.act(office, town.applicant, WEDNESDAY, no, "report_use", {**began, "despite": "应急抢险"})

    @pytest.mark.parametrize(
        ("action", "ground", "outcome"),
        [("revoke", "deceit", "revoked"), ("recall", "law_changed", "recalled"), ("cancel", "expired", "cancelled")],
    )
    def test_a_result_ends_on_a_ground_of_the_law_and_no_other(
        self, office: Office, town: Town, action: str, ground: str, outcome: str
    ) -> None:
        no = self.delivered(office, town, "SG11")
        said = {"ground": ground, "reason": "查实", **({"compensation": "依法补偿"} if action == "recall" else {})}
        director = town.directors["HB"]
        assert refusal(office, director, WEDNESDAY, no, action, {**said, "ground": "其他"}) == "bad_input"
        given.act(office, director, WEDNESDAY, no, action, said)
        assert case_of(office, no).outcome == outcome

    def test_a_decision_in_time_publishes_no_lateness(self, office: Office, town: Town) -> None:
        no = accepted(office, town, "LX10")
        said = {"opinion": "同意", "late_reason": "没有超期"}
        given.act(office, town.officers["QX"], TUESDAY, no, "grant", said)
        assert "lateness_statement" not in documents(office, no)
