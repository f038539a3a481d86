"""P13 papers: per item a row of sheets, solid those to hand in, dashed those that an item above already brought."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from api.pages.wording import _
from api.pictures.drawing import TINY, fitted, group, path, picture, width_of, words

WIDTH, ROW, PITCH = 300, 56, 18
SHEET = "M0.75 0.75H8.5L12.25 4.5V15.25H0.75Z"
"""A sheet of 13 by 16 with a cut corner, its outline inside."""
A_ROW = 16
"""Sheets that stand side by side."""


@dataclass(frozen=True, slots=True)
class ItemPapers:
    """One item: how many papers it asks for, and how many of them no item above has asked for already."""

    name: str
    asked: int
    own: int


def totals(items: Sequence[ItemPapers]) -> tuple[int, int]:
    """How many papers all items ask for, each counted for itself, and how many are handed in."""
    return sum(item.asked for item in items), sum(item.own for item in items)


def papers(items: Sequence[ItemPapers]) -> Markup:
    """The picture; the sums of solid and dashed sheets stand in its heading (`totals`)."""
    parts, y = [], 0.0
    for item in items:
        parts.append(group(*_row(item), at=(0, y)))
        y += ROW + _further(item) * 20
    return picture(WIDTH, max(y, 1), parts, kind="papers")


def _row(item: ItemPapers) -> list[Markup]:
    count = _("%(n)s 份，交 %(own)s", n=item.asked, own=item.own)
    room = WIDTH - width_of(count, TINY) - 12
    return [
        words(0, 14, fitted(item.name, room), "em"),
        words(WIDTH, 14, count, "tiny", "end"),
        *(_sheet(place, place < item.own) for place in range(item.asked)),
    ]


def _sheet(place: int, own: bool) -> Markup:
    line, column = divmod(place, A_ROW)
    return group(path(SHEET, "f-sea" if own else "f-none o-line dash"), at=(column * PITCH, 22 + line * 20))


def _further(item: ItemPapers) -> int:
    """Lines of sheets beyond the first."""
    return max(0, (item.asked - 1) // A_ROW)
