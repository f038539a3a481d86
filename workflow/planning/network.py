"""Which item of a plan waits for which: the prerequisites that hold for this project, in an order without circles."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter

from workflow.catalogue import Catalogue, Item, ItemLimit, Prerequisite
from workflow.definition import Title
from workflow.errors import Conflict
from workflow.planning.limits import chosen_limit
from workflow.planning.question import Question, Running


@dataclass(frozen=True, slots=True)
class Missing:
    """A prerequisite nobody meets: none of ``items`` is in the plan or granted, nor is the ``paper`` at hand."""

    title: Title
    items: tuple[str, ...]
    paper: str | None


@dataclass(frozen=True, slots=True)
class Node:
    """``decision_after``: per prerequisite the items of the plan that can meet it; ``filing_after``: issue papers."""

    item: Item
    limit: ItemLimit | None
    running: Running | None
    decision_after: tuple[tuple[str, ...], ...]
    filing_after: tuple[str, ...]
    missing: tuple[Missing, ...]
    bound: bool


def network(catalogue: Catalogue, question: Question) -> dict[str, Node]:
    """The items to plan, and the running cases they count on. An item for a trait says that the project has it."""
    chosen = [code for code in question.items if code not in question.granted]
    chosen = [code for code in chosen if not waived(catalogue.items[code], question)]
    own = {trait for code in chosen if (trait := catalogue.items[code].applies_if) is not None}
    told = replace(question, traits=question.traits | own)
    planned = dict.fromkeys(chosen)
    for code in (queue := list(planned)):
        met_by = [one for edge in catalogue.items[code].must_precede for one in edge.satisfied_by]
        for one in met_by:
            if one in question.running and one not in planned:
                planned[one] = None
                queue.append(one)
    return {code: _node(catalogue.items[code], planned, told) for code in planned}


def _node(item: Item, planned: Mapping[str, None], question: Question) -> Node:
    running = question.running.get(item.code)
    edges = [edge for edge in item.must_precede if _applies(edge, question) and not _met(edge, question)]
    alternatives = [(edge, tuple(one for one in edge.satisfied_by if one in planned)) for edge in edges]
    missing = [Missing(edge.title, edge.satisfied_by, edge.or_document) for edge, met_by in alternatives if not met_by]
    awaited = [
        material
        for material in item.materials
        if material.required
        and not material.may_follow
        and material.issued_by in planned
        and material.code not in question.papers
    ]
    return Node(
        item=item,
        limit=chosen_limit(item, question.measure, question.variants.get(item.code)),
        running=running,
        decision_after=tuple(met_by for _, met_by in alternatives if met_by),
        filing_after=() if running else tuple(dict.fromkeys(material.issued_by for material in awaited)),
        missing=tuple(missing),
        bound=item.code in question.items and (question.event is None or question.event in _events(item, question)),
    )


def in_order(nodes: Mapping[str, Node]) -> list[str]:
    """Prerequisites first; raises Conflict naming a circle."""
    graph = {
        code: [*node.filing_after, *(one for met_by in node.decision_after for one in met_by)]
        for code, node in nodes.items()
    }
    try:
        return list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        # graphlib tells it from the first to the first again, each waiting for the one before it.
        circle = " → ".join(reversed(error.args[1]))
        raise Conflict(
            "prerequisites_in_a_circle",
            f"这些事项互为前置，无法排期：{circle}",
            f"These items wait for each other and cannot be planned: {circle}",
            extra={"circle": list(reversed(error.args[1]))},
        ) from error


def _applies(edge: Prerequisite, question: Question) -> bool:
    if edge.applies_if is not None and edge.applies_if not in question.traits:
        return False
    return edge.waived_if is None or edge.waived_if not in question.traits


def _met(edge: Prerequisite, question: Question) -> bool:
    return bool(set(edge.satisfied_by) & question.granted) or edge.or_document in question.papers


def waived(item: Item, question: Question) -> bool:
    """Whether the project needs the item no more."""
    return item.waived_if is not None and item.waived_if in question.traits


def _events(item: Item, question: Question) -> set[str]:
    """The events this item's result must be there for."""
    edges = [edge for edge in item.prerequisites if edge.event is not None and _applies(edge, question)]
    return {edge.event for edge in edges if edge.event} | ({item.lifetime.until or ""} if item.lifetime else set())
