"""The leader's figures 作战图 of a period, cut by one dimension at a time, each with its definition. One statement.

Sums are kept by one dimension at a time, so two at once cannot be asked for; a breakdown goes by the same dimension or
by month. What stands now is read off dates as of now, whatever the period.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from workflow.catalogue import Catalogue, FigureDefinition, FigureRatio
from workflow.definition import Title
from workflow.figures import FIGURES
from workflow.queries.figure_scope import MONTH, Ask, Scope, scope_of, values_of
from workflow.queries.figure_sums import parameters, statement
from workflow.work import Work


@dataclass(frozen=True, slots=True)
class Part:
    """One number; ``projects`` where each project is counted once, too. ``first_at`` is the earliest moment of what
    stands now."""

    code: str
    title: Title
    n: int
    amount: int
    projects: int | None = None
    first_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Ratio:
    """``numerator`` divided by ``denominator``; ``value`` None where there is nothing to divide by."""

    code: str
    title: Title
    numerator: int
    denominator: int
    value: float | None


@dataclass(frozen=True, slots=True)
class Group:
    """The numbers of one value or month; ``key`` None is all of them together."""

    key: str | None
    title: Title
    parts: tuple[Part, ...]
    ratios: tuple[Ratio, ...]

    def part(self, code: str) -> Part | None:
        """The number with this code, None where there is none."""
        return next((one for one in self.parts if one.code == code), None)


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure with the definition, in its version, that it was counted by."""

    definition: FigureDefinition
    whole: Group
    groups: tuple[Group, ...]

    @property
    def code(self) -> str:
        return self.definition.code

    @property
    def version(self) -> int:
        return self.definition.version


@dataclass(frozen=True, slots=True)
class Figures:
    """All figures asked for. ``behind`` counts what happened and is not folded in yet; ``complete`` False: they are
    being counted anew from the first case on. ``aside`` counts the cases (at most 1000) that cannot be worked out and
    stand with what they added before."""

    scope: Scope
    as_of: datetime
    behind: int
    complete: bool
    aside: int
    figures: tuple[Figure, ...]

    def figure(self, code: str) -> Figure:
        """One of them; KeyError where it was not asked for."""
        return {one.code: one for one in self.figures}[code]


def figures(work: Work, ask: Ask, codes: Sequence[str] = FIGURES) -> Figures:
    """The figures ``codes`` as the actor may ask for them; raises BadInput, NotAllowed."""
    scope = scope_of(work, ask)
    known = work.office.catalogue.figures
    found_by = statement(scope.dimension, scope.by, scope.values is None)
    found: dict[str, _Read] = {code: _Read() for code in codes}
    behind, complete, aside = 0, False, 0
    for row in work.conn.execute(found_by, parameters(work, scope, codes)):
        if row.what == "state":
            behind, complete = row.n, row.amount == 1
        elif row.what == "aside":
            aside = row.n
        elif row.what == "whole":
            found[row.figure].projects[row.part] = row.n
        elif row.what == "projects":
            found[row.figure].number(row.key, row.part)["projects"] = row.n
        else:
            found[row.figure].number(row.key, row.part).update(n=row.n, amount=row.amount, first_at=row.first)
    names = {} if scope.by in (None, MONTH) else values_of(work.office.catalogue, scope.dimension)
    made = tuple(_figure(work, known[code], found[code], scope, names) for code in codes)
    return Figures(scope, work.now, behind, complete, aside, made)


@dataclass(slots=True)
class _Read:
    """The rows of one figure: by key, which is empty without a breakdown, and by part; projects of the whole apart."""

    keys: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    projects: dict[str, int] = field(default_factory=dict)

    def number(self, key: str, part: str) -> dict[str, Any]:
        """What is read of one part under one key."""
        return self.keys.setdefault(key, {}).setdefault(part, {})


def part_titles(catalogue: Catalogue, definition: FigureDefinition) -> Mapping[str, Title]:
    """The names of the parts there may be, in their order; days of a distribution are named as they come."""
    match definition.parts_of:
        case "causes" | "ratings":
            return catalogue.words(definition.parts_of)
        case "hours":
            return {f"{hour:02}": Title(f"{hour:02} 时", f"{hour:02}:00") for hour in range(24)}
        case "lights":
            return BAND_TITLES
        case _:
            return definition.parts


BAND_TITLES: Mapping[str, Title] = {
    "green": Title("正常", "Green"),
    "notice": Title("提醒", "Notice"),
    "yellow": Title("黄灯", "Yellow"),
    "overdue": Title("已超期", "Overdue"),
    "red": Title("红灯", "Red"),
    "paused": Title("暂停计时", "Paused"),
}


def _figure(work: Work, definition: FigureDefinition, found: _Read, scope: Scope, names: Mapping[str, Title]) -> Figure:
    titles = part_titles(work.office.catalogue, definition)
    # What stands now belongs to no month.
    broken = scope.by is not None and (scope.by != MONTH or definition.counted == "in_period")
    keys = sorted(found.keys) if broken else []
    groups = (_group(definition, titles, key, names.get(key, Title(key, key)), found.keys[key]) for key in keys)
    return Figure(definition, _group(definition, titles, None, _ALL, _summed(found)), tuple(groups))


def _summed(found: _Read) -> dict[str, dict[str, Any]]:
    whole: dict[str, dict[str, Any]] = {}
    for parts in found.keys.values():
        for part, told in parts.items():
            sums = whole.setdefault(part, {"n": 0, "amount": 0, "first_at": None})
            sums["n"] += told.get("n", 0)
            sums["amount"] += told.get("amount", 0)
            earliest = [at for at in (sums["first_at"], told.get("first_at")) if at is not None]
            sums["first_at"] = min(earliest, default=None)
    for part, projects in found.projects.items():
        whole.setdefault(part, {})["projects"] = projects
    return whole


_ALL = Title("合计", "All")


def _group(
    definition: FigureDefinition,
    titles: Mapping[str, Title],
    key: str | None,
    title: Title,
    found: Mapping[str, Mapping[str, Any]],
) -> Group:
    # A part that a definition names stands there with 0; words of a list only where there is something.
    named = titles if definition.parts or definition.parts_of == "lights" else {}
    codes = [*named, *sorted((code for code in found if code not in named), key=_order(titles))]
    parts = tuple(
        Part(
            code,
            titles.get(code, Title(code, code)),
            found.get(code, {}).get("n", 0),
            found.get(code, {}).get("amount", 0),
            found.get(code, {}).get("projects", 0) if definition.distinct_projects else None,
            found.get(code, {}).get("first_at"),
        )
        for code in codes
    )
    numbers = {one.code: one for one in parts}
    return Group(key, title, parts, tuple(_ratio(numbers, one) for one in definition.ratios.values()))


def _order(titles: Mapping[str, Title]) -> Callable[[str], tuple[int, int, str]]:
    """Words in the order of their list, numbers by their size, anything else behind."""
    places = {code: place for place, code in enumerate(titles)}
    return lambda code: (places.get(code, len(places)), int(code) if code.lstrip("-").isdigit() else 0, code)


def _ratio(parts: Mapping[str, Part], rule: FigureRatio) -> Ratio:
    of = parts.get(rule.of)
    if rule.among is None:
        numerator, denominator = (of.amount, of.n) if of else (0, 0)
    else:
        numerator, denominator = (
            getattr(parts[name], rule.by) if name in parts else 0 for name in (rule.of, rule.among)
        )
    value = round(numerator / denominator, 4) if denominator else None
    return Ratio(rule.code, rule.title, numerator, denominator, value)
