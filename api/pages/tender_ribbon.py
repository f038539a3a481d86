"""A tender by its stages and the dates that must not be missed: the ribbon (P15), and the same as a list."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from markupsafe import Markup

from api.pictures.ribbon import Dated, Period, Stands, ribbon
from api.wording import N_, _, short_day
from workflow.clock.calendar import Calendar
from workflow.clock.days import OFFICE_ZONE, local_day
from workflow.clock.least import latest_day
from workflow.clock.limit import parse_limit
from workflow.queries.case import CaseView
from workflow.queries.tender import PeriodRow, TenderView

DAY = timedelta(days=1)
SHAPES: Mapping[Stands, str] = {"done": "done", "now": "now", "plan": "todo", "stopped": "hold"}
STAGES: Mapping[str, str] = {
    "prequalifying": N_("资格预审"),
    "sale": N_("公告与文件发售"),
    "bidding": N_("投标"),
    "evaluating": N_("开标评标"),
    "published": N_("候选人公示"),
    "contract": N_("定标与签合同"),
}
MOMENTS = (
    *("prequal_from", "prequal_deadline", "sale_from", "sale_until", "bid_deadline", "evaluated_on"),
    *("published_on", "publication_until", "contracted_on"),
)
"""What a tender keeps that begins or ends a stage."""
LEAST: Mapping[str, tuple[str, str]] = {
    "sale": ("B1_documents", N_("发售%(limit)s")),
    "bidding": ("B3", N_("发出文件到截止%(limit)s")),
    "published": ("B12", N_("公示%(limit)s")),
    "contract": ("B13", N_("中标通知后%(limit)s签订")),
}
"""By stage: the period that bounds it, and how that is said."""
BOUNDS: tuple[tuple[str, str], ...] = (
    ("B6_documents", N_("最晚异议")),
    ("B11", N_("候选人最晚公示")),
    ("B14", N_("书面报告最晚")),
    ("B13", N_("合同最晚")),
    ("B15", N_("退还保证金最晚")),
)
"""Last days that follow from what has happened, as long as it is not done."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of the list; ``days`` and ``note`` in words."""

    name: str
    shape: str
    days: str
    note: str


@dataclass(frozen=True, slots=True)
class Ribbon:
    """``heading`` names the next date; ``dates`` are those still to come, each with its day, the nearest first."""

    heading: str
    picture: Markup | None
    stages: tuple[Stage, ...]
    dates: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _Span:
    name: str
    since: date | None
    until: date | None
    open: bool = False


@dataclass(frozen=True, slots=True)
class _Mark:
    day: date
    what: str
    time: str = ""
    provisional: bool = False
    matters: bool = True


def tender_ribbon(
    case: CaseView, view: TenderView, limits: Mapping[str, str], calendar: Calendar, today: date
) -> Ribbon:
    """The ribbon of a tender. ``limits`` are the limits of its periods in words, by their names."""
    spans = list(_spans(case, view, today))
    stopped = next((pause.since for pause in case.pauses if pause.open), None)
    marks = sorted(_marks(case, view, calendar), key=lambda mark: mark.day)
    ahead = [mark for mark in marks if mark.day >= today and mark.matters and not case.state.ended]
    periods = [part for span in spans for part in _periods(span, limits, stopped, today)]
    return Ribbon(
        heading=_heading(ahead, stopped is not None, today),
        picture=ribbon(periods, [_dated(mark, today) for mark in marks], today),
        stages=tuple(_stage(span, limits, stopped, today) for span in spans),
        dates=tuple((_(mark.what), _day_words(mark, today)) for mark in ahead),
    )


def _spans(case: CaseView, view: TenderView, today: date) -> Iterator[_Span]:
    """The stages with the days that are known of them; what has begun and has no end yet is open."""
    days = {name: _day(case.kept.get(name)) for name in MOMENTS}
    deadline, evaluated, published = days.get("bid_deadline"), days.get("evaluated_on"), days.get("published_on")
    if days.get("prequal_from"):
        yield _Span("prequalifying", days["prequal_from"], days.get("prequal_deadline"))
    sold = days.get("sale_until")
    yield _Span("sale", days.get("sale_from"), sold)
    yield _Span("bidding", sold + DAY if sold else None, deadline)
    over = case.state.ended or case.state.name == "failed"
    opened = deadline + DAY if deadline and (deadline < today or evaluated) else None
    if opened and not published and not over:
        yield _Span("evaluating", opened, max(today, evaluated or today), open=True)
    else:
        yield _Span("evaluating", opened, (published - DAY if published else evaluated) if opened else None)
    until = days.get("publication_until")
    yield _Span("published", published, until)
    signed, bound = days.get("contracted_on"), _row(view, "B13")
    since = until + DAY if until and (until < today or signed) else None
    known = signed or (bound.bound_on if bound else None)
    yield _Span(
        "contract", since, known or (max(today, since) if since else None), open=known is None and since is not None
    )


