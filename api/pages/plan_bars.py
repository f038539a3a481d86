"""The bars of a plan: one strip an item, all on one axis of days; made from the same dates as the table."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from workflow.planning import Plan, Step

# More cells than this say nothing on a telephone: then a cell stands for several days.
MOST_CELLS = 36
# A wanted day far away would press everything else into one cell.
LONGEST_DAYS = 3660


@dataclass(frozen=True, slots=True)
class Bar:
    """The cells of one item, each with its classes of the style sheet; ``axis`` is first and last day of all."""

    cells: tuple[str, ...]
    axis: tuple[date, date]


def bars(plan: Plan, today: date) -> Mapping[str, Bar]:
    """By item."""
    if not plan.steps:
        return {}
    first, last = _axis(plan, today)
    width = max(1, -(-((last - first).days + 1) // MOST_CELLS))
    starts = [first + timedelta(days=days) for days in range(0, (last - first).days + 1, width)]
    goal = plan.question.until or (plan.ends.day if plan.ends else last)
    return {
        step.item: Bar(tuple(_cell(step, plan, start, width, today, goal) for start in starts), (first, last))
        for step in plan.steps
    }


def _axis(plan: Plan, today: date) -> tuple[date, date]:
    days = [today, plan.question.start]
    for step in plan.steps:
        days += [step.decision.day]
        # A case filed long ago begins at the edge.
        days += [] if step.running else [step.filing.day]
        days += [one.day for one in (step.latest_filing, step.latest_decision) if one is not None]
    if plan.question.until is not None:
        days.append(plan.question.until)
    first, last = min(days), max(days)
    return first, min(last, first + timedelta(days=LONGEST_DAYS))


def _cell(step: Step, plan: Plan, start: date, width: int, today: date, goal: date) -> str:
    end = start + timedelta(days=width - 1)
    tones = [_tone(step, plan, start, end)]
    if start <= today <= end:
        tones.append("is-today")
    if start <= goal <= end:
        tones.append("is-due")
    return " ".join(tones)


def _tone(step: Step, plan: Plan, start: date, end: date) -> str:
    """Worked on, waiting for another decision, to spare, or nothing: what the first of these days says."""
    backwards = plan.question.until is not None
    if backwards and step.running is None and step.latest_filing is not None and step.latest_decision is not None:
        if step.latest_filing.day <= end and start <= step.latest_decision.day:
            return "p-run"
        return "p-slack" if step.filing.day <= end and start < step.latest_filing.day else "p-off"
    busy_until = step.decision.day if step.overdue else step.limit_ends.day
    if step.filing.day <= end and start <= busy_until:
        return "p-run"
    if step.limit_ends.day < start <= step.decision.day:
        return "p-wait"
    spare = step.latest_decision is not None and step.decision.day < start <= step.latest_decision.day
    return "p-slack" if spare else "p-off"
