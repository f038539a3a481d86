"""Take over the calendar of the files where it is not the one in force: at the start of a service, and nowhere else."""

from sqlalchemy import Connection

from workflow.amending.calendars import calendar_made_of, signed_notices
from workflow.errors import Conflict, Unusable
from workflow.logs import facts, logger
from workflow.store import calendars
from workflow.work import Office, read_now

log = logger("amendments")


def adopt_calendar(office: Office, conn: Connection) -> bool:
    """Put the calendar of library, files and signed amendments in force if the files' part is new; True if it was.

    Safe to be called by several at once: one writes, the others find it. The dates it moves are settled as after an
    amendment. Raises Unusable where the files do not fit the amendments in force.
    """
    if not _is_new(office, conn):
        return False
    calendars.hold(conn)
    if not _is_new(office, conn):
        return False
    try:
        calendar = calendar_made_of(office, signed_notices(conn).values())
    except ValueError as error:
        raise Unusable(f"config/calendar does not fit the amendments in force: {error}") from error
    calendars.put_in_force(conn, calendar, office.base_calendar.version, read_now(conn), None)
    log.info("a calendar came with the files", extra=facts(calendar=calendar.version))
    return True


def adopt_first(office: Office, conn: Connection) -> None:
    """The calendar of the files before any amendment, where no calendar was ever put in force.

    Raises Conflict in a process that runs on other files than those taken over at the last start.
    """
    held = calendars.in_force(conn)
    if held is None:
        adopt_calendar(office, conn)
    elif held.base != office.base_calendar.version:
        raise Conflict(
            "other_calendar_files",
            "本进程读取的日历文件与已生效的不同，请重新启动服务（wugeyi migrate）后再试",
            "This process runs on other calendar files than those in force: run `wugeyi migrate` and restart it",
            extra={"in_force": held.base, "here": office.base_calendar.version},
        )


def _is_new(office: Office, conn: Connection) -> bool:
    held = calendars.in_force(conn)
    return held is None or held.base != office.base_calendar.version
