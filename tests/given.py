"""The past of a test, made by the real commands: people, a company, a project, an application, at a given time.

Instants are aware. Nothing here decides anything: what is given goes through the store or a command.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, datetime, time

from argon2 import PasswordHasher
from sqlalchemy import Connection, Engine, text

from workflow.actor import Actor, Grant
from workflow.clock.days import office_time
from workflow.commands.ask_help import ask_help
from workflow.commands.look_at import look_around
from workflow.commands.open_bundle import LEAD_DEPARTMENT, open_bundle
from workflow.commands.open_case import open_case
from workflow.commands.take_action import take_action
from workflow.identifiers import CREDIT_ALPHABET, credit_code_check, organisation_code_check, project_code_check
from workflow.store import demo_time, projects
from workflow.store.projects import Project
from workflow.work import Office, Work

PASSWORD = "五个一-2022"
# Cheap on purpose; the parameters stand in the hash, so that signing in works as everywhere.
PASSWORD_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
SQUAD = "permits"


@dataclass(frozen=True, slots=True)
class Town:
    """One person of every role, a company with a project, and who handles what: enough for the main job."""

    project: Project
    applicant: Actor
    clerk: Actor
    specialist: Actor
    squad_leader: Actor
    district_leader: Actor
    supervisor: Actor
    admin: Actor
    officers: Mapping[str, Actor]
    """By department."""
    directors: Mapping[str, Actor]
    """By department."""


@dataclass(frozen=True, slots=True)
class Application:
    """A bundle and its item cases; ``cases`` is empty while it is a draft."""

    no: str
    cases: Mapping[str, str]
    """The number of the case, by item code."""


def moment(day: str, at: str = "10:00") -> datetime:
    """``at`` on ``day`` (ISO) in the office's zone, as an instant."""
    return office_time(date.fromisoformat(day), time.fromisoformat(at))


@contextmanager
def at(office: Office, actor: Actor, now: datetime) -> Iterator[Work]:
    """A unit of work of ``actor`` whose whole transaction lives at ``now``."""
    with office.engine.begin() as conn:
        demo_time.fix(conn, now)
        yield Work(office, conn, now, actor)


def time_is(engine: Engine, now: datetime) -> None:
    """From here on it is ``now`` for everybody on this database, and time passes; backwards is possible too."""
    with engine.begin() as conn:
        conn.execute(text("UPDATE demo_time SET shift = :now - statement_timestamp()"), {"now": now})


def act(
    office: Office,
    actor: Actor,
    now: datetime,
    no: str,
    action: str,
    inputs: Mapping[str, object] | None = None,
    version: int | None = None,
) -> None:
    """Take one action at ``now``, in a unit of work of its own."""
    with at(office, actor, now) as work:
        take_action(work, no, action, inputs, version)


def credit_code(number: int) -> str:
    """A valid credit code that belongs to nobody."""
    organisation = f"MA{number:06d}"
    first = f"91370212{organisation}{organisation_code_check(organisation)}"
    assert set(first) <= set(CREDIT_ALPHABET), f"{first}: choose another number"
    return first + credit_code_check(first)


def project_code(number: int) -> str:
    """A valid project code that belongs to nobody."""
    digits = f"22033702120401{number:05d}"
    return f"{digits[:4]}-{digits[4:10]}-{digits[10:12]}-{digits[12:14]}-{digits[14:]}{project_code_check(digits)}"


def person(conn: Connection, username: str, *grants: Grant, email: str = "") -> Actor:
    """An active account with these roles; its password is PASSWORD."""
    return persons(conn, {username: grants}, {username: email})[username]


def persons(conn: Connection, roles: Mapping[str, Sequence[Grant]], mail: Mapping[str, str]) -> dict[str, Actor]:
    """Accounts by user name, with these roles and addresses, in two statements."""
    rows = conn.execute(
        text("""
INSERT INTO people (username, name, email, password_hash, created_at)
SELECT username, username || '·示例', email, :hash, :now
FROM unnest(cast(:usernames AS text[]), cast(:emails AS text[])) AS one(username, email)
RETURNING username, name, id"""),
        {
            "usernames": list(roles),
            "emails": [mail.get(username, "") for username in roles],
            "hash": PASSWORD_HASH,
            "now": moment("2020-01-02"),
        },
    ).all()
    made = {row.username: Actor(row.id, row.name, tuple(roles[row.username])) for row in rows}
    granted = [{"person": actor.id, **asdict(grant)} for actor in made.values() for grant in actor.grants]
    conn.execute(
        text("""
INSERT INTO person_roles (person_id, role, department, squad, project_id, company)
SELECT r.* FROM json_to_recordset(:granted) AS r(person int, role text, department text, squad text, project_id int,
  company text)"""),
        {"granted": json.dumps(granted)},
    )
    return made


def project(conn: Connection, company: str, number: int = 10001, squad: str = SQUAD, **fields: object) -> Project:
    """A project of a company already recorded; ``fields`` are columns of `projects`."""
    columns: dict[str, object] = {
        "code": project_code(number),
        "name": f"示例项目{number}",
        "company": company,
        "splclx": 1,
        "street": "",
        "battlefront": "",
        "squad": squad,
        "investment_wan": 12000,
        "area_m2": 30000,
        "needs_permit": True,
        "needs_tender": True,
        "facts": {},
        "planned_start": None,
    }
    project_id = projects.add_project(conn, {**columns, "demo": False, **fields}, moment("2020-01-02"))
    return projects.by_id(conn, project_id)


def company(conn: Connection, number: int = 1) -> str:
    """A company with a valid credit code, which is returned."""
    code = credit_code(number)
    projects.add_company(conn, code, f"示例公司{number}")
    return code


