"""How old the sums of the figures are: since when something has happened that is not counted yet."""

from datetime import datetime, timedelta

from sqlalchemy import text

from workflow.work import Work

OLD = timedelta(minutes=5)
"""Sums this far behind are told as old."""

# The stream keeps real time, which a demonstration's is not: its age is what counts.
_AGE = text("""
SELECT clock_timestamp() - s.at FROM stream s
WHERE s.position = coalesce((SELECT position FROM stream_readers WHERE name = 'figures'), 0) + 1""")


def stopped_at(work: Work) -> datetime | None:
    """The moment from which on nothing is counted in the sums, once that is longer ago than `OLD`; else None."""
    age = work.conn.execute(_AGE).scalar_one_or_none()
    return None if age is None or age <= OLD else work.now - age
