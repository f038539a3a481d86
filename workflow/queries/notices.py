"""Notices on one's page, beside alerts: what happened in words, newest first, and how many were not seen yet."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import text

from workflow.clock.days import local_day
from workflow.clock.words import date_words, span_words
from workflow.definition import Title
from workflow.letters import Template, filled, load_templates
from workflow.queries.paging import COUNT_CAP, Listing, Page, Paging, page, position
from workflow.side_lines import SIDE_LINES
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
    make = _FACTS.get(notice.message)
    template = _templates(work.office.config).get(notice.message)
    facts = make(work, notice, case) if make is not None else {}
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


def _case_facts(work: Work, case: Any) -> dict[str, Title]:
    flow = work.office.flow(case.flow, case.flow_version)
    return {
        "case": Title(case.no, case.no),
        "title": Title(case.title, case.title),
        "state": flow.states[case.state].title,
    }


def _action_facts(work: Work, notice: Notice, case: Any) -> dict[str, Title]:
    name: str = notice.body["action"]
    # The case may have been moved since to a version without it.
    deed = work.office.flow(case.flow, case.flow_version).deed(name)
    return {**_case_facts(work, case), "action": Title(name, name) if deed is None else deed.title}


def _dates_facts(work: Work, notice: Notice, case: Any) -> dict[str, Title]:
    flow = work.office.flow(case.flow, case.flow_version)
    today = local_day(notice.created_at)
    moves = [(flow.rule(move["clock"]).title, move) for move in notice.body["moves"] if move["clock"] in flow.clocks]
    zh = "；".join(f"{title.zh} {_moved(move, today, 'zh')}" for title, move in moves)
    en = "; ".join(f"{title.en} {_moved(move, today, 'en')}" for title, move in moves)
    return {**_case_facts(work, case), "why": SIDE_LINES[notice.body["why"]], "moves": Title(zh, en)}


def _moved(move: Mapping[str, Any], today: date, lang: str) -> str:
    """``3月30日（周一） → 3月31日（周二）``."""
    ends = [
        date_words(date.fromisoformat(move[end]), today, lang, move[f"{end}_provisional"]) if move[end] else "—"
        for end in ("old", "new")
    ]
    return " → ".join(ends)


def _duty_facts(work: Work, notice: Notice, case: Any) -> dict[str, Title]:
    body, squads = notice.body, work.office.catalogue.squads
    since = datetime.fromisoformat(body["since"])
    until = None if body["until"] is None else datetime.fromisoformat(body["until"])
    return {
        "squad": squads[body["squad"]].title if body["squad"] in squads else Title(body["squad"], body["squad"]),
        "gap": Title(span_words(since, until, "zh"), span_words(since, until, "en")),
    }


def _digest_facts(work: Work, notice: Notice, case: Any) -> dict[str, Title]:
    return {name: Title(*notice.body[name]) for name in ("day", "summary", "lines")}


@cache
def _templates(config: Path) -> Mapping[str, Template]:
    return load_templates(config)


_FACTS: Mapping[str, Callable[[Work, Notice, Any], dict[str, Title]]] = {
    "action": _action_facts,
    "dates": _dates_facts,
    "digest": _digest_facts,
    "duty": _duty_facts,
}
