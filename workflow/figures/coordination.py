"""Dispatch meetings, problems, milestones: how a project is moved on."""

from collections.abc import Iterator
from datetime import date

from workflow.clock.calendar import start_of_day
from workflow.figures.subject import Fact, Rules, Subject


def meetings(subject: Subject, rules: Rules) -> Iterator[Fact]:
    """Meetings with minutes; the weekly sessions apart."""
    case = subject.case
    if case.flow == "meeting" and case.outcome == "decided" and case.decided_at is not None:
        yield Fact("meetings", "weekly" if case.data.get("regular") is True else "dispatch", case.decided_at)


def problems(subject: Subject, rules: Rules) -> Iterator[Fact]:
    """Raised, solved, dropped, each by its own moment; and what is open now, by when it was raised."""
    case = subject.case
    if case.flow != "problem":
        return
    yield Fact("problems", "raised", case.opened_at)
    if case.ended_at is None:
        yield Fact("problems_open", "open", case.opened_at)
    elif case.outcome == "dropped":
        yield Fact("problems", "dropped", case.ended_at)
    if case.outcome == "solved" and case.decided_at is not None:
        yield Fact("problems", "solved", case.decided_at)
        if "meeting" in case.data:
            yield Fact("problems", "solved_in_meetings", case.decided_at)


def milestones(subject: Subject, rules: Rules) -> Iterator[Fact]:
    """Milestones by the day they were reached; late ones with the calendar days they were late by."""
    case = subject.case
    done_on = _day(case.data.get("done_on"))
    if case.flow != "milestone" or case.outcome != "done" or done_on is None:
        return
    at = start_of_day(done_on)
    yield Fact("milestones", "reached", at)
    for part, plan in (("late", "planned_on"), ("late_by_first_plan", "planned_first")):
        planned_on = _day(case.data.get(plan))
        if planned_on is not None and done_on > planned_on:
            yield Fact("milestones", part, at, amount=(done_on - planned_on).days)


def _day(said: object) -> date | None:
    return date.fromisoformat(said) if isinstance(said, str) else None
