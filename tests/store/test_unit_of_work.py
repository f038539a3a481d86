"""A unit of work lives at one instant, wherever that instant came from."""

from datetime import timedelta

from sqlalchemy import text

from tests import given
from workflow.reading import visible_case
from workflow.store import demo_time
from workflow.work import Office, Work, begin_work

NOW = given.moment("2026-03-02")


def test_a_unit_of_work_asked_twice_for_the_time_gives_the_same_answer(office: Office) -> None:
    town = given.town(office)
    with begin_work(office, town.clerk) as work:
        first = work.now
        work.conn.execute(text("SELECT pg_sleep(0.01)"))
        assert work.now == first


def test_the_first_case_that_is_read_brings_the_time_along(office: Office) -> None:
    town = given.town(office)
    no = next(iter(given.application(office, town, NOW).cases.values()))
    with begin_work(office, town.clerk) as work:
        first = visible_case(work, no)
        second = visible_case(work, no)
        assert second.now > first.now
        assert work.now == first.now


def test_a_time_that_was_given_stands_whatever_is_read(office: Office) -> None:
    town = given.town(office)
    no = next(iter(given.application(office, town, NOW).cases.values()))
    later = NOW + timedelta(days=1)
    with office.engine.begin() as conn:
        demo_time.fix(conn, NOW)
        work = Work(office, conn, later, town.clerk)
        visible_case(work, no)
        assert work.now == later
