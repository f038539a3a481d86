"""Rungs that only warn: whom they reach, by when somebody must have seen them, what history says of them, and how they
are written together."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from workflow.case import Case
from workflow.change import Event, chain, instant
from workflow.clock.calendar import Calendar
from workflow.clock.deadline import deadline
from workflow.clock.limit import Unit
from workflow.commands.settle_dates import settle_case
from workflow.definition import Rung
from workflow.logs import facts, logger
from workflow.recipients import Directory, Place
from workflow.store import timers
from workflow.store.directory import directory_for
from workflow.store.timers import DueClock, Firing
from workflow.work import Office, Work, calendar_in_force

log = logger("sweeper")

EXACT = (Unit.WORKING_HOUR.value, Unit.HOUR.value, Unit.MINUTE.value)


def fire_late(work: Work, case: Case) -> bool:
    """Fire what is due on ``case`` before somebody moves it on: a card earned while all workers were away is not lost.

    Answers whether anything was written, so that the case must be read anew. A rung that acts is left to the sweep.
    Under a calendar that the workers have not settled yet the dates are moved first, and nothing fires on the old ones.
    """
    if settle_case(work, case):
        return True
    fired = False
    for clock in case.running_clocks:
        at = clock.next_rung_at
        while clock.id is not None and at is not None and at <= work.now:
            due = [one for one in timers.claim_one(work.conn, clock.id).due if rung_of(work.office, one).act is None]
            if not due:
                break
            fire_notices(work.office, work.conn, due, work.now)
            fired, at = True, due[0].next_at
    return fired


def rung_of(office: Office, due: DueClock) -> Rung:
    """The rung of the flow that a due clock stands at."""
    return office.flows[due.flow, due.flow_version].clocks[due.clock].ladder[due.rung]


def fire_notices(office: Office, conn: Connection, notices: Sequence[DueClock], now: datetime) -> None:
    """Fire rungs that only warn, all of them in one statement; case and clock of each are locked by their claim."""
    if not notices:
        return
    places = [_place(office, due) for due in notices]
    roles = {role for due in notices for role in rung_of(office, due).tell}
    directory = directory_for(conn, office.catalogue, roles, places)
    kinds = {(_card(rung_of(office, due)), due.unit) for due in notices}
    calendar = calendar_in_force(office, conn)
    answers = {(card, unit): answer_by(office, calendar, card, unit, now) for card, unit in kinds}
    firings = [
        _firing(due, rung, directory, place, answers[_card(rung), due.unit], now)
        for due, place in zip(notices, places, strict=True)
        for rung in (rung_of(office, due),)
    ]
    timers.fire(conn, firings, now, office.catalogue.escalation.may_wait)


def answer_by(office: Office, calendar: Calendar, card: str, unit: str, raised_at: datetime) -> datetime | None:
    """By when somebody must have seen an alert of ``card`` that a clock of ``unit`` raises at ``raised_at``; None where
    it may wait (config/rules/escalation.yaml)."""
    limit = office.catalogue.escalation.limit(card, unit)
    return None if limit is None else deadline(raised_at, limit, calendar).at


def _card(rung: Rung) -> str:
    return rung.card or "notice"


def _place(office: Office, due: DueClock) -> Place:
    turn = office.flows[due.flow, due.flow_version].states[due.state].turn
    return Place(due.assignee_id, turn, due.department, due.squad, due.project_id, due.company)


def _firing(
    due: DueClock, rung: Rung, directory: Directory, place: Place, answered_by: datetime | None, now: datetime
) -> Firing:
    telling = directory.reach(rung.tell, place)
    said: dict[str, Any] = {
        "clock": due.clock,
        "rung": rung.text,
        "card": rung.card,
        "epoch": due.epoch,
        "due_on": due.due_on.isoformat() if due.due_on else None,
        "provisional": due.provisional,
        "told": [{"person": person, "role": role} for person, role in telling.told],
    }
    # Of a clock of hours the minute counts, of a clock of days the day (due_on).
    due_at = instant(due.due_at) if due.due_at and due.unit in EXACT else None
    message = {"what": "rung", "index": due.rung, "clock_id": due.clock_id, "due_at": due_at, **said}
    if telling.nobody:
        said["nobody"] = list(telling.nobody)
        log.error("a rung reached nobody in some role", extra=facts(case=due.no, clock=due.clock, rung=rung.text))
    action = f"rung:{due.clock}:{due.rung}"
    event = Event(due.no, due.seq + 1, action, due.state, due.state, None, "clock", due.moment, now, said)
    return Firing(due, action, _card(rung), said, chain(bytes(due.chain_head), event), message, answered_by)
