"""Where a case stands right after an action: what its answer tells, and no more (one statement)."""

from dataclasses import dataclass, replace

from workflow.case import Case
from workflow.definition import State
from workflow.guards import Relative
from workflow.machine import possibilities
from workflow.queries.clocks import ClockView, clock_views
from workflow.reading import facts_of, visible_case
from workflow.visibility import may_see
from workflow.work import Work


@dataclass(frozen=True, slots=True)
class AfterAction:
    """The case as the actor may go on with it; ``allowed`` are the actions it may take now."""

    version: int
    state: State
    outcome: str | None
    allowed: tuple[str, ...]
    clocks: tuple[ClockView, ...]
    children: tuple[Relative, ...]


def after_action(work: Work, written: Case) -> AfterAction:
    """The case just ``written``, as this unit of work left it; raises NotFound. Only what the actions of its state look
    at is read: most flows look at little."""
    flow = work.office.flow(written.flow, written.flow_version)
    groups = (work.office.reads.get(action.name, frozenset()) for action in flow.actions_from(written.state))
    reading = visible_case(work, written.no, frozenset({"children"}).union(*groups))
    case = reading.case
    found = possibilities(flow, facts_of(work, reading))
    return AfterAction(
        version=case.version,
        state=flow.states[case.state],
        outcome=case.outcome,
        allowed=tuple(one.action.name for one in found if one.allowed),
        clocks=clock_views(flow, case, work.calendar, work.now, work.office.catalogue),
        children=tuple(child for child in reading.children if _told(work, case, child)),
    )


def _told(work: Work, above: Case, child: Relative) -> bool:
    """Of an item in other hands its state is told; of what the office says among itself nothing."""
    return not child.internal or may_see(work.actor, replace(above, department=child.department, internal=True))
