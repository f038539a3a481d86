"""What a file is, by its content: the first bytes decide, the name has to agree."""

import io
import unicodedata
import zipfile
from collections.abc import Mapping
from pathlib import PurePosixPath

import puremagic

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


def type_of(content: bytes) -> str | None:
    """The format of CONTENT_TYPES that these bytes are, or None."""
    if content.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if content.startswith(b"AC10") and content[4:6].isdigit():
        return "dwg"
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_type(content)
    if b"%PDF-" in content[:PDF_HEADER_WITHIN]:
        return "pdf"
    return None


def name_of_type(content: bytes) -> str:
    """What to call the content of a file in a refusal: ours by its format, any other as well as can be told."""
    known = type_of(content)
    if known is not None:
        return known
    if not content:
        return "empty"
    try:
        return str(puremagic.from_string(content[:HEAD])).lstrip(".") or "unknown"
    except (puremagic.PureError, ValueError):
        return "unknown"


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
