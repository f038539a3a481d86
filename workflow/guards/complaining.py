"""Objections and complaints of a tender (招标投标法实施条例 22、54、60–62): in time, in order, before one authority."""

from collections.abc import Mapping
from datetime import date

from workflow.clock.calendar import Calendar
from workflow.clock.days import local_day, office_time
from workflow.clock.deadline import deadline
from workflow.clock.ladder import OFFICE_OPENS
from workflow.clock.least import latest_day
from workflow.clock.limit import Limit
from workflow.clock.pauses import Pause
from workflow.errors import Reason
from workflow.guards.facts import Facts, Guard, Relative
from workflow.guards.tender_periods import cited, moment_day

SIBLINGS = frozenset({"siblings"})
PARENT = frozenset({"parent"})
EXAMINING = ("inspection", "testing", "appraisal", "expert_review")
"""检验、检测、鉴定、专家评审: what the thirty days of a decision do not count (条例 61)."""
OBJECTION_FIRST = ("prequalification", "documents", "opening", "candidates")
"""The matters of 条例 22, 44 and 54: whoever complains of them has objected first (条例 60)."""


def objection_in_time(facts: Facts) -> Reason | None:
    """B6: two days before the deadline of the applications, ten before that of the bids."""
    rule, period = facts.catalogue.tendering.period(f"B6_{facts.inputs['kind']}")
    name = cited(rule)
    end = moment_day(facts.case, {}, period.base)
    received: date = facts.inputs["received_on"]
    if end is None:
        return Reason(
            "nothing_to_object_to",
            f"{name.zh}：相应文件尚未发出",
            f"{name.en}: these documents have not been issued",
            {"field": "kind", "value": facts.inputs["kind"], "rule": rule.code},
        )
    assert period.limit is not None
    last = latest_day(end, period.limit, facts.calendar)
    if received <= last:
        return None
    day, given, deadline_day = facts.day(last), facts.day(received), facts.day(end)
    return Reason(
        "objection_too_late",
        f"{name.zh}：应在截止 {deadline_day.zh} 前 {period.limit.amount} 日提出，最晚 {day.zh}，{given.zh} 已逾期",
        f"{name.en}: to be raised {period.limit.amount} days before the deadline of {deadline_day.en}, "
        f"by {day.en}; {given.en} is too late",
        {"field": "received_on", "value": received.isoformat(), "latest": last.isoformat(), "rule": rule.code},
    )


def complaint_in_time(facts: Facts) -> Reason | None:
    """B19: within ten days of knowing; the time of an objection of one's own is not counted."""
    rule, period = facts.catalogue.tendering.period("B19")
    assert period.limit is not None
    knew, received = facts.inputs["knew_on"], facts.inputs["received_on"]
    objected = [_span(one, facts.today) for one in _own_objections(facts)]
    last = deadline(office_time(knew, OFFICE_OPENS), period.limit, facts.calendar, objected).on
    if last is None or knew <= received <= last:
        return None
    name, day, given, since = cited(rule), facts.day(last), facts.day(received), facts.day(knew)
    return Reason(
        "complaint_too_late",
        f"{name.zh}：自知道之日 {since.zh} 起 {period.limit.amount} 日内，最晚 {day.zh}，不能是 {given.zh}",
        f"{name.en}: within {period.limit.amount} days of {since.en}, by {day.en}; not {given.en}",
        {"field": "received_on", "value": received.isoformat(), "latest": last.isoformat(), "rule": rule.code},
    )


def objection_came_first(facts: Facts) -> Reason | None:
    """B19: of the documents, the opening and the candidates one complains after an objection of one's own."""
    kind = facts.inputs["kind"]
    if kind not in OBJECTION_FIRST or _objected_at_opening(facts, kind):
        return None
    rule = facts.catalogue.tendering.rules["B19"]
    limit = facts.catalogue.limits["B7"].limit
    own = [one for one in _own_objections(facts) if one.data.get("kind") == kind]
    if any(one.ended_at is not None or _unanswered(one, facts.calendar, limit, facts.today) for one in own):
        return None
    name = cited(rule)
    waiting = own[0].no if own else None
    return Reason(
        "objection_first",
        f"{name.zh}：应当先向招标人提出异议" + (f"，{waiting} 尚在答复期内" if waiting else ""),
        f"{name.en}: an objection comes first" + (f"; {waiting} may still be answered" if waiting else ""),
        {"field": "kind", "value": kind, "rule": rule.code},
    )


