"""What has come into a worklist since its reader opened it: a number to be told, while the rows stay where they are."""

from sqlalchemy import text

from workflow.queries.paging import COUNT_CAP
from workflow.queries.worklist import Filters, conditions_of
from workflow.store import stream
from workflow.work import Work

MOST_LINES = 2000
"""Lines of history looked through; whoever left a page open for days is told that there is much."""


def position(work: Work) -> int:
    """Up to where the list that is read now knows what has happened."""
    return stream.head(work.conn)


def arrived(work: Work, filters: Filters, since: int) -> int:
    """How many open cases of the list have come into their present state behind ``since``, up to COUNT_CAP + 1.

    Reads what has happened since, never the list. Lists narrowed by a project or a name are not told apart: 0.
    """
    if filters.project is not None or filters.named is not None:
        return 0
    conditions, parameters = conditions_of(work, filters)
    where = " AND ".join(("c.ended_at IS NULL", *conditions))
    # Put together from words of `worklist` and `visibility`; every value is a parameter.
    statement = f"""
SELECT count(*) FROM (
  SELECT DISTINCT c.id FROM (
    SELECT s.case_id, s.seq FROM stream s WHERE s.position > :since AND s.kind = 'event'
    ORDER BY s.position DESC LIMIT :lines) new
  JOIN events e ON e.case_id = new.case_id AND e.seq = new.seq AND e.from_state <> e.to_state
  JOIN cases c ON c.id = e.case_id AND c.state = e.to_state
  WHERE {where} LIMIT :cap) t"""  # noqa: S608
    asked = parameters | {"since": since, "lines": MOST_LINES, "cap": COUNT_CAP + 1}
    return int(work.conn.execute(text(statement), asked).scalar_one())
