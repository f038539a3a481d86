"""A flow as frozen data: states, actions, clocks. Nothing here knows where it came from or who runs it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from workflow.clock.ladder import RungTime
from workflow.clock.limit import Limit

FieldType = Literal[
    "text",
    "integer",
    "number",
    "date",
    "moment",
    "yes_no",
    "choice",
    "word",
    "words",
    "person",
    "pause_cause",
    "faults",
    "rows",
]
Lane = Literal["mechanism", "matter", "checklist", "station", "assistance"]
OnlyOne = Literal["project", "parent", "department"]
Card = Literal["notice", "yellow", "red"]
EffectKind = Literal[
    "pause", "resume", "extend", "assign", "hand over", "open items", "convert items", "appoint", "dismiss"
]


@dataclass(frozen=True, slots=True)
class Title:
    """The two names everything shown to a person carries."""

    zh: str
    en: str

    def in_(self, lang: str) -> str:
        """The name in ``lang`` ('zh' or 'en')."""
        return self.en if lang == "en" else self.zh


@dataclass(frozen=True, slots=True)
class State:
    """Where a case stands.

    ``exchange`` is the BLZT code of the national exchange (domain fact book, 3.3) or None where it has no such code.
    ``at_rest`` means that nobody has to act and no worklist shows the case; ``final`` that nothing more can happen.
    ``turn`` is the role that has to act next. ``outcome`` is what the case has come to.
    """

    name: str
    title: Title
    initial: bool = False
    final: bool = False
    at_rest: bool = False
    outcome: str | None = None
    exchange: int | None = None
    turn: str | None = None

    @property
    def ended(self) -> bool:
        return self.final or self.at_rest


@dataclass(frozen=True, slots=True)
class Field:
    """One thing an action asks for; both faces, JSON and HTML, are made from it.

    ``of`` names the list of the catalogue that a ``word`` or ``words`` come from. ``rows`` are records with
    ``columns``, none of which repeats what another has in the columns ``unique``. A ``moment`` is an instant of a
    whole minute, a ``number`` a decimal one. ``made_by`` names what works its value out (`workflow.making`), where no
    person is asked for it. ``internal``: the office's own words, which no applicant reads in a case they may see.
    """

    name: str
    title: Title
    type: FieldType
    required: bool = False
    choices: tuple[tuple[str, Title], ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    of: str | None = None
    columns: tuple["Field", ...] = ()
    unique: tuple[str, ...] = ()
    made_by: str | None = None
    internal: bool = False


@dataclass(frozen=True, slots=True)
class Effect:
    """What an action does beside moving the state; ``clock`` names the clock it extends, ``cause`` the lawful cause
    of a pause that the flow itself knows (an objection suspends the tender), where no person chooses one. "appoint"
    gives ``role`` on the project to the person the action names in ``people``; "dismiss" takes it from those whom the
    case kept under these names until then.
    """

    kind: EffectKind
    clock: str | None = None
    cause: str | None = None
    role: str | None = None
    people: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Opens:
    """The cases of another flow that an action opens under its own.

    One for each entry of the input ``each`` (a word is the department of the new case, a record its data), or one in
    all. ``passes`` names what of this case's data, or of the action's inputs, they get as well. ``department`` is
    where they stand: None for this case's own, unless an entry says. ``only_if`` is a condition without which none are.
    """

    flow: str
    each: str | None = None
    passes: tuple[str, ...] = ()
    department: str | None = None
    only_if: str | None = None


@dataclass(frozen=True, slots=True)
class Action:
    """What somebody, or the clock, or the system may do to a case in certain states.

    ``target`` None leaves the state, and every clock tied to it, alone. ``effective`` names the moment the action is
    dated back to (deemed acceptance, 行政许可法 32(4)). ``marks`` names the moment of the case that the action sets: to
    when it takes effect, or to the moment ``marks_as`` names (a renewed life counts from the end of the old one).

    ``keeps`` names inputs that the case's data keep under their names, ``drops`` data that end. ``collects`` names a
    list of the data to which all inputs are added as one record. ``records`` is the event of the project that the
    action tells, on its effective day or the one kept under ``records_on``; ``item.until`` is what the item's result
    must be used for in time. ``looks_down``: the system looks at the cases under it afterwards.

    ``issues_if`` are documents of the exception, each with what the case's data must keep for it to be issued.
    ``unnamed``: nothing of the case keeps who took it, only in which role (an anonymous rating). ``makes`` are inputs
    that the system works out and that count as typed; what a person is asked and says under the same name holds.
    """

    name: str
    title: Title
    sources: tuple[str, ...]
    target: str | None
    by: frozenset[str]
    needs: tuple[str, ...] = ()
    asks: tuple[Field, ...] = ()
    issues: tuple[str, ...] = ()
    tell: tuple[str, ...] = ()
    effect: Effect | None = None
    marks: str | None = None
    marks_as: str | None = None
    effective: str | None = None
    keeps: tuple[str, ...] = ()
    drops: tuple[str, ...] = ()
    collects: str | None = None
    opens: Opens | None = None
    records: str | None = None
    issues_if: tuple[tuple[str, str], ...] = ()
    unnamed: bool = False
    records_on: str | None = None
    looks_down: bool = False
    makes: tuple[Field, ...] = ()

    @property
    def may_issue(self) -> tuple[str, ...]:
        """Every document that it issues, always or in the exception."""
        return (*self.issues, *(kind for kind, _ in self.issues_if))

    def issued(self, data: Mapping[str, object]) -> tuple[str, ...]:
        """The documents it issues on a case that keeps ``data`` afterwards."""
        return (*self.issues, *(kind for kind, name in self.issues_if if data.get(name)))

    @property
    def late_entry(self) -> bool:
        """Whether it may be entered on a later day than it was done (补录)."""
        return any(ask.name == LATE_ENTRY for ask in self.asks)

    @property
    def automatic(self) -> bool:
        """Never offered to a person."""
        return self.by <= {"clock", "system"}


@dataclass(frozen=True, slots=True)
class Opening:
    """How a case of a flow begins: ``action`` says who may open it and what is asked, and leads to the first state.

    ``department`` is where it stands: a code, the name of an input of type ``word``, ``own`` for that of whoever opens
    it, ``parent`` for that of the case above. ``under`` are the flows whose cases it may stand under; empty: under
    none. ``only_one``: no second open one on the same project, under the same parent, or for the same department of
    that parent. ``only_by``: no second one on the project that keeps the same under this name, unless that one was
    withdrawn. ``named_by`` is the input whose text its title ends with, ``given_to`` the input of type ``person`` that
    says who has it first.
    """

    action: Action
    department: str
    under: tuple[str, ...] = ()
    only_one: OnlyOne | None = None
    only_by: str | None = None
    named_by: str | None = None
    given_to: str | None = None


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of a ladder: a moment of the clock, and a card for somebody or an action of the clock."""

    time: RungTime
    text: str
    card: Card | None = None
    tell: tuple[str, ...] = ()
    act: str | None = None


