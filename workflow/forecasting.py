"""Breach forecast: how many of the ended cases that took as long as an open one has by now went on to miss its limit.

No model and no guess: a share of what the office has done, with the numbers it is made of, so that anybody can count it
again. Days are net working days; the day of the question counts as used.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from workflow.definition import Title

Basis = Literal["item", "stage"]
BASIS_TITLES: Mapping[Basis, Title] = {
    "item": Title("同一事项", "the same item"),
    "stage": Title("同一阶段", "the same stage"),
}


@dataclass(frozen=True, slots=True)
class History:
    """Ended cases of the same item or stage: how many took each number of days."""

    of: Basis
    taken: Mapping[int, int]

    @property
    def cases(self) -> int:
        return sum(self.taken.values())

    def reached(self, used: int) -> int:
        """How many took at least ``used`` days."""
        return sum(n for days, n in self.taken.items() if days >= used)


@dataclass(frozen=True, slots=True)
class Least:
    """The smallest sample that says anything: ended cases, and those of them that took at least as long."""

    cases: int
    reached: int


@dataclass(frozen=True, slots=True)
class Chance:
    """Of ``cases`` ended ones ``reached`` took at least ``used`` days, and ``missed`` of these more than ``limit``.

    ``over`` are the days by which those were over, all together.
    """

    of: Basis
    cases: int
    used: int
    limit: int
    reached: int
    missed: int
    over: int

    @property
    def share(self) -> float:
        """The chance to miss, from 0 to 1."""
        return self.missed / self.reached

    @property
    def expected_over(self) -> float:
        """The days a case like this is over on average, those in time counted as 0."""
        return self.over / self.reached


def chance(histories: Sequence[History], used: int, limit: int, least: Least) -> Chance | None:
    """By the first of ``histories`` that is large enough; None where none is."""
    for history in histories:
        reached = history.reached(used)
        if history.cases < least.cases or reached < max(1, least.reached):
            continue
        beyond = {days: n for days, n in history.taken.items() if days >= used and days > limit}
        return Chance(
            of=history.of,
            cases=history.cases,
            used=used,
            limit=limit,
            reached=reached,
            missed=sum(beyond.values()),
            over=sum((days - limit) * n for days, n in beyond.items()),
        )
    return None


def chance_words(one: Chance) -> Title:
    """The reason: the numbers the chance is made of."""
    of = BASIS_TITLES[one.of]
    late = f"用满 {one.used} 日的 {one.reached} 件里有 {one.missed} 件超过 {one.limit} 日"
    zh = f"{of.zh}已办结的 {one.cases} 件中，{late}"
    en = (
        f"Of {one.cases} ended cases of {of.en}, {one.reached} took {one.used} working days or more, and {one.missed} "
        f"of these more than {one.limit}"
    )
    return Title(zh, en)


def too_little_words(histories: Sequence[History], used: int, least: Least) -> Title:
    """Why there is no chance: how small the samples are."""
    zh = "；".join(
        f"{BASIS_TITLES[one.of].zh}已办结 {one.cases} 件，其中用满 {used} 日的 {one.reached(used)} 件"
        for one in histories
    )
    en = "; ".join(
        f"{one.cases} ended cases of {BASIS_TITLES[one.of].en}, {one.reached(used)} of which took {used} working days "
        "or more"
        for one in histories
    )
    return Title(
        f"历史不足：{zh or '没有办结件'}（至少要 {least.cases} 件和 {least.reached} 件）",
        f"Not enough history: {en or 'no ended case'} (at least {least.cases} and {least.reached} are needed)",
    )