def town(office: Office, mail: bool = False) -> Town:
    """One person of every role and a project; with ``mail`` everybody has an address ``<username>@example.org``."""
    with office.engine.begin() as conn:
        owner = company(conn)
        site = project(conn, owner)

        departments = sorted({item.department for item in office.catalogue.items.values()} | {LEAD_DEPARTMENT})
        roles = {
            "applicant": [Grant("applicant", company=owner)],
            "specialist": [Grant("specialist", project_id=site.id)],
            "squad_leader": [Grant("squad_leader", squad=SQUAD)],
            **{role: [Grant(role)] for role in ("clerk", "district_leader", "supervisor", "admin")},
            **{f"officer_{code.lower()}": [Grant("officer", department=code)] for code in departments},
            **{f"director_{code.lower()}": [Grant("director", department=code)] for code in departments},
        }
        made = persons(conn, roles, {username: f"{username}@example.org" for username in roles} if mail else {})
    return Town(
        project=site,
        applicant=made["applicant"],
        clerk=made["clerk"],
        specialist=made["specialist"],
        squad_leader=made["squad_leader"],
        district_leader=made["district_leader"],
        supervisor=made["supervisor"],
        admin=made["admin"],
        officers={code: made[f"officer_{code.lower()}"] for code in departments},
        directors={code: made[f"director_{code.lower()}"] for code in departments},
    )


def draft(office: Office, town: Town, now: datetime, items: Sequence[str] | None = None) -> str:
    """A draft of one application for ``items`` with every required material attached; returns its number."""
    codes = list(items) if items is not None else default_items(office)
    with at(office, town.applicant, now) as work:
        case = open_bundle(work, town.project.code, codes, {})
        attach_required(work, case.id, codes)
    return case.no


def application(office: Office, town: Town, now: datetime, items: Sequence[str] | None = None) -> Application:
    """An application for ``items`` (three by default) submitted at ``now``; its item cases are received."""
    no = draft(office, town, now, items)
    with at(office, town.applicant, now) as work:
        take_action(work, no, "submit")
        rows = work.conn.execute(
            text("SELECT k.item, k.no FROM cases k JOIN cases b ON b.id = k.parent_id WHERE b.no = :no"), {"no": no}
        ).all()
    return Application(no, {row.item: row.no for row in rows})


def opened(
    office: Office,
    actor: Actor,
    now: datetime,
    flow: str,
    inputs: Mapping[str, object],
    on: str | None = None,
    under: str | None = None,
) -> str:
    """A case of ``flow`` opened at ``now`` on the project ``on`` or ``under`` a case; returns its number."""
    with at(office, actor, now) as work:
        return open_case(work, flow, inputs, on, under).no


def looked_around(office: Office, now: datetime) -> None:
    """What the couriers' system messages bring about, as of ``now``, until nothing is left to look at."""
    time_is(office.engine, now)
    while bodies := _system_messages(office.engine):
        for body in bodies:
            look_around(office, body)


def _system_messages(engine: Engine) -> list[dict[str, object]]:
    with engine.begin() as conn:
        waiting = conn.execute(
            text("""
UPDATE outbox SET state = 'delivered', delivered_at = now() WHERE channel = 'system' AND state = 'pending'
RETURNING body""")
        )
        return list(waiting.scalars())


def children(engine: Engine, no: str, flow: str) -> dict[str, str]:
    """The numbers of the cases of ``flow`` under the case ``no``, by department, the newest of each."""
    with engine.connect() as conn:
        rows = conn.execute(
            text("""
SELECT k.department, k.no FROM cases k JOIN cases p ON p.id = k.parent_id
WHERE p.no = :no AND k.flow = :flow ORDER BY k.id"""),
            {"no": no, "flow": flow},
        )
        return {row.department: row.no for row in rows}


def help_request(office: Office, town: Town, now: datetime) -> str:
    """A request for help asked at ``now``; returns its number."""
    with at(office, town.applicant, now) as work:
        return ask_help(work, town.project.code, "消防审查需要哪些材料？").no


def default_items(office: Office) -> list[str]:
    """Three items with a statutory and a promised limit that need no other permit before them."""
    plain = [
        item.code
        for item in office.catalogue.items.values()
        if item.statutory and item.promised and not item.must_precede
    ]
    return plain[:3]


def attach_required(work: Work, case_id: int, items: Sequence[str]) -> None:
    """Attach every material that the items require, as small files, to one case."""
    codes = {code for item in items for code in work.office.catalogue.items[item].required_materials}
    attach(work, case_id, *sorted(codes))


def attach(work: Work, case_id: int, *codes: str) -> None:
    """Attach materials by code to one case, now; each replaces the one of the same code."""
    body = b"%PDF-1.7 example"
    work.conn.execute(
        text("""
WITH blob AS (INSERT INTO blobs (sha256, size, body) VALUES (:sha256, :size, :body) ON CONFLICT DO NOTHING),
gone AS (UPDATE materials SET superseded = true WHERE case_id = :case_id AND code = ANY(:codes))
INSERT INTO materials (case_id, code, filename, content_type, size, sha256, uploaded_by, uploaded_at)
SELECT :case_id, code, code || '.pdf', 'application/pdf', :size, :sha256, cast(:actor AS int), :now
FROM unnest(cast(:codes AS text[])) AS code"""),
        {
            "sha256": hashlib.sha256(body).digest(),
            "size": len(body),
            "body": body,
            "case_id": case_id,
            "codes": list(codes),
            "actor": work.actor.id,
            "now": work.now,
        },
    )


def case_id(engine: Engine, no: str) -> int:
    """The key of a case by its number."""
    with engine.connect() as conn:
        return int(conn.execute(text("SELECT id FROM cases WHERE no = :no"), {"no": no}).scalar_one())
