"""P15: a tender as a ribbon of its periods in natural days, with the dates that must not be missed below it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from markupsafe import Markup

from api.pictures.drawing import (
    TINY,
    Caption,
    Days,
    Placed,
    fitted,
    group,
    line,
    path,
    picture,
    placed,
    rows_of,
    width_of,
    words,
)
from api.wording import _

WIDTH = 1280
_LEFT, _RIGHT = 4, 1276
_TOP, _TALL, _NOTCH, _POINT = 58, 34, 7, 8
_NAMED = 12
Stands = Literal["done", "now", "plan", "stopped"]
_LOOKS: dict[Stands, str] = {
    "done": "f-sea",
    "now": "f-sea3 o-sea",
    "plan": "f-none o-line dash",
    "stopped": "f-hatch o-hold",
}


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of the ribbon, both days included; ``least`` are the words of the shortest the law allows."""

    name: str
    since: date
    until: date
    stands: Stands
    least: str = ""


@dataclass(frozen=True, slots=True)
class Dated:
    """A date that matters, in words that end with the date; ``ahead``: still to come."""

    day: date
    said: str
    ahead: bool


def ribbon(periods: Sequence[Period], dates: Sequence[Dated], today: date) -> Markup | None:
    """The picture; None without a period. It repeats a list."""
    if not periods:
        return None
    days = [one.since for one in periods] + [one.until for one in periods] + [one.day for one in dates] + [today]
    axis = Days(min(days), max(days), _LEFT, _RIGHT)
    marks = placed(
        [Caption(axis.middle(one.day), one.said, "em" if one.ahead else None) for one in dates], WIDTH, size=TINY
    )
    below = _TOP + _TALL
    height = below + 14 + 20 * max(rows_of(marks), 1)
    parts = [*_mondays(axis, today), *(part for one in periods for part in _period(one, axis))]
    return picture(WIDTH, height, [*parts, *_today(axis, today), *_dates(marks, below)])


def _mondays(axis: Days, today: date) -> list[Markup]:
    """A tick every Monday; its date where neither the one before nor the word of today is too near."""
    parts: list[Markup] = []
    first = axis.first + timedelta(days=-axis.first.weekday() % 7)
    weeks = [first + timedelta(weeks=n) for n in range((axis.last - first).days // 7 + 1)] if first <= axis.last else []
    every = -(-len(weeks) // _NAMED) if weeks else 1
    half, middle = width_of(_today_words(today)) / 2 + 6, axis.middle(today)
    for number, day in enumerate(weeks):
        x = axis.begin(day)
        parts.append(line(x, 20, x, 32))
        said = _("%(month)s/%(day)s", month=day.month, day=day.day)
        end = x + 4 + width_of(said, TINY)
        if number % every == 0 and (end < middle - half or x + 4 > middle + half) and end < WIDTH:
            parts.append(words(x + 4, 14, said, "tiny"))
    return parts


def _period(one: Period, axis: Days) -> list[Markup]:
    left, right = axis.begin(one.since), axis.begin(one.until + timedelta(days=1)) - 2
    point = min(_POINT, max((right - left) / 3, 0))
    shape = (
        f"M{left:g} {_TOP}H{right - point:.2f}l{point:.2f} {_TALL / 2}l{-point:.2f} {_TALL / 2}H{left:g}"
        f"l{min(_NOTCH, point):.2f} {-_TALL / 2}Z"
    )
    room = right - left - 2 * _POINT - 6
    name = "" if one.stands == "stopped" else fitted(one.name, room)
    kind = "on" if one.stands == "done" else "em"
    parts = [path(shape, _LOOKS[one.stands])]
    if name:
        parts.append(words((left + right) / 2, _TOP + _TALL / 2 + 5, name, kind, "middle"))
    if one.least and width_of(one.least, TINY) <= right - left - 4:
        parts.append(words((left + right) / 2, _TOP - 9, one.least, "tiny", "middle"))
    return parts


def _today_words(today: date) -> str:
    return _("今天 %(month)s/%(day)s", month=today.month, day=today.day)


def _today(axis: Days, today: date) -> list[Markup]:
    x, said = axis.middle(today), _today_words(today)
    half = width_of(said) / 2
    return [
        line(x, 20, x, _TOP + _TALL + 6, "today"),
        words(min(max(x, half), WIDTH - half), 14, said, "tx-today", "middle"),
    ]


def _dates(marks: Sequence[Placed], top: float) -> list[Markup]:
    parts = []
    for one in marks:
        base = top + 24 + 20 * one.row
        kind = f"tiny {one.caption.kind or ''}".strip()
        dot = path(f"M{one.caption.x:g} {base - 9:g}l5 5-5 5-5-5Z", "f-ink")
        parts.append(group(line(one.caption.x, top + 2, one.caption.x, base - 8, "ax2"), dot))
        at = one.left + 4 if one.left > one.caption.x else one.left - 4
        parts.append(words(at, base, one.caption.said, kind))
    return parts
