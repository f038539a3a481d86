"""1+N consultation: who is asked until when, what opinions allow a conclusion, and what a meeting settles.

Silence is no agreement: it counts as “no opinion” among offices, and never as consent to a permit (domain fact
book, 2.3). What is split is settled by a meeting, never by the lead alone.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from workflow.clock.days import local_day
from workflow.errors import Reason
from workflow.guards.facts import Facts, Guard, Relative

OPINION, MEETING = "opinion", "meeting"
AGREEMENTS = ("agreed", "conditional")
OBJECTION = "objected"
LONGEST_QUESTION = 120
CHILDREN, PARENT, PROJECT = frozenset({"children"}), frozenset({"parent"}), frozenset({"project"})
DATED_ROWS = ("conditions", "decisions")
RESULTS = ("agreed", "with_conditions", "not_agreed", "no_opinion")
"""What a consultation may come to."""


def question_in_one_sentence(facts: Facts) -> Reason | None:
    """One question on one line: who has to answer must not have to search for it."""
    question = str(facts.inputs.get("question", ""))
    if "\n" not in question.strip() and len(question) <= LONGEST_QUESTION:
        return None
    return Reason(
        "question_too_long",
        f"会商问题应为一句话（一行，不超过 {LONGEST_QUESTION} 字）",
        f"The question must be one sentence: one line, {LONGEST_QUESTION} characters at most",
        {"field": "question", "value": question[:200], "accepted": LONGEST_QUESTION},
    )


def lead_is_not_consulted(facts: Facts) -> Reason | None:
    """The one that leads does not ask itself."""
    lead, asked = _lead(facts), _asked(facts)
    if lead not in asked:
        return None
    title = facts.catalogue.departments[lead].title
    return Reason(
        "lead_consulted",
        f"“{title.zh}”是牵头部门，不能同时作为征求意见的部门",
        f"“{title.en}” leads and cannot be consulted as well",
        {"field": "departments", "value": lead, "accepted": sorted(set(facts.catalogue.departments) - {lead})},
    )


def answer_day_in_bounds(facts: Facts) -> Reason | None:
    """Not before the next working day, not later than the cap of config/rules/limits.yaml."""
    if facts.inputs.get("answer_by") is None:
        return None
    answer_by = _day(facts.inputs["answer_by"])
    earliest = facts.calendar.add_working_days(facts.today, 1)
    latest = facts.calendar.add_working_days(facts.today, facts.catalogue.limits["answer_cap"].limit.amount)
    return _within("answer_by", answer_by, earliest, latest, facts)


def departments_not_asked_before(facts: Facts) -> Reason | None:
    """One opinion a department: whoever has been asked is not asked again, answered or not."""
    asked = {child.department: child for child in facts.children_of(OPINION)}
    again = [code for code in _asked(facts) if code in asked]
    if not again:
        return None
    titles = [facts.catalogue.departments[code].title for code in again]
    return Reason(
        "department_consulted_twice",
        f"已征求过意见：{'、'.join(title.zh for title in titles)}（{'、'.join(asked[code].no for code in again)}）",
        f"Consulted already: {', '.join(title.en for title in titles)}",
        {
            "field": "departments_added",
            "value": again,
            "accepted": sorted(set(facts.catalogue.departments) - set(asked) - {_lead(facts)}),
        },
    )


def due_days_ahead(facts: Facts) -> Reason | None:
    """A task is due after today, whether it is given by itself, as a condition or as a decision."""
    days = [("due_on", facts.inputs["due_on"])] if facts.inputs.get("due_on") is not None else []
    days += [
        (f"{rows}.{index}.due_on", row["due_on"])
        for rows in DATED_ROWS
        for index, row in enumerate(facts.inputs.get(rows) or ())
        if row.get("due_on") is not None
    ]
    late = [(field, day) for field, said in days if (day := _day(said)) <= facts.today]
    if not late:
        return None
    field, day = late[0]
    earliest = facts.calendar.add_working_days(facts.today, 1)
    return Reason(
        "due_day_past",
        f"{'、'.join(name for name, _ in late)}：完成期限 {facts.day(day).zh} 应晚于今天",
        f"{', '.join(name for name, _ in late)}: due {facts.day(day).en}, which must lie after today",
        {"field": field, "value": day.isoformat(), "accepted": f">= {earliest}"},
    )


def some_objection(facts: Facts) -> Reason | None:
    """Some department has objected: only then there is something for a meeting to settle."""
    if any(child.outcome == OBJECTION for child in facts.children_of(OPINION)):
        return None
    return Reason("no_objection", "没有部门不同意，无须开调度会", "No department objects: there is nothing to settle")


def split_settled_by_a_meeting(facts: Facts) -> Reason | None:
    """Agreement beside objection is not for the lead to weigh: a dispatch meeting decides."""
    if not is_split(facts.children) or decided_meeting(facts.children) is not None:
        return None
    objecting = [child for child in facts.children_of(OPINION) if child.outcome == OBJECTION]
    names = [facts.catalogue.departments[child.department].title for child in objecting]
    return Reason(
        "opinions_split",
        f"意见有分歧（不同意：{'、'.join(name.zh for name in names)}），牵头部门不能自行形成结论，须提请调度会",
        f"The opinions are split (objecting: {', '.join(name.en for name in names)}): a dispatch meeting has to decide",
        {"field": "result", "objecting": [child.department for child in objecting], "accepted": ["call_meeting"]},
    )


def conclusion_follows(facts: Facts) -> Reason | None:
    """The conclusion is what the meeting has decided, else what the opinions come to; of a split there is none yet."""
    said = facts.inputs.get("result")
    accepted = conclusions(facts.children)
    if not accepted or said in accepted:
        return None
    against = "会议决定" if decided_meeting(facts.children) else "各部门意见"
    return Reason(
        "conclusion_contradicts",
        f"结论“{said}”与{against}不符；可用：{'、'.join(accepted)}",
        f"The conclusion “{said}” contradicts what was said; accepted: {', '.join(accepted)}",
        {"field": "result", "value": said, "accepted": list(accepted)},
    )


def no_corrections_open(facts: Facts) -> Reason | None:
    """No department wants anything put right: no notice is due."""
    if not corrections(facts.children):
        return None
    return Reason(
        "corrections_named",
        "有部门提出整改要求，须合并为一份告知书一次告知申请人",
        "Departments want things put right: the applicant is told all of it in one notice",
        {"accepted": ["conclude_with_corrections"]},
    )


def some_corrections(facts: Facts) -> Reason | None:
    """Some department wants something put right."""
    if corrections(facts.children):
        return None
    return Reason("no_corrections", "没有需要告知的整改要求", "There is nothing to be put right")


def meeting_has_decided(facts: Facts) -> Reason | None:
    """The newest meeting under the case has decided."""
    if decided_meeting(facts.children) is not None:
        return None
    return Reason("meeting_undecided", "调度会尚未作出决定", "The meeting has not decided yet")


def meeting_fell_through(facts: Facts) -> Reason | None:
    """The newest meeting ended without a decision."""
    meetings = facts.children_of(MEETING)
    if meetings and meetings[-1].ended_at is not None and meetings[-1].outcome != "decided":
        return None
    return Reason("meeting_stands", "调度会没有取消", "The meeting has not fallen through")


def meeting_ahead(facts: Facts) -> Reason | None:
    """In the future, and within the time of config/rules/limits.yaml: what is split does not wait for a free week."""
    held_at = _instant(facts.inputs["held_at"])
    span = facts.catalogue.limits["meeting"].limit.amount
    latest = facts.calendar.add_working_days(facts.today, span)
    if held_at > facts.now and local_day(held_at) <= latest:
        return None
    return Reason(
        "meeting_out_of_bounds",
        f"会议时间 {facts.day(local_day(held_at)).zh} 应在现在之后、{span} 个工作日内（不晚于 {facts.day(latest).zh}）",
        f"The meeting on {facts.day(local_day(held_at)).en} must lie ahead, and not after {facts.day(latest).en}",
        {"field": "held_at", "value": held_at.isoformat(), "accepted": f"<= {latest}"},
    )


def meeting_begun(facts: Facts) -> Reason | None:
    """Nobody writes the minutes of a meeting that is still to come."""
    held_at = facts.case.kept("held_at")
    if not isinstance(held_at, datetime) or held_at <= facts.now:
        return None
    day = facts.day(local_day(held_at))
    return Reason(
        "meeting_to_come",
        f"会议定于 {day.zh}，尚未召开",
        f"The meeting is on {day.en} and still to come",
        {"held_at": held_at.isoformat()},
    )


def split_decided(facts: Facts) -> Reason | None:
    """A meeting called by a consultation ends with its answer: that binds the lead."""
    parent = facts.parent
    if parent is None or parent.flow != "consultation" or facts.inputs.get("decision") is not None:
        return None
    return Reason(
        "decision_missing",
        "decision：会商提请的调度会必须对会商问题作出决定",
        "decision: a meeting called by a consultation has to answer its question",
        {"field": "decision", "value": None, "accepted": list(RESULTS[:3])},
    )


def meeting_of_this_project(facts: Facts) -> Reason | None:
    """A problem is solved by a meeting that was held, on the same project."""
    named = facts.inputs.get("meeting")
    held = sorted(no for no, one in facts.project.items() if one.flow == MEETING and one.state == "decided")
    if named is None or named in held:
        return None
    return Reason(
        "no_such_meeting",
        f"本项目没有已开的会议 {named}；可用：{'、'.join(held) or '无'}",
        f"The project has no meeting {named} that was held; accepted: {', '.join(held) or 'none'}",
        {"field": "meeting", "value": named, "accepted": held},
    )


def is_split(children: Iterable[Relative]) -> bool:
    """At least one department agrees, conditions or not, and at least one objects; silence is neither."""
    outcomes = {child.outcome for child in children if child.flow == OPINION}
    return OBJECTION in outcomes and not outcomes.isdisjoint(AGREEMENTS)


def decided_meeting(children: Iterable[Relative]) -> Relative | None:
    """The newest meeting, if it has decided."""
    meetings = [child for child in children if child.flow == MEETING]
    return meetings[-1] if meetings and meetings[-1].outcome == "decided" else None


def conclusions(children: Iterable[Relative]) -> tuple[str, ...]:
    """What may be concluded from the opinions and the meeting: one of RESULTS, of a split without a meeting none."""
    children = tuple(children)
    meeting = decided_meeting(children)
    if meeting is not None:
        return (str(meeting.data["decision"]),)
    outcomes = {child.outcome for child in children if child.flow == OPINION}
    if is_split(children):
        return ()
    if OBJECTION in outcomes:
        return ("not_agreed",)
    if "conditional" in outcomes:
        return ("with_conditions",)
    return ("agreed",) if "agreed" in outcomes else ("no_opinion",)


def corrections(children: Iterable[Relative]) -> list[dict[str, Any]]:
    """What all departments want put right, in one list: {department, what, fix}."""
    return [
        {"department": child.department, **row}
        for child in children
        if child.flow == OPINION
        for row in child.data.get("corrections") or ()
    ]


def _lead(facts: Facts) -> str:
    return str(facts.inputs.get("department") or facts.case.department)


def _asked(facts: Facts) -> tuple[str, ...]:
    added = facts.inputs.get("departments_added")
    return tuple(added if added is not None else facts.inputs.get("departments") or ())


def _within(field: str, day: date, earliest: date, latest: date, facts: Facts) -> Reason | None:
    if earliest <= day <= latest:
        return None
    first, last = facts.day(earliest), facts.day(latest)
    return Reason(
        "answer_day_out_of_bounds",
        f"答复期限 {facts.day(day).zh} 应在 {first.zh} 至 {last.zh} 之间",
        f"Answers are due {facts.day(day).en}; that must lie from {first.en} to {last.en}",
        {"field": field, "value": day.isoformat(), "accepted": f"{earliest} … {latest}"},
    )


def _day(said: Any) -> date:
    """A day as typed, or as the action of another case passed it on."""
    return date.fromisoformat(said) if isinstance(said, str) else said


def _instant(said: Any) -> datetime:
    return datetime.fromisoformat(said) if isinstance(said, str) else said


GUARDS: Mapping[str, Guard] = {
    "question_in_one_sentence": Guard(question_in_one_sentence, on_input=True),
    "lead_is_not_consulted": Guard(lead_is_not_consulted, on_input=True),
    "answer_day_in_bounds": Guard(answer_day_in_bounds, on_input=True),
    "departments_not_asked_before": Guard(departments_not_asked_before, CHILDREN, on_input=True),
    "due_days_ahead": Guard(due_days_ahead, on_input=True),
    "some_objection": Guard(some_objection, CHILDREN),
    "split_settled_by_a_meeting": Guard(split_settled_by_a_meeting, CHILDREN),
    "conclusion_follows": Guard(conclusion_follows, CHILDREN, on_input=True),
    "no_corrections_open": Guard(no_corrections_open, CHILDREN),
    "some_corrections": Guard(some_corrections, CHILDREN),
    "meeting_has_decided": Guard(meeting_has_decided, CHILDREN),
    "meeting_fell_through": Guard(meeting_fell_through, CHILDREN),
    "meeting_ahead": Guard(meeting_ahead, on_input=True),
    "meeting_begun": Guard(meeting_begun),
    "split_decided": Guard(split_decided, PARENT, on_input=True),
    "meeting_of_this_project": Guard(meeting_of_this_project, PROJECT, on_input=True),
}
