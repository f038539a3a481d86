"""The list of approval items (审批事项清单), as the catalogue has it."""

from dataclasses import dataclass

from workflow.catalogue import Item
from workflow.errors import BadInput, NotFound, Reason
from workflow.work import Office


@dataclass(frozen=True, slots=True)
class ItemFilters:
    """None means any; ``stage`` is 1 to 4 (立项用地规划许可 … 竣工验收)."""

    stage: int | None = None
    department: str | None = None


def items(office: Office, filters: ItemFilters) -> tuple[Item, ...]:
    """The items of the catalogue by code; raises BadInput for a stage or department nobody knows."""
    catalogue = office.catalogue
    if filters.department is not None and filters.department not in catalogue.departments:
        known = sorted(catalogue.departments)
        reason = Reason(
            "bad_field",
            f"department：没有“{filters.department}”；可用：{'、'.join(known)}",
            f"department: there is no “{filters.department}”; accepted: {', '.join(known)}",
            {"field": "department", "value": filters.department, "accepted": known},
        )
        raise BadInput("bad_input", reason.zh, reason.en, reasons=[reason])
    return tuple(
        item
        for _, item in sorted(catalogue.items.items())
        if filters.stage in (None, item.stage) and filters.department in (None, item.department)
    )


def item(office: Office, code: str) -> Item:
    """One item; raises NotFound."""
    found = office.catalogue.items.get(code)
    if found is None:
        raise NotFound("no_such_item", f"没有事项“{code}”", f"There is no item “{code}”", extra={"item": code})
    return found
