"""Help at any hour: who asked and when, what may climb to the next level, reopening, rating, visits, extended hours."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from workflow.clock.days import OFFICE_ZONE
from workflow.clock.office_clock import office_time_between
from workflow.errors import Reason
from workflow.guards.facts import Facts, Guard

CHILDREN = frozenset({"children"})
TAKEN_BY_STAFF = ("phone", "hall")
"""Channels in which somebody of the office writes down what an applicant says."""
LEVELS: Mapping[str, frozenset[str]] = {
    "with_squad_leader": frozenset({"squad_leader"}),
    "with_director": frozenset({"director"}),
    "with_district_leader": frozenset({"district_leader"}),
}
"""Who decides on a request that has climbed, by its state; below, the squad leader may step in for the specialist."""
FIRST_LEVEL = frozenset({"specialist", "squad_leader"})
LONGEST_SESSION = timedelta(hours=24)


def asked_for_by_name(facts: Facts) -> Reason | None:
    """Whoever writes a request down for somebody else says who asked; an applicant asks on the page or by the API."""
    channel = facts.inputs.get("channel")
    if facts.actor.role_on(facts.case, frozenset({"applicant"})) is not None:
        if channel not in TAKEN_BY_STAFF:
            return None
        return _field("channel", channel, "电话、窗口请求由工作人员登记", "a call or a visit is written down by staff")
    if facts.inputs.get("caller"):
        return None
    return _field("caller", None, "代为登记须写明来电（来访）人", "say who asked, as you write it down for them")


def call_time_lawful(facts: Facts) -> Reason | None:
    """A call, and nothing else, has a time of its own: not in the future, not further back than late entry goes."""
    called_at: datetime | None = facts.inputs.get("called_at")
    by_phone = facts.inputs.get("channel") == "phone"
    if called_at is None:
        return _field("called_at", None, "电话请求须写明来电时间", "say when the call came") if by_phone else None
    value = called_at.isoformat()
    if not by_phone:
        return _field("called_at", value, "只有电话请求有来电时间", "only a call has a time of its own")
    if called_at > facts.now:
        return _field("called_at", value, "来电时间不能晚于现在", "the call must not lie in the future")
    earliest = facts.calendar.add_working_days(facts.today, -facts.catalogue.conventions.late_entry.amount)
    if called_at.astimezone(OFFICE_ZONE).date() >= earliest:
        return None
    day = facts.day(earliest)
    return _field("called_at", value, f"补录最早到 {day.zh}", f"late entry goes back to {day.en}")


def about_a_case_here(facts: Facts) -> Reason | None:
    """The case that the request is about, where one is named, is one of the same project that the actor sees."""
    about = facts.inputs.get("about")
    if about is None or facts.named_case is not None:
        return None
    return _field("about", about, f"本项目没有编号为 {about} 的办件", f"this project has no case {about}")


def may_take_over(facts: Facts) -> Reason | None:
    """A request is handed to somebody who may act on it: a specialist of the project or the leader of its squad."""
    assignee = facts.inputs["assignee"]
    if assignee in facts.helpers:
        return None
    return Reason(
        "assignee_elsewhere",
        "该人员不是本项目的专员，也不是本攻坚队的队长",
        "That person is neither a specialist of this project nor the leader of its squad",
        {"field": "assignee", "value": assignee, "accepted": sorted(facts.helpers)},
    )


def at_this_level(facts: Facts) -> Reason | None:
    """The level that has the request decides, not the one below and not the one above."""
    wanted = LEVELS.get(facts.case.state, FIRST_LEVEL)
    if facts.actor.role_on(facts.case, wanted) is not None:
        return None
    roles = sorted(wanted)
    names = "、".join(facts.catalogue.roles[role].title.zh for role in roles)
    return Reason("other_level", f"本件现由{names}一级处理", f"This is with: {', '.join(roles)}", {"roles": roles})


def not_solvable_here(facts: Facts) -> Reason | None:
    """What a level can settle is not passed upward (fact book, 6.2)."""
    if not facts.inputs.get("solvable_here"):
        return None
    return Reason(
        "solvable_here",
        "solvable_here：本级能够解决的，不得上交",
        "solvable_here: what this level can settle is not passed upward",
        {"field": "solvable_here", "value": True, "accepted": [False]},
    )


def consultation_concluded(facts: Facts) -> Reason | None:
    """The last consultation about the request has come to a conclusion."""
    last = next(reversed(facts.children_of("consultation")), None)
    if last is not None and last.outcome == "concluded":
        return None
    return Reason("no_conclusion", "会商尚无结论", "The consultation has come to no conclusion")


def consultation_broken_off(facts: Facts) -> Reason | None:
    """The last consultation about the request has ended without a conclusion."""
    last = next(reversed(facts.children_of("consultation")), None)
    if last is not None and last.ended_at is not None and last.outcome != "concluded":
        return None
    return Reason("conclusion_there", "会商未终止或已有结论", "The consultation goes on, or has come to a conclusion")


def never_reopened(facts: Facts) -> Reason | None:
    """A request is reopened once."""
    return _reopened_once(facts.case.data)


def request_never_reopened(facts: Facts) -> Reason | None:
    """The request that a call-back is about has not been reopened yet."""
    return None if facts.parent is None else _reopened_once(facts.parent.data)


def _reopened_once(data: Mapping[str, Any]) -> Reason | None:
    earlier = data.get("reopenings")
    if not earlier:
        return None
    at = earlier[0]["at"]
    return Reason(
        "reopened_already",
        "本请求已重新办理过一次；如仍未解决，请另提请求",
        "This request was reopened once already; if it is still unsolved, ask anew",
        {"reopened_at": at},
    )


def call_back_reopened(facts: Facts) -> Reason | None:
    """A call-back after a bad rating has found that the request is not solved."""
    if any(child.outcome == "reopened" for child in facts.children_of("callback")):
        return None
    return Reason("nothing_reopened", "回访未要求重新办理", "No call-back asks to reopen the request")


def not_rated_yet(facts: Facts) -> Reason | None:
    """One request, one rating (一事一评, 鲁政办发〔2020〕10号)."""
    level = facts.case.data.get("level")
    if level is None:
        return None
    title = facts.catalogue.ratings[level].title
    return Reason(
        "rated_already",
        f"本请求已评价为“{title.zh}”，一事一评",
        f"This request is rated “{title.en}” already: one request, one rating",
        {"field": "level", "value": level},
    )


def rated_badly(facts: Facts) -> Reason | None:
    """What was just rated is a bad level: everyone who gives it by name is called back."""
    level = facts.kept("level")
    if level is not None and facts.catalogue.ratings[level].bad:
        return None
    return Reason("not_rated_badly", "不是差评，无须回访", "No bad rating, nobody is called back")


def lies_ahead(facts: Facts, name: str) -> Reason | None:
    """The moment that is agreed has not passed."""
    at: datetime | None = facts.inputs.get(name)
    if at is None or at > facts.now:
        return None
    return _field(name, at.isoformat(), "应晚于现在", "must lie in the future")


def has_come(facts: Facts, name: str) -> Reason | None:
    """The moment that was agreed has come."""
    at = facts.case.kept(name)
    if at is None or (isinstance(at, datetime) and at <= facts.now):
        return None
    shown = f"{at.astimezone(OFFICE_ZONE):%Y-%m-%d %H:%M}" if isinstance(at, datetime) else at.isoformat()
    return Reason(
        "not_yet", f"约定时间为 {shown}，尚未到", f"It is agreed for {shown}, which has not come", {"field": name}
    )


def session_in_order(facts: Facts) -> Reason | None:
    """A planned session begins in the future, and ends after it begins, within a day."""
    since, until = facts.inputs["starts_at"], facts.inputs["ends_at"]
    if since <= facts.now:
        return _field("starts_at", since.isoformat(), "应晚于现在", "must lie in the future")
    return _span_fault(since, until, "ends_at")


def session_was_real(facts: Facts) -> Reason | None:
    """A session that is recorded has ended, after it began, within a day."""
    began, ended = facts.inputs["began_at"], facts.inputs["finished_at"]
    if ended > facts.now:
        return _field("finished_at", ended.isoformat(), "不能晚于现在", "must not lie in the future")
    return _span_fault(began, ended, "finished_at")


def _span_fault(since: datetime, until: datetime, name: str) -> Reason | None:
    if since < until <= since + LONGEST_SESSION:
        return None
    return _field(
        name,
        until.isoformat(),
        f"应晚于开始（{since.isoformat()}），且不超过 24 小时",
        f"must lie after the beginning ({since.isoformat()}), by 24 hours at most",
    )


def outside_office_hours(facts: Facts) -> Reason | None:
    """What lies within the office hours of a working day needs no extended hours."""
    since, until = facts.inputs["starts_at"], facts.inputs["ends_at"]
    if not since < until or office_time_between(since, until, facts.calendar) < until - since:
        return None
    return _field(
        "starts_at",
        since.isoformat(),
        "全在工作时间内，无须延时服务",
        "lies within office hours, which need no extension",
    )


def room_free(facts: Facts) -> Reason | None:
    """No other open session has the room at that time; one may begin when another ends."""
    since, until = facts.inputs["starts_at"], facts.inputs["ends_at"]
    taken = next((one for one in facts.bookings if one.since < until and one.until > since), None)
    if taken is None:
        return None
    room = facts.kept("room")
    title = facts.catalogue.rooms[room].title
    begins, ends = (f"{at.astimezone(OFFICE_ZONE):%Y-%m-%d %H:%M}" for at in (taken.since, taken.until))
    return Reason(
        "room_taken",
        f"room：{title.zh} {begins} 至 {ends} 已安排给 {taken.no}",
        f"room: {title.en} is taken by {taken.no} from {begins} to {ends}",
        {"field": "room", "value": room, "case": taken.no},
    )


def _field(name: str, value: object, zh: str, en: str) -> Reason:
    return Reason("bad_field", f"{name}：{zh}", f"{name}: {en}", {"field": name, "value": value})


GUARDS: Mapping[str, Guard] = {
    "asked_for_by_name": Guard(asked_for_by_name, on_input=True),
    "call_time_lawful": Guard(call_time_lawful, on_input=True),
    "about_a_case_here": Guard(about_a_case_here, frozenset({"named_case"}), on_input=True),
    "may_take_over": Guard(may_take_over, frozenset({"helpers"}), on_input=True),
    "at_this_level": Guard(at_this_level),
    "not_solvable_here": Guard(not_solvable_here, on_input=True),
    "consultation_concluded": Guard(consultation_concluded, CHILDREN),
    "consultation_broken_off": Guard(consultation_broken_off, CHILDREN),
    "never_reopened": Guard(never_reopened),
    "request_never_reopened": Guard(request_never_reopened, frozenset({"parent"})),
    "call_back_reopened": Guard(call_back_reopened, CHILDREN),
    "not_rated_yet": Guard(not_rated_yet),
    "rated_badly": Guard(rated_badly, on_input=True),
    "lies_ahead": Guard(lies_ahead, on_input=True, takes="datum"),
    "has_come": Guard(has_come, takes="datum"),
    "session_in_order": Guard(session_in_order, on_input=True),
    "session_was_real": Guard(session_was_real, on_input=True),
    "outside_office_hours": Guard(outside_office_hours, on_input=True),
    "room_free": Guard(room_free, frozenset({"bookings"}), on_input=True),
}
