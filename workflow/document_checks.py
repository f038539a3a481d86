"""Proves that an action can state what the documents it issues must state, before anybody takes it."""

from collections.abc import Collection, Iterator

from workflow.catalogue import DocumentKind
from workflow.catalogue.documents import either
from workflow.definition import Action
from workflow.documents import INPUT, KEPT
from workflow.errors import Fault
from workflow.strict_yaml import Document, Place

ENGINE_KEEPS = ("acceptance_mode", "form", "gaps_until", "items", "late_reason", "question", "renewal_mode", "variants")
"""What the data of a case may have without its flow saying so."""


def issue_faults(
    action: Action, kind: DocumentKind, kept: Collection[str], place: Place, document: Document
) -> Iterator[Fault]:
    """Every fact of ``kind`` that ``action`` can never state; ``kept`` is what cases of the flow keep.

    A common fact is the case's own; whether it is there shows when the action is taken.
    """
    asked = {ask.name: ask for ask in action.asks}
    for names in kind.states:
        if any(_sure(name, action, kept) for name in names):
            continue
        optional = [f"{INPUT}{name}" for name in asked if f"{INPUT}{name}" in names]
        if optional:
            sentence = f"the document {kind.kind!r} must state {either(names)}, so it cannot be left out"
            yield document.fault((*place, "asks", optional[0].removeprefix(INPUT), "required"), sentence, ("true",))
        else:
            sentence = f"the document {kind.kind!r} must state {either(names)}, which is neither asked here nor kept"
            known = sorted([*(f"{INPUT}{name}" for name in asked), *(f"{KEPT}{name}" for name in kept)])
            yield document.fault((*place, "issues"), sentence, known)


def _sure(name: str, action: Action, kept: Collection[str]) -> bool:
    if name.startswith(INPUT):
        said = name.removeprefix(INPUT)
        return any(ask.name == said and ask.required for ask in (*action.asks, *action.makes))
    if name.startswith(KEPT):
        return name.removeprefix(KEPT) in (*kept, *ENGINE_KEEPS)
    return True
