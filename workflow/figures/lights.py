"""Open cases by their nearest date: facts say when, and what time has made of it is a reading of now.

So lights are right when every worker is dead: no fact has to change because a day has passed.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from workflow.catalogue import Lights
from workflow.clock.calendar import Calendar, end_of_day, local_day
from workflow.clock.words import WARNING_MINUTES
from workflow.figures.subject import NEVER, Fact, Rules, Subject

RUNNING, EXACT, PAUSED = "running", "exact", "paused"
"""What a fact keeps of an open case; ``exact``: its clocks run in hours and minutes."""
BANDS = ("green", "notice", "yellow", "overdue", "red", "paused")
"""What is read of it: by the cards of config/rules/lights.yaml; overdue before its red card, red from there on."""


def lights(subject: Subject, rules: Rules) -> Iterator[Fact]:
    """One for every open case; an application that was not handed in is nobody's in the office."""
    case, flow = subject.case, subject.flow
    draft = flow.opening is None and flow.initial.turn == "applicant" and case.state == flow.initial.name
    if case.ended_at is not None or draft:
        return
    part = PAUSED if subject.paused else EXACT if _exact(subject) else RUNNING
    yield Fact("lights", part, subject.due_at or NEVER)


def edges(calendar: Calendar, lights: Lights, now: datetime) -> dict[str, datetime]:
    """The dates (instants) at which bands meet as of ``now``.

    ``red``: up to it a red card has fallen; ``yellow``, ``notice``: up to them that much is left or less; ``soon``: of
    clocks of minutes.
    """
    today = local_day(now)
    return {
        "red": end_of_day(_days_back(calendar, today, lights.red_after.amount)),
        "now": now,
        "yellow": _left(calendar, today, lights.yellow_left.amount),
        "notice": _left(calendar, today, lights.notice_left.amount),
        "soon": now + timedelta(minutes=WARNING_MINUTES),
    }


def _exact(subject: Subject) -> bool:
    """Whether the clock that decides its date runs in hours or minutes."""
    ending = [clock for clock in subject.case.running_clocks if clock.due_at == subject.due_at]
    return bool(ending) and not any(clock.limit.unit.counts_days for clock in ending)


def _left(calendar: Calendar, today: date, working_days: int) -> datetime:
    """The end of the last day that has no more than so many working days left."""
    return end_of_day(calendar.add_working_days(today, working_days + 1) - timedelta(days=1))


def _days_back(calendar: Calendar, today: date, working_days: int) -> date:
    """The last day after which so many working days have begun."""
    return calendar.add_working_days(today + timedelta(days=1), -working_days) - timedelta(days=1)
