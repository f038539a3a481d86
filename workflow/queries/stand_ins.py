"""Whom the actor may enter a leave for, and who may stand in: for the form of a leave."""

from dataclasses import dataclass

from sqlalchemy import text

from workflow.visibility import managed_people
from workflow.work import Work

AT_MOST = 2000


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody by name; ``mine``: the actor may enter this person's leave."""

    id: int
    name: str
    username: str
    mine: bool


def colleagues(work: Work) -> tuple[Colleague, ...]:
    """The people of the office for whoever works there, those of the same company for an applicant; by name."""
    managed, parameters = managed_people(work.actor, work.office.catalogue)
    staff = any(grant.role != "applicant" for grant in work.actor.grants)
    companies = [grant.company for grant in work.actor.grants if grant.company is not None]
    among = "r.role <> 'applicant'" if staff else "r.company = ANY(:companies)"
    rows = work.conn.execute(
        text(f"""
SELECT p.id, p.name, p.username, (p.id = :me OR {managed}) AS mine FROM people p
WHERE p.active AND EXISTS (SELECT FROM person_roles r WHERE r.person_id = p.id AND {among})
ORDER BY p.name, p.id LIMIT :most"""),  # noqa: S608 - of constants
        {**parameters, "me": work.actor.id, "companies": companies, "most": AT_MOST},
    )
    return tuple(Colleague(*row) for row in rows)
