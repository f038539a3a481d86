"""1+N consultation: one lead, N departments, one question, one day; what is split climbs, and silence is no consent."""

from collections.abc import Mapping
from datetime import date, datetime

import pytest
from sqlalchemy import Engine, text

from tests import given, hall
from tests.hall import Hall
from workflow.commands.fire_rungs import sweep
from workflow.commands.look_at import look_at
from workflow.errors import BadInput, Conflict, NotAllowed, NotFound, NotMet, Refused
from workflow.queries.case import case as read_case
from workflow.queries.case import documents
from workflow.queries.history import history
from workflow.queries.paging import Paging
from workflow.work import Office

MONDAY = given.moment("2026-03-02")
TUESDAY, WEDNESDAY, THURSDAY = (given.moment(f"2026-03-0{day}") for day in (3, 4, 5))
ASKED = {
    "question": "总部基地设计方案是否满足各专业要求",
    "department": "QX",
    "departments": ["ZG", "ZJ", "HB"],
    "answer_by": "2026-03-05",
}
CONDITION = {"what": "北侧登高场地不小于15米", "department": "ZJ", "due_on": "2026-03-20"}
MEETING = {"held_at": "2026-03-06T09:30", "place": "一楼会议室", "reason": "两部门意见不一致"}
MINUTES = {
    "attendees": [{"name": "规划经办人", "department": "ZG"}, {"name": "住建经办人", "department": "ZJ"}],
    "minutes": "各部门陈述意见后议定",
}


@pytest.fixture
def here(office: Office) -> Hall:
    return hall.open_hall(office)


def test_every_department_is_asked_the_same_by_the_same_day_and_told_what_silence_means(here: Hall) -> None:
    no = _begun(here)
    asked = _opinions(here, no)
    assert sorted(asked) == ["HB", "ZG", "ZJ"]
    for department, opinion in asked.items():
        case = hall.case(here, opinion)
        assert case.data["question"] == ASKED["question"]
        assert case.data["silence"] == "no_opinion"
        assert case.assignee_id == here.town.officers[department].id
        assert hall.clock(here, opinion, "answer").due_on == date(2026, 3, 5)
        assert case.clock("joined") is None
    [letter] = _documents(here.office.engine, asked["ZG"])
    assert (letter["kind"], letter["facts"]["words"]["said.answer_by"]) == ("consultation_letter", "2026年3月5日")
    assert "不因此视为同意许可" in letter["facts"]["words"]["said.silence"]
    names = {code: one.title.zh for code, one in here.office.catalogue.departments.items()}
    assert [letter["facts"]["words"][fact] for fact in ("said.lead", "said.department")] == [names["QX"], names["ZG"]]
    hall.expect_sound(here)


def test_when_all_agree_the_lead_concludes_and_the_minutes_are_issued(here: Hall) -> None:
    no = _begun(here)
    with pytest.raises(Conflict, match="All opinions in"):
        _act(here, "QX", TUESDAY, no, "conclude", {"result": "agreed", "conclusion": "可行"})
    for department, opinion in _opinions(here, no).items():
        assert hall.case(here, no).state == "asking"
        _act(here, department, TUESDAY, opinion, "agree", {"opinion": "无异议"})
        given.looked_around(here.office, TUESDAY)
    case = hall.case(here, no)
    assert case.state == "answered"
    assert [(row["department"], row["stance"]) for row in case.data["opinions"]] == [
        ("ZG", "agreed"),
        ("ZJ", "agreed"),
        ("HB", "agreed"),
    ]
    assert hall.clock(here, no, "conclusion").due_on == date(2026, 3, 5)
    with pytest.raises(NotMet) as refused:
        _act(here, "QX", TUESDAY, no, "conclude", {"result": "not_agreed", "conclusion": "不行"})
    assert (refused.value.code, refused.value.reasons[0].facts["accepted"]) == ("conclusion_contradicts", ["agreed"])
    _act(here, "QX", TUESDAY, no, "conclude", {"result": "agreed", "conclusion": "可行"})
    assert hall.case(here, no).outcome == "concluded"
    [minutes] = _documents(here.office.engine, no)
    assert minutes["kind"] == "consultation_minutes"
    assert len(minutes["facts"]["words"]["kept.opinions"]["rows"]) == 3
    hall.expect_sound(here)


