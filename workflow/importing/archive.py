"""The zip that a workbook is: looked at before anything unpacks it, and given on with its sheets and words only.

An .xlsx can claim a million rows in a kilobyte, or a cell in the last corner, for which a reader would make room for
17 milliards. So the list of entries is checked first, each part is unpacked within a bound, and every cell is counted
as it stands in the XML; what is handed to the reader is a new archive of the parts that were seen.
"""

import io
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from xml.parsers import expat

from workflow.errors import BadInput
from workflow.importing.faults import bad_file

MIB = 1024 * 1024
UNPACKED_AT_MOST = 64 * MIB
ENTRIES_AT_MOST = 500
RATIO_AT_MOST = 200
"""Unpacked to packed, of an entry that unpacks to more than a MiB: real sheets stay below 50."""
ROWS_AT_MOST = 5_000
"""Rows with content of one sheet, its headings not counted."""
LAST_ROW = 20_000
LAST_COLUMN = 100
CELLS_AT_MOST = 2_000_000
"""Of all sheets, empty ones up to the last row and column of each included: the reader makes room for every one."""
TEXT_AT_MOST = 32 * MIB
"""Characters of all cells: a text that is stored once (sharedStrings) is unpacked for every cell that has it."""
MARKS_AT_MOST = 4_000_000
"""Beginnings and ends of XML elements: a million empty rows have two million."""
SHARED = "xl/sharedStrings.xml"
LONGEST_NUMBER = 9
"""Digits of the number of a shared text."""

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED = 0x1
_PARTS = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|xl/workbook\.xml|xl/_rels/workbook\.xml\.rels|xl/sharedStrings\.xml"
    r"|xl/styles\.xml|xl/worksheets/[^/]+\.xml"
)
_CELL = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")


@dataclass(frozen=True, slots=True)
class Seen:
    """A workbook that may be read. ``broken`` holds, by sheet, the cells whose value nobody knows: an Excel error, or a
    formula that was never computed."""

    content: bytes
    broken: Mapping[str, Mapping[str, str]]


def looked_at(content: bytes) -> Seen:
    """Check an .xlsx and return the parts of it that are read; raises BadInput naming what is wrong with the file."""
    if content.startswith(OLE_MAGIC):
        raise _ole(content)
    parts = _parts(content)
    names = {path: name for name, path in _sheet_names(parts).items()}
    # Every sheet that is given on, whatever the workbook calls it: none is read that was not counted.
    paths = [path for path in parts if path.startswith("xl/worksheets/")]
    lengths = _lengths(parts.get(SHARED, b""))
    sheets = [_scan(names.get(path, path), parts[path], lengths) for path in paths]
    if sum(one.cells for one in sheets) > CELLS_AT_MOST or sum(one.text for one in sheets) > TEXT_AT_MOST:
        raise _too_large()
    return Seen(_packed(parts), {one.name: one.broken for one in sheets})


def _too_large() -> BadInput:
    return bad_file(
        "zip_bomb",
        f"读入后过大（最多 {CELLS_AT_MOST} 个单元格、{TEXT_AT_MOST // MIB} 百万字）",
        f"is too much once it is read (at most {CELLS_AT_MOST} cells, {TEXT_AT_MOST // MIB} million characters)",
    )


def _ole(content: bytes) -> BadInput:
    if "EncryptedPackage".encode("utf-16-le") in content:
        return bad_file("encrypted_file", "已加密：请先取消密码再上传", "is encrypted: save it without a password")
    return bad_file("old_workbook", "是旧格式 .xls：请另存为 .xlsx", "is an old .xls: save it as .xlsx")