def handled_by_one_authority(facts: Facts) -> Reason | None:
    """B21: the authority that received it first handles it."""
    first = next(
        (
            one
            for one in facts.siblings
            if one.flow == "complaint"
            and one.outcome != "not_accepted"
            and all(one.data.get(name) == facts.inputs[name] for name in ("complainant", "kind"))
        ),
        None,
    )
    if first is None:
        return None
    name = cited(facts.catalogue.tendering.rules["B21"])
    department = facts.catalogue.departments[first.department].title
    return Reason(
        "handled_already",
        f"{name.zh}：{department.zh} 已最先收到该投诉（{first.no}）",
        f"{name.en}: {department.en} received this complaint first ({first.no})",
        {"field": "department", "value": facts.inputs.get("department"), "case": first.no, "rule": "B21"},
    )


def examination_named(facts: Facts) -> Reason | None:
    """B20: only tests and experts are left out of the thirty days."""
    if facts.inputs["cause"] in EXAMINING:
        return None
    name = cited(facts.catalogue.tendering.rules["B20"])
    known = "、".join(facts.catalogue.causes[code].title.zh for code in EXAMINING)
    return Reason(
        "cause_not_for_this_item",
        f"{name.zh}：只有{known}所需时间不计算在内",
        f"{name.en}: only {', '.join(EXAMINING)} are not counted",
        {"field": "cause", "value": facts.inputs["cause"], "accepted": list(EXAMINING), "rule": "B20"},
    )


def tender_not_concluded(facts: Facts) -> Reason | None:
    """B22: a tender can be suspended until its contract is signed."""
    parent = facts.parent
    if parent is not None and parent.ended_at is None and not parent.data.get("contracted_on"):
        return None
    return Reason(
        "nothing_to_suspend",
        "招标投标活动已经结束或者合同已经订立，无可暂停",
        "The tender has ended or its contract is signed: there is nothing to suspend",
        {"rule": "B22"},
    )


def _own_objections(facts: Facts) -> list[Relative]:
    who = facts.inputs["complainant"]
    return [one for one in facts.siblings if one.flow == "objection" and one.data.get("objector") == who]


def _objected_at_opening(facts: Facts, kind: str) -> bool:
    raised = () if facts.parent is None else facts.parent.data.get("opening_objections", ())
    return kind == "opening" and any(one.get("objector") == facts.inputs["complainant"] for one in raised)


def _span(objection: Relative, today: date) -> Pause:
    """The days an objection took, up to its answer."""
    since = date.fromisoformat(objection.data["received_on"])
    until = today if objection.ended_at is None else local_day(objection.ended_at)
    return Pause(since, max(since, until), "tender_objection")


def _unanswered(objection: Relative, calendar: Calendar, limit: Limit, today: date) -> bool:
    received = date.fromisoformat(objection.data["received_on"])
    last = deadline(office_time(received, OFFICE_OPENS), limit, calendar).on
    return last is not None and today > last


GUARDS: Mapping[str, Guard] = {
    "objection_in_time": Guard(objection_in_time, on_input=True),
    "complaint_in_time": Guard(complaint_in_time, SIBLINGS, on_input=True),
    "objection_came_first": Guard(objection_came_first, SIBLINGS | PARENT, on_input=True),
    "handled_by_one_authority": Guard(handled_by_one_authority, SIBLINGS, on_input=True),
    "examination_named": Guard(examination_named, on_input=True),
    "tender_not_concluded": Guard(tender_not_concluded, PARENT),
}
