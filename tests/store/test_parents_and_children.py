"""Cases under cases when several hands are at work: who waits for whom, and what is looked at afterwards."""

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from tests import given
from tests.store.test_mechanism import entry
from workflow.commands.fire_rungs import sweep
from workflow.commands.look_at import look_around
from workflow.commands.take_action import take_action
from workflow.errors import Conflict
from workflow.work import Office

MONDAY = given.moment("2026-03-02")
TASK = {"what": "核对红线坐标", "department": "ZG", "due_on": "2026-03-10"}
RAISED = {"what": "红线坐标不一致", "department": "ZG"}


@pytest.fixture
def town(office: Office) -> given.Town:
    return given.town(office)


def test_nothing_is_opened_under_a_case_that_ends_at_that_instant(office: Office, town: given.Town) -> None:
    """Whoever looks down from the end of the case would never see it, and nobody would end it."""
    problem = given.opened(office, town.specialist, MONDAY, "problem", RAISED, on=town.project.code)

    def open_task() -> object:
        try:
            return given.opened(office, town.specialist, MONDAY, "task", TASK, under=problem)
        except Conflict as refused:
            return refused

    with ThreadPoolExecutor(1) as pool:
        with given.at(office, town.squad_leader, MONDAY) as work:
            take_action(work, problem, "drop", {"reason": "重复"})
            opening = pool.submit(open_task)
            # It waits for the end of this transaction, or has not waited and is done.
            wait([opening], timeout=1)
        found = opening.result()
    assert isinstance(found, Conflict), f"{found} was opened under a case that has ended"
    assert found.code == "parent_ended"
    assert given.children(office.engine, problem, "task") == {}


def test_one_case_that_cannot_be_looked_at_keeps_nobody_from_the_others_under_the_same(
    office: Office, town: given.Town
) -> None:
    mechanism = given.opened(office, town.squad_leader, MONDAY, "mechanism", entry(town), on=town.project.code)
    with office.engine.begin() as conn:
        first, *others = conn.execute(text("SELECT no FROM cases WHERE flow = 'milestone' ORDER BY id")).scalars()
        # Of a version that this process has not got, as after going back to an older delivery.
        conn.execute(text("UPDATE cases SET flow_version = 99 WHERE no = :no"), {"no": first})
    assert others
    given.act(office, town.district_leader, MONDAY, mechanism, "remove", {"reason": "移出作战图"})
    given.time_is(office.engine, MONDAY)
    with pytest.raises(KeyError):
        look_around(office, {"children_of": given.case_id(office.engine, mechanism)})
    with office.engine.connect() as conn:
        rows = conn.execute(text("SELECT no, state FROM cases WHERE flow = 'milestone'")).all()
    assert {row.state for row in rows if row.no in others} == {"dropped"}


def test_what_had_to_wait_for_the_clock_is_ended_after_it_has_acted(office: Office, town: given.Town) -> None:
    """A milestone turns red at the end of a day; whoever removes its project that night must not leave it behind."""
    mechanism = given.opened(office, town.squad_leader, MONDAY, "mechanism", entry(town), on=town.project.code)
    [red] = _turns_red(office)
    given.act(office, town.district_leader, red, mechanism, "remove", {"reason": "移出作战图"})
    given.looked_around(office, red)
    assert _milestones(office)["开工"] == "planned", "by law the clock comes first"
    acts = red + timedelta(days=4)
    given.time_is(office.engine, acts)
    sweep(office)
    assert _milestones(office)["开工"] == "red"
    given.looked_around(office, acts)
    assert set(_milestones(office).values()) == {"dropped"}


def _turns_red(office: Office) -> list[datetime]:
    """When the clock of the milestone 开工 that turns it red has ended."""
    with office.engine.connect() as conn:
        return list(
            conn.execute(
                text("""
SELECT k.due_at FROM clocks k JOIN cases c ON c.id = k.case_id
WHERE c.flow = 'milestone' AND c.data ->> 'name' = '开工' AND k.name = 'red'""")
            ).scalars()
        )


def _milestones(office: Office) -> dict[str, str]:
    """The states of the milestones, by name."""
    with office.engine.connect() as conn:
        rows = conn.execute(text("SELECT data ->> 'name' AS name, state FROM cases WHERE flow = 'milestone'")).all()
    return {row.name: row.state for row in rows}
