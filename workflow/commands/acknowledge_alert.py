"""Say that an alert was seen. Seen is not solved: the clock runs on, and so does its ladder."""

from datetime import datetime

from workflow.commands.add_line import add_line, busy, hold
from workflow.errors import BadInput, Conflict, NotFound, Reason
from workflow.store import alerts, cases
from workflow.store.alerts import AlertRow
from workflow.work import Work

LONGEST_NOTE = 500


def acknowledge_alert(work: Work, alert_id: int, note: str = "") -> datetime:
    """Acknowledge an alert addressed to the actor, once; returns when.

    Raises NotFound for anybody else's alert, Conflict where it was acknowledged before, BadInput for a note too long.
    """
    said = note.strip()
    if len(said) > LONGEST_NOTE:
        raise _too_long(said)
    # the case first, as everywhere; a second click waits for it and then finds the alert acknowledged
    hold(work, _mine(work, alert_id).case_id)
    alert = _mine(work, alert_id)
    if alert.acknowledged_at is not None:
        raise _seen_before(alert_id, alert.acknowledged_at)
    reading = cases.read(work.conn, case_id=alert.case_id)
    assert reading is not None
    line = {"alert": alert.id, "clock": alert.clock, "round": alert.round, "card": alert.card, "note": said}
    if add_line(work, reading.case, reading.case, "acknowledge", alert.role, line) is None:
        raise busy(reading.case.no)
    alerts.acknowledge(work.conn, alert_id, said, work.now)
    return work.now


def _mine(work: Work, alert_id: int) -> AlertRow:
    alert = None if work.actor.id is None else alerts.of_person(work.conn, alert_id, work.actor.id)
    if alert is None:
        raise NotFound("no_such_alert", f"您没有编号为 {alert_id} 的预警", f"You have no alert {alert_id}")
    return alert


def _seen_before(alert_id: int, at: datetime) -> Conflict:
    when = at.isoformat()
    return Conflict(
        "already_acknowledged",
        f"预警 {alert_id} 已于 {when} 签收",
        f"The alert {alert_id} was acknowledged at {when}",
        extra={"alert": alert_id, "at": when},
    )


def _too_long(note: str) -> BadInput:
    reason = Reason(
        "bad_field",
        f"note：不能超过 {LONGEST_NOTE} 个字",
        f"note: must not exceed {LONGEST_NOTE} characters",
        {"field": "note", "value": note[:200], "accepted": LONGEST_NOTE},
    )
    return BadInput("bad_input", reason.zh, reason.en, reasons=[reason])
