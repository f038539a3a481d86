"""An acceptance by segments as the table of its page: rows are segments, columns disciplines."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from flask import url_for
from markupsafe import Markup

from api.pages.names import department_name
from api.pages.segment_picture import segment_name, segment_picture
from api.wording import _, date_and_time, own, short_day
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
    visit: str


@dataclass(frozen=True, slots=True)
class Defect:
    """Something to be put right: where, what, how, by whom and when; ``link`` is empty where it may not be opened."""

    segment: str
    discipline: str
    link: str
    problem: str
    place: str
    photo: str
    fix: str
    owner: str
    due: str
    late: bool


@dataclass(frozen=True, slots=True)
class Matrix:
    """The picture and the table with the sentence before them, the defects that are open, and what is left;
    ``heads`` are title and remark of a column.
    """

    sentence: str
    heads: tuple[tuple[str, str], ...]
    rows: tuple[RowWords, ...]
    left: str
    picture: Markup | None
    defects: tuple[Defect, ...]


def matrix(work: Work, case: CaseView) -> Matrix | None:
    """The table of an acceptance; None for any other case."""
    if case.flow != "acceptance":
        return None
    found, today = acceptance(work, case.no), local_day(work.now)
    return Matrix(
        sentence=own(found.sentence),
        heads=tuple((own(one.title), _("全项目") if one.whole_project else "") for one in found.columns),
        rows=tuple(_row(found, one, work.now) for one in found.segments),
        left="、".join(found.left),
        picture=segment_picture(found),
        defects=tuple(
            _defect(found, segment, cell, problem, today)
            for segment in found.segments
            if segment.live
            for cell in segment.cells
            if cell.state in WRONG
            for problem in cell.problems
        ),
    )


def _row(found: Acceptance, row: SegmentRow, now: datetime) -> RowWords:
    today = local_day(now)
    cells = {cell.discipline: cell for cell in row.cells}
    below = [own(row.title)]
    below += [_("最后一段")] if row.last else []
    below += [_("备案号 %(no)s", no=row.filing_no)] if row.filing_no else []
    # What its own cells say stands beside it.
    titles = tuple(f"{own(one.title)}{colon}" for one in found.columns for colon in ("：", ": "))
    waits = [own(one) for one in row.waits_for if one != row.title and not own(one).startswith(titles)]
    return RowWords(
        name=segment_name(row),
        link=url_for("pages.case", no=row.no),
        below=" · ".join(below),
        waits="；".join(waits),
        cells=tuple(_cell(cells[column.code], today) for column in found.columns),
        visit=_visit(row, now),
    )


def _visit(row: SegmentRow, now: datetime) -> str:
    """When somebody comes next; what is being put right waits for that."""
    if row.state == "rectifying":
        return _("等整改")
    if row.visit_at is None or row.visit_at < now or row.visited_on is not None or not row.live:
        return "—"
    return date_and_time(row.visit_at, local_day(now))


def _defect(found: Acceptance, row: SegmentRow, cell: Cell, problem: Mapping[str, Any], today: date) -> Defect:
    title = next((one.title for one in found.columns if one.code == cell.discipline), None)
    due = date.fromisoformat(problem["due_on"]) if problem.get("due_on") else None
    return Defect(
        segment=segment_name(row),
        discipline=own(title) if title else cell.discipline,
        link=url_for("pages.case", no=cell.no) if cell.no is not None and cell.visible else "",
        problem=str(problem.get("problem", "")),
        place=str(problem.get("place") or ""),
        photo=str(problem.get("photo") or ""),
        fix=str(problem.get("fix") or ""),
        owner=str(problem.get("owner") or department_name(cell.department)),
        due=short_day(due, today) if due else "—",
        late=due is not None and due < today,
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
