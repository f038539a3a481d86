"""The rules of a tender as frozen data (config/rules/tendering.yaml): which periods run between which moments."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from workflow.clock.limit import Limit
from workflow.definition import Title

PeriodType = Literal["min", "max", "latest", "equal", "same_moment", "amount", "count", "guard"]

PERIOD_TYPES: tuple[PeriodType, ...] = ("min", "max", "latest", "equal", "same_moment", "amount", "count", "guard")


@dataclass(frozen=True, slots=True)
class TenderMoment:
    """A day or instant of a tender; a ``deed`` has happened when it is entered."""

    title: Title
    deed: bool = False


@dataclass(frozen=True, slots=True)
class Period:
    """What one rule asks of two moments, or two figures: ``target`` against ``base``, as the file says by ``type``.

    ``percent`` is of an amount, ``least`` of a count. ``ends_on_working_day``: the end is put off to the next working
    day (practice). ``refuses``: what comes after a "max" is not taken, where else a clock only says that it is late.
    """

    name: str
    type: PeriodType
    base: str | None = None
    target: str | None = None
    limit: Limit | None = None
    percent: int | None = None
    least: int | None = None
    ends_on_working_day: bool = False
    refuses: bool = False


@dataclass(frozen=True, slots=True)
class TenderRule:
    """One of the twenty-two, in force from ``valid_from`` to ``valid_to`` (None: until further notice)."""

    code: str
    title: Title
    basis: str
    valid_from: date
    valid_to: date | None
    periods: tuple[Period, ...]

    def covers(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def named(self, period: Period) -> str:
        """The name a flow gives the limit of one of its periods: ``B11``, or ``B20_decision`` where it has several."""
        return f"{self.code}_{period.name}" if period.name else self.code


@dataclass(frozen=True, slots=True)
class Tendering:
    """All rules by code, and the moments between which they run, by name."""

    moments: Mapping[str, TenderMoment]
    rules: Mapping[str, TenderRule]

    def periods(self, *types: PeriodType, on: date | None = None) -> Iterator[tuple[TenderRule, Period]]:
        """The periods of these types in the order of the rules; ``on``: only of rules in force on that day."""
        for rule in self.rules.values():
            if on is not None and not rule.covers(on):
                continue
            for period in rule.periods:
                if period.type in types:
                    yield rule, period

    def period(self, name: str) -> tuple[TenderRule, Period]:
        """One period by the name `TenderRule.named` gives it. KeyError for any other."""
        for rule in self.rules.values():
            for period in rule.periods:
                if rule.named(period) == name:
                    return rule, period
        raise KeyError(name)
