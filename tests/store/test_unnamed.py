"""What is done without a name leaves no name, not even that of somebody else."""

from dataclasses import replace

import pytest

from tests import given, hall
from tests.hall import Hall
from tests.store.test_assistance import ANSWER, MONDAY, PLAN, SOLUTION
from workflow.work import Office


@pytest.fixture
def here(office: Office) -> Hall:
    return hall.open_hall(office)


def test_who_rates_in_the_place_of_another_names_neither(here: Hall) -> None:
    town, office = here.town, here.office
    no = given.help_request(office, town, MONDAY)
    for action, inputs in (("answer", ANSWER), ("plan", PLAN), ("solve", SOLUTION)):
        given.act(office, town.specialist, MONDAY, no, action, inputs)
    grants = tuple(replace(grant, on_behalf_of=town.specialist.id) for grant in town.applicant.grants)
    rating = {"level": "dissatisfied"}
    given.act(office, replace(town.applicant, grants=grants), MONDAY, no, "rate_anonymously", rating)
    assert hall.said(here, no, "rate_anonymously") == [rating]
