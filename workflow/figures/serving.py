"""Service beyond the office hours and for whoever asks: extended hours, first answers, ratings, call-backs."""

from collections.abc import Iterator
from datetime import datetime

from workflow.clock.days import OFFICE_ZONE
from workflow.figures.subject import Fact, Rules, Subject
from workflow.time_use import Step

NO_ANSWER = ("withdraw", "terminate")
RATED = ("rate", "rate_anonymously")


def extended_hours(subject: Subject, rules: Rules) -> Iterator[Fact]:
    """Sessions whose real hours were recorded, with their minutes."""
    case = subject.case
    began, finished = _instant(case.data.get("began_at")), _instant(case.data.get("finished_at"))
    if case.flow == "extended_hours" and began is not None and finished is not None:
        yield Fact("extended_hours", "sessions", began, amount=_minutes(began, finished))


def help_response(subject: Subject, rules: Rules) -> Iterator[Fact]:
    """Minutes from the request (of a call: from the call) to the first answer, by day, by night and by hour."""
    if subject.case.flow != "assistance":
        return
    asked = _instant(subject.case.data.get("called_at")) or subject.case.opened_at
    answer = _first_answer(subject)
    if answer is None:
        return
    local, took = asked.astimezone(OFFICE_ZONE), _minutes(asked, answer.effective_at)
    config = rules.catalogue.help
    part = "day" if config.day_from <= local.time() < config.day_to else "night"
    yield Fact("help_response", part, asked, amount=took)
    yield Fact("help_hours", f"{local.hour:02}", asked, amount=took)
    clock = subject.clock("call_response") or subject.clock("first_response")
    if clock is not None and clock.due_at is not None and answer.effective_at < clock.due_at:
        yield Fact("help_response", f"{part}_kept", asked, amount=took)


def ratings(subject: Subject, rules: Rules) -> Iterator[Fact]:
    """Ratings by level, by when they were given; call-backs by when they were opened."""
    case = subject.case
    level = case.data.get("level")
    if case.flow == "assistance" and isinstance(level, str):
        rated = [step for step in subject.steps if step.action in RATED]
        if not rated:
            return
        at = rated[-1].effective_at
        yield Fact("satisfaction", level, at)
        yield Fact("bad_ratings", "rated", at)
        if level in rules.catalogue.ratings and rules.catalogue.ratings[level].bad:
            yield Fact("bad_ratings", "bad", at)
    if case.flow == "callback":
        yield Fact("bad_ratings", "to_call", case.opened_at)
        if case.state != subject.flow.initial.name:
            yield Fact("bad_ratings", "called", case.opened_at)


def _first_answer(subject: Subject) -> Step | None:
    """The step that ended the waiting, where it was an answer."""
    waiting = subject.flow.initial.name
    left = next((step for step in subject.steps if step.moved and step.from_state == waiting), None)
    return None if left is None or left.action in NO_ANSWER or not left.by_person else left


def _minutes(since: datetime, until: datetime) -> int:
    return max(int((until - since).total_seconds() // 60), 0)


def _instant(said: object) -> datetime | None:
    return datetime.fromisoformat(said) if isinstance(said, str) else None
