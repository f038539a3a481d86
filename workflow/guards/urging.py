"""催办 and 督办: how often one may ask, and by which day an answer may be wanted."""

from datetime import date

from workflow.clock.days import local_day
from workflow.errors import Reason
from workflow.guards.facts import Facts, Guard

URGE = "urge"
QUIET_DAYS = 1
"""Working days between an answer and the next urge."""


def urged_not_too_often(facts: Facts) -> Reason | None:
    """The last urge about the same case ended at least a working day ago, whoever sent it; that only one is open at
    a time is the opening's own rule."""
    ended = [one.ended_at for one in facts.siblings if one.flow == URGE and one.ended_at is not None]
    if not ended:
        return None
    earliest = facts.calendar.add_working_days(local_day(max(ended)), QUIET_DAYS)
    if facts.today >= earliest:
        return None
    day = facts.day(earliest)
    return Reason(
        "urged_lately",
        f"上次催办已处理，{day.zh}起可再次催办",
        f"The last urge has just been dealt with; again from {day.en} on",
        {"accepted": earliest.isoformat()},
    )


def expected_ahead(facts: Facts) -> Reason | None:
    """The day on which the case is expected to end, where one is named, does not lie in the past."""
    expected: date | None = facts.inputs.get("expected_on")
    return None if expected is None or expected >= facts.today else _past("expected_on", expected, facts.today)


def answer_days_ahead(facts: Facts) -> Reason | None:
    """An answer is wanted by a later day."""
    answer_by: date = facts.inputs["answer_by"]
    if answer_by > facts.today:
        return None
    return _past("answer_by", answer_by, facts.calendar.add_working_days(facts.today, 1))


def _past(field: str, value: date, earliest: date) -> Reason:
    return Reason(
        "day_in_the_past",
        f"{field}：{value} 过早，最早 {earliest}",
        f"{field}: {value} is too early, {earliest} at the earliest",
        {"field": field, "value": value.isoformat(), "accepted": earliest.isoformat()},
    )


GUARDS = {
    "urged_not_too_often": Guard(urged_not_too_often, frozenset({"siblings"})),
    "expected_ahead": Guard(expected_ahead, on_input=True),
    "answer_days_ahead": Guard(answer_days_ahead, on_input=True),
}
