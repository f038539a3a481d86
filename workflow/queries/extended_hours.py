"""Extended hours for opening and evaluating bids (延时服务): the minutes that were used, by month and in all."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import text

from workflow.clock.days import end_of_day, start_of_day
from workflow.errors import BadInput, Reason
from workflow.visibility import visible_cases
from workflow.work import Work

FIRST, LAST = date(2000, 1, 1), date(2099, 12, 31)


@dataclass(frozen=True, slots=True)
class MonthOfHours:
    """The sessions that began in a month of Asia/Shanghai (``2022-03``), and their minutes from start to end."""

    month: str
    sessions: int
    minutes: int

    @property
    def hours(self) -> float:
        return round(self.minutes / 60, 1)


@dataclass(frozen=True, slots=True)
class HoursOfService:
    """Every month of the period that has a session, and the sums. ``projects`` counts each project once."""

    since: date | None
    until: date | None
    months: tuple[MonthOfHours, ...]
    sessions: int
    projects: int
    minutes: int

    @property
    def hours(self) -> float:
        return round(self.minutes / 60, 1)


_MONTHS = """
SELECT month, grouping(month) = 1 AS whole, count(*) AS sessions, count(DISTINCT project_id) AS projects,
  coalesce(sum(minutes), 0)::int AS minutes
FROM (
  SELECT c.project_id, to_char(began AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM') AS month,
    extract(epoch FROM finished - began) / 60 AS minutes
  FROM cases c
  CROSS JOIN LATERAL (SELECT (c.data ->> 'began_at')::timestamptz AS began,
    (c.data ->> 'finished_at')::timestamptz AS finished) used
  WHERE c.flow = 'extended_hours' AND finished IS NOT NULL AND began >= :since AND began < :until AND {visible}
) session
GROUP BY GROUPING SETS ((month), ()) ORDER BY month"""


def extended_hours(work: Work, since: date | None = None, until: date | None = None) -> HoursOfService:
    """The hours of the sessions that began on a legal day from ``since`` to ``until``, both included, as far as the
    actor sees them; BadInput where the period is turned round."""
    first, last = since or FIRST, until or LAST
    if last < first:
        zh, en = f"to：应不早于 {first}", f"to: must not lie before {first}"
        raise BadInput(
            "bad_input", zh, en, reasons=(Reason("bad_field", zh, en, {"field": "to", "value": last.isoformat()}),)
        )
    condition, parameters = visible_cases(work.actor)
    rows = work.conn.execute(
        # Put together from constants: the values are parameters.
        text(_MONTHS.format(visible=condition)),
        {"since": start_of_day(first), "until": end_of_day(last), **parameters},
    ).all()
    whole = next(row for row in rows if row.whole)
    months = tuple(MonthOfHours(row.month, row.sessions, row.minutes) for row in rows if not row.whole)
    return HoursOfService(since, until, months, whole.sessions, whole.projects, whole.minutes)
