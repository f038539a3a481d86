"""督办: which cases have been carried to which level and what has become of them, and how honest pauses are.

Rules act by themselves; here people see why. Seen is not solved: seeing has a column of its own, and a light changes by
the deed alone.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask import Response, request, url_for
from markupsafe import Markup

from api import access
from api.pages.blueprint import pages
from api.pages.case_names import case_name
from api.pages.figure_words import day_of, span_words
from api.pages.frame import show
from api.pages.lists import with_query
from api.pages.names import case_names, role_name, rung_words
from api.pages.pause_picture import PauseRow, pause_rows, pause_words, pauses_drawn
from api.pages.war_map import deed_href
from api.pictures.drawing import SIGN_OF_LIGHT, Sign
from api.pictures.ladder import MOST as DRAWN
from api.pictures.ladder import Level as Step
from api.pictures.ladder import Standing as Card
from api.pictures.ladder import ladder as ladder_drawn
from api.wording import N_, _, date_and_time, own, short_day
from workflow.clock.days import local_day
from workflow.clock.words import Light
from workflow.errors import BadInput
from workflow.queries.escalations import by_department
from workflow.queries.ladder import LEVELS, Ladder, Standing, asked_level, ladder, level_of
from workflow.queries.next_deeds import NextDeed, next_deeds
from workflow.queries.pauses_begun import pauses_begun
from workflow.queries.told import Measure, Told, told
from workflow.work import Work

LEVEL_WORDS: Mapping[int, str] = {
    1: N_("提醒经办人和专员"),
    2: N_("黄牌，报攻坚队长"),
    3: N_("红牌，报局长"),
    4: N_("报分管区领导"),
    5: N_("区政府专题会"),
}
"""What each level is called on the ladder."""
LEVEL_NAMES: Mapping[int, str] = {
    1: N_("经办人和专员"),
    2: N_("攻坚队长"),
    3: N_("局长"),
    4: N_("分管区领导"),
    5: N_("专题会"),
}
"""Who a case has been carried to, for a table."""
FIRST, PAGE = 5, 40
"""Lines shown before one asks for more, and then on one page."""
PERIOD = timedelta(days=90)
REPEATED = 2
"""Late cases from which on an item is named."""


@dataclass(frozen=True, slots=True)
class LevelLine:
    """One level as a list: its name, its rule, how many stand there, the first of them, and all."""

    level: int
    name: str
    rule: str
    count: int
    cases: tuple[Standing, ...]
    more: int
    href: str


@dataclass(frozen=True, slots=True)
class Line:
    """One case of the table in words."""

    standing: Standing
    level: str
    project: str
    matter: str
    edge: str
    left: str
    why: str
    told: str
    told_at: str
    seen: str
    measure: str
    new_date: str
    measure_no: str | None
    deed: str
    href: str


@dataclass(frozen=True, slots=True)
class Repeated:
    """An item of which several cases are late, and how many."""

    item: str
    cases: int
    href: str


@pages.get("/escalations", endpoint="escalations")
def escalations_page() -> Response:
    """The ladder as it stands now, the highest cases with what was done about them, and the pauses of a period."""
    with access.work() as work:
        today = local_day(work.now)
        level = asked_level(request.args.get("level"))
        found = ladder(work)
        whole = found.on(level) if level else list(found.standing)
        page = _page_of(whole)
        shown = page.of(whole)
        became, deeds = told(work, shown), next_deeds(work, [one.no for one in shown])
        since, until = _period(today)
        pauses = pauses_begun(work, since, until)
        rules = _rules(work)
        unread = by_department(work)
    rows = pause_rows(pauses, since, until, today)
    return show(
        "escalations.html",
        take=_take(found),
        complete=found.complete,
        picture=_drawn(found, rules),
        levels=[_level(found, one, rules) for one in reversed(LEVELS)],
        level=level,
        named=_(LEVEL_NAMES[level]) if level else "",
        everything=page.everything,
        number=page.number,
        lines=[_line(one, became[one.case_id], deeds.get(one.no), today) for one in shown],
        count=len(whole),
        all_lines=with_query("pages.escalations", show="all", page=None),
        whole_ladder=with_query("pages.escalations", level=None, show=None, page=None),
        first_page=with_query("pages.escalations", page=None) if page.number > 1 else None,
        next_page=with_query("pages.escalations", page=page.number + 1) if page.last < len(whole) else None,
        pause_take=pause_words(pauses),
        pauses=rows,
        pause_wide=_pauses(rows, wide=True),
        pause_narrow=_pauses(rows, wide=False),
        span=span_words(since, until, today),
        since=since.isoformat(),
        until=until.isoformat(),
        repeated=_repeated(found),
        unread=sum(one.unanswered + one.nobody for one in unread),
        rule_since=access.office().catalogue.sources["rules/escalation.yaml"].valid_from.isoformat(),
    )


@dataclass(frozen=True, slots=True)
class _Page:
    """The lines of one page: from ``first`` up to but without ``last``."""

    number: int
    first: int
    last: int
    everything: bool

    def of(self, lines: Sequence[Standing]) -> list[Standing]:
        return list(lines[self.first : self.last])


def _page_of(whole: Sequence[Standing]) -> _Page:
    """The first few, or page by page once all are asked for; raises BadInput for a page that is no number."""
    everything = request.args.get("show") == "all" or bool(request.args.get("level"))
    typed = request.args.get("page") or "1"
    if not typed.isascii() or not typed.isdigit() or not 1 <= int(typed[:6]) <= 1000:
        raise BadInput(
            "bad_input",
            f"page：“{typed[:20]}”不是 1 到 1000 的页码",
            f"page: “{typed[:20]}” is no page number from 1 to 1000",
        )
    if not everything:
        return _Page(1, 0, min(FIRST, len(whole)), everything=len(whole) <= FIRST)
    number = int(typed)
    return _Page(number, (number - 1) * PAGE, number * PAGE, everything=True)


def _period(today: date) -> tuple[date, date]:
    until = day_of("to", today) or today
    return day_of("from", today) or until - PERIOD, until


def _rules(work: Work) -> dict[int, str]:
    """By level the rung that carries an approval case there, as its flow has it now."""
    rule = work.office.flow("item").rule("promised")
    found: dict[int, str] = {}
    for fallen in range(1, len(rule.ladder) + 1):
        reached = level_of(rule, fallen)
        if reached is not None:
            found.setdefault(reached[0], rung_words(rule.ladder[reached[1]].text))
    return found | {5: _("召开专题会时")}


def _take(found: Ladder) -> str:
    """The ladder in one sentence."""
    if not found.standing:
        return _("没有正在上报的办件")
    top = _(LEVEL_NAMES[found.standing[0].level]).lower()
    return _("%(n)s 件正在上报，最高一级到%(level)s", n=len(found.standing), level=top)


def _level(found: Ladder, level: int, rules: Mapping[int, str]) -> LevelLine:
    here = found.on(level)
    return LevelLine(
        level=level,
        name=_(LEVEL_WORDS[level]),
        rule=rules.get(level, ""),
        count=len(here),
        cases=tuple(here[:DRAWN]),
        more=max(0, len(here) - DRAWN),
        href=with_query("pages.escalations", level=level, page=None),
    )


def _drawn(found: Ladder, rules: Mapping[int, str]) -> Markup:
    steps = []
    for level in LEVELS:
        line = _level(found, level, rules)
        steps.append(
            Step(
                f"{level} {line.name}",
                line.rule,
                _("%(n)s 件", n=line.count),
                tuple(_card(one) for one in line.cases),
                _("还有 %(n)s 件", n=line.more) if line.more else "",
                line.href,
            )
        )
    return ladder_drawn(steps)


def _card(one: Standing) -> Card:
    href = url_for("pages.case", no=one.no)
    said = f"{case_name(one.title)}：{own(one.brief.words)}"
    return Card(one.project_name, href, sign_of(one.light), _days(one.days), said)


def sign_of(light: Light) -> Sign:
    """The shape of a light."""
    return SIGN_OF_LIGHT[str(light)]


def _days(days: int) -> str:
    return _("今天到") if days == 0 else _("停 %(n)s 日", n=days)


def _line(one: Standing, became: Told, deed: NextDeed | None, today: date) -> Line:
    item = access.office().catalogue.items.get(one.item) if one.item else None
    project, matter = case_names(one.title, one.project_name, item.title if item else None, one.flow)
    measure = became.measure
    words, href = _deed(one, deed, measure)
    return Line(
        standing=one,
        level=f"{one.level} {_(LEVEL_NAMES[one.level])}",
        project=project,
        matter=matter,
        edge={Light.OVERDUE: "bad", Light.WARNING: "warn", Light.PAUSED: "hold"}.get(one.light, "ok"),
        left=own(one.brief.words),
        why=_("%(clock)s：%(rung)s", clock=own(one.clock_title), rung=rung_words(one.rung_text)),
        told=_("、").join(role_name(role) for role in became.roles) or "—",
        told_at=date_and_time(became.at or one.since, today),
        seen=_seen(became, today),
        measure=_measure(measure),
        new_date=short_day(measure.new_date, today) if measure and measure.new_date else "",
        measure_no=measure.no if measure else None,
        deed=words,
        href=href,
    )


def _deed(one: Standing, deed: NextDeed | None, measure: Measure | None) -> tuple[str, str]:
    """What the reader may do about it: once asked for in writing, it is to be followed up and not asked for again."""
    if deed is not None and deed.opens and measure is not None and measure.waits and measure.no is not None:
        return _("跟进%(kind)s", kind=own(measure.kind)), url_for("pages.case", no=measure.no)
    if deed is None:
        return _("看办件"), url_for("pages.case", no=one.no)
    return own(deed.title), deed_href(one.no, deed)


def _seen(became: Told, today: date) -> str:
    if became.seen_at is None:
        return _("未看")
    at = date_and_time(became.seen_at, today)
    return _(
        "✓ %(who)s %(at)s（%(seen)s / %(people)s 人）",
        who=role_name(became.seen_role or ""),
        at=at,
        seen=became.seen,
        people=became.people,
    )


def _measure(measure: Measure | None) -> str:
    if measure is None:
        return _("还没有")
    return _("%(kind)s：%(words)s", kind=own(measure.kind), words=measure.words or _("待答复"))


def _repeated(found: Ladder) -> list[Repeated]:
    """Items of which several cases are late now, the most first."""
    late = Counter(one.item for one in found.standing if one.item and one.light is Light.OVERDUE)
    items = access.office().catalogue.items
    return [
        Repeated(own(items[code].title), n, url_for("pages.worklist", tab="all", item=code, light="overdue"))
        for code, n in late.most_common(5)
        if n >= REPEATED and code in items
    ]


def _pauses(rows: Sequence[PauseRow], *, wide: bool) -> Markup | str:
    return pauses_drawn(rows, wide=wide) if rows else ""
