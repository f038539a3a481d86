"""The documents the office issues as frozen data: kinds with their versions, remedies, whom to call."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from workflow.catalogue.items import Validity
from workflow.definition import Title
from workflow.documents import EITHER

Seal = Literal["permit", "office", "none"]

SEALS: tuple[Seal, ...] = ("permit", "office", "none")


@dataclass(frozen=True, slots=True)
class DocumentKind:
    """One kind of document (文书), as one version of its template has it.

    ``code`` is the word (字) its numbers carry. ``states`` are the facts it must state, each a tuple of names one of
    which is enough; ``may_state`` what it states where there is any. ``seal`` is whose seal goes on it: that for
    permits (行政许可专用章), the office's own, or none. ``internal``:
    from office to office, no applicant has it. ``remedy`` names the remedies told in it. ``file`` is the
    template, relative to ``config/documents``; ``digest`` its SHA-256.
    """

    kind: str
    version: int
    code: str
    title: Title
    validity: Validity
    basis: str
    seal: Seal
    states: tuple[tuple[str, ...], ...]
    file: str
    digest: str
    may_state: tuple[str, ...] = ()
    remedy: str | None = None
    internal: bool = False
    former: tuple["DocumentKind", ...] = ()

    @property
    def facts(self) -> tuple[str, ...]:
        """Every fact it names, each once."""
        return tuple(dict.fromkeys((*(name for names in self.states for name in names), *self.may_state)))

    @property
    def template(self) -> str:
        """The template as a document keeps it: ``acceptance_notice v1 3f2a9c…``."""
        return f"{self.kind} v{self.version} {self.digest[:12]}"

    def on(self, day: date) -> "DocumentKind":
        """The version in force on ``day``: the newest that had begun; before all of them the oldest."""
        versions = (self, *self.former)
        begun = [one for one in versions if one.validity.valid_from <= day]
        return max(begun, key=lambda one: one.version) if begun else min(versions, key=lambda one: one.version)


@dataclass(frozen=True, slots=True)
class RemedyText:
    """What a remedy said from ``valid_from`` to ``valid_to`` (both included; None: until further notice)."""

    valid_from: date
    valid_to: date | None
    basis: str
    text: Title


@dataclass(frozen=True, slots=True)
class Remedy:
    """How a decision may be fought (救济途径), with all its texts, oldest first."""

    code: str
    title: Title
    texts: tuple[RemedyText, ...]

    def on(self, day: date) -> RemedyText | None:
        """The text in force on ``day``; None where there was none."""
        return next(
            (one for one in self.texts if one.valid_from <= day and (one.valid_to is None or day <= one.valid_to)), None
        )


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to call about a case of a department: a place or a role, never a person's name."""

    contact: str
    phone: str


@dataclass(frozen=True, slots=True)
class Contacts:
    """``departments`` holds those that have a line of their own, ``general`` serves all others."""

    general: Contact
    supervision_phone: str
    departments: Mapping[str, Contact]

    def of(self, department: str) -> Contact:
        return self.departments.get(department, self.general)


def either(names: tuple[str, ...]) -> str:
    """Facts one of which is enough, as a file writes them."""
    return EITHER.join(names)
