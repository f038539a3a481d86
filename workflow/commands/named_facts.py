"""Facts that follow from what was typed: the case it is about, the bookings of the room, the people it names."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from workflow.definition import Action
from workflow.guards import Facts, condition
from workflow.store import cases, people, rooms
from workflow.visibility import may_see
from workflow.work import Work


def with_named(work: Work, action: Action, facts: Facts) -> Facts:
    """``facts`` with the groups 'named_case', 'bookings' and 'people', where ``action`` looks at them."""
    groups = {group for need in action.needs for group in condition(need).reads}
    if "named_case" in groups and isinstance(no := facts.inputs.get("about"), str):
        facts = replace(facts, named_case=_named_case(work, facts, no))
    if "bookings" in groups and isinstance(room := facts.kept("room"), str):
        facts = replace(facts, bookings=rooms.bookings(work.conn, room, facts.case.no))
    if "people" in groups:
        facts = replace(facts, people=people.named(work.conn, _people(action, facts.inputs)))
    return facts


def _people(action: Action, inputs: Mapping[str, Any]) -> list[int]:
    """The numbers of people among the inputs, in lists of records too."""
    own = [inputs[ask.name] for ask in action.asks if ask.type == "person" and ask.name in inputs]
    listed = [
        row[column.name]
        for ask in action.asks
        for column in ask.columns
        for row in inputs.get(ask.name, ())
        if column.type == "person" and column.name in row
    ]
    return sorted({*own, *listed})


def _named_case(work: Work, facts: Facts, no: str) -> str | None:
    reading = cases.read(work.conn, no=no)
    if reading is None or reading.case.project_id != facts.case.project_id or not may_see(work.actor, reading.case):
        return None
    return reading.case.no
