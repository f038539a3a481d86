"""Cards nobody answered in time, for those who watch: by department, and each with who has it now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flask import Response, request

from api import access
from api.pages.blueprint import pages
from api.pages.frame import show
from api.pages.lists import cursor, paging, with_query
from api.pages.names import card_name, department_name, role_name, rung_words
from api.wording import N_, _, date_and_time, own
from workflow.clock.days import local_day
from workflow.letters import CARDS
from workflow.queries.escalations import (
    DepartmentEscalations,
    EscalationFilters,
    EscalationView,
    by_department,
    escalations,
    watched_departments,
)
from workflow.queries.paging import capped

KIND_WORDS: Mapping[str, str] = {
    "unanswered": N_("逾期未签收"),
    "passed_on": N_("已转他人"),
    "nobody": N_("无人可转"),
}
"""The tabs, in their order."""


@dataclass(frozen=True, slots=True)
class Tab:
    """One kind, with how many there are of it."""

    href: str
    words: str
    count: str
    current: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One alert in words: whose it was, and who has it now."""

    view: EscalationView
    why: str
    whose: str
    until: str
    now: str


@dataclass(frozen=True, slots=True)
class DepartmentLine:
    """One department: its numbers, each with its list."""

    name: str
    numbers: tuple[tuple[str, str, str | None], ...]


@pages.get("/escalations/unread", endpoint="unread")
def unread_page() -> Response:
    """What nobody has answered, as it stands now."""
    given = request.args
    kind = given.get("kind") or "unanswered"
    filters = EscalationFilters(kind, given.get("department") or None, given.get("card") or None)
    with access.work() as work:
        today = local_day(work.now)
        found = escalations(work, filters, paging(cursor=cursor()))
        counts = by_department(work)
        departments = watched_departments(work)
    return show(
        "unread.html",
        chosen=_(KIND_WORDS[kind]),
        kind=kind,
        tabs=[_tab(name, kind, counts) for name in KIND_WORDS],
        lines=[_line(view, today) for view in found.rows],
        counts=[_department(one) for one in counts],
        columns=[_(words) for words in KIND_WORDS.values()],
        departments=[(code, department_name(code)) for code in departments],
        department=filters.department or "",
        cards=[(card, card_name(card)) for card in CARDS],
        card=filters.card or "",
        narrowed=filters.department is not None or filters.card is not None,
        without=with_query("pages.unread", department=None, card=None),
        next_page=with_query("pages.unread", cursor=found.next_cursor) if found.next_cursor else None,
        first_page=with_query("pages.unread") if cursor() else None,
    )


def _tab(name: str, kind: str, counts: tuple[DepartmentEscalations, ...]) -> Tab:
    href = with_query("pages.unread", kind=name, department=None, card=None)
    return Tab(href, _(KIND_WORDS[name]), capped(sum(getattr(one, name) for one in counts)), name == kind)


def _department(one: DepartmentEscalations) -> DepartmentLine:
    numbers = []
    for name, words in KIND_WORDS.items():
        count = getattr(one, name)
        href = with_query("pages.unread", kind=name, department=one.department, card=None) if count else None
        numbers.append((_(words), capped(count), href))
    return DepartmentLine(own(one.title), tuple(numbers))


def _line(view: EscalationView, today: date) -> Line:
    return Line(
        view=view,
        why=own(view.clock_title) + rung_words(view.rung_text),
        whose=f"{role_name(view.role)} {view.person}",
        until=date_and_time(view.answer_by, today) if view.answer_by else "—",
        now=_now(view, today),
    )


def _now(view: EscalationView, today: date) -> str:
    """Who has it now, and whether they have seen it."""
    if view.passed_on_at is None:
        return _("等待转给下一人")
    when = date_and_time(view.passed_on_at, today)
    why = _("无法送达") if view.passed_why == "unreachable" else _("未签收")
    if view.passed_to is None:
        return _("%(when)s 因%(why)s应转上级，但已无人可转", when=when, why=why)
    who = f"{role_name(view.passed_role or '')} {view.passed_to}"
    if view.passed_acknowledged_at is not None:
        at = date_and_time(view.passed_acknowledged_at, today)
        return _("%(when)s 因%(why)s转%(who)s，%(at)s 已签收", when=when, why=why, who=who, at=at)
    if view.passed_answer_by is None:
        return _("%(when)s 因%(why)s转%(who)s，尚未签收", when=when, why=why, who=who)
    at = date_and_time(view.passed_answer_by, today)
    return _("%(when)s 因%(why)s转%(who)s，限 %(at)s 前签收", when=when, why=why, who=who, at=at)
