"""What must hold between the files beside the items: known roles and offices, a ladder with a top, honest pauses."""

from collections.abc import Iterator
from typing import Any

from workflow.catalogue.item_checks import Known, circles, days, unknown_word
from workflow.clock.limit import Limit, Unit
from workflow.errors import Fault
from workflow.strict_yaml import Document, Place

STAGES = (1, 2, 3, 4, 5)

Data = dict[str, Any]


def organisation_faults(document: Document, data: Data, known: Known) -> Iterator[Fault]:
    """``superiors``: roles on both sides, and nobody above himself."""
    superiors: dict[str, str] = data["superiors"]
    for role, superior in superiors.items():
        yield from unknown_word(document, ("superiors", role), "role", role, known.roles)
        yield from unknown_word(document, ("superiors", role), "role", superior, known.roles)
    for circle in circles({role: [superior] for role, superior in superiors.items()}):
        way = " → ".join((*circle, circle[0]))
        yield document.fault(("superiors", circle[0]), f"these roles stand above each other: {way}")


def pauses_faults(document: Document, data: Data, known: Known) -> Iterator[Fault]:
    """A pause has a cap and an alarm before it; what stops the law's clock is told in writing; 其他 needs approval."""
    for code, cause in data["causes"].items():
        place = ("causes", code)
        for index, role in enumerate(cause["opened_by"]):
            yield from unknown_word(document, (*place, "opened_by", index), "role", role, known.roles)
        yield from unknown_word(document, (*place, "approval"), "role", cause["approval"], known.roles)
        if not cause["opened_by"]:
            yield document.fault((*place, "opened_by"), "at least one role must be able to open the pause")
        if not cause["stops"]:
            yield document.fault((*place, "stops"), "a pause that stops no clock is none", ["statutory", "promised"])
        yield from _working_days(document, (*place, "cap"), cause["cap"])
        yield from _working_days(document, (*place, "alarm"), cause["alarm"])
        if days(cause["alarm"]) >= days(cause["cap"]):
            yield document.fault(
                (*place, "alarm"), f"{cause['alarm']} before a cap of {cause['cap']} is not inside the pause"
            )
        if "statutory" in cause["stops"] and not cause["notice"]:
            yield document.fault(
                (*place, "notice"), "what stops the statutory clock is told in writing (行政许可法 45)", ["true"]
            )
    other = data["causes"].get("other")
    if other is not None and ("statutory" in other["stops"] or other["approval"] is None):
        yield document.fault(("causes", "other"), "其他 may stop the promised clock only, and needs an approval")


def clocks_faults(document: Document, data: Data, known: Known) -> Iterator[Fault]:
    """The role that extends a joint handling is known; the alarm of a pause falls inside it; late entry counts days."""
    role = data["joint"].extension_role
    yield from unknown_word(document, ("joint", "extension_role"), "role", role, known.roles)
    yield from _working_days(document, ("pause_cap",), data["pause_cap"])
    yield from _working_days(document, ("pause_alarm",), data["pause_alarm"])
    if data["late_entry"].unit is not Unit.WORKING_DAY:
        yield document.fault(("late_entry",), f"{data['late_entry']}: late entry goes back working days", ["10wd"])
    if days(data["pause_alarm"]) >= days(data["pause_cap"]):
        yield document.fault(("pause_alarm",), f"{data['pause_alarm']} is not inside a pause of {data['pause_cap']}")


def escalation_faults(document: Document, data: Data, known: Known) -> Iterator[Fault]:
    """Whose alerts wait are roles, or whoever has the case or is on duty."""
    roles = None if known.roles is None else known.roles | {"assignee", "on_duty"}
    for index, role in enumerate(data["may_wait"]):
        yield from unknown_word(document, ("may_wait", index), "role", role, roles)


def _working_days(document: Document, place: Place, limit: Limit) -> Iterator[Fault]:
    if limit.unit is not Unit.WORKING_DAY:
        yield document.fault(place, f"{limit}: pauses are counted in working days", [f"{limit.amount}wd"])


