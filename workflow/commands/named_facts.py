"""Facts that follow from what was typed: the case it is about, the bookings of the room that is asked for."""

from dataclasses import replace

from workflow.definition import Action
from workflow.guards import Facts, condition
from workflow.store import cases, rooms
from workflow.visibility import may_see
from workflow.work import Work


def with_named(work: Work, action: Action, facts: Facts) -> Facts:
    """``facts`` with the groups 'named_case' and 'bookings', where a condition of ``action`` looks at them."""
    groups = {group for need in action.needs for group in condition(need).reads}
    if "named_case" in groups and isinstance(no := facts.inputs.get("about"), str):
        facts = replace(facts, named_case=_named_case(work, facts, no))
    if "bookings" in groups and isinstance(room := facts.kept("room"), str):
        facts = replace(facts, bookings=rooms.bookings(work.conn, room, facts.case.no))
    return facts


def _named_case(work: Work, facts: Facts, no: str) -> str | None:
    reading = cases.read(work.conn, no=no)
    if reading is None or reading.case.project_id != facts.case.project_id or not may_see(work.actor, reading.case):
        return None
    return reading.case.no
