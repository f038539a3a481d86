"""A prefix index over a run of years: counting working days is a subtraction, adding them a look-up."""

from array import array
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class DayIndex:
    """``before[i]`` = working days before day ``first + i``; ``working[k]`` = the k-th working day of the run.

    ``first`` is a proleptic ordinal; ``before`` has one entry more than there are days.
    """

    first_year: int
    last_year: int
    first: int
    before: "array[int]"
    working: list[date]

    def covers(self, day: date) -> bool:
        return self.first_year <= day.year <= self.last_year

    def count_before(self, day: date) -> int:
        return self.before[day.toordinal() - self.first]

    def count_through(self, day: date) -> int:
        return self.before[day.toordinal() - self.first + 1]


def build_index(first_year: int, last_year: int, exceptions_of: Callable[[int], Mapping[date, bool]]) -> DayIndex:
    """Index the years; ``exceptions_of(year)`` maps the days that differ from the weekly pattern to "is worked"."""
    first = date(first_year, 1, 1).toordinal()
    before = array("i", [0])
    working: list[date] = []
    for year in range(first_year, last_year + 1):
        exceptions = exceptions_of(year)
        for ordinal in range(date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal() + 1):
            day = date.fromordinal(ordinal)
            if exceptions.get(day, day.weekday() < 5):
                working.append(day)
            before.append(len(working))
    return DayIndex(first_year, last_year, first, before, working)
