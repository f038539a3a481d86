"""A document the office issued, as it was issued: what it states, word for word."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from flask import Response, url_for

from api import access
from api.pages.blueprint import pages
from api.pages.case_names import case_name
from api.pages.frame import show
from api.pages.names import PAUSE_CONVENTION, document_name
from api.pages.once import Done, lead_on
from api.pages.track import value_words
from api.wording import _, date_and_time, lang, own
from workflow.clock.days import local_day
from workflow.clock.limit import parse_limit
from workflow.clock.words import date_words, limit_words
from workflow.commands.render_again import render_again
from workflow.definition import Field, Flow
from workflow.errors import NotFound
from workflow.queries.case import CaseView, DocumentView
from workflow.queries.case import case as read_case
from workflow.store import people
from workflow.work import Work

PAUSE_NOTICES = frozenset({"special_procedure_notice", "special_procedure_end_notice"})


@pages.get("/cases/<no>/documents/<number>")
def document(no: str, number: str) -> Response:
    """One document of the case."""
    with access.work() as work:
        case = read_case(work, no)
        found = next((one for one in case.documents if one.no == number), None)
        if found is None:
            raise NotFound(
                "no_such_document", f"办件 {no} 没有文书“{number}”", f"The case {no} has no document “{number}”"
            )
        statements = _statements(work, case, found)
    return show(
        "document.html",
        case=case,
        document=found,
        name=document_name(found.kind),
        issued=date_and_time(found.issued_at, local_day(work.now)),
        statements=statements,
        here=url_for("pages.document", no=no, number=number),
    )


@pages.post("/cases/<no>/documents/<number>")
def make_file(no: str, number: str) -> Response:
    """Have the file of a document made that has none yet."""
    with access.work() as work:
        there = render_again(work, no, number)
    said = _("PDF 已在这里。") if there else _("已安排生成 PDF，几秒后刷新本页即可打开。")
    return lead_on(Done(url_for("pages.document", no=no, number=number), said))


def _statements(work: Work, case: CaseView, found: DocumentView) -> list[tuple[str, str]]:
    today = local_day(work.now)
    facts = found.facts
    stated = [
        (_("办件编号"), case.no),
        (_("事项"), own(case.item_title) if case.item_title else case_name(case.title)),
        (_("所属项目"), case.project_name),
        (_("项目代码"), facts.get("project_code", case.project_code)),
        (_("申请人"), case.company_name),
        *_moments(facts, today),
        *[(_limit_name(work, case, limit), _limit(limit, today)) for limit in facts.get("limits", ())],
        *_said(work, case, found, today),
        (_("暂停怎么计"), _(PAUSE_CONVENTION) if found.kind in PAUSE_NOTICES else ""),
    ]
    return [(label, words) for label, words in stated if words]


def _moments(facts: Mapping[str, Any], today: date) -> list[tuple[str, str]]:
    deemed = _("（依法视为受理，自收件之日起）") if facts.get("mode") == "deemed" else ""
    return [
        (_("收件"), _instant(facts.get("received_at"), today)),
        (_("受理"), _instant(facts.get("accepted_at"), today) + deemed if facts.get("accepted_at") else ""),
        (_("生效"), _instant(facts.get("effective_at"), today)),
        (_("有效期起算"), _life(facts, today)),
    ]


def _life(facts: Mapping[str, Any], today: date) -> str:
    """From when the life of the result counts, and whether silence has renewed it."""
    since = _instant(facts.get("issued_at"), today)
    deemed = _("（逾期未作决定，视为准予延续）") if facts.get("renewal_mode") == "deemed" else ""
    return since + deemed if since else ""


def _instant(text: str | None, today: date) -> str:
    return date_and_time(datetime.fromisoformat(text), today) if text else ""


def _limit_name(work: Work, case: CaseView, limit: Mapping[str, Any]) -> str:
    clocks = work.office.flow(case.flow, case.flow_version).clocks
    return own(clocks[limit["clock"]].title) if limit["clock"] in clocks else limit["clock"]


def _limit(limit: Mapping[str, Any], today: date) -> str:
    words = limit_words(parse_limit(limit["limit"]), lang(), limit["extension"])
    if not limit["due_on"]:
        return words
    due = date_words(date.fromisoformat(limit["due_on"]), today, lang(), limit["provisional"])
    return _("%(limit)s，到 %(day)s", limit=words, day=due)


def _said(work: Work, case: CaseView, found: DocumentView, today: date) -> list[tuple[str, str]]:
    asks = _asks(work.office.flow(case.flow, case.flow_version), found.kind)
    said = found.facts.get("said", {})
    names = people.names(work.conn, [said[name] for name in said if name in asks and asks[name].type == "person"])
    return [
        (own(asks[name].title), value_words(work, asks[name], value, today, names))
        for name, value in said.items()
        if name in asks
    ]


def _asks(flow: Flow, kind: str) -> dict[str, Field]:
    """The fields of the actions that issue documents of this kind."""
    return {ask.name: ask for action in flow.actions.values() if kind in action.may_issue for ask in action.asks}
