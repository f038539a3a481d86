"""P11, pauses: a bar of working days for each reason, and below it a mark for each pause at its place in the period."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from api.pictures.drawing import HEAD, box, circle, element, fitted, group, line, picture, width_of, words

WIDE, NARROW = 608, 310
ROW, BAR = 46, 22
SCALE = 60
"""Working days that the axis shows at least."""


@dataclass(frozen=True, slots=True)
class Held:
    """One pause: ``place`` in the period from 0 to 1, ``late`` where it began on the due day or the day before."""

    place: float
    late: bool
    said: str


@dataclass(frozen=True, slots=True)
class Reason:
    """All pauses of one reason; ``total`` are its words."""

    name: str
    days: int
    total: str
    held: tuple[Held, ...]


def pauses(reasons: Sequence[Reason], width: int = WIDE) -> Markup:
    """``width`` is that of the place the picture stands in: WIDE or NARROW."""
    left = _left(reasons, width)
    room = width - left - max((width_of(one.total) for one in reasons), default=0) - 14
    scale = room / max([SCALE, *(one.days for one in reasons)])
    height = ROW * len(reasons) + 8
    parts = [line(left, 0, left, height - 4, "ax2")]
    parts += [_reason(one, place * ROW, left, room, scale) for place, one in enumerate(reasons)]
    return picture(width, height, parts)


def _left(reasons: Sequence[Reason], width: int) -> float:
    """Where the bars begin: behind the longest name, of which English has longer ones."""
    least, most = (104.0, 200.0) if width == WIDE else (84.0, 110.0)
    return min(max(least, *(width_of(one.name) + 24 for one in reasons)), most) if reasons else least


def _reason(reason: Reason, y: float, left: float, room: float, scale: float) -> Markup:
    length = max(reason.days * scale, 2.0)
    return group(
        words(left - 10, y + 20, fitted(reason.name, left - 12, HEAD + 1), "em", "end"),
        box(left, y + 5, length, BAR, "f-hatch o-hold", 3),
        words(left + length + 8, y + 20, reason.total, "em"),
        *(_mark(one, left + 6 + one.place * (room - 12), y + 35) for one in reason.held),
    )


def _mark(one: Held, x: float, y: float) -> Markup:
    shape = box(x - 4, y - 4, 8, 8, "f-bad") if one.late else circle(x, y, 3.5, "f-hold")
    return group(element("title", one.said), shape)
