"""The items of one application side by side: how far each is, and what is left of its own promise."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import text

from workflow.clock.words import Light
from workflow.definition import State, Title
from workflow.queries.clocks import ClockBrief, case_light, clock_brief, edges
from workflow.reading import visible_case
from workflow.store.cases import clock_from, pause_from
from workflow.visibility import may_see
from workflow.work import Work

PROMISED = "promised"


@dataclass(frozen=True, slots=True)
class ItemStep:
    """One item. ``promised`` is its running promise, None where none runs; ``visible``: the reader may open it."""

    no: str
    item: str
    title: Title
    state: State
    outcome: str | None
    accepted_at: datetime | None
    ended: bool
    light: Light | None
    promised: ClockBrief | None
    visible: bool


_ITEMS = text("""
SELECT k.no, k.flow, k.flow_version, k.item, k.state, k.outcome, k.department, k.internal, k.accepted_at, k.ended_at,
  k.paused, nullif(k.due_at, 'infinity') AS due_at,
  (SELECT coalesce(json_agg(z), '[]') FROM pauses z WHERE z.case_id = k.id) AS pauses,
  (SELECT coalesce(json_agg(x), '[]') FROM clocks x
   WHERE x.case_id = k.id AND x.name = :promised AND x.state <> 'settled') AS clocks
FROM cases k WHERE k.parent_id = :bundle AND k.item IS NOT NULL ORDER BY k.id""")


def item_steps(work: Work, no: str) -> tuple[ItemStep, ...]:
    """The items of the application that the case ``no`` is, or belongs to, in their order; none for any other case."""
    case = visible_case(work, no).case
    bundle = case.parent_id if case.item is not None else case.id
    if bundle is None:
        return ()
    at, items = edges(work.calendar, work.now), work.office.catalogue.items
    found = []
    for row in work.conn.execute(_ITEMS, {"bundle": bundle, "promised": PROMISED}):
        flow = work.office.flow(row.flow, row.flow_version)
        pauses = [pause_from(one) for one in row.pauses]
        clocks = [clock_from(one) for one in row.clocks]
        briefs = [clock_brief(flow.rule(one.name), one, pauses, work.calendar, work.now) for one in clocks]
        found.append(
            ItemStep(
                no=row.no,
                item=row.item,
                title=items[row.item].title if row.item in items else Title(row.item, row.item),
                state=flow.states[row.state],
                outcome=row.outcome,
                accepted_at=row.accepted_at,
                ended=row.ended_at is not None,
                light=case_light(row.due_at, row.paused, False, at) if row.ended_at is None else None,
                promised=briefs[0] if briefs else None,
                visible=may_see(work.actor, replace(case, department=row.department, internal=row.internal)),
            )
        )
    return tuple(found)
