"""Lint of ladders: each flow lived through a year of calendar before anybody starts a case with it (`wugeyi check`).

`soundness` reads a flow; this package runs it. It finds a rung that never fires, a rung nobody would receive, and a
clock that nothing stops or that does not start where it should.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from workflow.catalogue import Catalogue
from workflow.definition import Flow
from workflow.recipients import Holding
from workflow.simulation.ends import end_findings
from workflow.simulation.finding import Finding
from workflow.simulation.ladders import Firing, Tally, Year, firings, ladder_findings
from workflow.simulation.limits import limits_of
from workflow.simulation.receivers import departments_of, receiver_findings
from workflow.simulation.walks import clock_findings, walk

__all__ = ["Finding", "Firing", "Simulated", "Tally", "Year", "clock_findings", "departments_of", "simulate"]


@dataclass(frozen=True, slots=True)
class Simulated:
    """What a year showed of one flow. ``skipped`` names clocks whose limit stands for nothing known here;
    ``situations`` are the different ones its cases came to."""

    flow: Flow
    findings: tuple[Finding, ...]
    table: tuple[Firing, ...]
    skipped: tuple[str, ...]
    situations: int


def simulate(flow: Flow, catalogue: Catalogue, year: Year, holdings: Sequence[Holding] | None = None) -> Simulated:
    """Live ``flow``, a sound one, through ``year``; ``holdings`` are the people of a town, None where there are none.

    About 20 µs for every start of every clock on every limit; about 0.3 ms for every action of a walk.
    """
    limits = {name: limits_of(rule, catalogue) for name, rule in flow.clocks.items()}
    walked = walk(flow, catalogue, year.calendar, year.number)
    findings = (
        *ladder_findings(flow, limits, year),
        *receiver_findings(flow, catalogue, holdings),
        *end_findings(flow),
        *walked.findings,
    )
    return Simulated(
        flow=flow,
        findings=findings,
        table=tuple(firings(flow, limits, year)),
        skipped=tuple(f"{name} ({flow.clocks[name].limit})" for name, found in limits.items() if not found),
        situations=walked.situations,
    )
