"""The documents the office issued, and the files rendered from them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text


@dataclass(frozen=True, slots=True)
class Issued:
    """A document as it was issued with a template; ``rendered`` says whether its file is there."""

    id: int
    case_id: int
    kind: str
    no: str
    facts: Mapping[str, Any]
    issued_at: datetime
    template: str
    seal: bytes
    check_code: str
    rendered: bool


@dataclass(frozen=True, slots=True)
class Checked:
    """What may be said of a document to anybody: nothing of the case but what became of it."""

    no: str
    kind: str
    issued_at: datetime
    seal: bytes
    check_code: str
    flow: str
    item: str | None
    outcome: str | None


_COLUMNS = """d.id, d.case_id, d.kind, d.no, d.facts, d.issued_at, d.template, d.seal, d.check_code,
  d.pdf IS NOT NULL AS rendered"""


def issued(conn: Connection, no: str) -> Issued | None:
    """The document of that number; None where there is none, or it was issued before there were templates."""
    row = conn.execute(
        text(f"SELECT {_COLUMNS} FROM documents d WHERE d.no = :no AND d.template IS NOT NULL"),  # noqa: S608 - constants
        {"no": no},
    ).one_or_none()
    if row is None:
        return None
    return Issued(**{**row._asdict(), "seal": bytes(row.seal)})


def keep_file(conn: Connection, document_id: int, sha256: bytes, content: bytes) -> bool:
    """Keep the file of a document; False where it has one already: the first one stands."""
    kept = conn.execute(
        text("""
WITH blob AS (
  INSERT INTO blobs (sha256, size, body) VALUES (:sha256, :size, :content) ON CONFLICT DO NOTHING)
UPDATE documents SET pdf = :sha256, rendered_at = app_now() WHERE id = :id AND pdf IS NULL RETURNING id"""),
        {"id": document_id, "sha256": sha256, "size": len(content), "content": content},
    ).scalar()
    return kept is not None


def file(conn: Connection, case_id: int, no: str) -> bytes | None:
    """The file of a document of that case, None where there is none (yet)."""
    body = conn.execute(
        text("""
SELECT b.body FROM documents d JOIN blobs b ON b.sha256 = d.pdf WHERE d.no = :no AND d.case_id = :case_id"""),
        {"case_id": case_id, "no": no},
    ).scalar()
    return None if body is None else bytes(body)


def by_check_code(conn: Connection, code: str) -> Checked | None:
    """The document with that check code."""
    row = conn.execute(
        text("""
SELECT d.no, d.kind, d.issued_at, d.seal, d.check_code, c.flow, c.item, c.outcome
FROM documents d JOIN cases c ON c.id = d.case_id WHERE d.check_code = :code"""),
        {"code": code},
    ).one_or_none()
    if row is None:
        return None
    return Checked(row.no, row.kind, row.issued_at, bytes(row.seal), row.check_code, row.flow, row.item, row.outcome)
