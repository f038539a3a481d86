"""What was granted lives on: it is used, renewed, renewed by silence, or lapses; nobody in the office is late by it."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import text

from tests import given
from tests.given import Town, moment
from workflow.case import Case
from workflow.clock.days import local_day
from workflow.commands.fire_rungs import sweep
from workflow.commands.take_action import take_action
from workflow.errors import Refused
from workflow.queries.case import case as case_view
from workflow.queries.ended import EndedFilters, ended
from workflow.queries.overdue import overdue, overdue_by_department
from workflow.queries.paging import Paging
from workflow.queries.proof import clock_proof
from workflow.queries.verify import verify
from workflow.queries.worklist import Filters, worklist
from workflow.store import cases
from workflow.work import Office

DAY = "2026-03-10"
DELIVERED = moment(DAY)
# Three months from 10 March: the end of 10 June, a Wednesday; recorded by the sweep in the first minutes of the 11th.
LAST_DAY = date(2026, 6, 10)
OVER = moment("2026-06-11", "00:05")
WHY = {"reason": "资金到位晚"}
DEED = {"way": "window", "recipient": "张三"}


@pytest.fixture
def town(office: Office) -> Town:
    """A town whose project has its land and its planning conditions."""
    town = given.town(office)
    with office.engine.begin() as conn:
        conn.execute(text("""UPDATE projects SET facts = '{"planning_conditions": true, "land_document": true}'"""))
    return town


@pytest.fixture
def permit(office: Office, town: Town) -> str:
    """A construction permit delivered on 10 March 2026: three months to begin, twice three months more."""
    return permits(office, town)["SG05"]


def permits(office: Office, town: Town) -> dict[str, str]:
    """A planning permit and a construction permit with what must precede them, all delivered on 10 March 2026."""
    numbers = dict(given.application(office, town, moment(DAY, "08:00"), ["GC01", "GC03", "SG05"]).cases)
    for no in numbers.values():
        given.act(office, town.clerk, moment(DAY, "09:00"), no, "accept")
    for code in ("GC01", "GC03", "SG05"):
        officer = town.officers[office.catalogue.items[code].department]
        given.act(office, officer, moment(DAY, "09:30"), numbers[code], "grant", {"opinion": "符合要求"})
        given.act(office, town.clerk, DELIVERED, numbers[code], "deliver", DEED)
    return numbers


def case_of(office: Office, no: str) -> Case:
    with office.engine.connect() as conn:
        reading = cases.read(conn, no=no)
    assert reading is not None
    return reading.case


def refused(office: Office, actor, day: str, no: str, action: str, inputs=None, at: str = "10:00") -> Refused:
    before = case_of(office, no)
    with pytest.raises(Refused) as caught:
        given.act(office, actor, moment(day, at), no, action, inputs)
    assert case_of(office, no) == before, "a refused action must write nothing"
    return caught.value


def swept(office: Office, now) -> None:
    given.time_is(office.engine, now)
    assert sweep(office).failed == 0
    assert verify(office).breaches == ()


def lines(office: Office, no: str, action: str) -> list:
    with office.engine.connect() as conn:
        return list(
            conn.execute(
                text("SELECT e.* FROM events e JOIN cases c ON c.id = e.case_id WHERE c.no = :no AND action = :action"),
                {"no": no, "action": action},
            )
        )


def test_delivery_starts_the_life_of_the_result(office: Office, permit: str) -> None:
    case = case_of(office, permit)
    assert (case.state, case.issued_at) == ("delivered", DELIVERED)
    assert [(clock.name, clock.due_on) for clock in case.running_clocks] == [("lifetime", LAST_DAY)]
    assert verify(office).breaches == ()


def test_a_result_without_a_life_has_no_clock_and_nothing_to_report_or_renew(office: Office, town: Town) -> None:
    no = permits(office, town)["GC01"]
    case = case_of(office, no)
    assert (case.state, case.running_clocks) == ("delivered", ())
    assert refused(office, town.applicant, "2026-03-11", no, "apply_renewal", WHY).code == "no_renewal"
    assert refused(office, town.applicant, "2026-03-11", no, "report_use", {"fact": "开工"}).code == "no_lifetime"


def test_what_is_not_used_in_time_lapses_as_of_its_last_day_and_permits_nothing_more(
    office: Office, town: Town, permit: str
) -> None:
    swept(office, OVER)
    case = case_of(office, permit)
    [line] = lines(office, permit, "lapse")
    assert (case.state, case.outcome, case.running_clocks) == ("lapsed", "lapsed", ())
    assert (local_day(line.effective_at), line.actor_role) == (LAST_DAY, "clock")
    assert line.recorded_at >= OVER
    with office.engine.connect() as conn:
        reading = cases.read(conn, no=permit, groups=frozenset({"permits"}))
        issued = conn.execute(text("SELECT kind FROM documents ORDER BY id DESC LIMIT 1")).scalar_one()
    assert reading is not None
    assert "SG05" not in reading.permits
    assert issued == "lapse_notice"


def test_a_result_that_ran_out_is_no_deadline_that_the_office_missed(office: Office, town: Town, permit: str) -> None:
    swept(office, OVER)
    with given.at(office, town.officers["QX"], moment("2026-06-12")) as work:
        [row] = ended(work, EndedFilters(outcome="lapsed"), Paging(50)).rows
        clocks = {clock.name: clock.words.zh for clock in case_view(work, permit).clocks}
    assert (row.no, row.late) == (permit, ())
    assert clocks["lifetime"] == "已届满"


def test_who_holds_the_result_is_reminded_before_it_dies_and_nobody_else(office: Office, permit: str) -> None:
    swept(office, moment("2026-06-03", "09:00"))
    with office.engine.connect() as conn:
        alerts = conn.execute(
            text("""
