"""Where a case stands right after an action: what its answer tells, and no more (one statement)."""

from dataclasses import dataclass

from workflow.definition import State
from workflow.guards import Relative
from workflow.machine import possibilities
from workflow.queries.clocks import ClockView, clock_views
from workflow.reading import ALL_GROUPS, facts_of, visible_case
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


def after_action(work: Work, no: str) -> AfterAction:
    """The case ``no`` as this unit of work left it; raises NotFound."""
    reading = visible_case(work, no, ALL_GROUPS)
    case = reading.case
    flow = work.office.flow(case.flow, case.flow_version)
    found = possibilities(flow, facts_of(work, reading))
    return AfterAction(
        version=case.version,
        state=flow.states[case.state],
        outcome=case.outcome,
        allowed=tuple(one.action.name for one in found if one.allowed),
        clocks=clock_views(flow, case, work.calendar, work.now, work.office.catalogue),
        children=reading.children,
    )
