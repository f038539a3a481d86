"""The definitions 口径 of the leader's figures as frozen data; what computes them is `workflow.figures`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from workflow.catalogue.items import Validity
from workflow.definition import Title

Counted = Literal["in_period", "as_of_now"]
PartsOf = Literal["causes", "ratings", "hours", "days", "lights"]
Measure = Literal["n", "amount"]
Compare = Literal["fewer", "at_most"]

COUNTED: tuple[Counted, ...] = ("in_period", "as_of_now")
PARTS_OF: tuple[PartsOf, ...] = ("causes", "ratings", "hours", "days", "lights")
MEASURES: tuple[Measure, ...] = ("n", "amount")
FIGURES = (
    "early_finish",
    "days_saved",
    "net_days",
    "decisions",
    "landing",
    "meetings",
    "problems",
    "problems_open",
    "extended_hours",
    "lights",
    "cards",
    "milestones",
    "help_response",
    "help_hours",
    "pauses",
    "pause_honesty",
    "satisfaction",
    "bad_ratings",
    "backfilled",
    "urges",
    "supervision_notices",
)
"""The figures that `workflow.figures` computes, in the order in which they are shown; each has its definition."""
COMPARES: tuple[Compare, ...] = ("fewer", "at_most")


@dataclass(frozen=True, slots=True)
class FigureRatio:
    """One number made of two: ``of`` a part, ``among`` another; without ``among`` the average amount of the part.

    ``by``: whether numbers or amounts are divided.
    """

    code: str
    title: Title
    of: str
    among: str | None = None
    by: Measure = "n"


@dataclass(frozen=True, slots=True)
class FigureDefinition:
    """What one figure counts, in words for people and as far as reading needs it.

    ``parts`` have the names of this file, or are the words of a list (``parts_of``). ``counted``: what falls into the
    period by its moment, or what stands now. ``unit`` is that of the amounts. ``distinct_projects``: each project is
    counted once, too.
    """

    code: str
    version: int
    title: Title
    numerator: Title
    denominator: Title
    excluded: Title
    period: Title
    as_of: Title
    counted: Counted
    unit: str
    validity: Validity
    parts: Mapping[str, Title]
    parts_of: PartsOf | None
    ratios: Mapping[str, FigureRatio]
    distinct_projects: bool = False


@dataclass(frozen=True, slots=True)
class EarlyFinish:
    """提前办结 (fact book, U7). ``compare``: strictly fewer days than promised, or no more. Cases that ended as one of
    ``without`` are not in the denominator."""

    compare: Compare
    without: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LandingTime:
    """落地时间 (fact book, U16): a project has landed with the first of ``permits`` that was granted to it."""

    permits: tuple[str, ...]
