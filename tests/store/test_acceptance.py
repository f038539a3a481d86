"""The acceptance by segments as it goes: cut, applied for, examined, put right, filed, the last one last."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from tests import given, parts
from tests.hall import Hall, case, expect_sound, open_hall
from workflow.actor import Actor
from workflow.commands.fire_rungs import sweep
from workflow.commands.look_at import look_at
from workflow.errors import BadInput, Conflict, NotAllowed, NotMet, Refused
from workflow.store import cases, projects
from workflow.work import Office

MONDAY = given.moment("2026-03-02")
TUESDAY = given.moment("2026-03-03")
WEDNESDAY = given.moment("2026-03-04")
THURSDAY = given.moment("2026-03-05")
FRIDAY = given.moment("2026-03-06")


@pytest.fixture
def hall(office: Office) -> Hall:
    return open_hall(office)


@pytest.fixture
def acceptance(hall: Hall) -> str:
    return parts.begun(hall.office, hall.town, MONDAY)


def _refusal(hall: Hall, no: str, who: Actor, action: str, said: Mapping[str, object] | None = None) -> str:
    with pytest.raises(Refused) as refused:
        given.act(hall.office, who, FRIDAY, no, action, said)
    return refused.value.code


def test_each_segment_holds_its_own_buildings_as_the_permit_has_them(hall: Hall, acceptance: str) -> None:
    found = {name: case(hall, no) for name, no in parts.segments(hall.office, acceptance).items()}
    assert {name: [row["code"] for row in one.data["buildings"]] for name, one in found.items()} == {
        "A": ["D1", "D2"],
        "B": ["D3", "D4"],
    }
    assert found["A"].data["buildings"][0]["above_m2"] == 12000
    assert (found["A"].state, found["A"].department, found["A"].data["permit_no"]) == ("planned", "ZJ", parts.PERMIT)
    assert [(clock.name, clock.due_on) for clock in found["A"].clocks] == [("plan", date(2026, 3, 31))]
    assert found["B"].clocks == ()


def _moved(code: str, **columns: object) -> list[dict[str, object]]:
    return [{**row, **columns} if row["code"] == code else row for row in parts.BUILDINGS]


@pytest.mark.parametrize(
    ("changes", "code", "named"),
    [
        ({"permit_no": "37021220260302010"}, "permit_number_shape", "37021220260302010"),
        ({"permit_no": "37021220260302 0101"}, "permit_number_shape", parts.PERMIT),
        ({"above_m2": 26000}, "areas_do_not_add_up", "25200"),
        ({"below_m2": 2530}, "areas_do_not_add_up", "2530"),
        ({"civil_defence_m2": 820}, "areas_do_not_add_up", "820"),
        (
            {"buildings": [*parts.BUILDINGS, {**parts.BUILDINGS[3], "segment": "A", "above_m2": 0}]},
            "building_shared",
            "D4",
        ),
        ({"buildings": [*parts.BUILDINGS, {**parts.BUILDINGS[3], "above_m2": 0}]}, "building_twice", "D4"),
        ({"buildings": _moved("D4", segment=None)}, "building_in_none", "D4"),
        ({"buildings": _moved("D4", segment="C")}, "segment_unlisted", "C"),
        ({"segments": [*parts.SEGMENTS, {"segment": "C"}]}, "segment_empty", "C"),
        ({"segments": [{"segment": "A"}, {"segment": "B"}]}, "last_segment_missing", "最后一段"),
        ({"segments": [{"segment": "A", "last": True}, {"segment": "B", "last": True}]}, "two_last_segments", "A"),
        ({"segment_by": "check"}, "one_segment_by_check", "专项"),
        ({"segments": [*parts.SEGMENTS, {"segment": "A"}]}, "bad_input", "A"),
        ({"buildings": []}, "bad_input", "buildings"),
        ({"segment_by": "floor"}, "bad_input", "unit"),
    ],
)
def test_a_permit_that_cannot_be_cut_this_way_is_refused_by_name_and_nothing_is_written(
    hall: Hall, changes: dict[str, object], code: str, named: str
) -> None:
    with pytest.raises((NotMet, BadInput)) as refused:
        parts.begun(hall.office, hall.town, MONDAY, **changes)
    assert refused.value.code == code
    assert named in refused.value.zh + str([reason.facts for reason in refused.value.reasons])
    assert hall.count("cases") == 0


def test_areas_within_one_percent_are_a_matter_of_measuring(hall: Hall) -> None:
    parts.begun(hall.office, hall.town, MONDAY, above_m2=25452, below_m2=2525)


def test_one_acceptance_for_each_permit_also_after_it_has_ended_but_not_after_it_was_withdrawn(
    hall: Hall, acceptance: str
) -> None:
    with pytest.raises(Conflict) as refused:
        parts.begun(hall.office, hall.town, MONDAY)
    assert refused.value.code == "open_already"
    other = parts.begun(hall.office, hall.town, MONDAY, permit_no="370212202603020201")
    given.act(hall.office, hall.town.applicant, TUESDAY, other, "withdraw", {"reason": "证号有误"})
    given.looked_around(hall.office, TUESDAY)
    assert {parts.state(hall.office, no) for no in parts.segments(hall.office, other).values()} == {"withdrawn"}
    parts.begun(hall.office, hall.town, WEDNESDAY, permit_no="370212202603020201")
    expect_sound(hall)


def test_segments_may_be_cut_later_of_the_buildings_that_are_left(hall: Hall) -> None:
    rows = [{name: value for name, value in row.items() if name != "segment"} for row in parts.BUILDINGS]
    no = parts.begun(hall.office, hall.town, MONDAY, buildings=rows, segments=None)
    assert parts.segments(hall.office, no) == {}
    applicant, first = hall.town.applicant, [{"code": "D1", "segment": "A"}, {"code": "D2", "segment": "A"}]
    given.act(hall.office, applicant, TUESDAY, no, "cut", {"segments": [{"segment": "A"}], "buildings": first})
    cut = case(hall, parts.segments(hall.office, no)["A"])
    assert [row["name"] for row in cut.data["buildings"]] == ["1号楼", "2号楼"]

    def refused(segments: list[dict[str, object]], *codes: str) -> str:
        said = {"segments": segments, "buildings": [{"code": code, "segment": "B"} for code in codes]}
        return _refusal(hall, no, applicant, "cut", said)

    assert refused([{"segment": "B"}], "D2", "D3") == "building_shared"
    assert refused([{"segment": "B"}], "D9") == "building_unknown"
    assert refused([{"segment": "B", "last": True}], "D3") == "building_in_none"
    assert refused([{"segment": "B"}], "D3", "D4") == "last_segment_missing"
    assert refused([{"segment": "B"}, {"segment": "A"}], "D3") == "segment_empty"
    said = {
        "segments": [{"segment": "A", "last": True}],
        "buildings": [{"code": c, "segment": "A"} for c in ("D3", "D4")],
    }
    assert _refusal(hall, no, applicant, "cut", said) == "segment_name_taken"
    assert set(parts.segments(hall.office, no)) == {"A"}


def test_nobody_cuts_a_segment_past_its_acceptance(hall: Hall, acceptance: str) -> None:
    said = {"segment": "C", "permit_no": parts.PERMIT, "segment_by": "unit", "buildings": [{"code": "D1"}]}
    for who in (hall.town.applicant, hall.town.specialist, hall.town.admin):
        with pytest.raises(NotAllowed):
            given.opened(hall.office, who, MONDAY, "segment", said, under=acceptance)


@pytest.mark.parametrize(
    ("changes", "code", "named"),
    [
        *(({name: False}, "entry_conditions_unmet", name) for name in parts.CONDITIONS),
        ({"planning_verified_on": "2026-02-28"}, "planning_after_completion", "45"),
        ({"completed_on": "2026-03-09"}, "planning_after_completion", "2026-03-09"),
        ({"above_m2": 22300}, "areas_do_not_add_up", "22300"),
        ({"supervisor": None}, "bad_input", "supervisor"),
        ({"water": "是"}, "bad_input", "water"),
    ],
)
def test_a_segment_that_is_not_ready_is_refused_with_what_is_missing(
    hall: Hall, acceptance: str, changes: dict[str, Any], code: str, named: str
) -> None:
    segment = parts.segments(hall.office, acceptance)["A"]
    with pytest.raises((NotMet, BadInput)) as refused:
        given.act(hall.office, hall.town.applicant, MONDAY, segment, "apply", parts.application(**changes))
    assert refused.value.code == code
    assert named in refused.value.zh + str([reason.facts for reason in refused.value.reasons])
    assert parts.state(hall.office, segment) == "planned"


def test_an_accepted_segment_is_pushed_to_every_department_and_to_those_of_the_whole_project_only_if_it_is_the_last(
    hall: Hall, acceptance: str
) -> None:
    segments = parts.segments(hall.office, acceptance)
    assert tuple(parts.taken_in(hall.office, hall.town, MONDAY, segments["A"])) == parts.COLUMNS
    last = parts.taken_in(hall.office, hall.town, MONDAY, segments["B"], "B")
    assert set(last) == {*parts.COLUMNS, *parts.WHOLE_PROJECT}
    archive = case(hall, last["archive"])
    assert (archive.department, archive.assignee_id) == ("DA", hall.town.officers["DA"].id)
    assert archive.title.endswith("专项验收（建设工程档案验收）")
    assert all(case(hall, no).clocks == () for no in last.values()), "only a cell with a problem has a clock"


def test_a_trait_of_the_project_adds_its_column(hall: Hall, acceptance: str) -> None:
    with hall.office.engine.begin() as conn:
        conn.execute(text("""UPDATE projects SET facts = '{"civil_defence_basement": true}'"""))
    cells = parts.taken_in(hall.office, hall.town, MONDAY, parts.segments(hall.office, acceptance)["A"])
    assert "civil_defence" in cells


def test_a_discipline_that_a_segment_does_not_touch_is_left_out_with_a_reason_but_not_one_others_wait_for(
    hall: Hall, acceptance: str
) -> None:
    segment = parts.segments(hall.office, acceptance)["B"]
    given.act(hall.office, hall.town.applicant, MONDAY, segment, "apply", parts.application("B"))

    def out(*codes: str) -> dict[str, object]:
        return {"left_out": [{"discipline": code, "reason": "不涉及"} for code in codes]}

    for code in ("planning", "quality", "layout", "civil_defence"):
        assert _refusal(hall, segment, hall.town.clerk, "accept", out(code)) == "discipline_not_left_out"
    assert _refusal(hall, segment, hall.town.clerk, "accept", out("fire", "fire")) == "bad_input"
    given.act(hall.office, hall.town.clerk, MONDAY, segment, "accept", out("energy", "utilities"))
    assert set(parts.cells(hall.office, segment)) == {"planning", "quality", "fire", "archive", *parts.WHOLE_PROJECT}


def test_the_completion_acceptance_is_an_event_of_the_project_on_the_day_it_was(hall: Hall, acceptance: str) -> None:
    parts.taken_in(hall.office, hall.town, MONDAY, parts.segments(hall.office, acceptance)["A"])
    with hall.office.engine.connect() as conn:
        rows = conn.execute(text("SELECT event, on_day FROM project_events")).all()
    assert [tuple(row) for row in rows] == [("completion_acceptance", date(2026, 2, 27))]


def test_the_days_of_a_segment_are_counted_by_hand(hall: Hall, acceptance: str) -> None:
    office, town, segment = hall.office, hall.town, parts.segments(hall.office, acceptance)["A"]
    given.act(office, town.applicant, MONDAY, segment, "apply", parts.application())
    assert _due(hall, segment) == {"acceptance": date(2026, 3, 3), "filing": date(2026, 3, 16)}
    given.act(office, town.clerk, TUESDAY, segment, "accept")
    # 3月3日受理：资料4日至9日，承诺7日至12日；备案自2月27日起15日为3月14日（周六），顺延至16日。
    assert _due(hall, segment) == {
        "documents": date(2026, 3, 9),
        "promised": date(2026, 3, 12),
        "filing": date(2026, 3, 16),
    }
    given.looked_around(office, TUESDAY)
    parts.visited(office, town, THURSDAY, segment)
    assert _due(hall, segment)["opinions"] == date(2026, 3, 6)
    parts.filed(office, town, FRIDAY, segment, "备2026-001")
    assert _due(hall, segment) == {}
    assert parts.state(office, segment) == "filed"
    expect_sound(hall)


def _due(hall: Hall, no: str) -> dict[str, date | None]:
    return {clock.name: clock.due_on for clock in case(hall, no).running_clocks}


def test_a_discipline_cannot_pass_before_those_the_law_puts_before_it(hall: Hall, acceptance: str) -> None:
    office, town, segment = hall.office, hall.town, parts.segments(hall.office, acceptance)["A"]
    cells = parts.taken_in(office, town, MONDAY, segment)
    parts.visited(office, town, TUESDAY, segment)
    for code in ("quality", "fire", "archive", "energy", "utilities"):
        department = case(hall, cells[code]).department
        assert _refusal(hall, cells[code], town.officers[department], "pass", parts.FINE) == "order_of_law"
    parts.on(office, town, WEDNESDAY, cells["fire"], "find_nothing", parts.FINE)
    parts.on(office, town, WEDNESDAY, cells["planning"], "pass", parts.FINE)
    with pytest.raises(NotMet) as refused:
        parts.on(office, town, WEDNESDAY, cells["fire"], "pass", parts.FINE)
    assert refused.value.reasons[0].facts["disciplines"] == ["quality"]
    parts.on(office, town, WEDNESDAY, cells["quality"], "pass", parts.FINE)
    parts.on(office, town, WEDNESDAY, cells["fire"], "pass", parts.FINE)
    assert _refusal(hall, segment, town.officers["ZJ"], "conclude", {"conclusion": "合格"}) == "checks_open"


def _with_problems(hall: Hall, acceptance: str) -> tuple[str, dict[str, str]]:
    """Segment A visited on Tuesday, problems of fire and archive found on Wednesday, nothing by the others."""
    office, town, segment = hall.office, hall.town, parts.segments(hall.office, acceptance)["A"]
    cells = parts.taken_in(office, town, MONDAY, segment)
    parts.visited(office, town, TUESDAY, segment)
    for code, cell in cells.items():
        if code in ("fire", "archive"):
            parts.on(office, town, WEDNESDAY, cell, "find_problems", {"problems": [parts.PROBLEM]})
        elif code != "utilities":
            parts.on(office, town, WEDNESDAY, cell, "find_nothing", parts.FINE)
    return segment, cells


def test_all_problems_of_all_departments_go_out_in_one_list_once(hall: Hall, acceptance: str) -> None:
    office, town, officer = hall.office, hall.town, hall.town.officers["ZJ"]
    segment, cells = _with_problems(hall, acceptance)
    assert _refusal(hall, segment, officer, "send_list") == "departments_still_looking"
    parts.on(office, town, WEDNESDAY, cells["utilities"], "find_nothing", parts.FINE)
    given.act(office, officer, WEDNESDAY, segment, "send_list")
    with office.engine.connect() as conn:
        [facts] = conn.execute(text("SELECT facts FROM documents WHERE kind = 'rectification_notice'")).scalars()
    assert [row["discipline"] for row in facts["said"]["problems"]] == ["fire", "archive"]
    assert facts["said"]["problems"][0]["photo"] == "IMG-0031"
    assert _refusal(hall, segment, officer, "send_list") == "list_sent_already"
    given.looked_around(office, WEDNESDAY)
    assert (
        _refusal(hall, cells["energy"], officer, "find_problems", {"problems": [parts.PROBLEM]}) == "list_sent_already"
    )


def test_only_the_cells_with_a_problem_have_a_clock_and_only_the_promise_stands_still(
    hall: Hall, acceptance: str
) -> None:
    office, town = hall.office, hall.town
    segment, cells = _with_problems(hall, acceptance)
    parts.on(office, town, WEDNESDAY, cells["utilities"], "find_nothing", parts.FINE)
    given.act(office, town.officers["ZJ"], WEDNESDAY, segment, "send_list")
    # A worker that comes to it two days later: the time of the cells counts from the list.
    given.looked_around(office, FRIDAY)
    ticking = {code: _due(hall, cell) for code, cell in cells.items() if _due(hall, cell)}
    assert ticking == {code: {"rectification": date(2026, 3, 9)} for code in ("fire", "archive")}
    assert _due(hall, segment) == {"rectification": date(2026, 3, 9), "promised": None, "filing": date(2026, 3, 16)}
    [pause] = case(hall, segment).open_pauses
    assert (pause.cause, pause.stops, pause.cap_until) == ("rectification", ("promised",), date(2026, 3, 9))
    expect_sound(hall)


def test_what_is_put_right_is_looked_at_again_and_the_segment_goes_on(hall: Hall, acceptance: str) -> None:
    office, town = hall.office, hall.town
    segment, cells = _with_problems(hall, acceptance)
    parts.on(office, town, WEDNESDAY, cells["utilities"], "find_nothing", parts.FINE)
    given.act(office, town.officers["ZJ"], WEDNESDAY, segment, "send_list")
    given.looked_around(office, WEDNESDAY)
    given.act(office, town.applicant, THURSDAY, cells["fire"], "report_fixed", {"done": "已补装"})
    given.looked_around(office, THURSDAY)
    assert parts.state(office, segment) == "rectifying", "the archive is still to be put right"
    given.act(office, town.applicant, THURSDAY, cells["archive"], "report_fixed", {"done": "已补卷"})
    given.looked_around(office, THURSDAY)
    assert parts.state(office, segment) == "opinions"
    assert case(hall, segment).open_pauses == ()
    # Accepted on 2 March, seven days to the 11th, one day (the 5th) stood still: the 12th.
    assert _due(hall, segment)["promised"] == date(2026, 3, 12)
    parts.on(office, town, THURSDAY, cells["archive"], "not_fixed", {"reason": "缺竣工图"})
    assert parts.state(office, segment) == "rectifying"
    assert _due(hall, cells["archive"]) == {"rectification": date(2026, 3, 9)}, "no new three days"
    given.act(office, town.applicant, FRIDAY, cells["archive"], "report_fixed", {"done": "竣工图已补"})
    given.looked_around(office, FRIDAY)
    parts.filed(office, town, FRIDAY, segment, "备2026-001")
    assert parts.state(office, segment) == "filed"
    expect_sound(hall)


def test_what_is_not_put_right_in_three_days_fails_by_the_clock_and_its_buildings_are_cut_anew(
    hall: Hall, acceptance: str
) -> None:
    office, town = hall.office, hall.town
    segment, cells = _with_problems(hall, acceptance)
    parts.on(office, town, WEDNESDAY, cells["utilities"], "find_nothing", parts.FINE)
    given.act(office, town.officers["ZJ"], WEDNESDAY, segment, "send_list")
    given.looked_around(office, WEDNESDAY)
    given.time_is(office.engine, given.moment("2026-03-09", "23:50"))
    sweep(office)
    assert parts.state(office, segment) == "rectifying"
    after = given.moment("2026-03-10", "00:06")
    given.time_is(office.engine, after)
    sweep(office)
    sweep(office)
    given.looked_around(office, after)
    assert parts.state(office, segment) == "failed"
    assert {parts.state(office, cell) for cell in cells.values()} == {"closed"}
    again = {
        "segments": [{"segment": "A"}],
        "buildings": [{"code": "D1", "segment": "A"}, {"code": "D2", "segment": "A"}],
    }
    later = given.moment("2026-03-11")
    given.act(office, town.applicant, later, acceptance, "cut", again)
    anew = parts.segments(office, acceptance)["A"]
    assert anew != segment
    assert set(parts.taken_in(office, town, later, anew)) == set(parts.COLUMNS)
    expect_sound(hall)


def test_a_cell_passed_with_a_condition_leaves_a_task_with_its_day(hall: Hall, acceptance: str) -> None:
    office, town, segment = hall.office, hall.town, parts.segments(hall.office, acceptance)["A"]
    cells = parts.taken_in(office, town, MONDAY, segment)
    said = {"what": "补种行道树12株", "due_on": "2026-04-15", "opinion": "有条件通过"}
    parts.on(office, town, MONDAY, cells["planning"], "pass_with_conditions", said)
    [task] = given.children(office.engine, cells["planning"], "task").values()
    assert case(hall, task).department == "ZG"
    assert _due(hall, task) == {"due": date(2026, 4, 15)}
    parts.visited(office, town, TUESDAY, segment)
    parts.filed(office, town, TUESDAY, segment, "备2026-001")
    assert parts.state(office, task) == "open", "the condition outlives the acceptance"
    expect_sound(hall)


def test_a_failed_cell_blocks_its_own_segment_only(hall: Hall, acceptance: str) -> None:
    office, town, segments = hall.office, hall.town, parts.segments(hall.office, acceptance)
    first, last = (parts.taken_in(office, town, MONDAY, segments[name], name) for name in ("A", "B"))
    parts.visited(office, town, TUESDAY, segments["A"])
    parts.visited(office, town, TUESDAY, segments["B"])
    parts.on(office, town, TUESDAY, last["fire"], "fail", {"reason": "消防水池未建成"})
    assert _refusal(hall, segments["B"], town.officers["ZJ"], "conclude", {"conclusion": "合格"}) == "checks_open"
    parts.filed(office, town, TUESDAY, segments["A"], "备2026-001")
    assert parts.state(office, segments["A"]) == "filed"
    assert first["fire"] != last["fire"]
    given.act(office, town.officers["ZJ"], WEDNESDAY, segments["B"], "fail", {"conclusion": "消防未通过，重新申请"})
    given.looked_around(office, WEDNESDAY)
    assert parts.state(office, segments["B"]) == "failed"
    assert parts.state(office, acceptance) == "open"
    expect_sound(hall)


def test_a_failed_column_of_the_whole_project_blocks_every_segment(hall: Hall, acceptance: str) -> None:
    office, town, segments = hall.office, hall.town, parts.segments(hall.office, acceptance)
    parts.taken_in(office, town, MONDAY, segments["A"])
    last = parts.taken_in(office, town, MONDAY, segments["B"], "B")
    parts.visited(office, town, TUESDAY, segments["A"])
    parts.on(office, town, TUESDAY, last["greenery"], "fail", {"reason": "绿地率不足"})
    with pytest.raises(NotMet) as refused:
        parts.filed(office, town, TUESDAY, segments["A"], "备2026-001")
    assert refused.value.code == "project_wide_fault"


def test_the_last_segment_closes_last_with_the_totals_and_ends_the_acceptance(hall: Hall, acceptance: str) -> None:
    office, town, segments = hall.office, hall.town, parts.segments(hall.office, acceptance)
    officer = town.officers["ZJ"]
    last = parts.taken_in(office, town, MONDAY, segments["B"], "B")
    parts.visited(office, town, TUESDAY, segments["B"])
    for code in parts.COLUMNS:
        parts.on(office, town, TUESDAY, last[code], "pass", parts.FINE)
    with pytest.raises(NotMet) as refused:
        given.act(office, officer, TUESDAY, segments["B"], "conclude", {"conclusion": "合格"})
    assert refused.value.reasons[0].facts["disciplines"] == list(parts.WHOLE_PROJECT)
    with pytest.raises(NotMet) as waits:
        parts.filed(office, town, TUESDAY, segments["B"], "备2026-002")
    assert waits.value.code == "last_segment_waits"
    parts.taken_in(office, town, WEDNESDAY, segments["A"])
    parts.visited(office, town, WEDNESDAY, segments["A"])
    parts.filed(office, town, WEDNESDAY, segments["A"], "备2026-001")
    said = {"filing_no": "备2026-001"}
    assert _refusal(hall, segments["B"], officer, "file", said) == "filing_number_used"
    given.act(office, officer, THURSDAY, segments["B"], "file", {"filing_no": "备2026-002"})
    nothing = {"segments": [{"segment": "C"}], "buildings": [{"code": "D1", "segment": "C"}]}
    with pytest.raises(NotMet) as closed:
        given.act(office, town.applicant, THURSDAY, acceptance, "cut", nothing)
    assert {"cut_closed", "building_shared"} <= {reason.code for reason in closed.value.reasons}
    given.looked_around(office, THURSDAY)
    given.looked_around(office, THURSDAY)
    assert (parts.state(office, acceptance), case(hall, acceptance).outcome) == ("accepted", "accepted")
    assert _refusal(hall, acceptance, town.applicant, "cut", nothing) == "wrong_state"
    with office.engine.connect() as conn:
        kinds = list(conn.execute(text("SELECT kind FROM documents")).scalars())
    assert {kind: kinds.count(kind) for kind in ("joint_opinion", "filing_certificate", "delivery_receipt")} == {
        "joint_opinion": 2,
        "filing_certificate": 2,
        "delivery_receipt": 2,
    }
    expect_sound(hall)


def test_the_totals_that_were_surveyed_must_make_up_the_permit(hall: Hall, acceptance: str) -> None:
    """Each segment within its tolerance, all of them not: D4 was built larger than its segment could hide."""
    office, town, segments = hall.office, hall.town, parts.segments(hall.office, acceptance)
    for name, above in (("A", 22220), ("B", 3232)):
        given.act(office, town.applicant, MONDAY, segments[name], "apply", parts.application(name, above_m2=above))
        given.act(office, town.clerk, MONDAY, segments[name], "accept")
        given.looked_around(office, MONDAY)
        parts.visited(office, town, TUESDAY, segments[name])
        if name == "A":
            parts.filed(office, town, TUESDAY, segments[name], "备2026-001")
    with office.engine.begin() as conn:  # as if the permit had been changed meanwhile
        conn.execute(text("UPDATE cases SET data = data || '{\"above_m2\": 24000}' WHERE no = :no"), {"no": acceptance})
    with pytest.raises(NotMet) as refused:
        parts.filed(office, town, TUESDAY, segments["B"], "备2026-002")
    assert refused.value.code == "areas_do_not_add_up"
    assert refused.value.reasons[0].facts["areas"][0]["value"] == 25452


def _accepted(hall: Hall, acceptance: str) -> None:
    """Every segment filed, the last one last."""
    for name, filing_no in (("A", "备2026-001"), ("B", "备2026-002")):
        segment = parts.segments(hall.office, acceptance)[name]
        parts.taken_in(hall.office, hall.town, MONDAY, segment, name)
        parts.visited(hall.office, hall.town, MONDAY, segment)
        parts.filed(hall.office, hall.town, MONDAY, segment, filing_no)
    given.looked_around(hall.office, MONDAY)


def test_what_was_accepted_by_segments_counts_for_the_items_that_wait_for_it_when_all_of_it_is_filed(
    hall: Hall, acceptance: str
) -> None:
    office, segments = hall.office, parts.segments(hall.office, acceptance)
    parts.taken_in(office, hall.town, MONDAY, segments["A"])
    parts.visited(office, hall.town, MONDAY, segments["A"])
    parts.filed(office, hall.town, MONDAY, segments["A"], "备2026-001")
    assert _granted(hall) == frozenset(), "one segment is not the whole"
    parts.taken_in(office, hall.town, MONDAY, segments["B"], "B")
    parts.visited(office, hall.town, MONDAY, segments["B"])
    parts.filed(office, hall.town, MONDAY, segments["B"], "备2026-002")
    assert _granted(hall) == {"JG01", "JG02", "JG05", "JG06", "JG07", "JG08", "JG09"}
    assert {*_granted(hall)} <= set(office.catalogue.items)


def _granted(hall: Hall) -> frozenset[str]:
    """What a project's rules read, by both statements that read it."""
    with hall.office.engine.connect() as conn:
        found = projects.standing(conn, hall.town.project.id).permits
        reading = cases.read(conn, no="LS2026-000001", groups=frozenset({"permits"}))
    assert reading is not None
    assert reading.permits == found
    return found