def _row(view: TenderView, name: str) -> PeriodRow | None:
    return next((row for row in view.periods if row.name == name), None)


def _stands(span: _Span, stopped: date | None, today: date) -> Stands:
    if span.since is None or span.since > today:
        return "plan"
    if span.until is not None and span.until < today and not span.open:
        return "done"
    return "stopped" if stopped else "now"


def _periods(span: _Span, limits: Mapping[str, str], stopped: date | None, today: date) -> Iterator[Period]:
    """The span on the ribbon; what is stopped in three parts: before, since then, and what is left of it."""
    if span.since is None or span.until is None or span.until < span.since:
        return
    name, least, stands = _(STAGES[span.name]), _least(span, limits), _stands(span, stopped, today)
    if stands != "stopped" or stopped is None:
        yield Period(name, span.since, span.until, stands, least)
        return
    first = max(span.since, stopped)
    if span.since < first:
        yield Period(name, span.since, first - DAY, "now", least)
    yield Period(name, first, min(today, span.until), "stopped")
    if span.until > today:
        yield Period(name, today + DAY, span.until, "plan")


def _least(span: _Span, limits: Mapping[str, str]) -> str:
    name, said = LEAST.get(span.name, ("", ""))
    return _(said, limit=limits[name]) if name in limits else ""


def _stage(span: _Span, limits: Mapping[str, str], stopped: date | None, today: date) -> Stage:
    stands = _stands(span, stopped, today)
    note = _least(span, limits)
    if stands == "stopped":
        note = "；".join(part for part in (note, _("异议答复或者责令解除前暂停")) if part)
    return Stage(_(STAGES[span.name]), SHAPES[stands], _span_words(span, today), note)


def _span_words(span: _Span, today: date) -> str:
    if span.since is None:
        return _("日期未定")
    since = short_day(span.since, today)
    if span.until is None or span.open:
        return _("%(day)s起", day=since)
    return since if span.until <= span.since else _("%(a)s至%(b)s", a=since, b=short_day(span.until, today))


def _marks(case: CaseView, view: TenderView, calendar: Calendar) -> Iterator[_Mark]:
    deadline = _day(case.kept.get("bid_deadline"))
    if deadline is not None:
        yield _Mark(deadline, N_("投标截止即开标"), _time(case.kept["bid_deadline"]))
        clarified = _row(view, "B4")
        if clarified is not None and clarified.limit:
            yield _Mark(latest_day(deadline, parse_limit(clarified.limit), calendar), N_("最晚澄清"))
        least = _row(view, "B3")
        if least is not None and least.bound_on is not None and least.bound_on != deadline:
            yield _Mark(least.bound_on, N_("截止最早可定"), matters=False)
    elif (applications := _day(case.kept.get("prequal_deadline"))) is not None:
        yield _Mark(applications, N_("资格预审申请截止"), _time(case.kept["prequal_deadline"]))
    if (until := _day(case.kept.get("publication_until"))) is not None:
        yield _Mark(until, N_("公示截止"), provisional=calendar.is_provisional(until))
    for name, what in BOUNDS:
        row = _row(view, name)
        if row is not None and row.bound_on is not None and row.target_on is None:
            yield _Mark(row.bound_on, what, provisional=row.provisional)


def _dated(mark: _Mark, today: date) -> Dated:
    day = _("%(month)s/%(day)s", month=mark.day.month, day=mark.day.day)
    if mark.day.year != today.year:
        day = _("%(year)s/%(day)s", year=mark.day.year, day=day)
    said = " ".join(part for part in (_(mark.what), day, mark.time, _("预计") if mark.provisional else "") if part)
    return Dated(mark.day, said, mark.day >= today and mark.matters)


def _heading(ahead: Sequence[_Mark], stopped: bool, today: date) -> str:
    if stopped:
        return _("暂停中：期限带显示斜纹，恢复后重新计算日期")
    if not ahead:
        return _("没有将到的日期")
    return _("下一个日期：%(day)s %(what)s", day=short_day(ahead[0].day, today), what=_(ahead[0].what))


def _day_words(mark: _Mark, today: date) -> str:
    said = " ".join(part for part in (short_day(mark.day, today), mark.time) if part)
    return said + _("（预计）") if mark.provisional else said


def _day(value: object) -> date | None:
    """The legal day of what a case keeps of a day or an instant; None where it keeps none."""
    if not isinstance(value, str):
        return None
    return local_day(datetime.fromisoformat(value)) if "T" in value else date.fromisoformat(value)


def _time(value: str) -> str:
    return f"{datetime.fromisoformat(value).astimezone(OFFICE_ZONE):%H:%M}"
