"""Cases that people open under others, as the opening of their flow says."""

from datetime import date

import pytest
from sqlalchemy import Engine

from tests import given
from workflow.case import Case
from workflow.errors import BadInput, NotAllowed, NotFound, NotMet
from workflow.store import cases
from workflow.work import Office

MONDAY = given.moment("2026-03-02")
TASK = {"what": "核对红线坐标", "department": "ZG", "due_on": "2026-03-10"}
LATER = {"due_on": "2026-03-20", "postponed_because": "等资料"}


@pytest.fixture
def town(office: Office) -> given.Town:
    return given.town(office)


@pytest.fixture
def problem(office: Office, town: given.Town) -> str:
    raised = {"what": "红线坐标不一致", "department": "ZG"}
    return given.opened(office, town.specialist, MONDAY, "problem", raised, on=town.project.code)


def test_a_task_stands_under_its_case_with_the_department_and_the_day_it_was_given(
    office: Office, town: given.Town, problem: str
) -> None:
    no = given.opened(office, town.specialist, MONDAY, "task", TASK, under=problem)
    task = _case(office.engine, no)
    assert task.title.endswith("任务（核对红线坐标）")
    assert (task.department, task.assignee_id) == ("ZG", town.officers["ZG"].id)
    assert [(clock.name, clock.due_on) for clock in task.clocks] == [("due", date(2026, 3, 10))]


def test_a_date_put_off_moves_the_clock_that_runs_until_it_and_only_once(
    office: Office, town: given.Town, problem: str
) -> None:
    no = given.opened(office, town.specialist, MONDAY, "task", TASK, under=problem)
    given.act(office, town.squad_leader, MONDAY, no, "postpone", LATER)
    [clock] = _case(office.engine, no).clocks
    assert (clock.due_on, clock.round) == (date(2026, 3, 20), 1)
    with pytest.raises(NotMet) as refused:
        given.act(office, town.squad_leader, MONDAY, no, "postpone", {**LATER, "due_on": "2026-03-27"})
    assert refused.value.code == "recorded_already"


@pytest.mark.parametrize(
    ("who", "flow", "inputs", "refusal", "code"),
    [
        ("applicant", "task", TASK, NotAllowed, "role_required"),
        ("specialist", "nothing", TASK, NotFound, "no_such_flow"),
        ("specialist", "task", {**TASK, "department": "XX"}, BadInput, "bad_input"),
        ("specialist", "task", {**TASK, "due_on": "20260310"}, BadInput, "bad_input"),
        ("specialist", "task", {**TASK, "due_on": "2026-03-02"}, NotMet, "due_day_past"),
        ("specialist", "task", {**TASK, "colour": "red"}, BadInput, "bad_input"),
    ],
)
def test_an_opening_that_is_refused_says_why_and_writes_nothing(
    office: Office,
    town: given.Town,
    problem: str,
    who: str,
    flow: str,
    inputs: dict[str, object],
    refusal: type[Exception],
    code: str,
) -> None:
    with pytest.raises(refusal) as refused:
        given.opened(office, getattr(town, who), MONDAY, flow, inputs, under=problem)
    assert refused.value.code == code  # type: ignore[attr-defined]
    assert given.children(office.engine, problem, "task") == {}


def test_what_stands_under_a_case_cannot_stand_on_a_project_alone(office: Office, town: given.Town) -> None:
    with pytest.raises(BadInput, match="stands under a case"):
        given.opened(office, town.specialist, MONDAY, "task", TASK, on=town.project.code)


def _case(engine: Engine, no: str) -> Case:
    with engine.connect() as conn:
        reading = cases.read(conn, no=no)
    assert reading is not None
    return reading.case
