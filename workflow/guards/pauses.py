"""Pauses: a closed list of causes, who may open them, and for how long (行政许可法 45)."""

from datetime import date

from workflow.errors import Reason
from workflow.guards.facts import Facts


def pause_cause_lawful_here(facts: Facts) -> Reason | None:
    """行政许可法 45: a closed list; each cause says who may open it, each item which apply."""
    cause = facts.catalogue.causes[facts.inputs["cause"]]
    allowed = facts.item.pauses if facts.item else ()
    names = "、".join(facts.catalogue.causes[code].title.zh for code in allowed) or "无"
    if cause.code not in allowed and cause.code != "other":
        return Reason(
            "cause_not_for_this_item",
            f"本事项不适用“{cause.title.zh}”；可用：{names}",
            f"“{cause.title.en}” does not apply to this item; accepted: {', '.join(allowed) or 'none'}",
            {"accepted": list(allowed)},
        )
    needed = frozenset({cause.approval}) if cause.approval else frozenset(cause.opened_by)
    if facts.actor.role_on(facts.case, needed) is None:
        return Reason(
            "cause_needs_role",
            f"“{cause.title.zh}”须由 {'、'.join(facts.catalogue.roles[role].title.zh for role in sorted(needed))} 启动",
            f"“{cause.title.en}” may be opened by: {', '.join(sorted(needed))}",
            {"roles": sorted(needed)},
        )
    return None


def pause_within_its_cap(facts: Facts) -> Reason | None:
    """A pause ends in the future, within the longest span its cause allows."""
    cause = facts.catalogue.causes[facts.inputs["cause"]]
    until = facts.inputs["until"]
    since = facts.effective_day
    latest = pause_cap_until(facts, cause.code, since)
    if since < until <= latest:
        return None
    day, end = facts.day(until), facts.day(latest)
    return Reason(
        "pause_outside_bounds",
        f"预计结束日 {day.zh} 应在启动日之后、不晚于 {end.zh}"
        f"（“{cause.title.zh}”合计最长 {cause.cap.amount} 个工作日）",
        f"Planned end {day.en} must lie after the first day and not after {end.en} "
        f"({cause.cap.amount} working days in all)",
        {"value": until.isoformat(), "latest": latest.isoformat()},
    )


def pause_cap_until(facts: Facts, cause: str, since: date) -> date:
    """The last day a pause from ``since`` may cover: the cap of its cause, less what earlier pauses of it took."""
    spent = sum(
        facts.calendar.working_days_between(pause.since, pause.until)
        for pause in facts.case.pauses
        if pause.cause == cause and pause.until is not None
    )
    left = max(facts.catalogue.causes[cause].cap.amount - spent, 0)
    return facts.calendar.add_working_days(since, left)
