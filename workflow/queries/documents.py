"""The files of documents for those who may see the case, and what a check code tells anybody."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy import Connection

from workflow.catalogue import DocumentKind
from workflow.clock.days import local_day
from workflow.definition import Title
from workflow.errors import NotFound
from workflow.queries.case import documents as case_documents
from workflow.reading import visible_case
from workflow.statements import CHECK_CODE_LENGTH
from workflow.store import documents
from workflow.work import Office, Work

Standing = Literal["valid", "revoked", "cancelled", "lapsed"]

GRANTS = frozenset({"permit_decision", "renewal_decision", "change_decision"})
"""Documents that no longer speak once the result they gave has ended."""
ENDINGS: tuple[Standing, ...] = ("revoked", "cancelled", "lapsed")


@dataclass(frozen=True, slots=True)
class DocumentFile:
    """The file of a document: PDF."""

    filename: str
    content: bytes


@dataclass(frozen=True, slots=True)
class CheckedDocument:
    """What anybody may learn of a document: that the office issued it, when, about which kind of matter, and whether
    it still holds. Nothing of the applicant, the project or any person. ``seal`` is SHA-256, 64 hex digits."""

    check_code: str
    no: str
    kind: str
    title: Title
    issued_on: date
    about: Title
    standing: Standing
    seal: str


def document_file(work: Work, no: str, number: str) -> DocumentFile:
    """The file of the document ``number`` of the case ``no``; raises NotFound where there is none, or none yet."""
    reading = visible_case(work, no)
    given = {one.no for one in case_documents(work, no)}
    content = documents.file(work.conn, reading.case.id, number) if number in given else None
    if content is None:
        raise NotFound(
            "no_such_file",
            f"办件 {no} 的文书“{number}”没有文件，或文件正在生成，请稍后再试",
            f"The case {no} has no file of a document “{number}”, or it is still being made: try again shortly",
        )
    return DocumentFile(f"{number}.pdf", content)


def check(office: Office, conn: Connection, code: str) -> CheckedDocument:
    """The document with this check code, however it was typed; raises NotFound."""
    found = documents.by_check_code(conn, as_printed(code))
    if found is None:
        raise NotFound(
            "no_such_document",
            f"没有核验码为“{code[:40]}”的文书。核验码为 {CHECK_CODE_LENGTH} 位，由字母 A–Z 和数字 2–7 组成，"
            "请对照文书末尾重新输入；仍查不到的，请拨打文书上的联系电话核实",
            f"No document has the check code “{code[:40]}”. It has {CHECK_CODE_LENGTH} letters A–Z and digits 2–7: "
            "compare it with the foot of the document, or call the number given there",
        )
    catalogue = office.catalogue
    kind: DocumentKind | None = catalogue.documents.get(found.kind)
    item = catalogue.items.get(found.item) if found.item else None
    ended = next((one for one in ENDINGS if one == found.outcome), None)
    return CheckedDocument(
        check_code=found.check_code,
        no=found.no,
        kind=found.kind,
        title=kind.title if kind else Title(found.kind, found.kind),
        issued_on=local_day(found.issued_at),
        about=item.title if item else office.flow(found.flow).title,
        standing=ended if ended and found.kind in GRANTS else "valid",
        seal=found.seal.hex(),
    )


def as_printed(code: str) -> str:
    """A check code as it is printed, whatever was typed: capitals, no spaces or hyphens."""
    return "".join(letter for letter in code.upper() if letter.isalnum())
