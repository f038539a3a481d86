"""The district as frozen data: departments, roles and who stands above whom, the programme, codes and rules."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Literal, Protocol

from workflow.catalogue.documents import Contacts, DocumentKind, Remedy
from workflow.catalogue.exchange import ExchangeRules
from workflow.catalogue.figures import EarlyFinish, FigureDefinition, LandingTime
from workflow.catalogue.forecast import ForecastPolicy
from workflow.catalogue.items import Item, Level, Validity
from workflow.catalogue.questions import ProjectQuestion
from workflow.catalogue.telling import ChannelKind, TellingPolicy
from workflow.catalogue.tendering import Tendering
from workflow.clock.hours import OfficeHours
from workflow.clock.limit import Limit, Unit
from workflow.definition import Title
from workflow.identifiers import ProjectCodeRule

Scope = Literal["company", "department", "squad", "project", "district"]
Stops = Literal["statutory", "promised"]
Membership = Literal["needs_permit", "needs_tender"]
Counted = Literal["full_months", "calendar_months"]
Holder = Literal["office", "applicant", "other_body", "exempt", "items"]

SCOPES: tuple[Scope, ...] = ("company", "department", "squad", "project", "district")
STOPS: tuple[Stops, ...] = ("statutory", "promised")
MEMBERSHIPS: tuple[Membership, ...] = ("needs_permit", "needs_tender")
COUNTED: tuple[Counted, ...] = ("full_months", "calendar_months")
PAUSE_HOLDERS: tuple[Holder, ...] = ("office", "applicant", "other_body", "exempt")


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
class PauseCause:
    """A lawful reason to pause. ``stops`` names the clocks it stops; ``cap`` is the longest pause; ``alarm`` is how
    long before the cap the alarm falls; ``approval`` is the role that must agree, or None; ``notice``: the applicant
    is told in writing how long it takes (行政许可法 45); ``exchange`` is TBCX of the national exchange; ``resets``: the
    budget starts anew afterwards (an interruption), instead of going on; ``holder``: whose time it is, None: by
    the clocks it stops (see `workflow.time_use`).
    """

    code: str
    title: Title
    basis: str
    stops: frozenset[Stops]
    cap: Limit
    alarm: Limit
    opened_by: tuple[str, ...]
    approval: str | None
    notice: bool
    exchange: str
    resets: bool = False
    assumed: bool = False
    holder: Holder | None = None


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


@dataclass(frozen=True, slots=True)
class TwoLevels:
    """At ``yellow`` the light turns yellow, at ``red`` red; the unit is the field's."""

    yellow: int
    red: int


@dataclass(frozen=True, slots=True)
class MilestoneKind:
    """When a milestone of this kind turns yellow and red, in months behind its plan, and how these are counted."""

    code: str
    title: Title
    yellow: int
    red: int
    counted: Counted


@dataclass(frozen=True, slots=True)
class Lights:
    """When cards fall on a case clock, and the lights of the war map (months late; percentage points behind).

    ``notice_left`` and ``yellow_left`` are what is left of the limit, ``red_after`` how long after it. A project is
    red on months from ``months_late.red`` on, on points only beyond ``points_behind.red``. ``milestones``: the kinds
    with figures of their own instead of ``months_late``.
    """

    notice_left: Limit
    yellow_left: Limit
    red_after: Limit
    months_late: TwoLevels
    points_behind: TwoLevels
    milestones: Mapping[str, MilestoneKind]


@dataclass(frozen=True, slots=True)
class JointHandling:
    """统一、联合、集中办理 (行政许可法 42 ¶2): its limit, and the one extension by the head of the government."""

    limit: Limit
    extension_days: int
    extension_role: str
    basis: str


