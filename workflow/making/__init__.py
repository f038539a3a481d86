"""Inputs that the system works out: merged opinions, an agenda, a compiled list. Pure; they count as typed.

A flow names them under ``makes``: what a maker finds goes into the history, the case's data and the documents exactly
as if a person had typed it, and conditions look at it. Nothing found means nothing typed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from workflow.definition import Action, Flow
from workflow.guards import Facts
from workflow.making import acceptance, checklist, consultation, mechanism
from workflow.making.maker import Maker

__all__ = ["MAKERS", "Maker", "groups_made_from", "worked_out"]

MAKERS: Mapping[str, Maker] = MappingProxyType(
    {**acceptance.MAKERS, **consultation.MAKERS, **checklist.MAKERS, **mechanism.MAKERS}
)


def worked_out(action: Action, facts: Facts) -> Facts:
    """``facts`` with everything that ``action`` makes among the inputs; what was typed under the same name holds.

    Raises BadInput where something cannot be made from what was typed.
    """
    if not action.makes:
        return facts
    found = {
        field.name: value
        for field in action.makes
        if field.name not in facts.inputs and (value := MAKERS[field.made_by or ""].make(facts)) not in NOTHING
    }
    return replace(facts, inputs={**facts.inputs, **found})


def groups_made_from(flows: Iterable[Flow], name: str) -> frozenset[str]:
    """The groups of facts that the makers of the action ``name``, in any of ``flows``, look at."""
    return frozenset(
        group
        for flow in flows
        if name in flow.actions
        for field in flow.actions[name].makes
        for group in MAKERS[field.made_by or ""].reads
    )


NOTHING: tuple[object, ...] = (None, "", [], {})
