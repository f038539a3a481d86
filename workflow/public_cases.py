"""The cases that anybody may ask after (查进度), and what proves that somebody may."""

import hmac
import re
from typing import Any

from sqlalchemy import Connection, text

from workflow.definition import Flow
from workflow.errors import NotFound
from workflow.work import Office

DIGITS = 4
SHORTEST_PHONE = 7
"""Digits: whatever is shorter in the field of the telephone is none."""
NEVER = "\0" * DIGITS
"""What nobody can type: compared with where there is no case, so that the same work is done."""


def proved_number(office: Office, conn: Connection, no: str, digits: str) -> str | None:
    """The number as it is kept, where the digits belong to it, else None, whichever is at fault.

    The digits are the last four of a telephone the applicant gave: in the form of the application, or for messages.
    Where there is none at all, the last four characters of the company's unified social credit code stand in.
    One statement is run whether or not there is such a case.
    """
    row = conn.execute(_PROOFS, {"no": no}).one_or_none()
    public = row is not None and is_public(office, row)
    known = _last_four(row) if row is not None and public else [NEVER]
    right = [hmac.compare_digest(one.encode(), digits.encode()) for one in known]
    return str(row.no) if row is not None and any(right) else None


def not_found() -> NotFound:
    """The one answer to a wrong number, wrong digits, and a case that is nobody else's business."""
    return NotFound(
        "no_such_progress",
        "没有查到：办件编号和后四位对不上。请对照回执再输一次，或者扫回执上的二维码",
        "Nothing found: the case number and the four characters do not belong together. Compare them with the receipt, "
        "or scan its QR code",
    )


# One row by the unique number; the telephones by the company's people, of whom there are a handful.
_PROOFS = text("""
SELECT c.no, c.flow, c.flow_version, c.state, c.internal, c.company,
  coalesce(c.data->'form'->>'phone', b.data->'form'->>'phone', '') AS phone,
  (SELECT coalesce(array_agg(DISTINCT t.address), '{}') FROM person_roles r
    JOIN contact_points t ON t.person_id = r.person_id AND t.removed_at IS NULL AND t.address ~ '^1[3-9][0-9]{9}$'
    WHERE r.role = 'applicant' AND r.company = c.company) AS telephones
FROM cases c LEFT JOIN cases b ON b.id = c.parent_id AND b.flow = 'bundle'
WHERE c.no = :no""")


def _last_four(row: Any) -> list[str]:
    written = re.sub(r"[^0-9]", "", row.phone)
    phones = [*([written] if len(written) >= SHORTEST_PHONE else []), *row.telephones]
    return sorted({phone[-DIGITS:] for phone in phones}) or [row.company[-DIGITS:].upper()]


def is_public(office: Office, row: Any) -> bool:
    """What the office says among itself, and what was never handed in, is nobody's business."""
    flow = office.flow(row.flow, row.flow_version)
    return not row.internal and not _is_draft(flow, row.state)


def _is_draft(flow: Flow, state: str) -> bool:
    return flow.opening is None and flow.states[state].turn == "applicant" and flow.initial.name == state
