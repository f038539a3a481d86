"""After a limit changed by law, or a newer flow version for running cases: each case is changed, in batches.

Truth is "an amendment in force that is not settled, and a case it has not reached": nothing is queued, whoever comes
next goes on. A pass that found every case free and every one derivable settles the amendment; one that somebody held
is taken by the next pass.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from workflow.amending import flows, limits
from workflow.case import Case
from workflow.clock.calendar import Calendar
from workflow.commands.settled import Settled
from workflow.logs import facts, logger
from workflow.recast import Recast
from workflow.store import amendments, calendars, recasts
from workflow.store.amendments import Amendment
from workflow.store.recasts import OfFlow, OfItem
from workflow.timekeeping import Timing
from workflow.work import Office, calendar_in_force

log = logger("amendments")


@dataclass(frozen=True, slots=True)
class _Batch:
    """How far a pass has come (None: to the end), what it did, and how many cases it had to leave."""

    after: int | None
    done: Settled
    left: int


def amended_batches(office: Office, limit: int, stopped: Callable[[], bool]) -> Iterator[Settled]:
    """One pass over every amendment that cases still have to follow, a batch at a time."""
    unfinished: set[str] = set()
    for amendment in _to_settle(office):
        subject = _subject(amendment)
        if subject in unfinished:
            # What came later waits: it would be undone by what came before it.
            continue
        left, after = 0, 0
        while True:
            if stopped():
                return
            batch = _batch(office, amendment, after, limit)
            left += batch.left
            yield batch.done
            if batch.after is None:
                break
            after = batch.after
        if left:
            unfinished.add(subject)
            continue
        with office.engine.begin() as conn:
            amendments.mark_settled(conn, amendment.id)


def _to_settle(office: Office) -> list[Amendment]:
    with office.engine.connect() as conn:
        held = calendars.in_force(conn)
        if held is not None and held.settled_at is None:
            # The calendar first: a case is derived anew under one calendar.
            return []
        return amendments.to_settle(conn)


def _subject(amendment: Amendment) -> str:
    """What two amendments must have in common for their order to count."""
    content = amendment.content
    return str(content["flow"]) if amendment.kind == "flow" else f"{content['item']}.{content['clock']}"


def _batch(office: Office, amendment: Amendment, after: int, limit: int) -> _Batch:
    with office.engine.begin() as conn:
        ids = recasts.ids_of(conn, _cases(office, amendment), after, limit)
        if not ids:
            return _Batch(None, Settled(), 0)
        found = recasts.read(conn, ids, None, locked=True, whole=True)
        ready, failed = _derived(office, amendment, found.cases, calendar_in_force(office, conn), found.now)
        recasts.write(conn, ready)
        amendments.count_moved(conn, amendment.id, len(ready))
    left = len(ids) - len(found.cases) + failed
    return _Batch(ids[-1], Settled(len(found.cases), len(ready), failed), left)


def _derived(
    office: Office, amendment: Amendment, cases: tuple[Case, ...], calendar: Calendar, now: datetime
) -> tuple[list[Recast], int]:
    """Each case by itself: one that cannot be derived is named and keeps no other from its change."""
    said = {"amendment": amendment.id, "basis": amendment.document}
    ready: list[Recast] = []
    failed = 0
    for case in cases:
        try:
            one = _recast(office, amendment, case, Timing(calendar, now), said)
        except Exception:
            failed += 1
            log.exception("a case cannot follow an amendment", extra=facts(case=case.no, amendment=amendment.id))
            continue
        if one is not None:
            ready.append(one)
    return ready, failed


def _cases(office: Office, amendment: Amendment) -> OfItem | OfFlow:
    if amendment.kind == "flow":
        return flows.cases_of(office, amendment.content)
    return limits.cases_of(office, amendment.content)


def _recast(office: Office, amendment: Amendment, case: Case, timing: Timing, said: dict[str, Any]) -> Recast | None:
    if amendment.kind == "flow":
        # Moved meanwhile by somebody else's pass, whose commit came between the list and the lock.
        moved = case.flow_version != amendment.content["from_version"]
        return None if moved else flows.flow_recast(office, case, amendment.content, timing, said)
    assert amendment.decided_at is not None, "what nobody signed moves nothing"
    return limits.limit_recast(office, case, amendment.content, timing, amendment.decided_at, said)
