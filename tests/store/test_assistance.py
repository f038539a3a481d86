"""Help at any hour: asked, answered, handed on, climbing one level at a time, solved, rated, taken up again once."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import text

from tests import given, hall
from tests.given import moment
from tests.hall import Hall
from workflow.actor import SYSTEM, Actor
from workflow.commands import open_bundle
from workflow.commands.fire_rungs import sweep
from workflow.errors import BadInput, Conflict, NotAllowed, NotMet, Refused
from workflow.queries.history import history
from workflow.queries.paging import Paging
from workflow.work import Office

MONDAY = moment("2026-03-02")
ANSWER = {"text": "请准备消防设计文件"}
PLAN = {"plan": "明天约住建局一起核对"}
SOLUTION = {"text": "已取得书面答复"}
CONCLUSION = {"conclusion": "可以分期验收", "result": "agreed"}
UPWARD = {"solvable_here": False, "reason": "需两个部门协调", "tried": "已三次电话沟通"}
CALL = {"question": "电话：能否夜间送件？", "channel": "phone", "caller": "王先生"}


@pytest.fixture
def place(office: Office) -> Hall:
    return hall.open_hall(office)


@pytest.fixture
def no(place: Hall) -> str:
    """A request asked on Monday at ten."""
    return given.help_request(place.office, place.town, MONDAY)


# ── asking ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        (("2026-03-02", "07:59"), ("2026-03-02", "09:59")),
        (("2026-03-02", "08:00"), ("2026-03-02", "08:30")),
        (("2026-03-02", "21:59"), ("2026-03-02", "22:29")),
        (("2026-03-02", "22:00"), ("2026-03-03", "00:00")),
        # 春节 2026, a holiday, and a Sunday: minutes run on.
        (("2026-02-17", "10:00"), ("2026-02-17", "10:30")),
        (("2026-03-08", "03:00"), ("2026-03-08", "05:00")),
    ],
)
def test_the_first_answer_is_due_in_minutes_by_day_and_by_night_and_on_holidays(
    place: Hall, asked: tuple[str, str], due: tuple[str, str]
) -> None:
    no = given.help_request(place.office, place.town, moment(*asked))
    assert hall.clock(place, no, "first_response").due_at == moment(*due)


def test_plan_and_solution_are_counted_in_working_days_from_the_request(place: Hall) -> None:
    no = given.help_request(place.office, place.town, moment("2026-03-06", "23:30"))
    assert hall.clock(place, no, "first_plan").due_on == date(2026, 3, 9)
    assert hall.clock(place, no, "resolution").due_on == date(2026, 3, 11)


def test_a_call_at_night_that_is_written_down_in_the_morning_counts_from_the_call(place: Hall) -> None:
    no = _asked(place, place.town.specialist, MONDAY, {**CALL, "called_at": "2026-03-02T07:30"})
    case = hall.case(place, no)
    assert case.clock("first_response") is None
    assert hall.clock(place, no, "call_response").due_at == moment("2026-03-02", "09:30")
    assert (case.data["caller"], case.data["channel"]) == ("王先生", "phone")


@pytest.mark.parametrize(
    ("who", "said", "field"),
    [
        ("specialist", {"channel": "phone", "called_at": "2026-03-02T09:00"}, "caller"),
        ("specialist", {"channel": "phone", "caller": "王先生"}, "called_at"),
        ("specialist", {**CALL, "called_at": "2026-03-02T10:01"}, "called_at"),
        ("specialist", {**CALL, "called_at": "2026-02-01T10:00"}, "called_at"),
        ("specialist", {"channel": "hall", "caller": "王先生", "called_at": "2026-03-02T09:00"}, "called_at"),
        ("applicant", {"channel": "phone", "caller": "王先生", "called_at": "2026-03-02T09:00"}, "channel"),
        ("applicant", {"channel": "page", "about": "LS2026-999999"}, "about"),
    ],
)
def test_what_is_written_down_for_somebody_says_who_called_and_when(
    place: Hall, who: str, said: dict[str, str], field: str
) -> None:
    with pytest.raises(NotMet) as refused:
        _asked(place, getattr(place.town, who), MONDAY, {"question": "问题", **said})
    assert field in [reason.facts["field"] for reason in refused.value.reasons]
    assert place.count("cases") == 0


def test_a_request_may_be_about_a_case_of_its_project_and_keeps_the_number(place: Hall) -> None:
    bundle = given.draft(place.office, place.town, MONDAY)
    no = _asked(place, place.town.applicant, MONDAY, {"question": "卡住了", "channel": "page", "about": bundle})
    assert hall.case(place, no).data["about"] == bundle


def test_an_officer_may_not_ask_and_a_blank_question_is_refused(place: Hall) -> None:
    with pytest.raises(NotAllowed):
        _asked(place, place.town.officers["QX"], MONDAY, {"question": "问题", "channel": "page"})
    with pytest.raises(BadInput):
        _asked(place, place.town.applicant, MONDAY, {"question": "  ", "channel": "page"})


def test_the_applicant_has_a_receipt_and_at_the_end_the_closing_note(place: Hall, no: str) -> None:
    _solved(place, no, MONDAY)
    with place.office.engine.connect() as conn:
        rows = conn.execute(text("SELECT d.kind, d.facts::text AS said FROM documents d ORDER BY d.id")).all()
    assert [row.kind for row in rows] == ["help_receipt", "help_closing"]
    assert "消防审查需要哪些材料？" in rows[0].said
    assert SOLUTION["text"] in rows[1].said


def test_a_request_of_the_first_version_goes_on_as_it_began(place: Hall) -> None:
    only_first = {key: flow for key, flow in place.office.flows.items() if key != ("assistance", 2)}
    earlier = replace(place.office, flows=only_first)
    with given.at(earlier, place.town.applicant, MONDAY) as work:
        # Nobody can begin one any more; this is how its line of history was written.
        no = open_bundle._open(work, "assistance", place.town.project, "帮办", {"question": "何时送达？"}, "QX").no
    _act(place, "specialist", no, "answer", ANSWER, moment("2026-03-02", "10:10"))
    _act(place, "specialist", no, "solve", SOLUTION, moment("2026-03-02", "10:20"))
    case = hall.case(place, no)
    assert (case.flow_version, case.state, case.running_clocks) == (1, "solved", ())
    hall.expect_sound(place)


# ── answering, handing on ─────────────────────────────────────────────────────────────────────────────────────────────


def test_answer_and_plan_stop_their_clocks_and_the_solution_stops_the_rest(place: Hall, no: str) -> None:
    _solved(place, no, moment("2026-03-03", "09:00"))
    case = hall.case(place, no)
    assert case.state == "solved"
    assert case.ended_at == moment("2026-03-03", "09:00")
    assert [clock.name for clock in case.running_clocks] == ["rating"]
    hall.expect_sound(place)


def test_a_shift_hands_over_to_somebody_who_may_act_and_the_clocks_run_on(place: Hall, no: str) -> None:
    before = hall.clock(place, no, "resolution")
    note = {"assignee": place.town.squad_leader.id, "note": "夜班请继续联系申请人"}
    _act(place, "specialist", no, "hand_over", note, MONDAY)
    case = hall.case(place, no)
    assert (case.assignee_id, case.state) == (place.town.squad_leader.id, "requested")
    assert case.data["handovers"][0]["note"] == "夜班请继续联系申请人"
    assert hall.clock(place, no, "resolution") == before
    elsewhere = {"assignee": place.town.officers["ZJ"].id, "note": "请接手"}
    refusal = _refusal(place, "specialist", no, "hand_over", elsewhere, MONDAY)
    assert refusal.code == "assignee_elsewhere"


def test_a_department_answers_in_its_own_time_and_the_request_goes_on(place: Hall, no: str) -> None:
    child = _referred(place, no)
    case = hall.case(place, child)
    assert (case.department, case.assignee_id) == ("ZJ", place.town.officers["ZJ"].id)
    assert {clock.name: clock.due_on for clock in case.clocks} == {
        "not_ours": date(2026, 3, 4),
        "answer": date(2026, 3, 5),
    }
    given.act(
        place.office, place.town.officers["ZJ"], moment("2026-03-03"), child, "answer", {"result": "可以先行办理"}
    )
    given.looked_around(place.office, moment("2026-03-03"))
    assert hall.case(place, no).state == "solving"
    assert hall.clock(place, no, "resolution").due_on == date(2026, 3, 5)
    hall.expect_sound(place)


def test_not_mine_goes_back_within_two_working_days_and_not_later(place: Hall, no: str) -> None:
    child = _referred(place, no)
    officer, back = place.town.officers["ZJ"], {"reason": "属规划部门职责", "belongs_to": "ZG"}
    with pytest.raises(BadInput):
        given.act(place.office, officer, moment("2026-03-04"), child, "send_back", {})
    given.act(place.office, officer, moment("2026-03-04", "23:59"), child, "send_back", back)
    given.looked_around(place.office, moment("2026-03-05", "00:01"))
    assert (hall.case(place, child).outcome, hall.case(place, no).state) == ("returned", "solving")
    other = _referred(place, no, moment("2026-03-05"), "ZG", planned=True)
    with pytest.raises(NotMet) as refused:
        given.act(place.office, place.town.officers["ZG"], moment("2026-03-10", "00:01"), other, "send_back", back)
    assert refused.value.code == "too_late"


def test_a_withdrawn_request_ends_what_it_asked_of_a_department(place: Hall, no: str) -> None:
    child = _referred(place, no)
    _act(place, "applicant", no, "withdraw", {}, moment("2026-03-03"))
    given.looked_around(place.office, moment("2026-03-03"))
    given.looked_around(place.office, moment("2026-03-03"))
    assert hall.case(place, child).outcome == "lapsed"


def test_a_request_is_not_solved_while_a_department_still_has_it(place: Hall, no: str) -> None:
    _referred(place, no)
    _act(place, "specialist", no, "escalate_to_squad_leader", UPWARD, moment("2026-03-03"))
    assert _refusal(place, "squad_leader", no, "solve", SOLUTION, moment("2026-03-03")).code == "children_open"


# ── time: pause, extension ────────────────────────────────────────────────────────────────────────────────────────────


def test_a_suspension_stops_the_promise_and_ends_with_its_cap(place: Hall, no: str) -> None:
    _planned(place, no)
    _act(place, "specialist", no, "suspend_for_papers", {"reason": "补红线图"}, moment("2026-03-03"))
    assert hall.clock(place, no, "resolution").state == "paused"
    _act(place, "applicant", no, "resume", {"result": "已补"}, moment("2026-03-05"))
    # The working days after the 3rd up to the 5th are taken out of the three.
    assert hall.clock(place, no, "resolution").due_on == date(2026, 3, 9)
    _act(place, "applicant", no, "suspend_on_request", {"reason": "内部决策"}, moment("2026-03-06"))
    given.time_is(place.office.engine, moment("2026-05-30"))
    sweep(place.office)
    assert hall.case(place, no).state == "solving"
    hall.expect_sound(place)


def test_the_time_is_extended_once_by_the_squad_leader_before_it_ends(place: Hall, no: str) -> None:
    more = {"days": 2, "extended_because": "等专家意见"}
    with pytest.raises(NotAllowed):
        _act(place, "specialist", no, "extend", more, MONDAY)
    _act(place, "squad_leader", no, "extend", more, MONDAY)
    assert hall.clock(place, no, "resolution").due_on == date(2026, 3, 9)
    assert _refusal(place, "squad_leader", no, "extend", more, MONDAY).code == "recorded_already"


def test_time_that_has_ended_is_not_extended(place: Hall, no: str) -> None:
    more = {"days": 2, "extended_because": "等专家意见"}
    assert _refusal(place, "squad_leader", no, "extend", more, moment("2026-03-06")).code == "too_late"


@pytest.mark.parametrize("end", ["solved", "withdrawn", "terminated"])
def test_an_extension_for_a_closed_request_is_refused_by_name(place: Hall, no: str, end: str) -> None:
    if end == "solved":
        _solved(place, no, MONDAY)
    elif end == "withdrawn":
        _act(place, "applicant", no, "withdraw", {}, MONDAY)
    else:
        _act(place, "specialist", no, "terminate", {"ground": "out_of_reach", "reason": "三次无人接听"}, MONDAY)
    with pytest.raises(Conflict) as refused:
        _act(place, "squad_leader", no, "extend", {"days": 2, "extended_because": "等"}, MONDAY)
    assert refused.value.code == "wrong_state"
    title = place.office.flow("assistance").states[end].title
    assert title.zh in refused.value.zh


# ── escalation ────────────────────────────────────────────────────────────────────────────────────────────────────────

STEPS = (
    ("specialist", "escalate_to_squad_leader", "with_squad_leader"),
    ("squad_leader", "escalate_to_director", "with_director"),
    ("director", "escalate_to_district_leader", "with_district_leader"),
)


def test_a_request_climbs_one_level_at_a_time_each_with_its_reason_and_its_clock(place: Hall, no: str) -> None:
    _planned(place, no)
    for day, (who, action, state) in enumerate(STEPS, start=3):
        at = moment(f"2026-03-0{day}")
        with pytest.raises(BadInput):
            _act(place, who, no, action, {"solvable_here": False}, at)
        _act(place, who, no, action, UPWARD, at)
        case = hall.case(place, no)
        assert case.state == state
        [running] = case.running_clocks
        assert (running.name, running.started_at) == (f"{state.removeprefix('with_')}_level", at)
    assert [one["reason"] for one in hall.case(place, no).data["escalations"]] == ["需两个部门协调"] * 3
    _act(place, "district_leader", no, "instruct", {"instruction": "三日内由住建局牵头解决"}, moment("2026-03-06"))
    # Its time anew: three working days from the 6th.
    assert hall.clock(place, no, "resolution").due_on == date(2026, 3, 11)
    hall.expect_sound(place)


@pytest.mark.parametrize(("who", "action", "state"), STEPS)
def test_what_a_level_can_solve_is_not_passed_upward(place: Hall, no: str, who: str, action: str, state: str) -> None:
    _planned(place, no)
    _climbed(place, no, state, before=True)
    refusal = _refusal(place, who, no, action, {**UPWARD, "solvable_here": True}, moment("2026-03-03"))
    assert refusal.code == "solvable_here"


@pytest.mark.parametrize(
    ("state", "who", "other"),
    [
        ("with_squad_leader", "squad_leader", "specialist"),
        ("with_director", "director", "squad_leader"),
        ("with_district_leader", "district_leader", "director"),
    ],
)
def test_only_the_level_that_has_it_decides(place: Hall, no: str, state: str, who: str, other: str) -> None:
    _planned(place, no)
    _climbed(place, no, state)
    assert _refusal(place, other, no, "solve", SOLUTION, moment("2026-03-03")).code == "other_level"
    _act(place, who, no, "solve", SOLUTION, moment("2026-03-03"))
    assert hall.case(place, no).state == "solved"


def test_the_clock_of_a_level_warns_the_next_one_and_never_climbs(place: Hall, no: str) -> None:
    _planned(place, no)
    _climbed(place, no, "with_squad_leader")
    given.time_is(place.office.engine, moment("2026-03-20"))
    sweep(place.office)
    sweep(place.office)
    fired = [line for line in _lines(place, no) if line.startswith("rung:squad_leader_level")]
    assert fired == [f"rung:squad_leader_level:{rung}" for rung in range(4)]
    assert hall.case(place, no).state == "with_squad_leader"
    hall.expect_sound(place)


def test_the_district_leader_calls_a_meeting_ahead_and_it_is_settled_within_two_days_of_it(
    place: Hall, no: str
) -> None:
    _planned(place, no)
    _climbed(place, no, "with_district_leader")
    at = {"meeting_at": "2026-03-05T14:30", "place": "区政府三楼", "participants": ["ZJ", "ZG"], "agenda": "红线"}
    late = {**at, "meeting_at": "2026-03-03T09:00"}
    refusal = _refusal(place, "district_leader", no, "call_meeting", late, moment("2026-03-03"))
    assert refusal.reasons[0].facts["field"] == "meeting_at"
    _act(place, "district_leader", no, "call_meeting", at, moment("2026-03-03"))
    assert hall.clock(place, no, "after_meeting").due_on == date(2026, 3, 9)
    assert hall.case(place, no).data["meetings"][0]["agenda"] == "红线"


# ── the end: confirmed, reopened once, rated once ─────────────────────────────────────────────────────────────────────


def test_the_applicant_reopens_once_and_the_second_time_is_refused_by_name(place: Hall, no: str) -> None:
    _solved(place, no, moment("2026-03-03"))
    _act(place, "applicant", no, "reopen", {"reason": "答复不完整"}, moment("2026-03-04"))
    case = hall.case(place, no)
    assert (case.state, case.ended_at) == ("solving", None)
    assert hall.clock(place, no, "resolution").due_on == date(2026, 3, 9)
    _act(place, "specialist", no, "solve", SOLUTION, moment("2026-03-05"))
    refusal = _refusal(place, "applicant", no, "reopen", {"reason": "还不行"}, moment("2026-03-05"))
    assert refusal.code == "reopened_already"
    hall.expect_sound(place)


def test_what_was_confirmed_is_not_reopened(place: Hall, no: str) -> None:
    _solved(place, no, MONDAY)
    _act(place, "applicant", no, "confirm", {}, MONDAY)
    with pytest.raises(Conflict):
        _act(place, "applicant", no, "reopen", {"reason": "反悔"}, MONDAY)


def test_one_request_is_rated_once(place: Hall, no: str) -> None:
    _solved(place, no, MONDAY)
    _act(place, "applicant", no, "rate", {"level": "very_satisfied"}, MONDAY)
    assert hall.case(place, no).data["level"] == "very_satisfied"
    for action in ("rate", "rate_anonymously"):
        assert _refusal(place, "applicant", no, action, {"level": "dissatisfied"}, MONDAY).code == "rated_already"
    assert given.children(place.office.engine, no, "callback") == {}


@pytest.mark.parametrize("level", ["5", "best", "very satisfied"])
def test_a_level_is_a_name_and_never_a_number(place: Hall, no: str, level: str) -> None:
    _solved(place, no, MONDAY)
    with pytest.raises(BadInput, match="level"):
        _act(place, "applicant", no, "rate", {"level": level}, MONDAY)


def test_the_channels_disagree_about_the_direction_of_the_numbers(office: Office) -> None:
    codes = {name: dict(level.codes) for name, level in office.catalogue.ratings.items()}
    assert codes["very_satisfied"] == {"gbt39046": 1, "province": 5}
    assert codes["very_dissatisfied"] == {"gbt39046": 5, "province": 1}


def test_a_rating_is_taken_to_the_end_of_the_fifth_working_day_and_not_after(place: Hall) -> None:
    in_time = given.help_request(place.office, place.town, MONDAY)
    late = given.help_request(place.office, place.town, MONDAY)
    for no in (in_time, late):
        _solved(place, no, MONDAY)
    _act(place, "applicant", in_time, "rate", {"level": "satisfied"}, moment("2026-03-09", "23:59"))
    with pytest.raises(Conflict, match="Rating") as refused:
        _act(place, "applicant", late, "rate", {"level": "satisfied"}, moment("2026-03-10", "00:01"))
    assert refused.value.code == "clock_acts_first"
    given.time_is(place.office.engine, moment("2026-03-10"))
    sweep(place.office)
    assert (hall.case(place, in_time).state, hall.case(place, late).state) == ("rated", "closed")
    with pytest.raises(Conflict, match="the case is: Closed"):
        _act(place, "applicant", late, "rate", {"level": "satisfied"}, moment("2026-03-11"))
    hall.expect_sound(place)


def test_a_real_name_bad_rating_is_called_back_and_may_reopen_the_request(place: Hall, no: str) -> None:
    _solved(place, no, MONDAY)
    _act(place, "applicant", no, "rate", {"level": "dissatisfied", "comment": "太慢"}, moment("2026-03-03"))
    child = given.children(place.office.engine, no, "callback")["QX"]
    due = {clock.name: clock.due_on for clock in hall.case(place, child).clocks}
    assert due == {"contact": date(2026, 3, 4), "correction": date(2026, 3, 10)}
    given.act(place.office, place.town.squad_leader, moment("2026-03-04"), child, "call", {"said": "答非所问"})
    given.act(place.office, place.town.squad_leader, moment("2026-03-05"), child, "reopen", {"reason": "确未解决"})
    given.looked_around(place.office, moment("2026-03-05"))
    assert hall.case(place, no).state == "solving"
    _act(place, "specialist", no, "solve", SOLUTION, moment("2026-03-06"))
    assert _refusal(place, "applicant", no, "reopen", {"reason": "又"}, moment("2026-03-06")).code == "reopened_already"
    hall.expect_sound(place)


@pytest.mark.parametrize(
    ("end", "said", "outcome"),
    [
        ("correct", {"measures": "专人跟进"}, "corrected"),
        ("find_mistaken", {"reason": "点错了"}, "mistaken"),
    ],
)
def test_a_request_is_filed_when_its_call_back_has_ended_otherwise(
    place: Hall, no: str, end: str, said: dict[str, str], outcome: str
) -> None:
    _solved(place, no, MONDAY)
    _act(place, "applicant", no, "rate", {"level": "dissatisfied"}, MONDAY)
    child = given.children(place.office.engine, no, "callback")["QX"]
    given.act(place.office, place.town.squad_leader, MONDAY, child, "call", {"said": "再说明一次"})
    given.looked_around(place.office, MONDAY)
    assert hall.case(place, no).state == "rated"
    given.act(place.office, place.town.squad_leader, MONDAY, child, end, said)
    given.looked_around(place.office, MONDAY)
    case = hall.case(place, no)
    assert (case.state, hall.case(place, child).outcome) == ("closed", outcome)
    assert "reopenings" not in case.data


def test_a_request_that_was_reopened_before_is_not_reopened_by_a_call_back(place: Hall, no: str) -> None:
    _solved(place, no, MONDAY)
    _act(place, "applicant", no, "reopen", {"reason": "不完整"}, MONDAY)
    _act(place, "specialist", no, "solve", SOLUTION, MONDAY)
    _act(place, "applicant", no, "rate", {"level": "very_dissatisfied"}, MONDAY)
    child = given.children(place.office.engine, no, "callback")["QX"]
    leader = place.town.squad_leader
    given.act(place.office, leader, MONDAY, child, "call", {"said": "仍不满意"})
    with pytest.raises(NotMet) as refused:
        given.act(place.office, leader, MONDAY, child, "reopen", {"reason": "再办"})
    assert refused.value.code == "reopened_already"
    given.act(place.office, leader, MONDAY, child, "correct", {"measures": "专人跟进"})
    given.looked_around(place.office, MONDAY)
    assert hall.case(place, no).state == "closed"


def test_nothing_of_the_case_keeps_who_rated_anonymously(place: Hall, no: str) -> None:
    _solved(place, no, MONDAY)
    _act(place, "applicant", no, "rate_anonymously", {"level": "very_dissatisfied", "comment": "态度差"}, MONDAY)
    assert given.children(place.office.engine, no, "callback") == {}
    with given.at(place.office, place.town.supervisor, MONDAY) as work:
        [line] = [one for one in history(work, no, Paging(50)).rows if one.action == "rate_anonymously"]
    assert (line.kind, line.actor.zh, line.role) == ("person", "建设单位", "applicant")
    with place.office.engine.connect() as conn:
        actors = conn.execute(text("SELECT actor_id FROM events WHERE action = 'rate_anonymously'")).scalars().all()
        told = conn.execute(text("SELECT count(*) FROM outbox WHERE body ->> 'action' = 'rate_anonymously'")).scalar()
    assert (actors, told) == ([None], 0)
    hall.expect_sound(place)


# ── consultation ──────────────────────────────────────────────────────────────────────────────────────────────────────

QUESTION = {"question": "能否分期验收？", "department": "QX", "departments": ["ZJ"], "answer_by": "2026-03-05"}


def test_a_request_that_cannot_be_solved_becomes_a_consultation_and_is_solved_by_its_conclusion(
    place: Hall, no: str
) -> None:
    office, officers = place.office, place.town.officers
    _planned(place, no)
    _act(place, "specialist", no, "consult", QUESTION, MONDAY)
    assert hall.clock(place, no, "consultation").due_on == date(2026, 3, 5)
    assert hall.case(place, no).data["question"] == "消防审查需要哪些材料？"
    consultation = given.children(office.engine, no, "consultation")["QX"]
    opinion = given.children(office.engine, consultation, "opinion")["ZJ"]
    given.act(office, officers["ZJ"], moment("2026-03-03"), opinion, "agree", {"opinion": "可以"})
    given.looked_around(office, moment("2026-03-03"))
    assert hall.case(place, no).state == "consulting"
    given.act(office, officers["QX"], moment("2026-03-04"), consultation, "conclude", CONCLUSION)
    with pytest.raises(NotMet) as refused:
        given.act(office, SYSTEM, moment("2026-03-04"), no, "consultation_failed")
    assert refused.value.code == "conclusion_there"
    given.looked_around(office, moment("2026-03-04"))
    case = hall.case(place, no)
    assert (case.state, case.outcome, case.decided_at is not None) == ("solved", "solved", True)
    hall.expect_sound(place)


def test_a_consultation_that_is_broken_off_gives_the_request_back(place: Hall, no: str) -> None:
    _planned(place, no)
    _climbed(place, no, "with_director")
    _act(place, "director", no, "consult", QUESTION, MONDAY)
    consultation = given.children(place.office.engine, no, "consultation")["QX"]
    given.act(place.office, place.town.specialist, MONDAY, consultation, "withdraw", {"reason": "已自行解决"})
    given.looked_around(place.office, MONDAY)
    assert hall.case(place, no).state == "solving"


# ── visits ────────────────────────────────────────────────────────────────────────────────────────────────────────────

AGREED = {"visit_at": "2026-03-04T09:30", "place": "项目现场", "people": "专员、住建局科员"}


def test_a_visit_is_agreed_within_a_day_moved_once_and_held_on_the_spot(place: Hall, no: str) -> None:
    _planned(place, no)
    _act(place, "applicant", no, "ask_visit", {"purpose": "核对红线"}, MONDAY)
    visit = given.children(place.office.engine, no, "visit")["QX"]
    assert hall.clock(place, visit, "agree").due_on == date(2026, 3, 3)
    assert _refusal(place, "specialist", no, "solve", SOLUTION, MONDAY).code == "children_open"
    assert _refusal(place, "specialist", visit, "agree", {**AGREED, "visit_at": "2026-03-02T09:00"}, MONDAY)
    _act(place, "specialist", visit, "agree", AGREED, MONDAY)
    moved = {"visit_at": "2026-03-05T09:30", "moved_because": "暴雨"}
    _act(place, "applicant", visit, "move", moved, MONDAY)
    assert _refusal(place, "specialist", visit, "move", moved, MONDAY).code == "recorded_already"
    assert hall.clock(place, visit, "record").due_on == date(2026, 3, 6)
    found = {"attended": "五人", "findings": "红线与图不符，当场更正"}
    assert _refusal(place, "specialist", visit, "hold", found, moment("2026-03-05", "09:29")).code == "not_yet"
    _act(place, "specialist", visit, "hold", found, moment("2026-03-05", "11:00"))
    _act(place, "specialist", no, "solve", SOLUTION, moment("2026-03-05", "11:05"))
    hall.expect_sound(place)


def test_a_visit_of_a_project_that_was_not_held_is_told_upward(place: Hall) -> None:
    visit = given.opened(
        place.office, place.town.applicant, MONDAY, "visit", {"purpose": "看场地"}, on=place.town.project.code
    )
    _act(place, "specialist", visit, "agree", AGREED, MONDAY)
    given.time_is(place.office.engine, moment("2026-03-20"))
    sweep(place.office)
    assert [line for line in _lines(place, visit) if line.startswith("rung:record")] == [
        f"rung:record:{rung}" for rung in range(3)
    ]


# ── helpers ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _asked(place: Hall, who: Actor, at: datetime, said: Mapping[str, Any]) -> str:
    return given.opened(place.office, who, at, "assistance", said, on=place.town.project.code)


def _person(place: Hall, who: str) -> Actor:
    return place.town.directors["QX"] if who == "director" else getattr(place.town, who)


def _act(place: Hall, who: str, no: str, action: str, inputs: Mapping[str, Any], at: datetime) -> None:
    given.act(place.office, _person(place, who), at, no, action, inputs)


def _refusal(place: Hall, who: str, no: str, action: str, inputs: Mapping[str, Any], at: datetime) -> Refused:
    with pytest.raises(NotMet) as refused:
        _act(place, who, no, action, inputs, at)
    return refused.value


def _planned(place: Hall, no: str) -> None:
    _act(place, "specialist", no, "answer", ANSWER, MONDAY)
    _act(place, "specialist", no, "plan", PLAN, MONDAY)


def _solved(place: Hall, no: str, at: datetime) -> None:
    _planned(place, no)
    _act(place, "specialist", no, "solve", SOLUTION, at)


def _referred(place: Hall, no: str, at: datetime = MONDAY, department: str = "ZJ", planned: bool = False) -> str:
    if not planned:
        _planned(place, no)
    _act(place, "specialist", no, "refer", {"department": department, "what": "能否分期送件"}, at)
    return given.children(place.office.engine, no, "referral")[department]


def _climbed(place: Hall, no: str, state: str, before: bool = False) -> None:
    """The request has climbed to ``state``, or to the level ``before`` it."""
    for who, action, reached in STEPS:
        if before and reached == state:
            return
        _act(place, who, no, action, UPWARD, MONDAY)
        if reached == state:
            return


def _lines(place: Hall, no: str) -> list[str]:
    with place.office.engine.connect() as conn:
        return list(
            conn.execute(
                text("SELECT e.action FROM events e JOIN cases c ON c.id = e.case_id WHERE c.no = :no ORDER BY e.seq"),
                {"no": no},
            ).scalars()
        )
