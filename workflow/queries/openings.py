"""Which cases a person may open, on a project or under a case. A page offers them; the command decides again."""

from collections.abc import Iterator
from dataclasses import dataclass

from workflow.actor import Grant
from workflow.definition import Flow
from workflow.queries.actions import Ask, asks_for_people, asks_of, everybody_in_office
from workflow.queries.case import CaseView
from workflow.queries.projects import ProjectView
from workflow.work import Work


@dataclass(frozen=True, slots=True)
class OpeningForm:
    """What the opening of a flow asks, with the values accepted."""

    flow: Flow
    asks: tuple[Ask, ...]


def openings_on(work: Work, project: ProjectView) -> tuple[Flow, ...]:
    """The flows of which the actor may open a case on this project, in the order of the lanes."""
    return tuple(
        flow for flow in _newest(work) if not _under(flow) and _may(work, flow, project.company, project.squad)
    )


def openings_under(work: Work, case: CaseView) -> tuple[Flow, ...]:
    """The flows of which the actor may open a case under this one; none once it has ended."""
    if case.ended_at is not None:
        return ()
    return tuple(
        flow for flow in _newest(work) if case.flow in _under(flow) and _may(work, flow, case.company, case.squad)
    )


def opening_form(work: Work, flow: Flow) -> OpeningForm:
    """The form of an opening."""
    assert flow.opening is not None, f"no case of {flow.name} can be opened by a person"
    asks = flow.opening.action.asks
    people = everybody_in_office(work) if asks_for_people(asks) else ()
    return OpeningForm(flow, asks_of(work.office.catalogue, asks, people))


def _newest(work: Work) -> Iterator[Flow]:
    for name in sorted({flow.name for flow in work.office.flows.values()}):
        flow = work.office.flow(name)
        if flow.opening is not None:
            yield flow


def _under(flow: Flow) -> tuple[str, ...]:
    return flow.opening.under if flow.opening is not None else ()


def _may(work: Work, flow: Flow, company: str, squad: str) -> bool:
    """Whether one of the actor's roles opens such cases here; whose project a specialist has, the command knows."""
    assert flow.opening is not None
    by = flow.opening.action.by
    return any(grant.role in by and _reaches(grant, company, squad) for grant in work.actor.grants)


def _reaches(grant: Grant, company: str, squad: str) -> bool:
    return grant.company in (None, company) and grant.squad in (None, squad)
