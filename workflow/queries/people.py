"""Accounts as the administrator reads them: a page of them, and one with everything that is kept about it."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from workflow.actor import Grant
from workflow.errors import BadInput, NotAllowed, NotFound, Reason
from workflow.queries.paging import Listing, Page, Paging, page, position
from workflow.work import Work

CHANGES_SHOWN = 30
LONGEST_QUERY = 60


@dataclass(frozen=True, slots=True)
class PeopleFilters:
    """``q`` is a part of a name or user name; ``active`` False asks for closed accounts; None means any."""

    q: str | None = None
    department: str | None = None
    role: str | None = None
    active: bool | None = None


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A role of somebody's own and where it holds. ``since`` None: given before that was kept; ``project`` and
    ``company`` are names for those numbers in ``grant``."""

    id: int
    grant: Grant
    since: datetime | None
    project: str | None
    project_code: str | None
    company: str | None


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One account. ``signed_in_at`` is the last time, None where there was none since that is kept; ``away_until``
    while on leave."""

    id: int
    username: str
    name: str
    email: str
    active: bool
    created_at: datetime
    signed_in_at: datetime | None
    away_until: datetime | None
    roles: tuple[HeldRole, ...]


@dataclass(frozen=True, slots=True)
class PersonChange:
    """Something done to an account; ``by`` is None where no person did it, ``place`` names the project or company of a
    role."""

    kind: str
    by: str | None
    at: datetime
    said: dict[str, Any]
    place: str | None


@dataclass(frozen=True, slots=True)
class Stand:
    """``name`` is away until ``until``, and this person holds their roles."""

    name: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Way:
    """A channel on which the person is told, without the address; ``broken``: nothing arrives there."""

    channel: str
    broken: bool


@dataclass(frozen=True, slots=True)
class PersonView:
    """One account with what hangs on it. ``sessions`` counts open sessions and bearer tokens, ``open_cases`` those
    assigned to the person; ``changes`` newest first, at most CHANGES_SHOWN."""

    person: PersonRow
    sessions: int
    open_cases: int
    stands_in: tuple[Stand, ...]
    ways: tuple[Way, ...]
    changes: tuple[PersonChange, ...]


_ROLES = """
SELECT json_agg(json_build_array(r.id, r.role, r.department, r.squad, r.project_id, r.company, r.given_at, j.name,
  j.code, o.name) ORDER BY r.id)
FROM person_roles r LEFT JOIN projects j ON j.id = r.project_id LEFT JOIN companies o ON o.credit_code = r.company
WHERE r.person_id = p.id"""
_SELECT = f"""
SELECT p.id, p.username, p.name, p.email, p.active, p.created_at, p.signed_in_at,
  (SELECT max(a.until) FROM absences a WHERE a.person_id = p.id AND a.since <= app_now() AND a.until > app_now())
    AS away_until,
  coalesce(({_ROLES}), '[]') AS roles
