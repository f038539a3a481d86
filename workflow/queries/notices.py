"""Notices on one's page, beside alerts: what happened in words, newest first, and how many were not seen yet."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from workflow.clock.days import local_day
from workflow.definition import Title
from workflow.letter_facts import action_facts, case_facts, dates_facts, digest_facts, duty_facts
from workflow.letters import Template, filled, templates
from workflow.queries.paging import COUNT_CAP, Listing, Page, Paging, page, position
from workflow.store import notices
from workflow.store.notices import Notice
from workflow.work import Work

NO_WORDS = Title("—", "—")


@dataclass(frozen=True, slots=True)
class NoticeView:
    """One notice. ``said`` is the subject of its letter, ``more`` what it says beside it ("" for nothing); ``case`` is
    None where it is about no case. ``role``: as what the person is told. Office time."""

    id: int
    message: str
    said: Title
    more: Title
    case: str | None
    case_title: str | None
    role: str
    created_at: datetime
    seen_at: datetime | None


def my_notices(work: Work, paging: Paging, *, only_unseen: bool = False) -> Page[NoticeView]:
    """One page of the notices to the actor; raises BadInput (cursor)."""
    assert work.actor.id is not None
    listing = Listing("notices", work.actor.id, {"unseen": only_unseen})
    after = position(paging, listing)
    found = notices.of_person(work.conn, work.actor.id, after[0] if after else None, paging.size + 1, only_unseen)
    cases = _cases(work, found)
    views = [_view(work, one, cases.get(one.case_id or 0)) for one in found]
    return page(paging, listing, views, [[one.id] for one in found])


def unseen_count(work: Work) -> int:
    """How many notices the actor has not seen, counted up to COUNT_CAP + 1."""
    statement = text("""
SELECT count(*) FROM (SELECT FROM notices WHERE person_id = :me AND seen_at IS NULL LIMIT :cap) t""")
    return int(work.conn.execute(statement, {"me": work.actor.id, "cap": COUNT_CAP + 1}).scalar_one())


def _cases(work: Work, found: list[Notice]) -> dict[int, Any]:
    ids = sorted({one.case_id for one in found if one.case_id is not None})
    if not ids:
        return {}
    rows = work.conn.execute(
        text("SELECT id, no, title, flow, flow_version, state FROM cases WHERE id = ANY(:ids)"), {"ids": ids}
    )
    return {row.id: row for row in rows}


def _view(work: Work, notice: Notice, case: Any) -> NoticeView:
    template = templates(work.office.config).get(notice.message)
    facts = _facts(work, notice, case)
    return NoticeView(
        id=notice.id,
        message=notice.message,
        said=_said(template, facts, case),
        more=_more(notice.message, facts),
        case=None if case is None else case.no,
        case_title=None if case is None else case.title,
        role=notice.body.get("role", ""),
        created_at=notice.created_at,
        seen_at=notice.seen_at,
    )


def _said(template: Template | None, facts: Mapping[str, Title], case: Any) -> Title:
    """A notice of a kind this version does not know still leads to its case."""
    if template is None or not facts:
        return NO_WORDS if case is None else Title(case.no, case.no)
    return filled(template.subject, facts)


def _more(message: str, facts: Mapping[str, Title]) -> Title:
    return facts.get({"dates": "moves", "digest": "lines"}.get(message, ""), Title("", ""))


def _facts(work: Work, notice: Notice, case: Any) -> dict[str, Title]:
    """Empty for a notice of a kind this version does not know."""
    if notice.message == "digest":
        return digest_facts(notice.body)
    if notice.message == "duty":
        return duty_facts(work.office.catalogue, notice.body)
    if case is None or notice.message not in ("action", "dates"):
        return {}
    flow = work.office.flow(case.flow, case.flow_version)
    named = case_facts(case.no, case.title, flow, case.state)
    if notice.message == "action":
        return named | action_facts(flow, notice.body)
    return named | dates_facts(flow, notice.body, local_day(notice.created_at))
