"""What was applied for on a project already: of every item the newest case that is open or was granted."""

from dataclasses import dataclass

from sqlalchemy import text

from workflow.definition import Title
from workflow.visibility import visible_cases
from workflow.work import Work


@dataclass(frozen=True, slots=True)
class Applied:
    """A case of an item; ``open`` until it has ended."""

    no: str
    state: Title
    open: bool


def applied(work: Work, project_code: str) -> dict[str, Applied]:
    """By item, of the cases this actor may see; one statement, however many cases the project has."""
    seen, parameters = visible_cases(work.actor)
    rows = work.conn.execute(
        text(f"""
SELECT DISTINCT ON (c.item) c.item, c.no, c.flow, c.flow_version, c.state, c.ended_at IS NULL AS open
FROM cases c JOIN projects p ON p.id = c.project_id
WHERE p.code = :code AND c.item IS NOT NULL AND (c.ended_at IS NULL OR c.outcome = 'granted') AND {seen}
ORDER BY c.item, c.id DESC"""),  # noqa: S608 - our own words only
        parameters | {"code": project_code},
    )
    return {
        row.item: Applied(row.no, work.office.flow(row.flow, row.flow_version).states[row.state].title, row.open)
        for row in rows
    }
