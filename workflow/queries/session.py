"""The weekly session (常态会商): what is open, collected into an agenda for a day."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from sqlalchemy import text

from workflow.clock.calendar import start_of_day
from workflow.clock.days import end_of_day, local_day
from workflow.definition import Title
from workflow.errors import BadInput, Reason
from workflow.visibility import visible_cases
from workflow.work import Work

Kind = Literal["meeting", "objection", "consultation", "problem", "task"]
KINDS: dict[Kind, Title] = {
    "meeting": Title("当日会议", "Meetings of the day"),
    "objection": Title("部门不同意", "Objections"),
    "consultation": Title("未形成结论的会商", "Consultations without a conclusion"),
    "problem": Title("未解决的问题", "Problems not solved"),
    "task": Title("逾期任务", "Overdue tasks"),
}
"""In the order of the agenda."""
END = timedelta(microseconds=1)
SHOWN = 500
"""Points at most; a session that needs more is not one session."""


@dataclass(frozen=True, slots=True)
class Point:
    """One point of the agenda; ``about`` is its question, problem or task. ``late`` are the working days it is past its
    ``due_on`` on the day of the session, 0 where it is not.
    """

    kind: Kind
    no: str
    about: str
    project_code: str
    project_name: str
    department: str
    department_title: Title
    since: date
    due_on: date | None
    late: int


@dataclass(frozen=True, slots=True)
class Session:
    """The agenda for ``on``, by kind, then by what is due first; ``projects`` is how many it is about."""

    on: date
    points: tuple[Point, ...]
    projects: int


# An objection stands as long as its consultation has not come to a conclusion.
_POINTS = """
SELECT CASE c.flow WHEN 'opinion' THEN 'objection' ELSE c.flow END AS kind, c.id, c.no,
  coalesce(CASE WHEN c.flow = 'opinion' THEN c.data ->> 'opinion' END, c.data ->> 'question', c.data ->> 'what')
    AS about,
  p.code AS project_code, p.name AS project_name, c.department, c.opened_at,
  CASE WHEN c.ended_at IS NULL AND c.due_at < 'infinity' THEN c.due_at END AS due_at
FROM cases c JOIN projects p ON p.id = c.project_id LEFT JOIN cases k ON k.id = c.parent_id
WHERE (c.ended_at IS NULL AND (
    c.flow IN ('consultation', 'problem')
    OR (c.flow = 'task' AND c.due_at <= :starts)
    OR (c.flow = 'meeting' AND cast(c.data ->> 'held_at' AS timestamptz) >= :starts
      AND cast(c.data ->> 'held_at' AS timestamptz) < :ends))
  OR (c.flow = 'opinion' AND c.outcome = 'objected' AND k.ended_at IS NULL))
  AND """
_ORDER = " ORDER BY array_position(cast(:kinds AS text[]), kind), due_at NULLS LAST, id LIMIT :most"


def session(work: Work, on: date | None = None) -> Session:
    """What is open now, for the session ``on`` (today without it); raises BadInput for a day that is over."""
    today = local_day(work.now)
    day = on or today
    if day < today:
        raise _over(day, today)
    seen, parameters = visible_cases(work.actor)
    parameters |= {"starts": start_of_day(day), "ends": end_of_day(day), "kinds": list(KINDS), "most": SHOWN}
    statement = f"SELECT * FROM ({_POINTS}{seen}) one{_ORDER}"  # noqa: S608 - our own words only
    points = tuple(_point(work, row, day) for row in work.conn.execute(text(statement), parameters))
    return Session(day, points, len({point.project_code for point in points}))


def _point(work: Work, row: Any, day: date) -> Point:
    # The end of a day is the first instant of the next one.
    due_on = None if row.due_at is None else local_day(row.due_at - END)
    return Point(
        kind=row.kind,
        no=row.no,
        about=row.about or "",
        project_code=row.project_code,
        project_name=row.project_name,
        department=row.department,
        department_title=work.office.catalogue.departments[row.department].title,
        since=local_day(row.opened_at),
        due_on=due_on,
        late=0 if due_on is None or due_on >= day else work.calendar.working_days_between(due_on, day),
    )


def _over(day: date, today: date) -> BadInput:
    zh, en = f"on：{day} 已过；可用：{today} 及以后", f"on: {day} is over; accepted: {today} and later"
    facts = {"field": "on", "value": day.isoformat(), "accepted": f">= {today}"}
    return BadInput("bad_input", zh, en, reasons=[Reason("bad_field", zh, en, facts)])
