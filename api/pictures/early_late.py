"""P9: how many cases ended so many working days before or after the end of their promise."""

from collections.abc import Mapping

from markupsafe import Markup

from api.pictures.drawing import box, line, picture, sign, width_of, words
from api.wording import _

WIDTH, HEIGHT = 608, 220
# Lower than the design draws it: the count of a tall bar beside the edge would stand in the word of the edge.
_BASE, _TALLEST = 172, 116
EARLIEST, LATEST = 10, 5
"""More working days than these are counted into the last bar, which says so."""


def early_late(counts: Mapping[int, int]) -> Markup:
    """The picture; ``counts`` by working days early (positive) or late (negative), 0 on the day. It repeats a table."""
    kept = folded(counts)
    first, last = max(1, max(kept, default=1)), max(1, -min(kept, default=-1))
    days = list(range(first, -last - 1, -1))
    pitch = min(42.0, (WIDTH - 28) / len(days))
    left = (WIDTH - pitch * len(days)) / 2
    most = max(kept.values(), default=1)
    parts: list[Markup] = []
    for place, day in enumerate(days):
        count = kept.get(day, 0)
        x, height = left + place * pitch, _TALLEST * count / most
        kind = "f-early" if day > 0 else "f-sea3 o-sea" if day == 0 else "f-bad"
        if count:
            parts.append(box(x + 1, _BASE - height, pitch - 2, height, kind, 2))
            parts.append(words(x + pitch / 2, _BASE - height - 5, str(count), "tiny", "middle"))
        parts.append(words(x + pitch / 2, _BASE + 17, _label(day), "tiny", "middle"))
    parts.append(line(left, _BASE, left + pitch * len(days), _BASE, "ax2"))
    return picture(WIDTH, HEIGHT, [*parts, *_edges(left + first * pitch, pitch)])


def folded(counts: Mapping[int, int]) -> dict[int, int]:
    """The counts with what lies beyond the first and the last bar inside of these."""
    kept: dict[int, int] = {}
    for day, count in counts.items():
        bar = min(max(day, -LATEST), EARLIEST)
        kept[bar] = kept.get(bar, 0) + count
    return kept


def _label(day: int) -> str:
    if day == 0:
        return _("当日")
    return f"{abs(day)}+" if day in (EARLIEST, -LATEST) else str(abs(day))


def _edges(x: float, pitch: float) -> list[Markup]:
    early, late = _("提前"), _("超期")
    return [
        line(x, 14, x, _BASE, "ax2 dash"),
        line(x + pitch, 14, x + pitch, _BASE, "ax2 dash"),
        sign("early", x - width_of(early) - 14, 19, 5),
        words(x - 6, 24, early, "em", "end"),
        sign("bad", x + pitch + 12, 19, 5),
        words(x + pitch + 22, 24, late, "em"),
        words(14, _BASE + 36, _("← 提前工作日"), "tiny"),
        words(WIDTH - 14, _BASE + 36, _("超期工作日 →"), "tiny", "end"),
    ]
