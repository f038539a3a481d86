"""P21: last days before and after a change, on one line each; the largest move first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from markupsafe import Markup

from api.pictures.drawing import Days, circle, element, fitted, line, picture, words
from api.wording import _

WIDTH = 912
MOST = 10
"""So many lines are drawn; the table has all of them."""
_NAMES, _RIGHT, _TOP, _PITCH = 150, 812, 26, 34
_WEEKS_NAMED = 9


@dataclass(frozen=True, slots=True)
class Moved:
    """A last day that was ``old`` and will be ``new``, and the words of how far that is."""

    name: str
    old: date
    new: date
    change: str


def moved_dates(found: Sequence[Moved]) -> Markup | None:
    """The picture, None where nothing has two dates. It repeats a table."""
    if not found:
        return None
    shown = sorted(found, key=lambda one: -abs((one.new - one.old).days))[:MOST]
    first = min(min(one.old, one.new) for one in shown)
    last = max(max(one.old, one.new) for one in shown)
    monday = first - timedelta(days=first.weekday())
    axis = Days(monday, max(last + timedelta(days=6 - last.weekday()), monday + timedelta(days=27)), _NAMES, _RIGHT)
    height = _TOP + _PITCH * len(shown)
    parts = [line(0, _TOP + _PITCH * row, WIDTH, _TOP + _PITCH * row) for row in range(len(shown) + 1)]
    parts += [*_weeks(axis, height), *(part for row, one in enumerate(shown) for part in _row(one, row, axis))]
    return picture(WIDTH, height + 1, parts)


def _weeks(axis: Days, height: float) -> list[Markup]:
    """The Mondays as grid; every one of them is named only where there are few."""
    weeks = ((axis.last - axis.first).days + 1) // 7
    every = -(-weeks // _WEEKS_NAMED)
    parts = []
    for week in range(weeks + 1):
        day = axis.first + timedelta(weeks=week)
        parts.append(line(axis.begin(day), _TOP - 4, axis.begin(day), height))
        if week % every == 0 and week < weeks:
            said = _("%(month)s/%(day)s", month=day.month, day=day.day)
            parts.append(words(axis.begin(day), 15, said, "tiny", "middle"))
    return parts


def _row(one: Moved, row: int, axis: Days) -> list[Markup]:
    y = _TOP + _PITCH * row + _PITCH / 2
    old, new = axis.middle(one.old), axis.middle(one.new)
    marks = [] if one.old == one.new else [element("line", class_="edge-past", x1=old, y1=y, x2=new, y2=y)]
    if one.old != one.new:
        marks.append(circle(old, y, 4.5, "f-none o-line"))
    name = words(0, y + 5, fitted(one.name, _NAMES - 14), "em")
    return [name, *marks, circle(new, y, 5.5, "f-sea st"), words(WIDTH, y + 5, one.change, "tiny em", "end")]
