"""P14: who waits for an answer: a bar a request, its length the minutes since it was asked; past the promise in red."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from api.pictures.drawing import HEAD, TINY, box, fitted, group, line, link, picture, width_of, words
from api.wording import _

ROW, BAR = 40, 10
_BELOW = 18
"""How far the bar lies below the top of its row, under the words."""
_HEAD = 22
"""Room for the words of the promises above the first row."""
_GAP = 7


@dataclass(frozen=True, slots=True)
class Wait:
    """Somebody who waits: ``said`` is "who：question"; ``minutes`` since it was asked, ``promise`` the minutes within
    which an answer was promised, None where none was."""

    said: str
    minutes: int
    promise: int | None
    href: str = ""

    @property
    def late(self) -> bool:
        """Whether the promise is past."""
        return self.promise is not None and self.minutes > self.promise


def waiting(waits: Sequence[Wait], *, small: bool = False) -> Markup:
    """The picture of ``waits``, the longest first; it repeats a table, so its links are passed by with the keyboard."""
    width = 310 if small else 584
    shown = sorted(waits, key=lambda one: -one.minutes)
    longest = max((max(one.minutes, one.promise or 0) for one in shown), default=0) or 1
    room = width - max((width_of(minutes_words(one.minutes)) for one in shown), default=0) - 2 * _GAP
    scale = room / longest
    rows = [(one, _HEAD + place * ROW) for place, one in enumerate(shown)]
    parts = [
        *(_bar(one, top, scale) for one, top in rows),
        *(_line(one, top, scale) for one, top in rows if one.promise is not None),
        *_promises(shown, scale, width),
        *(_words(one, top, scale, width) for one, top in rows),
    ]
    return picture(width, _HEAD + len(shown) * ROW, parts)


def minutes_words(minutes: int) -> str:
    """``34 分钟``, ``2 小时 5 分钟``, from two days on whole days: ``3 天``."""
    hours, rest = divmod(minutes, 60)
    if hours >= 48:
        return _("%(n)s 天", n=hours // 24)
    if not hours:
        return _("%(n)s 分钟", n=rest)
    words_ = _("%(hours)s 小时", hours=hours)
    return f"{words_} {_('%(n)s 分钟', n=rest)}" if rest else words_


def _bar(one: Wait, top: float, scale: float) -> Markup:
    return box(0.5, top + _BELOW, _length(one, scale), BAR, "f-bad" if one.late else "f-sea3 o-sea", 2)


def _length(one: Wait, scale: float) -> float:
    return max(3.0, one.minutes * scale)


def _words(one: Wait, top: float, scale: float, width: float) -> Markup:
    """Who asks what, and the minutes at the end of the bar."""
    end = _length(one, scale) + _GAP
    at = None if one.promise is None else one.promise * scale
    # The number gives way to the line of the promise that would run through it.
    if at is not None and end - _GAP / 2 < at < end + width_of(minutes_words(one.minutes)) + _GAP / 2:
        end = at + _GAP
    said = words(0, top + 13, fitted(one.said, width - 4, HEAD), "em halo")
    number = words(end, top + _BELOW + BAR, minutes_words(one.minutes), "em tx-bad" if one.late else "em")
    return link(one.href, said, number) if one.href else group(said, number)


def _line(one: Wait, top: float, scale: float) -> Markup:
    """The promise of a row, through the whole of it: rows of one promise have one line."""
    at = (one.promise or 0) * scale
    return line(at, top - 4, at, top + ROW - 4, "ax2 dash")


def _promises(shown: Sequence[Wait], scale: float, width: float) -> list[Markup]:
    """The words over the lines, from left to right; one that would meet the word before it is left to its own rows."""
    drawn, edge = [], -1.0
    for promise in sorted({one.promise for one in shown if one.promise is not None}):
        said = _("承诺 %(time)s", time=minutes_words(promise))
        half = width_of(said, TINY) / 2
        middle = min(max(promise * scale, half), width - half)
        if middle - half > edge:
            drawn.append(words(middle, 13, said, "tiny", "middle"))
            edge = middle + half + _GAP
    return drawn
