"""P7: how long the law allows, what is promised, and what was really used, on one line each."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from api.pictures.drawing import circle, element, fitted, line, picture, words
from api.pictures.process import in_two
from api.wording import _

LONGEST = 50
_TOP = 26


@dataclass(frozen=True, slots=True)
class Span:
    """One line: its name, and working days by law, by promise, and as used on average."""

    name: str
    statutory: float
    promised: float
    used: float


def dumbbell(spans: Sequence[Span], *, small: bool = False) -> Markup:
    """The picture, 608 px wide or for a telephone 310, where names stand above their lines.

    Days beyond 50 end at its edge. It repeats a table.
    """
    width, left, right, step, pitch = (310, 34, 198, 25, 54) if small else (608, 150, 496, 10, 36)
    height = _TOP + pitch * len(spans) + 8
    parts: list[Markup] = []
    for day in range(0, LONGEST + 1, step):
        x = _x(day, left, right)
        parts.append(line(x, _TOP - 6, x, height - 4))
        parts.append(words(x, 12, _("%(days)s 日", days=day), "tiny", "middle"))
    for row, span in enumerate(spans):
        top = _TOP + pitch * row
        parts += _above(span.name, top, width) if small else _before(span.name, top + pitch / 2, left - 34)
        parts += _row(span, top + pitch - 18, left, right, width)
    return picture(width, height, parts)


def _above(said: str, top: float, room: float) -> list[Markup]:
    return [words(0, top + 15, fitted(said, room), "em")]


def _before(said: str, middle: float, room: float) -> list[Markup]:
    """A name before its line: in two where one is too short for it."""
    lines = in_two(said, room)
    first = middle + (5 if len(lines) == 1 else -3)
    return [words(0, first + 15 * n, fitted(one, room), "em") for n, one in enumerate(lines)]


def _row(span: Span, y: float, left: float, right: float, width: float) -> list[Markup]:
    law, promise, used = (_x(days, left, right) for days in (span.statutory, span.promised, span.used))
    return [
        element("line", class_="db", x1=used, y1=y, x2=law, y2=y),
        line(promise, y - 10, promise, y + 10, "o-ink"),
        circle(law, y, 6, "f-none o-line"),
        circle(used, y, 7, "f-sea st"),
        words(used - 12, y + 4, _days(span.used), "tiny em", "end"),
        words(law + 11, y + 4, _days(span.statutory), "tiny"),
        words(width, y + 5, _("省 %(days)s 日", days=_days(span.statutory - span.used)), "em", "end"),
    ]


def _x(days: float, left: float, right: float) -> float:
    return left + min(max(days, 0.0), LONGEST) / LONGEST * (right - left)


def _days(days: float) -> str:
    return f"{days:.1f}".removesuffix(".0")
