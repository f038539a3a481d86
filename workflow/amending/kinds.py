"""The kinds of amendments: how each is read, previewed and put in force. A further kind is a further line of KINDS."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from workflow.amending.calendars import calendar_with
from workflow.amending.content import read_notice, read_withdrawal, target_faults
from workflow.amending.fault_words import bad_input, in_chinese, reason
from workflow.amending.flows import enact_flow_move, flow_preview, flow_versions, read_flow_move
from workflow.amending.limits import enact_limit, limit_preview, limit_versions, read_limit
from workflow.amending.preview import Preview, calendar_preview
from workflow.clock.calendar import Calendar
from workflow.definition import Title
from workflow.store import amendments, calendars
from workflow.store.amendments import Amendment
from workflow.work import Work

Content = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of amendment.

    ``read(work, kind, content, document)`` gives the content as it is kept, or raises BadInput with every fault.
    ``versions(work, kind, content)`` are what is replaced and what comes, as two marks: equal ones change nothing.
    ``preview(work, kind, content, most)`` is what would move now. ``enact(work, amendment)`` puts it in force, in the
    transaction of its signature. Both raise BadInput where the content does not fit any more.
    """

    title: Title
    read: Callable[[Work, str, Mapping[str, Any], str], Content]
    versions: Callable[[Work, str, Content], tuple[str, str]]
    preview: Callable[[Work, str, Content, int], Preview]
    enact: Callable[[Work, Amendment], None]


def new_calendar(work: Work, kind: str, content: Content) -> Calendar:
    """The calendar that would hold; raises BadInput where the years would not fit together, and where what is to be
    withdrawn holds no longer."""
    if kind == "withdrawal" and (gone := target_faults(work, content["amendment"])):
        raise bad_input(gone)
    try:
        return calendar_with(work.office, work.conn, kind, content)
    except ValueError as error:
        field = "amendment" if kind == "withdrawal" else "year"
        raise bad_input([reason(field, content.get(field), in_chinese(str(error)), str(error))]) from error


def _calendar_versions(work: Work, kind: str, content: Content) -> tuple[str, str]:
    return work.calendar.version, new_calendar(work, kind, content).version


def _calendar_moves(work: Work, kind: str, content: Content, most: int) -> Preview:
    return calendar_preview(work, new_calendar(work, kind, content), most)


def _enact_calendar(work: Work, amendment: Amendment) -> None:
    """The calendars' table is held: nobody else puts one in force meanwhile."""
    calendar = new_calendar(work, amendment.kind, dict(amendment.content))
    if amendment.kind == "withdrawal":
        amendments.withdraw(work.conn, amendment.content["amendment"])
    calendars.put_in_force(work.conn, calendar, work.office.base_calendar.version, work.now, amendment.id)


KINDS: Mapping[str, Kind] = {
    "year": Kind(
        Title("年度放假安排", "Year's notice"), read_notice, _calendar_versions, _calendar_moves, _enact_calendar
    ),
    "closure": Kind(Title("临时停办", "Closure"), read_notice, _calendar_versions, _calendar_moves, _enact_calendar),
    "withdrawal": Kind(
        Title("撤回", "Withdrawal"), read_withdrawal, _calendar_versions, _calendar_moves, _enact_calendar
    ),
    "limit": Kind(
        Title("时限依法调整", "Limit changed by law"), read_limit, limit_versions, limit_preview, enact_limit
    ),
    "flow": Kind(
        Title("在办办件改用新版流程", "Running cases on a newer flow version"),
        read_flow_move,
        flow_versions,
        flow_preview,
        enact_flow_move,
    ),
}
