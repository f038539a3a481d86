"""The life of a granted result: whether it has one, whether it may be renewed, and until when that is asked in time."""

from datetime import date, timedelta

from workflow.case import Case, ClockRecord
from workflow.catalogue import Renewal
from workflow.clock.calendar import Calendar
from workflow.clock.limit import Unit
from workflow.definition import LIFE_CLOCKS
from workflow.errors import Reason
from workflow.guards.facts import Facts


def result_has_a_life(facts: Facts) -> Reason | None:
    """Only a result that dies if it is not used needs a report of its use (建筑法 9)."""
    if life_clock(facts.case) is not None or facts.case.clock("recheck") is not None:
        return None
    return Reason(
        "no_lifetime",
        "本事项的结果没有开工（使用）期限，无需报告",
        "The result of this item has no time by which it must be used",
    )


def event_of_use(facts: Facts) -> str | None:
    """The event of the project for which the item's result must be used in time; None where it names none."""
    lifetime = facts.item.lifetime if facts.item else None
    return lifetime.until if lifetime else None


def renewals_left(facts: Facts) -> Reason | None:
    """A result is renewed as often as its law says (建筑法 9: twice)."""
    renewal = _renewal(facts)
    if renewal is None:
        return Reason(
            "no_renewal", "本事项的结果不可延续，期满失效", "The result of this item cannot be renewed", {"accepted": 0}
        )
    done = renewals_made(facts.case)
    if done < renewal.times:
        return None
    return Reason(
        "renewals_used_up",
        f"已延续 {done} 次；最多 {renewal.times} 次，期满失效",
        f"Renewed {done} time{'' if done == 1 else 's'}; at most {renewal.times} are allowed",
        {"value": done, "maximum": renewal.times},
    )


def renewal_asked_in_time(facts: Facts) -> Reason | None:
    """行政许可法 50: asked so long before the end of the life.

    A bound in plain days is enforced by its later reading, calendar days; the reminders go by the earlier one.
    """
    renewal, life = _renewal(facts), life_clock(facts.case)
    if renewal is None or renewal.apply_before is None or life is None or life.due_on is None:
        return None
    latest = latest_to_apply(renewal, life.due_on, facts.calendar)
    if facts.today <= latest:
        return None
    last, end = facts.day(latest), facts.day(life.due_on)
    return Reason(
        "renewal_too_late",
        f"有效期到 {end.zh}，最迟应于 {last.zh} 提出延续申请",
        f"The result lives until {end.en}; its renewal had to be asked for by {last.en}",
        {"due_on": life.due_on.isoformat(), "latest": latest.isoformat()},
    )


def life_clock(case: Case) -> ClockRecord | None:
    """The running clock at whose end the result's life ends; None where there is no life that ends."""
    return next((clock for clock in case.running_clocks if clock.name in LIFE_CLOCKS), None)


def renewals_made(case: Case) -> int:
    """How many lives were added so far."""
    added = case.clock("renewed_life")
    return added.round if added else 0


def latest_to_apply(renewal: Renewal, end: date, calendar: Calendar) -> date:
    """The last day on which a life that ends on ``end`` may be asked to be renewed."""
    before = renewal.apply_before
    if before is None:
        return end
    if before.unit is Unit.WORKING_DAY:
        return calendar.add_working_days(end, -before.amount)
    return end - timedelta(days=before.amount)


def _renewal(facts: Facts) -> Renewal | None:
    lifetime = facts.item.lifetime if facts.item else None
    return lifetime.renewal if lifetime else None
