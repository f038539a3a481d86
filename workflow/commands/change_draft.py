"""Change a draft of a joint application: its items, its form, or both. Nothing is asked of it until it is submitted."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from workflow.case import Case
from workflow.commands.add_line import add_line, busy, hold
from workflow.commands.open_bundle import OPENERS, check_items, check_variants
from workflow.commands.take_action import stale
from workflow.errors import BadInput, Conflict, NotAllowed, Reason
from workflow.reading import visible_case
from workflow.store import births
from workflow.work import Work

NOTHING: frozenset[str] = frozenset()


def change_draft(
    work: Work,
    no: str,
    version: int,
    items: list[str] | None = None,
    form: Mapping[str, Any] | None = None,
    variants: Mapping[str, str] | None = None,
) -> Case:
    """The draft with ``items``, ``form`` and ``variants`` put in place of the old ones; what is None stays.

    The variant of an item that is taken out goes with it. Raises NotFound, NotAllowed, BadInput (no such item or
    variant, nothing to change), and Conflict for a stale ``version`` or a case that is no draft any more.
    """
    if items is None and form is None and variants is None:
        raise _nothing_said()
    if items is not None:
        check_items(work, items)
    hold(work, visible_case(work, no, groups=NOTHING).case.id)
    reading = visible_case(work, no, groups=NOTHING)
    before = reading.case
    flow = work.office.flow(before.flow, before.flow_version)
    role = work.actor.role_on(before, OPENERS)
    if role is None:
        raise NotAllowed(
            "role_required", "草稿由建设单位或其专员修改", "A draft is changed by the applicant or its specialist"
        )
    if before.flow != "bundle" or before.state != flow.initial.name:
        raise _no_draft(before, flow.states[before.state].title.zh, flow.states[before.state].title.en)
    if before.version != version:
        raise stale(work, reading, flow, version)
    chosen = list(before.data["items"]) if items is None else items
    if variants is not None:
        check_variants(work.office.catalogue, chosen, variants)
    elif items is not None:
        variants = _still_there(before, items)
    parts = (("items", items), ("form", form), ("variants", variants))
    said = {name: value for name, value in parts if value is not None}
    after = replace(before, data={**before.data, **said}, version=before.version + 1)
    change = add_line(work, before, after, "change_draft", role, said)
    if change is None:
        raise busy(no)
    births.record_item_use(work.conn, items or ())
    return change.after


def _still_there(before: Case, items: list[str]) -> dict[str, str] | None:
    """The variants without those of items taken out; None where none goes."""
    kept: Mapping[str, str] = before.data.get("variants", {})
    left = {item: variant for item, variant in kept.items() if item in items}
    return None if left == kept else left


def _nothing_said() -> BadInput:
    facts = {"field": "items", "value": None, "accepted": ["items", "form", "variants"]}
    reason = Reason(
        "bad_field", "items、form、variants：至少填写一项", "items, form, variants: one of them is needed", facts
    )
    return BadInput("bad_input", reason.zh, reason.en, reasons=[reason])


def _no_draft(case: Case, zh: str, en: str) -> Conflict:
    return Conflict(
        "wrong_state",
        f"只有草稿可以修改，{case.no} 现为“{zh}”",
        f"Only a draft can be changed; {case.no} is: {en}",
        extra={"no": case.no, "state": case.state},
    )
