"""How far a case has come, for somebody who is not signed in: its state, its clocks and the office that has it.

Nothing personal is among it: no name, no paper, no opinion. Who asks shows a case number and four characters that stand
on the applicant's own papers, or the sealed address of the receipt.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection

from workflow.case import Case
from workflow.definition import State, Title
from workflow.public_cases import is_public, not_found
from workflow.queries.clocks import ClockView, clock_views
from workflow.store import cases
from workflow.work import Office

SEAL_LENGTH = 16


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


def _progress(office: Office, conn: Connection, no: str) -> PublicProgress:
    reading = cases.read(conn, no=no)
    if reading is None or not is_public(office, reading.case):
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
