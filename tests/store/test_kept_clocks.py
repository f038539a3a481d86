"""Clocks that wait for what a case keeps, and clocks of a state that is entered again."""

from datetime import date

import pytest

from tests import given, hall
from tests.hall import Hall
from tests.store.test_checklist import ANSWERS
from workflow.queries.proof import clock_proof
from workflow.work import Office

MONDAY = given.moment("2026-03-02")


@pytest.fixture
def here(office: Office) -> Hall:
    return hall.open_hall(office)


def test_a_state_entered_again_begins_its_time_again(here: Hall) -> None:
    """A list that was looked over yesterday is not late for being looked over tomorrow."""
    no = _agreed(here)
    first = hall.clock(here, no, "refresh")
    later = given.moment("2026-03-20")
    given.act(here.office, here.town.specialist, later, no, "confirm_current", {"result": "无变化"})
    again = hall.clock(here, no, "refresh")
    assert (first.round, again.round) == (1, 2)
    assert again.started_at == later
    assert again.due_on is not None
    assert first.due_on is not None
    assert again.due_on > first.due_on
    hall.expect_sound(here)


def _agreed(here: Hall) -> str:
    town, office = here.town, here.office
    no = given.opened(office, town.applicant, MONDAY, "checklist", {}, on=town.project.code)
    answers = [{"question": question, "answer": answer} for question, answer in ANSWERS]
    given.act(office, town.specialist, MONDAY, no, "propose", {"answers": answers})
    given.act(office, town.applicant, MONDAY, no, "agree")
    return no


def test_the_proof_of_a_past_day_shows_the_date_that_held_before_it_was_put_off(here: Hall) -> None:
    """Who asks in court what was promised on Wednesday is not told what was promised on Thursday."""
    raised = {"what": "红线坐标不一致", "department": "ZG", "due_on": "2026-03-20"}
    problem = given.opened(here.office, here.town.specialist, MONDAY, "problem", raised, on=here.town.project.code)
    asked = {"what": "核对红线坐标", "department": "ZG", "due_on": "2026-03-10"}
    task = given.opened(here.office, here.town.specialist, MONDAY, "task", asked, under=problem)
    later = {"due_on": "2026-03-20", "postponed_because": "等资料"}
    given.act(here.office, here.town.squad_leader, given.moment("2026-03-05"), task, "postpone", later)
    proofs = {}
    for day in ("2026-03-04", "2026-03-05"):
        with given.at(here.office, here.town.supervisor, given.moment("2026-03-06")) as work:
            proofs[day] = clock_proof(work, task, "due", at=date.fromisoformat(day))
    assert {day: proof.proof.due for day, proof in proofs.items()} == {
        "2026-03-04": date(2026, 3, 10),
        "2026-03-05": date(2026, 3, 20),
    }
    assert proofs["2026-03-04"].clock.due_on == date(2026, 3, 10)
    hall.expect_sound(here)
