"""How long an applicant was coached, and waited, before an application was filed (fact book, 10: 隐性审批)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import text

from workflow.clock.days import local_day
from workflow.reading import visible_case
from workflow.work import Work


@dataclass(frozen=True, slots=True)
class Coaching:
    """One coaching begun before the filing. ``ended_on`` None: it was still going on. ``linked``: the application is
    named in it. ``days`` are the working days of it that lie before the filing, the first day not counted.
    """

    no: str
    topic: str
    began_on: date
    ended_on: date | None
    linked: bool
    days: int


@dataclass(frozen=True, slots=True)
class BeforeFiling:
    """What came before an application: ``coaching_days`` counts every working day once, however many coachings
    overlap; ``waiting_days`` are the working days from the end of the last one to the filing. None: not filed yet.
    """

    bundle: str
    filed_on: date | None
    coachings: tuple[Coaching, ...]
    coaching_days: int
    waiting_days: int | None


_COACHINGS = text("""
SELECT c.no, c.data ->> 'topic' AS topic, c.opened_at, coalesce(c.decided_at, c.ended_at) AS ended_at,
  c.data ->> 'bundle' AS bundle
FROM cases c
WHERE c.project_id = :project AND c.flow = 'coaching' AND c.opened_at < :filed_at
  AND coalesce(c.data ->> 'bundle', :no) = :no
ORDER BY c.id""")


def coaching_before(work: Work, no: str) -> BeforeFiling:
    """The coachings of its project before the application ``no``, those named for another one left out.

    Raises NotFound where there is no such case for this actor's eyes.
    """
    case = visible_case(work, no).case
    until = case.received_at or work.now
    rows = work.conn.execute(_COACHINGS, {"project": case.project_id, "filed_at": until, "no": no}).all()
    found = tuple(_coaching(work, row, until) for row in rows)
    spans = [(row.opened_at, min(row.ended_at or until, until)) for row in rows]
    last = max((local_day(end) for _, end in spans), default=None)
    waiting = None
    if case.received_at is not None and last is not None:
        waiting = work.calendar.working_days_between(last, local_day(until))
    filed_on = None if case.received_at is None else local_day(case.received_at)
    return BeforeFiling(no, filed_on, found, _days_covered(work, spans), waiting)


def _coaching(work: Work, row: Any, until: datetime) -> Coaching:
    ended = row.ended_at is not None and row.ended_at <= until
    began_on = local_day(row.opened_at)
    return Coaching(
        no=row.no,
        topic=row.topic,
        began_on=began_on,
        ended_on=local_day(row.ended_at) if ended else None,
        linked=row.bundle is not None,
        days=work.calendar.working_days_between(began_on, local_day(row.ended_at if ended else until)),
    )


def _days_covered(work: Work, spans: Sequence[tuple[datetime, datetime]]) -> int:
    """The working days within any of the spans, each once; they come in the order of their beginning."""
    total, reached = 0, date.min
    for since, until in spans:
        start, end = max(local_day(since), reached), local_day(until)
        if end > start:
            total += work.calendar.working_days_between(start, end)
            reached = end
    return total