FROM people p WHERE """  # noqa: S608 - of constants
_CONDITIONS = {
    "q": r"(p.name ILIKE :q ESCAPE '\' OR p.username ILIKE :q ESCAPE '\')",
    "department": "EXISTS (SELECT FROM person_roles d WHERE d.person_id = p.id AND d.department = :department)",
    "role": "EXISTS (SELECT FROM person_roles h WHERE h.person_id = p.id AND h.role = :role)",
    "active": "p.active = :active",
}


def people(work: Work, filters: PeopleFilters, paging: Paging) -> Page[PersonRow]:
    """One page of accounts in the order of their user names; raises NotAllowed and BadInput (filter, cursor)."""
    _check(work, filters)
    listing = Listing("people", work.actor.id, asdict(filters))
    after = position(paging, listing)
    given = {name: value for name, value in asdict(filters).items() if value is not None}
    conditions = ["p.username > :after", *(_CONDITIONS[name] for name in given)]
    if "q" in given:
        given["q"] = f"%{_escaped(given['q'])}%"
    statement = text(_SELECT + " AND ".join(conditions) + " ORDER BY p.username LIMIT :wanted")
    rows = work.conn.execute(statement, {**given, "after": after[0] if after else "", "wanted": paging.size + 1}).all()
    return page(paging, listing, [_row(one) for one in rows], [[one.username] for one in rows])


def person(work: Work, person_id: int) -> PersonView:
    """One account; raises NotAllowed for anybody but an administrator, NotFound."""
    _check(work, PeopleFilters())
    row = work.conn.execute(text(_SELECT + "p.id = :id"), {"id": person_id}).one_or_none()
    if row is None:
        raise NotFound("no_such_person", f"没有编号为 {person_id} 的账号", f"There is no account {person_id}")
    more = work.conn.execute(_MORE, {"id": person_id, "shown": CHANGES_SHOWN}).one()
    return PersonView(
        _row(row),
        more.sessions,
        more.open_cases,
        tuple(Stand(name, datetime.fromisoformat(until)) for name, until in more.stands_in),
        tuple(Way(channel, broken) for channel, broken in more.ways),
        tuple(
            PersonChange(kind, by, datetime.fromisoformat(at), said, place)
            for kind, by, at, said, place in more.changes
        ),
    )


_MORE = text("""
SELECT
  (SELECT count(*) FROM tokens t WHERE t.person_id = :id AND t.revoked_at IS NULL AND t.kind <> 'calendar'
     AND t.expires_at > statement_timestamp()) AS sessions,
  (SELECT count(*) FROM cases c WHERE c.assignee_id = :id AND c.ended_at IS NULL) AS open_cases,
  coalesce((SELECT json_agg(json_build_array(p.name, a.until) ORDER BY a.until) FROM absences a
     JOIN people p ON p.id = a.person_id
     WHERE a.delegate_id = :id AND a.since <= app_now() AND a.until > app_now()), '[]') AS stands_in,
  coalesce((SELECT json_agg(json_build_array(c.channel, c.bounced_at IS NOT NULL) ORDER BY c.id) FROM contact_points c
     WHERE c.person_id = :id AND c.removed_at IS NULL), '[]') AS ways,
  coalesce((SELECT json_agg(json_build_array(n.kind, n.name, n.at, n.said, n.place) ORDER BY n.id DESC) FROM (
     SELECT c.id, c.kind, b.name, c.at, c.said, coalesce(j.name, o.name) AS place FROM person_changes c
     LEFT JOIN people b ON b.id = c.by_id LEFT JOIN projects j ON j.id = cast(c.said ->> 'project_id' AS int)
     LEFT JOIN companies o ON o.credit_code = c.said ->> 'company'
     WHERE c.person_id = :id ORDER BY c.id DESC LIMIT :shown) n), '[]') AS changes""")


def _check(work: Work, filters: PeopleFilters) -> None:
    if not work.actor.holds("admin"):
        raise NotAllowed("role_required", "人员名册只对系统管理员开放", "The people are shown to administrators only")
    catalogue = work.office.catalogue
    known = {
        "department": list(catalogue.departments),
        "role": [code for code, role in catalogue.roles.items() if not role.automatic],
    }
    reasons = [
        Reason(
            "bad_field",
            f"{name}：没有“{value[:60]}”；可用：{'、'.join(words)}",
            f"{name}: there is no “{value[:60]}”; accepted: {', '.join(words)}",
            {"field": name, "value": value[:60], "accepted": words},
        )
        for name, words in known.items()
        if (value := getattr(filters, name)) is not None and value not in words
    ]
    if reasons:
        raise BadInput("bad_input", "；".join(r.zh for r in reasons), "; ".join(r.en for r in reasons), reasons=reasons)


def _row(row: Any) -> PersonRow:
    return PersonRow(
        row.id,
        row.username,
        row.name,
        row.email,
        row.active,
        row.created_at,
        row.signed_in_at,
        row.away_until,
        tuple(_role(one) for one in row.roles),
    )


def _role(row: list[Any]) -> HeldRole:
    number, role, department, squad, project_id, company, since, project, code, company_name = row
    grant = Grant(role, department, squad, project_id, company)
    moment = None if since is None else datetime.fromisoformat(since)
    return HeldRole(number, grant, moment, project, code, company_name)


def _escaped(part: str) -> str:
    """A part of a name for ILIKE, in which nothing stands for something else."""
    return part.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
