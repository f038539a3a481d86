"""How far a case has come, for somebody who is not signed in: its state, its clocks and the office that has it.

Nothing personal is among it: no name, no paper, no opinion. Who asks shows a case number and four characters that stand
on the applicant's own papers, or the sealed address of the receipt.
"""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, text

from workflow.case import Case
from workflow.definition import Flow, State, Title
from workflow.errors import NotFound
from workflow.queries.clocks import ClockView, clock_views
from workflow.store import cases
from workflow.work import Office

DIGITS = 4
SEAL_LENGTH = 16
SHORTEST_PHONE = 7
"""Digits: whatever is shorter in the field of the telephone is none."""
NEVER = "\0" * DIGITS
"""What nobody can type: compared with where there is no case, so that the same work is done."""


@dataclass(frozen=True, slots=True)
class PublicPause:
    """A lawful stop of the clocks: what for, by which article, from when to when (days; ``until`` None while open)."""

    title: Title
    basis: str
    stops: tuple[str, ...]
    since: date
    until: date | None
    planned_until: date
    cause: str


@dataclass(frozen=True, slots=True)
class PublicProgress:
    """What anybody with the number and the digits may learn. Instants are aware."""

    no: str
    flow: str
    flow_version: int
    state: State
    department: Title
    clocks: tuple[ClockView, ...]
    pauses: tuple[PublicPause, ...]
    paused: bool
    ended_at: datetime | None
    now: datetime


def seal(secret: str, no: str) -> str:
    """What stands behind the number in the address of a receipt: 80 bits of HMAC-SHA256, base 32."""
    told = hmac.new(secret.encode(), f"progress\0{no}".encode(), hashlib.sha256).digest()
    return base64.b32encode(told)[:SEAL_LENGTH].decode()


def sealed_progress(office: Office, conn: Connection, secret: str, no: str, shown: str) -> PublicProgress:
    """The case of a receipt's address; raises NotFound in the same words for a wrong number and a wrong seal."""
    if not hmac.compare_digest(seal(secret, no).encode(), shown.encode()):
        raise not_found()
    return _progress(office, conn, no)


def proved_number(office: Office, conn: Connection, no: str, digits: str) -> str | None:
    """The number as it is kept, where the digits belong to it, else None, whichever is at fault.

    The digits are the last four of a telephone the applicant gave: in the form of the application, or for messages.
    Where there is none at all, the last four characters of the company's unified social credit code stand in.
    One statement is run whether or not there is such a case.
    """
    row = conn.execute(_PROOFS, {"no": no}).one_or_none()
    public = row is not None and _is_public(office, row)
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


def _is_public(office: Office, row: Any) -> bool:
    """What the office says among itself, and what was never handed in, is nobody's business."""
    flow = office.flow(row.flow, row.flow_version)
    return not row.internal and not _is_draft(flow, row.state)


def _is_draft(flow: Flow, state: str) -> bool:
    return flow.opening is None and flow.states[state].turn == "applicant" and flow.initial.name == state


def _progress(office: Office, conn: Connection, no: str) -> PublicProgress:
    reading = cases.read(conn, no=no)
    if reading is None or not _is_public(office, reading.case):
        raise not_found()
    case = reading.case
    flow = office.flow(case.flow, case.flow_version)
    version = reading.calendar_version
    calendar = office.base_calendar if version is None else office.calendars.get(conn, version)
    departments = office.catalogue.departments
    return PublicProgress(
        no=case.no,
        flow=case.flow,
        flow_version=case.flow_version,
        state=flow.states[case.state],
        department=departments[case.department].title if case.department in departments else Title("", ""),
        clocks=clock_views(flow, case, calendar, reading.now, office.catalogue),
        pauses=_pauses(office, case),
        paused=any(pause.until is None for pause in case.pauses),
        ended_at=case.ended_at,
        now=reading.now,
    )


def _pauses(office: Office, case: Case) -> tuple[PublicPause, ...]:
    causes = office.catalogue.causes
    return tuple(
        PublicPause(
            title=causes[one.cause].title if one.cause in causes else Title(one.cause, one.cause),
            basis=one.basis,
            stops=tuple(one.stops),
            since=one.since,
            until=one.until,
            planned_until=one.planned_until,
            cause=one.cause,
        )
        for one in case.pauses
    )
