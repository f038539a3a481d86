"""A file as sheets of plain values: .xlsx by calamine (cached values only, nothing is ever computed), or CSV."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from workflow.importing.archive import (
    LAST_COLUMN,
    LAST_ROW,
    OLE_MAGIC,
    ROWS_AT_MOST,
    looked_at,
    place_of,
    too_many_rows,
)
from workflow.importing.faults import bad_file

Value = str | float | int | bool | date | datetime | None
ZIP_MAGIC = b"PK"
DELIMITERS = ",;\t"
MARKS: Mapping[str, str] = {"error": "#…", "formula": "=…"}
"""What is shown of a cell whose value nobody knows."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """``rows`` from row 1 on, trailing empty ones left out; ``broken`` are cells whose value nobody knows, by name."""

    name: str
    rows: Sequence[Sequence[Value]]
    broken: Mapping[str, str] = field(default_factory=dict)


def read_tables(filename: str, content: bytes) -> tuple[Sheet, ...]:
    """The sheets of a file; its first bytes decide what it is. Raises BadInput naming what is wrong with the file."""
    if not content.strip():
        raise bad_file("empty_file", "是空的", "is empty", filename)
    if content.startswith((ZIP_MAGIC, OLE_MAGIC)):
        return _workbook(content)
    return (_csv(filename, content),)


def _workbook(content: bytes) -> tuple[Sheet, ...]:
    # A library in Rust that only an import needs: loaded when there is one.
    from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum

    seen = looked_at(content)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(seen.content))
        names = [one.name for one in book.sheets_metadata if one.typ == SheetTypeEnum.WorkSheet]
        read: list[tuple[str, list[list[object]]]] = [
            (name, [list(row) for row in book.get_sheet_by_name(name).to_python(skip_empty_area=False)])
            for name in names
        ]
    except (CalamineError, OSError, ValueError) as error:
        raise bad_file("damaged_file", "损坏，无法读取", "is damaged and cannot be read") from error
    return tuple(
        Sheet(name, _trimmed(_marked(rows, seen.broken.get(name, {}))), seen.broken.get(name, {}))
        for name, rows in read
    )


def _marked(rows: list[list[object]], broken: Mapping[str, str]) -> list[list[object]]:
    """The rows with something in every cell whose value nobody knows: it reads as empty, and a row of it as none."""
    for cell, why in broken.items():
        row, column = place_of(cell)
        rows.extend([] for _ in range(row - len(rows)))
        rows[row - 1].extend("" for _ in range(column + 1 - len(rows[row - 1])))
        rows[row - 1][column] = MARKS[why]
    return rows


def _trimmed(rows: Sequence[Sequence[object]]) -> list[list[Value]]:
    """Empty cells as None; what stands in no column anybody reads is gone, as are empty rows at the end."""
    plain = [[_plain(value) for value in row[:LAST_COLUMN]] for row in rows]
    while plain and all(value is None for value in plain[-1]):
        plain.pop()
    return plain


def _plain(value: object) -> Value:
    if isinstance(value, str):
        return value if value.strip() else None
    return value if isinstance(value, bool | int | float | date | datetime) else None if value is None else str(value)


def _csv(filename: str, content: bytes) -> Sheet:
    text = _decoded(content).rstrip("\r\n\t ,;")
    head = text.split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=head.count)
    rows: list[list[Value]] = []
    filled = 0
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            rows.append([_plain(value) for value in row[:LAST_COLUMN]])
            filled += any(value is not None for value in rows[-1])
            if filled > ROWS_AT_MOST + 1 or len(rows) > LAST_ROW:
                raise too_many_rows(filename)
    except csv.Error as error:
        raise bad_file("damaged_file", f"不是可读的 CSV：{error}", f"is no CSV that can be read: {error}") from error
    return Sheet(filename, rows)


def _decoded(content: bytes) -> str:
    """Text as Excel and Chinese editors save it; raises BadInput for what is no text."""
    encodings = ["utf-16"] if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise bad_file(
        "not_a_workbook",
        "不是 .xlsx 工作簿，也不是文本；接受 .xlsx 和 .csv（UTF-8 或 GB18030）",
        "is neither an .xlsx workbook nor text; .xlsx and .csv (UTF-8 or GB18030) are accepted",
    )
