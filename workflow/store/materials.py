"""Materials (申请材料) and the files behind them, kept once by their SHA-256."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text


@dataclass(frozen=True, slots=True)
class MaterialRow:
    """One upload; ``superseded`` once a newer one of the same code took its place on the same case."""

    id: int
    case_no: str
    code: str
    filename: str
    content_type: str
    size: int
    sha256: str
    uploaded_by: int | None
    uploaded_by_name: str | None
    uploaded_at: datetime
    superseded: bool


@dataclass(frozen=True, slots=True)
class NewMaterial:
    """An upload to be kept: its place, its facts, and its bytes."""

    case_id: int
    code: str
    filename: str
    content_type: str
    sha256: bytes
    content: bytes
    uploaded_by: int | None
    uploaded_at: datetime


_COLUMNS = """m.id, c.no AS case_no, m.code, m.filename, m.content_type, m.size, encode(m.sha256, 'hex') AS sha256,
  m.uploaded_by, p.name AS uploaded_by_name, m.uploaded_at, m.superseded"""

_OF_CASE = text(f"""
SELECT {_COLUMNS}
FROM materials m JOIN cases c ON c.id = m.case_id LEFT JOIN people p ON p.id = m.uploaded_by
WHERE m.case_id = ANY(:case_ids) ORDER BY m.code, m.superseded, m.id DESC""")  # noqa: S608 - our own words only

_CURRENT = text("""
SELECT m.id, c.no AS case_no, m.filename, m.content_type, m.sha256, m.uploaded_at
FROM materials m JOIN cases c ON c.id = m.case_id
WHERE m.case_id = ANY(:case_ids) AND m.code = :code AND NOT m.superseded
ORDER BY m.uploaded_at DESC, m.id DESC LIMIT 1""")

_KEEP = text("""
WITH blob AS (
  INSERT INTO blobs (sha256, size, body) VALUES (:sha256, :size, :content) ON CONFLICT DO NOTHING),
gone AS (
  UPDATE materials SET superseded = true WHERE case_id = :case_id AND code = :code AND NOT superseded RETURNING id)
INSERT INTO materials (case_id, code, filename, content_type, size, sha256, uploaded_by, uploaded_at)
VALUES (:case_id, :code, :filename, :content_type, :size, :sha256, cast(:uploaded_by AS int), :uploaded_at)
RETURNING id, (SELECT max(id) FROM gone) AS superseded""")

_CONTENT = text("""
SELECT m.filename, m.content_type, b.body FROM materials m JOIN blobs b USING (sha256)
WHERE m.id = :id AND m.case_id = ANY(:case_ids)""")


@dataclass(frozen=True, slots=True)
class Kept:
    """The new upload's id, and the id of the one it took the place of."""

    id: int
    superseded: int | None


@dataclass(frozen=True, slots=True)
class MaterialFile:
    """A file as it is handed out."""

    filename: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Current:
    """The upload of one code that counts now, and the number of the case where it lies."""

    id: int
    case_no: str
    filename: str
    content_type: str
    sha256: bytes
    uploaded_at: datetime


def of_cases(conn: Connection, case_ids: list[int]) -> list[MaterialRow]:
    """Every upload of these cases, the current one of each code first."""
    return [MaterialRow(*row) for row in conn.execute(_OF_CASE, {"case_ids": case_ids})]


def current(conn: Connection, case_ids: list[int], code: str) -> Current | None:
    """What counts as the material ``code`` of a case and its bundle now: the newest upload on either."""
    row = conn.execute(_CURRENT, {"case_ids": case_ids, "code": code}).one_or_none()
    if row is None:
        return None
    return Current(row.id, row.case_no, row.filename, row.content_type, bytes(row.sha256), row.uploaded_at)


def keep(conn: Connection, material: NewMaterial) -> Kept:
    """Record an upload; the caller holds the case, so that of two at once one follows the other."""
    parameters: dict[str, Any] = {
        "case_id": material.case_id,
        "code": material.code,
        "filename": material.filename,
        "content_type": material.content_type,
        "size": len(material.content),
        "sha256": material.sha256,
        "content": material.content,
        "uploaded_by": material.uploaded_by,
        "uploaded_at": material.uploaded_at,
    }
    row = conn.execute(_KEEP, parameters).one()
    return Kept(row.id, row.superseded)


def file(conn: Connection, case_ids: list[int], material_id: int) -> MaterialFile | None:
    """The file of an upload, if it belongs to one of these cases."""
    row = conn.execute(_CONTENT, {"id": material_id, "case_ids": case_ids}).one_or_none()
    return None if row is None else MaterialFile(row.filename, row.content_type, bytes(row.body))
