"""An alert that nobody saw in time, or that cannot reach its person, goes to the next one, and history says so.

The next is the delegate of whoever is away, else somebody who has not been told of this rung yet: who shares the role,
then who holds the one above. One person at a time, each with a time of their own: of several told at once everybody
takes it that another answers. Where nobody is left it says so, once, and waits for a person: nothing goes round in
circles.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy.exc import DBAPIError

from workflow.actor import CLOCK
from workflow.case import Case, ClockRecord
from workflow.change import instant
from workflow.commands.add_line import add_line, busy, hold
from workflow.commands.notices import EXACT, answer_by
from workflow.logs import facts, logger
from workflow.recipients import Place, Told, roles_above
from workflow.store import alerts, cases
from workflow.store.alerts import Unanswered, Why
from workflow.store.directory import directory_for
from workflow.work import Office, Work, begin_work

log = logger("alerts")

BATCH = 100
FIRST_DELAY = timedelta(minutes=1)
LONGEST_DELAY = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class _Next:
    """Who comes next; None where nobody is left. ``all_told``: somebody stands above, and all of them know already."""

    told: Told | None
    all_told: bool = False


def pass_unread_on(office: Office) -> int:
    """Pass on alerts whose time has run out, each in a transaction of its own, one step each; returns how many were
    looked at. Several workers may do it at once.

    One that cannot be passed on is put off for a growing while and keeps no other waiting. Raises only when the
    database is lost.
    """
    with office.engine.begin() as conn:
        found = alerts.overdue(conn, BATCH)
    for alert_id in found:
        pass_on_or_put_off(office, alert_id, "unread")
    return len(found)


def pass_on_or_put_off(office: Office, alert_id: int, why: Why) -> int | None:
    """As `pass_alert_on`, in a transaction of its own; what breaks is logged and tried again after a while. Raises only
    when the database is lost."""
    try:
        with begin_work(office, CLOCK) as work:
            return pass_alert_on(work, alert_id, why)
    except Exception as error:
        if isinstance(error, DBAPIError) and error.connection_invalidated:
            raise
        log.exception("an alert could not be passed on and is tried again later", extra=facts(alert=alert_id))
        with office.engine.begin() as conn:
            alerts.put_off(conn, alert_id, FIRST_DELAY, LONGEST_DELAY)
    return None


def pass_alert_on(work: Work, alert_id: int, why: Why) -> int | None:
    """Give an alert to the next person; returns the new alert, None where nothing was (or had to be) given.

    'unread': its time must have run out. 'unreachable': no way to its person works, whatever its time. Done before,
    acknowledged or needless, nothing happens. Raises Conflict where the case is written to all the time.
    """
    case_id = alerts.case_of(work.conn, alert_id)
    if case_id is None:
        return None
    # the case first, as everywhere; a second worker waits for it and then finds the alert passed on
    hold(work, case_id)
    alert = alerts.unanswered(work.conn, alert_id)
    if alert is None:
        return None
    if alert.needless is not None:
        alerts.step_down(work.conn, [case_id])
        return None
    if why == "unread" and (alert.answer_by is None or alert.answer_by > work.now):
        return None
    reading = cases.read(work.conn, case_id=case_id)
    assert reading is not None
    case = reading.case
    clock = next(one for one in case.clocks if one.id == alert.clock_id)
    following = _next(work, case, alert)
    if following.told is None:
        _leave(work, case, clock, alert, why, following.all_told)
        return None
    return _give(work, case, clock, alert, following.told, why)


def _next(work: Work, case: Case, alert: Unanswered) -> _Next:
    catalogue = work.office.catalogue
    turn = work.office.flow(case.flow, case.flow_version).states[case.state].turn
    above = roles_above(catalogue, alert.role, turn)
    # Asked about the person of the alert as an assignee is: themselves, or the delegate while they are away.
    place = Place(alert.person_id, turn, case.department, case.squad, case.project_id, case.company)
    # Of two who hold the role above the second follows the first, before it goes further up.
    shared = alert.role in catalogue.roles and alert.role not in catalogue.escalation.may_wait
    roles = (alert.role, *above) if shared else above
    directory = directory_for(work.conn, catalogue, roles, [place])
    delegate = directory.assignees.get(alert.person_id, alert.person_id)
    if delegate not in alert.told:
        return _Next(Told(delegate, alert.role))
    reached = [one for role in roles for one in directory.reach((role,), place).told]
    new = next((one for one in reached if one.person_id not in alert.told), None)
    return _Next(new, all_told=any(one.role in above for one in reached))


def _give(work: Work, case: Case, clock: ClockRecord, alert: Unanswered, told: Told, why: Why) -> int:
    unit = str(clock.limit.unit)
    answered_by = answer_by(work.office, work.calendar, alert.card, unit, work.now)
    given = alerts.hand_on(work.conn, alert, told.person_id, told.role, clock.due_at, answered_by, why, work.now)
    _note(work, case, "alert_passed_on", _said(clock, alert, why, [told]))
    alerts.tell(work.conn, given, case.id, _message(work, case, clock, alert, told), work.now)
    return given


def _leave(work: Work, case: Case, clock: ClockRecord, alert: Unanswered, why: Why, all_told: bool) -> None:
    alerts.leave_unanswered(work.conn, alert.id, why, work.now)
    _note(work, case, "alert_unanswered", {**_said(clock, alert, why, []), "all_told": all_told})
    if not all_told:
        which = facts(case=case.no, clock=clock.name, rung=alert.rung)
        log.error("nobody answered an alert, and nobody is left to pass it on to", extra=which)


def _note(work: Work, case: Case, action: str, said: dict[str, Any]) -> None:
    # A machine's line, whoever found out: nobody decided it.
    if add_line(work, case, case, action, "clock", said) is None:
        raise busy(case.no)


def _said(clock: ClockRecord, alert: Unanswered, why: Why, told: list[Told]) -> dict[str, Any]:
    return {
        "alert": alert.id,
        "clock": clock.name,
        "round": clock.round,
        "epoch": alert.epoch,
        "rung": alert.rung,
        "card": alert.card,
        "why": why,
        "passed_from": {"person": alert.person_id, "role": alert.role},
        "told": [{"person": one.person_id, "role": one.role} for one in told],
    }


def _message(work: Work, case: Case, clock: ClockRecord, alert: Unanswered, told: Told) -> dict[str, Any]:
    """As a rung's own message is, with the dates of now."""
    ladder = work.office.flow(case.flow, case.flow_version).rule(clock.name).ladder
    # The case may have been moved to a version with a shorter ladder since the rung fired.
    rung = ladder[min(alert.rung, len(ladder) - 1)]
    exact = clock.due_at is not None and str(clock.limit.unit) in EXACT
    return {
        "what": "rung",
        "index": alert.rung,
        "clock_id": alert.clock_id,
        "clock": clock.name,
        "rung": rung.text,
        "card": None if alert.card == "notice" else alert.card,
        "epoch": alert.epoch,
        "due_at": instant(clock.due_at) if exact and clock.due_at else None,
        "due_on": clock.due_on.isoformat() if clock.due_on else None,
        "provisional": clock.provisional,
        "passed_on": True,
        "told": [{"person": told.person_id, "role": told.role}],
    }
