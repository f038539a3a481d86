"""Clocks that wait for what a case keeps, and clocks of a state that is entered again."""

from datetime import date

import pytest

from tests import given, hall
from tests.hall import Hall
from tests.store.test_checklist import ANSWERS
from workflow.commands.fire_rungs import sweep
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
