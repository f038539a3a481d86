"""The worklist: open cases by working time left, paused ones apart; tabs and filters live in the address."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from flask import Response, request, url_for

from api import access
from api.pages.blueprint import pages
from api.pages.desk_filters import LIGHT_WORDS, narrowed, narrowing, read_filters, states
from api.pages.desk_picture import DaysLeft, days_left_picture, next_end
from api.pages.frame import is_block, lead, show
from api.pages.lists import cursor, paging, with_query
from api.pages.names import case_names, department_name
from api.pages.next_steps import may_assign, next_step
from api.wording import N_, _, date_and_time, long_day, own, short_day
from workflow.actor import Actor
from workflow.clock.days import local_day
from workflow.queries.days_left import Standing, days_left, standing
from workflow.queries.ended import EndedFilters, EndedRow, ended, ended_since
from workflow.queries.paging import COUNT_CAP, capped
from workflow.queries.worklist import LIGHTS, Filters, Scope, Tabs, WorkRow, tabs, worklist
from workflow.queries.worklist_news import arrived, position
from workflow.work import Work

TODAY = "today"
# The tabs in the order of the page, and what a person calls the list behind each.
TAB_WORDS = {
    "mine": N_("我的"),
    "department": N_("本科室"),
    "squad": N_("本攻坚队"),
    "unassigned": N_("未分派"),
    "overdue": N_("超期"),
    "warning": N_("2 日内到期"),
    "paused": N_("暂停中"),
    TODAY: N_("今日办结"),
    "all": N_("全部在办"),
}
# Reached from other pages; on this one the filter of lights says the same.
UNLISTED = ("overdue", "warning")
TAKES: Mapping[str, str] = {
    "mine": N_("我的 %(all)s 件：超期 %(overdue)s 件，2 日内到期 %(warning)s 件，暂停 %(paused)s 件"),
    "department": N_("本科室 %(all)s 件：超期 %(overdue)s 件，2 日内到期 %(warning)s 件，暂停 %(paused)s 件"),
    "squad": N_("本攻坚队 %(all)s 件：超期 %(overdue)s 件，2 日内到期 %(warning)s 件，暂停 %(paused)s 件"),
    "unassigned": N_("未分派 %(all)s 件：超期 %(overdue)s 件，2 日内到期 %(warning)s 件，暂停 %(paused)s 件"),
}
TAKE_ALL = N_("在办 %(all)s 件：超期 %(overdue)s 件，2 日内到期 %(warning)s 件，暂停 %(paused)s 件")
SCOPES: Mapping[str, Scope] = {"mine": "mine", "department": "department", "squad": "squad"}
DISTRICT = ("district_leader", "supervisor", "admin")
PAUSED_SHOWN = 40
"""Paused cases in the picture; the list has all of them."""


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab with its count."""

    href: str
    words: str
    count: str
    current: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One row: its project and matter, its date in words, what can be done next, and the other clocks in short.

    ``takes`` is the reader where nobody has the case and the reader may take it.
    """

    row: WorkRow
    project: str
    matter: str
    day: str
    next: str
    place: str
    others: str
    assignable: bool
    takes: int | None


@dataclass(frozen=True, slots=True)
class EndedLine:
    """A case that ended today."""

    row: EndedRow
    project: str
    matter: str
    when: str


@pages.get("/work", endpoint="worklist")
def worklist_page() -> Response:
    """What is to be done, for this person."""
    actor = access.me().actor
    with access.work() as work:
        today = local_day(work.now)
        counts = _counts(work, today)
        chosen = _chosen_tab(counts, actor)
        if chosen == TODAY:
            page = ended(work, EndedFilters(since=today), paging(cursor=cursor()))
            return _today_page(counts, page.rows, page.next_cursor, today)
        filters = read_filters(chosen, _filters_of(chosen))
        found = worklist(work, filters, paging(cursor=cursor()))
        over = _over(work, chosen, today, actor)
        known = position(work)
    lines = [_line(row, today, actor) for row in found.rows]
    running = [line for line in lines if not line.row.paused]
    return show(
        "worklist.html",
        tabs=_tabs(counts, chosen),
        chosen=_(TAB_WORDS[chosen]),
        count=counts[chosen],
        take=_take(chosen, over.standing),
        picture=over.picture,
        next_end=over.next_end,
        running=running,
        paused=[line for line in lines if line.row.paused],
        lines=lines,
        first=running[0] if running else None,
        assignable=actor.holds("director") and any(line.assignable for line in lines),
        states=states(),
        items=[(item.code, own(item.title)) for item in access.office().catalogue.items.values()],
        lights=[(str(light), _(LIGHT_WORDS[light])) for light in LIGHTS],
        given=filters,
        asked={name: request.args.get(name, "") for name in ("q", "state")},
        tab=chosen,
        narrowing=narrowing(filters, chosen),
        narrowed=narrowed(),
        without=url_for("pages.worklist", tab=chosen),
        news=_news(known),
        csv=_csv(filters),
        next_page=with_query("pages.worklist", cursor=found.next_cursor) if found.next_cursor else None,
        first_page=with_query("pages.worklist") if cursor() else None,
    )


@pages.get("/worklist/news")
def worklist_news() -> Response:
    """How many cases have come into the list since the page was made, for htmx; nothing where it has been told."""
    since, told = request.args.get("since", type=int), request.args.get("told", 0, type=int)
    if since is None or not is_block():
        return lead(with_query("pages.worklist", since=None, told=None))
    with access.work() as work:
        counts = _counts(work, local_day(work.now))
        chosen = _chosen_tab(counts, access.me().actor)
        n = arrived(work, read_filters(chosen, _filters_of(chosen)), since)
    return Response(status=204) if n == told else show("parts/worklist_news.html", news=_news(since, n))


def _news(since: int, n: int = 0) -> dict[str, Any]:
    return {
        "n": n,
        "href": with_query("pages.worklist_news", since=since, told=n),
        "again": with_query("pages.worklist", since=None, told=None),
    }


@dataclass(frozen=True, slots=True)
class Over:
    """What stands over the list."""

    standing: Standing
    picture: DaysLeft | None
    next_end: str


def _over(work: Work, tab: str, today: date, actor: Actor) -> Over:
    """How the list of the tab stands, and its picture; one's own cases among those of the department."""
    filters = _filters_of(tab)
    stands = standing(work, filters)
    around = Filters(scope="department") if tab == "mine" and _has(actor, "department") else filters
    ends = days_left(work, around) if tab != "paused" else ()
    held = worklist(work, Filters(scope=around.scope, light="paused"), paging(PAUSED_SHOWN)).rows
    following = next_end(ends, today)
    return Over(
        stands,
        days_left_picture(ends, held, work.calendar, today, actor),
        long_day(following, today) if following else "",
    )


