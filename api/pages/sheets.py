"""How many papers a joint application saves, as the picture P13 and its sentence have it."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from api.access import office
from api.pictures.papers import NARROW, ItemPapers, papers, totals
from api.wording import own


@dataclass(frozen=True, slots=True)
class SheetsPanel:
    """``summed``: required papers of every item, each counted for itself; ``once`` handed in; ``saved`` the rest."""

    summed: int
    once: int
    rows: tuple[ItemPapers, ...]
    drawn: Markup
    narrow: Markup

    @property
    def saved(self) -> int:
        """How many are brought by an item above."""
        return self.summed - self.once


def sheets(codes: Sequence[str]) -> SheetsPanel | None:
    """The required papers of these items in their order, those that may follow included; None without any item."""
    rows = item_papers(codes)
    if not rows:
        return None
    summed, once = totals(rows)
    return SheetsPanel(summed, once, rows, papers(rows), papers(rows, NARROW))


def item_papers(codes: Sequence[str]) -> tuple[ItemPapers, ...]:
    """Per item how many papers it requires, and how many of them no item above has required already."""
    known, brought, rows = office().catalogue.items, set[str](), []
    for code in codes:
        if code not in known:
            continue
        asked = {material.code for material in known[code].materials if material.required}
        rows.append(ItemPapers(own(known[code].title), len(asked), len(asked - brought)))
        brought |= asked
    return tuple(rows)
