"""My alerts, newest first: what fired, on which case, whether I have seen it, and whether it is solved."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from workflow.definition import Title
from workflow.letters import CARDS
from workflow.queries.paging import COUNT_CAP, Listing, Page, Paging, page, position
from workflow.work import Work


@dataclass(frozen=True, slots=True)
class AlertView:
    """One alert. ``due_at`` is the end of the clock when the rung fired; ``solved`` once that clock stopped.

    ``overtaken``: the date has moved later since, and what fired lies ahead again, or has fired once more.
    """

    id: int
    card: str
    card_title: Title
    case: str
    case_title: str
    project_name: str
    state: str
    state_title: Title
    clock: str
    clock_title: Title
    rung: int
    rung_text: str
    role: str
    due_at: datetime
    created_at: datetime
    acknowledged_at: datetime | None
    note: str | None
    solved: bool
    overtaken: bool


_COLUMNS = """
SELECT a.id, a.card, c.no, c.title, p.name AS project_name, c.flow, c.flow_version, c.state, k.name AS clock, a.rung,
  -- A rung's number is that of the version under which it fired.
  coalesce((SELECT cast(m.input ->> 'from' AS int) FROM events m WHERE m.case_id = a.case_id
      AND m.action = 'flow_moved' AND m.recorded_at > a.created_at ORDER BY m.seq LIMIT 1),
    c.flow_version) AS fired_under,
  a.role, a.due_at, a.created_at, a.acknowledged_at, a.note, k.state = 'settled' AS solved,
  k.state <> 'settled' AND a.epoch < k.epoch AND (k.ladder_at[a.rung + 1] > app_now() OR EXISTS (
    SELECT FROM firings f WHERE f.clock_id = a.clock_id AND f.rung = a.rung AND f.epoch > a.epoch)) AS overtaken
FROM alerts a JOIN cases c ON c.id = a.case_id JOIN clocks k ON k.id = a.clock_id JOIN projects p ON p.id = c.project_id
WHERE a.person_id = :me AND a.id < :before"""
_ALL = text(_COLUMNS + " ORDER BY a.id DESC LIMIT :wanted")
_OPEN = text(_COLUMNS + " AND a.acknowledged_at IS NULL ORDER BY a.id DESC LIMIT :wanted")


def inbox(work: Work, paging: Paging, *, only_open: bool = False) -> Page[AlertView]:
    """One page of the alerts addressed to the actor; raises BadInput (cursor)."""
    listing = Listing("alerts", work.actor.id, {"open": only_open})
    after = position(paging, listing)
    statement = _OPEN if only_open else _ALL
    parameters = {"me": work.actor.id, "before": after[0] if after else 2**62, "wanted": paging.size + 1}
    found = work.conn.execute(statement, parameters).all()
    return page(paging, listing, [_view(work, row) for row in found], [[row.id] for row in found])


def open_count(work: Work) -> int:
    """How many of the actor's alerts are not acknowledged, counted up to COUNT_CAP + 1."""
    statement = text("""
SELECT count(*) FROM (SELECT FROM alerts WHERE person_id = :me AND acknowledged_at IS NULL LIMIT :cap) t""")
    return int(work.conn.execute(statement, {"me": work.actor.id, "cap": COUNT_CAP + 1}).scalar_one())


def _view(work: Work, row: Any) -> AlertView:
    flow = work.office.flow(row.flow, row.flow_version)
    rule = work.office.flow(row.flow, row.fired_under).rule(row.clock)
    return AlertView(
        id=row.id,
        card=row.card,
        card_title=CARDS[row.card],
        case=row.no,
        case_title=row.title,
        project_name=row.project_name,
        state=row.state,
        state_title=flow.states[row.state].title,
        clock=row.clock,
        clock_title=rule.title,
        rung=row.rung,
        rung_text=rule.ladder[row.rung].text,
        role=row.role,
        due_at=row.due_at,
        created_at=row.created_at,
        acknowledged_at=row.acknowledged_at,
        note=row.note,
        solved=row.solved,
        # Under another ladder the number is another rung's.
        overtaken=bool(row.overtaken) and row.fired_under == row.flow_version,
    )
