"""The district as frozen data: departments, roles and who stands above whom, the programme and codes; with its items
(`items`) and rules (`rules`) the whole catalogue."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol

from workflow.catalogue.documents import Contacts, DocumentKind, Remedy
from workflow.catalogue.exchange import ExchangeRules
from workflow.catalogue.figures import EarlyFinish, FigureDefinition, LandingTime
from workflow.catalogue.forecast import ForecastPolicy
from workflow.catalogue.items import Item, Level, Validity
from workflow.catalogue.questions import ProjectQuestion
from workflow.catalogue.report import ReportPolicy
from workflow.catalogue.rules import (
    AreaTolerance,
    Conventions,
    Escalation,
    Help,
    Lights,
    PauseCause,
    RatingLevel,
    RuleLimit,
    Threshold,
    TimeUsePolicy,
)
from workflow.catalogue.site import Site
from workflow.catalogue.telling import ChannelKind, TellingPolicy
from workflow.catalogue.tendering import Tendering
from workflow.clock.limit import Limit
from workflow.definition import Title
from workflow.identifiers import ProjectCodeRule

Scope = Literal["company", "department", "squad", "project", "district"]
Membership = Literal["needs_permit", "needs_tender"]

SCOPES: tuple[Scope, ...] = ("company", "department", "squad", "project", "district")
MEMBERSHIPS: tuple[Membership, ...] = ("needs_permit", "needs_tender")


@dataclass(frozen=True, slots=True)
class District:
    """``region`` is the district's own code (JSDDXZQH), ``filed_under`` the city its rows are filed under (XZQHDM)."""

    title: Title
    region: str
    filed_under: str


@dataclass(frozen=True, slots=True)
class Department:
    """An office that handles items; ``credit_code`` is None until the real one is entered."""

    code: str
    title: Title
    level: Level
    credit_code: str | None = None


@dataclass(frozen=True, slots=True)
class Role:
    """What a person, the clock or the system acts as; ``scope`` says whose cases it reaches; ``superior`` is a role."""

    code: str
    title: Title
    scope: Scope
    automatic: bool = False
    superior: str | None = None


@dataclass(frozen=True, slots=True)
class Stage:
    """One of the four stages, or the virtual fifth (并行推进); ``milestone`` is the item that closes it."""

    no: int
    title: Title
    lead: str | None
    co_leads: tuple[str, ...] = ()
    milestone: str | None = None
    virtual: bool = False


@dataclass(frozen=True, slots=True)
class SquadMember:
    """A place in a squad: who fills it is an account, never a name in a file."""

    role: str
    department: str


@dataclass(frozen=True, slots=True)
class Squad:
    """A tackling squad (攻坚队) for the projects of one membership of the war map."""

    code: str
    title: Title
    serves: Membership
    department: str
    members: tuple[SquadMember, ...]


@dataclass(frozen=True, slots=True)
class Battlefront:
    """One of the seven battlefronts (战线); ``assumed`` where the programme's own text does not name it."""

    code: str
    title: Title
    assumed: bool = False


@dataclass(frozen=True, slots=True)
class Street:
    """A street office (街道); ``code`` is None until it is verified."""

    key: str
    title: Title
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Word:
    """A project trait or a project event that items refer to."""

    code: str
    title: Title


@dataclass(frozen=True, slots=True)
class Code:
    """One value of a code list; ``exported`` False where the national exchange has no such value."""

    code: str
    title: Title
    exported: bool = True
    note: str | None = None


@dataclass(frozen=True, slots=True)
class SharedMaterial:
    """A paper with the items that ask for it."""

    code: str
    title: Title
    items: tuple[str, ...]


class Named(Protocol):
    """Anything with the two names."""

    @property
    def title(self) -> Title: ...


@dataclass(frozen=True, slots=True)
class Discipline:
    """One column of the joint acceptance (专项). ``after`` are the columns that must have passed before it in the same
    segment; ``whole_project``: looked at once, with the last segment; ``item``: the approval it stands for.
    """

    code: str
    title: Title
    department: str
    item: str | None = None
    after: tuple[str, ...] = ()
    applies_if: str | None = None
    whole_project: bool = False


WORD_LISTS = (
    "departments",
    "items",
    "roles",
    "causes",
    "squads",
    "disciplines",
    "events",
    "battlefronts",
    "stages",
    "materials",
    "rooms",
    "ratings",
)
"""The lists of the catalogue that a field of a flow may take its words from."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything the configuration says about items, offices, programme and rules; mappings are read-only.

    ``sources`` gives each file's validity by its name (``items/SG05.yaml``). ``codes`` holds the code lists by name
    (blzt, splclx, project_type, permit_class and those of the exchange). ``ceiling`` is the whole process, a warning
    only. ``acceptance_items`` are what a joint acceptance stands for beside the items of its disciplines.
    """

    district: District
    items: Mapping[str, Item]
    departments: Mapping[str, Department]
    roles: Mapping[str, Role]
    causes: Mapping[str, PauseCause]
    stages: Mapping[int, Stage]
    ceiling: Limit
    squads: Mapping[str, Squad]
    battlefronts: Mapping[str, Battlefront]
    streets: Mapping[str, Street]
    traits: Mapping[str, Word]
    events: Mapping[str, Word]
    materials: Mapping[str, SharedMaterial]
    codes: Mapping[str, Mapping[str, Code]]
    lights: Lights
    conventions: Conventions
    thresholds: Mapping[str, Threshold]
    help: Help
    questions: Mapping[str, ProjectQuestion]
    time_use: TimeUsePolicy
    escalation: Escalation
    channels: Mapping[str, ChannelKind]
    telling: TellingPolicy
    documents: Mapping[str, DocumentKind]
    remedies: Mapping[str, Remedy]
    contacts: Contacts
    limits: Mapping[str, RuleLimit]
    tendering: Tendering
    disciplines: Mapping[str, Discipline]
    acceptance_items: tuple[str, ...]
    areas: Mapping[str, AreaTolerance]
    rooms: Mapping[str, Word]
    ratings: Mapping[str, RatingLevel]
    figures: Mapping[str, FigureDefinition]
    early_finish: EarlyFinish
    landing: LandingTime
    forecast: ForecastPolicy
    report: ReportPolicy
    project_code_rule: ProjectCodeRule
    check_organisation: bool
    permit_patterns: tuple[str, ...]
    exchange: ExchangeRules
    site: Site
    sources: Mapping[str, Validity]
    digest: str

    def words(self, of: str) -> Mapping[str, Title]:
        """The words of one of WORD_LISTS with their names."""
        known: Mapping[object, Named] = getattr(self, of)
        return {str(word): one.title for word, one in known.items()}

    def above(self, role: str) -> tuple[str, ...]:
        """The roles above ``role``, nearest first: officer → squad_leader → director → district_leader."""
        ladder: list[str] = []
        superior = self.roles[role].superior
        while superior is not None:
            ladder.append(superior)
            superior = self.roles[superior].superior
        return tuple(ladder)

    def stage_items(self, stage: int) -> tuple[Item, ...]:
        """The items of a stage in the order of their codes."""
        return tuple(item for item in self.items.values() if item.stage == stage)

    def blockers(self, code: str) -> tuple[str, ...]:
        """The items whose grant can satisfy a prerequisite of this item's decision, each once."""
        met = (one for prerequisite in self.items[code].must_precede for one in prerequisite.satisfied_by)
        return tuple(dict.fromkeys(met))

    def in_force(self, code: str, day: date) -> bool:
        """Whether the item may be filed on ``day``."""
        return self.items[code].validity.covers(day)
