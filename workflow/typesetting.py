"""Sets a document as PDF from its template and its facts: the same bytes on every machine, as often as it is asked.

Fonts come from a PyPI package and from nowhere else, the only time in the file is the one the document was issued at.
Typst is compiled in the process; the fonts are read once.
"""

import io
import json
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import segno
import typst

from workflow.catalogue import DocumentKind
from workflow.catalogue.document_files import ALWAYS, FOLDER
from workflow.errors import Fault

FONT_PACKAGE, FONT_FOLDER = "justmytype_intl_cjk", "fonts/ofl/notosanssc"
# What is behind the font of its text can be read under a stamp or a fold; a QR code needs no more than this.
QR_ERROR = "m"
CHECK_PAGE = "/check"


class Unprintable(Exception):
    """A template could not be set; says which, where and why."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One document to be set. ``words`` and ``titles`` are its facts as text and their names (see
    `workflow.statements`); ``public_url`` is where its check code leads."""

    kind: DocumentKind
    number: str
    words: Mapping[str, Any]
    titles: Mapping[str, str]
    seal: bytes
    check_code: str
    issued_at: datetime
    public_url: str


def typeset(config: Path, sheet: Sheet, form: str = "pdf") -> bytes:
    """The document as one file ('pdf'), or its first page as a picture ('png'). Raises Unprintable."""
    path = config / FOLDER / sheet.kind.file
    page = f"{sheet.public_url}{CHECK_PAGE}"
    document = {
        "title": sheet.kind.title.zh,
        "number": sheet.number,
        "words": dict(sheet.words),
        "titles": dict(sheet.titles),
        "seal": sheet.seal.hex(),
        "seal_kind": sheet.kind.seal,
        "check_code": sheet.check_code,
        "check_page": page.removeprefix("https://").removeprefix("http://"),
        "qr": qr_code(f"{page}/{sheet.check_code}"),
    }
    with _one_at_a_time:
        try:
            made = _compiler(path.parent).compile(
                input=path,
                format=form,  # type: ignore[arg-type] # two of its words
                sys_inputs={"document": json.dumps(document, ensure_ascii=False)},
                timestamp=int(sheet.issued_at.timestamp()),
                ppi=110,
            )
        except typst.TypstError as error:
            raise Unprintable(_words(sheet.kind, error)) from error
    found = made[0] if isinstance(made, list) else made
    assert found is not None
    return found


def trial_faults(config: Path, kinds: Iterable[DocumentKind]) -> list[Fault]:
    """What Typst says against templates, each tried with all it may state and with no more than it must."""
    faults = []
    for kind in (version for newest in kinds for version in (newest, *newest.former)):
        first, last = (tuple(names[at] for names in kind.states) for at in (0, -1))
        for names in dict.fromkeys((kind.facts, first, last)):
            try:
                typeset(config, _trial(kind, names))
            except Unprintable as unprintable:
                faults.append(Fault(f"{FOLDER}/{kind.file}", "(text)", str(unprintable)))
                break
    return faults


def _trial(kind: DocumentKind, names: Iterable[str]) -> Sheet:
    stated = dict.fromkeys((*ALWAYS, *names), "—")
    return Sheet(kind, "—", stated, stated, bytes(32), "A" * 16, datetime(2022, 1, 1, tzinfo=UTC), "http://127.0.0.1")


def qr_code(address: str) -> str:
    """The QR code of an address as SVG."""
    drawn = io.BytesIO()
    segno.make(address, error=QR_ERROR, micro=False).save(drawn, kind="svg", xmldecl=False, border=1, scale=4)
    return drawn.getvalue().decode()


# A compiler keeps one document at a time.
_one_at_a_time = threading.Lock()


@cache
def _compiler(folder: Path) -> typst.Compiler:
    return typst.Compiler(font_paths=_fonts(), ignore_system_fonts=True, root=str(folder))


@cache
def _fonts() -> typst.Fonts:
    place = str(files(FONT_PACKAGE).joinpath(FONT_FOLDER))
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[place])


def _words(kind: DocumentKind, error: typst.TypstError) -> str:
    """The complaint on one line, with the place in the template where Typst names one."""
    where = next((line.strip() for line in error.diagnostic.splitlines() if ".typ:" in line), "")
    return f"{FOLDER}/{kind.file}: {error.message}" + (f" ({where})" if where else "")