def test_silence_is_recorded_as_no_opinion_by_the_clock_once_and_is_no_agreement(here: Hall) -> None:
    no = _begun(here)
    asked = _opinions(here, no)
    # The day of answer is Thursday the 5th; it is over at midnight.
    _swept(here, given.moment("2026-03-06", "00:04"))
    assert hall.case(here, asked["ZG"]).state == "asked"
    with pytest.raises(Conflict) as refused:
        _act(here, "ZG", given.moment("2026-03-06", "00:04"), asked["ZG"], "agree", {"opinion": "晚了"})
    assert refused.value.code == "clock_acts_first"
    _swept(here, given.moment("2026-03-06", "01:00"))
    _swept(here, given.moment("2026-03-06", "01:01"))
    assert {hall.case(here, opinion).outcome for opinion in asked.values()} == {"no_opinion"}
    given.looked_around(here.office, given.moment("2026-03-06", "09:00"))
    friday = given.moment("2026-03-06")
    with pytest.raises(NotMet) as contradicted:
        _act(here, "QX", friday, no, "conclude", {"result": "agreed", "conclusion": "都没说不"})
    assert contradicted.value.reasons[0].facts["accepted"] == ["no_opinion"]
    _act(here, "QX", friday, no, "conclude", {"result": "no_opinion", "conclusion": "各部门均无意见"})
    assert _count(here.office.engine, "SELECT count(*) FROM events WHERE action = 'fall_silent'") == 3
    hall.expect_sound(here)


def test_the_cards_of_an_opinion_fall_once_each_on_their_day(here: Hall) -> None:
    no = _begun(here)
    opinion = _opinions(here, no)["ZG"]
    for at in ("2026-03-04T09:00", "2026-03-04T09:05", "2026-03-06T00:05", "2026-03-09T10:00"):
        _swept(here, given.moment(*at.split("T")))
    with here.office.engine.connect() as conn:
        fired = conn.execute(
            text("""
SELECT f.rung, f.moment_at FROM firings f JOIN cases c ON c.id = f.case_id
WHERE c.no = :no ORDER BY f.rung"""),
            {"no": opinion},
        ).all()
    # One working day before Thursday at nine; when Thursday is over; and an hour into Friday it is recorded.
    assert [(row.rung, row.moment_at) for row in fired] == [
        (0, given.moment("2026-03-04", "09:00")),
        (1, given.moment("2026-03-06", "00:05")),
        (2, given.moment("2026-03-06", "01:00")),
    ]
    cards = "SELECT count(*) FROM alerts WHERE case_id = (SELECT id FROM cases WHERE no = :no) AND card = 'red'"
    with here.office.engine.connect() as conn:
        assert conn.execute(text(cards), {"no": opinion}).scalar_one() == 4


def test_a_condition_becomes_a_task_with_owner_and_date_that_outlives_the_opinion(here: Hall) -> None:
    no = _begun(here)
    asked = _opinions(here, no)
    _act(here, "ZG", TUESDAY, asked["ZG"], "agree_with_conditions", {"opinion": "可行", "conditions": [CONDITION]})
    task = given.children(here.office.engine, asked["ZG"], "task")["ZJ"]
    case = hall.case(here, task)
    assert (case.department, case.assignee_id) == ("ZJ", here.town.officers["ZJ"].id)
    assert hall.clock(here, task, "due").due_on == date(2026, 3, 20)
    for department in ("ZJ", "HB"):
        _act(here, department, TUESDAY, asked[department], "agree", {"opinion": "同意"})
    given.looked_around(here.office, TUESDAY)
    with pytest.raises(NotMet, match="with_conditions"):
        _act(here, "QX", TUESDAY, no, "conclude", {"result": "agreed", "conclusion": "可行"})
    _act(here, "QX", TUESDAY, no, "conclude", {"result": "with_conditions", "conclusion": "可行，条件另行落实"})
    given.looked_around(here.office, TUESDAY)
    assert hall.case(here, task).state == "open"
    _act(here, "ZJ", THURSDAY, task, "report", {"result": "已调整总图"})
    given.act(here.office, here.town.specialist, THURSDAY, task, "verify")
    assert hall.case(here, task).outcome == "done"
    hall.expect_sound(here)


