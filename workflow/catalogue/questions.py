"""Questions about a project (申报导引) as frozen data: what each answer says of it. Nothing here reads files."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from workflow.definition import Title

FigureUnit = Literal["yuan", "wan_yuan", "m2"]

FIGURE_UNITS: Mapping[str, tuple[str, int]] = {"yuan": ("yuan", 1), "wan_yuan": ("yuan", 10_000), "m2": ("m2", 1)}
"""By unit of a figure: the unit of the thresholds it is measured by, and how many of those one is."""

YES, NO = Title("是", "Yes"), Title("否", "No")


@dataclass(frozen=True, slots=True)
class Answer:
    """``sets`` and ``clears`` are the project traits it affirms and denies; ``variants`` maps items to their form."""

    code: str
    title: Title
    sets: tuple[str, ...] = ()
    clears: tuple[str, ...] = ()
    variants: Mapping[str, str] = field(default_factory=dict)
    hint: Title | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """An amount in ``unit``, of at most ``most``; ``thresholds`` name the limits it is compared with, for hints."""

    unit: FigureUnit
    most: int
    thresholds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProjectQuestion:
    """One question: either one of ``answers`` is chosen, or a ``figure`` is given.

    ``codes`` names the code list whose codes the answers are; ``note`` helps to answer.
    """

    code: str
    title: Title
    answers: Mapping[str, Answer] = field(default_factory=dict)
    figure: Figure | None = None
    codes: str | None = None
    note: Title | None = None

    @property
    def traits(self) -> frozenset[str]:
        """Every trait that some answer affirms or denies."""
        return frozenset(trait for answer in self.answers.values() for trait in (*answer.sets, *answer.clears))
