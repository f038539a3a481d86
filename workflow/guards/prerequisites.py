"""What must come before: other permits, and the items of a joint application."""

from collections.abc import Mapping
from typing import Any

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
    edges = [edge for edge in item.must_precede if unmet(edge, facts)]
    if not edges:
        return None
    return Reason(
        "prerequisites_missing",
        "前置条件未满足：" + "；".join(edge.title.zh for edge in edges),
        "Prerequisites unmet: " + "; ".join(edge.title.en for edge in edges),
        {"unmet": [{"any_of": list(edge.any_of), "or_document": edge.or_document} for edge in edges]},
    )


def applies(edge: Prerequisite, traits: Mapping[str, Any]) -> bool:
    """Whether the prerequisite holds for a project with these traits."""
    if edge.applies_if is not None and not traits.get(edge.applies_if):
        return False
    return edge.waived_if is None or not traits.get(edge.waived_if)


def unmet(edge: Prerequisite, facts: Facts) -> bool:
    """Whether neither a permit nor a paper meets the prerequisite of this case yet."""
    traits = facts.project_facts
    if not applies(edge, traits):
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