def test_the_first_title_can_be_registered_after_an_acceptance_by_segments(hall: Hall, acceptance: str) -> None:
    _accepted(hall, acceptance)
    office, town = hall.office, hall.town
    no = given.application(office, town, TUESDAY, ["JG10"]).cases["JG10"]
    given.act(office, town.clerk, TUESDAY, no, "accept")
    given.act(office, town.officers["DJ"], TUESDAY, no, "grant", {"opinion": "同意登记"})
    assert parts.state(office, no) == "granted"


def test_the_opinion_states_parties_areas_buildings_and_what_every_discipline_said(hall: Hall, acceptance: str) -> None:
    segment = parts.segments(hall.office, acceptance)["A"]
    parts.taken_in(hall.office, hall.town, MONDAY, segment)
    parts.visited(hall.office, hall.town, MONDAY, segment)
    parts.filed(hall.office, hall.town, MONDAY, segment, "备2026-001")
    with hall.office.engine.connect() as conn:
        facts = {row.kind: row.facts["words"] for row in conn.execute(text("SELECT kind, facts FROM documents"))}
    opinion = facts["joint_opinion"]
    stated = ("surveyor", "designer", "builder", "supervisor", "permit_no", "segment", "above_m2", "civil_defence_m2")
    assert all(opinion[f"kept.{name}"] for name in stated)
    assert [row[0] for row in opinion["kept.buildings"]["rows"]] == ["D1", "D2"]
    assert [(row[0], row[2]) for row in opinion["items"]["rows"]][:2] == [
        ("规划核实", "通过：符合要求"),
        ("工程质量竣工验收监督", "通过：符合要求"),
    ]
    assert opinion["said.conclusion"] == "验收合格，同意使用"
    assert facts["filing_certificate"]["said.filing_no"] == "备2026-001"


