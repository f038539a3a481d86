"""What rows are made from: a project and a case with its history, as plain data. Instants are aware."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of a case's history. ``actor_name`` is None for the clock and the system."""

    seq: int
    action: str
    from_state: str
    to_state: str
    actor_role: str
    actor_name: str | None
    effective_at: datetime
    recorded_at: datetime
    input: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PauseFact:
    """One pause, in the order of opening."""

    id: int
    cause: str
    since: date
    until: date | None


@dataclass(frozen=True, slots=True)
class ClockFact:
    """One round of a clock; ``amount`` in ``unit``, with its extension in ``extension``."""

    name: str
    round: int
    amount: int
    unit: str
    extension: int
    due_on: date | None
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class DocumentFact:
    """One document of a case and the line of history that issued it."""

    seq: int
    kind: str
    no: str
    effective_at: datetime


@dataclass(frozen=True, slots=True)
class MaterialFact:
    """One upload, to the case or to its joint application."""

    id: int
    code: str
    filename: str
    uploaded_at: datetime


@dataclass(frozen=True, slots=True)
class CommitmentCheck:
    """A check after a commitment: what its case keeps, and what it has come to (``outcome`` None while open)."""

    case_id: int
    department: str
    outcome: str | None
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SiteFacts:
    """What a row of a case needs of its project."""

    id: int
    code: str
    name: str
    splclx: int


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """A case of a flow that is exported, with its whole history. ``joint_no`` is its joint application's number."""

    id: int
    no: str
    flow: str
    flow_version: int
    item: str
    item_version: int
    department: str
    joint_no: str | None
    data: Mapping[str, Any]
    limits: Mapping[str, str]
    site: SiteFacts
    lines: tuple[LogLine, ...]
    pauses: tuple[PauseFact, ...]
    clocks: tuple[ClockFact, ...]
    documents: tuple[DocumentFact, ...]
    materials: tuple[MaterialFact, ...]
    checks: tuple[CommitmentCheck, ...]


@dataclass(frozen=True, slots=True)
class CaseInBrief:
    """An item case of a project, as far as what belongs to the project needs it."""

    no: str
    item: str
    department: str
    outcome: str | None
    received_at: datetime
    accepted_at: datetime | None
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class SideCase:
    """A case of another flow on the project: segment, acceptance, milestone, opinion. ``lead`` is the department of
    the case above it, ``answered_by`` who gave its last line a name."""

    id: int
    no: str
    flow: str
    state: str
    outcome: str | None
    department: str
    lead: str | None
    answered_by: str | None
    opened_at: datetime
    decided_at: datetime | None
    issued_at: datetime | None
    ended_at: datetime | None
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ProjectFacts:
    """A project with its company. ``cases`` are those received, ``sides`` its other cases that rows are made from."""

    id: int
    code: str
    name: str
    company: str
    company_name: str
    splclx: int
    street: str
    investment_wan: float
    area_m2: float
    facts: Mapping[str, Any]
    planned_start: date | None
    cases: tuple[CaseInBrief, ...]
    sides: tuple[SideCase, ...]
