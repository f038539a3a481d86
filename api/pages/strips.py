"""The strip of a clock: one cell a day that counted, was paused, or is left; made from the same list as its proof."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from workflow.clock.calendar import Calendar
from workflow.clock.pauses import Pause
from workflow.clock.proof import Proof, ProofDay, proof
from workflow.queries.clocks import ClockView

# Beyond this many days a strip says nothing that a person could see.
LONGEST = 70


@dataclass(frozen=True, slots=True)
class Cell:
    """One day; ``tone`` are the classes of the style sheet."""

    day: date | None
    tone: str


def strip(clock: ClockView, pauses: Sequence[Pause], calendar: Calendar, today: date) -> tuple[Cell, ...]:
    """The days of a clock of days as of ``today``; empty for clocks of hours, and where there are too many."""
    if not clock.limit.unit.counts_days or (clock.total or 0) > LONGEST:
        return ()
    read_on = min(today, clock.read_on)
    proved = proof(clock.started_at, clock.limit, calendar, pauses, clock.extension, read_on)
    return cells(proved, read_on, clock.remaining or 0)


def cells(proved: Proof, today: date, remaining: int) -> tuple[Cell, ...]:
    """The cells of a proof; while a pause holds the clock, what remains follows without dates."""
    days = [day for day in proved.days if day.counts or day.rule == "pause"]
    dated = [_cell(day, days[place - 1] if place else None, proved, today) for place, day in enumerate(days)]
    if proved.due is None and dated:
        dated += [Cell(None, "s-left")] * (max(remaining, 0) - 1) + [Cell(None, "s-left is-due")] * (remaining > 0)
    return tuple(dated)


def _cell(day: ProofDay, before: ProofDay | None, proved: Proof, today: date) -> Cell:
    tones = ["s-pause" if day.rule == "pause" else "s-used" if day.date <= today else "s-left"]
    if day.provisional and day.date > today:
        tones.append("s-prov")
    if day.date == today:
        tones.append("is-today")
    if day.date == proved.due:
        tones.append("is-due")
    if before is not None and _monday(before.date) != _monday(day.date):
        tones.append("wk")
    return Cell(day.date, " ".join(tones))


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
