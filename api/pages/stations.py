"""Lists of what stands open of one stop: consultations, tenders, acceptances; who is missing and the next date."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from flask import Response, url_for

from api import access
from api.pages.blueprint import pages
from api.pages.frame import show
from api.pages.lists import cursor, paging, with_query
from api.pages.names import case_names
from api.pages.next_steps import next_step
from api.pages.station import short_name
from api.wording import N_, _, date_and_time, short_day
from workflow.clock.days import local_day
from workflow.queries.acceptance import Standing
from workflow.queries.stations import answers, segments
from workflow.queries.worklist import Filters, WorkRow, worklist
from workflow.work import Work


@dataclass(frozen=True, slots=True)
class Kind:
    """A list: its page, the flow, its name, the heading of the column that tells how far it is, and what to say when it
    is empty."""

    endpoint: str
    flow: str
    words: str
    column: str
    empty: str


KINDS: tuple[Kind, ...] = (
    Kind(
        "pages.consultations",
        "consultation",
        N_("1+N 会商"),
        N_("谁还没有回复"),
        N_("没有您可以看的在办会商。要您答复的会商意见在待办列表里；发起会商在项目页或办件页。"),
    ),
    Kind(
        "pages.tenders",
        "tender",
        N_("招标"),
        N_("下一步由谁办"),
        N_("没有您可以看的在办招标。招标在项目页启动。"),
    ),
    Kind(
        "pages.acceptances",
        "acceptance",
        N_("分段验收"),
        N_("各段到哪一步"),
        N_("没有您可以看的在办分段验收。取得施工许可证后，在项目页发起。"),
    ),
)
OF_SEGMENTS: Mapping[Standing, str] = MappingProxyType(
    {
        "usable": N_("%(n)s 段已通过"),
        "examined": N_("%(n)s 段验收中"),
        "rectifying": N_("%(n)s 段整改"),
        "not_applied": N_("%(n)s 段未申请"),
    }
)


@dataclass(frozen=True, slots=True)
class Line:
    """One case; ``date`` is the next date in words, "—" for none."""

    row: WorkRow
    project: str
    matter: str
    told: str
    date: str


@pages.get("/consultations")
def consultations() -> Response:
    """The open consultations this person may see."""
    return _list(KINDS[0], _missing)


@pages.get("/tenders")
def tenders() -> Response:
    """The open tenders this person may see."""
    return _list(KINDS[1], _next)


@pages.get("/acceptances")
def acceptances() -> Response:
    """The open acceptances by segments this person may see."""
    return _list(KINDS[2], _standing)


Told = Mapping[str, tuple[str, str]]
"""By number: how far a case is, and its next date; both in words."""


def _list(kind: Kind, tell: Callable[[Work, tuple[WorkRow, ...]], Told]) -> Response:
    with access.work() as work:
        found = worklist(work, Filters(flow=kind.flow), paging(cursor=cursor()))
        told = tell(work, tuple(found.rows)) if found.rows else {}
    lines = [
        Line(row, *case_names(row.title, row.project_name, row.item_title, row.flow), *told[row.no])
        for row in found.rows
    ]
    return show(
        "stations.html",
        title=_(kind.words),
        column=_(kind.column),
        empty=_(kind.empty),
        tabs=[(url_for(one.endpoint), _(one.words), one is kind) for one in KINDS],
        lines=lines,
        next_page=with_query(kind.endpoint, cursor=found.next_cursor) if found.next_cursor else None,
        first_page=url_for(kind.endpoint) if cursor() else None,
    )


def _missing(work: Work, rows: tuple[WorkRow, ...]) -> Told:
    found, today = answers(work, [row.no for row in rows]), local_day(work.now)
    told = {}
    for row in rows:
        one = found.get(row.no)
        if one is None or not one.missing:
            told[row.no] = (_("答复已齐"), _due(row, today))
            continue
        names = "、".join(short_name(code) for code in one.missing)
        said = _(
            "%(n)s 个部门已回复 %(there)s 个，还差%(names)s",
            n=one.asked,
            there=one.asked - len(one.missing),
            names=names,
        )
        told[row.no] = (said, _due(row, today))
    return told


def _next(work: Work, rows: tuple[WorkRow, ...]) -> Told:
    today = local_day(work.now)
    return {row.no: (next_step(row, work.actor), _due(row, today)) for row in rows}


def _standing(work: Work, rows: tuple[WorkRow, ...]) -> Told:
    found, today = segments(work, [row.no for row in rows]), local_day(work.now)
    told = {}
    for row in rows:
        one = found[row.no]
        parts = [_(OF_SEGMENTS[name], n=n) for name, n in one.counts.items() if n]
        said = "，".join(parts) if parts else _("尚未划分分段")
        visit = one.visit_at
        told[row.no] = (said, _("%(when)s 上门", when=date_and_time(visit, today)) if visit else _due(row, today))
    return told


def _due(row: WorkRow, today: date) -> str:
    return short_day(row.due_on, today) if row.due_on else "—"
