"""P3, the district: a tile for each street on land and sea, a mark for each project with a ring of its milestones.

No borders are drawn, so it is a picture of lists and no map. A tile is as high as its projects need, and what stands
below moves down. By battlefront or squad the same tiles stand in columns, without land and sea.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, pi, sin

from markupsafe import Markup

from api.pictures.drawing import (
    TINY,
    Sign,
    box,
    circle,
    element,
    fitted,
    group,
    link,
    path,
    picture,
    sign,
    width_of,
    words,
)

WIDTH, LEAST = 912, 652
PITCH, RING = 56, 15
GAP = 16
SHORT = 6 * TINY
"""The room of a name under its mark: six Chinese characters."""
BESIDE = PITCH - 4
"""The same where the neighbour is named as well."""
OWN = 4
"""Characters that a name keeps of its own."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One project: ``done`` of ``total`` milestones, and what it says when the pointer rests on it."""

    name: str
    href: str
    sign: Sign
    done: int
    total: int
    said: str


@dataclass(frozen=True, slots=True)
class Tile:
    """The projects of one place; ``count`` says how many they are."""

    key: str
    name: str
    count: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Placed:
    """A tile and where it stands."""

    tile: Tile
    x: float
    y: float
    columns: int

    @property
    def width(self) -> float:
        return 34 + PITCH * self.columns

    @property
    def height(self) -> float:
        return 42 + PITCH * max(1, -(-len(self.tile.marks) // self.columns))

    @property
    def bottom(self) -> float:
        return self.y + self.height


# x, y and columns of each street office, from north to south: the tiles above are placed before those below them.
PLOTS = {
    "beizhai": (70, 84, 4),
    "wanggezhuang": (470, 124, 3),
    "zhonghan": (20, 254, 5),
    "shazikou": (356, 296, 5),
    "jinjialing": (20, 480, 7),
}
ELSEWHERE = (20, 480, 7)
_LAND = (
    "M0 132L58 86L98 114L166 40L224 106L262 80L322 142L384 92L428 122L498 34L560 108L598 82L676 160L720 176"
    "C752 206 724 246 742 288C760 326 712 344 700 392C688 444 604 448 560 474C516 500 496 528 476 560"
    "C456 592 440 620 436 652"
)
# Where the land goes on below, the shore does.
_SHORE = "C424 700 412 {0:g} 400 {1:g}"
_PEAK = "M318 250L386 176L414 200L470 132L520 188L552 164L640 262Z"
# Where waves begin, and of how many pieces they are; the last four rows go on as far down as the sea does.
_WAVES = ((768, 214, 6), (812, 262, 4), (786, 420, 5), (720, 470, 7), (640, 512, 10), (560, 552, 13), (500, 592, 16))
_RINGS = {"ok": "rg-ok", "warn": "rg-warn", "bad": "rg-bad", "hold": "rg-hold"}


def district(tiles: Sequence[Tile], sea: str) -> Markup:
    """The tiles of the street offices on land and sea; ``sea`` is its name."""
    found = on_land(tiles)
    height = _height(found)
    ground = [
        box(0, 176, WIDTH, height - 176, "l-sea"),
        path(f"{_LAND}{_SHORE.format(height - 50, height) if height > LEAST else ''}V{height:g}H0Z", "l-land"),
        path(_PEAK, "l-near"),
        *(path(f"M{x} {y}q12 -7 24 0" + " t24 0" * n, "l-wave") for x, y, n in _waves(height)),
        words(850, 344, sea, "em", "middle"),
    ]
    return picture(WIDTH, height, [*ground, *(_tile(one) for one in found)])


def columns(tiles: Sequence[Tile]) -> Markup:
    """The tiles without a place in the district, in columns."""
    found = in_columns(tiles)
    return picture(WIDTH, max((one.bottom for one in found), default=0.0) + 2, [_tile(one) for one in found])


def on_land(tiles: Sequence[Tile]) -> list[Placed]:
    """Each at its plot, or below whatever reaches into it."""
    order = {key: place for place, key in enumerate(PLOTS)}
    found: list[Placed] = []
    for tile in sorted(tiles, key=lambda one: order.get(one.key, len(order))):
        x, y, wide = PLOTS.get(tile.key, ELSEWHERE)
        here = Placed(tile, x, y, wide)
        above = [one.bottom + GAP for one in found if one.x < here.x + here.width and here.x < one.x + one.width]
        found.append(Placed(tile, x, max([y, *above]), wide))
    return found


def in_columns(tiles: Sequence[Tile]) -> list[Placed]:
    """One or two over the whole width, more in two columns: each goes where there is room first."""
    wide, lefts = (15, (19,)) if len(tiles) <= 2 else (7, (20, 466))
    ends = dict.fromkeys(lefts, 1.0)
    found = []
    for tile in tiles:
        x = min(ends, key=lambda left: (ends[left], left))
        found.append(Placed(tile, x, ends[x], wide))
        ends[x] = found[-1].bottom + GAP
    return found


def _height(found: Sequence[Placed]) -> float:
    return max([LEAST, *(one.bottom + GAP for one in found)])


def _waves(height: float) -> list[tuple[int, int, int]]:
    further = [(540 - 20 * (row % 3), 632 + 40 * row, 14 + row % 3) for row in range(int((height - 640) // 40) + 1)]
    return [one for one in (*_WAVES, *further) if one[1] < height - 8]


def _tile(placed: Placed) -> Markup:
    tile = placed.tile
    room = placed.width - 32 - width_of(tile.count, TINY) - 8
    return group(
        box(0, 0, placed.width, placed.height, "l-tile", 12),
        words(16, 26, fitted(tile.name, room, 14), "h"),
        words(placed.width - 16, 26, tile.count, "tiny", "end"),
        *(_mark(tile.marks, place, placed.columns) for place in range(len(tile.marks))),
        at=(placed.x, placed.y),
    )


def _mark(marks: Sequence[Mark], place: int, columns: int) -> Markup:
    mark, row, column = marks[place], place // columns, place % columns
    x, y = 44.0 + PITCH * column, 58.0 + PITCH * row
    parts = [circle(x, y, RING, "ring")]
    if mark.done and mark.total:
        parts.append(_arc(x, y, min(mark.done / mark.total, 1), f"ring-on {_RINGS.get(mark.sign, 'rg-ok')}"))
    parts.append(sign(mark.sign, x, y, 5 if mark.sign in ("ok", "todo") else 6.5))
    if _named(mark):
        beside = any(
            0 <= column + step < columns and 0 <= place + step < len(marks) and _named(marks[place + step])
            for step in (-1, 1)
        )
        short = fitted(_short(mark.name, [one.name for one in marks]), BESIDE if beside else SHORT, TINY)
        parts.append(words(x, y + 29, short, "tiny em", "middle"))
    return link(mark.href, element("title", mark.said), *parts)


def _short(name: str, beside: Sequence[str]) -> str:
    """Without the beginning that it shares with another of the tile: a dozen names of one road begin alike."""
    for cut in range(len(name) - OWN, 1, -1):
        if any(one != name and one.startswith(name[:cut]) for one in beside):
            return name[cut:].lstrip()
    return name


def _named(mark: Mark) -> bool:
    return mark.sign in ("warn", "bad", "hold")


def _arc(x: float, y: float, share: float, kind: str) -> Markup:
    """From the top, clockwise; the whole ring is a circle, for an arc that ends where it begins is none."""
    if share >= 1:
        return circle(x, y, RING, kind)
    angle = 2 * pi * share
    to_x, to_y = x + RING * sin(angle), y - RING * cos(angle)
    return path(f"M{x:g} {y - RING:g}A{RING} {RING} 0 {int(share > 0.5)} 1 {to_x:.2f} {to_y:.2f}", kind)
