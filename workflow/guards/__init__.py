"""The conditions a flow file may name. Each is a pure function of the facts and answers with the reason it is unmet.

A guard says which facts it reads, so that a command loads no more than the action needs, and whether it looks at what
the person typed: such a guard is not asked when a page only shows what is possible.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache

from workflow.guards import (
    acceptance,
    assistance,
    checklist,
    consultation,
    cutting,
    hearing,
    matter,
    mechanism,
    relatives,
    simulated,
    tendering,
    urging,
)
from workflow.guards.facts import (
    AttachedMaterial,
    Booking,
    EarlierDocument,
    Facts,
    Guard,
    HeldRole,
    NamedPerson,
    Neighbour,
    Relative,
)
from workflow.guards.identity import assignee_works_here, company_code_valid, project_code_valid
from workflow.guards.late_entry import late_entry_lawful
from workflow.guards.life import event_of_use, life_clock, renewal_asked_in_time, renewals_left, result_has_a_life
from workflow.guards.limits import (
    correction_time_is_over,
    extension_within_the_law,
    not_extended_before,
    promise_kept_or_explained,
    statutory_limit_exists,
    statutory_limit_not_expired,
)
from workflow.guards.materials import (
    GAPS_AT_MOST,
    corrected_materials_attached,
    correction_is_the_first_for_these_materials,
    faults_name_papers_of_this_case,
    gaps_end_in_time,
    no_material_missing,
    only_promised_materials_missing,
    required_materials_attached,
)
from workflow.guards.pauses import pause_cap_until, pause_cause_lawful_here, pause_within_its_cap
from workflow.guards.prerequisites import (
    ITEMS,
    every_item_decided,
    every_item_past_intake,
    items_chosen,
    prerequisites_granted,
)

__all__ = [
    "GAPS_AT_MOST",
    "GUARDS",
    "ITEMS",
    "AttachedMaterial",
    "Booking",
    "EarlierDocument",
    "Facts",
    "Guard",
    "HeldRole",
    "NamedPerson",
    "Neighbour",
    "Relative",
    "condition",
    "condition_name",
    "event_of_use",
    "life_clock",
    "pause_cap_until",
]

MATERIALS = frozenset({"materials"})
GUARDS: Mapping[str, Guard] = {
    "project_code_valid": Guard(project_code_valid),
    "company_code_valid": Guard(company_code_valid),
    "required_materials_attached": Guard(required_materials_attached, MATERIALS),
    "shared_materials_attached": Guard(required_materials_attached, MATERIALS),
    "no_material_missing": Guard(no_material_missing, MATERIALS),
    "only_promised_materials_missing": Guard(only_promised_materials_missing, MATERIALS),
    "correction_is_the_first_for_these_materials": Guard(
        correction_is_the_first_for_these_materials, MATERIALS, on_input=True
    ),
    "faults_name_papers_of_this_case": Guard(faults_name_papers_of_this_case, on_input=True),
    "gaps_end_in_time": Guard(gaps_end_in_time, on_input=True),
    "corrected_materials_attached": Guard(corrected_materials_attached, MATERIALS),
    "correction_time_is_over": Guard(correction_time_is_over),
    "pause_cause_lawful_here": Guard(pause_cause_lawful_here, on_input=True),
    "pause_within_its_cap": Guard(pause_within_its_cap, on_input=True),
    "statutory_limit_exists": Guard(statutory_limit_exists),
    "not_extended_before": Guard(not_extended_before),
    "statutory_limit_not_expired": Guard(statutory_limit_not_expired),
    "extension_within_the_law": Guard(extension_within_the_law, on_input=True),
    "assignee_works_here": Guard(assignee_works_here, frozenset({"colleagues"}), on_input=True),
    "promise_kept_or_explained": Guard(promise_kept_or_explained, on_input=True),
    "prerequisites_granted": Guard(prerequisites_granted, frozenset({"permits", "materials"})),
    "late_entry_lawful": Guard(late_entry_lawful, on_input=True),
    "result_has_a_life": Guard(result_has_a_life),
    "renewals_left": Guard(renewals_left),
    "renewal_asked_in_time": Guard(renewal_asked_in_time),
    "items_chosen": Guard(items_chosen),
    "every_item_past_intake": Guard(every_item_past_intake, frozenset({"children"})),
    "every_item_decided": Guard(every_item_decided, frozenset({"children"})),
    **relatives.GUARDS,
    **cutting.GUARDS,
    **acceptance.GUARDS,
    **assistance.GUARDS,
    **tendering.GUARDS,
    **consultation.GUARDS,
    **checklist.GUARDS,
    **matter.GUARDS,
    **simulated.GUARDS,
    **hearing.GUARDS,
    **mechanism.GUARDS,
    **urging.GUARDS,
}

_NEED = re.compile(r"([a-z_]+)(?:\(([a-z0-9_]+)\))?")


def condition_name(need: str) -> tuple[str, str | None]:
    """What a flow file writes as a condition, taken apart: ``children_ended(opinion)`` is (children_ended, opinion)."""
    found = _NEED.fullmatch(need)
    return (need, None) if found is None else (found[1], found[2])


@cache
def condition(need: str) -> Guard:
    """The condition a flow file writes as ``need``, bound to what stands in its brackets. KeyError for any other."""
    name, about = condition_name(need)
    guard = GUARDS[name]
    return guard if about is None else replace(guard, check=lambda facts: guard.check(facts, about))
