"""Results whose life ends before long: what their holder has to do in time, and by when."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import text

from workflow.catalogue import Renewal
from workflow.clock.calendar import Calendar
from workflow.clock.days import end_of_day, local_day
from workflow.definition import LIFE_CLOCKS, Flow, Title
from workflow.guards.life import latest_to_apply
from workflow.queries.clocks import ClockBrief, clock_brief
from workflow.store.cases import clock_from
from workflow.visibility import scope_values, visible_cases
from workflow.work import Work

AHEAD = 45
"""Working days before its end from which a life is something to do: the first reminder of `item.v2.yaml`."""
USE, RENEW = "report_use", "apply_renewal"


@dataclass(frozen=True, slots=True)
class EndingLife:
    """A case at rest whose result dies soon.

    ``deeds`` are the actions that save it; ``renew_by`` is the last day to ask for a renewal, None where that is not
    possible any more.
    """

    no: str
    title: str
    state_title: Title
    life: ClockBrief
    deeds: tuple[Title, ...]
    renew_by: date | None


_ENDING = """
SELECT c.no, c.title, c.flow, c.flow_version, c.item, c.state, life.clock, life.renewals
FROM cases c CROSS JOIN LATERAL (
  SELECT (json_agg(k) FILTER (WHERE k.state <> 'settled' AND k.name = ANY(:lives))) -> 0 AS clock,
    count(*) FILTER (WHERE k.name = 'renewed_life') AS renewals
  FROM clocks k WHERE k.case_id = c.id) life
WHERE c.company = ANY(:companies) AND c.ended_at IS NOT NULL AND c.due_at < 'infinity' AND c.due_at > :now
  AND c.due_at <= :ahead AND life.clock IS NOT NULL AND """
_ORDER = " ORDER BY c.due_at, c.id LIMIT :most"


def ending_lives(work: Work, most: int) -> tuple[EndingLife, ...]:
    """The results of the actor's companies that die within `AHEAD` working days, the nearest end first."""
    companies = scope_values(work.actor, "company")
    if not companies:
        return ()
    seen, parameters = visible_cases(work.actor)
    today = local_day(work.now)
    parameters |= {
        "lives": list(LIFE_CLOCKS),
        "companies": companies,
        "now": work.now,
        "ahead": end_of_day(work.calendar.add_working_days(today, AHEAD)),
        "most": most,
    }
    rows = work.conn.execute(text(_ENDING + seen + _ORDER), parameters)
    return tuple(_life(work, row, today) for row in rows)


def _life(work: Work, row: Any, today: date) -> EndingLife:
    flow = work.office.flow(row.flow, row.flow_version)
    record = clock_from(row.clock)
    item = work.office.catalogue.items.get(row.item)
    renewal = item.lifetime.renewal if item and item.lifetime else None
    renew_by = None
    if record.due_on is not None and _possible(flow, RENEW, row.state):
        renew_by = _renew_by(renewal, row.renewals, record.due_on, work.calendar, today)
    names = (USE, RENEW) if renew_by else (USE,)
    return EndingLife(
        no=row.no,
        title=row.title,
        state_title=flow.states[row.state].title,
        life=clock_brief(flow.rule(record.name), record, (), work.calendar, work.now),
        deeds=tuple(flow.actions[name].title for name in names if _possible(flow, name, row.state)),
        renew_by=renew_by,
    )


def _possible(flow: Flow, action: str, state: str) -> bool:
    return action in flow.actions and state in flow.actions[action].sources


def _renew_by(renewal: Renewal | None, done: int, end: date, calendar: Calendar, today: date) -> date | None:
    """As the conditions of the action have it: renewals left, and asked in time."""
    if renewal is None or done >= renewal.times:
        return None
    latest = latest_to_apply(renewal, end, calendar)
    return latest if latest >= today else None
