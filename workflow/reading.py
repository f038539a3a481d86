"""One case as the actor may see it, with everything its rules look at."""

from workflow.errors import NotFound
from workflow.guards import GUARDS, Facts
from workflow.store import cases
from workflow.store.cases import CaseReading
from workflow.visibility import may_see
from workflow.work import Work

SHOWN_GROUPS = frozenset({"materials", "colleagues", "helpers"}).union(
    *(guard.reads for guard in GUARDS.values() if not guard.on_input)
)
"""What showing a case takes: its papers, whom it may be given to, and what its conditions look at before anybody has
typed anything. The other cases of its project, which only grow, are not among it."""


def visible_case(work: Work, no: str, groups: frozenset[str] = frozenset()) -> CaseReading:
    """The case of that number; raises NotFound where there is none, or none for this actor's eyes."""
    reading = cases.read(work.conn, no=no, groups=groups)
    if reading is None or not may_see(work.actor, reading.case):
        raise no_such_case(no)
    if work.read_at is None:
        # Read together with the case, so that the times of its history stand in the order of its lines.
        work.read_at = reading.now
    if work.calendar_version is None:
        work.calendar_version = reading.calendar_version or work.office.base_calendar.version
    return reading


def no_such_case(no: str) -> NotFound:
    """The one answer to a wrong number and to somebody else's case."""
    return NotFound("no_such_case", f"没有编号为 {no} 的办件", f"There is no case {no}", extra={"no": no})


def facts_of(work: Work, reading: CaseReading) -> Facts:
    """What the rules may look at, as of this unit of work."""
    return Facts(
        case=reading.case,
        actor=work.actor,
        now=work.now,
        catalogue=work.office.catalogue,
        calendar=work.calendar,
        project_code=reading.project_code,
        project_name=reading.project_name,
        company_name=reading.company_name,
        project_facts=reading.project_facts,
        materials=reading.materials,
        documents=reading.documents,
        permits=reading.permits,
        children=reading.children,
        siblings=reading.siblings,
        nieces=reading.nieces,
        parent=reading.parent,
        colleagues=reading.colleagues,
        helpers=reading.helpers,
        events=reading.events,
        project=reading.project,
    )
