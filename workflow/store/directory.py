"""The directory at one moment: who holds which role where, who is away and who is on duty, for all cases of a batch in
one statement."""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, text

from workflow.catalogue import Catalogue
from workflow.recipients import ON_DUTY, Directory, Holding, Place, directory, roles_to_ask

# An absent person is replaced by the delegate, or by nobody where the delegate's account was closed meanwhile. Of a
# squad's roster only the one shift that ends next is looked at.
_HOLDINGS = text("""
WITH away AS (
  SELECT a.person_id, d.id AS delegate_id FROM absences a LEFT JOIN people d ON d.id = a.delegate_id AND d.active
  WHERE a.until > app_now() AND a.since <= app_now()),
here AS (
  SELECT p.id, CASE WHEN w.person_id IS NULL THEN p.id ELSE w.delegate_id END AS told
  FROM people p LEFT JOIN away w ON w.person_id = p.id WHERE p.active)
SELECT r.role, h.told, r.department, r.squad, r.project_id, r.company, cast(NULL AS int) AS assignee
FROM person_roles r JOIN here h ON h.id = r.person_id AND h.told IS NOT NULL
WHERE r.role = ANY(:roles)
  AND (r.department IS NULL OR r.department = ANY(:departments)) AND (r.squad IS NULL OR r.squad = ANY(:squads))
  AND (r.project_id IS NULL OR r.project_id = ANY(:projects)) AND (r.company IS NULL OR r.company = ANY(:companies))
UNION ALL
SELECT '', h.told, NULL, NULL, NULL, NULL, h.id FROM here h WHERE h.told IS NOT NULL AND h.id = ANY(:assignees)
UNION ALL
SELECT '', h.told, NULL, s.squad, NULL, NULL, NULL
FROM unnest(cast(:duty AS text[])) AS s(squad) CROSS JOIN LATERAL (
  SELECT d.person_id, d.since FROM duty_shifts d
  WHERE d.squad = s.squad AND d.replaced_at IS NULL AND d.until > app_now() ORDER BY d.until LIMIT 1) d
JOIN here h ON h.id = d.person_id AND h.told IS NOT NULL WHERE d.since <= app_now()
ORDER BY 2, 1""")


def directory_for(conn: Connection, catalogue: Catalogue, roles: Collection[str], places: Sequence[Place]) -> Directory:
    """The people behind ``roles`` on cases at ``places``, and behind the roles above them."""
    squads = list({place.squad for place in places})
    rows = conn.execute(
        _HOLDINGS,
        {
            "roles": list(roles_to_ask(catalogue, roles)),
            "departments": list({place.department for place in places}),
            "squads": squads,
            "projects": list({place.project_id for place in places}),
            "companies": list({place.company for place in places}),
            "assignees": list({place.assignee_id for place in places if place.assignee_id is not None}),
            "duty": squads if ON_DUTY in roles else [],
        },
    ).all()
    return directory(
        catalogue,
        [Holding(*row[:6]) for row in rows if row.role],
        {row.assignee: row.told for row in rows if row.assignee is not None},
        {row.squad: row.told for row in rows if not row.role and row.assignee is None},
    )
