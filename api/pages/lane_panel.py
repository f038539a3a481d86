"""The five lanes of a case's project on the office's page: the picture, its sentence, and the same as a list."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from markupsafe import Markup

from api.access import office
from api.pictures.drawing import SIGN_OF_LIGHT, Sign
from api.pictures.lanes import Bar, Flag, Lane, Look, lanes, window
from api.wording import N_, _, lang, own, short_day
from workflow.clock.calendar import Calendar
from workflow.clock.days import local_day
from workflow.clock.words import Light
from workflow.definition import LANES
from workflow.definition import Lane as LaneName
from workflow.queries.lane_bars import CHECK, DELIVERY, MILESTONE, NOTICE, LaneBars, Mark, Span, lane_bars
from workflow.queries.lanes import LANE_TITLES
from workflow.work import Work

SECOND: Mapping[LaneName, str] = {
    "mechanism": N_("攻坚队与专员"),
    "matter": N_("并联审批与分段式竣工联合验收"),
    "checklist": N_("审批事项清单与一次性告知"),
    "station": N_("1+N 会商"),
    "assistance": N_("7×24 一对一帮办"),
}
"""What each lane is about; short enough for its column."""
KINDS: Mapping[str, str] = {"bundle": N_("并联审批"), CHECK: N_("收件核验"), DELIVERY: N_("送达证件")}
NAMED = 2
"""Items named in the sentence; of more their number is told."""
FLAGS = 3
"""Marks shown of a lane: the nearest to today."""
ROWS = 4
"""Rows of bars in a lane; what does not fit is told in the list."""


@dataclass(frozen=True, slots=True)
class LaneLine:
    """One lane as a line of the list."""

    name: str
    second: str
    sign: Sign
    said: str


@dataclass(frozen=True, slots=True)
class LanePanel:
    """The picture with its takeaway and the list that says the same."""

    sentence: str
    picture: Markup
    lines: tuple[LaneLine, ...]
    looks: frozenset[Look]


def lane_panel(work: Work, code: str) -> LanePanel:
    """The lanes of the project ``code``, of what the reader may see of it."""
    today = local_day(work.now)
    first, last = window(today)
    found = lane_bars(work, code, first, last)
    shown = [_lane(name, found, today, last) for name in LANES]
    bars = [bar for lane in shown for bar in lane.bars]
    looks: set[Look] = {bar.look for bar in bars}
    if any(lane.later for lane in shown):
        looks.add("plan")
    return LanePanel(
        sentence=_sentence(found, work.calendar, today),
        picture=lanes(shown, today, _("今天 %(day)s", day=short_day(today, today))),
        lines=tuple(_line(lane, name, found, today) for lane, name in zip(shown, LANES, strict=True)),
        looks=frozenset(looks),
    )


def _lane(name: LaneName, found: LaneBars, today: date, last: date) -> Lane:
    spans = [span for span in found.spans if span.lane == name]
    marks = [mark for mark in found.marks if mark.lane == name]
    light = found.lights.get(name)
    ended = bool(spans)
    sign: Sign = SIGN_OF_LIGHT[light.value] if light is not None else "done" if ended else "todo"
    near = sorted((mark for mark in marks if mark.day <= last), key=lambda mark: abs((mark.day - today).days))[:FLAGS]
    later = min((mark for mark in marks if mark.day > last and not mark.done), key=lambda mark: mark.day, default=None)
    return Lane(
        name=own(LANE_TITLES[name]),
        second=_(SECOND[name]),
        sign=sign,
        bars=tuple(_bars(spans, today)),
        flags=tuple(Flag(mark.day, _mark_words(mark)) for mark in sorted(near, key=lambda mark: mark.day)),
        later=f"{_mark_words(later)} {_month(later.day, today)}" if later else "",
    )


def _bars(spans: Sequence[Span], today: date) -> Iterator[Bar]:
    """What lasted, of each kind together where the times touch, in as many rows as they need."""
    free: list[date] = []
    for run in _runs(spans, today):
        start, end = min(one.since for one in run), max(_last(one, today) for one in run)
        row = next((place for place, upto in enumerate(free) if upto < start - timedelta(days=7)), len(free))
        if row >= ROWS:
            continue
        free[row : row + 1] = [end]
        yield from (replace(bar, row=row) for bar in _parts(run, start, end, today))


def _runs(spans: Sequence[Span], today: date) -> list[list[Span]]:
    """Spans of one kind whose times touch, the earliest first."""
    runs: list[list[Span]] = []
    for span in sorted(spans, key=lambda one: (one.kind, one.since)):
        last = runs[-1] if runs else []
        if last and last[0].kind == span.kind and span.since <= max(_last(one, today) for one in last):
            last.append(span)
        else:
            runs.append([span])
    return sorted(runs, key=lambda run: run[0].since)


def _parts(run: Sequence[Span], start: date, end: date, today: date) -> Iterator[Bar]:
    """The bar of a run: what is over, what goes on, what is late, and over it the pauses."""
    late = [one.due for one in run if one.light is Light.OVERDUE and one.due is not None]
    running = any(one.until is None for one in run)
    if late:
        due = max(min(late), start)
        yield Bar(start, due, "now", _run_words(run))
        if due < today:
            yield Bar(due + timedelta(days=1), today, "late")
    else:
        yield Bar(start, max(end, today) if running else end, "now" if running else "done", _run_words(run))
    held = [(first + timedelta(days=1), last or today) for one in run for first, last in one.held]
    for first, last in sorted(set(held)):
        if first <= last:
            yield Bar(first, last, "hold")


def _last(span: Span, today: date) -> date:
    if span.until is not None:
        return span.until
    return max(span.planned or today, today)


def _kind_words(span: Span) -> str:
    if span.kind in KINDS:
        return _(KINDS[span.kind])
    titles = [flow.title for (name, _version), flow in office().flows.items() if name == span.kind]
    return own(titles[-1])


def _what(span: Span) -> str:
    """What makes the light of a span: its items where they do, else the thing itself."""
    known = office().catalogue.items
    names = [own(known[code].title) for code in span.urgent if code in known]
    if not names:
        return _kind_words(span)
    return _("、").join(names) if len(names) <= NAMED else _("%(what)s等 %(n)s 个事项", what=names[0], n=len(names))


def _run_words(run: Sequence[Span]) -> str:
    under = sum(one.under for one in run)
    name = _kind_words(run[0])
    if under:
        return _("%(what)s，%(n)s 个事项", what=name, n=under)
    return _("%(what)s %(n)s 件", what=name, n=len(run)) if len(run) > 1 else name


def _mark_words(mark: Mark) -> str:
    if mark.kind == NOTICE:
        return _("一次性告知 %(n)s 项", n=mark.count)
    if mark.kind == MILESTONE and lang() == "zh":
        return mark.title.rpartition("：")[2]
    return _("里程碑")


def _month(day: date, today: date) -> str:
    if lang() == "en":
        return f"{day:%b}" if day.year == today.year else f"{day:%b} {day.year}"
    return f"{day.month}月" if day.year == today.year else f"{day.year}年{day.month}月"


def _line(lane: Lane, name: LaneName, found: LaneBars, today: date) -> LaneLine:
    spans = [span for span in found.spans if span.lane == name]
    said = [_run_said(run, today) for run in _runs(spans, today)]
    said += [f"{flag.label} {short_day(flag.day, today)}" for flag in lane.flags]
    said += [lane.later] if lane.later else []
    return LaneLine(lane.name, lane.second, lane.sign, _("；").join(said) or _("现在没有在办的事"))


def _run_said(run: Sequence[Span], today: date) -> str:
    name = _run_words(run)
    running = [one for one in run if one.until is None]
    if not running:
        last = max(one.until for one in run if one.until is not None)
        return _("%(what)s，%(day)s 完成", what=name, day=short_day(last, today))
    worst = _worst(running)
    if worst.light is Light.PAUSED:
        return _("%(what)s，暂停计时", what=name)
    if worst.due is None:
        return _("%(what)s，进行中", what=name)
    if worst.light is Light.OVERDUE:
        return _("%(what)s，已过 %(day)s 的期限", what=name, day=short_day(worst.due, today))
    return _("%(what)s，%(day)s 到期", what=name, day=short_day(worst.due, today))


def _sentence(found: LaneBars, calendar: Calendar, today: date) -> str:
    """What holds the project up, or that nothing does."""
    running = [span for span in found.spans if span.light is not None]
    if not running:
        return _("五个一泳道：这几周没有在办的事")
    worst = _worst(running)
    lane, what = own(LANE_TITLES[worst.lane]), _what(worst)
    match worst.light:
        case Light.OVERDUE if worst.due is not None:
            over = max(calendar.working_days_between(worst.due, today), 1)
            return _("五个一泳道：%(lane)s拖住了进度，%(what)s超期 %(n)s 日", lane=lane, what=what, n=over)
        case Light.WARNING if worst.due is not None:
            return _(
                "五个一泳道：%(lane)s最紧，%(what)s%(when)s到期",
                lane=lane,
                what=what,
                when=_when(worst.due, calendar, today),
            )
        case Light.PAUSED:
            return _("五个一泳道：%(lane)s里有办件暂停计时，其余按期", lane=lane)
    return _("五个一泳道：都在按期推进")


def _when(due: date, calendar: Calendar, today: date) -> str:
    left = calendar.working_days_between(today, due)
    if due == today or left == 0:
        return _("今天")
    return _("明天") if (due - today).days == 1 else short_day(due, today)


def _worst(spans: Iterable[Span]) -> Span:
    order = (Light.OVERDUE, Light.WARNING, Light.PAUSED, Light.NORMAL)
    far = date.max
    return min(spans, key=lambda one: (order.index(one.light or Light.NORMAL), one.due or far, one.no))