def test_a_late_joiner_has_a_whole_time_of_its_own_and_the_others_keep_theirs(here: Hall) -> None:
    no = _begun(here)
    given.act(here.office, here.town.specialist, WEDNESDAY, no, "add_departments", {"departments_added": ["CG"]})
    asked = _opinions(here, no)
    # Three working days from Wednesday the 4th: Monday the 9th.
    assert hall.clock(here, asked["CG"], "joined").due_on == date(2026, 3, 9)
    assert hall.case(here, asked["CG"]).clock("answer") is None
    assert hall.clock(here, asked["ZG"], "answer").due_on == date(2026, 3, 5)
    assert hall.clock(here, no, "answering").due_on == date(2026, 3, 9)
    assert hall.case(here, no).data["departments"] == ["ZG", "ZJ", "HB", "CG"]
    [letter] = _documents(here.office.engine, asked["CG"])
    assert "2026年3月9日" in letter["facts"]["words"]["next_steps"]
    hall.expect_sound(here)


def test_whoever_joins_after_all_have_answered_opens_the_question_again(here: Hall) -> None:
    no = _answered(here, {"ZG": "agree", "ZJ": "agree", "HB": "agree"})
    _act(here, "QX", THURSDAY, no, "add_departments", {"departments_added": ["CG"]})
    assert hall.case(here, no).state == "asking"
    # Three working days from Thursday the 5th: Tuesday the 10th.
    assert hall.clock(here, no, "answering").due_on == date(2026, 3, 10)
    _act(here, "CG", THURSDAY, _opinions(here, no)["CG"], "agree", {"opinion": "同意"})
    given.looked_around(here.office, THURSDAY)
    assert hall.case(here, no).state == "answered"
    assert len(hall.case(here, no).data["opinions"]) == 4


def test_a_department_consulted_twice_is_refused_by_name(here: Hall) -> None:
    no = _begun(here)
    with pytest.raises(NotMet) as refused:
        _act(here, "QX", TUESDAY, no, "add_departments", {"departments_added": ["CG", "ZG"]})
    reason = refused.value.reasons[0]
    assert (reason.code, reason.facts["value"]) == ("department_consulted_twice", ["ZG"])
    assert here.office.catalogue.departments["ZG"].title.zh in reason.zh
    assert sorted(_opinions(here, no)) == ["HB", "ZG", "ZJ"]


@pytest.mark.parametrize(
    ("wrong", "refusal", "code"),
    [
        ({"departments": ["ZG", "ZG"]}, BadInput, "bad_input"),
        ({"departments": []}, BadInput, "bad_input"),
        ({"departments": ["QX", "ZG"]}, NotMet, "lead_consulted"),
        ({"answer_by": "2026-03-02"}, NotMet, "answer_day_out_of_bounds"),
        ({"answer_by": "2026-03-17"}, NotMet, "answer_day_out_of_bounds"),
        ({"question": "一。\n二。"}, NotMet, "question_too_long"),
        ({"silence": "consent"}, BadInput, "bad_input"),
    ],
)
def test_a_consultation_that_cannot_be_is_refused_by_name_and_opens_nothing(
    here: Hall, wrong: dict[str, object], refusal: type[Exception], code: str
) -> None:
    with pytest.raises(refusal) as refused:
        _begun(here, {**ASKED, **wrong})
    assert refused.value.code == code  # type: ignore[attr-defined]
    assert _count(here.office.engine, "SELECT count(*) FROM cases") == 0


@pytest.mark.parametrize("answer_by", ["2026-03-03", "2026-03-16"])
def test_the_first_and_the_last_day_of_answer_are_the_next_working_day_and_the_tenth(
    here: Hall, answer_by: str
) -> None:
    no = _begun(here, {**ASKED, "answer_by": answer_by})
    assert hall.clock(here, no, "answering").due_on == date.fromisoformat(answer_by)


