"""The limits of the office: an extension, the end of a correction, a promise that was missed."""

from workflow.case import ClockRecord
from workflow.errors import Reason
from workflow.guards.facts import Facts


def correction_time_is_over(facts: Facts) -> Reason | None:
    """An applicant who is still within the time of the notice may not be turned away for it."""
    clock = facts.case.clock("correction")
    if facts.case.state != "correcting" or clock is None or (clock.due_at and clock.due_at <= facts.now):
        return None
    day = facts.day(clock.due_on)
    return Reason(
        "correction_time_running",
        f"补正期限到 {day.zh} 才届满",
        f"The applicant has until {day.en} to correct",
        {"due_on": str(clock.due_on)},
    )


def statutory_limit_exists(facts: Facts) -> Reason | None:
    if _statutory(facts):
        return None
    return Reason("no_statutory_limit", "本事项没有正在计时的法定时限", "No statutory limit is running on this case")


def not_extended_before(facts: Facts) -> Reason | None:
    """Art. 42: one extension per case."""
    clock = facts.case.clock("statutory")
    if clock is None or clock.extension == 0:
        return None
    return Reason(
        "already_extended",
        f"已延长过 {clock.extension} 个工作日；只能延长一次",
        f"Already extended by {clock.extension} working days; only one extension is allowed",
    )


def statutory_limit_not_expired(facts: Facts) -> Reason | None:
    """Art. 42: an extension is granted before expiry or not at all."""
    clock = _statutory(facts)
    if clock is None or clock.due_at is None or facts.now < clock.due_at:
        return None
    day = facts.day(clock.due_on)
    return Reason(
        "limit_expired",
        f"法定时限已于 {day.zh} 届满，届满后不得延长",
        f"The statutory limit expired on {day.en}; it cannot be extended afterwards",
        {"due_on": str(clock.due_on)},
    )


def extension_within_the_law(facts: Facts) -> Reason | None:
    item = facts.item
    if item is None:
        return None  # joint handling: the form itself holds the fifteen days of art. 42 ¶2
    most = item.extension.days if item.extension else 0
    if facts.inputs["days"] <= most:
        return None
    return Reason(
        "extension_too_long",
        f"延长 {facts.inputs['days']} 个工作日超过法定上限 {most} 个工作日",
        f"{facts.inputs['days']} working days exceed the {most} the law allows",
        {"value": facts.inputs["days"], "maximum": most},
    )


def promise_kept_or_explained(facts: Facts) -> Reason | None:
    """优化营商环境条例 36: a missed promise needs a reason that can be published."""
    clock = facts.case.clock("promised")
    # One that has stopped was answered by an earlier decision (预许可), which was asked for its reason then.
    if clock is None or not clock.running or clock.due_at is None or facts.inputs.get("late_reason", "").strip():
        return None
    if facts.takes_effect_at < clock.due_at:
        return None
    day = facts.day(clock.due_on)
    return Reason(
        "late_reason_needed",
        f"已超过承诺时限（{day.zh}），须填写可公开的说明",
        f"The promised limit ({day.en}) was missed: late_reason must hold a reason fit for publication",
        {"field": "late_reason", "due_on": str(clock.due_on)},
    )


def _statutory(facts: Facts) -> ClockRecord | None:
    clock = facts.case.clock("statutory")
    return clock if clock is not None and clock.running else None
