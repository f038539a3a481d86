"""The conditions a flow file may name. Each is a pure function of the facts and answers with the reason it is unmet.

A guard says which facts it reads, so that a command loads no more than the action needs, and whether it looks at what
the person typed: such a guard is not asked when a page only shows what is possible.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from workflow.actor import Actor
from workflow.case import Case, ClockRecord
from workflow.catalogue import Catalogue, Item, Material, Prerequisite
from workflow.clock.calendar import Calendar, local_day
from workflow.clock.limit import Limit, Unit
from workflow.clock.words import date_words
from workflow.definition import Title
from workflow.errors import Reason
from workflow.identifiers import BadIdentifier, credit_code, project_code

GAPS_AT_MOST = Limit(10, Unit.WORKING_DAY)
"""Default for the time in which papers that may follow have to arrive (fact book, U20)."""


@dataclass(frozen=True, slots=True)
class AttachedMaterial:
    """The latest upload of one material code, on the case or on its bundle."""

    code: str
    uploaded_at: datetime


@dataclass(frozen=True, slots=True)
class ChildCase:
    """What a bundle knows of one of its item cases."""

    no: str
    item: str
    accepted_at: datetime | None
    decided_at: datetime | None
    ended_at: datetime | None

    @property
    def past_intake(self) -> bool:
        return self.accepted_at is not None or self.ended_at is not None

    @property
    def decided(self) -> bool:
        return self.decided_at is not None or self.ended_at is not None


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything the rules may look at; groups that no guard asked for stay empty."""

    case: Case
    actor: Actor
    now: datetime
    catalogue: Catalogue
    calendar: Calendar
    inputs: Mapping[str, Any] = field(default_factory=dict)
    project_code: str = ""
    project_facts: Mapping[str, Any] = field(default_factory=dict)
    materials: tuple[AttachedMaterial, ...] = ()
    permits: frozenset[str] = frozenset()
    children: tuple[ChildCase, ...] = ()
    colleagues: frozenset[int] = frozenset()

    @property
    def today(self) -> date:
        return local_day(self.now)

    def day(self, day: date | None) -> Title:
        """A date as people read it, marked where it is provisional."""
        if day is None:
            return Title("—", "—")
        provisional = self.calendar.is_provisional(day)
        return Title(*(date_words(day, self.today, lang, provisional) for lang in ("zh", "en")))

    @property
    def item(self) -> Item | None:
        return self.catalogue.items[self.case.item] if self.case.item else None

    @property
    def items(self) -> tuple[Item, ...]:
        """The item of an item case, or all items of a bundle."""
        codes = [self.case.item] if self.case.item else list(self.case.data.get("items", ()))
        return tuple(self.catalogue.items[code] for code in codes if code in self.catalogue.items)


@dataclass(frozen=True, slots=True)
class Guard:
    """One condition: ``reads`` names groups of facts ('materials', 'permits', 'children', 'colleagues')."""

    check: Callable[[Facts], Reason | None]
    reads: frozenset[str] = frozenset()
    on_input: bool = False


def _required(facts: Facts) -> tuple[Material, ...]:
    by_code = {material.code: material for item in facts.items for material in item.materials if material.required}
    return tuple(by_code.values())


def _missing(facts: Facts) -> tuple[Material, ...]:
    attached = {material.code for material in facts.materials}
    return tuple(material for material in _required(facts) if material.code not in attached)


def _list_zh(materials: tuple[Material, ...]) -> str:
    return "、".join(material.title.zh for material in materials)


def _list_en(materials: tuple[Material, ...]) -> str:
    return ", ".join(material.title.en for material in materials)


def project_code_valid(facts: Facts) -> Reason | None:
    """政府投资条例 10, 核准备案条例 4: nothing is accepted without a code that passes verification."""
    try:
        project_code(facts.project_code)
    except BadIdentifier as fault:
        return Reason(
            "project_code_invalid", f"项目代码未通过校验：{fault.zh}", f"Project code fails its check: {fault.en}"
        )
    return None


def company_code_valid(facts: Facts) -> Reason | None:
    """GB 32100—2015."""
    try:
        credit_code(facts.case.company)
    except BadIdentifier as fault:
        return Reason(
            "credit_code_invalid", f"统一社会信用代码未通过校验：{fault.zh}", f"Credit code fails: {fault.en}"
        )
    return None


