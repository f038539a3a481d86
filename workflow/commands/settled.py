"""What a pass of moving dates did."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Settled:
    """Cases looked at, cases that changed, cases that could not be derived."""

    cases: int = 0
    moved: int = 0
    failed: int = 0

    def __add__(self, other: "Settled") -> "Settled":
        return Settled(self.cases + other.cases, self.moved + other.moved, self.failed + other.failed)
