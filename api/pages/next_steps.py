"""What can be done next with a case of a list: told from its flow alone, without asking the database about each."""

from collections.abc import Sequence

from api.access import office
from api.pages.deeds import ASIDE
from api.pages.names import role_name
from api.wording import _, own
from workflow.actor import Actor
from workflow.definition import Action, Flow
from workflow.queries.onward import FORWARD, GIVES_UP, leading_rank
from workflow.queries.worklist import WorkRow


def next_step(row: WorkRow, actor: Actor) -> str:
    """What this person can do next with the case, else whom or what it waits for."""
    flow = office().flow(row.flow, row.flow_version)
    if row.papers_awaited:
        return _("等申请人补齐证明文件")
    if row.paused and row.held_by is not None:
        return _("等%(what)s的结果", what=own(row.held_by))
    deeds = [one for one in flow.actions_from(row.state) if not one.automatic]
    if row.turn is None or _holds(actor, frozenset({row.turn}), row):
        mine = _leading_on(flow, row.state, [one for one in deeds if _holds(actor, one.by, row)])
        if mine is not None:
            return own(mine.title)
    if row.turn is None:
        return _("到时自动进行")
    theirs = _leading_on(flow, row.state, [one for one in deeds if row.turn in one.by])
    who = role_name(row.turn)
    return _("等%(who)s：%(deed)s", who=who, deed=own(theirs.title)) if theirs else _("等%(who)s", who=who)


def may_assign(row: WorkRow, actor: Actor) -> bool:
    """Whether this person may give the case to somebody, as far as its flow says."""
    flow = office().flow(row.flow, row.flow_version)
    return any(one.name == "assign" and _holds(actor, one.by, row) for one in flow.actions_from(row.state))


def _holds(actor: Actor, roles: frozenset[str], row: WorkRow) -> bool:
    if "assignee" in roles and row.assignee_id == actor.id:
        return True
    return any(grant.role in roles and grant.department in (None, row.department) for grant in actor.grants)


def _leading_on(flow: Flow, state: str, deeds: Sequence[Action]) -> Action | None:
    """The deed that leads furthest on: forward before what lets the case stay; no giving up, nothing beside the way."""
    beside = [one for one in deeds if one.effect is not None and one.effect.kind in ASIDE]
    ranked = sorted((*leading_rank(flow, state, one), place) for place, one in enumerate(deeds) if one not in beside)
    if not ranked or ranked[0][0] >= GIVES_UP:
        return None
    found = deeds[ranked[0][2]]
    return found if ranked[0][0] == FORWARD or flow.states[state].turn in found.by else None
