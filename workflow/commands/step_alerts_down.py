"""Alerts follow their clocks: they step down when the clock stops or its date moves, and hold again after a pause that
moved nothing. Acknowledged or not: whoever reads them sees what they are worth now."""

from sqlalchemy import Connection

from workflow.commands.notices import answer_by
from workflow.store import alerts, stream
from workflow.store.stream import Entry
from workflow.work import Office, calendar_in_force, read_now

READER = "alerts"
BATCH = 1000


def step_alerts_down(office: Office) -> int:
    """Follow the stream through the next lines of history; returns how many were taken, 0 where there are none or
    another worker is at it."""
    with office.engine.begin() as conn:
        return stream.follow(conn, READER, BATCH, lambda entries: _take(office, conn, entries))


def _take(office: Office, conn: Connection, entries: list[Entry]) -> None:
    of = {entry.case_id for entry in entries if entry.kind == "event" and entry.case_id is not None}
    if not of:
        return
    alerts.step_down(conn, of)
    found = alerts.resumed(conn, of)
    if not found:
        return
    # The time of answering begins anew: nobody had to answer while the clock stood still.
    now, calendar = read_now(conn), calendar_in_force(office, conn)
    kinds = {(one.card, one.unit) for one in found}
    answers = {(card, unit): answer_by(office, calendar, card, unit, now) for card, unit in kinds}
    alerts.stand_again(conn, found, [answers[one.card, one.unit] for one in found])
