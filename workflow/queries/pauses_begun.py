"""Pauses begun in a span of days, each with how long it lasted and whether it began when a clock was about to run out.

Read by the index of the figure of pauses, so it costs what the span holds. One that began on the due day of a clock it
stopped, or on the working day before, is told: by case and item, never by person.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import text

from workflow.case import ClockRecord, PauseRecord
from workflow.clock.days import end_of_day, local_day, start_of_day
from workflow.clock.deadline import deadline
from workflow.definition import Flow
from workflow.store.cases import clock_from, pause_from
from workflow.visibility import visible_cases
from workflow.work import Work

MOST = 500
"""Pauses read at most, the newest; a district has some dozen a month."""


@dataclass(frozen=True, slots=True)
class BegunPause:
    """One pause; ``days`` are the working days it took out so far, ``until`` None while it lasts. ``due_on`` is the due
    day of a clock it stopped, where it began on that day or the working day before."""

    no: str
    title: str
    project_name: str
    item: str | None
    department: str
    cause: str
    since: date
    until: date | None
    days: int
    due_on: date | None


_BEGUN = """
WITH begun AS MATERIALIZED (
  SELECT DISTINCT f.case_id, f.at FROM figure_facts f
  WHERE f.figure = 'pause_honesty' AND f.part = 'opened' AND f.version = :version
    AND f.at >= :since AND f.at < :until AND {seen}
  ORDER BY f.at DESC LIMIT :most)
SELECT c.no, c.title, c.flow, c.flow_version, c.item, c.department, p.name AS project_name,
  (SELECT json_agg(z.id) FROM pauses z WHERE z.case_id = c.id
    AND z.opened_at IN (SELECT b.at FROM begun b WHERE b.case_id = c.id)) AS begun,
  (SELECT json_agg(z ORDER BY z.since, z.id) FROM pauses z WHERE z.case_id = c.id) AS pauses,
  (SELECT coalesce(json_agg(k), '[]') FROM clocks k WHERE k.case_id = c.id) AS clocks
FROM cases c JOIN projects p ON p.id = c.project_id WHERE c.id IN (SELECT case_id FROM begun)"""


def pauses_begun(work: Work, since: date, until: date) -> tuple[BegunPause, ...]:
    """Those recorded on the legal days ``since`` to ``until``, the oldest first, of the cases the actor may see."""
    seen, parameters = visible_cases(work.actor, "f")
    bounds = {"since": start_of_day(since), "until": end_of_day(until), "most": MOST}
    version = {"version": work.office.catalogue.figures["pause_honesty"].version}
    rows = work.conn.execute(text(_BEGUN.format(seen=seen)), parameters | bounds | version)
    found = [one for row in rows for one in _of_case(work, row)]
    return tuple(sorted(found, key=lambda one: (one.since, one.no)))


def _of_case(work: Work, row: Any) -> list[BegunPause]:
    pauses = [pause_from(one) for one in row.pauses]
    clocks = [clock_from(one) for one in row.clocks]
    flow = work.office.flow(row.flow, row.flow_version)
    return [
        BegunPause(
            no=row.no,
            title=row.title,
            project_name=row.project_name,
            item=row.item,
            department=row.department,
            cause=pause.cause,
            since=pause.since,
            until=pause.until,
            days=_days(work, pause),
            due_on=_due_on(work, flow, pause, pauses, clocks),
        )
        for pause in pauses
        if pause.id in (row.begun or ())
    ]


def _days(work: Work, pause: PauseRecord) -> int:
    until = local_day(work.now) if pause.until is None else pause.until
    return work.calendar.working_days_between(pause.since, max(until, pause.since))


def _due_on(
    work: Work, flow: Flow, pause: PauseRecord, pauses: list[PauseRecord], clocks: list[ClockRecord]
) -> date | None:
    """The end a clock it stopped would have had, where the pause began on that day or the working day before."""
    earlier = [one for one in pauses if (one.since, one.id or 0) < (pause.since, pause.id or 0)]
    ends = {pause.since, work.calendar.add_working_days(pause.since, 1)}
    for clock in clocks:
        flag = flow.rule(clock.name).paused_by
        if not pause.stops_clock(flag) or not _ran(clock, pause):
            continue
        before = [one.interval for one in earlier if one.stops_clock(flag)]
        on = deadline(clock.started_at, clock.limit, work.calendar, before, clock.extension).on
        if on in ends:
            return on
    return None


def _ran(clock: ClockRecord, pause: PauseRecord) -> bool:
    """Whether the clock counts days and ran when the pause was recorded."""
    if not clock.limit.unit.counts_days or clock.started_at > pause.opened_at:
        return False
    return clock.settled_at is None or clock.settled_at >= pause.opened_at
