"""What the office says among itself: an applicant sees neither it nor its traces, whoever's case it is about."""

import pytest
from sqlalchemy import event, text

from tests import given, hall
from tests.hall import Hall
from tests.store.test_consultation import ASKED, MONDAY
from workflow.clock.words import Light
from workflow.commands.settle_dates import settle_calendar
from workflow.queries.after_action import after_action
from workflow.queries.case import case
from workflow.queries.ended import EndedFilters, ended
from workflow.queries.lanes import lanes
from workflow.queries.paging import Paging
from workflow.work import Office


@pytest.fixture
def here(office: Office) -> Hall:
    return hall.open_hall(office)


def test_a_lane_counts_only_the_cases_that_its_reader_may_see(here: Hall) -> None:
    given.opened(here.office, here.town.specialist, MONDAY, "consultation", ASKED, on=here.town.project.code)
    # The opinions are late, the lead's own time runs on.
    late = given.moment("2026-03-06", "09:00")
    for actor, under, light in (
        (here.town.specialist, 3, Light.OVERDUE),
        (here.town.applicant, 0, None),
    ):
        with given.at(here.office, actor, late) as work:
            found = lanes(work, here.town.project.code)
        [station] = [one for lane in found.lanes if lane.lane == "station" for one in lane.cases]
        assert station.open_under_it == under, actor.name
        if light is not None:
            assert station.light is light


def test_the_answer_to_an_action_names_no_internal_case_to_an_applicant(here: Hall) -> None:
    no = given.opened(here.office, here.town.specialist, MONDAY, "consultation", ASKED, on=here.town.project.code)
    written = hall.case(here, no)
    for actor, seen in ((here.town.specialist, 3), (here.town.applicant, 0)):
        with given.at(here.office, actor, MONDAY) as work:
            assert len(after_action(work, written).children) == seen
            assert len(case(work, no).relatives) == seen


def test_an_applicant_is_not_told_that_the_dates_of_an_internal_case_have_moved(here: Hall) -> None:
    """The letter would name a case that the applicant may not know of."""
    now = given.moment("2026-12-17")
    asked = {**ASKED, "answer_by": "2026-12-21"}
    given.opened(here.office, here.town.specialist, now, "consultation", asked, on=here.town.project.code)
    closed = {"year": 2026, "off": [{"date": "2026-12-21", "name": "台风停工"}]}
    here.sign(here.propose("closure", closed, now).id, now)
    settle_calendar(here.office)
    with here.office.engine.connect() as conn:
        told = conn.execute(
            text("""
SELECT c.internal, o.body -> 'roles' ? 'applicant' AS applicant FROM outbox o JOIN cases c ON c.id = o.case_id
WHERE o.body ->> 'what' = 'dates'""")
        ).all()
    assert {(row.internal, row.applicant) for row in told} == {(True, False), (False, True)}


def test_the_ended_cases_of_one_company_are_looked_up_by_their_index(here: Hall) -> None:
    statements: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    event.listen(here.office.engine, "before_cursor_execute", note)
    try:
        with given.at(here.office, here.town.applicant, MONDAY) as work:
            ended(work, EndedFilters(), Paging("x"))
    finally:
        event.remove(here.office.engine, "before_cursor_execute", note)
    [asked] = [one for one in statements if "FROM cases c JOIN projects p" in one]
    # An equation: of a list of values PostgreSQL does not know that their order is the one wanted.
    assert "c.company = %(company)s" in asked
    assert "NOT c.internal" in asked