def test_what_a_consultation_needs_holds_as_well_where_another_case_opens_it(here: Hall) -> None:
    help_no = given.help_request(here.office, here.town, MONDAY)
    given.act(here.office, here.town.specialist, MONDAY, help_no, "answer", {"text": "正在了解"})
    given.act(here.office, here.town.specialist, MONDAY, help_no, "plan", {"plan": "提请会商"})
    wrong = {**ASKED, "departments": ["QX", "ZG"]}
    with pytest.raises(NotMet) as refused:
        given.act(here.office, here.town.specialist, MONDAY, help_no, "consult", wrong)
    assert refused.value.code == "lead_consulted"
    assert hall.case(here, help_no).state == "solving"
    given.act(here.office, here.town.specialist, MONDAY, help_no, "consult", ASKED)
    no = given.children(here.office.engine, help_no, "consultation")["QX"]
    assert sorted(_opinions(here, no)) == ["HB", "ZG", "ZJ"]
    assert hall.case(here, no).data["silence"] == "no_opinion"
    given.act(here.office, here.town.applicant, TUESDAY, help_no, "withdraw", {})
    given.looked_around(here.office, TUESDAY)
    assert hall.case(here, no).outcome == "withdrawn"
    assert {hall.case(here, one).outcome for one in _opinions(here, no).values()} == {"dropped"}
    hall.expect_sound(here)


def test_nobody_opens_an_opinion_by_hand(here: Hall) -> None:
    no = _begun(here)
    said = {"question": "？", "department": "CG", "silence": "no_opinion"}
    with pytest.raises(NotAllowed):
        given.opened(here.office, here.town.specialist, TUESDAY, "opinion", said, under=no)


def test_an_officer_leads_for_the_own_department_only(here: Hall) -> None:
    with pytest.raises(NotAllowed):
        given.opened(here.office, here.town.officers["ZG"], MONDAY, "consultation", ASKED, on=here.town.project.code)


def test_no_department_answers_for_another_or_twice(here: Hall) -> None:
    asked = _opinions(here, _begun(here))
    with pytest.raises(NotFound):
        _act(here, "ZJ", TUESDAY, asked["ZG"], "agree", {"opinion": "同意"})
    _act(here, "ZG", TUESDAY, asked["ZG"], "agree", {"opinion": "同意"})
    with pytest.raises(Conflict) as refused:
        _act(here, "ZG", TUESDAY, asked["ZG"], "object", {"opinion": "不", "basis": "规范"})
    assert refused.value.code == "wrong_state"


def test_an_objection_needs_its_basis_and_conditions_a_day_ahead(here: Hall) -> None:
    asked = _opinions(here, _begun(here))
    with pytest.raises(BadInput, match="basis"):
        _act(here, "ZG", TUESDAY, asked["ZG"], "object", {"opinion": "不同意"})
    past = {"opinion": "可行", "conditions": [CONDITION, {**CONDITION, "what": "另一条", "due_on": "2026-03-03"}]}
    with pytest.raises(NotMet) as refused:
        _act(here, "ZG", TUESDAY, asked["ZG"], "agree_with_conditions", past)
    assert refused.value.reasons[0].facts["field"] == "conditions.1.due_on"
    with pytest.raises(BadInput, match=r"conditions\.1\.what"):
        _act(
            here,
            "ZG",
            TUESDAY,
            asked["ZG"],
            "agree_with_conditions",
            {"opinion": "可行", "conditions": [CONDITION, CONDITION]},
        )


def test_split_opinions_cannot_be_concluded_by_the_lead(here: Hall) -> None:
    no = _answered(here, {"ZG": "agree", "ZJ": "object", "HB": "agree"})
    for result in ("agreed", "with_conditions", "not_agreed", "no_opinion"):
        with pytest.raises(NotMet) as refused:
            _act(here, "QX", THURSDAY, no, "conclude", {"result": result, "conclusion": "我们认为"})
        assert refused.value.code == "opinions_split"
    assert here.office.catalogue.departments["ZJ"].title.zh in refused.value.zh


