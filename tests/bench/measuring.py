"""One figure, and how reference and subject take turns to get it."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Literal

ROUNDS = 3

Unit = Literal["/s", "ms", "MiB"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. ``reach`` is the bound of ``ratio`` with its direction: (">=", 0.35)."""

    name: str
    value: float
    unit: Unit
    reference: str = ""
    ratio: float | None = None
    reach: tuple[Literal[">=", "<="], float] | None = None

    @property
    def reached(self) -> bool | None:
        """None where there is nothing to reach."""
        if self.ratio is None or self.reach is None:
            return None
        direction, bound = self.reach
        return self.ratio >= bound if direction == ">=" else self.ratio <= bound

    def as_json(self) -> dict[str, object]:
        """The line as `bench.json` keeps it."""
        return {
            "name": self.name,
            "value": round(self.value, 4),
            "unit": self.unit,
            "reference": self.reference or None,
            "ratio": None if self.ratio is None else round(self.ratio, 3),
            "reach": None if self.reach is None else f"{self.reach[0]} {self.reach[1]:g}",
            "reached": self.reached,
        }


def take_turns(sides: Mapping[str, Callable[[], float]], rounds: int = ROUNDS) -> dict[str, float]:
    """The median of each side over ``rounds`` rounds in which every side has its turn."""
    taken: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(rounds):
        for name, side in sides.items():
            taken[name].append(side())
    return {name: median(values) for name, values in taken.items()}


def rate(once: Callable[[], object], times: int) -> float:
    """How often a second ``once`` runs, over ``times`` runs."""
    begun = time.perf_counter()
    for _ in range(times):
        once()
    return times / (time.perf_counter() - begun)


def milliseconds(once: Callable[[], object], times: int) -> float:
    """The median of ``times`` single runs, in milliseconds."""
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        once()
        taken.append((time.perf_counter() - begun) * 1000)
    return median(taken)
