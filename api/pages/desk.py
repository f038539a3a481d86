"""The worklist: open cases by working time left, paused ones apart; tabs and filters live in the address."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date

from flask import Response, request, url_for

from api import access
from api.pages.blueprint import pages
from api.pages.frame import show
from api.pages.lists import cursor, paging, with_query
from api.pages.names import department_name, role_name
from api.pages.reading import half_width
from api.pages.wording import N_, _, own
from workflow.actor import Actor
from workflow.clock.days import local_day
from workflow.clock.words import Light
from workflow.definition import Flow
from workflow.queries.paging import COUNT_CAP, capped
from workflow.queries.worklist import LIGHTS, Filters, Scope, Tabs, WorkRow, tabs, worklist

LIGHT_WORDS = {
    Light.OVERDUE: N_("超期"),
    Light.WARNING: N_("2 日内到期"),
    Light.NORMAL: N_("正常"),
    Light.PAUSED: N_("暂停计时"),
}
# The tabs in the order of the page, and the list behind each.
TAB_WORDS = {
    "mine": N_("我的"),
    "department": N_("本部门"),
    "squad": N_("本攻坚队"),
    "unassigned": N_("未分派"),
    "overdue": N_("超期"),
    "warning": N_("2 日内到期"),
    "paused": N_("暂停中"),
    "all": N_("全部在办"),
}
DISTRICT = ("district_leader", "supervisor", "admin")


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab with its count."""

    href: str
    words: str
    count: str
    current: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One row, with its date in words, whose turn it is, and the other clocks in short."""

    row: WorkRow
    day: str
    turn: str
    place: str
    others: str


@pages.get("/work", endpoint="worklist")
def worklist_page() -> Response:
    """What is to be done, for this person."""
    actor = access.me().actor
    with access.work() as work:
        counts = tabs(work)
        chosen = _chosen_tab(counts, actor)
        filters = _filters(chosen)
        found = worklist(work, filters, paging(cursor=cursor()))
        today = local_day(work.now)
    lines = [_line(row, today) for row in found.rows]
    return show(
        "worklist.html",
        tabs=_tabs(counts, chosen),
        chosen=_(TAB_WORDS[chosen]),
        count=_count(counts, chosen),
        counts=counts,
        take=_take(counts),
        running=[line for line in lines if not line.row.paused],
        paused=[line for line in lines if line.row.paused],
        lines=lines,
        states=_states(access.office().flows.values()),
        items=[(item.code, own(item.title)) for item in access.office().catalogue.items.values()],
        lights=[(str(light), _(LIGHT_WORDS[light])) for light in LIGHTS],
        given=filters,
        state=request.args.get("state", ""),
        tab=chosen,
        narrowing=_narrowing(filters, chosen),
        narrowed=any(request.args.get(name) for name in ("q", "item", "state", "light")),
        without=url_for("pages.worklist", tab=chosen),
        csv=_csv(filters),
        next_page=with_query("pages.worklist", cursor=found.next_cursor) if found.next_cursor else None,
        first_page=with_query("pages.worklist") if cursor() else None,
    )


def _chosen_tab(counts: Tabs, actor: Actor) -> str:
    wanted = request.args.get("tab", "")
    if wanted in TAB_WORDS and _count(counts, wanted) is not None:
        return wanted
    if actor.holds(*DISTRICT):
        return "all"
    return "mine" if counts.mine else "department" if counts.department is not None else "all"


def _filters(tab: str) -> Filters:
    flow, _dot, state = request.args.get("state", "").rpartition(".")
    scopes: dict[str, Scope] = {"mine": "mine", "department": "department", "squad": "squad"}
    light = tab if tab in ("overdue", "warning", "paused") else request.args.get("light") or None
    return Filters(
        scope=scopes.get(tab, "all"),
        light=light,
        flow=flow or None,
        state=state or None,
        item=request.args.get("item") or None,
        text=half_width(request.args.get("q", "")).upper() or None,
        unassigned=tab == "unassigned",
    )


def _csv(filters: Filters) -> str:
    """The same list as a file."""
    given = {name: value for name, value in asdict(filters).items() if value not in (None, False)}
    return url_for("ledger.worklist_csv", **given)


def _narrowing(filters: Filters, tab: str) -> str:
    """The filters in words, for the title."""
    catalogue = access.office().catalogue
    given = [
        filters.text or "",
        own(catalogue.items[filters.item].title) if filters.item else "",
        _(LIGHT_WORDS[Light(filters.light)]) if filters.light and filters.light != tab else "",
        _state_words(filters, _states(access.office().flows.values())),
    ]
    return "，".join(words for words in given if words)


def _tabs(counts: Tabs, chosen: str) -> list[Tab]:
    return [
        Tab(url_for("pages.worklist", tab=name), _(words), _count(counts, name) or "", name == chosen)
        for name, words in TAB_WORDS.items()
        if _count(counts, name) is not None
    ]


def _count(counts: Tabs, name: str) -> str | None:
    count: int | None = getattr(counts, name)
    return None if count is None else capped(min(count, COUNT_CAP + 1))


def _take(counts: Tabs) -> str:
    """The sentence on top: what a person should know before reading the rows."""
    return _(
        "在办 %(all)s 件：超期 %(overdue)s 件，2 日内到期 %(warning)s 件，暂停 %(paused)s 件",
        all=capped(counts.all),
        overdue=capped(counts.overdue),
        warning=capped(counts.warning),
        paused=capped(counts.paused),
    )


def _line(row: WorkRow, today: date) -> Line:
    others = [
        clock for clock in row.clocks if row.words is None or clock.words != row.words or clock.due_on != row.due_on
    ]
    day = f"{row.due_on.month}月{row.due_on.day}日" if row.due_on else ""
    return Line(
        row=row,
        day=day if not row.due_on or row.due_on.year == today.year else f"{row.due_on.year}年{day}",
        turn=role_name(row.turn) if row.turn else _("系统"),
        place=department_name(row.department),
        others="，".join(f"{own(clock.title)} {own(clock.words)}" for clock in others),
    )


def _states(flows: Iterable[Flow]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Every state a case on this list can be in, under the title of its flow, each once; as ``flow.state``."""
    found: dict[str, tuple[str, dict[str, str]]] = {}
    for flow in flows:
        _title, states = found.setdefault(flow.name, (own(flow.title), {}))
        for state in flow.states.values():
            draft = flow.opening is None and state.initial and state.turn == "applicant"
            if not state.ended and not draft:
                states.setdefault(f"{flow.name}.{state.name}", own(state.title))
    return [(title, list(states.items())) for title, states in found.values()]


def _state_words(filters: Filters, groups: Iterable[tuple[str, list[tuple[str, str]]]]) -> str:
    """The state asked for, with its flow where that was said too."""
    for title, states in groups:
        for name, words in states:
            flow, _dot, state = name.partition(".")
            if state == filters.state and filters.flow in (None, flow):
                return f"{title}：{words}" if filters.flow else words
    return ""
