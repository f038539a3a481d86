"""Every limit a clock can be given: its own, or all that a reference stands for in the catalogue."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType

from workflow.catalogue import Catalogue, Item
from workflow.clock.limit import Limit, Unit
from workflow.definition import KEPT, RULE, ClockRule
from workflow.guards import GAPS_AT_MOST

OWN = "every case"
"""Whose limit it is where the flow file says it itself."""
GIVEN_LATER = frozenset({"pause.planned", "pause.cap", "gaps.until", "life.running"})
"""References that the action entering the state settles, not the opening of the case."""

ABOUT_A_KEPT_DAY = Limit(30, Unit.WORKING_DAY)
"""What a ladder is tried with whose clock runs until a day or an instant that somebody will name."""

Named = tuple[str, Limit]
"""A limit, and what it is the limit of: an item, a variant (``LX02/report``), a cause of a pause, a time of day."""


def limits_of(rule: ClockRule, catalogue: Catalogue) -> dict[Limit, tuple[str, ...]]:
    """Each limit the clock can have, with the names of what has it; empty where the reference says nothing here."""
    if isinstance(rule.limit, Limit):
        return {rule.limit: (OWN,)}
    found: dict[Limit, tuple[str, ...]] = {}
    for name, limit in _stands_for(rule.limit, catalogue):
        found[limit] = (*found.get(limit, ()), name)
    return found


def _stands_for(reference: str, catalogue: Catalogue) -> Iterable[Named]:
    table = _REFERENCES.get(reference)
    if table is not None:
        return table(catalogue)
    if reference.startswith(KEPT):
        return (("a day that is named", ABOUT_A_KEPT_DAY),)
    if reference.startswith(RULE):
        own = catalogue.limits.get(reference.removeprefix(RULE))
        return () if own is None else ((OWN, own.limit),)
    if reference.startswith("item."):
        return _of_items(catalogue, reference.removeprefix("item."))
    return ()


def _of_items(catalogue: Catalogue, name: str) -> Iterator[Named]:
    """The limits that stand in every item under ``name``."""
    for item in catalogue.items.values():
        own = getattr(getattr(item, name, None), "limit", None)
        if isinstance(own, Limit):
            yield item.code, own


def _promised(catalogue: Catalogue) -> Iterator[Named]:
    yield from _chosen(catalogue, 1)


def _statutory(catalogue: Catalogue) -> Iterator[Named]:
    yield from _chosen(catalogue, 0)


def _chosen(catalogue: Catalogue, which: int) -> Iterator[Named]:
    for item in catalogue.items.values():
        for variant in _forms(item):
            limit = item.limits(variant)[which]
            if limit is not None:
                yield f"{item.code}/{variant}" if variant else item.code, limit.limit


def _forms(item: Item) -> tuple[str | None, ...]:
    return (None, *(variant.code for variant in item.variants))


def _lifetime(catalogue: Catalogue) -> Iterator[Named]:
    yield from _lives(catalogue, True)


def _recheck(catalogue: Catalogue) -> Iterator[Named]:
    yield from _lives(catalogue, False)


def _lives(catalogue: Catalogue, lapses: bool) -> Iterator[Named]:
    for item in catalogue.items.values():
        if item.lifetime is not None and item.lifetime.lapses is lapses:
            yield item.code, item.lifetime.limit


def _renewal(catalogue: Catalogue) -> Iterator[Named]:
    for item in catalogue.items.values():
        if item.lifetime is not None and item.lifetime.renewal is not None:
            yield item.code, item.lifetime.renewal.limit


def _running_life(catalogue: Catalogue) -> Iterator[Named]:
    yield from _lifetime(catalogue)
    yield from _renewal(catalogue)


def _caps(catalogue: Catalogue) -> Iterator[Named]:
    yield from ((cause.code, cause.cap) for cause in catalogue.causes.values())


def _gaps(catalogue: Catalogue) -> Iterator[Named]:
    yield OWN, GAPS_AT_MOST
    yield from _of_items(catalogue, "gap_limit")


def _first_response(catalogue: Catalogue) -> Iterator[Named]:
    yield "by day", catalogue.help.first_response_day
    yield "by night", catalogue.help.first_response_night


def _first_plan(catalogue: Catalogue) -> Iterator[Named]:
    yield OWN, catalogue.help.first_plan


def _resolution(catalogue: Catalogue) -> Iterator[Named]:
    yield OWN, catalogue.help.resolution


def _visit(catalogue: Catalogue) -> Iterator[Named]:
    yield OWN, catalogue.help.visit


_REFERENCES: Mapping[str, Callable[[Catalogue], Iterable[Named]]] = MappingProxyType(
    {
        "item.statutory": _statutory,
        "item.promised": _promised,
        "item.lifetime": _lifetime,
        "item.recheck": _recheck,
        "item.renewal": _renewal,
        "life.running": _running_life,
        "pause.planned": _caps,
        "pause.cap": _caps,
        "gaps.until": _gaps,
        "help.first_response": _first_response,
        "help.first_plan": _first_plan,
        "help.resolution": _resolution,
        "help.visit": _visit,
    }
)
