"""How long one item takes, forwards and backwards, day by day on the calendar."""

from datetime import date

from workflow.catalogue import Item, ItemLimit
from workflow.clock.calendar import Calendar, start_of_day
from workflow.clock.deadline import deadline
from workflow.planning.question import Dated, Measure


def chosen_limit(item: Item, measure: Measure, variant: str | None = None) -> ItemLimit | None:
    """The limit by that measure; where there is none, the other one; None where nothing is stated at all."""
    statutory, promised = item.limits(variant)
    return (promised or statutory) if measure == "promised" else (statutory or promised)


def decided_on(limit: ItemLimit | None, filed: date, calendar: Calendar, intake: int = 0) -> Dated:
    """When an item filed on ``filed`` is decided at the latest, on a working day; without a limit the same day."""
    if limit is None:
        return working(filed, calendar.is_provisional(filed), calendar)
    from_acceptance = limit.base == "acceptance" and intake > 0
    base = calendar.add_working_days(filed, intake) if from_acceptance else filed
    due = deadline(start_of_day(base), limit.limit, calendar)
    if due.on is None:
        raise ValueError(f"limit {limit.limit} has no end")
    return working(due.on, due.provisional or calendar.is_provisional(base), calendar)


def latest_filing(limit: ItemLimit | None, wanted: Dated, calendar: Calendar, intake: int = 0) -> Dated:
    """The last working day on which filing is still decided by ``wanted``, which must be a working day.

    `decided_on` never falls when its start rises, so that the day is found by doubling steps and halving them.
    ValueError where that leaves the calendar.
    """

    def late(back: int) -> bool:
        day = calendar.add_working_days(wanted.day, -back)
        return decided_on(limit, day, calendar, intake).day > wanted.day

    if not late(0):
        return wanted
    too_few, enough = 0, 1
    while late(enough):
        too_few, enough = enough, enough * 2
    while enough - too_few > 1:
        middle = (too_few + enough) // 2
        too_few, enough = (middle, enough) if late(middle) else (too_few, middle)
    day = calendar.add_working_days(wanted.day, -enough)
    return Dated(day, wanted.provisional or calendar.is_provisional(day))


def working(day: date, provisional: bool, calendar: Calendar) -> Dated:
    """That day, or the next working day where it is none."""
    on = day if calendar.is_working(day) else calendar.add_working_days(day, 1)
    return Dated(on, provisional or calendar.is_provisional(on))
