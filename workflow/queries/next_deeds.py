"""What a person who leads would do first on each of some cases: the deed a list of decisions has a button for.

By role and place alone: the page of the deed says what is still missing for it, with the words of its guards.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from workflow.actor import Grant
from workflow.definition import Action, Flow, Title
from workflow.queries.awaiting import LEADS
from workflow.queries.onward import BACK, step_rank
from workflow.visibility import visible_cases
from workflow.work import Work

FROM_ABOVE = ("oversight", "urge")
"""What somebody who has no deed on a case may open under it, the first that may."""


@dataclass(frozen=True, slots=True)
class NextDeed:
    """One deed; ``opens`` a case of the flow ``name`` under this one, else it is the action ``name``."""

    name: str
    title: Title
    opens: bool


def next_deeds(work: Work, nos: Sequence[str]) -> dict[str, NextDeed]:
    """The first deed of the actor on each open case of ``nos`` that has one, by number."""
    seen, parameters = visible_cases(work.actor)
    rows = work.conn.execute(
        text(f"""
SELECT c.no, c.flow, c.flow_version, c.state, c.department, c.squad, c.project_id
FROM cases c WHERE c.no = ANY(:nos) AND c.ended_at IS NULL AND {seen}"""),  # noqa: S608 - our own words only
        parameters | {"nos": list(nos)},
    )
    found = ((row.no, _own(work, row) or _from_above(work, row)) for row in rows)
    return {no: deed for no, deed in found if deed is not None}


def _own(work: Work, row: Any) -> NextDeed | None:
    flow = work.office.flow(row.flow, row.flow_version)
    roles = {grant.role for grant in work.actor.grants if grant.role in LEADS and _reaches(grant, row)}
    ranked = [
        (step_rank(flow, row.state, action), place, action)
        for place, action in enumerate(flow.actions_from(row.state))
        if roles & action.by
    ]
    rank, _, action = min(ranked, key=lambda one: one[:2], default=(BACK + 1, 0, None))
    if action is None or rank > BACK:
        return None
    return NextDeed(action.name, action.title, opens=False)


def _reaches(grant: Grant, row: Any) -> bool:
    return (
        grant.company is None
        and grant.department in (None, row.department)
        and grant.squad in (None, row.squad)
        and grant.project_id in (None, row.project_id)
    )


def _from_above(work: Work, row: Any) -> NextDeed | None:
    for name in FROM_ABOVE:
        action = _opening(work.office.flow(name), row.flow)
        if action is not None and work.actor.holds(*(action.by & set(LEADS))):
            return NextDeed(name, action.title, opens=True)
    return None


def _opening(flow: Flow, under: str) -> Action | None:
    if flow.opening is None or under not in flow.opening.under:
        return None
    return flow.opening.action
