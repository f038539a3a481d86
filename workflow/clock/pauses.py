"""Pauses and their union.

A pause from S to E takes out the days after S up to and including E, as 民法典 201 counts. One that resets
(施工许可管理办法 5(3)) also throws away what was used: the whole budget starts anew after E.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

Interval = tuple[date, date | None]


@dataclass(frozen=True, slots=True)
class Pause:
    """One lawful pause: covers the days in (since, until]; ``until`` None while it is open.

    ``resets``: it interrupts. While it is open it holds the clock like any other; once it has ended, the budget
    starts anew and ``until`` is what the start day was: not counted. A clock that had ended by the end of ``since``
    stays ended. ``cause`` is the code of the lawful cause (``expert_review``). ValueError for an end before the start
    or no cause.
    """

    since: date
    until: date | None
    cause: str
    resets: bool = False

    def __post_init__(self) -> None:
        if self.until is not None and self.until < self.since:
            raise ValueError(
                f"pause ends {self.until} before it starts {self.since}: the start day or later is accepted"
            )
        if not self.cause.strip():
            raise ValueError(f"pause from {self.since} has no cause: the code of a lawful cause is accepted")

    def covers(self, day: date) -> bool:
        return self.since < day and (self.until is None or day <= self.until)


def union(pauses: Iterable[Pause]) -> tuple[Interval, ...]:
    """Disjoint, sorted intervals (since, until]; overlapping, adjacent and nested ones merged, empty ones dropped."""
    merged: list[Interval] = []
    for pause in sorted(pauses, key=lambda pause: pause.since):
        if pause.until == pause.since:
            continue
        since, until = pause.since, pause.until
        if merged:
            last_since, last_until = merged[-1]
            if last_until is None:
                break
            if since <= last_until:
                merged.pop()
                since, until = last_since, None if until is None else max(until, last_until)
        merged.append((since, until))
    return tuple(merged)
