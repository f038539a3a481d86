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

from workflow.amending.calendars import calendar_before
from workflow.case import Case, ClockRecord
from workflow.clock.calendar import Calendar
from workflow.clock.changed_days import first_affected_day
from workflow.clock.days import FIRST_YEAR, start_of_day
from workflow.commands.settle_amended import amended_batches
from workflow.commands.settled import Settled
from workflow.logs import facts, logger
from workflow.recast import Recast, under_calendar
from workflow.store import amendments, calendars, recasts
from workflow.store.calendars import InForce
from workflow.store.recasts import START, Position, Slice
from workflow.store.timers import Claim
from workflow.timekeeping import Timing
from workflow.work import Office, Work, calendar_in_force

__all__ = ["BATCH", "Settled", "settle_batches", "settle_calendar", "settle_case", "settle_claimed"]

log = logger("amendments")

BATCH = 250


@dataclass(frozen=True, slots=True)
class _Task:
    """Clocks made with ``version`` that reach ``since`` come under the calendar that ``held`` brought."""

    version: str
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


def settle_claimed(office: Office, conn: Connection, claim: Claim) -> frozenset[int]:
    """The cases of ``claim`` that the calendar in force reaches and nobody has moved to it yet, moved now.

    Their rungs stood for dates of the calendar before and must not fire on them; the claim holds the cases. One that
    cannot be derived anew is not among them: its rung fires as it stands.
    """
    held = calendars.in_force(conn) if claim.unsettled and claim.due else None
    if held is None:
        return frozenset()
    tasks = {task.version: task for task in _tasks_of(office, conn, held, office.calendars.get(conn, held.version))}
    ids = [
        due.case_id
        for due in claim.due
        if (task := tasks.get(due.calendar_version)) and (due.reach_at is None or due.reach_at >= task.since)
    ]
    if not ids:
        return frozenset()
    ready, _ = _derived(office, conn, held, recasts.read(conn, ids, None))
    recasts.write(conn, ready)
    amendments.count_moved(conn, held.amendment_id, sum(1 for one in ready if one.moved))
    return frozenset(one.change.after.id for one in ready)


def settle_case(work: Work, case: Case) -> bool:
    """Move one case to the calendar in force before somebody acts on it: a guard must not measure by a date that holds
    no more, and no card falls on one. Answers whether anything was written, so that the case must be read anew.

    A work that began under another calendar goes on under this one. Where somebody else holds the case nothing is done:
    then the action meets its new dates when it is written.
    """
    now = work.calendar
    behind = {
        k.calendar_version for k in case.running_clocks if k.calendar_version != now.version and _reached(work, k)
    }
    held = calendars.in_force(work.conn) if behind else None
    if held is None:
        return False
    work.calendar_version = held.version
    ready, _ = _derived(work.office, work.conn, held, recasts.read(work.conn, [case.id], None, locked=True))
    recasts.write(work.conn, ready)
    amendments.count_moved(work.conn, held.amendment_id, sum(1 for one in ready if one.moved))
    return bool(ready)


def _reached(work: Work, clock: ClockRecord) -> bool:
    """Whether the clock reaches into days that differ in the calendar in force."""
    since = _differ_since(work.office, work.conn, clock.calendar_version, work.calendar)
    if since is None:
        return False
    return clock.due_at is None or since <= max([clock.due_at, *clock.ladder_at])


def _differ_since(office: Office, conn: Connection, version: str, new: Calendar) -> datetime | None:
    try:
        day = first_affected_day(office.calendars.get(conn, version), new)
    except KeyError:
        # Made before calendars were kept: any of its days may have been another one.
        day = date(FIRST_YEAR, 1, 1)
    return None if day is None else start_of_day(day)


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
        since = _differ_since(office, conn, version, new)
        if since is not None:
            yield _Task(version, since, held)


def _batch(office: Office, task: _Task, position: Position, limit: int) -> tuple[Position | None, Settled]:
    with office.engine.begin() as conn:
        found = recasts.depending(conn, task.version, task.since, position, limit, locked=True)
        if found is None or not calendars.holds(conn, task.held.id):
            # Another calendar came into force meanwhile: nobody is told a date that holds no more.
            return None, Settled()
        ready, failed = _derived(office, conn, task.held, found)
        recasts.write(conn, ready)
        moved = sum(1 for one in ready if one.moved)
        amendments.count_moved(conn, task.held.amendment_id, moved)
        return found.position, Settled(len(ready), moved, failed)


def _derived(office: Office, conn: Connection, held: InForce, found: Slice) -> tuple[list[Recast], int]:
    """Each case by itself: one that cannot be derived is named and keeps no other from its date."""
    said = {"amendment": held.amendment_id}
    timing = Timing(office.calendars.get(conn, held.version), found.now)
    ready: list[Recast] = []
    failed = 0
    for case in found.cases:
        try:
            flow = office.flow(case.flow, case.flow_version)
            one = under_calendar(flow, case, calendar_before(office, conn, case, timing.calendar), timing, said)
        except Exception:
            failed += 1
            log.exception("the dates of a case cannot be derived anew", extra=facts(case=case.no))
            continue
        if one is not None:
            ready.append(one)
    return ready, failed


def _mark(office: Office) -> None:
    with office.engine.begin() as conn:
        held = calendars.in_force(conn)
        if held is None or held.settled_at is not None:
            return
        # Only what was looked at: a calendar signed meanwhile has all its dates to move yet.
        if not any(_tasks_left(office, conn, held)):
            calendars.mark_settled(conn, held.id)


def _tasks_left(office: Office, conn: Connection, held: InForce) -> Iterator[_Task]:
    for task in _tasks_of(office, conn, held, calendar_in_force(office, conn)):
        if recasts.depending(conn, task.version, task.since, START, 1) is not None:
            yield task