@dataclass(frozen=True, slots=True)
class ClockRule:
    """A budget of time: ``limit`` is a Limit, or a reference (``item.statutory``) settled when the case is opened.

    ``paused_by`` is the flag a pause cause must carry to stop this clock ('statutory' or 'promised'). ``starts`` and
    ``limit`` may name what the case's data keep: ``kept.bid_deadline``. Once the data have ``unless``, the clock has
    served: it stops, and never starts again.
    """

    name: str
    title: Title
    while_states: frozenset[str]
    starts: str
    limit: Limit | str
    basis: str
    ladder: tuple[Rung, ...]
    paused_by: str | None = None
    unless: str | None = None

    @property
    def kept_limit(self) -> str | None:
        """The name under which the data keep the day or instant it runs until, if they do."""
        return _kept(self.limit)

    @property
    def kept_start(self) -> str | None:
        """The name under which the data keep the day or instant it starts from, if they do."""
        return _kept(self.starts)

    @property
    def reads_kept(self) -> frozenset[str]:
        """The names of the data its dates follow from."""
        return frozenset(name for name in (self.kept_limit, self.kept_start) if name is not None)


@dataclass(frozen=True, slots=True)
class Flow:
    """A versioned definition. ``digest`` is the SHA-256 of its content, kept from the first case on.

    ``former`` are the clocks of earlier versions that this one has no more, ``former_states`` their states: cases that
    were moved to it may still show what such a clock was, or where they stood. ``lane`` is the one of the five ones
    it belongs to. ``opening`` None: its cases begin in a way of their own. ``internal``: what the office says among
    itself, which no applicant sees, whoever's case it is about. ``hosts``: people may open cases of other flows under
    its own.
    """

    name: str
    version: int
    title: Title
    states: Mapping[str, State]
    actions: Mapping[str, Action]
    clocks: Mapping[str, ClockRule]
    digest: str
    lane: Lane | None = None
    opening: Opening | None = None
    internal: bool = False
    hosts: bool = False
    former: Mapping[str, ClockRule] = field(default_factory=dict)
    former_states: Mapping[str, State] = field(default_factory=dict)

    @property
    def initial(self) -> State:
        return next(state for state in self.states.values() if state.initial)

    @property
    def key(self) -> tuple[str, int]:
        return self.name, self.version

    @property
    def has_children(self) -> bool:
        """Whether cases may stand under a case of this flow."""
        return self.hosts or any(
            action.opens is not None or (action.effect is not None and action.effect.kind == "open items")
            for action in (*self.actions.values(), *([self.opening.action] if self.opening is not None else []))
        )

    @property
    def inside(self) -> frozenset[str]:
        """The names of what its actions are told or work out, and no applicant reads."""
        openings = [self.opening.action] if self.opening is not None else []
        deeds = [*self.actions.values(), *openings]
        return frozenset(field.name for deed in deeds for field in (*deed.asks, *deed.makes) if field.internal)

    def deed(self, name: str) -> Action | None:
        """What a line of history of that name tells of: an action, or the opening; None for any other."""
        return self.opening.action if name == OPEN and self.opening is not None else self.actions.get(name)

    def rule(self, clock: str) -> ClockRule:
        """The rule of a clock that a case has, or had under an earlier version. KeyError for any other."""
        return self.clocks[clock] if clock in self.clocks else self.former[clock]

    def state(self, name: str) -> State:
        """A state in which a case stands, or stood under an earlier version. KeyError for any other."""
        return self.states[name] if name in self.states else self.former_states[name]

    def actions_from(self, state: str) -> tuple[Action, ...]:
        """Every action whose sources contain ``state``, in the order of the file."""
        return tuple(action for action in self.actions.values() if state in action.sources)

    def clocks_in(self, state: str) -> tuple[ClockRule, ...]:
        """The clocks that run while a case is in ``state``."""
        return tuple(rule for rule in self.clocks.values() if state in rule.while_states)


