"""What the five services did in the demo, as steps: one module a service, each deterministic for seed and day."""

from collections.abc import Iterator

from workflow.catalogue import Catalogue
from workflow.demo.files import DemoFiles
from workflow.demo.scenes import Days
from workflow.demo.services import (
    acceptances,
    checklists,
    helps,
    mechanisms,
    problems,
    renewals,
    sessions,
    stations,
    tenders,
    urgings,
)
from workflow.demo.steps import Step
from workflow.demo.story import applications


def service_steps(files: DemoFiles, catalogue: Catalogue, days: Days, seed: int) -> Iterator[Step]:
    """Every step of every service, in no particular order; the player sorts them by their moments."""
    yield from tenders.steps(files, days, seed)
    yield from acceptances.steps(files, catalogue, days)
    yield from mechanisms.steps(files, days, seed)
    yield from renewals.steps(files, days, seed)
    yield from stations.steps(files, days)
    yield from problems.steps(files, days)
    yield from helps.steps(files, days)
    yield from sessions.steps(files, days)
    yield from checklists.steps(files, catalogue, applications(files, catalogue, days, seed), days, seed)
    yield from urgings.steps(files, days)