SELECT a.card, a.role FROM alerts a JOIN clocks k ON k.id = a.clock_id WHERE k.name = 'lifetime'
  AND a.case_id = (SELECT id FROM cases WHERE no = :no) ORDER BY a.id"""),
            {"no": permit},
        ).all()
    assert [card for card, _ in alerts] == ["notice"] * 4 + ["yellow"] * 2
    assert {role for _, role in alerts} == {"applicant", "specialist"}


def test_beginning_in_time_ends_the_life_that_ends(office: Office, town: Town, permit: str) -> None:
    given.act(office, town.applicant, moment("2026-06-10", "23:00"), permit, "report_use", {"fact": "已开工"})
    swept(office, moment("2026-12-31"))
    case = case_of(office, permit)
    assert (case.state, case.outcome, case.running_clocks) == ("in_use", "granted", ())
    lifetime = case.clock("lifetime")
    assert lifetime is not None
    assert lifetime.settled_at == moment("2026-06-10", "23:00")


def test_beginning_after_the_last_day_is_too_late_though_no_worker_has_recorded_it(
    office: Office, town: Town, permit: str
) -> None:
    late = refused(office, town.applicant, "2026-06-11", permit, "report_use", {"fact": "已开工"}, at="00:01")
    assert late.code == "clock_acts_first"
    assert "期满自行失效" in late.zh


def test_a_renewal_counts_from_the_end_of_the_old_life_however_early_it_is_decided(
    office: Office, town: Town, permit: str
) -> None:
    given.act(office, town.applicant, moment("2026-05-06"), permit, "apply_renewal", WHY)
    pending = case_of(office, permit)
    assert (pending.state, pending.ended_at, pending.assignee_id) == ("renewing", None, town.officers["QX"].id)
    assert [(clock.name, clock.due_on) for clock in pending.running_clocks] == [("renewal_decision", LAST_DAY)]
    given.act(office, town.officers["QX"], moment("2026-05-08"), permit, "renew", {"opinion": "同意"})
    case = case_of(office, permit)
    assert case.issued_at is not None
    assert (case.state, case.entered_at, local_day(case.issued_at)) == ("renewed", moment("2026-05-08"), LAST_DAY)
    assert [(clock.name, clock.due_on) for clock in case.running_clocks] == [("renewed_life", date(2026, 9, 10))]
    assert case.data["renewal_mode"] == "expressed"
    assert verify(office).breaches == ()


def test_a_life_that_has_not_begun_is_whole_and_can_be_proved(office: Office, town: Town, permit: str) -> None:
    given.act(office, town.applicant, moment("2026-05-06"), permit, "apply_renewal", WHY)
    given.act(office, town.officers["QX"], moment("2026-05-08"), permit, "renew", {"opinion": "同意"})
    with given.at(office, town.applicant, moment("2026-05-11")) as work:
        views = {clock.name: clock for clock in case_view(work, permit).clocks}
        proof = clock_proof(work, permit, "renewed_life")
    assert (views["renewed_life"].used, views["renewed_life"].total) == (0, 92)
    assert views["renewal_decision"].met is True
    assert proof.clock.due_on == date(2026, 9, 10)


def test_silence_on_a_renewal_renews_as_of_the_end_of_the_old_life(office: Office, town: Town, permit: str) -> None:
    given.act(office, town.applicant, moment("2026-06-08"), permit, "apply_renewal", WHY)
    swept(office, OVER)
    case = case_of(office, permit)
    [line] = lines(office, permit, "renew_by_silence")
    assert (case.state, case.outcome, case.data["renewal_mode"]) == ("renewed", "granted", "deemed")
    assert line.effective_at == case.issued_at == case.entered_at == moment("2026-06-10", "23:59:59")
    assert line.recorded_at >= OVER
    assert [(clock.name, clock.due_on) for clock in case.running_clocks] == [("renewed_life", date(2026, 9, 10))]


def test_a_renewal_is_refused_in_time_or_not_at_all(office: Office, town: Town, permit: str) -> None:
    given.act(office, town.applicant, moment("2026-06-08"), permit, "apply_renewal", WHY)
    said = {"reason": "不符合条件", "basis": "建筑法 9"}
    officer = town.officers["QX"]
    late = refused(office, officer, "2026-06-11", permit, "refuse_renewal", said, at="00:01")
    assert (late.code, "视为准予延续" in late.zh) == ("clock_acts_first", True)
    swept(office, OVER)
    assert refused(office, officer, "2026-06-11", permit, "refuse_renewal", said).code == "wrong_state"


def test_a_result_that_is_not_renewed_lives_to_its_old_end_and_lapses(office: Office, town: Town, permit: str) -> None:
    given.act(office, town.applicant, moment("2026-05-06"), permit, "apply_renewal", WHY)
    said = {"reason": "不符合条件", "basis": "建筑法 9"}
    given.act(office, town.officers["QX"], moment("2026-05-08"), permit, "refuse_renewal", said)
    case = case_of(office, permit)
    assert [(clock.name, clock.due_on) for clock in case.running_clocks] == [("remaining_life", LAST_DAY)]
    swept(office, moment("2026-06-10", "23:00"))
    assert case_of(office, permit).state == "not_renewed"
    swept(office, OVER)
    assert case_of(office, permit).state == "lapsed"


def test_a_permit_is_renewed_as_often_as_its_law_says_and_then_only_lapses(
    office: Office, town: Town, permit: str
) -> None:
    officer = town.officers["QX"]
    for asked, decided in (("2026-06-08", "2026-06-09"), ("2026-09-07", "2026-09-08")):
        given.act(office, town.applicant, moment(asked), permit, "apply_renewal", WHY)
        given.act(office, officer, moment(decided), permit, "renew", {"opinion": "同意"})
    case = case_of(office, permit)
    last = case.clock("renewed_life")
    assert last is not None
    assert (last.round, last.due_on) == (2, date(2026, 12, 10))
    used_up = refused(office, town.applicant, "2026-12-07", permit, "apply_renewal", WHY)
    assert (used_up.code, used_up.reasons[0].facts["maximum"]) == ("renewals_used_up", 2)
    swept(office, moment("2026-12-11", "00:05"))
    assert case_of(office, permit).state == "lapsed"


def test_a_renewal_is_asked_for_thirty_days_before_the_end_by_the_later_reading(office: Office, town: Town) -> None:
    no = permits(office, town)["GC03"]
    life = case_of(office, no).clock("lifetime")
    assert life is not None
    assert life.due_on == date(2027, 3, 10)
    # thirty working days before would have been in January
    late = refused(office, town.applicant, "2027-02-09", no, "apply_renewal", WHY)
    assert (late.code, late.reasons[0].facts["latest"]) == ("renewal_too_late", "2027-02-08")
    given.act(office, town.applicant, moment("2027-02-08"), no, "apply_renewal", WHY)
    assert case_of(office, no).state == "renewing"


def test_only_the_holder_asks_for_a_renewal_and_only_an_officer_decides_it(
    office: Office, town: Town, permit: str
) -> None:
    assert refused(office, town.officers["QX"], "2026-05-06", permit, "apply_renewal", WHY).code == "role_required"
    given.act(office, town.applicant, moment("2026-05-06"), permit, "apply_renewal", WHY)
    assert refused(office, town.applicant, "2026-05-07", permit, "renew", {"opinion": "同意"}).code == "role_required"


def test_a_life_that_has_ended_is_nobodys_overdue_work(office: Office, town: Town, permit: str) -> None:
    after = moment("2026-06-11", "00:01")  # past the end, and no sweep yet
    for actor in (town.officers["QX"], town.clerk, town.district_leader):
        with given.at(office, actor, after) as work:
            rows = worklist(work, Filters(), Paging(50)).rows
            assert permit not in {row.no for row in rows}
            assert overdue(work, Paging(50)).rows == ()
            assert overdue_by_department(work) == ()


def test_a_renewal_to_decide_stands_in_the_officers_list_with_the_end_of_the_life(
    office: Office, town: Town, permit: str
) -> None:
    given.act(office, town.applicant, moment("2026-05-06"), permit, "apply_renewal", WHY)
    with given.at(office, town.officers["QX"], moment("2026-05-07")) as work:
        rows = worklist(work, Filters(), Paging(50)).rows
    assert [(row.due_on, row.state) for row in rows if row.no == permit] == [(LAST_DAY, "renewing")]


def test_a_result_that_does_not_lapse_is_only_to_be_looked_at_anew(office: Office, town: Town) -> None:
    """环境影响评价法 24: five years from the approval (自批准之日起), not from its delivery a day later."""
    no = given.application(office, town, moment("2026-03-02"), ["SG11"]).cases["SG11"]
    given.act(office, town.clerk, moment("2026-03-03"), no, "accept")
    given.act(office, town.officers["HB"], moment("2026-03-04"), no, "grant", {"opinion": "符合要求"})
    given.act(office, town.clerk, moment("2026-03-05"), no, "deliver", DEED)
    case = case_of(office, no)
    assert [(clock.name, clock.due_on) for clock in case.running_clocks] == [("recheck", date(2031, 3, 4))]
    assert refused(office, town.applicant, "2026-03-06", no, "apply_renewal", WHY).code == "no_renewal"
    swept(office, moment("2031-03-07"))
    assert case_of(office, no).state == "delivered"


def test_a_life_may_count_from_the_decision(office: Office, town: Town) -> None:
    numbers = given.application(office, town, moment("2026-03-02"), ["SG11"]).cases
    no = numbers["SG11"]
    with office.engine.begin() as conn:
        conn.execute(
            text("""
