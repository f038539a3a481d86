"""P13 papers: per item a row of sheets, solid those to hand in, dashed those that an item above already brought."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from api.pictures.drawing import TINY, fitted, group, path, picture, width_of, words
from api.wording import _

WIDTH, NARROW = 300, 250
ROW, PITCH, LINE = 56, 18, 20
SHEET = "M0.75 0.75H8.5L12.25 4.5V15.25H0.75Z"
"""A sheet of 13 by 16 with a cut corner, its outline inside."""


@dataclass(frozen=True, slots=True)
class ItemPapers:
    """One item: how many papers it asks for, and how many of them no item above has asked for already."""

    name: str
    asked: int
    own: int


def totals(items: Sequence[ItemPapers]) -> tuple[int, int]:
    """How many papers all items ask for, each counted for itself, and how many are handed in."""
    return sum(item.asked for item in items), sum(item.own for item in items)


def papers(items: Sequence[ItemPapers], width: int = WIDTH) -> Markup:
    """The picture; the sums of solid and dashed sheets stand in its heading (`totals`). NARROW fits a phone."""
    parts, y = [], 0.0
    for item in items:
        parts.append(group(*_row(item, width), at=(0, y)))
        y += ROW + max(0, (item.asked - 1) // _side_by_side(width)) * LINE
    return picture(width, max(y, 1), parts, kind="papers")


def _row(item: ItemPapers, width: int) -> list[Markup]:
    count = _("%(n)s 份，交 %(own)s", n=item.asked, own=item.own)
    room = width - width_of(count, TINY) - 12
    return [
        words(0, 14, fitted(item.name, room), "em"),
        words(width, 14, count, "tiny", "end"),
        *(_sheet(*divmod(place, _side_by_side(width)), own=place < item.own) for place in range(item.asked)),
    ]


def _sheet(line: int, column: int, *, own: bool) -> Markup:
    return group(path(SHEET, "f-sea" if own else "f-none o-line dash"), at=(column * PITCH, 22 + line * LINE))


def _side_by_side(width: int) -> int:
    """How many sheets stand in one line."""
    return (width + PITCH - 13) // PITCH
