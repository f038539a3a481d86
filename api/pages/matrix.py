"""An acceptance by segments as the table of its page: rows are segments, columns disciplines."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from flask import url_for

from api.pages.wording import _, own, short_day
from workflow.clock.days import local_day
from workflow.queries.acceptance import NOT_APPLICABLE, NOT_BEGUN, Acceptance, Cell, SegmentRow, acceptance
from workflow.queries.case import CaseView
from workflow.work import Work

GOING_ON = ("now", "t-now")
LOOKS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "passed": ("done", "t-ok"),
        "conditional": ("done", "t-ok"),
        "failed": ("no", "t-bad"),
        "faulty": ("warn", "t-warn"),
        "rectifying": ("warn", "t-warn"),
        "recheck": ("warn", "t-warn"),
        "closed": ("no", "t-hold"),
        NOT_BEGUN: ("todo", ""),
        NOT_APPLICABLE: ("", ""),
    }
)
"""By state of a cell: its shape and its tone; every other state is going on."""
WRONG = ("faulty", "rectifying", "recheck")


@dataclass(frozen=True, slots=True)
class CellWords:
    """One cell as it stands in the table; ``link`` is empty where the reader may not open it."""

    words: str
    shape: str
    tone: str
    link: str
    below: str


@dataclass(frozen=True, slots=True)
class RowWords:
    """One segment; ``below`` says where it stands, ``waits`` what keeps it from being filed."""

    name: str
    link: str
    below: str
    waits: str
    cells: tuple[CellWords, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """The table with the sentence before it and what is left after it; ``heads`` are title and remark of a column."""

    sentence: str
    heads: tuple[tuple[str, str], ...]
    rows: tuple[RowWords, ...]
    left: str


def matrix(work: Work, case: CaseView) -> Matrix | None:
    """The table of an acceptance; None for any other case."""
    if case.flow != "acceptance":
        return None
    found, today = acceptance(work, case.no), local_day(work.now)
    return Matrix(
        sentence=own(found.sentence),
        heads=tuple((own(one.title), _("全项目") if one.whole_project else "") for one in found.columns),
        rows=tuple(_row(found, one, today) for one in found.segments),
        left="、".join(found.left),
    )


def _row(found: Acceptance, row: SegmentRow, today: date) -> RowWords:
    cells = {cell.discipline: cell for cell in row.cells}
    below = [own(row.title)]
    below += [_("最后一段")] if row.last else []
    below += [_("备案号 %(no)s", no=row.filing_no)] if row.filing_no else []
    # What its own cells say stands beside it.
    titles = tuple(f"{own(one.title)}{colon}" for one in found.columns for colon in ("：", ": "))
    waits = [own(one) for one in row.waits_for if one != row.title and not own(one).startswith(titles)]
    return RowWords(
        name=" ".join(part for part in (row.segment, row.name) if part),
        link=url_for("pages.case", no=row.no),
        below=" · ".join(below),
        waits="；".join(waits),
        cells=tuple(_cell(cells[column.code], today) for column in found.columns),
    )


def _cell(cell: Cell, today: date) -> CellWords:
    shape, tone = LOOKS.get(cell.state, GOING_ON)
    below = [_("问题 %(n)s 条", n=len(cell.problems))] if cell.problems and cell.state in WRONG else []
    if cell.due_on is not None:
        below.append(_("限 %(day)s", day=short_day(cell.due_on, today)))
    elif cell.on is not None:
        below.append(short_day(cell.on, today))
    link = url_for("pages.case", no=cell.no) if cell.no is not None and cell.visible else ""
    return CellWords(own(cell.title), shape, tone, link, " · ".join(below))
