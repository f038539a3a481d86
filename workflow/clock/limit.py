"""A budget of time: an amount, its unit, and whether it must not be exceeded or not be undercut."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

Direction = Literal["max", "min"]

LARGEST_AMOUNT = 999_999


class Unit(StrEnum):
    """The unit belongs to the limit: 工作日, 日 (calendar), 工作小时 (office hours), 小时 and 分钟 (7×24), 月, 年."""

    WORKING_DAY = "wd"
    CALENDAR_DAY = "cd"
    WORKING_HOUR = "wh"
    HOUR = "h"
    MINUTE = "min"
    MONTH = "mo"
    YEAR = "y"

    @property
    def counts_days(self) -> bool:
        """True where whole legal days are counted and the start day is not; False where the exact instant rules."""
        return self not in (Unit.WORKING_HOUR, Unit.HOUR, Unit.MINUTE)


_FORM = re.compile(rf"([0-9]{{1,6}})({'|'.join(unit.value for unit in Unit)})")


@dataclass(frozen=True, slots=True)
class Limit:
    """``direction`` "max": done by its end at the latest; "min": not before its end. ValueError for a bad amount."""

    amount: int
    unit: Unit
    direction: Direction = "max"

    def __post_init__(self) -> None:
        if not 0 <= self.amount <= LARGEST_AMOUNT:
            raise ValueError(f"limit of {self.amount}{self.unit}: an amount from 0 to {LARGEST_AMOUNT} is accepted")

    def __str__(self) -> str:
        return f"{self.amount}{self.unit}"


def parse_limit(text: str) -> Limit:
    """``"20wd"`` → Limit(20, WORKING_DAY, "max"); ValueError naming the text and the accepted units."""
    found = _FORM.fullmatch(text)
    if not found:
        units = " ".join(unit.value for unit in Unit)
        raise ValueError(f"limit {text!r}: a whole number and a unit are accepted, as in 20wd (units: {units})")
    return Limit(int(found[1]), Unit(found[2]))