UPDATE cases SET limits = limits || '{"lifetime": "3mo", "lifetime.from": "decided"}' WHERE item = 'SG11'""")
        )
    given.act(office, town.clerk, moment("2026-03-03"), no, "accept")
    given.act(office, town.officers["HB"], moment("2026-03-04"), no, "grant", {"opinion": "符合要求"})
    given.act(office, town.clerk, moment("2026-03-09"), no, "deliver", DEED)
    case = case_of(office, no)
    lifetime = case.clock("lifetime")
    assert lifetime is not None
    assert (case.issued_at, lifetime.due_on) == (moment("2026-03-04"), date(2026, 6, 4))
    assert verify(office).breaches == ()


def test_cases_of_the_first_version_of_the_flow_end_as_before(office: Office, town: Town) -> None:
    first = {key: flow for key, flow in office.flows.items() if key[0] != "item" or key[1] == 1}
    before = replace(office, flows=first)
    no = given.application(before, town, moment("2026-03-02"), ["SG11"]).cases["SG11"]
    given.act(office, town.clerk, moment("2026-03-03"), no, "accept")
    given.act(office, town.officers["HB"], moment("2026-03-04"), no, "grant", {"opinion": "符合要求"})
    given.act(office, town.clerk, moment("2026-03-05"), no, "deliver", DEED)
    case = case_of(office, no)
    assert (case.flow_version, case.issued_at, case.running_clocks) == (1, None, ())
    with given.at(office, town.applicant, moment("2026-03-06")) as work, pytest.raises(Refused) as unknown:
        take_action(work, no, "apply_renewal", WHY)
    assert unknown.value.code == "unknown_action"
    assert verify(office).breaches == ()
