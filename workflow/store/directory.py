"""The directory at one moment: who holds which role where, for all cases of a batch in one statement."""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, text

from workflow.catalogue import Catalogue
from workflow.recipients import Directory, Holding, Place, directory, roles_to_ask

_HOLDINGS = text("""
SELECT r.role, r.person_id, r.department, r.squad, r.project_id, r.company
FROM person_roles r JOIN people p ON p.id = r.person_id AND p.active
WHERE r.role = ANY(:roles)
  AND (r.department IS NULL OR r.department = ANY(:departments)) AND (r.squad IS NULL OR r.squad = ANY(:squads))
  AND (r.project_id IS NULL OR r.project_id = ANY(:projects)) AND (r.company IS NULL OR r.company = ANY(:companies))
UNION ALL
SELECT '', p.id, NULL, NULL, NULL, NULL FROM people p WHERE p.active AND p.id = ANY(:assignees)
ORDER BY 2, 1""")


def directory_for(conn: Connection, catalogue: Catalogue, roles: Collection[str], places: Sequence[Place]) -> Directory:
    """The people behind ``roles`` on cases at ``places``, and behind the roles above them."""
    rows = conn.execute(
        _HOLDINGS,
        {
            "roles": list(roles_to_ask(catalogue, roles)),
            "departments": list({place.department for place in places}),
            "squads": list({place.squad for place in places}),
            "projects": list({place.project_id for place in places}),
            "companies": list({place.company for place in places}),
            "assignees": list({place.assignee_id for place in places if place.assignee_id is not None}),
        },
    )
    holdings = [Holding(*row) for row in rows]
    return directory(
        catalogue,
        (holding for holding in holdings if holding.role),
        (holding.person_id for holding in holdings if not holding.role),
    )
