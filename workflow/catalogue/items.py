"""An approval item (审批事项) as frozen data: limits, materials, prerequisites, lifetime. Nothing here reads files."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from workflow.clock.limit import Limit
from workflow.definition import Title

Kind = Literal["permit", "filing", "review", "service"]
Base = Literal["receipt", "acceptance"]
Level = Literal["district", "city", "province"]
Edge = Literal["must_precede_decision", "must_precede_event", "may_parallel"]
Signer = Literal["applicant", "designer"]

KINDS: tuple[Kind, ...] = ("permit", "filing", "review", "service")
BASES: tuple[Base, ...] = ("receipt", "acceptance")
LEVELS: tuple[Level, ...] = ("district", "city", "province")
EDGES: tuple[Edge, ...] = ("must_precede_decision", "must_precede_event", "may_parallel")
SIGNERS: tuple[Signer, ...] = ("applicant", "designer")
COMMITMENT_RESULTS = ("licence", "pre_licence")
FORMATS = ("pdf", "jpg", "png", "docx", "xlsx", "zip", "dwg")

ORDINARY = Title("一般情形", "Ordinary form")
"""The base form of an item that gives it no name."""


@dataclass(frozen=True, slots=True)
class Validity:
    """From when to when (both days included; None: until further notice) a file speaks, and who says so.

    ``assumed`` marks a default that waits for the published figure; pages say so beside it.
    """

    valid_from: date
    valid_to: date | None
    source: str
    assumed: bool = False

    def covers(self, day: date) -> bool:
        """Whether the file speaks for ``day`` (a legal day in Asia/Shanghai)."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class ItemLimit:
    """How long the office may take, counted from ``base``. ``instant`` is 即办: on the spot, the limit is the fence."""

    limit: Limit
    base: Base
    basis: str
    instant: bool = False
    assumed: bool = False
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Extension:
    """The one lawful extension (行政许可法 42): ``days`` are working days, approved by ``role``."""

    days: int
    role: str
    basis: str


@dataclass(frozen=True, slots=True)
class Material:
    """One paper of the application. The same ``code`` in two items is the same paper: one upload serves both.

    ``issued_by`` is "applicant", "third_party", a department code, or the item whose result the paper is.
    ``may_follow``: may be handed in later (容缺), and the result waits for it. ``max_mb`` is in MiB. ``sample`` says
    where a filled-in example is found, None where none is published.
    """

    code: str
    title: Title
    required: bool
    formats: tuple[str, ...]
    max_mb: int
    issued_by: str
    may_follow: bool = False
    sample: str | None = None


@dataclass(frozen=True, slots=True)
class Prerequisite:
    """What must come before.

    ``must_precede_decision``: this item may not be granted before one of ``any_of`` (or of ``substitutes``) is
    granted, or the paper ``or_document`` is attached. ``must_precede_event``: this item itself must be granted before
    ``event`` of the project. ``may_parallel``: worth knowing, never refused. Only where the project has the trait
    ``applies_if``; waived where it has ``waived_if``. ``simulated_ok``: a simulated review may run before it is met.
    """

    kind: Edge
    title: Title
    any_of: tuple[str, ...] = ()
    or_document: str | None = None
    substitutes: tuple[str, ...] = ()
    event: str | None = None
    applies_if: str | None = None
    waived_if: str | None = None
    simulated_ok: bool = False

    @property
    def satisfied_by(self) -> tuple[str, ...]:
        """Every item whose grant satisfies it."""
        return self.any_of + self.substitutes


@dataclass(frozen=True, slots=True)
class Applies:
    """When a project needs the item, where not one trait alone says so (``applies_if``), and why in words.

    Needed with one of the traits ``any_of`` (empty: by every project) and none of ``none_of``. ``optional``: without
    the former it may still be applied for.
    """

    title: Title
    any_of: tuple[str, ...] = ()
    none_of: tuple[str, ...] = ()
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Renewal:
    """How often and by how much a result may be prolonged, and how long before its end that must be asked."""

    times: int
    limit: Limit
    apply_before: Limit | None = None


