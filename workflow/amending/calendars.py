"""The calendar that files and signed amendments make together."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection

from workflow.case import Case
from workflow.clock.calendar import Calendar, Notice, published_calendar
from workflow.clock.notices import notice_from
from workflow.recast import calendar_of_caps
from workflow.store import amendments
from workflow.work import Office


def calendar_made_of(office: Office, amended: Iterable[Notice]) -> Calendar:
    """The calendar of the files and of ``amended``, the signed notices in the order they came into force.

    The last notice of a year replaces those before it and that of the file; closures add up. ValueError where that
    leaves a gap between the years.
    """
    signed = tuple(amended)
    years = {notice.year: notice for notice in signed if notice.kind == "year"}
    files = (notice for notice in office.notices if notice.kind == "closure" or notice.year not in years)
    closures = (notice for notice in signed if notice.kind == "closure")
    return published_calendar((*files, *years.values(), *closures), office.base_calendar.hours)


def signed_notices(conn: Connection) -> dict[int, Notice]:
    """The notices of the amendments in force by amendment, in the order they were signed."""
    return {one.id: notice_from(one.content, f"amendment {one.id}") for one in amendments.calendar_ones_in_force(conn)}


def calendar_with(office: Office, conn: Connection, kind: str, content: dict[str, Any]) -> Calendar:
    """The calendar that would hold if a proposal of this kind and content were signed now; ValueError for a gap."""
    signed = signed_notices(conn)
    if kind == "withdrawal":
        signed.pop(content["amendment"], None)
        return calendar_made_of(office, signed.values())
    return calendar_made_of(office, [*signed.values(), notice_from(content)])


def calendar_before(office: Office, conn: Connection, case: Case, new: Calendar) -> Calendar:
    """The calendar that the caps of open pauses were counted with; ``new`` where it was never kept, or none is open."""
    version = calendar_of_caps(case)
    try:
        return new if version is None else office.calendars.get(conn, version)
    except KeyError:
        return new
