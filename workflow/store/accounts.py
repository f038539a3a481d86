"""Accounts as an administrator keeps them: one of them held, its roles one by one, the record of what was done."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, text

from workflow.actor import Grant

ChangeKind = Literal[
    "added", "changed", "role_given", "role_withdrawn", "password_reset", "password_changed", "closed", "opened"
]


@dataclass(frozen=True, slots=True)
class HeldAccount:
    """An account that stays as it is until the transaction ends."""

    id: int
    username: str
    name: str
    email: str
    active: bool
    password_hash: str


@dataclass(frozen=True, slots=True)
class NewChange:
    """Something done to an account; ``said`` is JSON: a role and where it holds, a name before and after."""

    person_id: int
    kind: ChangeKind
    said: Mapping[str, Any]


def hold(conn: Connection, person_id: int) -> HeldAccount | None:
    """The account, which nobody else changes before this transaction ends; None where there is none."""
    row = conn.execute(
        text("""
SELECT id, username, name, email, active, password_hash FROM people WHERE id = :id FOR NO KEY UPDATE"""),
        {"id": person_id},
    ).one_or_none()
    return None if row is None else HeldAccount(*row)


def hold_admins(conn: Connection) -> None:
    """Let nobody else take an administrator away before this transaction ends: of two at once one would be the last."""
    conn.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('administrators', 0))"))


def add(conn: Connection, username: str, name: str, email: str, password_hash: str, now: datetime) -> int | None:
    """The id of the new account; None where the user name is taken."""
    found = conn.execute(
        text("""
INSERT INTO people (username, name, email, password_hash, created_at)
VALUES (:username, :name, :email, :hash, :now) ON CONFLICT (username) DO NOTHING RETURNING id"""),
        {"username": username, "name": name, "email": email, "hash": password_hash, "now": now},
    ).scalar()
    return None if found is None else int(found)


def change(conn: Connection, person_id: int, name: str, email: str) -> None:
    """Another name or address."""
    conn.execute(
        text("UPDATE people SET name = :name, email = :email WHERE id = :id"),
        {"id": person_id, "name": name, "email": email},
    )


def set_active(conn: Connection, person_id: int, active: bool) -> None:
    """Close an account, or open it again."""
    conn.execute(text("UPDATE people SET active = :active WHERE id = :id"), {"id": person_id, "active": active})


def set_password(conn: Connection, person_id: int, password_hash: str) -> None:
    """Another password, whatever the one before was."""
    conn.execute(
        text("UPDATE people SET password_hash = :hash WHERE id = :id"), {"id": person_id, "hash": password_hash}
    )


def end_tokens(conn: Connection, person_id: int, besides: int | None = None) -> int:
    """End every session and bearer token of a person but the one numbered ``besides``; calendars go on. How many."""
    return conn.execute(
        text("""
UPDATE tokens SET revoked_at = statement_timestamp()
WHERE person_id = :id AND revoked_at IS NULL AND kind <> 'calendar' AND id <> coalesce(cast(:besides AS bigint), 0)"""),
        {"id": person_id, "besides": besides},
    ).rowcount


def note_sign_in(conn: Connection, person_id: int) -> None:
    """Remember when this person signed in last."""
    conn.execute(text("UPDATE people SET signed_in_at = app_now() WHERE id = :id"), {"id": person_id})


def grants(conn: Connection, person_id: int) -> dict[int, Grant]:
    """The roles of the person's own, by their number."""
    rows = conn.execute(
        text("SELECT id, role, department, squad, project_id, company FROM person_roles WHERE person_id = :id"),
        {"id": person_id},
    )
    return {row.id: Grant(row.role, row.department, row.squad, row.project_id, row.company) for row in rows}


def give(conn: Connection, person_id: int, grant: Grant) -> int | None:
    """The number of the role given; None where the person holds it already."""
    row = asdict(grant)
    row.pop("on_behalf_of")
    found = conn.execute(
        text("""
INSERT INTO person_roles (person_id, role, department, squad, project_id, company)
VALUES (:person_id, :role, :department, :squad, :project_id, :company) ON CONFLICT DO NOTHING RETURNING id"""),
        {"person_id": person_id, **row},
    ).scalar()
    return None if found is None else int(found)


def withdraw(conn: Connection, person_id: int, role_id: int) -> None:
    """Take a role away."""
    conn.execute(
        text("DELETE FROM person_roles WHERE id = :role AND person_id = :id"), {"role": role_id, "id": person_id}
    )


def company_known(conn: Connection, code: str) -> bool:
    """Whether a company of this credit code is registered."""
    return bool(
        conn.execute(
            text("SELECT EXISTS (SELECT FROM companies WHERE credit_code = :code)"), {"code": code}
        ).scalar_one()
    )


def record(conn: Connection, changes: Sequence[NewChange], by_id: int | None, now: datetime) -> None:
    """Write down what was done to accounts: one statement for all of it."""
    if not changes:
        return
    rows = [{"person_id": one.person_id, "kind": one.kind, "said": dict(one.said)} for one in changes]
    conn.execute(
        text("""
INSERT INTO person_changes (person_id, kind, by_id, at, said)
SELECT n.person_id, n.kind, :by_id, :now, n.said
FROM jsonb_to_recordset(cast(:rows AS jsonb)) AS n(person_id int, kind text, said jsonb)"""),
        {"rows": json.dumps(rows, ensure_ascii=False), "by_id": by_id, "now": now},
    )
