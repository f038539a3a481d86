"""What every picture is drawn with: elements, words of a known width, the status alphabet, axes of days, captions.

Units are CSS pixels at a root of 16 px. A picture has a fixed ``viewBox`` and its size in rem, so that it grows with
large text and is never stretched (a stretched SVG scales its words). Colours come from classes of the style sheet.
"""

import html
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from markupsafe import Markup

REM = 16
SIZE, TINY, HEAD = 13, 12, 14
"""Sizes of words in pixels; nothing is smaller than TINY."""
_WIDE, _NARROW = 1.0, 0.56
Anchor = Literal["start", "middle", "end"]
Sign = Literal["ok", "warn", "bad", "hold", "early", "done", "todo", "now"]
"""The status alphabet: every state has a shape of its own."""
SIGN_OF_LIGHT: dict[str, Sign] = {
    "normal": "ok",
    "warning": "warn",
    "overdue": "bad",
    "paused": "hold",
    "done": "done",
}
"""The shape of each `workflow.clock.words.Light`."""


def element(name: str, *inside: str, **attributes: object) -> Markup:
    """``<name …>inside</name>``; ``class_`` becomes class, ``stroke_width`` stroke-width; None leaves an attribute out.

    Strings inside are escaped unless they are Markup.
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{html.escape(_plain(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    body = Markup("").join(inside)
    return Markup(f"<{name}{written}>{body}</{name}>" if inside else f"<{name}{written}/>")


def picture(
    width: float, height: float, parts: Iterable[str], *, kind: str = "", title: str = "", desc: str = "", key: str = ""
) -> Markup:
    """The whole SVG.

    Without ``title`` it repeats a table and is hidden from screen readers: give its links ``tabindex=-1``. With one it
    stands alone; ``key`` makes the ids of title and description unique on the page.
    """
    size = {"width": f"{_plain(width / REM)}rem", "height": f"{_plain(height / REM)}rem"}
    attributes: dict[str, object] = {
        "class": f"ch {kind}".strip(),
        **size,
        "viewBox": f"0 0 {_plain(width)} {_plain(height)}",
    }
    if not title:
        return element("svg", *parts, **attributes, aria_hidden="true", focusable="false")
    names = [element("title", title, id=f"{key}-title")]
    if desc:
        names.append(element("desc", desc, id=f"{key}-desc"))
    named = " ".join(f"{key}-{part}" for part in (("title", "desc") if desc else ("title",)))
    return element("svg", *names, *parts, **attributes, role="img", aria_labelledby=named)


def group(*inside: str, at: tuple[float, float] | None = None, kind: str | None = None) -> Markup:
    """Parts together, moved to ``at``."""
    moved = None if at is None else f"translate({_plain(at[0])} {_plain(at[1])})"
    return element("g", *inside, class_=kind, transform=moved)


def link(href: str, *inside: str, hidden: bool = True) -> Markup:
    """A link inside a picture; ``hidden`` where the table beside it has the same link: then the keyboard passes by."""
    return element("a", *inside, href=href, tabindex="-1" if hidden else None)


def box(x: float, y: float, width: float, height: float, kind: str, radius: float = 0) -> Markup:
    """A rectangle."""
    return element("rect", class_=kind, x=x, y=y, width=width, height=height, rx=radius or None)


def line(x1: float, y1: float, x2: float, y2: float, kind: str = "ax") -> Markup:
    """A straight line."""
    return element("line", class_=kind, x1=x1, y1=y1, x2=x2, y2=y2)


def path(d: str, kind: str) -> Markup:
    """A path as it is written."""
    return element("path", class_=kind, d=d)


def circle(x: float, y: float, r: float, kind: str) -> Markup:
    """A circle."""
    return element("circle", class_=kind, cx=x, cy=y, r=r)


def words(x: float, y: float, said: str, kind: str | None = None, anchor: Anchor = "start") -> Markup:
    """One line of words with its base line at ``y``; ``kind``: tiny, h, em, on, tx-…"""
    return element("text", said, class_=kind, x=x, y=y, text_anchor=None if anchor == "start" else anchor)


def width_of(said: str, size: float = SIZE) -> float:
    """The width of a line in pixels, estimated: a Chinese character is one em, anything else 0.56."""
    return size * sum(_WIDE if unicodedata.east_asian_width(one) in "WF" else _NARROW for one in said)


def fitted(said: str, room: float, size: float = SIZE) -> str:
    """``said``, cut with … where it is wider than ``room`` pixels; empty where not even two characters fit."""
    if width_of(said, size) <= room:
        return said
    kept = said
    while kept and width_of(kept + "…", size) > room:
        kept = kept[:-1]
    return f"{kept.rstrip()}…" if len(kept) > 1 else ""


def sign(name: Sign, x: float, y: float, r: float, *, hollow: bool = False) -> Markup:
    """One letter of the status alphabet around (x, y) with radius ``r``; ``hollow``: somebody else's, or to come."""
    return _SIGNS[name](x, y, r, hollow)


