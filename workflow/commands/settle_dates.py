"""After a change of the calendar: every date that depends on it is derived anew, in batches beside the officers' work;
after it what limits and flow versions in force change (`settle_amended`).

Truth is "a running clock made with another calendar that reaches into the days that differ": nothing is queued and
nothing is lost when a worker dies; whoever comes next goes on. A batch locks its cases and leaves those that somebody
holds for the next pass; an officer who meets it waits a fraction of a second.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection

from workflow.case import Case
from workflow.clock.calendar import Calendar
from workflow.clock.changed_days import first_affected_day
from workflow.clock.days import FIRST_YEAR, start_of_day
from workflow.commands.settle_amended import amended_batches
from workflow.commands.settled import Settled
from workflow.logs import facts, logger
from workflow.recast import Recast, under_calendar
from workflow.store import amendments, calendars, recasts
from workflow.store.calendars import InForce
from workflow.store.recasts import START, Position
from workflow.timekeeping import Timing
from workflow.work import Office, calendar_in_force

__all__ = ["BATCH", "Settled", "settle_batches", "settle_calendar"]

log = logger("amendments")

BATCH = 250


@dataclass(frozen=True, slots=True)
class _Task:
    """Clocks made with ``version`` that reach ``since`` come under ``new``; ``held`` says what brought it."""

    version: str
    old: Calendar
    new: Calendar
    since: datetime
    held: InForce


def settle_calendar(office: Office, limit: int = BATCH, stopped: Callable[[], bool] = lambda: False) -> Settled:
    """One pass over everything that is not settled yet; what it left locked is for the next one.

    Raises only when the database is lost.
    """
    return sum(settle_batches(office, limit, stopped), Settled())


def settle_batches(
    office: Office, limit: int = BATCH, stopped: Callable[[], bool] = lambda: False
) -> Iterator[Settled]:
    """The same pass, a batch at a time, for somebody who has other work in between."""
    for task in _tasks(office):
        position: Position | None = START
        while position is not None:
            if stopped():
                return
            position, done = _batch(office, task, position, limit)
            yield done
    _mark(office)
    yield from amended_batches(office, limit, stopped)


def _tasks(office: Office) -> list[_Task]:
    with office.engine.connect() as conn:
        held = calendars.in_force(conn)
        if held is None:
            return []
        new = calendar_in_force(office, conn)
        return list(_tasks_of(office, conn, held, new))


def _tasks_of(office: Office, conn: Connection, held: InForce, new: Calendar) -> Iterator[_Task]:
    for version in recasts.calendar_versions(conn):
        if version == new.version:
            continue
        try:
            old = office.calendars.get(conn, version)
            day = first_affected_day(old, new)
        except KeyError:
            # Made before calendars were kept: any of its days may have been another one.
            old, day = None, date(FIRST_YEAR, 1, 1)
        if day is not None:
            yield _Task(version, old or new, new, start_of_day(day), held)


def _batch(office: Office, task: _Task, position: Position, limit: int) -> tuple[Position | None, Settled]:
    with office.engine.begin() as conn:
        found = recasts.depending(conn, task.version, task.since, position, limit, locked=True)
        if found is None:
            return None, Settled()
        ready, failed = _derived(office, task, found.cases, found.now)
        recasts.write(conn, ready)
        moved = sum(1 for one in ready if one.moved)
        amendments.count_moved(conn, task.held.amendment_id, moved)
        return found.position, Settled(len(ready), moved, failed)


def _derived(office: Office, task: _Task, cases: tuple[Case, ...], now: datetime) -> tuple[list[Recast], int]:
    """Each case by itself: one that cannot be derived is named and keeps no other from its date."""
    said = {"amendment": task.held.amendment_id}
    ready: list[Recast] = []
    failed = 0
    for case in cases:
        try:
            flow = office.flow(case.flow, case.flow_version)
            one = under_calendar(flow, case, task.old, Timing(task.new, now), said)
        except Exception:
            failed += 1
            log.exception("the dates of a case cannot be derived anew", extra=facts(case=case.no))
            continue
        if one is not None:
            ready.append(one)
    return ready, failed


def _mark(office: Office) -> None:
    with office.engine.begin() as conn:
        if not list(_tasks_left(office, conn)):
            calendars.mark_settled(conn)


def _tasks_left(office: Office, conn: Connection) -> Iterator[_Task]:
    held = calendars.in_force(conn)
    if held is None or held.settled_at is not None:
        return
    for task in _tasks_of(office, conn, held, calendar_in_force(office, conn)):
        if recasts.depending(conn, task.version, task.since, START, 1) is not None:
            yield task