def _parts(content: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            _check_entries(entries)
            parts = {one.filename: _unpacked(archive, one) for one in entries if _PARTS.fullmatch(one.filename)}
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, EOFError, ValueError, OSError) as error:
        raise bad_file("damaged_file", "损坏，无法读取", "is damaged and cannot be read") from error
    except Exception as error:
        if type(error).__module__ not in ("zlib", "lzma", "_lzma"):
            raise
        raise bad_file("damaged_file", "损坏，无法读取", "is damaged and cannot be read") from error
    if sum(body.count(b"<") for body in parts.values()) > MARKS_AT_MOST:
        raise _too_large()
    return parts


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
    names = [one.filename for one in entries]
    if any(one.flag_bits & ENCRYPTED for one in entries):
        raise bad_file("encrypted_file", "已加密：请先取消密码再上传", "is encrypted: save it without a password")
    total = sum(one.file_size for one in entries)
    steep = [
        one for one in entries if one.file_size > MIB and one.file_size > RATIO_AT_MOST * max(one.compress_size, 1)
    ]
    if len(entries) > ENTRIES_AT_MOST or total > UNPACKED_AT_MOST or steep or len(set(names)) < len(names):
        raise bad_file(
            "zip_bomb",
            f"解压后过大或结构异常（最多 {ENTRIES_AT_MOST} 个条目、共 {UNPACKED_AT_MOST // MIB} MiB）",
            f"unpacks to too much, or is built strangely ({ENTRIES_AT_MOST} entries and "
            f"{UNPACKED_AT_MOST // MIB} MiB at most)",
        )
    if any(name.endswith("vbaProject.bin") for name in names):
        raise _macros()
    if "xl/workbook.xml" not in names or "[Content_Types].xml" not in names:
        raise bad_file(
            "not_a_workbook",
            "不是 .xlsx 工作簿；接受 .xlsx 和 .csv",
            "is no .xlsx workbook; .xlsx and .csv are accepted",
        )


def _macros() -> BadInput:
    return bad_file("macros", "含有宏（.xlsm）：请另存为 .xlsx", "holds macros (.xlsm): save it as .xlsx")


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    with archive.open(entry) as stream:
        # Never more than the list of entries promised; a longer one fails its check sum.
        found = stream.read(entry.file_size + 1)
    if entry.filename == "[Content_Types].xml" and b"macroEnabled" in found:
        raise _macros()
    return found