@dataclass(frozen=True, slots=True)
class Days:
    """An axis of days: ``first`` begins at ``left``, the day after ``last`` at ``right``."""

    first: date
    last: date
    left: float
    right: float

    @property
    def pitch(self) -> float:
        """Pixels a day."""
        return (self.right - self.left) / ((self.last - self.first).days + 1)

    def begin(self, day: date) -> float:
        """Where the day begins."""
        return self.left + (day - self.first).days * self.pitch

    def middle(self, day: date) -> float:
        """The middle of the day."""
        return self.begin(day) + self.pitch / 2

    def shows(self, day: date) -> bool:
        """Whether the day is on the axis."""
        return self.first <= day <= self.last

    def kept(self, day: date) -> date:
        """The day, or the end of the axis it lies beyond."""
        return min(max(day, self.first), self.last)


def today_line(x: float, top: float, bottom: float, said: str, right: float) -> Markup:
    """The dashed line of today with its word below; ``right`` is the edge its word must not cross."""
    half = width_of(said) / 2
    return group(
        line(x, top, x, bottom, "today"),
        words(min(max(x, half + 2), right - half - 2), bottom + 15, said, "tx-today", "middle"),
    )


@dataclass(frozen=True, slots=True)
class Caption:
    """Words that belong to the mark at ``x``; they stand right of it, or end at it where ``ends`` is set."""

    x: float
    said: str
    kind: str | None = None
    ends: bool = False


@dataclass(frozen=True, slots=True)
class Placed:
    """A caption, the row it stands in (0 is the first below the marks), and where its words begin and end."""

    caption: Caption
    row: int
    left: float
    right: float


def placed(captions: Sequence[Caption], right: float, today: float | None = None, size: float = TINY) -> list[Placed]:
    """Every caption in a row in which it meets no other and no leader line.

    From right to left: a caption takes the row under the deepest row of any label or leader its box would cross.
    One that would leave the picture at ``right``, or cross the line of ``today``, ends at its mark instead.
    """
    done: list[Placed] = []
    for caption in sorted(captions, key=lambda one: -one.x):
        left, end = _span(caption, right, today, size)
        crossed = [one.row for one in done if one.left - GAP < end and left < one.right + GAP]
        crossed += [one.row for one in done if left - GAP < one.caption.x < end + GAP]
        done.append(Placed(caption, max(crossed, default=-1) + 1, left, end))
    return done[::-1]


GAP = 6
"""Pixels that two labels keep between them."""


def captions(found: Sequence[Placed], top: float, pitch: float = 18, size: float = TINY) -> Markup:
    """The captions with their leader lines; ``top`` is where leaders begin, rows are ``pitch`` apart."""
    drawn = []
    for one in found:
        base = top + one.row * pitch + size + 1
        kind = f"tiny {one.caption.kind or ''}".strip()
        drawn.append(line(one.caption.x, top, one.caption.x, base + 2, "ax2"))
        drawn.append(words(one.left, base, one.caption.said, kind))
    return Markup("").join(drawn)


