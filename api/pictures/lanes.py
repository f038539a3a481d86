"""P2, five lanes: what stood and stands in each of the five ones of a project, over thirteen weeks around today.

Bars that overlap stand under one another; words that would collide go to rows below, with a leader to their mark.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from markupsafe import Markup

from api.pictures.drawing import (
    GAP,
    SIZE,
    TINY,
    Caption,
    Days,
    Sign,
    box,
    captions,
    fitted,
    group,
    line,
    path,
    picture,
    placed,
    rows_of,
    sign,
    today_line,
    width_of,
    words,
)
from api.wording import lang
from workflow.clock.words import MONTHS_EN

Look = Literal["done", "now", "late", "hold", "plan"]
LOOKS: dict[Look, str] = {
    "done": "f-sea",
    "now": "f-sea3 o-sea",
    "late": "f-bad",
    "hold": "f-hatch o-hold",
    "plan": "f-none o-line dash",
}
"""The classes of a bar by what it is."""
WIDTH, LEFT, EDGE = 1280, 214, 1276
HEAD = 26
"""Room above the lanes for the dates."""
LANE, BAR, BAR_TOP, LABEL_ROW, BAR_ROW = 44, 20, 12, 18, 26
"""Heights in pixels: a lane with one row of bars, a bar, where it begins, a row of labels, a further row of bars."""
WEEKS = 13
BEFORE = 6
"""Weeks of the window before the one of today."""
INSIDE = 14
"""Pixels that a label inside its bar leaves free."""
ARROW = 210
"""The width at most of the box for what lies behind the window."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar from its first to its last day, in ``row`` 0, 1, … of its lane; parts of one thing share a row.

    ``label`` may be empty.
    """

    since: date
    until: date
    look: Look
    label: str = ""
    row: int = 0


@dataclass(frozen=True, slots=True)
class Flag:
    """Something of one day."""

    day: date
    label: str


@dataclass(frozen=True, slots=True)
class Lane:
    """One lane; ``later`` names what comes behind the window, with its month."""

    name: str
    second: str
    sign: Sign
    bars: tuple[Bar, ...] = ()
    flags: tuple[Flag, ...] = ()
    later: str = ""


@dataclass(slots=True)
class _Drawn:
    """What a lane is drawn with, and how high it is."""

    parts: list[Markup] = field(default_factory=list)
    height: float = LANE


def window(today: date) -> tuple[date, date]:
    """The first and the last day shown: thirteen weeks from a Monday on, today in the seventh."""
    monday = today - timedelta(days=today.weekday()) - timedelta(weeks=BEFORE)
    return monday, monday + timedelta(weeks=WEEKS) - timedelta(days=1)


def lanes(shown: Sequence[Lane], today: date, today_words: str) -> Markup:
    """The picture as of ``today``; ``today_words`` names that day below its line."""
    first, last = window(today)
    days = Days(first, last, LEFT, EDGE)
    now = days.middle(today)
    drawn = [_lane(one, days, now) for one in shown]
    parts: list[Markup] = []
    top: float = HEAD
    for one in drawn:
        parts += [line(0, top, WIDTH, top), group(*one.parts, at=(0, top))]
        top += one.height
    grid = _grid(days, top)
    return picture(
        WIDTH, top + 22, [*grid, *parts, line(0, top, WIDTH, top), today_line(now, HEAD - 4, top, today_words, WIDTH)]
    )


def _grid(days: Days, bottom: float) -> list[Markup]:
    mondays = [days.first + timedelta(weeks=n) for n in range(WEEKS)]
    return [
        part
        for monday in mondays
        for part in (
            line(days.begin(monday), HEAD - 4, days.begin(monday), bottom),
            words(days.begin(monday) + 2, 15, _short(monday), "tiny"),
        )
    ]


def _short(day: date) -> str:
    """10/12, or 12 Oct: no reader takes the one for the other."""
    return f"{day.day} {MONTHS_EN[day.month - 1]}" if lang() == "en" else f"{day.month}/{day.day}"


def _lane(lane: Lane, days: Days, now: float) -> _Drawn:
    drawn = _Drawn()
    below: list[Caption] = []
    later = lane.later and fitted(lane.later, ARROW - 2 * INSIDE, TINY)
    arrow = width_of(later, TINY) + 2 * INSIDE
    right = EDGE - arrow - GAP if later else EDGE
    taken = {bar.row for bar in lane.bars if _ends(bar, days)[1] > right}
    behind = next(row for row in range(len(lane.bars) + 1) if row not in taken)
    rows = max([bar.row for bar in lane.bars] + ([behind] if later else []), default=0) + 1
    foot = BAR_TOP + BAR + (rows - 1) * BAR_ROW
    bars: list[Markup] = []
    for bar in lane.bars:
        beside = [one for one in lane.bars if one.row == bar.row and one is not bar]
        bars += _bar(bar, beside, days, now, right, below)
    flags = [Caption(days.middle(flag.day), flag.label) for flag in lane.flags if days.shows(flag.day)]
    found = placed([*below, *flags], right, now)
    drawn.parts = [
        sign(lane.sign, 10, 22, 5.5),
        words(28, 20, fitted(lane.name, LEFT - 32, 14), "h"),
        words(28, 36, fitted(lane.second, LEFT - 32, TINY), "tiny"),
        *bars,
        captions(found, foot + 2),
        *(_flag(one.caption.x, BAR_TOP, foot) for one in found if one.caption in flags),
    ]
    if later:
        drawn.parts.append(_behind(later, arrow, BAR_TOP + behind * BAR_ROW))
    drawn.height = max(LANE, foot + 12) + LABEL_ROW * rows_of(found)
    return drawn


def _bar(bar: Bar, beside: Sequence[Bar], days: Days, now: float, right: float, below: list[Caption]) -> list[Markup]:
    start, end = _ends(bar, days)
    top = BAR_TOP + bar.row * BAR_ROW
    parts = [box(start, top, end - start, BAR, LOOKS[bar.look], 4)]
    if not bar.label:
        return parts
    base = top + BAR / 2 + 4.5
    width = width_of(bar.label, TINY)
    inside = _inside(start, end, width, now) if bar.look != "hold" else None
    if inside is not None:
        parts.append(words(inside, base, bar.label, "tiny on" if bar.look in ("done", "late") else "tiny em"))
        return parts
    after = end + GAP
    following = min((_ends(one, days)[0] for one in beside if _ends(one, days)[0] >= end - 1), default=right)
    if after + width + GAP <= min(following, right) and not after - GAP < now < after + width + GAP:
        parts.append(words(after, base, bar.label, "tiny"))
        return parts
    kind = {"late": "tx-bad", "hold": "tx-hold"}.get(bar.look)
    below.append(Caption(start + 1, fitted(bar.label, EDGE - LEFT, TINY), kind))
    return parts


def _inside(start: float, end: float, width: float, now: float) -> float | None:
    """Where words of ``width`` begin inside a bar, before today or behind it; None where they do not fit."""
    if width + INSIDE > end - start:
        return None
    if not start + 8 - GAP < now < start + 8 + width + GAP:
        return start + 8
    return now + GAP if now + GAP + width + GAP <= end else None


def _ends(bar: Bar, days: Days) -> tuple[float, float]:
    start = days.begin(days.kept(bar.since)) + 1
    end = days.begin(days.kept(bar.until)) + days.pitch - 2
    return start, max(end, start + 4)


def _flag(x: float, top: float, foot: float) -> Markup:
    """A pennant of 11 × 9 on a leader that goes through the bars."""
    return group(
        line(x, top - 4, x, foot + 2, "ax2"),
        path(f"M{x:.1f} {top - 8:.1f}h11l-3 4.5 3 4.5h-11z", "f-ink"),
    )


def _behind(said: str, width: float, top: float) -> Markup:
    """What comes behind the window: a dashed arrow at the right edge."""
    left = EDGE - width
    shape = f"M{left:.1f} {top}h{width - 10:.1f}l8 {BAR / 2}l-8 {BAR / 2}h-{width - 10:.1f}z"
    return group(path(shape, LOOKS["plan"]), words(left + 8, top + BAR / 2 + 4.5, said, "tiny"))


__all__ = ["BEFORE", "SIZE", "WEEKS", "Bar", "Flag", "Lane", "Look", "lanes", "window"]
