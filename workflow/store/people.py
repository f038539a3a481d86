"""People, their roles and who is free: accounts and the directory."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from workflow.actor import Actor, Grant
from workflow.guards import HeldRole, NamedPerson


@dataclass(frozen=True, slots=True)
class Account:
    """What signing in looks at."""

    id: int
    username: str
    name: str
    password_hash: str
    active: bool


def add_person(
    conn: Connection, username: str, name: str, password_hash: str, now: datetime, email: str = "", demo: bool = False
) -> int:
    """Create an account and return its id; a name already taken raises IntegrityError."""
    return int(
        conn.execute(
            text("""
INSERT INTO people (username, name, email, password_hash, demo, created_at)
VALUES (:username, :name, :email, :password_hash, :demo, :now) RETURNING id"""),
            {
                "username": username,
                "name": name,
                "email": email,
                "password_hash": password_hash,
                "demo": demo,
                "now": now,
            },
        ).scalar_one()
    )


def usernames(conn: Connection) -> frozenset[str]:
    """Every account there is: a few hundred in a district."""
    return frozenset(conn.execute(text("SELECT username FROM people")).scalars())


def grant_role(conn: Connection, person_id: int, grant: Grant) -> None:
    """Give a person a role; giving it twice changes nothing."""
    conn.execute(
        text("""
INSERT INTO person_roles (person_id, role, department, squad, project_id, company)
VALUES (:person_id, :role, :department, :squad, :project_id, :company) ON CONFLICT DO NOTHING"""),
        {
            "person_id": person_id,
            "role": grant.role,
            "department": grant.department,
            "squad": grant.squad,
            "project_id": grant.project_id,
            "company": grant.company,
        },
    )


def account(conn: Connection, username: str) -> Account | None:
    """The account of that name, active or not."""
    row = conn.execute(
        text("SELECT id, username, name, password_hash, active FROM people WHERE username = :username"),
        {"username": username},
    ).one_or_none()
    return None if row is None else Account(*row)


def account_of(conn: Connection, person_id: int) -> Account | None:
    """The account of that number, active or not."""
    row = conn.execute(
        text("SELECT id, username, name, password_hash, active FROM people WHERE id = :id"), {"id": person_id}
    ).one_or_none()
    return None if row is None else Account(*row)


def set_password_hash(conn: Connection, person_id: int, old: str, new: str) -> None:
    """Replace a person's hash, unless it is no longer the one that was checked."""
    conn.execute(
        text("UPDATE people SET password_hash = :new WHERE id = :id AND password_hash = :old"),
        {"id": person_id, "old": old, "new": new},
    )


def actor(conn: Connection, person_id: int) -> Actor:
    """A person with every role, as of now: their own, then those of absent people they stand in for."""
    rows = conn.execute(
        text("""
SELECT p.name, r.role, r.department, r.squad, r.project_id, r.company, r.on_behalf_of
FROM people p LEFT JOIN held_roles r ON r.person_id = p.id WHERE p.id = :id
ORDER BY r.on_behalf_of NULLS FIRST, r.id"""),
        {"id": person_id},
    ).all()
    grants = tuple(Grant(*row[1:]) for row in rows if row.role is not None)
    return Actor(person_id, rows[0].name, grants)


def names(conn: Connection, ids: Sequence[int]) -> dict[int, str]:
    """The names of some people, by id."""
    if not ids:
        return {}
    rows = conn.execute(text("SELECT id, name FROM people WHERE id = ANY(:ids)"), {"ids": list(ids)})
    return {row.id: row.name for row in rows}


def named(conn: Connection, ids: Sequence[int]) -> dict[int, NamedPerson]:
    """These people by id, with the roles of their own; unknown ids are missing."""
    rows = conn.execute(
        text("""
SELECT p.id, p.name, p.active, coalesce(
  json_agg(json_build_array(r.role, r.department, coalesce(r.squad, j.squad)) ORDER BY r.id)
    FILTER (WHERE r.id IS NOT NULL), '[]') AS roles
FROM people p LEFT JOIN person_roles r ON r.person_id = p.id LEFT JOIN projects j ON j.id = r.project_id
WHERE p.id = ANY(:ids) GROUP BY p.id"""),
        {"ids": list(ids)},
    )
    found = [NamedPerson(row.id, row.name, row.active, tuple(HeldRole(*one) for one in row.roles)) for row in rows]
    return {one.id: one for one in found}


# Loads are counted up to a bound, so that the choice costs the same however many cases are open; equals are spread.
# A delegate is asked where nobody with the role of their own is there.
_LEAST_LOADED = """
SELECT r.person_id FROM held_roles r JOIN people p ON p.id = r.person_id AND p.active
WHERE r.role = :role AND (:department = '' OR r.department = :department)
  AND NOT EXISTS (SELECT FROM absences a
    WHERE a.person_id = r.person_id AND a.until > app_now() AND a.since <= app_now())
ORDER BY r.on_behalf_of IS NOT NULL, (SELECT count(*) FROM (
    SELECT FROM cases c WHERE c.assignee_id = r.person_id AND c.ended_at IS NULL LIMIT 200) held),
  hashint8extended(r.person_id, :salt)
LIMIT 1"""


def least_loaded(conn: Connection, role: str, department: str, salt: int) -> int | None:
    """The active person of ``role`` who is not away, with the fewest open cases: officers of the department, clerks of
    the window.

    ``salt`` (the case) spreads the choice among equals.
    """
    scope = department if role == "officer" else ""
    found = conn.execute(text(_LEAST_LOADED), {"role": role, "department": scope, "salt": salt}).scalar()
    return None if found is None else int(found)


def least_loaded_in(conn: Connection, role: str, departments: Sequence[str], salt: int) -> dict[str, int]:
    """By department the person `least_loaded` would find there; a department with nobody is left out."""
    rows = conn.execute(
        text(f"""
SELECT wanted.department, found.person_id
FROM unnest(cast(:departments AS text[])) AS wanted(department)
CROSS JOIN LATERAL ({_LEAST_LOADED.replace(":department", "wanted.department")}) AS found"""),  # noqa: S608 - constants
        {"role": role, "departments": sorted(set(departments)), "salt": salt},
    )
    return {row.department: row.person_id for row in rows}
