"""A flow as frozen data: states, actions, clocks. Nothing here knows where it came from or who runs it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from workflow.clock.ladder import RungTime
from workflow.clock.limit import Limit

FieldType = Literal["text", "integer", "date", "choice", "person", "pause_cause", "faults"]
Card = Literal["notice", "yellow", "red"]
EffectKind = Literal["pause", "resume", "extend", "assign", "open items"]


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
    """One thing an action asks for; both faces, JSON and HTML, are made from it."""

    name: str
    title: Title
    type: FieldType
    required: bool = False
    choices: tuple[tuple[str, Title], ...] = ()
    minimum: int | None = None
    maximum: int | None = None


@dataclass(frozen=True, slots=True)
class Effect:
    """What an action does beside moving the state; ``clock`` names the clock it extends."""

    kind: EffectKind
    clock: str | None = None


@dataclass(frozen=True, slots=True)
class Action:
    """What somebody, or the clock, or the system may do to a case in certain states.

    ``target`` None leaves the state, and every clock tied to it, alone. ``effective`` names the moment the action is
    dated back to (deemed acceptance, 行政许可法 32(4)). ``marks`` names the moment of the case that the action sets: to
    when it takes effect, or to the moment ``marks_as`` names (a renewed life counts from the end of the old one).
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

    @property
    def late_entry(self) -> bool:
        """Whether it may be entered on a later day than it was done (补录)."""
        return any(ask.name == LATE_ENTRY for ask in self.asks)

    @property
    def automatic(self) -> bool:
        """Never offered to a person."""
        return self.by <= {"clock", "system"}


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

    ``paused_by`` is the flag a pause cause must carry to stop this clock ('statutory' or 'promised').
    """

    name: str
    title: Title
    while_states: frozenset[str]
    starts: str
    limit: Limit | str
    basis: str
    ladder: tuple[Rung, ...]
    paused_by: str | None = None


@dataclass(frozen=True, slots=True)
class Flow:
    """A versioned definition. ``digest`` is the SHA-256 of its content, kept from the first case on.

    ``former`` are the clocks of earlier versions that this one has no more, ``former_states`` their states: cases that
    were moved to it may still show what such a clock was, or where they stood.
    """

    name: str
    version: int
    title: Title
    states: Mapping[str, State]
    actions: Mapping[str, Action]
    clocks: Mapping[str, ClockRule]
    digest: str
    former: Mapping[str, ClockRule] = field(default_factory=dict)
    former_states: Mapping[str, State] = field(default_factory=dict)

    @property
    def initial(self) -> State:
        return next(state for state in self.states.values() if state.initial)

    @property
    def key(self) -> tuple[str, int]:
        return self.name, self.version

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


MOMENTS = ("opened_at", "received_at", "accepted_at", "decided_at", "entered_at", "issued_at")
"""What a clock may start from."""
EFFECTIVE_MOMENTS = (*MOMENTS, "items_accepted_at", "items_decided_at", "life_end")
"""What an action may be dated back to; of a bundle's item cases the latest; ``life_end`` is the last second of the
result's running life, on its last day."""
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
    "pause.planned",
    "pause.cap",
    "gaps.until",
    "help.first_response",
    "help.resolution",
)