def test_a_unanimous_objection_needs_no_meeting_and_comes_to_nothing_else(here: Hall) -> None:
    no = _answered(here, {"ZG": "object", "ZJ": "object", "HB": "object"})
    with pytest.raises(NotMet, match="not_agreed"):
        _act(here, "QX", THURSDAY, no, "conclude", {"result": "agreed", "conclusion": "可行"})
    _act(here, "QX", THURSDAY, no, "conclude", {"result": "not_agreed", "conclusion": "均不同意"})
    assert hall.case(here, no).data["result"] == "not_agreed"


def test_silence_beside_an_objection_is_no_split(here: Hall) -> None:
    no = _begun(here)
    asked = _opinions(here, no)
    _act(here, "ZG", TUESDAY, asked["ZG"], "object", {"opinion": "不符合控规", "basis": "控规图则"})
    friday = given.moment("2026-03-06")
    _swept(here, friday)
    given.looked_around(here.office, friday)
    _act(here, "QX", friday, no, "conclude", {"result": "not_agreed", "conclusion": "规划不同意，其余无意见"})
    assert hall.case(here, no).outcome == "concluded"


def test_a_split_climbs_to_a_meeting_whose_decision_binds_the_lead(here: Hall) -> None:
    no = _answered(here, {"ZG": "agree", "ZJ": "object", "HB": "agree"})
    _act(here, "QX", THURSDAY, no, "call_meeting", MEETING)
    meeting = _only(given.children(here.office.engine, no, "meeting"))
    agenda = hall.case(here, meeting).data["agenda"]
    assert [row.get("department") for row in agenda] == [None, "ZJ", "ZG", "HB"], "the objection comes first"
    assert "建筑设计防火规范" in agenda[1]["point"]
    # The minutes are due one working day after Friday the 6th: Monday the 9th.
    assert hall.clock(here, meeting, "minutes").due_on == date(2026, 3, 9)
    leader, friday = here.town.squad_leader, given.moment("2026-03-06", "11:00")
    with pytest.raises(NotMet) as early:
        given.act(here.office, leader, THURSDAY, meeting, "decide", {**MINUTES, "decision": "with_conditions"})
    assert early.value.code == "meeting_to_come"
    with pytest.raises(NotMet) as unanswered:
        given.act(here.office, leader, friday, meeting, "decide", MINUTES)
    assert unanswered.value.code == "decision_missing"
    decided = {**MINUTES, "decision": "with_conditions", "decisions": [CONDITION]}
    given.act(here.office, leader, friday, meeting, "decide", decided)
    assert given.children(here.office.engine, meeting, "task").keys() == {"ZJ"}
    given.looked_around(here.office, friday)
    case = hall.case(here, no)
    assert (case.state, case.data["decision"], case.data["meeting"]) == ("decided", "with_conditions", meeting)
    with pytest.raises(NotMet) as refused:
        _act(here, "QX", friday, no, "conclude", {"result": "agreed", "conclusion": "可行"})
    assert refused.value.reasons[0].facts["accepted"] == ["with_conditions"]
    _act(here, "QX", friday, no, "conclude", {"result": "with_conditions", "conclusion": "按会议决定办理"})
    assert [one["kind"] for one in _documents(here.office.engine, meeting)] == ["consultation_minutes"]
    hall.expect_sound(here)


def test_an_agenda_that_somebody_wrote_holds(here: Hall) -> None:
    no = _answered(here, {"ZG": "agree", "ZJ": "object", "HB": "agree"})
    _act(here, "QX", THURSDAY, no, "call_meeting", {**MEETING, "agenda": [{"point": "登高场地"}]})
    meeting = _only(given.children(here.office.engine, no, "meeting"))
    assert hall.case(here, meeting).data["agenda"] == [{"point": "登高场地"}]


def test_a_meeting_that_falls_through_leaves_the_split_where_it_was(here: Hall) -> None:
    no = _answered(here, {"ZG": "agree", "ZJ": "object", "HB": "agree"})
    _act(here, "QX", THURSDAY, no, "call_meeting", MEETING)
    meeting = _only(given.children(here.office.engine, no, "meeting"))
    given.act(here.office, here.town.squad_leader, THURSDAY, meeting, "cancel", {"reason": "部门会前已沟通"})
    given.looked_around(here.office, THURSDAY)
    assert hall.case(here, no).state == "answered"
    with pytest.raises(NotMet):
        _act(here, "QX", THURSDAY, no, "conclude", {"result": "agreed", "conclusion": "可行"})
    _act(here, "QX", THURSDAY, no, "call_meeting", MEETING)
    assert hall.case(here, no).state == "in_meeting"
    hall.expect_sound(here)


