"""What the five services did in the demo, as steps: one module a service, each deterministic for seed and day."""

from collections.abc import Iterator

from workflow.catalogue import Catalogue
from workflow.demo.files import DemoFiles
from workflow.demo.scenes import Days
from workflow.demo.services import acceptances, tenders
from workflow.demo.steps import Step


def service_steps(files: DemoFiles, catalogue: Catalogue, days: Days, seed: int) -> Iterator[Step]:
    """Every step of every service, in no particular order; the player sorts them by their moments."""
    yield from tenders.steps(files, days, seed)
    yield from acceptances.steps(files, catalogue, days, seed)
