"""One figure, and how reference and subject take turns to get it."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Literal

ROUNDS = 3

Unit = Literal["/s", "s", "ms", "µs", "ns", "MiB", "KiB", "differences"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. ``reach`` is the bound of ``ratio`` with its direction: (">=", 0.35)."""

    name: str
    value: float
    unit: Unit
    reference: str = ""
    ratio: float | None = None
    reach: tuple[Literal[">=", "<="], float] | None = None
    queries: int | None = None
    """Statements sent to the database for one run of the subject."""
    kib: float | None = None
    """Size of the answer of one run, KiB."""
    cpu_ms: float | None = None
    """Processor time of this process for one run, the database's not in it: steady on a busy machine, too."""

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
            "queries": self.queries,
            "kib": None if self.kib is None else round(self.kib, 1),
            "cpu_ms": None if self.cpu_ms is None else round(self.cpu_ms, 2),
        }


@dataclass(frozen=True, slots=True)
class Rounds:
    """What each side took, round by round."""

    values: Mapping[str, list[float]]

    def __getitem__(self, name: str) -> float:
        """The median of one side."""
        return median(self.values[name])

    def ratio(self, name: str, to: str) -> float:
        """The median of the ratios of one round: neighbours in time, so that a machine busy for a while spoils none."""
        return median(one / other for one, other in zip(self.values[name], self.values[to], strict=True))


def take_turns(sides: Mapping[str, Callable[[], float]], rounds: int = ROUNDS) -> Rounds:
    """Rounds in which every side has its turn."""
    values: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(rounds):
        for name, side in sides.items():
            values[name].append(side())
    return Rounds(values)


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


def processor_milliseconds(once: Callable[[], object], times: int) -> float:
    """The median processor time of this process over ``times`` single runs, in milliseconds."""
    taken = []
    for _ in range(times):
        begun = time.process_time()
        once()
        taken.append((time.process_time() - begun) * 1000)
    return median(taken)
