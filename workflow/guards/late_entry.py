"""Late entry (补录): what was done on an earlier day than it is written down, dated to the day it was done."""

from datetime import date

from workflow.clock.days import local_day
from workflow.definition import LATE_ENTRY, Title
from workflow.errors import Reason
from workflow.guards.facts import Facts


def late_entry_lawful(facts: Facts) -> Reason | None:
    """Not in the future, not before the case came into its state, not further back than the policy allows, and never
    where it would undo a silence that the law has turned into an acceptance (行政许可法 32(4))."""
    done_on: date | None = facts.inputs.get(LATE_ENTRY)
    if done_on is None or done_on == facts.today:
        return None
    if done_on > facts.today:
        return _refused(facts, "late_entry_in_future", done_on, Title("不能晚于今天", "must not lie after today"))
    entered = local_day(facts.case.entered_at)
    if done_on < entered:
        day = facts.day(entered)
        told = Title(
            f"不能早于本件进入当前环节之日 {day.zh}", f"must not lie before {day.en}, when the case came into its state"
        )
        return _refused(facts, "late_entry_too_early", done_on, told, earliest=entered)
    silent_until = _silent_until(facts)
    if silent_until is not None and done_on <= silent_until:
        day = facts.day(silent_until)
        told = Title(
            f"不能早于视为受理之时：到 {day.zh} 未告知，已依法记录视为受理，不得改写",
            f"must lie after {day.en}: silence up to that day has made it an acceptance, which is recorded",
        )
        return _refused(facts, "silence_recorded", done_on, told, earliest=None)
    bound = facts.catalogue.conventions.late_entry
    earliest = facts.calendar.add_working_days(facts.today, -bound.amount)
    if done_on >= earliest:
        return None
    day = facts.day(earliest)
    told = Title(
        f"补录不得超过 {bound.amount} 个工作日，最早 {day.zh}",
        f"late entry goes back {bound.amount} working days at most, to {day.en}",
    )
    return _refused(facts, "late_entry_beyond_bound", done_on, told, earliest=earliest)


def _silent_until(facts: Facts) -> date | None:
    """The last day of the silence that made the case accepted; None where somebody spoke in time."""
    clock = facts.case.clock("completeness")
    if facts.case.data.get("acceptance_mode") != "deemed" or clock is None:
        return None
    return clock.due_on


def _refused(facts: Facts, code: str, done_on: date, told: Title, earliest: date | None = None) -> Reason:
    day = facts.day(done_on)
    return Reason(
        code,
        f"实际办理日 {day.zh} {told.zh}",
        f"{LATE_ENTRY} {day.en} {told.en}",
        {
            "field": LATE_ENTRY,
            "value": done_on.isoformat(),
            "latest": facts.today.isoformat(),
            **({"earliest": earliest.isoformat()} if earliest else {}),
        },
    )