def required_materials_attached(facts: Facts) -> Reason | None:
    """Everything required is there, but for what may follow under a promise (容缺)."""
    missing = tuple(material for material in _missing(facts) if not material.may_follow)
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
    missing = _missing(facts)
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
    if not _missing(facts):
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


def correction_time_is_over(facts: Facts) -> Reason | None:
    """An applicant who is still within the time of the notice may not be turned away for it."""
    clock = facts.case.clock("correction")
    if facts.case.state != "correcting" or clock is None or (clock.due_at and clock.due_at <= facts.now):
        return None
    day = facts.day(clock.due_on)
    return Reason(
        "correction_time_running",
        f"补正期限到 {day.zh} 才届满",
        f"The applicant has until {day.en} to correct",
        {"due_on": str(clock.due_on)},
    )


def pause_cause_lawful_here(facts: Facts) -> Reason | None:
    """行政许可法 45: a closed list; each cause says who may open it, each item which apply."""
    cause = facts.catalogue.causes[facts.inputs["cause"]]
    allowed = facts.item.pauses if facts.item else ()
    names = "、".join(facts.catalogue.causes[code].title.zh for code in allowed) or "无"
    if cause.code not in allowed and cause.code != "other":
        return Reason(
            "cause_not_for_this_item",
            f"本事项不适用“{cause.title.zh}”；可用：{names}",
            f"“{cause.title.en}” does not apply to this item; accepted: {', '.join(allowed) or 'none'}",
            {"accepted": list(allowed)},
        )
    needed = frozenset({cause.approval}) if cause.approval else frozenset(cause.opened_by)
    if facts.actor.role_on(facts.case, needed) is None:
        return Reason(
            "cause_needs_role",
            f"“{cause.title.zh}”须由 {'、'.join(facts.catalogue.roles[role].title.zh for role in sorted(needed))} 启动",
            f"“{cause.title.en}” may be opened by: {', '.join(sorted(needed))}",
            {"roles": sorted(needed)},
        )
    return None


def pause_within_its_cap(facts: Facts) -> Reason | None:
    """A pause ends in the future, within the longest span its cause allows."""
    cause = facts.catalogue.causes[facts.inputs["cause"]]
    until = facts.inputs["until"]
    latest = pause_cap_until(facts, cause.code)
    if facts.today < until <= latest:
        return None
    day, end = facts.day(until), facts.day(latest)
    return Reason(
        "pause_outside_bounds",
        f"预计结束日 {day.zh} 应在今天之后、不晚于 {end.zh}（“{cause.title.zh}”合计最长 {cause.cap.amount} 个工作日）",
        f"Planned end {day.en} must lie after today and not after {end.en} ({cause.cap.amount} working days in all)",
        {"value": until.isoformat(), "latest": latest.isoformat()},
    )


def pause_cap_until(facts: Facts, cause: str) -> date:
    """The last day a pause opened today may cover: the cap of its cause, less what earlier pauses of it took."""
    spent = sum(
        facts.calendar.working_days_between(pause.since, pause.until)
        for pause in facts.case.pauses
        if pause.cause == cause and pause.until is not None
    )
    left = max(facts.catalogue.causes[cause].cap.amount - spent, 0)
    return facts.calendar.add_working_days(facts.today, left)


def _statutory(facts: Facts) -> ClockRecord | None:
    clock = facts.case.clock("statutory")
    return clock if clock is not None and clock.running else None


def statutory_limit_exists(facts: Facts) -> Reason | None:
    if _statutory(facts):
        return None
    return Reason("no_statutory_limit", "本事项没有正在计时的法定时限", "No statutory limit is running on this case")


def not_extended_before(facts: Facts) -> Reason | None:
    """Art. 42: one extension per case."""
    clock = facts.case.clock("statutory")
    if clock is None or clock.extension == 0:
        return None
    return Reason(
        "already_extended",
        f"已延长过 {clock.extension} 个工作日；只能延长一次",
        f"Already extended by {clock.extension} working days; only one extension is allowed",
    )


