"""What a figure looks at, a case with its history, and what it says of it, as plain data."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

from workflow.case import Case, ClockRecord
from workflow.catalogue import Catalogue
from workflow.clock.calendar import Calendar
from workflow.definition import Flow
from workflow.time_use import Past, Step, Stop

NEVER = datetime(9999, 1, 1, tzinfo=UTC)
"""Stands for the date of an open case that has none: something that can be sorted."""
DIMENSIONS = ("department", "stage", "street", "squad", "front", "item")
"""By what a figure can be cut, one at a time."""


@dataclass(frozen=True, slots=True)
class Rung:
    """A card that fell: ``moment`` is when it was due to fall."""

    card: str
    moment: datetime


@dataclass(frozen=True, slots=True)
class Site:
    """The project of a case, as far as figures go. ``entered_at`` is its entry in the war map; ``landed_by`` the case
    that gave it its first construction permit."""

    id: int
    street: str
    front: str
    planned_start: date | None
    entered_at: datetime | None
    landed_by: int | None


@dataclass(frozen=True, slots=True)
class Subject:
    """One case with everything that any figure asks of it. ``steps`` in the order of the history, cards apart;
    ``due_at`` the nearest date of its running clocks."""

    case: Case
    flow: Flow
    due_at: datetime | None
    paused: bool
    steps: Sequence[Step]
    cards: Sequence[Rung]
    site: Site

    def clock(self, name: str) -> ClockRecord | None:
        """The latest round of a clock, running or not."""
        return self.case.clock(name)

    @property
    def past(self) -> Past:
        """The same as `workflow.time_use` takes it."""
        case = self.case
        stops = tuple(Stop(one.cause, one.stops, one.since, one.until, one.cap_until) for one in case.pauses)
        return Past(
            case.department, case.item, case.opened_at, case.accepted_at, case.decided_at, tuple(self.steps), stops
        )


@dataclass(frozen=True, slots=True)
class Rules:
    """By what it is counted; ``calendar`` is the one in force."""

    catalogue: Catalogue
    calendar: Calendar


@dataclass(frozen=True, slots=True, order=True)
class Fact:
    """What one case adds to one part of one figure at one moment; ``amount`` in the unit of the figure.

    ``department`` is whose it is where that is not the one that has the case now.
    """

    figure: str
    part: str
    at: datetime
    n: int = 1
    amount: int = 0
    # Kept as the place of the fact, which comparisons look at.
    department: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Places:
    """Where a case stands in each dimension; empty where it stands in none."""

    project_id: int
    department: str
    stage: str
    street: str
    squad: str
    front: str
    item: str

    def at(self, department: str) -> "Places":
        """The same place at another department."""
        return replace(self, department=department)


def places(subject: Subject, catalogue: Catalogue) -> Places:
    """The stage is that of its item."""
    case, site = subject.case, subject.site
    item = catalogue.items.get(case.item) if case.item else None
    return Places(
        project_id=site.id,
        department=case.department,
        stage="" if item is None else str(item.stage),
        street=site.street,
        squad=case.squad,
        front=site.front,
        item=case.item or "",
    )


def merged(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """Facts of one part at one moment added up, in order."""
    sums: dict[tuple[str, str, datetime], Fact] = {}
    for one in facts:
        key = one.figure, one.part, one.at
        so_far = sums.get(key)
        sums[key] = one if so_far is None else replace(one, n=so_far.n + one.n, amount=so_far.amount + one.amount)
    return tuple(sums[key] for key in sorted(sums))