@dataclass(frozen=True, slots=True)
class Conventions:
    """How time is counted here (fact book, U12 and U19), and the limits of law that hold for every item.

    ``office_hours`` holds the spans and ``day_ends``, as the calendar takes them. ``late_entry`` is how many working
    days back a deed may be dated (补录).
    """

    zone: str
    day_ends: str
    office_hours: OfficeHours
    pause_counting: str
    rung_time: time
    deemed_acceptance_time: time
    pause_cap: Limit
    pause_alarm: Limit
    completeness: Limit
    delivery: Limit
    pre_review: Limit
    joint: JointHandling
    late_entry: Limit


@dataclass(frozen=True, slots=True)
class Threshold:
    """An amount (yuan, m2) that decides a duty; ``at_most``: freed up to it, ``at_least``: bound from it. A hint.

    ``items`` are the approval items it is a hint for.
    """

    code: str
    title: Title
    compare: Literal["at_most", "at_least"]
    amount: int
    unit: Literal["yuan", "m2"]
    basis: str
    assumed: bool = False
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Help:
    """Response times of the 7×24 help service; day hours are [day_from, day_to) in Asia/Shanghai."""

    day_from: time
    day_to: time
    first_response_day: Limit
    first_response_night: Limit
    first_plan: Limit
    resolution: Limit
    visit: Limit


@dataclass(frozen=True, slots=True)
class TimeUsePolicy:
    """What of a case's time is shown apart (fact book, 10): nothing here blocks anything.

    ``backfill_after``: a step is back-filled (补录) when it was recorded more working days after it took effect.
    ``quick_decision``: 秒办 is a decision within that time of the acceptance. ``late_rung_after``: a rung that fired
    later than that after its moment is marked.
    """

    backfill_after: Limit
    quick_decision: Limit
    late_rung_after: Limit


@dataclass(frozen=True, slots=True)
class AnswerTimes:
    """By card: the time within which somebody must have seen an alert; None where it may wait."""

    notice: Limit | None
    yellow: Limit | None
    red: Limit | None


@dataclass(frozen=True, slots=True)
class Escalation:
    """By when an alert that nobody acknowledged goes to the next person (config/rules/escalation.yaml).

    ``round_the_clock`` is for alerts of clocks of hours and minutes, ``answer_within`` for all others. What somebody is
    told in one of the roles of ``may_wait`` waits, whatever its card.
    """

    answer_within: AnswerTimes
    round_the_clock: AnswerTimes
    may_wait: tuple[str, ...]

    def limit(self, card: str, unit: str) -> Limit | None:
        """The time for an alert of ``card`` that a clock of ``unit`` raised; None where it may wait."""
        times = self.round_the_clock if unit in (Unit.HOUR, Unit.MINUTE) else self.answer_within
        return {"notice": times.notice, "yellow": times.yellow, "red": times.red}[card]


@dataclass(frozen=True, slots=True)
class RuleLimit:
    """A limit that flows name and no law fixes (config/rules/limits.yaml)."""

    title: Title
    limit: Limit
    basis: str


@dataclass(frozen=True, slots=True)
class RatingLevel:
    """One level of 好差评. ``bad``: a real-name rating of it is called back. ``codes``: its number in each channel."""

    code: str
    title: Title
    bad: bool
    codes: Mapping[str, int]


class Named(Protocol):
    """Anything with the two names."""

    @property
    def title(self) -> Title: ...


@dataclass(frozen=True, slots=True)
class AreaTolerance:
    """How far areas of one kind that must add up may differ: ``percent`` of them, ``at_least_m2`` in any case."""

    code: str
    title: Title
    percent: int
    at_least_m2: int

    def allows(self, expected: float, found: float) -> bool:
        """Whether ``found`` square metres may stand for ``expected``."""
        # To two places, as areas are typed: a sum of floats is off by less than any of them.
        return round(abs(found - expected), 2) <= max(expected * self.percent / 100, self.at_least_m2)


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


AREA_KINDS = ("above_m2", "below_m2", "civil_defence_m2")
"""The areas that a permit, its buildings and its segments have (3.0 of the exchange: 地上、地下、人防)."""
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
    project_code_rule: ProjectCodeRule
    check_organisation: bool
    permit_patterns: tuple[str, ...]
    exchange: ExchangeRules
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
