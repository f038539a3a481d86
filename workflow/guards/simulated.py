"""A review before there is land (模拟审批), its conversion, and what becomes of the items of a joint application."""

from collections.abc import Mapping

from workflow.catalogue import Item
from workflow.definition import Title
from workflow.errors import Reason
from workflow.guards.facts import Facts, Guard
from workflow.guards.prerequisites import ITEMS, applies, unmet

LAND_EVENT = "land_title"
LAND_PAPERS = ("land_document", "land_contract")
"""What shows that land was obtained: the title, or the contract or decision that gives it."""
GONE = frozenset({"withdrawn", "simulation_over"})
"""States of an item that was never decided and never will be."""
SIMULATED_STAGES = frozenset({2, 3})
"""The land itself (1) and what stands already (4) cannot be reviewed before there is land."""


def may_be_simulated(facts: Facts) -> Reason | None:
    """Only what the land has to do with, and only where every prerequisite may be met later."""
    closed = [item for item in facts.items if not _simulated(item, facts)]
    if not closed:
        return None
    return Reason(
        "not_simulated",
        f"不能模拟审批：{'、'.join(item.title.zh for item in closed)}；仅限工程建设许可、施工许可阶段的事项",
        f"Cannot be reviewed by simulation: {', '.join(item.title.en for item in closed)}; "
        "only items of the stages 2 and 3 can",
        {"field": "items", "value": [item.code for item in closed]},
    )


def land_not_obtained(facts: Facts) -> Reason | None:
    """A review by simulation is for the time before there is land (模拟审批)."""
    shown = _land(facts)
    if shown is None:
        return None
    return Reason(
        "land_obtained",
        f"项目已取得土地（{shown.zh}），请直接正式申报",
        f"The project has its land ({shown.en}): apply in earnest",
    )


def land_obtained(facts: Facts) -> Reason | None:
    """拿地: the title is recorded, or the contract or decision that gives the land is held."""
    return None if _land(facts) is not None else _no_land()


def land_paper_held(facts: Facts) -> Reason | None:
    """The contract or decision that gives the land is among the papers."""
    return None if _paper_of_land(facts) is not None else _no_land()


def prerequisites_simulated(facts: Facts) -> Reason | None:
    """A review by simulation passes over what may be met later, and over nothing else."""
    item = facts.item
    edges = [edge for edge in item.must_precede if unmet(edge, facts) and not edge.simulated_ok] if item else []
    if not edges:
        return None
    return Reason(
        "prerequisites_missing",
        "前置条件不得模拟：" + "；".join(edge.title.zh for edge in edges),
        "Prerequisites that cannot be simulated: " + "; ".join(edge.title.en for edge in edges),
        {"unmet": [{"any_of": list(edge.any_of), "or_document": edge.or_document} for edge in edges]},
    )


def every_item_simulated(facts: Facts) -> Reason | None:
    """Every item that was not withdrawn has passed its review by simulation."""
    items = facts.children_of(ITEMS)
    waiting = [item.no for item in items if item.ended_at is None and item.state != "simulated"]
    if not waiting and any(item.ended_at is None for item in items):
        return None
    return Reason(
        "items_in_simulation", "仍有事项未通过模拟审查", "Some items are still in simulated review", {"cases": waiting}
    )


def some_item_in_simulation(facts: Facts) -> Reason | None:
    """An item that had passed is looked at again."""
    items = facts.children_of(ITEMS)
    if any(item.ended_at is None and item.state.startswith("simulat") and item.state != "simulated" for item in items):
        return None
    return Reason("nothing_in_simulation", "没有模拟审查中的事项", "No item is in simulated review")


def every_item_withdrawn(facts: Facts) -> Reason | None:
    """Every item was taken back, or lapsed before there was land: there is nothing left to decide."""
    items = facts.children_of(ITEMS)
    others = [item.no for item in items if item.state not in GONE]
    if items and not others:
        return None
    return Reason("items_not_withdrawn", "仍有未撤回的事项", "Some items are not withdrawn", {"cases": others})


def application_withdrawn(facts: Facts) -> Reason | None:
    """The joint application that the item belongs to was taken back as a whole."""
    if facts.parent is not None and facts.parent.outcome == "withdrawn":
        return None
    return Reason("application_stands", "所属并联申请未撤回", "The joint application was not withdrawn")


def _simulated(item: Item, facts: Facts) -> bool:
    edges = [edge for edge in item.must_precede if applies(edge, facts.project_facts)]
    return item.stage in SIMULATED_STAGES and all(edge.simulated_ok for edge in edges)


def _land(facts: Facts) -> Title | None:
    if LAND_EVENT in facts.events:
        return facts.catalogue.events[LAND_EVENT].title
    return _paper_of_land(facts)


def _paper_of_land(facts: Facts) -> Title | None:
    held = {material.code for material in facts.materials} | {name for name, is_ in facts.project_facts.items() if is_}
    found = next((code for code in LAND_PAPERS if code in held), None)
    if found is None:
        return None
    known = facts.catalogue.materials.get(found)
    return known.title if known is not None else Title(found, found)


def _no_land() -> Reason:
    return Reason(
        "no_land",
        "尚未取得土地：请登记土地权属，或提交用地文件",
        "The land is not obtained yet: record the title, or hand in the paper that gives it",
        {"event": LAND_EVENT, "papers": list(LAND_PAPERS)},
    )


CHILDREN = frozenset({"children"})
LAND = frozenset({"materials", "events"})

GUARDS: Mapping[str, Guard] = {
    "may_be_simulated": Guard(may_be_simulated),
    "land_not_obtained": Guard(land_not_obtained, LAND),
    "land_obtained": Guard(land_obtained, LAND),
    "land_paper_held": Guard(land_paper_held, frozenset({"materials"})),
    "prerequisites_simulated": Guard(prerequisites_simulated, frozenset({"permits", "materials"})),
    "every_item_simulated": Guard(every_item_simulated, CHILDREN),
    "some_item_in_simulation": Guard(some_item_in_simulation, CHILDREN),
    "every_item_withdrawn": Guard(every_item_withdrawn, CHILDREN),
    "application_withdrawn": Guard(application_withdrawn, frozenset({"parent"})),
}