def statutory_limit_not_expired(facts: Facts) -> Reason | None:
    """Art. 42: an extension is granted before expiry or not at all."""
    clock = _statutory(facts)
    if clock is None or clock.due_at is None or facts.now < clock.due_at:
        return None
    day = facts.day(clock.due_on)
    return Reason(
        "limit_expired",
        f"法定时限已于 {day.zh} 届满，届满后不得延长",
        f"The statutory limit expired on {day.en}; it cannot be extended afterwards",
        {"due_on": str(clock.due_on)},
    )


def extension_within_the_law(facts: Facts) -> Reason | None:
    item = facts.item
    if item is None:
        return None  # joint handling: the form itself holds the fifteen days of art. 42 ¶2
    most = item.extension.days if item.extension else 0
    if facts.inputs["days"] <= most:
        return None
    return Reason(
        "extension_too_long",
        f"延长 {facts.inputs['days']} 个工作日超过法定上限 {most} 个工作日",
        f"{facts.inputs['days']} working days exceed the {most} the law allows",
        {"value": facts.inputs["days"], "maximum": most},
    )


def assignee_works_here(facts: Facts) -> Reason | None:
    if facts.inputs["assignee"] in facts.colleagues:
        return None
    return Reason(
        "assignee_elsewhere",
        "该人员不在本部门或窗口任职",
        "That person does not work in this department or at the window",
        {"value": facts.inputs["assignee"], "accepted": sorted(facts.colleagues)},
    )


def promise_kept_or_explained(facts: Facts) -> Reason | None:
    """优化营商环境条例 36: a missed promise needs a reason that can be published."""
    clock = facts.case.clock("promised")
    if clock is None or clock.due_at is None or facts.now < clock.due_at or facts.inputs.get("late_reason"):
        return None
    day = facts.day(clock.due_on)
    return Reason(
        "late_reason_needed",
        f"已超过承诺时限（{day.zh}），须填写可公开的说明",
        f"The promised limit ({day.en}) was missed: late_reason must hold a reason fit for publication",
        {"field": "late_reason", "due_on": str(clock.due_on)},
    )


def prerequisites_granted(facts: Facts) -> Reason | None:
    """A permit may not be granted before what must precede it (domain fact book, 2.4)."""
    item = facts.item
    if item is None:
        return None
    unmet = [edge for edge in item.prerequisites if edge.kind == "must_precede_decision" and _unmet(edge, facts)]
    if not unmet:
        return None
    return Reason(
        "prerequisites_missing",
        "前置条件未满足：" + "；".join(edge.title.zh for edge in unmet),
        "Prerequisites unmet: " + "; ".join(edge.title.en for edge in unmet),
        {"unmet": [{"any_of": list(edge.any_of), "or_document": edge.or_document} for edge in unmet]},
    )


def _unmet(edge: Prerequisite, facts: Facts) -> bool:
    traits = facts.project_facts
    if edge.applies_if is not None and not traits.get(edge.applies_if):
        return False
    if edge.waived_if is not None and traits.get(edge.waived_if):
        return False
    papers = {material.code for material in facts.materials} | {name for name, held in traits.items() if held}
    return not (set(edge.satisfied_by) & facts.permits or edge.or_document in papers)


def items_chosen(facts: Facts) -> Reason | None:
    if facts.items:
        return None
    return Reason("no_items", "请至少选择一个事项", "Choose at least one item", {"field": "items"})


def every_item_past_intake(facts: Facts) -> Reason | None:
    waiting = [child.no for child in facts.children if not child.past_intake]
    if not waiting and any(child.ended_at is None for child in facts.children):
        return None
    return Reason("items_at_intake", "仍有事项未受理", "Some items are still at intake", {"cases": waiting})


def every_item_decided(facts: Facts) -> Reason | None:
    open_cases = [child.no for child in facts.children if not child.decided]
    if facts.children and not open_cases:
        return None
    return Reason("items_open", "仍有事项未办结", "Some items are not decided yet", {"cases": open_cases})


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
    "items_chosen": Guard(items_chosen),
    "every_item_past_intake": Guard(every_item_past_intake, frozenset({"children"})),
    "every_item_decided": Guard(every_item_decided, frozenset({"children"})),
}
