"""What a case keeps, in the words of its flow: refusals name a field as its form does, and the deed that records it."""

from workflow.definition import Flow, Title
from workflow.errors import Reason

NOT_RECORDED, RECORDED_ALREADY = "not_recorded", "recorded_already"


def in_words(flow: Flow, reason: Reason) -> Reason:
    """``reason`` with the name of what is kept, or not, as people read it; every other reason as it is.

    The condition itself knows the name in the data only, the flow knows the label of the field and the action.
    """
    if reason.code not in (NOT_RECORDED, RECORDED_ALREADY):
        return reason
    name = str(reason.facts["field"])
    what = _label(flow, name)
    deeds = [action.title for action in flow.actions.values() if name in action.keeps or action.collects == name]
    if what is None:
        return reason
    if reason.code == RECORDED_ALREADY:
        zh, en = f"已登记“{what.zh}”，不能再次登记", f"“{what.en}” is recorded already and cannot be recorded again"
        return Reason(reason.code, zh, en, reason.facts)
    zh, en = f"尚未登记“{what.zh}”", f"“{what.en}” is not recorded yet"
    if deeds:
        zh += f"：由{'、'.join(f'“{deed.zh}”' for deed in deeds)}登记"
        en += f": recorded by {', '.join(f'“{deed.en}”' for deed in deeds)}"
    return Reason(reason.code, zh, en, reason.facts)


def _label(flow: Flow, name: str) -> Title | None:
    """The label of the field ``name``; of a list of records the title of the action that adds to it."""
    for action in flow.actions.values():
        if action.collects == name:
            return action.title
        for ask in (*action.asks, *action.makes):
            if ask.name == name:
                return ask.title
    return None
