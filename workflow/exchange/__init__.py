"""The national exchange: rows as a pure function of configuration, project and history. No database here.

`rows_of_flows`, `rows_of_project` and `rows_of_case` make all rows of one owner; `writing` says what has to be written
for them; tables and their order are in `tables`.
"""

from collections.abc import Collection, Mapping, Sequence

from workflow.catalogue import Catalogue
from workflow.definition import Flow
from workflow.exchange.case_tables import Filed, case_rows
from workflow.exchange.checks import checked
from workflow.exchange.facts import CaseFacts, ProjectFacts
from workflow.exchange.flow_tables import flow_rows
from workflow.exchange.paper_tables import paper_rows
from workflow.exchange.project_tables import project_rows
from workflow.exchange.rows import Row
from workflow.exchange.steps import RECEIVED, steps_of


def rows_of_flows(catalogue: Catalogue, used: Collection[tuple[str, int]] = ()) -> list[Row]:
    """The flow tables; ``used`` are the items and versions that cases are pinned to."""
    return [checked(catalogue, row) for row in flow_rows(catalogue, used)]


def rows_of_project(catalogue: Catalogue, project: ProjectFacts) -> list[Row]:
    """Everything that belongs to a project as a whole; nothing before its first case was received."""
    return [checked(catalogue, row) for row in project_rows(catalogue, project)]


def received_states(flows: Mapping[tuple[str, int], Flow], cases: Sequence[str]) -> list[str]:
    """The states of the flows ``cases``, in whatever version, in which a case has been received (BLZT 1)."""
    return sorted(
        {
            state.name
            for (name, _), flow in flows.items()
            if name in cases
            for state in flow.states.values()
            if state.exchange == RECEIVED
        }
    )


def rows_of_case(catalogue: Catalogue, flow: Flow, case: CaseFacts) -> list[Row]:
    """Everything that belongs to a case; nothing before it was received (a draft, a simulated review)."""
    steps = steps_of(flow, catalogue.exchange, case.lines, case.pauses)
    if not steps.steps:
        return []
    filed = Filed(catalogue, case, steps)
    return [checked(catalogue, row) for row in (*case_rows(filed), *paper_rows(filed))]