def rows_of(found: Sequence[Placed]) -> int:
    """How many rows the captions take."""
    return max((one.row for one in found), default=-1) + 1


def _span(caption: Caption, right: float, today: float | None, size: float) -> tuple[float, float]:
    width = width_of(caption.said, size)
    after = (caption.x + 4, caption.x + 4 + width)
    before = (caption.x - 4 - width, caption.x - 4)
    crosses = today is not None and after[0] - GAP < today < after[1] + GAP
    if caption.ends or after[1] > right or crosses:
        return before if before[0] >= 0 else after
    return after


def _plain(value: object) -> str:
    """A number without what a browser would not see: at most two decimals, no trailing zeros."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def _d(*points: tuple[float, float]) -> str:
    return "M" + "L".join(f"{_plain(float(x))} {_plain(float(y))}" for x, y in points)


def _dot(fill: str, outline: str, hollow: bool) -> str:
    return f"dot f-none {outline}" if hollow else f"dot {fill} st"


def _ok(x: float, y: float, r: float, hollow: bool) -> Markup:
    return circle(x, y, r, _dot("f-ok", "o-ok", hollow))


def _warn(x: float, y: float, r: float, hollow: bool) -> Markup:
    shape = _d((x, y - 1.2 * r), (x + 1.2 * r, y + r), (x - 1.2 * r, y + r)) + "Z"
    return path(shape, _dot("f-warn", "o-warn", hollow))


def _bad(x: float, y: float, r: float, hollow: bool) -> Markup:
    side = 1.9 * r
    return box(x - side / 2, y - side / 2, side, side, _dot("f-bad", "o-bad", hollow))


def _hold(x: float, y: float, r: float, hollow: bool) -> Markup:
    if hollow:
        return box(x - r, y - r, 2 * r, 2 * r, "dot f-none o-hold dash")
    bars = [box(x + edge, y - 0.9 * r, 0.62 * r, 1.8 * r, "f-hold") for edge in (-0.75 * r, 0.13 * r)]
    return group(box(x - r, y - r, 2 * r, 2 * r, "dot f-none"), *bars)


def _early(x: float, y: float, r: float, hollow: bool) -> Markup:
    side = 1.2 * r
    shape = _d((x, y - side), (x + side, y), (x, y + side), (x - side, y)) + "Z"
    return path(shape, "dot f-none o-line" if hollow else "dot f-early st")


def _done(x: float, y: float, r: float, _hollow: bool) -> Markup:
    return path(_d((x - 0.8 * r, y), (x - 0.2 * r, y + 0.65 * r), (x + 0.9 * r, y - 0.7 * r)), "nofill o-ink")


def _todo(x: float, y: float, r: float, _hollow: bool) -> Markup:
    return circle(x, y, r, "dot f-none o-line")


def _now(x: float, y: float, r: float, _hollow: bool) -> Markup:
    half = f"M{_plain(x)} {_plain(y - r)}A{_plain(r)} {_plain(r)} 0 0 1 {_plain(x)} {_plain(y + r)}Z"
    return group(circle(x, y, r, "dot f-none o-sea"), path(half, "f-sea"))


_SIGNS = {
    "ok": _ok,
    "warn": _warn,
    "bad": _bad,
    "hold": _hold,
    "early": _early,
    "done": _done,
    "todo": _todo,
    "now": _now,
}


def hatch() -> Markup:
    """The pattern of a pause, once on every page that has pictures; it takes no room."""
    drawn = (
        element("rect", class_="f-holdbg", width=6, height=6),
        element("rect", class_="f-hold", width=2, height=6),
    )
    pattern = element(
        "pattern", *drawn, id="hatch", width=6, height=6, patternUnits="userSpaceOnUse", patternTransform="rotate(45)"
    )
    return element("svg", element("defs", pattern), width=0, height=0, aria_hidden="true", focusable="false")
