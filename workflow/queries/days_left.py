"""How much working time is left in a list of open cases: how many end on each day, and how many are late, near, held.

One statement each, by the index of the list; what lies far off is cut, for no picture shows it day by day.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import text

from workflow.queries.paging import COUNT_CAP
from workflow.queries.worklist import Filters, conditions_of
from workflow.work import Work

NEAREST = 2_000
"""Cases that are looked at, the nearest ends first."""
NAMED = 8
"""Numbers of cases kept of one day; a column of the picture holds no more."""


@dataclass(frozen=True, slots=True)
class EndingOn:
    """Open cases whose nearest end is ``day``, the actor's own (``mine``) or those of others; ``over``: it has passed.

    ``first`` are the numbers of the first of ``count`` cases.
    """

    day: date
    over: bool
    mine: bool
    count: int
    first: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a list stands: open cases, of them overdue, within two working days, and paused; each counted up to
    COUNT_CAP + 1."""

    all: int
    overdue: int
    warning: int
    paused: int


def days_left(work: Work, filters: Filters) -> tuple[EndingOn, ...]:
    """The open cases of a list by the day they end, the earliest first; paused ones and those without an end left out.

    ``filters`` are those of the worklist; what the actor may not see is not counted.
    """
    conditions, parameters = conditions_of(work, filters)
    where = " AND ".join(("c.ended_at IS NULL", "c.due_at < 'infinity'", "(NOT c.paused OR c.due_at <= :read_at)"))
    where = " AND ".join((where, *conditions))
    rows = work.conn.execute(
        text(_BY_DAY.format(where=where)),
        parameters
        | {
            "read_at": work.now,
            "mine": [work.actor.id, *work.actor.stands_in_for],
            "nearest": NEAREST,
            "named": NAMED,
        },
    )
    return tuple(EndingOn(row.day, row.over, row.mine, row.cases, tuple(row.first)) for row in rows)


def standing(work: Work, filters: Filters) -> Standing:
    """How the list of these filters stands."""
    parameters = {"most": COUNT_CAP + 1}
    counts = []
    for name, light in (("all", None), ("overdue", "overdue"), ("warning", "warning"), ("paused", "paused")):
        conditions, values = conditions_of(
            work, Filters(scope=filters.scope, light=light, unassigned=filters.unassigned)
        )
        parameters |= values
        where = " AND ".join(("c.ended_at IS NULL", *conditions))
        counts.append(f'(SELECT count(*) FROM (SELECT FROM cases c WHERE {where} LIMIT :most) t) AS "{name}"')  # noqa: S608
    row = work.conn.execute(text("SELECT " + ", ".join(counts)), parameters).mappings().one()
    return Standing(**dict(row))


# An end is the first instant of the next day, or the close of business: the moment before it lies on the day itself.
_BY_DAY = """
WITH near AS MATERIALIZED (
  SELECT c.no, c.due_at, coalesce(c.assignee_id = ANY(:mine), false) AS mine FROM cases c
  WHERE {where} ORDER BY c.paused, c.due_at, c.id LIMIT :nearest)
SELECT cast((due_at - interval '1 microsecond') AT TIME ZONE 'Asia/Shanghai' AS date) AS day,
  due_at <= :read_at AS over, mine, count(*) AS cases,
  (array_agg(no ORDER BY due_at, no))[1:cast(:named AS int)] AS first
FROM near GROUP BY 1, 2, 3 ORDER BY 1, 2 DESC, 3 DESC"""
