"""What the rules may look at: one case, its actor, its papers and its relatives, as of one instant."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from workflow.actor import Actor
from workflow.case import Case
from workflow.catalogue import Catalogue, Item
from workflow.clock.calendar import Calendar
from workflow.clock.days import local_day, office_time
from workflow.clock.ladder import OFFICE_OPENS
from workflow.clock.words import date_words
from workflow.definition import LATE_ENTRY, Title
from workflow.errors import Reason

Takes = Literal["flow", "datum", "clock", "event", "cause"]


@dataclass(frozen=True, slots=True)
class AttachedMaterial:
    """The latest upload of one material code, on the case or on its bundle."""

    code: str
    uploaded_at: datetime
    filename: str = ""
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class EarlierDocument:
    """A document issued on the case before."""

    kind: str
    no: str
    issued_at: datetime
    effective_at: datetime


@dataclass(frozen=True, slots=True)
class Relative:
    """What a case knows of one near it: a case under it, one beside it under the same, or the one it stands under."""

    no: str
    flow: str
    item: str | None
    department: str
    state: str
    outcome: str | None
    data: Mapping[str, Any]
    accepted_at: datetime | None
    decided_at: datetime | None
    ended_at: datetime | None
    entered_at: datetime | None = None
    internal: bool = False

    @property
    def past_intake(self) -> bool:
        return self.accepted_at is not None or self.ended_at is not None

    @property
    def decided(self) -> bool:
        return self.decided_at is not None or self.ended_at is not None


@dataclass(frozen=True, slots=True)
class Booking:
    """A room that another open case has in [since, until)."""

    no: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A role of a person's own; ``squad`` is also that of the project it is bound to."""

    role: str
    department: str | None
    squad: str | None


@dataclass(frozen=True, slots=True)
class NamedPerson:
    """Somebody whom the inputs name by number."""

    id: int
    name: str
    active: bool
    roles: tuple[HeldRole, ...]


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Of what flow a case of the same project is, and in which state."""

    flow: str
    state: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything the rules may look at; groups that no guard asked for stay empty.

    ``needs_tender`` is known where a case is opened. ``helpers`` are the people who may act as specialist or squad
    leader on this case. Two follow from what was typed: ``bookings`` of the room that is named, and ``named_case``, the
    number under ``about`` if the actor sees a case of that number on the same project. So do ``people``, those whom the
    inputs name by number, if they have an account; None where nobody looked them up.
    """

    case: Case
    actor: Actor
    now: datetime
    catalogue: Catalogue
    calendar: Calendar
    inputs: Mapping[str, Any] = field(default_factory=dict)
    project_code: str = ""
    project_name: str = ""
    company_name: str = ""
    project_facts: Mapping[str, Any] = field(default_factory=dict)
    materials: tuple[AttachedMaterial, ...] = ()
    documents: tuple[EarlierDocument, ...] = ()
    permits: frozenset[str] = frozenset()
    children: tuple[Relative, ...] = ()
    siblings: tuple[Relative, ...] = ()
    nieces: tuple[Relative, ...] = ()
    parent: Relative | None = None
    colleagues: frozenset[int] = frozenset()
    helpers: frozenset[int] = frozenset()
    bookings: tuple[Booking, ...] = ()
    named_case: str | None = None
    events: Mapping[str, date] = field(default_factory=dict)
    project: Mapping[str, Neighbour] = field(default_factory=dict)
    needs_tender: bool = False
    people: Mapping[int, NamedPerson] | None = None

    def kept(self, name: str) -> Any:
        """What the case keeps under ``name``, or was just told; None where neither. Days and instants as they are."""
        said = self.inputs.get(name)
        if said is not None:
            return said
        value = self.case.data.get(name)
        return self.case.kept(name) if _looks_like_time(value) else value

    def children_of(self, flow: str) -> tuple[Relative, ...]:
        """The cases of ``flow`` under this one, the oldest first."""
        return tuple(child for child in self.children if child.flow == flow)

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


def _looks_like_time(value: object) -> bool:
    return isinstance(value, str) and _TIME.fullmatch(value) is not None


_TIME = re.compile(r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}\.\d{6}\+00:00)?")


@dataclass(frozen=True, slots=True)
class Guard:
    """One condition.

    ``reads`` names groups of facts ('materials', 'permits', 'children', 'siblings', 'parent', 'colleagues', 'helpers',
    'events', 'documents', 'project', 'bookings', 'named_case', 'people').
    ``takes`` says what a flow file puts in brackets behind its name (``children_ended(opinion)``): a 'flow', a 'datum'
    of the case or a 'clock'; `conditions.condition` binds it.
    """

    check: Callable[..., Reason | None]
    reads: frozenset[str] = frozenset()
    on_input: bool = False
    takes: Takes | None = None