def test_the_district_leader_is_the_last_resort_and_is_told_why(here: Hall) -> None:
    no = _answered(here, {"ZG": "agree", "ZJ": "object", "HB": "agree"})
    _act(here, "QX", THURSDAY, no, "call_meeting", MEETING)
    meeting = _only(given.children(here.office.engine, no, "meeting"))
    friday, decided = given.moment("2026-03-06", "11:00"), {**MINUTES, "decision": "not_agreed"}
    leader, above = here.town.squad_leader, here.town.district_leader
    with pytest.raises(BadInput, match="climb_reason"):
        given.act(here.office, leader, friday, meeting, "climb", {"tried": "已协调两次"})
    with pytest.raises(Refused):
        given.act(here.office, above, friday, meeting, "decide_above", decided)
    given.act(
        here.office, leader, friday, meeting, "climb", {"tried": "已协调两次", "climb_reason": "涉及两个分管领域"}
    )
    # Three working days from Friday the 6th: Wednesday the 11th.
    assert hall.clock(here, meeting, "district").due_on == date(2026, 3, 11)
    with pytest.raises(Conflict):
        given.act(here.office, leader, friday, meeting, "decide", decided)
    given.act(here.office, above, friday, meeting, "decide_above", decided)
    given.looked_around(here.office, friday)
    _act(here, "QX", friday, no, "conclude", {"result": "not_agreed", "conclusion": "按区领导决定"})
    hall.expect_sound(here)


@pytest.mark.parametrize("held_at", ["2026-03-05T09:59", "2026-03-13T09:00"])
def test_a_meeting_lies_ahead_and_within_five_working_days(here: Hall, held_at: str) -> None:
    no = _answered(here, {"ZG": "agree", "ZJ": "object", "HB": "agree"})
    with pytest.raises(NotMet) as refused:
        _act(here, "QX", THURSDAY, no, "call_meeting", {**MEETING, "held_at": held_at})
    assert refused.value.code == "meeting_out_of_bounds"
    assert given.children(here.office.engine, no, "meeting") == {}


def test_what_all_departments_want_put_right_reaches_the_applicant_in_one_notice(here: Hall) -> None:
    no = _begun(here)
    asked = _opinions(here, no)
    wanted = {department: [{"what": f"{department} 图纸缺页", "fix": "补齐"}] for department in ("ZG", "ZJ")}
    for department, rows in wanted.items():
        said = {"opinion": "补齐后可行", "corrections": rows}
        _act(here, department, TUESDAY, asked[department], "agree", said)
    _act(here, "HB", TUESDAY, asked["HB"], "agree", {"opinion": "同意"})
    given.looked_around(here.office, TUESDAY)
    with pytest.raises(NotMet) as refused:
        _act(here, "QX", TUESDAY, no, "conclude", {"result": "agreed", "conclusion": "可行"})
    assert refused.value.code == "corrections_named"
    _act(here, "QX", TUESDAY, no, "conclude_with_corrections", {"result": "agreed", "conclusion": "整改后可行"})
    assert [row["department"] for row in hall.case(here, no).data["corrections"]] == ["ZG", "ZJ"]
    notices = [one for one in _documents(here.office.engine, no) if one["kind"] == "consultation_notice"]
    assert [len(one["facts"]["words"]["kept.corrections"]["rows"]) for one in notices] == [2]
    hall.expect_sound(here)


