"""A hearing (行政许可法 46–48), a check on the site (34 ¶3), and the hand-over from one office to another."""

from collections.abc import Mapping
from datetime import date, datetime

from workflow.clock.days import local_day
from workflow.errors import Reason
from workflow.guards.facts import Facts, Guard
from workflow.guards.relatives import kept

NOTICE_OF_HEARING = 7
"""Working days between the notice and the hearing (行政许可法 48(1), 82)."""


def hearing_told_already(facts: Facts) -> Reason | None:
    """Told by the notice that this very action issues, so today: an earlier day would take away from the five days."""
    told: date = facts.inputs["hearing_told"]
    if told == facts.today:
        return None
    day, today = facts.day(told), facts.day(facts.today)
    return Reason(
        "hearing_told_outside_bounds",
        f"听证权利由本次发出的告知书告知，告知日应为今天 {today.zh}，不能是 {day.zh}",
        f"The right is told by the notice issued now: on today, {today.en}, not on {day.en}",
        {"field": "hearing_told", "value": told.isoformat(), "accepted": facts.today.isoformat()},
    )


def hearing_asked_in_time(facts: Facts) -> Reason | None:
    """行政许可法 46–47: within five days of being told. The window may write down afterwards what came in time."""
    clock = facts.case.clock("hearing_request")
    if clock is None or clock.due_on is None or facts.today <= clock.due_on or _at_the_window(facts):
        return None
    return _asked_late(facts, clock.due_on)


def hearing_asked_on_its_day(facts: Facts) -> Reason | None:
    """Asked on a day between the notice and today, and not after the five days; an applicant asks on the day itself."""
    asked: date = facts.inputs["hearing_asked"]
    clock, told = facts.case.clock("hearing_request"), facts.case.kept("hearing_told")
    if hearing_asked_in_time(facts) is not None:
        return None
    if clock is not None and clock.due_on is not None and asked > clock.due_on:
        return _asked_late(facts, clock.due_on)
    earliest = max(told or asked, facts.calendar.add_working_days(facts.today, -_late_entry(facts)))
    if not _at_the_window(facts):
        earliest = facts.today
    if earliest <= asked <= facts.today:
        return None
    first, last = facts.day(earliest), facts.day(facts.today)
    return Reason(
        "hearing_asked_outside_bounds",
        f"提出听证要求之日应在 {first.zh} 至 {last.zh} 之间",
        f"The day on which the hearing was asked for must lie between {first.en} and {last.en}",
        {
            "field": "hearing_asked",
            "value": asked.isoformat(),
            "earliest": earliest.isoformat(),
            "latest": facts.today.isoformat(),
        },
    )


def hearing_is_due(facts: Facts) -> Reason | None:
    """Somebody who was told of the right asked for it (47), or law or public interest want it (46)."""
    if facts.inputs.get("public_hearing"):
        return None
    return kept(facts, "hearing_told") or kept(facts, "hearing_asked")


def hearing_has_its_own_way(facts: Facts) -> Reason | None:
    """No clock stands still for a hearing without the notice and the host of art. 48."""
    if facts.inputs["cause"] != "hearing":
        return None
    return Reason(
        "hearing_is_called",
        "听证应以“通知听证”启动：提前七日通知，主持人不得是审查人员",
        "A hearing is called (hold_hearing): with seven days' notice, and another host than the examiner",
        {"field": "cause", "value": "hearing", "accepted": ["hold_hearing"]},
    )


def _at_the_window(facts: Facts) -> bool:
    return facts.actor.role_on(facts.case, frozenset({"clerk"})) is not None


def _late_entry(facts: Facts) -> int:
    return facts.catalogue.conventions.late_entry.amount


def _asked_late(facts: Facts, due_on: date) -> Reason:
    day = facts.day(due_on)
    return Reason(
        "hearing_asked_late",
        f"要求听证的期限已于 {day.zh} 届满",
        f"A hearing had to be asked for by {day.en}",
        {"due_on": due_on.isoformat()},
    )


def hearing_notice_in_time(facts: Facts) -> Reason | None:
    """行政许可法 48(1): told of time and place seven days before; a minimum, so a guard."""
    held: datetime = facts.inputs["hearing_at"]
    earliest = facts.calendar.add_working_days(facts.today, NOTICE_OF_HEARING)
    if local_day(held) >= earliest:
        return None
    day = facts.day(earliest)
    return Reason(
        "hearing_too_early",
        f"听证应在举行的七日前通知：最早 {day.zh} 举行",
        f"Notice is given seven working days before: the hearing can be held from {day.en} on",
        {"field": "hearing_at", "value": held.isoformat(), "earliest": earliest.isoformat()},
    )


