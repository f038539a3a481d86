"""Cards that nobody has answered in time, as they stand now: still unread, with somebody else, or with nobody.

A reading of the alerts, right when every worker is dead: what is past its time is listed whether or not it was passed
on yet. Each department is read in its own index for no more than one page, and the pages are merged.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Literal, get_args

from sqlalchemy import TextClause, text

from workflow.definition import Title
from workflow.errors import BadInput, NotAllowed, Reason
from workflow.letters import CARDS
from workflow.queries.alerts import DISTRICT_WATCHERS
from workflow.queries.paging import COUNT_CAP, Listing, Page, Paging, page, position
from workflow.work import Work

Kind = Literal["unanswered", "passed_on", "nobody"]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class EscalationFilters:
    """``kind``: past its time and unread, passed on to somebody, or reaching nobody. ``department`` None: every one
    that the actor watches; ``card`` None: any."""

    kind: str = "unanswered"
    department: str | None = None
    card: str | None = None


@dataclass(frozen=True, slots=True)
class EscalationView:
    """One alert that went unanswered. ``person`` should have seen it by ``answer_by`` in ``role``; ``passed_to`` has it
    now and should see it by ``passed_answer_by``, ``passed_acknowledged_at`` once that happened."""

    id: int
    card: str
    card_title: Title
    case: str
    case_title: str
    department: str
    department_title: Title
    clock: str
    clock_title: Title
    rung_text: str
    person: str
    role: str
    created_at: datetime
    answer_by: datetime | None
    passed_on_at: datetime | None
    passed_why: str | None
    passed_to: str | None
    passed_role: str | None
    passed_answer_by: datetime | None
    passed_acknowledged_at: datetime | None


@dataclass(frozen=True, slots=True)
class DepartmentEscalations:
    """How many of each kind one department has, each counted up to COUNT_CAP + 1."""

    department: str
    title: Title
    unanswered: int
    passed_on: int
    nobody: int


# By kind: what must hold, and the moment its list is sorted by, newest first. The conditions are those of the indexes
# alerts_late, alerts_handed_on and alerts_of_nobody.
_OPEN = "a.acknowledged_at IS NULL AND a.stepped_down_at IS NULL"
_KIND: Mapping[Kind, tuple[str, str]] = {
    "unanswered": (
        f"{_OPEN} AND a.passed_on_at IS NULL AND a.answer_by < 'infinity' AND a.answer_by <= app_now()",
        "a.answer_by",
    ),
    "passed_on": (f"{_OPEN} AND a.passed_to IS NOT NULL", "a.passed_on_at"),
    "nobody": (f"{_OPEN} AND a.passed_on_at IS NOT NULL AND a.passed_to IS NULL", "a.passed_on_at"),
}


def escalations(work: Work, filters: EscalationFilters, paging: Paging) -> Page[EscalationView]:
    """One page of what went unanswered, newest first.

    Raises NotAllowed for whoever watches no department, BadInput for a filter or cursor that cannot be.
    """
    departments = _departments(work, filters)
    asked = {"kind": filters.kind, "department": filters.department, "card": filters.card}
    listing = Listing("escalations", work.actor.id, asked)
    after = position(paging, listing)
    statement = page_statement(filters.kind, filters.card is not None, after is not None)
    parameters: dict[str, Any] = {"departments": departments, "wanted": paging.size + 1}
    if filters.card is not None:
        parameters["card"] = filters.card
    if after is not None:
        parameters |= {"after_at": after[0], "after_id": after[1]}
    found = work.conn.execute(statement, parameters).all()
    return page(paging, listing, [_view(work, row) for row in found], [[row.at_key, row.id] for row in found])


def by_department(work: Work) -> tuple[DepartmentEscalations, ...]:
    """The departments the actor watches that have any, by name; raises NotAllowed."""
    departments = _departments(work, EscalationFilters())
    counts = ",\n".join(
        f"(SELECT count(*) FROM (SELECT FROM alerts a WHERE a.department = d.code AND {condition} LIMIT :cap) t)"  # noqa: S608
        for condition, _ in _KIND.values()
    )
    rows = work.conn.execute(
        text(f"SELECT d.code, {counts} FROM unnest(cast(:departments AS text[])) AS d(code)"),  # noqa: S608
        {"departments": departments, "cap": COUNT_CAP + 1},
    )
    return tuple(
        DepartmentEscalations(row[0], _department_title(work, row[0]), *row[1:]) for row in rows if any(row[1:])
    )


def watched_departments(work: Work) -> list[str]:
    """The departments whose alerts the actor looks at: a director's own, for the district all; empty for others."""
    known = sorted(work.office.catalogue.departments)
    grants = work.actor.scopes("director")
    if work.actor.holds(*DISTRICT_WATCHERS) or any(grant.department is None for grant in grants):
        return known
    return sorted({grant.department for grant in grants if grant.department is not None})