def test_a_withdrawn_consultation_takes_its_open_opinions_and_meetings_along(here: Hall) -> None:
    no = _begun(here)
    asked = _opinions(here, no)
    _act(here, "ZG", TUESDAY, asked["ZG"], "agree", {"opinion": "同意"})
    given.act(here.office, here.town.specialist, TUESDAY, no, "withdraw", {"reason": "方案作废"})
    given.looked_around(here.office, TUESDAY)
    assert {code: hall.case(here, one).outcome for code, one in asked.items()} == {
        "ZG": "agreed",
        "ZJ": "dropped",
        "HB": "dropped",
    }
    for opinion in asked.values():
        look_at(here.office, given.case_id(here.office.engine, opinion))
    assert _count(here.office.engine, "SELECT count(*) FROM events WHERE action = 'fall_away'") == 2
    hall.expect_sound(here)


def test_looking_again_at_a_consultation_that_is_answered_changes_nothing(here: Hall) -> None:
    no = _answered(here, {"ZG": "agree", "ZJ": "object", "HB": "agree"})
    seen = hall.case(here, no)
    for _ in range(2):
        assert look_at(here.office, seen.id) == ()
    assert hall.case(here, no).seq == seen.seq


def test_no_silence_of_an_office_leads_to_a_permit(here: Hall) -> None:
    """行政许可法 50 is the one exception, and it renews what was granted."""
    granting = {
        (flow.name, action.name)
        for flow in here.office.flows.values()
        for action in flow.actions.values()
        if "clock" in action.by and action.target is not None
        if flow.states[action.target].outcome == "granted"
        if any(flow.states[source].outcome != "granted" for source in action.sources)
    }
    assert granting == set()
    [silent] = [state for state in here.office.flow("opinion").states.values() if state.outcome == "no_opinion"]
    assert silent.final


def test_the_applicant_reads_the_conclusion_and_not_which_department_said_what(here: Hall) -> None:
    no = _answered(here, dict.fromkeys(("ZG", "ZJ", "HB"), "agree"))
    _act(here, "QX", THURSDAY, no, "conclude", {"result": "agreed", "conclusion": "可行"})
    for person, reads in ((here.town.applicant, False), (here.town.specialist, True)):
        with given.at(here.office, person, THURSDAY) as work:
            view = read_case(work, no)
            lines = history(work, no, Paging("s" * 32)).rows
            assert ("opinions" in view.kept) is reads
            assert any("opinions" in line.input for line in lines) is reads
            assert any(line.input.get("conclusion") == "可行" for line in lines)
            assert ("consultation_minutes" in [document.kind for document in view.documents]) is reads
            assert view.documents == documents(work, no)


def _begun(here: Hall, said: Mapping[str, object] = ASKED) -> str:
    return given.opened(here.office, here.town.specialist, MONDAY, "consultation", said, on=here.town.project.code)


def _answered(here: Hall, answers: Mapping[str, str]) -> str:
    """A consultation in which every department has answered by Wednesday."""
    said: dict[str, dict[str, object]] = {
        "agree": {"opinion": "同意"},
        "object": {"opinion": "登高场地不足", "basis": "建筑设计防火规范 7.2"},
    }
    no = _begun(here)
    for department, opinion in _opinions(here, no).items():
        _act(here, department, WEDNESDAY, opinion, answers[department], said[answers[department]])
    given.looked_around(here.office, WEDNESDAY)
    return no


def _act(
    here: Hall, department: str, now: datetime, no: str, action: str, said: Mapping[str, object] | None = None
) -> None:
    given.act(here.office, here.town.officers[department], now, no, action, said)


def _opinions(here: Hall, no: str) -> dict[str, str]:
    return given.children(here.office.engine, no, "opinion")


def _swept(here: Hall, now: datetime) -> None:
    given.time_is(here.office.engine, now)
    sweep(here.office)


def _only(found: Mapping[str, str]) -> str:
    [no] = found.values()
    return no


def _documents(engine: Engine, no: str) -> list[dict[str, object]]:
    with engine.connect() as conn:
        rows = conn.execute(
            text("""
SELECT d.kind, d.facts FROM documents d JOIN cases c ON c.id = d.case_id WHERE c.no = :no ORDER BY d.id"""),
            {"no": no},
        )
        return [dict(row) for row in rows.mappings()]


def _count(engine: Engine, statement: str) -> int:
    with engine.connect() as conn:
        return int(conn.execute(text(statement)).scalar_one())
