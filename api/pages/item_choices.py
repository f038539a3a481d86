"""The items of the catalogue as a picker offers them, by stage; an item's forms beside it."""

from dataclasses import dataclass

from flask import request

from api import access
from api.pages.names import department_name
from api.wording import _, lang, own
from workflow.catalogue import Item
from workflow.clock.words import limit_words


@dataclass(frozen=True, slots=True)
class ItemChoice:
    """One item as the picker offers it."""

    code: str
    title: str
    note: str
    forms: tuple[tuple[str, str], ...] = ()
    """Where the item has several: what each is called, by code; the base form has none."""


@dataclass(frozen=True, slots=True)
class StageChoices:
    """The items of one stage."""

    title: str
    items: tuple[ItemChoice, ...]


def stages() -> list[StageChoices]:
    """Every public item by its stage."""
    catalogue = access.office().catalogue
    return [
        StageChoices(own(stage.title), tuple(_choice(item) for item in catalogue.stage_items(stage.no) if item.public))
        for stage in catalogue.stages.values()
        if catalogue.stage_items(stage.no)
    ]


def chosen_variants(items: list[str]) -> dict[str, str]:
    """The form chosen for each item that is ticked; the base form has no word, and an item not ticked no form."""
    typed = {item: request.form.get(f"variant_{item}", "") for item in items}
    return {item: variant for item, variant in typed.items() if variant}


def _choice(item: Item) -> ItemChoice:
    promised = _("承诺 %(limit)s", limit=limit_words(item.promised.limit, lang())) if item.promised else _("按法定时限")
    return ItemChoice(item.code, own(item.title), f"{department_name(item.department)} · {promised}", _forms(item))


def _forms(item: Item) -> tuple[tuple[str, str], ...]:
    """What the applicant may choose between, the base form first; empty where there is nothing to choose."""
    offered = item.offered_variants
    base = item.variant_title(None)
    if not offered or base is None:
        return ()
    return (("", own(base)), *((one.code, own(one.title)) for one in offered))