def _departments(work: Work, filters: EscalationFilters) -> list[str]:
    own = watched_departments(work)
    if not own:
        raise NotAllowed(
            "not_watching",
            "只有局长、分管区领导、督查人员和系统管理员可以查看未签收的预警",
            "Only directors, district leaders, supervisors and administrators look at alerts nobody answered",
        )
    accepted: dict[str, list[str]] = {"kind": list(KINDS), "department": own, "card": list(CARDS)}
    reasons = [
        Reason(
            "bad_field",
            f"{name}：没有“{value}”；可用：{'、'.join(words)}",
            f"{name}: there is no “{value}”; accepted: {', '.join(words)}",
            {"field": name, "value": value, "accepted": words},
        )
        for name, words in accepted.items()
        if (value := getattr(filters, name)) is not None and value not in words
    ]
    if reasons:
        raise BadInput("bad_input", "；".join(r.zh for r in reasons), "; ".join(r.en for r in reasons), reasons=reasons)
    return own if filters.department is None else [filters.department]


# Put together from words of this file only; every value is a parameter.
@cache
def page_statement(kind: str, by_card: bool, further: bool) -> TextClause:
    """The statement of one page: at most ``:wanted`` rows of ``:departments``."""
    condition, at = next(found for name, found in _KIND.items() if name == kind)
    where = f"a.department = d.code AND {condition}"
    if by_card:
        where += " AND a.card = :card"
    if further:
        where += f" AND ({at}, a.id) < (cast(:after_at AS timestamptz), cast(:after_id AS bigint))"
    return text(f"""
WITH page AS MATERIALIZED (
  SELECT one.* FROM unnest(cast(:departments AS text[])) AS d(code) CROSS JOIN LATERAL (
    SELECT a.id, {at} AS at FROM alerts a WHERE {where} ORDER BY {at} DESC, a.id DESC LIMIT :wanted) one
  ORDER BY at DESC, id DESC LIMIT :wanted)
SELECT a.id, page.at::text AS at_key, a.card, c.no, c.title, a.department, c.flow, c.flow_version, k.name AS clock,
  a.rung,
  coalesce((SELECT cast(m.input ->> 'from' AS int) FROM events m WHERE m.case_id = a.case_id
      AND m.action = 'flow_moved' AND m.recorded_at > coalesce(f.fired_at, a.created_at) ORDER BY m.seq LIMIT 1),
    c.flow_version) AS fired_under,
  me.name AS person, a.role, a.created_at, nullif(a.answer_by, 'infinity') AS answer_by, a.passed_on_at, a.passed_why,
  np.name AS passed_to, n.role AS passed_role, nullif(n.answer_by, 'infinity') AS passed_answer_by,
  n.acknowledged_at AS passed_acknowledged_at
FROM page JOIN alerts a USING (id) JOIN cases c ON c.id = a.case_id JOIN clocks k ON k.id = a.clock_id
JOIN people me ON me.id = a.person_id
LEFT JOIN firings f ON (f.clock_id, f.epoch, f.rung) = (a.clock_id, a.epoch, a.rung)
LEFT JOIN alerts n ON n.id = a.passed_to LEFT JOIN people np ON np.id = n.person_id
ORDER BY page.at DESC, a.id DESC""")  # noqa: S608


def _view(work: Work, row: Any) -> EscalationView:
    rule = work.office.flow(row.flow, row.fired_under).rule(row.clock)
    return EscalationView(
        id=row.id,
        card=row.card,
        card_title=CARDS[row.card],
        case=row.no,
        case_title=row.title,
        department=row.department,
        department_title=_department_title(work, row.department),
        clock=row.clock,
        clock_title=rule.title,
        rung_text=rule.ladder[row.rung].text,
        person=row.person,
        role=row.role,
        created_at=row.created_at,
        answer_by=row.answer_by,
        passed_on_at=row.passed_on_at,
        passed_why=row.passed_why,
        passed_to=row.passed_to,
        passed_role=row.passed_role,
        passed_answer_by=row.passed_answer_by,
        passed_acknowledged_at=row.passed_acknowledged_at,
    )


def _department_title(work: Work, code: str) -> Title:
    known = work.office.catalogue.departments
    return known[code].title if code in known else Title(code, code)
