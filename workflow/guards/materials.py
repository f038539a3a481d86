"""Papers: what is required, what may follow, what a one-time notice may ask for (行政许可法 32)."""

from datetime import datetime

from workflow.catalogue import Material
from workflow.clock.days import local_day
from workflow.clock.limit import Limit, Unit
from workflow.errors import Reason
from workflow.guards.facts import Facts

GAPS_AT_MOST = Limit(10, Unit.WORKING_DAY)
"""Default for the time in which papers that may follow have to arrive (fact book, U20)."""


def required_materials_attached(facts: Facts) -> Reason | None:
    """Everything required is there, but for what may follow under a promise (容缺)."""
    missing = tuple(material for material in missing_papers(facts) if not material.may_follow)
    if not missing:
        return None
    return Reason(
        "materials_missing",
        f"还缺材料：{_list_zh(missing)}",
        f"Missing materials: {_list_en(missing)}",
        {"missing": [material.code for material in missing]},
    )


def no_material_missing(facts: Facts) -> Reason | None:
    """A licence is handed over only when nothing is missing any more."""
    missing = missing_papers(facts)
    if not missing:
        return None
    return Reason(
        "gaps_open",
        f"容缺材料尚未补齐：{_list_zh(missing)}",
        f"Promised materials have not arrived: {_list_en(missing)}",
        {"missing": [material.code for material in missing]},
    )


def only_promised_materials_missing(facts: Facts) -> Reason | None:
    """Granting with gaps is for gaps: something that may follow is missing, and nothing else is."""
    if required_materials_attached(facts):
        return required_materials_attached(facts)
    if not missing_papers(facts):
        return Reason("no_gap", "材料齐全，请直接准予许可", "Nothing is missing: grant without gaps")
    return None


def gaps_end_in_time(facts: Facts) -> Reason | None:
    """The promise for missing papers ends in the future, within the longest span there is for it (U20)."""
    until = facts.inputs["gaps_until"]
    latest = facts.calendar.add_working_days(facts.today, gaps_at_most(facts).amount)
    if facts.today < until <= latest:
        return None
    day, end = facts.day(until), facts.day(latest)
    return Reason(
        "gaps_outside_bounds",
        f"容缺补齐期限 {day.zh} 应在今天之后、不晚于 {end.zh}",
        f"The missing materials are due {day.en}; that must lie after today and not after {end.en}",
        {"field": "gaps_until", "value": until.isoformat(), "latest": latest.isoformat()},
    )


def gaps_at_most(facts: Facts) -> Limit:
    """The longest time for papers that may follow: the item's own, else the default."""
    item = facts.item
    own = item.gap_limit.limit if item is not None and item.gap_limit is not None else None
    return own if own is not None and own.unit is Unit.WORKING_DAY else GAPS_AT_MOST


def correction_is_the_first_for_these_materials(facts: Facts) -> Reason | None:
    """行政许可法 32(4), 72: once, everything; again only about what was handed in since."""
    notices = facts.case.data.get("notices", [])
    if not notices:
        return None
    last = datetime.fromisoformat(notices[-1]["at"])
    renewed = {material.code for material in facts.materials if material.uploaded_at > last}
    named = {fault["material"] for fault in facts.inputs.get("faults", ())}
    if named and named <= renewed:
        return None
    first = local_day(datetime.fromisoformat(notices[0]["at"])).isoformat()
    return Reason(
        "notice_already_given",
        f"已于 {first} 一次性告知；材料未变，不得再次要求补正",
        f"The one-time notice was given on {first}; unchanged material may not be asked for again",
        {"given_on": first, "renewed": sorted(renewed)},
    )


def faults_name_papers_of_this_case(facts: Facts) -> Reason | None:
    """Nobody can hand in again what the case never asked for."""
    known = _known_materials(facts)
    accepted = {material.code for material in known}
    strange = sorted({fault["material"] for fault in facts.inputs["faults"]} - accepted)
    if not strange:
        return None
    return Reason(
        "unknown_material",
        f"本件没有材料“{'、'.join(strange)}”；可列：{_list_zh(known)}",
        f"The case has no material “{', '.join(strange)}”; accepted: {', '.join(sorted(accepted))}",
        {"field": "faults", "value": strange, "accepted": sorted(accepted)},
    )


def corrected_materials_attached(facts: Facts) -> Reason | None:
    """Art. 32(5): all supplements delivered."""
    notices = facts.case.data.get("notices", [])
    if not notices:
        return None
    asked_at = datetime.fromisoformat(notices[-1]["at"])
    renewed = {material.code for material in facts.materials if material.uploaded_at > asked_at}
    open_codes = sorted({fault["material"] for fault in notices[-1]["faults"] if fault["material"]} - renewed)
    if not open_codes:
        return None
    names = [material for material in _known_materials(facts) if material.code in open_codes]
    return Reason(
        "corrections_incomplete",
        f"尚未重新提交：{_list_zh(tuple(names)) or '、'.join(open_codes)}",
        f"Not handed in again yet: {_list_en(tuple(names)) or ', '.join(open_codes)}",
        {"missing": open_codes},
    )


def _known_materials(facts: Facts) -> tuple[Material, ...]:
    return tuple({material.code: material for item in facts.items for material in item.materials}.values())


def _required(facts: Facts) -> tuple[Material, ...]:
    by_code = {material.code: material for item in facts.items for material in item.materials if material.required}
    return tuple(by_code.values())


def missing_papers(facts: Facts) -> tuple[Material, ...]:
    """What is required and has not come, papers that may follow included."""
    attached = {material.code for material in facts.materials}
    return tuple(material for material in _required(facts) if material.code not in attached)


def _list_zh(materials: tuple[Material, ...]) -> str:
    return "、".join(material.title.zh for material in materials)


def _list_en(materials: tuple[Material, ...]) -> str:
    return ", ".join(material.title.en for material in materials)
