"""What a consultation makes of its opinions: one table, one list of corrections, the agenda of a meeting."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from workflow.clock.days import local_day
from workflow.guards import Facts
from workflow.guards.consultation import OPINION, corrections, decided_meeting
from workflow.making.maker import Maker

CHILDREN = frozenset({"children"})
NO_OPINION = "no_opinion"


def silence_rule(facts: Facts) -> str:
    """What silence means among offices; nothing else is lawful, so nobody is asked."""
    return NO_OPINION


def department_above(facts: Facts) -> str | None:
    """Where the case stands under which this one is opened."""
    return None if facts.parent is None else facts.parent.department


def opinions(facts: Facts) -> list[dict[str, Any]]:
    """Every opinion that has come in: {department, stance, opinion, basis, answered_on}, in the order of asking."""
    found = []
    for child in facts.children_of(OPINION):
        if child.ended_at is None:
            continue
        row = {
            "department": child.department,
            "stance": child.outcome,
            "opinion": child.data.get("opinion"),
            "basis": child.data.get("basis"),
            "answered_on": local_day(child.ended_at).isoformat(),
        }
        found.append({name: value for name, value in row.items() if value is not None})
    return found


def conditions(facts: Facts) -> list[dict[str, Any]]:
    """Every condition of every department, each of which is a task: {what, department, due_on}."""
    return [row for child in facts.children_of(OPINION) for row in child.data.get("conditions") or ()]


def merged_corrections(facts: Facts) -> list[dict[str, Any]]:
    """What all departments want put right, in one list."""
    return corrections(facts.children)


def points_of_dispute(facts: Facts) -> list[dict[str, Any]]:
    """The agenda of a meeting: the question, then each objection with its basis, then what the others say to it."""
    told = [child for child in facts.children_of(OPINION) if child.ended_at is not None]
    order = {"objected": 0, "conditional": 1, "agreed": 2}
    rows = [
        {
            "point": "；".join(
                str(child.data[name]) for name in ("opinion", "basis") if child.data.get(name) is not None
            ),
            "department": child.department,
        }
        for child in sorted(told, key=lambda one: order.get(str(one.outcome), 3))
        if child.outcome in order
    ]
    return [{"point": str(facts.case.data.get("question", ""))}, *rows]


def all_departments(facts: Facts) -> list[str]:
    """Those asked from the start and those asked now."""
    return [*facts.case.data.get("departments", ()), *facts.inputs.get("departments_added", ())]


def later_answer_day(facts: Facts) -> str:
    """The day on which the last answer is due: that of the late joiners where it is later."""
    limit = facts.catalogue.limits["opinion"].limit
    joined = facts.calendar.add_working_days(facts.today, limit.amount)
    before = facts.case.kept("answer_by")
    return (max(joined, before) if isinstance(before, date) else joined).isoformat()


def meeting_decision(facts: Facts) -> str | None:
    """What the meeting decided."""
    meeting = decided_meeting(facts.children)
    return None if meeting is None else meeting.data.get("decision")


def meeting_number(facts: Facts) -> str | None:
    """Which meeting it was."""
    meeting = decided_meeting(facts.children)
    return None if meeting is None else meeting.no


MAKERS: Mapping[str, Maker] = {
    "silence_rule": Maker(silence_rule),
    "department_above": Maker(department_above, frozenset({"parent"})),
    "opinions": Maker(opinions, CHILDREN),
    "conditions": Maker(conditions, CHILDREN),
    "merged_corrections": Maker(merged_corrections, CHILDREN),
    "points_of_dispute": Maker(points_of_dispute, CHILDREN),
    "all_departments": Maker(all_departments),
    "later_answer_day": Maker(later_answer_day),
    "meeting_decision": Maker(meeting_decision, CHILDREN),
    "meeting_number": Maker(meeting_number, CHILDREN),
}
