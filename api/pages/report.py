"""指标报表 for the meeting: one paragraph of findings, four pictures with a finding each, one table. Prints on A4."""

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date, timedelta

from flask import Response

from api import access
from api.pages.blueprint import pages
from api.pages.calendar import WEEKDAYS
from api.pages.figure_words import FEW, cases_of, day_of, definition, link, span_words, value_words
from api.pages.frame import show
from api.pictures.dumbbell import Span, dumbbell
from api.pictures.early_late import early_late
from api.pictures.waffle import waffle
from api.pictures.week_heat import week_heat
from api.wording import N_, _, date_and_time, lang, own
from workflow.clock.days import local_day
from workflow.clock.words import MONTHS_EN
from workflow.queries.figure_scope import Ask
from workflow.queries.figures import Figure, Figures, Part, figures
from workflow.queries.report import ReportFacts, StageDays, outside_share, report_facts

CODES = ("early_finish", "days_saved", "extended_hours", "problems")
"""The four measures the programme is judged by, by their figures."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A row of the table: the period's value with the list it counts, the period's before, and what is counted."""

    title: str
    value: str
    href: str | None
    before: str
    numerator: str
    denominator: str
    excluded: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture with its finding as caption, its form for a telephone, and the rows of its table."""

    key: str
    finding: str
    wide: str
    small: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@pages.get("/report")
def report() -> Response:
    """The report of a period (``from``, ``to``); the last whole month where none is named."""
    with access.work() as work:
        today = local_day(work.now)
        ask = _asked(today)
        now, before = figures(work, ask, CODES), figures(work, _before(ask), CODES)
        facts = report_facts(work, ask)
        hours = work.calendar.hours
    office_hours = (hours.opens.hour, hours.closes.hour + (hours.closes.minute > 0))
    as_of = date_and_time(now.as_of, today)
    charts = [_saved(facts), _late(facts), _asked_for_help(facts, office_hours), _early(now, before)]
    since, until = now.scope.since, now.scope.until
    given = {"from": since, "to": until, "dimension": ask.dimension, "value": ask.value}
    return show(
        "report.html",
        span=_span(since, until, today),
        where=", ".join(value_words(now.scope.dimension, value) for value in now.scope.values or ()),
        since=since.isoformat(),
        until=until.isoformat(),
        findings=_findings(now, facts),
        charts=[chart for chart in charts if chart is not None],
        measures=[_measure(now.figure(code), before.figure(code), ask) for code in CODES],
        definitions=[definition(now.figure(code).definition, as_of) for code in CODES],
        as_of=as_of,
        few=FEW,
        behind=now.behind,
        earlier=link("pages.report", **_month_of(since - timedelta(days=1))),
        later=link("pages.report", **_month_of(until + timedelta(days=1))) if until < today else None,
        all_figures=link("pages.figures", **given),
        assumed=now.figure("early_finish").definition.validity.assumed,
    )


def _asked(today: date) -> Ask:
    since, until = day_of("from", today), day_of("to", today)
    if since is None and until is None:
        last = today.replace(day=1) - timedelta(days=1)
        since, until = last.replace(day=1), last
    return Ask(since, until)


def _month_of(day: date) -> dict[str, str]:
    """The whole month that ``day`` lies in, as the address names it."""
    last = day.replace(day=monthrange(day.year, day.month)[1])
    return {"from": day.replace(day=1).isoformat(), "to": last.isoformat()}


def _before(ask: Ask) -> Ask:
    """The period before: the month before a whole month, else as many days."""
    since, until = ask.since or ask.until, ask.until or ask.since
    assert since is not None
    assert until is not None
    if since.day == 1 and until == since.replace(day=monthrange(since.year, since.month)[1]):
        last = since - timedelta(days=1)
        return replace(ask, since=last.replace(day=1), until=last)
    return replace(ask, since=since - (until - since) - timedelta(days=1), until=since - timedelta(days=1))


def _span(since: date, until: date, today: date) -> str:
    """A whole month by its name, else both days."""
    if since.day == 1 and until == since.replace(day=monthrange(since.year, since.month)[1]):
        if lang() == "en":
            return f"{MONTHS_EN[since.month - 1]} {since.year}"
        return f"{since.year}年{since.month}月"  # a date is no sentence
    return span_words(since, until, today)


def _findings(now: Figures, facts: ReportFacts) -> str:
    """The report in one paragraph; what there is too little of has no rate."""
    decided, early = _number(now, "early_finish", "counted"), _number(now, "early_finish", "early")
    said = [_("办结承诺件 %(n)s 件", n=decided.n), _("提前办结 %(n)s 件", n=early.n)]
    if decided.n >= FEW:
        said.append(_("提前办结率 %(rate)s", rate=f"{early.n / decided.n:.0%}"))
    law = _number(now, "days_saved", "law")
    if law.n >= FEW:
        said.append(_("平均比法定时限节省 %(days)s 个工作日", days=f"{law.amount / law.n:.1f}"))
    sessions = _number(now, "extended_hours", "sessions")
    said.append(_("延时服务 %(hours)s 小时", hours=f"{sessions.amount / 60:.0f}"))
    raised, solved = _number(now, "problems", "raised"), _number(now, "problems", "solved")
    said.append(_("提出问题 %(n)s 个", n=raised.n))
    said.append(_("解决 %(n)s 个", n=solved.n))
    return ("; " if lang() == "en" else "；").join(said) + ("." if lang() == "en" else "。")


def _number(found: Figures, figure: str, part: str) -> Part:
    one = found.figure(figure).whole.part(part)
    assert one is not None
    return one


def _saved(facts: ReportFacts) -> Chart | None:
    stages = [one for one in facts.stages if one.cases >= FEW]
    if not stages:
        return None
    spans = [Span(own(one.title), one.statutory, one.promised, one.used) for one in stages]
    best = max(stages, key=_saves)
    finding = _("%(stage)s阶段省得最多，平均 %(days)s 个工作日", stage=own(best.title), days=f"{_saves(best):.1f}")
    heads = (_("阶段"), _("办件"), _("法定平均"), _("承诺平均"), _("实际平均"), _("节省"))
    rows = tuple(
        (
            own(one.title),
            str(one.cases),
            *(f"{days:.1f}" for days in (one.statutory, one.promised, one.used, _saves(one))),
        )
        for one in stages
    )
    return Chart("saved", finding, dumbbell(spans), dumbbell(spans, small=True), heads, rows)


def _saves(one: StageDays) -> float:
    return one.statutory - one.used


def _late(facts: ReportFacts) -> Chart | None:
    whole = sum(facts.early.values())
    if not whole:
        return None
    late = {-days: n for days, n in facts.early.items() if days < 0}
    finding = (
        _("%(whole)s 件中 %(n)s 件超期，最久 %(days)s 日", whole=whole, n=sum(late.values()), days=max(late))
        if late
        else _("%(n)s 件都没有超过承诺时限", n=whole)
    )
    rows = tuple((_early_words(days), str(n)) for days, n in sorted(facts.early.items(), reverse=True))
    drawn = early_late(facts.early)
    return Chart("late", finding, drawn, "", (_("提前或超期"), _("办件")), rows)


def _early_words(days: int) -> str:
    if days == 0:
        return _("当日")
    return _("提前 %(n)s 个工作日", n=days) if days > 0 else _("超期 %(n)s 个工作日", n=-days)


def _asked_for_help(facts: ReportFacts, office_hours: tuple[int, int]) -> Chart | None:
    share = outside_share(facts.asked, *office_hours)
    if share is None:
        return None
    whole = sum(facts.asked.values())
    finding = _("%(rate)s 的求助在下班以后", rate=f"{share:.0%}") if whole >= FEW else _("求助 %(n)s 次", n=whole)
    names = [_("周%(day)s", day=_(day)) for day in WEEKDAYS]
    hours = sorted({hour for _day, hour in facts.asked})
    rows = tuple(
        (_("%(hour)s 时", hour=hour), *(str(facts.asked.get((day, hour), 0)) for day in range(1, 8))) for hour in hours
    )
    drawn = [week_heat(facts.asked, names, office_hours, small=small) for small in (False, True)]
    return Chart("hours", finding, drawn[0], drawn[1], (_("提出时间"), *names), rows)


def _early(now: Figures, before: Figures) -> Chart | None:
    decided, early = _number(now, "early_finish", "counted"), _number(now, "early_finish", "early")
    if decided.n < FEW:
        return None
    target = access.office().catalogue.report.early_share_target
    rate = early.n / decided.n * 100
    words = {"rate": f"{rate:.0f}%", "target": f"{target}%"}
    finding = (
        _("提前办结率 %(rate)s，达到目标 %(target)s", **words)
        if rate >= target
        else _("提前办结率 %(rate)s，没有达到目标 %(target)s", **words)
    )
    rows = (
        (_("本期"), f"{rate:.0f}%"),
        (_("上期"), _share(before, "early_finish")),
        (_("目标"), f"{target}%"),
    )
    return Chart("share", finding, waffle(rate, target), "", (_("提前办结率"), ""), rows)


def _share(found: Figures, code: str) -> str:
    counted, part = _number(found, code, "counted"), _number(found, code, "early")
    return f"{part.n / counted.n:.0%}" if counted.n >= FEW else _("%(n)s 件", n=part.n)


_MAIN = {
    "early_finish": ("early", "share"),
    "days_saved": ("law", "average_law"),
    "extended_hours": ("sessions", ""),
    "problems": ("solved", ""),
}
"""Of each measure the part that its number counts, and the ratio that is shown instead where there are enough cases."""
DAYS = N_("%(n)s 日")


def _measure(now: Figure, before: Figure, ask: Ask) -> Measure:
    told = now.definition
    part, _ratio = _MAIN[now.code]
    counted = now.whole.part(part)
    return Measure(
        own(told.title),
        _value(now),
        cases_of(now.code, part, ask) if counted is not None and counted.n else None,
        _value(before),
        own(told.numerator),
        own(told.denominator),
        own(told.excluded),
    )


def _value(figure: Figure) -> str:
    """The measure's number: a rate or an average where there are enough cases, else how many there are."""
    part, ratio = _MAIN[figure.code]
    one = figure.whole.part(part)
    assert one is not None
    if figure.code == "extended_hours":
        return _("%(hours)s 小时", hours=f"{one.amount / 60:.0f}")
    if figure.code == "problems":
        raised = figure.whole.part("raised")
        return f"{one.n} / {raised.n if raised else 0}"
    found = next(each for each in figure.whole.ratios if each.code == ratio)
    if found.denominator < FEW or found.value is None:
        return _("%(n)s 件", n=one.n)
    return f"{found.value:.0%}" if ratio == "share" else _("%(days)s 个工作日", days=f"{found.value:.1f}")
