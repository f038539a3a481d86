"""What the rules may look at: one case, its actor, its papers and its relatives, as of one instant."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from workflow.actor import Actor
from workflow.case import Case
from workflow.catalogue import Catalogue, Item
from workflow.clock.calendar import Calendar
from workflow.clock.days import local_day, office_time
from workflow.clock.ladder import OFFICE_OPENS
from workflow.clock.words import date_words
from workflow.definition import LATE_ENTRY, Title
from workflow.errors import Reason


@dataclass(frozen=True, slots=True)
class AttachedMaterial:
    """The latest upload of one material code, on the case or on its bundle."""

    code: str
    uploaded_at: datetime


@dataclass(frozen=True, slots=True)
class ChildCase:
    """What a bundle knows of one of its item cases."""

    no: str
    item: str
    accepted_at: datetime | None
    decided_at: datetime | None
    ended_at: datetime | None

    @property
    def past_intake(self) -> bool:
        return self.accepted_at is not None or self.ended_at is not None

    @property
    def decided(self) -> bool:
        return self.decided_at is not None or self.ended_at is not None


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything the rules may look at; groups that no guard asked for stay empty."""

    case: Case
    actor: Actor
    now: datetime
    catalogue: Catalogue
    calendar: Calendar
    inputs: Mapping[str, Any] = field(default_factory=dict)
    project_code: str = ""
    project_facts: Mapping[str, Any] = field(default_factory=dict)
    materials: tuple[AttachedMaterial, ...] = ()
    permits: frozenset[str] = frozenset()
    children: tuple[ChildCase, ...] = ()
    colleagues: frozenset[int] = frozenset()

    @property
    def today(self) -> date:
        return local_day(self.now)

    @property
    def takes_effect_at(self) -> datetime:
        """When what is done now counts as done: now, or at the opening of the day it was really done (补录).

        Never before the case came into its state: that day may have been under way.
        """
        done_on: date | None = self.inputs.get(LATE_ENTRY)
        if done_on is None or done_on >= self.today:
            return self.now
        return max(office_time(done_on, OFFICE_OPENS), self.case.entered_at)

    @property
    def effective_day(self) -> date:
        return local_day(self.takes_effect_at)

    def day(self, day: date | None) -> Title:
        """A date as people read it, marked where it is provisional."""
        if day is None:
            return Title("—", "—")
        provisional = self.calendar.is_provisional(day)
        return Title(*(date_words(day, self.today, lang, provisional) for lang in ("zh", "en")))

    @property
    def item(self) -> Item | None:
        return self.catalogue.items[self.case.item] if self.case.item else None

    @property
    def items(self) -> tuple[Item, ...]:
        """The item of an item case, or all items of a bundle."""
        codes = [self.case.item] if self.case.item else list(self.case.data.get("items", ()))
        return tuple(self.catalogue.items[code] for code in codes if code in self.catalogue.items)


@dataclass(frozen=True, slots=True)
class Guard:
    """One condition: ``reads`` names groups of facts ('materials', 'permits', 'children', 'colleagues')."""

    check: Callable[[Facts], Reason | None]
    reads: frozenset[str] = frozenset()
    on_input: bool = False
