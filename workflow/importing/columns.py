"""What stands in which column: headings matched, with a suggestion for one that is nearly right, and cells by name."""

import difflib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from workflow.errors import BadInput
from workflow.importing.faults import CellFault, Wrong, bad_file, cell_name, shown
from workflow.importing.tables import Sheet, Value
from workflow.importing.values import half_width, words_of

SUGGESTED = 0.5
BROKEN = {
    "error": ("excel_error", "是 Excel 错误值（如 #N/A）", "is an Excel error (such as #N/A)"),
    "formula": (
        "uncomputed_formula",
        "是没有计算结果的公式：请在 Excel 中打开并保存，或粘贴为数值",
        "is a formula without a result: open and save it in Excel, or paste it as a value",
    ),
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a sheet. ``read`` turns a cell that is not empty into a value, or raises Wrong."""

    name: str
    zh: str
    en: str
    read: Callable[[Value], object]
    required: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A row with content: what was given, by the column's name, and the cell of every column. ``whole``: nothing in it
    was refused."""

    number: int
    given: Mapping[str, object]
    cells: Mapping[str, str]
    raw: Mapping[str, str]
    whole: bool


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet that was read: its rows, and where something is wrong."""

    sheet: str
    columns: Mapping[str, Column]
    rows: tuple[Row, ...] = ()
    faults: tuple[CellFault, ...] = field(default=())

    def fault(self, row: Row, name: str, code: str, zh: str, en: str, accepted: Sequence[str] = ()) -> CellFault:
        """A fault of the cell that ``row`` has in the column ``name``; where the file has no such column, of its
        first cell."""
        cell = row.cells.get(name) or next(iter(row.cells.values()))
        column = self.columns[name] if name in row.cells else None
        heading = column.zh if column is not None else ""
        return CellFault(self.sheet, cell, heading, row.raw.get(name, ""), code, zh, en, tuple(accepted))


def find_sheet(sheets: Sequence[Sheet], name: str, columns: Sequence[Column], needed: bool) -> Sheet | None:
    """The sheet of that name; one that stands alone also by its headings. BadInput where a needed one is missing."""
    own = next((sheet for sheet in sheets if half_width(sheet.name) == name), None)
    if own is not None:
        return own
    wanted = {column.zh for column in columns if column.required}
    alone = [sheet for sheet in sheets if len(sheets) == 1 and wanted <= {_heading(one) for one in _head(sheet)}]
    if alone:
        return alone[0]
    if needed:
        raise _no_sheet(sheets, name)
    return None


def _no_sheet(sheets: Sequence[Sheet], name: str) -> BadInput:
    names = "、".join(shown(sheet.name) for sheet in sheets)
    return bad_file(
        "no_such_sheet",
        f"里没有工作表“{name}”（现有：{names}）；请用模板",
        f"has no sheet “{name}” (found: {names}); use the template",
        names,
    )


def read_table(sheet: Sheet, columns: Sequence[Column]) -> Table:
    """Every row of ``sheet`` with content, and every fault of its headings and cells."""
    known = {column.name: column for column in columns}
    places, faults = _places(sheet, columns)
    rows = []
    for number, values in enumerate(sheet.rows[1:], start=2):
        if any(value is not None for value in values):
            row, wrong = _row(sheet, known, places, number, values)
            rows.append(row)
            faults += wrong
    if not rows:
        faults.append(CellFault(sheet.name, "A2", "", "", "no_rows", "没有数据行", "holds no rows", ()))
    return Table(sheet.name, known, tuple(rows), tuple(faults))


def _head(sheet: Sheet) -> Sequence[Value]:
    return sheet.rows[0] if sheet.rows else ()


def _heading(value: Value) -> str:
    """A heading without its subtitle and the star of a required column."""
    return half_width(words_of(value).split("\n")[0]).replace(" ", "").strip("*＊")


def _places(sheet: Sheet, columns: Sequence[Column]) -> tuple[dict[str, int], list[CellFault]]:
    """The place of each column, by its name, and what is wrong with the headings."""
    names = {
        half_width(word).replace(" ", "").casefold(): column for column in columns for word in (column.zh, column.en)
    }
    places: dict[str, int] = {}
    faults = []
    for place, value in enumerate(_head(sheet)):
        said = _heading(value)
        column = names.get(said.casefold())
        cell = cell_name(1, place)
        if not said:
            continue
        if column is None:
            faults.append(_unknown_column(sheet, cell, said, columns))
        elif column.name in places:
            first = cell_name(1, places[column.name])
            zh, en = f"列“{column.zh}”重复，{first} 已有", f"the column “{column.zh}” stands twice, first in {first}"
            faults.append(CellFault(sheet.name, cell, column.zh, shown(value), "duplicate_column", zh, en))
        else:
            places[column.name] = place
    for column in columns:
        if column.required and column.name not in places:
            zh, en = f"缺少列“{column.zh}”", f"the column “{column.zh}” ({column.en}) is missing"
            faults.append(CellFault(sheet.name, "1:1", column.zh, "", "missing_column", zh, en))
    return places, faults


def _unknown_column(sheet: Sheet, cell: str, said: str, columns: Sequence[Column]) -> CellFault:
    known = tuple(column.zh for column in columns)
    near = difflib.get_close_matches(said, known, 1, SUGGESTED)
    zh = f"没有列“{shown(said)}”" + (f"，是否“{near[0]}”？" if near else f"；可用：{'、'.join(known)}")
    en = f"there is no column “{shown(said)}”" + (
        f", did you mean “{near[0]}”?" if near else f"; accepted: {', '.join(known)}"
    )
    return CellFault(sheet.name, cell, shown(said), shown(said), "unknown_column", zh, en, known)


def _row(
    sheet: Sheet, columns: Mapping[str, Column], places: Mapping[str, int], number: int, values: Sequence[Value]
) -> tuple[Row, list[CellFault]]:
    given: dict[str, object] = {}
    raw: dict[str, str] = {}
    faults: list[CellFault] = []
    cells = {name: cell_name(number, place) for name, place in places.items()}
    for name, place in places.items():
        column, value = columns[name], values[place] if place < len(values) else None
        raw[name] = shown(value)
        try:
            found = _value(column, value, sheet.broken.get(cells[name]))
        except Wrong as wrong:
            faults.append(_cell_fault(sheet, column, cells[name], value, wrong))
            continue
        if found is not None:
            given[name] = found
    return Row(number, given, cells, raw, not faults), faults


def _value(column: Column, value: Value, broken: str | None) -> object:
    if broken is not None:
        raise Wrong(*BROKEN[broken])
    if value is not None and words_of(value):
        return column.read(value)
    if column.required:
        raise Wrong("required", "必须填写", "is required")
    return None


def _cell_fault(sheet: Sheet, column: Column, cell: str, value: Value, wrong: Wrong) -> CellFault:
    return CellFault(sheet.name, cell, column.zh, shown(value), wrong.code, wrong.zh, wrong.en, wrong.accepted)


def unlike(rows: Sequence[Row], key: str, name: str) -> Iterator[tuple[Row, Row]]:
    """Rows that say another ``name`` for a ``key`` than the first one that has it, each with that first one."""
    first: dict[object, Row] = {}
    for row in rows:
        if key not in row.given or name not in row.given:
            continue
        known = first.setdefault(row.given[key], row)
        if known.given[name] != row.given[name]:
            yield row, known
