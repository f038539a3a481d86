"""What makes an input: a function of the facts, and the groups of facts it looks at."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from workflow.guards import Facts


@dataclass(frozen=True, slots=True)
class Maker:
    """``make`` answers with JSON values, None for nothing; ``reads`` names groups of facts as `Guard` does."""

    make: Callable[[Facts], Any]
    reads: frozenset[str] = frozenset()
