"""What a person who leads has to decide: cards that wait for an answer, cases whose next step is theirs, amendments
that wait for a second signature. The newest first, each with where to do it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import text

from workflow.actor import Grant
from workflow.definition import Flow, Title
from workflow.queries.alerts import inbox
from workflow.queries.onward import BACK, step_rank
from workflow.queries.paging import Paging
from workflow.store import amendments
from workflow.work import Work

LEADS = ("specialist", "squad_leader", "director", "district_leader", "supervisor")
"""The roles whose turn it can be on this list; officers and clerks work from the worklist."""
EACH = 20
"""So many of each kind, and of each state, are looked at."""
NO_SECRET = "decisions have no further pages"
"""Signs a cursor that is thrown away."""

Kind = Literal["alert", "turn", "amendment"]


@dataclass(frozen=True, slots=True)
class Decision:
    """One thing to decide. ``at`` is since when it waits; ``card`` the alert's. ``no`` is the case, None for an
    amendment, whose number is ``amendment``. ``words`` say what is wanted."""

    kind: Kind
    at: datetime
    words: Title
    card: str | None = None
    no: str | None = None
    title: str | None = None
    project_name: str | None = None
    amendment: int | None = None


def decisions(work: Work) -> tuple[Decision, ...]:
    """What waits for the actor, the newest first."""
    found = [*_alerts(work), *_turns(work), *_amendments(work)]
    return tuple(sorted(found, key=lambda one: one.at, reverse=True))


def _alerts(work: Work) -> list[Decision]:
    waiting = inbox(work, Paging(NO_SECRET, EACH), only_open=True)
    return [
        Decision(
            kind="alert",
            at=one.created_at,
            words=Title(
                f"{one.card_title.zh}：{one.clock_title.zh}，请签收并处理",
                f"{one.card_title.en}: {one.clock_title.en}, to be acknowledged and dealt with",
            ),
            card=one.card,
            no=one.case,
            title=one.case_title,
            project_name=one.project_name,
        )
        for one in waiting.rows
    ]


def _turns(work: Work) -> list[Decision]:
    """Open cases in a state where a role of the actor's, inside its scope, has to lead on."""
    branches, parameters = [], {"each": EACH}
    held = [grant for grant in work.actor.grants if grant.role in LEADS]
    for place, grant in enumerate(dict.fromkeys(held)):
        states = places(work.office.flows, grant.role)
        if not states:
            continue
        condition, values = _inside(grant, place)
        parameters |= values | {
            f"flows_{place}": [flow for flow, _ in states],
            f"states_{place}": [state for _, state in states],
        }
        # The state is asked for as a span, and first in the order: then only the index that begins with it will do.
        # A state in which few or none stand would else be looked for among all open cases.
        branches.append(f"""
  SELECT one.id FROM unnest(cast(:flows_{place} AS text[]), cast(:states_{place} AS text[])) AS s(flow, state)
  CROSS JOIN LATERAL (
    SELECT c.id FROM cases c
    WHERE c.state >= s.state AND c.state <= s.state AND c.flow = s.flow AND c.ended_at IS NULL AND {condition}
    ORDER BY c.state, c.paused, c.due_at, c.id LIMIT :each) one""")  # noqa: S608 - our own words only
    if not branches:
        return []
    rows = work.conn.execute(
        text(f"""
WITH found AS ({" UNION ".join(branches)})
SELECT c.no, c.title, c.flow, c.flow_version, c.state, c.entered_at, p.name AS project_name
FROM found JOIN cases c USING (id) JOIN projects p ON p.id = c.project_id
ORDER BY c.entered_at DESC, c.id DESC LIMIT :each"""),  # noqa: S608
        parameters,
    )
    return [_turn(work, row) for row in rows]


def _turn(work: Work, row: Any) -> Decision:
    flow = work.office.flow(row.flow, row.flow_version)
    state = flow.state(row.state).title
    return Decision(
        kind="turn",
        at=row.entered_at,
        words=Title(f"{flow.title.zh}：{state.zh}", f"{flow.title.en}: {state.en}"),
        no=row.no,
        title=row.title,
        project_name=row.project_name,
    )


def _inside(grant: Grant, place: int) -> tuple[str, dict[str, Any]]:
    """The cases a grant is about, as a condition."""
    scope = {name: getattr(grant, name) for name in ("department", "squad", "project_id")}
    bound = {name: value for name, value in scope.items() if value is not None}
    condition = " AND ".join(f"c.{name} = :in_{place}_{name}" for name in bound) or "true"
    return condition, {f"in_{place}_{name}": value for name, value in bound.items()}


def places(flows: Mapping[tuple[str, int], Flow], role: str) -> list[tuple[str, str]]:
    """Flow and state where it is this role's turn, and something it may do there leads on: not where it only waits."""
    return sorted(
        {
            (flow.name, state.name)
            for flow in flows.values()
            for state in flow.states.values()
            if state.turn == role and not state.ended and _leads_on(flow, state.name, role)
        }
    )


def _leads_on(flow: Flow, state: str, role: str) -> bool:
    return any(role in action.by and step_rank(flow, state, action) <= BACK for action in flow.actions_from(state))


def _amendments(work: Work) -> list[Decision]:
    """Proposals of others: nobody signs their own."""
    if not work.actor.holds("admin"):
        return []
    newest = amendments.newest(work.conn, 2**31 - 1, EACH)
    return [
        Decision(
            kind="amendment",
            at=one.proposed_at,
            words=Title(f"变动第 {one.id} 号，待签批", f"Amendment {one.id}, to be signed"),
            title=one.document,
            amendment=one.id,
        )
        for one in newest
        if one.state == "proposed" and one.proposed_by_id != work.actor.id
    ]
