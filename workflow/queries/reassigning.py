"""Cases that are to go to somebody else together: what stands on the page that asks whether it is meant."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text

from workflow.definition import Title
from workflow.queries.actions import Choice
from workflow.visibility import visible_cases
from workflow.work import Work

MOST = 40
"""Cases at once: a page of the list."""


@dataclass(frozen=True, slots=True)
class Movable:
    """One case, as the page names it; ``version`` is what the reader saw."""

    no: str
    title: str
    state_title: Title
    department: str
    assignee: str | None
    version: int


@dataclass(frozen=True, slots=True)
class Moving:
    """The cases in the order of their numbers, and who may take them: those who may take every one of them."""

    cases: tuple[Movable, ...]
    people: tuple[Choice, ...]


def reassigning(work: Work, numbers: Sequence[str]) -> Moving:
    """The open cases of these numbers that the actor may see, at most MOST."""
    seen, parameters = visible_cases(work.actor)
    rows = work.conn.execute(
        text(f"""
SELECT c.no, c.title, c.flow, c.flow_version, c.state, c.department, a.name AS assignee, c.version
FROM cases c LEFT JOIN people a ON a.id = c.assignee_id
WHERE c.no = ANY(:numbers) AND c.ended_at IS NULL AND {seen} ORDER BY c.no LIMIT :most"""),  # noqa: S608
        parameters | {"numbers": list(numbers), "most": MOST},
    ).all()
    cases = tuple(
        Movable(
            row.no,
            row.title,
            work.office.flow(row.flow, row.flow_version).states[row.state].title,
            row.department,
            row.assignee,
            row.version,
        )
        for row in rows
    )
    return Moving(cases, _people(work, sorted({one.department for one in cases})))


def _people(work: Work, departments: Sequence[str]) -> tuple[Choice, ...]:
    """Who works in all of these departments, as `store.cases` has it of one case, with how much each has."""
    rows = work.conn.execute(
        text("""
SELECT p.id, p.name, (SELECT count(*) FROM cases c WHERE c.assignee_id = p.id AND c.ended_at IS NULL) AS load
FROM people p JOIN person_roles r ON r.person_id = p.id
WHERE p.active AND (r.role = 'clerk' OR r.role IN ('officer', 'director') AND r.department = ANY(:departments))
GROUP BY p.id
HAVING bool_or(r.role = 'clerk')
  OR count(DISTINCT r.department) FILTER (WHERE r.department = ANY(:departments)) = :all
ORDER BY p.name, p.id"""),
        {"departments": list(departments), "all": len(departments)},
    )
    return tuple(
        Choice(str(row.id), Title(row.name, row.name), Title(f"在办 {row.load} 件", f"{row.load} open cases"))
        for row in rows
    )