def _today_page(counts: Mapping[str, str], rows: tuple[EndedRow, ...], following: str | None, today: date) -> Response:
    """What was brought to its end today."""
    return show(
        "worklist_today.html",
        tabs=_tabs(counts, TODAY),
        count=counts[TODAY],
        lines=[
            EndedLine(
                row,
                *case_names(row.title, row.project_name, row.item_title, row.flow),
                date_and_time(row.ended_at, today),
            )
            for row in rows
        ],
        next_page=with_query("pages.worklist", cursor=following) if following else None,
        first_page=with_query("pages.worklist") if cursor() else None,
    )


def _has(actor: Actor, column: str) -> bool:
    return any(getattr(grant, column) is not None for grant in actor.grants)


def _counts(work: Work, today: date) -> dict[str, str]:
    """The counts over the tabs, without those this person has not."""
    found: Tabs = tabs(work)
    numbers = {name: getattr(found, name) for name in TAB_WORDS if name != TODAY} | {TODAY: ended_since(work, today)}
    return {name: capped(min(count, COUNT_CAP + 1)) for name, count in numbers.items() if count is not None}


def _chosen_tab(counts: Mapping[str, str], actor: Actor) -> str:
    wanted = request.args.get("tab", "")
    if wanted in counts:
        return wanted
    if actor.holds(*DISTRICT):
        return "all"
    return "mine" if counts["mine"] != "0" else "department" if "department" in counts else "all"


def _filters_of(tab: str) -> Filters:
    """The list behind a tab, before anybody narrows it."""
    light = tab if tab in ("overdue", "warning", "paused") else None
    return Filters(scope=SCOPES.get(tab, "all"), light=light, unassigned=tab == "unassigned")


def _csv(filters: Filters) -> str:
    """The same list as a file."""
    given: dict[str, Any] = {name: value for name, value in asdict(filters).items() if value not in (None, False)}
    return url_for("ledger.worklist_csv", **given)


def _tabs(counts: Mapping[str, str], chosen: str) -> list[Tab]:
    return [
        Tab(url_for("pages.worklist", tab=name), _(words), counts[name], name == chosen)
        for name, words in TAB_WORDS.items()
        if name in counts and (name not in UNLISTED or name == chosen)
    ]


def _take(tab: str, stands: Standing) -> str:
    """The sentence on top: what a person should know before reading the rows."""
    return _(TAKES.get(tab, TAKE_ALL), **{name: capped(count) for name, count in asdict(stands).items()})


def _line(row: WorkRow, today: date, actor: Actor) -> Line:
    others = [
        clock for clock in row.clocks if row.words is None or clock.words != row.words or clock.due_on != row.due_on
    ]
    project, matter = case_names(row.title, row.project_name, row.item_title, row.flow)
    assignable = may_assign(row, actor)
    free = assignable and row.assignee_id is None and row.item is not None
    return Line(
        row=row,
        project=project,
        matter=matter,
        day=short_day(row.due_on, today) if row.due_on else "",
        next=next_step(row, actor),
        place=department_name(row.department),
        others="，".join(f"{own(clock.title)} {own(clock.words)}" for clock in others),
        assignable=assignable,
        takes=actor.id if free else None,
    )