def _packed(parts: Mapping[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        for name, body in parts.items():
            archive.writestr(name, body)
    return made.getvalue()


def _sheet_names(parts: Mapping[str, bytes]) -> dict[str, str]:
    """The part of each sheet, by its name."""
    targets: dict[str, str] = {}

    def relation(tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship" and attributes.get("TargetMode") != "External":
            target = attributes.get("Target", "")
            targets[attributes.get("Id", "")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"

    found: dict[str, str] = {}

    def sheet(tag: str, attributes: dict[str, str]) -> None:
        if tag == "sheet":
            own = next((value for name, value in attributes.items() if name.endswith(":id")), "")
            found[attributes.get("name", "")] = targets.get(own, "")

    _walk(parts.get("xl/_rels/workbook.xml.rels", b""), relation)
    _walk(parts["xl/workbook.xml"], sheet)
    return found


@dataclass(slots=True)
class _Sheet:
    """What is counted of one sheet while its XML goes by."""

    name: str
    lengths: Sequence[int]
    rows: set[int] = field(default_factory=set)
    broken: dict[str, str] = field(default_factory=dict)
    last_row: int = 0
    last_column: int = 0
    text: int = 0
    said: str = ""
    ref: str = ""
    kind: str = ""
    valued: bool = False
    formula: bool = False

    def opens(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "c":
            self.ref, self.kind = attributes.get("r", ""), attributes.get("t", "")
            self.valued = self.formula = False
        elif tag in ("v", "is"):
            self.valued, self.said = True, ""
        elif tag == "f":
            self.formula = True

    @property
    def cells(self) -> int:
        """For how many a reader makes room."""
        return self.last_row * self.last_column

    def says(self, text: str) -> None:
        self.text += len(text)
        if self.kind == "s" and len(self.said) <= LONGEST_NUMBER:
            self.said += text

    def closes(self, tag: str) -> None:
        if tag == "v" and self.kind == "s" and self.said:
            self.text += self._shared()
        if tag != "c" or not (self.valued or self.formula):
            return
        place = _CELL.fullmatch(self.ref)
        if place is None:
            raise bad_file("damaged_file", "损坏：单元格没有位置", "is damaged: a cell without a place", self.ref)
        row, column = int(place[2]), _column(place[1])
        if row > LAST_ROW or column > LAST_COLUMN:
            raise bad_file(
                "too_far_out",
                f"的工作表“{self.name}”在 {self.ref} 有内容；最多到第 {LAST_ROW} 行、第 {LAST_COLUMN} 列",
                f"has content in {self.ref} of “{self.name}”; the last row read is {LAST_ROW}, the last column "
                f"{LAST_COLUMN}",
                self.ref,
            )
        self.last_row, self.last_column = max(self.last_row, row), max(self.last_column, column)
        self.rows.add(row)
        if len(self.rows) > ROWS_AT_MOST + 1:
            raise too_many_rows(self.name)
        if self.kind == "e":
            self.broken[self.ref] = "error"
        elif self.formula and not self.valued:
            self.broken[self.ref] = "formula"

    def _shared(self) -> int:
        """How long the shared text is that the cell names by its number."""
        plain = self.said.isascii() and self.said.isdecimal() and len(self.said) <= LONGEST_NUMBER
        if not plain or int(self.said) >= len(self.lengths):
            raise bad_file("damaged_file", "损坏：单元格的文字不存在", "is damaged: a cell without its text", self.ref)
        return self.lengths[int(self.said)]


def too_many_rows(sheet: str) -> BadInput:
    """A sheet with more rows of content than are read at once."""
    return bad_file(
        "too_many_rows",
        f"的工作表“{sheet}”超过 {ROWS_AT_MOST} 行，请分成几个文件",
        f"has more than {ROWS_AT_MOST} rows in “{sheet}”: cut it into several files",
        sheet,
    )


def _scan(name: str, part: bytes, lengths: Sequence[int]) -> _Sheet:
    sheet = _Sheet(name, lengths)
    _walk(part, sheet.opens, sheet.closes, sheet.says)
    return sheet


def _lengths(part: bytes) -> Sequence[int]:
    """Of every shared text, by its number, how many characters it has."""
    found: list[int] = []

    def opens(tag: str, _: dict[str, str]) -> None:
        if tag == "si":
            found.append(0)

    def says(text: str) -> None:
        if found:
            found[-1] += len(text)

    _walk(part, opens, says=says)
    return found


def place_of(cell: str) -> tuple[int, int]:
    """Row (from 1) and column (from 0) of a cell that was seen."""
    found = _CELL.fullmatch(cell)
    assert found is not None, f"{cell}: no cell has this name"
    return int(found[2]), _column(found[1]) - 1


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _walk(
    part: bytes,
    opens: Callable[[str, dict[str, str]], None],
    closes: Callable[[str], None] | None = None,
    says: Callable[[str], None] | None = None,
) -> None:
    """Read XML once, without its prefixes; a document type is refused: it could name entities without end."""
    if not part:
        return
    parser = expat.ParserCreate()

    def refuse(*_: object) -> None:
        raise bad_file("damaged_file", "含有不被接受的 XML 声明", "holds an XML declaration that is not accepted")

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = lambda tag, attributes: opens(tag.rpartition(":")[2], attributes)
    if closes is not None:
        parser.EndElementHandler = lambda tag: closes(tag.rpartition(":")[2])
    if says is not None:
        parser.buffer_text = True
        parser.CharacterDataHandler = says
    try:
        parser.Parse(part, True)
    except expat.ExpatError as error:
        raise bad_file("damaged_file", "损坏，无法读取", "is damaged and cannot be read") from error
