"""What another calendar changes: the days that count otherwise, and the day from which dates may move."""

from datetime import date
from functools import lru_cache
from itertools import chain

from workflow.clock.calendar import Calendar
from workflow.clock.days import Day
from workflow.clock.statutory import statutory_days


def changed_days(old: Calendar, new: Calendar) -> tuple[tuple[Day, Day], ...]:
    """The days that count in one calendar and not in the other, as (old, new), by date.

    Where only one has a notice for the year, the other's estimate is compared: such a day may stay as it was
    estimated. Outside the published years of both only the days of closures can differ.
    """
    days = sorted(_apart(old, new))
    pairs = ((old.day(day), new.day(day)) for day in days)
    return tuple((before, after) for before, after in pairs if before.counts != after.counts)


@lru_cache(maxsize=64)
def first_affected_day(old: Calendar, new: Calendar) -> date | None:
    """The first day that counts otherwise or is provisional in one calendar only; None where nothing differs.

    A clock that ends before it keeps its date. Other office hours affect every day, from the first published one.
    """
    if old.hours != new.hours:
        return date(min(old.years[0], new.years[0]), 1, 1)
    settled = [date(year, 1, 1) for year in set(old.years) ^ set(new.years)]
    changed = [before.date for before, _ in changed_days(old, new)]
    return min(chain(settled, changed), default=None)


def _apart(old: Calendar, new: Calendar) -> set[date]:
    found = set(old.named_days | new.named_days)
    for year in set(old.years) ^ set(new.years):
        found.update(statutory_days(year))
    return found
