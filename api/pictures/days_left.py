"""P1, days left: one shape a case over the working days from the past week to five weeks ahead.

The reader's own cases are solid and stand lowest, those of others are hollow above them. What lies outside stands in
the end columns; what a column cannot hold is told as a number on top of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from api.pictures.drawing import TINY, Sign, box, fitted, group, line, link, picture, sign, words
from api.wording import N_, _

EARLIEST, LATEST = -6, 24
"""The first and the last column, in working days left."""
WARNING = 2
"""Up to so many working days left stand in the amber zone."""
HOLDS = 7
"""Shapes in a column; of more the uppermost gives way to a number."""
EDGES = {EARLIEST: N_("更早"), LATEST: N_("更晚")}


@dataclass(frozen=True, slots=True)
class Left:
    """``count`` cases with ``left`` working days to go, negative: overdue; ``mine``: the reader's own.

    ``links`` are the pages of the first of them.
    """

    left: int
    sign: Sign
    mine: bool
    count: int
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Form:
    """Where things stand in one of the two forms of the picture, in pixels."""

    width: float
    height: float
    first: float
    last: float
    axis: float
    zones: float
    radius: float
    step: float
    lowest: float
    ticks: tuple[int, ...]

    @property
    def pitch(self) -> float:
        return (self.last - self.first) / (LATEST - EARLIEST)

    def x(self, left: float) -> float:
        return self.first + (left - EARLIEST) * self.pitch

    def y(self, place: int) -> float:
        return self.lowest - self.step * place


WIDE = _Form(1280, 206, 44, 1254, 154, 8, 6.5, 17, 143, (-5, 0, 2, 5, 10, 15, 20))
PHONE = _Form(310, 150, 16, 298, 104, 8, 3.8, 10, 98, (0, 10, 20))


def wide(cases: Iterable[Left], days: Mapping[int, str]) -> Markup:
    """The picture for a screen; ``days`` are the dates of the ticks (`WIDE`) in words, by working days left."""
    return _drawn(WIDE, cases, days, _WIDE_WORDS)


def phone(cases: Iterable[Left], days: Mapping[int, str]) -> Markup:
    """The picture for a phone; ``days`` as for `wide`."""
    return _drawn(PHONE, cases, days, _PHONE_WORDS)


def columns(cases: Iterable[Left]) -> dict[int, list[Left]]:
    """What stands in each column: the reader's own first, what lies outside in the first and the last."""
    found: dict[int, list[Left]] = {}
    for one in cases:
        found.setdefault(min(max(one.left, EARLIEST), LATEST), []).append(one)
    return {left: sorted(found[left], key=lambda one: not one.mine) for left in sorted(found)}


def _drawn(form: _Form, cases: Iterable[Left], days: Mapping[int, str], said: Mapping[int, str]) -> Markup:
    standing = columns(cases)
    parts = [
        *_zones(form),
        line(form.x(EARLIEST - 0.5), form.axis, min(form.x(LATEST + 0.5), form.width - 2), form.axis, "ax2"),
        *(part for left in form.ticks for part in _tick(form, left, _(said[left]), days[left])),
        *_edges(form, standing),
        *(_column(form, left, inside) for left, inside in standing.items()),
    ]
    return picture(form.width, form.height, parts)


_WIDE_WORDS = {
    -5: N_("超 5 日"),
    0: N_("今天"),
    2: N_("剩 2 日"),
    5: "5",
    10: "10",
    15: "15",
    20: "20",
}
_PHONE_WORDS = {0: N_("今天"), 10: "10", 20: N_("20 日")}


def _zones(form: _Form) -> list[Markup]:
    late, soon = form.x(-0.5), form.x(WARNING + 0.5)
    start = max(form.x(EARLIEST - 0.5), 2)
    height = form.axis - form.zones
    wide_form = form is WIDE
    over = _("已超期") if wide_form else fitted(_("已超"), late - start - 6, TINY)
    return [
        box(start, form.zones, late - start, height, "z-bad"),
        box(late, form.zones, soon - late, height, "z-warn"),
        words(start + 4, form.zones + 16, over, "tiny tx-bad"),
        words(
            late + (4 if wide_form else 1),
            form.zones + 16,
            _("今天到 2 日内") if wide_form else fitted(_("2 日"), soon - late, TINY),
            "tiny tx-warn",
        ),
    ]


def _tick(form: _Form, left: int, word: str, day: str) -> list[Markup]:
    x = form.x(left)
    kind = "tx-today" if left == 0 else "em"
    return [
        line(x, form.axis, x, form.axis + 5, "ax2"),
        words(x, form.axis + 22, word, kind, "middle"),
        words(x, form.axis + 39, day, "tx-today tiny" if left == 0 else "tiny", "middle"),
    ]


def _edges(form: _Form, standing: Mapping[int, Sequence[Left]]) -> list[Markup]:
    """The names of the end columns where something lies beyond them, and of the axis."""
    if form is not WIDE:
        return []
    beyond = {left for left, inside in standing.items() if left in EDGES and any(one.left != left for one in inside)}
    named = [words(form.x(left), form.axis + 39, _(EDGES[left]), "tiny", "middle") for left in sorted(beyond)]
    return [*named, words(form.last, form.axis + 22, _("剩余工作日 →"), "tiny", "end")]


def _column(form: _Form, left: int, inside: Sequence[Left]) -> Markup:
    total = sum(one.count for one in inside)
    room = HOLDS if total <= HOLDS else HOLDS - 1
    shapes = [
        _shape(form, left, place, one)
        for place, one in enumerate(single for each in inside for single in _singly(each))
        if place < room
    ]
    if total > HOLDS:
        more = _("+%(n)s", n=total - room) if form is WIDE else "+"
        shapes.append(words(form.x(left), form.y(room) + TINY / 3, more, "tiny em", "middle"))
    return group(*shapes)


def _singly(cases: Left) -> Iterable[Left]:
    """Each of them, no more than a column holds."""
    for place in range(min(cases.count, HOLDS)):
        yield replace(cases, count=1, links=cases.links[place : place + 1])


def _shape(form: _Form, left: int, place: int, one: Left) -> Markup:
    drawn = sign(one.sign, form.x(left), form.y(place), form.radius, hollow=not one.mine)
    return link(one.links[0], drawn) if one.links else drawn
