"""Who is on duty, round the clock: every squad now and next, and where nobody is."""

from dataclasses import dataclass
from datetime import date

from flask import Response

from api import access
from api.pages.blueprint import pages
from api.pages.frame import show
from api.pages.wording import _, date_and_time, own
from workflow.clock.days import local_day
from workflow.queries.duty import DAYS, ShiftView, SquadDuty, duty


@dataclass(frozen=True, slots=True)
class SquadRow:
    """One squad in words; an empty ``now`` is nobody."""

    title: str
    now: str
    until: str
    next: str
    gaps: tuple[str, ...]


@pages.get("/duty", endpoint="duty")
def duty_page() -> Response:
    """Every squad's duty for the week to come."""
    with access.work() as work:
        found, today = duty(work), local_day(work.now)
    return show("duty.html", squads=[_row(one, today) for one in found], days=DAYS)


def _row(one: SquadDuty, today: date) -> SquadRow:
    return SquadRow(
        own(one.title),
        _who(one.now),
        _("至 %(when)s", when=date_and_time(one.now.until, today)) if one.now else "",
        _("%(who)s，%(when)s 起", who=one.next.person.name, when=date_and_time(one.next.since, today))
        if one.next
        else "",
        tuple(
            _("%(since)s 至 %(until)s", since=date_and_time(gap.since, today), until=date_and_time(gap.until, today))
            for gap in one.gaps
        ),
    )


def _who(shift: ShiftView | None) -> str:
    if shift is None:
        return ""
    if shift.stands_in is None:
        return shift.person.name
    return _("%(delegate)s（代%(person)s）", delegate=shift.stands_in.name, person=shift.person.name)