def test_looking_again_after_a_crash_changes_nothing(hall: Hall, acceptance: str) -> None:
    segment, cells = _with_problems(hall, acceptance)
    parts.on(hall.office, hall.town, WEDNESDAY, cells["utilities"], "find_nothing", parts.FINE)
    given.act(hall.office, hall.town.officers["ZJ"], WEDNESDAY, segment, "send_list")
    given.looked_around(hall.office, WEDNESDAY)
    before = hall.count("events")
    for no in (acceptance, segment, *cells.values()):
        assert look_at(hall.office, given.case_id(hall.office.engine, no)) == ()
    assert hall.count("events") == before


def test_the_time_to_put_things_right_is_one_figure_in_two_files(hall: Hall) -> None:
    catalogue = hall.office.catalogue
    assert catalogue.limits["rectification"].limit == catalogue.causes["rectification"].cap


def test_an_acceptance_withdrawn_takes_its_plans_along_but_not_what_is_under_way(hall: Hall, acceptance: str) -> None:
    segment = parts.segments(hall.office, acceptance)["A"]
    given.act(hall.office, hall.town.applicant, MONDAY, segment, "apply", parts.application())
    said = {"reason": "改为整体验收"}
    assert _refusal(hall, acceptance, hall.town.applicant, "withdraw", said) == "segments_under_way"
    given.act(hall.office, hall.town.applicant, FRIDAY, segment, "withdraw", said)
    given.act(hall.office, hall.town.applicant, FRIDAY, acceptance, "withdraw", said)
    given.looked_around(hall.office, FRIDAY)
    assert {parts.state(hall.office, no) for no in parts.segments(hall.office, acceptance).values()} == {"withdrawn"}
    expect_sound(hall)


def test_one_segment_by_check_holds_every_building_and_is_the_last(hall: Hall) -> None:
    rows = [{**row, "segment": "整体"} for row in parts.BUILDINGS]
    said = {"segment_by": "check", "buildings": rows, "segments": [{"segment": "整体", "last": True}]}
    no = parts.begun(hall.office, hall.town, MONDAY, **said)
    [segment] = parts.segments(hall.office, no).values()
    whole = parts.application("A", above_m2=25200)
    given.act(hall.office, hall.town.applicant, MONDAY, segment, "apply", whole)
    given.act(hall.office, hall.town.clerk, MONDAY, segment, "accept")
    assert set(parts.cells(hall.office, segment)) == {*parts.COLUMNS, *parts.WHOLE_PROJECT}
