"""What a case keeps of what people told it, in words: the question of a consultation, the buildings of a segment."""

from typing import Any

from api.pages.track import Said, people_in, value_words
from api.wording import own
from workflow.clock.days import local_day
from workflow.definition import Field, Flow
from workflow.queries.case import CaseView
from workflow.store import people
from workflow.work import Work

SHOWN_ELSEWHERE = frozenset({"question", "gaps_until", "late_reason"})


def kept(work: Work, case: CaseView) -> tuple[Said, ...]:
    """What the case keeps, by the names its flow gives it; a list of records as one line each."""
    flow = work.office.flow(case.flow, case.flow_version)
    fields = [
        (ask, case.kept[ask.name])
        for ask in _fields(flow)
        if ask.name in case.kept and ask.name not in SHOWN_ELSEWHERE and case.kept[ask.name] not in (None, "", [])
    ]
    named = people.names(work.conn, [person for ask, value in fields for person in people_in(ask, value)])
    today = local_day(work.now)
    return tuple(Said(own(ask.title), value_words(work, ask, value, today, named)) for ask, value in fields)


def _fields(flow: Flow) -> list[Field]:
    """The fields whose content the case keeps, each once, in the order of the file."""
    first = flow.opening.action if flow.opening is not None else None
    opening = (*first.asks, *first.makes) if first is not None else ()
    deeds = flow.actions.values()
    kept_by_actions = (ask for deed in deeds for ask in (*deed.asks, *deed.makes) if ask.name in deed.keeps)
    found: dict[str, Any] = {}
    for ask in (*opening, *kept_by_actions):
        found.setdefault(ask.name, ask)
    return list(found.values())