def _kept(reference: object) -> str | None:
    return reference.removeprefix(KEPT) if isinstance(reference, str) and reference.startswith(KEPT) else None


OF_THE_ITEM = "item.until"
"""The event of a project that an action records where the item says which."""
KEPT = "kept."
"""Before the name of something a case's data keep, where a clock starts from it or runs until it."""
RULE = "rule."
"""Before the name of a limit of config/rules/limits.yaml."""
ON_BEHALF_OF = "on_behalf_of"
"""What history keeps beside the deed of a delegate: the absent person whose role it was. No field may be called so."""
OPEN = "open"
"""The name of the first line of every history, and of the action of an opening."""
LANES: tuple[Lane, ...] = ("mechanism", "matter", "checklist", "station", "assistance")
"""The five ones in their official order; acceptance is of the matter, tendering of the mechanism's second squad."""
MOMENTS = ("opened_at", "received_at", "accepted_at", "decided_at", "entered_at", "issued_at")
"""What a clock may start from."""
EFFECTIVE_MOMENTS = (*MOMENTS, "items_accepted_at", "items_decided_at", "life_end", "parent_entered_at")
"""What an action may be dated back to; of a bundle's item cases the latest; ``life_end`` is the last second of the
result's running life, on its last day; ``parent_entered_at`` when the case above came into its state."""
LATE_ENTRY = "effective_on"
"""The field of an action that says on which day it was really done."""
LIFE_CLOCKS = ("lifetime", "renewed_life", "renewal_decision", "remaining_life")
"""The clocks at whose end a result's life ends; one of them runs while there is one that ends."""
RESULT_CLOCKS = ("lifetime", "renewed_life", "remaining_life", "recheck")
"""The clocks of the result itself: they run on cases at rest, and nobody's work is late when they end."""
LIFE_REFERENCES = ("item.lifetime", "item.renewal", "life.running")
"""The limits of those clocks: the first life, one that was added, and that of the life the case is living already."""
LIMIT_REFERENCES = (
    "item.statutory",
    "item.promised",
    *LIFE_REFERENCES,
    "item.recheck",
    "item.pre_licence",
    "pause.planned",
    "pause.cap",
    "gaps.until",
    "help.first_response",
    "help.first_plan",
    "help.resolution",
    "help.visit",
)
