"""What a file is, by its content: the first bytes decide, the name has to agree."""

import io
import unicodedata
import zipfile
from collections.abc import Mapping
from pathlib import PurePosixPath

import puremagic

from workflow.definition import Title

CONTENT_TYPES: Mapping[str, str] = {
    "pdf": "application/pdf",
    "jpg": "image/jpeg",
    "png": "image/png",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
    "dwg": "image/vnd.dwg",
}
EXTENSIONS: Mapping[str, str] = {name: name for name in CONTENT_TYPES} | {"jpeg": "jpg"}
LONGEST_NAME = 150
# Readers of PDF accept a few bytes before the header (ISO 32000-1, annex H, 3.4.1).
PDF_HEADER_WITHIN = 1024
MOST_ENTRIES = 20_000
HEAD = 8192
ZIP_HEADERS = (b"PK\x03\x04", b"PK\x05\x06")
ZIPPED = ("zip", "docx", "xlsx")


def type_of(content: bytes) -> str | None:
    """The format of CONTENT_TYPES that these bytes are, or None."""
    if content.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if content.startswith(b"AC10") and content[4:6].isdigit():
        return "dwg"
    if content.startswith(ZIP_HEADERS):
        return _zip_type(content)
    if b"%PDF-" in content[:PDF_HEADER_WITHIN]:
        return "pdf"
    return None


def fault_of(content: bytes, named: str) -> Title:
    """What is wrong with a file that is called a ``named`` (of CONTENT_TYPES) and by `type_of` is none."""
    known = type_of(content)
    if known is None and named in _beginnings(content):
        return Title("损坏或不完整，无法读取", "is damaged or incomplete and cannot be read")
    words = Title(f" {known}", known) if known else _words(content)
    return Title(f"的内容是{words.zh}，不是 {named}", f"holds {words.en}, not {named}")


def plain_name(filename: str) -> str:
    """The file's name without folders and control characters, short enough to keep; may be empty."""
    text = unicodedata.normalize("NFC", filename).replace("\\", "/")
    last = PurePosixPath(text).name
    clean = "".join(char for char in last if unicodedata.category(char)[0] != "C").strip(" .")
    if len(clean.encode()) <= LONGEST_NAME:
        return clean
    suffix = PurePosixPath(clean).suffix[:10]
    stem = clean.encode()[: LONGEST_NAME - len(suffix.encode())].decode(errors="ignore")
    return stem + suffix


def extension_of(filename: str) -> str:
    """The extension in lower case without its dot; empty where there is none."""
    return PurePosixPath(filename).suffix.lower().lstrip(".")


def _beginnings(content: bytes) -> tuple[str, ...]:
    """The formats that a file of no format of ours begins like, by our names or by anybody else's."""
    if content.startswith(ZIP_HEADERS):
        return ZIPPED
    try:
        guess = str(puremagic.from_string(content[:HEAD])).lstrip(".") if content else ""
    except (puremagic.PureError, ValueError):
        guess = ""
    return (EXTENSIONS.get(guess, guess),) if guess else ()


def _words(content: bytes) -> Title:
    """What to call a file of no format of ours."""
    if not content:
        return Title("空文件", "nothing: an empty file")
    name = next(iter(_beginnings(content)), "")
    if not name:
        return Title("未知格式", "an unknown format")
    return Title(f"损坏的 {name}", f"a damaged {name}") if name in CONTENT_TYPES else Title(f" {name}", name)


def _zip_type(content: bytes) -> str | None:
    """A zip is read by its list of entries only: nothing is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist()[:MOST_ENTRIES])
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return None
    if "[Content_Types].xml" in names and "word/document.xml" in names:
        return "docx"
    if "[Content_Types].xml" in names and "xl/workbook.xml" in names:
        return "xlsx"
    return "zip"