@dataclass(frozen=True, slots=True)
class Lifetime:
    """How long a result lives, from its issue or its decision until ``until`` must have happened.

    ``lapses``: void by itself afterwards (建筑法 9); else it stays and has to be looked at anew (环评法 24).
    """

    limit: Limit
    base: Literal["issue", "decision"]
    basis: str
    until: str | None = None
    renewal: Renewal | None = None
    lapses: bool = True
    assumed: bool = False
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Commitment:
    """That the item may be granted on the applicant's word (告知承诺), to be checked afterwards.

    ``signers`` are who signs the 承诺书: "applicant", and "designer" where the design vouches for it. ``check_within``
    is the longest time until the check. ``variant``: only this form of the item is granted so; None: every form.
    ``result``: the licence itself, or no more than a pre-licence (预许可) with the item's ``pre_licence`` as its life.
    """

    signers: tuple[Signer, ...]
    check_within: Limit
    basis: str
    result: Literal["licence", "pre_licence"] = "licence"
    variant: str | None = None
    assumed: bool = False
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Duty:
    """A term for the applicant, not for the office: within ``limit`` of the project event ``base``."""

    title: Title
    limit: Limit
    base: str
    basis: str
    assumed: bool = False


@dataclass(frozen=True, slots=True)
class Variant:
    """A form of the item with other limits (环评报告书 beside 报告表); what it leaves out is as in the item.

    ``offered`` False: it comes about later (被抽中检查), no applicant can choose it.
    """

    code: str
    title: Title
    statutory: ItemLimit | None = None
    promised: ItemLimit | None = None
    offered: bool = True


@dataclass(frozen=True, slots=True)
class Item:
    """One approval item. A case keeps ``code``, ``version`` and ``digest``; a later edit never moves its dates.

    ``statutory`` is None where no law sets a limit, ``promised`` None where nothing is promised. ``pauses`` are the
    causes that may be used here. ``applies_if`` and ``waived_if`` name project traits; ``applies`` says when it is
    needed where ``applies_if`` does not. ``parallel``: runs beside the stages (并行推进), no stage waits for it.
    ``gap_limit`` is the longest promise for papers that may follow. ``commitment`` None: never on the applicant's word
    alone. ``exchange`` holds known codes of GB/T 39046
    (item_type, handling_type).
    ``base_form`` is what the item is called beside its ``variants``, where none of them is chosen.
    """

    code: str
    version: int
    validity: Validity
    title: Title
    stage: int
    department: str
    kind: Kind
    digest: str
    level: Level = "district"
    co_departments: tuple[str, ...] = ()
    statutory: ItemLimit | None = None
    promised: ItemLimit | None = None
    extension: Extension | None = None
    pauses: tuple[str, ...] = ()
    materials: tuple[Material, ...] = ()
    prerequisites: tuple[Prerequisite, ...] = ()
    lifetime: Lifetime | None = None
    pre_licence: Lifetime | None = None
    commitment: Commitment | None = None
    duty: Duty | None = None
    variants: tuple[Variant, ...] = ()
    base_form: Title | None = None
    gap_limit: ItemLimit | None = None
    applies_if: str | None = None
    waived_if: str | None = None
    applies: Applies | None = None
    parallel: bool = False
    public: bool = True
    exchange: Mapping[str, str] = field(default_factory=dict)
    note: str | None = None

    def limits(self, variant: str | None = None) -> tuple[ItemLimit | None, ItemLimit | None]:
        """The statutory and the promised limit, of a variant where one is named. KeyError for an unknown variant."""
        if variant is None:
            return self.statutory, self.promised
        chosen = {one.code: one for one in self.variants}[variant]
        return chosen.statutory or self.statutory, chosen.promised or self.promised

    @property
    def rule(self) -> Applies:
        """When it is needed, however the file says it; by every project where the file says nothing."""
        if self.applies is not None:
            return self.applies
        traits = () if self.applies_if is None else (self.applies_if,)
        return Applies(Title("各类项目都办理", "Needed by every project"), traits)

    @property
    def offered_variants(self) -> tuple[Variant, ...]:
        """The forms an applicant may choose instead of the base form."""
        return tuple(one for one in self.variants if one.offered)

    def variant_title(self, code: str | None) -> Title | None:
        """What the form ``code`` (None: the base form) is called; None where the item has one form only."""
        if not self.variants:
            return None
        own = {one.code: one.title for one in self.variants}
        return (own.get(code) if code else None) or self.base_form or ORDINARY

    def material(self, code: str) -> Material | None:
        """The paper with this code, or None where the item does not ask for it."""
        return next((material for material in self.materials if material.code == code), None)

    @property
    def required_materials(self) -> tuple[str, ...]:
        """The codes of the papers that must be there, those that may follow included."""
        return tuple(material.code for material in self.materials if material.required)

    @property
    def must_precede(self) -> tuple[Prerequisite, ...]:
        """The prerequisites of the decision."""
        return tuple(one for one in self.prerequisites if one.kind == "must_precede_decision")
