"""Accounts and roles in sets, as a file of people brings them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from workflow.actor import Grant


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """An account with the roles of its own."""

    id: int
    username: str
    name: str
    email: str
    active: bool
    grants: tuple[Grant, ...]


def known_people(conn: Connection, usernames: Sequence[str]) -> dict[str, KnownPerson]:
    """The accounts of these names, by name; they stay as they are until the transaction ends."""
    rows = conn.execute(
        text("""
WITH held AS MATERIALIZED (SELECT * FROM people WHERE username = ANY(:names) ORDER BY id FOR NO KEY UPDATE)
SELECT p.id, p.username, p.name, p.email, p.active, coalesce((
  SELECT json_agg(json_build_array(r.role, r.department, r.squad, r.project_id, r.company) ORDER BY r.id)
  FROM person_roles r WHERE r.person_id = p.id), '[]') AS grants
FROM held p"""),
        {"names": list(usernames)},
    )
    return {
        row.username: KnownPerson(
            row.id, row.username, row.name, row.email, row.active, tuple(Grant(*one) for one in row.grants)
        )
        for row in rows
    }


def project_ids(conn: Connection, codes: Sequence[str]) -> dict[str, int]:
    """The ids of those of these projects that there are, by code."""
    rows = conn.execute(text("SELECT code, id FROM projects WHERE code = ANY(:codes)"), {"codes": list(codes)})
    return {row.code: row.id for row in rows}


def other_open_admins(conn: Connection, besides: Sequence[int]) -> int:
    """How many open accounts of administrators there are beside these."""
    return int(
        conn.execute(
            text("""
SELECT count(DISTINCT p.id) FROM people p JOIN person_roles r ON r.person_id = p.id AND r.role = 'admin'
WHERE p.active AND NOT p.id = ANY(:ids)"""),
            {"ids": list(besides)},
        ).scalar_one()
    )


def add_people(conn: Connection, people: Sequence[Mapping[str, Any]], now: datetime) -> dict[str, int]:
    """Create accounts (username, name, email, password_hash, active); returns their ids by user name."""
    rows = conn.execute(
        text("""
INSERT INTO people (username, name, email, password_hash, active, created_at)
SELECT n.username, n.name, n.email, n.password_hash, n.active, :now
FROM jsonb_to_recordset(cast(:rows AS jsonb)) AS n(username text, name text, email text, password_hash text,
  active boolean)
ORDER BY n.username RETURNING username, id"""),
        {"rows": json.dumps([dict(one) for one in people], ensure_ascii=False), "now": now},
    )
    return {row.username: row.id for row in rows}


def change_people(conn: Connection, people: Sequence[Mapping[str, Any]]) -> None:
    """Set name, email and active of accounts, by id."""
    conn.execute(
        text("""
UPDATE people p SET name = n.name, email = n.email, active = n.active
FROM jsonb_to_recordset(cast(:rows AS jsonb)) AS n(id int, name text, email text, active boolean) WHERE p.id = n.id"""),
        {"rows": json.dumps([dict(one) for one in people], ensure_ascii=False)},
    )


def change_roles(conn: Connection, given: Sequence[tuple[int, Grant]], taken: Sequence[tuple[int, Grant]]) -> None:
    """Give people roles and take roles from them, in one statement each."""
    columns = "person_id int, role text, department text, squad text, project_id int, company text"
    conn.execute(
        text(f"""
INSERT INTO person_roles (person_id, role, department, squad, project_id, company)
SELECT g.* FROM jsonb_to_recordset(cast(:rows AS jsonb)) AS g({columns}) ON CONFLICT DO NOTHING"""),  # noqa: S608
        {"rows": json.dumps([_row(one) for one in given])},
    )
    conn.execute(
        text(f"""
DELETE FROM person_roles r USING jsonb_to_recordset(cast(:rows AS jsonb)) AS g({columns})
WHERE r.person_id = g.person_id AND r.role = g.role AND r.department IS NOT DISTINCT FROM g.department
  AND r.squad IS NOT DISTINCT FROM g.squad AND r.project_id IS NOT DISTINCT FROM g.project_id
  AND r.company IS NOT DISTINCT FROM g.company"""),  # noqa: S608 - a constant of this function
        {"rows": json.dumps([_row(one) for one in taken])},
    )


def _row(one: tuple[int, Grant]) -> dict[str, Any]:
    person_id, grant = one
    return {"person_id": person_id, **asdict(grant)}
