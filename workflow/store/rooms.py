"""Rooms of the trading centre: who has one, and when."""

from sqlalchemy import Connection, text

from workflow.guards import Booking
from workflow.store.cases import moment

_BOOKINGS = text("""
SELECT no, data ->> 'starts_at' AS since, data ->> 'ends_at' AS until FROM cases
WHERE flow = 'extended_hours' AND ended_at IS NULL AND data ->> 'room' = :room AND no <> :no
ORDER BY data ->> 'starts_at', id""")


def bookings(conn: Connection, room: str, no: str) -> tuple[Booking, ...]:
    """The bookings of ``room`` by open cases other than ``no``, the earliest first.

    Whoever asks for the same room at the same instant waits until this transaction has ended.
    """
    conn.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('room:' || :room, 0))"), {"room": room})
    rows = conn.execute(_BOOKINGS, {"room": room, "no": no})
    return tuple(Booking(row.no, moment(row.since), moment(row.until)) for row in rows)
