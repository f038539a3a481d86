"""Rows as an Excel workbook that keeps dates as dates and runs nothing.

A text that a spreadsheet would take for a formula stays a text: its cell says so, and is marked as typed with an
apostrophe in front, which Excel hides and does not lose when somebody edits the cell.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, BinaryIO

from workflow.clock.days import OFFICE_ZONE

Value = str | int | float | date | datetime | None

LONGEST_TEXT = 32_767
"""Characters of a cell (ECMA-376 as Excel keeps it)."""
# Full-width ones too: an East Asian Excel takes them for the same.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|[\ud800-\udfff]")
_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


@dataclass(frozen=True, slots=True)
class Column:
    """The heading of a column and how wide it is, in characters."""

    heading: str
    width: int


def write_workbook(
    out: BinaryIO, title: str, columns: Sequence[Column], rows: Iterable[Sequence[Value]], made_at: datetime
) -> None:
    """Write one sheet to ``out`` row by row: the heading frozen and filtered, dates and instants as such."""
    # It takes a fifth of a second to import, which no start of a process shall wait for.
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    book.properties.creator = "wugeyi"
    book.properties.created = book.properties.modified = made_at.astimezone(OFFICE_ZONE).replace(tzinfo=None)
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "B2"
    for place, column in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = column.width
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}1"
    headings = [_text_cell(sheet, column.heading) for column in columns]
    for cell in headings:
        cell.font, cell.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="top")
    sheet.append(headings)
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])
    book.save(out)


def harmless(text: str) -> str:
    """A text for a file that has no types (CSV): with an apostrophe where it would be taken for a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA) else text


def _cell(sheet: Any, value: Value) -> Any:
    """The value as the library takes it; a cell of its own, which costs ten times as much, only where needed."""
    from openpyxl.cell import WriteOnlyCell  # see write_workbook

    if isinstance(value, datetime):
        cell = WriteOnlyCell(sheet, value.astimezone(OFFICE_ZONE).replace(tzinfo=None))
        cell.number_format = "yyyy-mm-dd hh:mm"
        return cell
    if not isinstance(value, str):
        return value
    text = _printable(value)
    if not text.lstrip(" ").startswith((*FORMULA, "#")):
        return text
    return _text_cell(sheet, text)


def _text_cell(sheet: Any, text: str) -> Any:
    from openpyxl.cell import WriteOnlyCell  # see write_workbook

    cell = WriteOnlyCell(sheet, None)
    cell._value, cell.data_type = text, "s"  # set as such: a given value is looked at for formulas and errors
    cell.quotePrefix = text.lstrip(" ").startswith((*FORMULA, "#"))
    return cell


def _printable(text: str) -> str:
    # _x0041_ is how the format itself writes a character by its number.
    return _ESCAPE.sub("_x005F_", _UNPRINTABLE.sub("\ufffd", text))[:LONGEST_TEXT]


def texts(row: Sequence[Value]) -> Iterator[str]:
    """The values of a row as CSV has them."""
    for value in row:
        if isinstance(value, datetime):
            yield value.astimezone(OFFICE_ZONE).strftime("%Y-%m-%d %H:%M")
        elif isinstance(value, date):
            yield value.isoformat()
        else:
            yield harmless(value) if isinstance(value, str) else "" if value is None else str(value)
