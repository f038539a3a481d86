"""A hearing (行政许可法 46–48), a check on the site (34 ¶3), and the hand-over from one office to another."""

from collections.abc import Mapping
from datetime import date, datetime

from workflow.clock.days import local_day
from workflow.errors import Reason
from workflow.guards.facts import Facts, Guard

NOTICE_OF_HEARING = 7
"""Working days between the notice and the hearing (行政许可法 48(1), 82)."""


def hearing_told_already(facts: Facts) -> Reason | None:
    """The day on which the right was told is not one to come, nor one before the acceptance."""
    told: date = facts.inputs["hearing_told"]
    accepted = local_day(facts.case.accepted_at) if facts.case.accepted_at else told
    if accepted <= told <= facts.today:
        return None
    first, last = facts.day(accepted), facts.day(facts.today)
    return Reason(
        "hearing_told_outside_bounds",
        f"告知日应在受理日 {first.zh} 至今天之间",
        f"The day of the notice must lie between the acceptance, {first.en}, and today, {last.en}",
        {"field": "hearing_told", "value": told.isoformat(), "latest": facts.today.isoformat()},
    )


def hearing_asked_in_time(facts: Facts) -> Reason | None:
    """行政许可法 46–47: within five days of being told."""
    clock = facts.case.clock("hearing_request")
    if clock is None or clock.due_on is None or facts.today <= clock.due_on:
        return None
    day = facts.day(clock.due_on)
    return Reason(
        "hearing_asked_late",
        f"要求听证的期限已于 {day.zh} 届满",
        f"A hearing had to be asked for by {day.en}",
        {"due_on": clock.due_on.isoformat()},
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
    """No decision while a hearing may still be asked for, or was asked for and has not been held (46–48)."""
    data, clock = facts.case.data, facts.case.clock("hearing_request")
    if data.get("hearing_told") is None or data.get("hearing_minutes"):
        return None
    if data.get("hearing_asked"):
        return Reason(
            "hearing_not_held", "已要求听证，听证笔录尚未形成", "A hearing was asked for and has no minutes yet"
        )
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
    "hearing_notice_in_time": Guard(hearing_notice_in_time, on_input=True),
    "hearing_host_is_not_the_examiner": Guard(hearing_host_is_not_the_examiner, on_input=True),
    "hearing_right_respected": Guard(hearing_right_respected),
    "no_hearing_open": Guard(no_hearing_open),
    "two_officers_on_site": Guard(two_officers_on_site, frozenset({"colleagues"}), on_input=True),
    "other_department": Guard(other_department, on_input=True),
}
