"""The prerequisites of an item as people read them: which hold for this project, which are met, and by what. Pure.

The reading is that of `workflow.guards.prerequisites`, which alone refuses; here every edge is told, and by name.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from workflow.catalogue import Catalogue, Item, Prerequisite
from workflow.catalogue.items import Edge
from workflow.definition import Title

Standing = Literal["met", "unmet", "waived", "parallel"]


@dataclass(frozen=True, slots=True)
class EdgeView:
    """One prerequisite. ``standing``: "waived" also where the project has nothing to do with it, "parallel" where
    nothing is bound. ``words`` say by what it is met or waived, or what would meet it. ``met_by`` is the item or paper
    that does. ``simulated_ok``: a simulated review may run meanwhile (模拟审批).
    """

    kind: Edge
    title: Title
    standing: Standing
    words: Title
    met_by: str | None
    any_of: tuple[str, ...]
    substitutes: tuple[str, ...]
    or_document: str | None
    event: str | None
    simulated_ok: bool


def edges_of(
    item: Item,
    catalogue: Catalogue,
    traits: Collection[str],
    permits: Collection[str] = (),
    papers: Collection[str] = (),
    events: Mapping[str, date] | None = None,
) -> tuple[EdgeView, ...]:
    """Every prerequisite of ``item`` for a project with these traits, granted items, papers held and events so far."""
    return tuple(
        _view(item, edge, catalogue, traits, set(permits), set(papers), events or {}) for edge in item.prerequisites
    )


def applies(edge: Prerequisite, traits: Collection[str]) -> bool:
    """Whether the prerequisite holds for a project with these traits."""
    if edge.applies_if is not None and edge.applies_if not in traits:
        return False
    return edge.waived_if is None or edge.waived_if not in traits


def _view(
    item: Item,
    edge: Prerequisite,
    catalogue: Catalogue,
    traits: Collection[str],
    permits: set[str],
    papers: set[str],
    events: Mapping[str, date],
) -> EdgeView:
    if not applies(edge, traits):
        standing, words, met_by = _waived(edge, catalogue, traits)
    elif edge.kind == "must_precede_event":
        standing, words, met_by = _before_event(item, edge, catalogue, permits, events)
    elif edge.kind == "may_parallel":
        standing, words, met_by = "parallel", Title(f"不须等候：{edge.title.zh}", f"No waiting: {edge.title.en}"), None
    else:
        standing, words, met_by = _before_decision(edge, catalogue, permits, papers)
    return EdgeView(
        kind=edge.kind,
        title=edge.title,
        standing=standing,
        words=words,
        met_by=met_by,
        any_of=edge.any_of,
        substitutes=edge.substitutes,
        or_document=edge.or_document,
        event=edge.event,
        simulated_ok=edge.simulated_ok,
    )


Told = tuple[Standing, Title, str | None]


def _waived(edge: Prerequisite, catalogue: Catalogue, traits: Collection[str]) -> Told:
    if edge.waived_if is not None and edge.waived_if in traits:
        trait = catalogue.traits[edge.waived_if].title
        return "waived", Title(f"{trait.zh}，免除该前置条件", f"Waived: {trait.en}"), None
    assert edge.applies_if is not None
    trait = catalogue.traits[edge.applies_if].title
    return "waived", Title(f"项目不涉及：{trait.zh}", f"The project does not have: {trait.en}"), None


def _before_event(
    item: Item, edge: Prerequisite, catalogue: Catalogue, permits: set[str], events: Mapping[str, date]
) -> Told:
    assert edge.event is not None
    event, title = catalogue.events[edge.event].title, item.title
    if item.code in permits:
        return "met", Title(f"“{title.zh}”已办结", f"“{title.en}” is granted"), item.code
    if (day := events.get(edge.event)) is not None:
        return (
            "unmet",
            Title(
                f"“{event.zh}”已于 {day.isoformat()} 发生，“{title.zh}”尚未办结",
                f"“{event.en}” happened on {day.isoformat()}, “{title.en}” is not granted",
            ),
            None,
        )
    return (
        "unmet",
        Title(f"须在“{event.zh}”之前办结“{title.zh}”", f"“{title.en}” must be granted before “{event.en}”"),
        None,
    )


def _before_decision(edge: Prerequisite, catalogue: Catalogue, permits: set[str], papers: set[str]) -> Told:
    for code in edge.satisfied_by:
        if code in permits:
            return "met", _by_item(code, edge, catalogue), code
    if edge.or_document in papers and edge.or_document is not None:
        paper = catalogue.materials[edge.or_document].title
        return "met", Title(f"已有“{paper.zh}”", f"“{paper.en}” is there"), edge.or_document
    wanted = [catalogue.items[code].title for code in edge.satisfied_by]
    if edge.or_document is not None:
        wanted.append(catalogue.materials[edge.or_document].title)
    zh, en = "”或“".join(one.zh for one in wanted), "” or “".join(one.en for one in wanted)
    return "unmet", Title(f"作出决定前须有“{zh}”", f"Needed before the decision: “{en}”"), None


def _by_item(code: str, edge: Prerequisite, catalogue: Catalogue) -> Title:
    title = catalogue.items[code].title
    if code in edge.substitutes:
        return Title(f"由“{title.zh}”代替", f"“{title.en}” stands in")
    return Title(f"“{title.zh}”已办结", f"“{title.en}” is granted")
