"""An office with two administrators, in which calendars are amended by the real commands."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import text

from tests import given
from tests.core.notices_given import the_2027_notice
from tests.given import Town, moment
from workflow.actor import Actor, Grant
from workflow.case import Case, ClockRecord
from workflow.clock.calendar import Notice
from workflow.clock.notices import notice_data
from workflow.commands.amend import propose, sign
from workflow.queries.amendments import Amendment
from workflow.queries.verify import verify
from workflow.store import cases
from workflow.work import Office

NOW = moment("2026-12-17")
PAPER = "国办发明电〔2026〕示例号"
NOTICE = the_2027_notice({date(2027, 1, 4): "元旦"}, date(2027, 1, 9))
"""Moves what ends in January: the 4th is off, the 9th, a Saturday, is worked."""
CLOSURE = {"year": 2026, "off": [{"date": "2026-12-21", "name": "台风停工"}]}


@dataclass(frozen=True, slots=True)
class Hall:
    """The office with a town and its two administrators."""

    office: Office
    town: Town
    second: Actor

    @property
    def first(self) -> Actor:
        return self.town.admin

    def propose(self, kind: str, content: dict[str, Any], now: datetime = NOW) -> Amendment:
        with given.at(self.office, self.first, now) as work:
            return propose(work, kind, content, PAPER)

    def sign(self, amendment_id: int, now: datetime = NOW, seen: str | None = None) -> Amendment:
        with given.at(self.office, self.second, now) as work:
            return sign(work, amendment_id, "同意", seen)

    def year(self, notice: Notice = NOTICE) -> Amendment:
        return self.propose("year", notice_data(notice))

    def put_in_force(self, notice: Notice = NOTICE) -> Amendment:
        return self.sign(self.year(notice).id)

    def works(self, day: date) -> bool:
        with given.at(self.office, self.first, NOW) as work:
            return work.calendar.is_working(day)

    def count(self, table: str) -> int:
        with self.office.engine.connect() as conn:
            return int(conn.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def open_hall(office: Office) -> Hall:
    """A town, and a second administrator."""
    town = given.town(office)
    with office.engine.begin() as conn:
        second = given.person(conn, "admin2", Grant("admin"))
    return Hall(office, town, second)


def case(hall: Hall, no: str) -> Case:
    """The case with its clocks and pauses."""
    with hall.office.engine.connect() as conn:
        found = cases.read(conn, no=no)
    assert found is not None
    return found.case


def clock(hall: Hall, no: str, name: str) -> ClockRecord:
    """The latest round of one clock of the case."""
    found = case(hall, no).clock(name)
    assert found is not None
    return found


def said(hall: Hall, no: str, action: str) -> list[dict[str, Any]]:
    """What the lines of that action in the history of the case say, in their order."""
    with hall.office.engine.connect() as conn:
        return list(
            conn.execute(
                text("""
SELECT e.input FROM events e JOIN cases c ON c.id = e.case_id
WHERE c.no = :no AND e.action = :action ORDER BY e.seq"""),
                {"no": no, "action": action},
            ).scalars()
        )


def expect_sound(hall: Hall) -> None:
    """Every history and every date holds."""
    assert verify(hall.office).breaches == ()


@contextmanager
def held(hall: Hall, no: str) -> Iterator[None]:
    """Somebody is at the case and has not committed yet."""
    with hall.office.engine.begin() as conn:
        cases.hold(conn, given.case_id(hall.office.engine, no))
        yield
