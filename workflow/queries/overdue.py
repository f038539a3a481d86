"""What is late now: a reading of the clocks, right when every worker is dead."""

from dataclasses import dataclass

from sqlalchemy import text

from workflow.definition import Title
from workflow.queries.clocks import ClockBrief
from workflow.queries.paging import Page, Paging
from workflow.queries.worklist import Filters, WorkRow, worklist
from workflow.visibility import visible_cases
from workflow.work import Work


@dataclass(frozen=True, slots=True)
class OverdueCase:
    """A case with a clock past its end, and the clocks that are."""

    row: WorkRow
    late: tuple[ClockBrief, ...]


@dataclass(frozen=True, slots=True)
class OverdueDepartment:
    """How many open cases of one department are late."""

    department: str
    title: Title
    cases: int


def overdue(work: Work, paging: Paging, filters: Filters | None = None) -> Page[OverdueCase]:
    """One page of late cases; raises as `worklist`."""
    wanted = filters or Filters(light="overdue")
    found = worklist(work, wanted, paging)
    late = (
        OverdueCase(row, tuple(clock for clock in row.clocks if clock.due_at and clock.due_at <= work.now))
        for row in found.rows
    )
    return Page(tuple(late), found.next_cursor)


def overdue_by_department(work: Work) -> tuple[OverdueDepartment, ...]:
    """Late cases by department, the most first; costs as much as there are late ones."""
    seen, parameters = visible_cases(work.actor)
    rows = work.conn.execute(
        text(f"""
SELECT c.department, count(*) AS cases FROM cases c
WHERE c.ended_at IS NULL AND c.due_at <= :now AND {seen}
GROUP BY c.department ORDER BY cases DESC, c.department"""),  # noqa: S608 - our own words only
        parameters | {"now": work.now},
    )
    departments = work.office.catalogue.departments
    return tuple(
        OverdueDepartment(
            row.department,
            departments[row.department].title if row.department in departments else Title(row.department, ""),
            row.cases,
        )
        for row in rows
    )
