"""P6, milestones: nine months, a row for each project, a diamond for each of its milestones.

Reached as planned, early or late; planned; past its day and not reached. What lies beyond the nine months is a line.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from markupsafe import Markup

from api.pictures.drawing import (
    TINY,
    Days,
    Sign,
    box,
    circle,
    element,
    fitted,
    group,
    line,
    link,
    path,
    picture,
    sign,
    today_line,
    width_of,
    words,
)

WIDTH, ROW, TOP = 1280, 40, 26
LEFT, RIGHT = 214.0, 1184.0
MONTHS = 9
BEFORE = 5
"""Whole months shown before that of today."""
Reached = Literal["done", "early", "late", "planned", "missed"]


@dataclass(frozen=True, slots=True)
class Diamond:
    """One milestone on the day it was reached, else on the day it is planned for."""

    day: date
    kind: Reached
    said: str


@dataclass(frozen=True, slots=True)
class Row:
    """One project; ``chip`` are the words at the end of its row."""

    name: str
    href: str
    sign: Sign
    diamonds: tuple[Diamond, ...]
    chip: str
    late: bool


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the axis: its first day and its name."""

    first: date
    name: str


def months_around(today: date) -> list[date]:
    """The first days of the nine months shown, and of the month after them."""
    start = today.year * 12 + today.month - 1 - BEFORE
    return [date((start + step) // 12, (start + step) % 12 + 1, 1) for step in range(MONTHS + 1)]


def milestones(rows: Sequence[Row], months: Sequence[Month], end: date, today: date, said: str) -> Markup:
    """``months`` up to but without ``end``; ``said`` are the words at the line of ``today``."""
    axis = Days(months[0].first, date.fromordinal(end.toordinal() - 1), LEFT, RIGHT)
    bottom = TOP + ROW * len(rows)
    parts = [line(x, TOP - 2, x, bottom, "ax") for x in (axis.begin(one.first) for one in months)]
    parts += [line(RIGHT, TOP - 2, RIGHT, bottom, "ax")]
    parts += _names(months, axis)
    parts += [line(0, TOP - 2 + ROW * n, WIDTH, TOP - 2 + ROW * n, "ax") for n in range(len(rows) + 1)]
    parts += [_row(one, axis, TOP + ROW * n + ROW / 2 - 2) for n, one in enumerate(rows)]
    parts.append(today_line(axis.middle(today), TOP - 6, bottom, said, WIDTH))
    return picture(WIDTH, bottom + 22, parts)


def _names(months: Sequence[Month], axis: Days) -> list[Markup]:
    room = (RIGHT - LEFT) / MONTHS - 6
    return [words(axis.begin(one.first) + 4, 15, fitted(one.name, room, TINY), "tiny") for one in months]


def _row(row: Row, axis: Days, y: float) -> Markup:
    chip = words(WIDTH - 4.0, y + 5, row.chip, "tiny tx-bad" if row.late else "tiny em", "end")
    name = group(
        sign(row.sign, 12, y, 5 if row.sign in ("ok", "todo") else 6),
        words(28, y + 5, fitted(row.name, LEFT - 36), "em"),
    )
    return group(
        link(row.href, name), *_lines(row, axis, y), *(_diamond(one, axis, y) for one in _shown(row, axis)), chip
    )


def _shown(row: Row, axis: Days) -> list[Diamond]:
    return [one for one in row.diamonds if axis.shows(one.day)]


def _lines(row: Row, axis: Days, y: float) -> list[Markup]:
    """From the first to the last of them, and more strongly as far as they are reached."""
    days = [one.day for one in row.diamonds]
    reached = [one.day for one in row.diamonds if one.kind in ("done", "early", "late")]
    return [
        line(_at(axis, min(span)), y, _at(axis, max(span)), y, kind)
        for span, kind in ((days, "ax2"), (reached, "edge-past"))
        if len(span) > 1
    ]


def _at(axis: Days, day: date) -> float:
    return axis.middle(axis.kept(day))


def _diamond(one: Diamond, axis: Days, y: float) -> Markup:
    x = axis.middle(one.day)
    return group(element("title", one.said), *_drawn(one.kind, x, y))


def _drawn(kind: Reached, x: float, y: float) -> list[Markup]:
    if kind == "planned":
        return [path(_rhomb(x, y, 8), "f-none o-line")]
    if kind == "missed":
        bang = box(x - 1.2, y - 5.5, 2.4, 7, "bang"), circle(x, y + 4.4, 1.2, "bang")
        return [path(_rhomb(x, y, 12), "f-none o-bad"), *bang]
    filled = path(_rhomb(x, y, 9), {"done": "f-sea", "early": "f-early", "late": "f-bad"}[kind])
    if kind == "late":
        return [filled, path(f"M{x - 2.6:g} {y - 2.6:g}l5.2 5.2m0 -5.2l-5.2 5.2", "tick")]
    return [filled, path(f"M{x - 3.4:g} {y:g}l2.5 2.6 4.4 -5", "tick")]


def _rhomb(x: float, y: float, r: float) -> str:
    return f"M{x:.2f} {y - r:.2f}L{x + r:.2f} {y:.2f}L{x:.2f} {y + r:.2f}L{x - r:.2f} {y:.2f}Z"


def chip_room() -> float:
    """Pixels for the words at the end of a row."""
    return WIDTH - RIGHT - 8


def fits(chip: str) -> bool:
    """Whether the words at the end of a row keep clear of the axis."""
    return width_of(chip, TINY) <= chip_room()