def lights_faults(document: Document, data: Data, known: Known) -> Iterator[Fault]:
    """The softer notice falls before the yellow card."""
    if days(data["notice_left"]) <= days(data["yellow_left"]):
        yield document.fault(
            ("notice_left",), f"{data['notice_left']} left is not before yellow ({data['yellow_left']} left)"
        )


def stages_faults(document: Document, data: Data, known: Known) -> Iterator[Fault]:
    """Five stages in order, the fifth virtual; leads and milestones known, the milestone an item of its stage."""
    numbers = tuple(stage["no"] for stage in data["stages"])
    if numbers != STAGES:
        yield document.fault(("stages",), f"{list(numbers)}: the stages 1 to 5 are needed, in order")
    for index, stage in enumerate(data["stages"]):
        place = ("stages", index)
        if stage.get("virtual", False) != (stage["no"] == STAGES[-1]):
            yield document.fault((*place, "virtual"), "the fifth stage, and no other, is virtual")
        yield from unknown_word(document, (*place, "lead"), "department", stage["lead"], known.departments)
        for number, code in enumerate(stage.get("co_leads", ())):
            yield from unknown_word(document, (*place, "co_leads", number), "department", code, known.departments)
        yield from unknown_word(document, (*place, "milestone"), "item", stage.get("milestone"), known.items)


def disciplines_faults(document: Document, data: Data, known: Known) -> Iterator[Fault]:
    """Departments, items and traits are known; a discipline comes after others that stand above it, so that no circle
    can be."""
    above: list[str] = []
    for index, item in enumerate(data["stands_for"]):
        yield from unknown_word(document, ("stands_for", index), "item", item, known.items)
    for code, discipline in data["disciplines"].items():
        place = ("disciplines", code)
        yield from unknown_word(
            document, (*place, "department"), "department", discipline["department"], known.departments
        )
        yield from unknown_word(document, (*place, "item"), "item", discipline["item"], known.items)
        yield from unknown_word(document, (*place, "applies_if"), "trait", discipline["applies_if"], known.traits)
        for index, earlier in enumerate(discipline["after"]):
            if earlier not in above:
                yield document.fault((*place, "after", index), f"{earlier!r} does not stand above {code!r}", above)
        above.append(code)


def squads_faults(document: Document, data: Data, known: Known) -> Iterator[Fault]:
    """Every place in a squad is a known role of a known department."""
    for code, squad in data["squads"].items():
        place = ("squads", code)
        yield from unknown_word(document, (*place, "department"), "department", squad["department"], known.departments)
        for index, member in enumerate(squad["members"]):
            here = (*place, "members", index)
            yield from unknown_word(document, (*here, "role"), "role", member.role, known.roles)
            yield from unknown_word(document, (*here, "department"), "department", member.department, known.departments)


def thresholds_faults(document: Document, data: Data, known: Known) -> Iterator[Fault]:
    """A threshold is a hint for items that there are."""
    for code, threshold in data["thresholds"].items():
        for index, item in enumerate(threshold.get("items", ())):
            yield from unknown_word(document, ("thresholds", code, "items", index), "item", item, known.items)


def ratings_faults(document: Document, data: Data, known: Known) -> Iterator[Fault]:
    """The five levels by name, from the best to the worst; each channel numbers them upwards or downwards."""
    levels = data["levels"]
    if tuple(levels) != RATING_LEVELS:
        yield document.fault(("levels",), "these are not the five levels, from the best to the worst", RATING_LEVELS)
        return
    channels = dict.fromkeys(channel for level in levels.values() for channel in level["codes"])
    for channel in channels:
        numbers = [level["codes"].get(channel) for level in levels.values()]
        if numbers not in ([1, 2, 3, 4, 5], [5, 4, 3, 2, 1]):
            yield document.fault(("levels",), f"channel {channel!r} numbers the levels {numbers}", ("1 … 5", "5 … 1"))


RATING_LEVELS = ("very_satisfied", "satisfied", "basically_satisfied", "dissatisfied", "very_dissatisfied")


def help_faults(document: Document, data: Data, known: Known) -> Iterator[Fault]:
    """The day has hours."""
    if data["day_from"] >= data["day_to"]:
        yield document.fault(("day_to",), "the day must end after it begins")