def hearing_host_is_not_the_examiner(facts: Facts) -> Reason | None:
    """行政许可法 48(3): hosted by somebody other than who examines the application."""
    host = facts.inputs["host_account"]
    if host not in (facts.case.assignee_id, facts.actor.id):
        return None
    return Reason(
        "host_is_the_examiner",
        "听证主持人不得是审查该申请的工作人员",
        "The host of the hearing must not be who examines the application",
        {"field": "host_account", "value": host},
    )


def hearing_right_respected(facts: Facts) -> Reason | None:
    """No decision while a hearing may still be asked for, or was asked for and has not been held (46–48); and none by
    who hosted it, to whom the case may have been given since."""
    data, clock = facts.case.data, facts.case.clock("hearing_request")
    if data.get("host_account") is not None and data["host_account"] == facts.actor.id:
        return Reason(
            "host_decides",
            "听证主持人不得审查、决定该申请",
            "The host of the hearing must not decide on the application",
            {"value": facts.actor.id},
        )
    if data.get("hearing_minutes"):
        return None
    if data.get("hearing_asked") or data.get("hearing_at"):
        return Reason("hearing_not_held", "应当听证，听证笔录尚未形成", "A hearing is due and has no minutes yet")
    if clock is None or clock.due_at is None or facts.takes_effect_at >= clock.due_at:
        return None
    day = facts.day(clock.due_on)
    return Reason(
        "hearing_may_be_asked",
        f"要求听证的期限到 {day.zh} 才届满",
        f"A hearing may be asked for until {day.en}",
        {"due_on": str(clock.due_on)},
    )


def no_hearing_open(facts: Facts) -> Reason | None:
    """A hearing ends with its minutes, not like any other special procedure."""
    if not any(pause.cause == "hearing" for pause in facts.case.open_pauses) or "hearing_at" not in facts.case.data:
        return None
    return Reason("hearing_open", "听证须以听证笔录结束", "A hearing ends with its minutes")


def two_officers_on_site(facts: Facts) -> Reason | None:
    """行政许可法 34 ¶3: two officials at least, both of this office."""
    pair = [facts.inputs["first_officer"], facts.inputs["second_officer"]]
    strange = [one for one in pair if one not in facts.colleagues]
    if strange:
        return Reason(
            "officer_elsewhere",
            "现场核查人员须为本部门工作人员",
            "Whoever checks on the site works in this department",
            {"value": strange, "accepted": sorted(facts.colleagues)},
        )
    if pair[0] != pair[1]:
        return None
    return Reason(
        "one_officer_only",
        "现场核查应当指派两名以上工作人员",
        "A check on the site takes two officers at least",
        {"field": "second_officer", "value": pair[1]},
    )


def other_department(facts: Facts) -> Reason | None:
    """A case is handed over to another office than its own."""
    if facts.inputs["department"] != facts.case.department:
        return None
    others = sorted(code for code in facts.catalogue.departments if code != facts.case.department)
    return Reason(
        "same_department",
        "本件已在该部门",
        "The case stands in that department already",
        {"field": "department", "value": facts.case.department, "accepted": others},
    )


GUARDS: Mapping[str, Guard] = {
    "hearing_told_already": Guard(hearing_told_already, on_input=True),
    "hearing_asked_in_time": Guard(hearing_asked_in_time),
    "hearing_asked_on_its_day": Guard(hearing_asked_on_its_day, on_input=True),
    "hearing_is_due": Guard(hearing_is_due, on_input=True),
    "hearing_has_its_own_way": Guard(hearing_has_its_own_way, on_input=True),
    "hearing_notice_in_time": Guard(hearing_notice_in_time, on_input=True),
    "hearing_host_is_not_the_examiner": Guard(hearing_host_is_not_the_examiner, on_input=True),
    "hearing_right_respected": Guard(hearing_right_respected),
    "no_hearing_open": Guard(no_hearing_open),
    "two_officers_on_site": Guard(two_officers_on_site, frozenset({"colleagues"}), on_input=True),
    "other_department": Guard(other_department, on_input=True),
}
