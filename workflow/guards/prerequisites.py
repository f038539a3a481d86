"""What must come before: other permits, and the items of a joint application."""

from workflow.catalogue import Prerequisite
from workflow.errors import Reason
from workflow.guards.facts import Facts

ITEMS = "item"
"""The flow of the item cases that stand under a joint application."""


def prerequisites_granted(facts: Facts) -> Reason | None:
    """A permit may not be granted before what must precede it (domain fact book, 2.4)."""
    item = facts.item
    if item is None:
        return None
    unmet = [edge for edge in item.prerequisites if edge.kind == "must_precede_decision" and _unmet(edge, facts)]
    if not unmet:
        return None
    return Reason(
        "prerequisites_missing",
        "前置条件未满足：" + "；".join(edge.title.zh for edge in unmet),
        "Prerequisites unmet: " + "; ".join(edge.title.en for edge in unmet),
        {"unmet": [{"any_of": list(edge.any_of), "or_document": edge.or_document} for edge in unmet]},
    )


def _unmet(edge: Prerequisite, facts: Facts) -> bool:
    traits = facts.project_facts
    if edge.applies_if is not None and not traits.get(edge.applies_if):
        return False
    if edge.waived_if is not None and traits.get(edge.waived_if):
        return False
    papers = {material.code for material in facts.materials} | {name for name, held in traits.items() if held}
    return not (set(edge.satisfied_by) & facts.permits or edge.or_document in papers)


def items_chosen(facts: Facts) -> Reason | None:
    if facts.items:
        return None
    return Reason("no_items", "请至少选择一个事项", "Choose at least one item", {"field": "items"})


def every_item_past_intake(facts: Facts) -> Reason | None:
    # Tasks and meetings may stand under a joint application as well; only its items are its matter.
    items = facts.children_of(ITEMS)
    waiting = [item.no for item in items if not item.past_intake]
    if not waiting and any(item.ended_at is None for item in items):
        return None
    return Reason("items_at_intake", "仍有事项未受理", "Some items are still at intake", {"cases": waiting})


def every_item_decided(facts: Facts) -> Reason | None:
    items = facts.children_of(ITEMS)
    open_cases = [item.no for item in items if not item.decided]
    if items and not open_cases:
        return None
    return Reason("items_open", "仍有事项未办结", "Some items are not decided yet", {"cases": open_cases})
