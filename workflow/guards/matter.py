"""What an item of the matter (一事全办) needs beyond the ordinary way: papers that follow, a commitment, a review before
land is obtained, a hearing, a visit to the site, a hand-over, a ground to take the result back."""

from collections.abc import Mapping
from datetime import date, datetime

from workflow.catalogue import Item, Prerequisite
from workflow.clock.days import local_day
from workflow.definition import Title
from workflow.errors import Reason
from workflow.guards.facts import Facts, Guard
from workflow.guards.life import event_of_use
from workflow.guards.materials import gaps_end_in_time, missing_papers, required_materials_attached
from workflow.guards.prerequisites import ITEMS, applies, unmet
from workflow.planning.limits import chosen_limit, decided_on

LAND_EVENT = "land_title"
LAND_PAPERS = ("land_document", "land_contract")
"""What shows that land was obtained: the title, or the contract or decision that gives it."""
SIMULATED_STAGES = frozenset({2, 3})
"""The land itself (1) and what stands already (4) cannot be reviewed before there is land."""
NOTICE_OF_HEARING = 7
"""Working days between the notice and the hearing (行政许可法 48(1), 82)."""
STANDING = frozenset({"granted", "pre_licensed"})
"""Outcomes of a result that there is something to check or to change about."""


def papers_complete(facts: Facts) -> Reason | None:
    """Accepted without a promise only when nothing is missing (行政许可法 32(5))."""
    lacking = required_materials_attached(facts)
    if lacking is not None:
        return lacking
    following = missing_papers(facts)
    if not following:
        return None
    names = Title("、".join(one.title.zh for one in following), ", ".join(one.title.en for one in following))
    return Reason(
        "promise_needed",
        f"暂缺可容缺材料：{names.zh}；请补齐，或凭书面承诺容缺受理",
        f"Papers that may follow are missing: {names.en}; they are handed in, or accepted with a written promise",
        {"missing": [one.code for one in following], "accepted": ["accept_with_gaps"]},
    )


def gap_promise_in_time(facts: Facts) -> Reason | None:
    """Within the span the item allows, and never later than the decision is due (fact book, U20)."""
    outside = gaps_end_in_time(facts)
    if outside is not None:
        return outside
    until: date = facts.inputs["gaps_until"]
    latest = _decision_due(facts)
    if latest is None or until <= latest:
        return None
    day, end = facts.day(until), facts.day(latest)
    return Reason(
        "gaps_after_decision",
        f"容缺补齐期限 {day.zh} 不得晚于作出决定的期限 {end.zh}",
        f"The missing materials are due {day.en}, which must not lie after the decision is due, {end.en}",
        {"field": "gaps_until", "value": until.isoformat(), "latest": latest.isoformat()},
    )


def gap_promise_stands(facts: Facts) -> Reason | None:
    """A result with gaps rests on a promise: the one given at acceptance, still running and never put off, or one
    given now where silence accepted the case without any."""
    kept = facts.case.kept("gaps_until")
    said: date | None = facts.inputs.get("gaps_until")
    if kept is None:
        return gaps_end_in_time(facts) if said is not None else _promise_missing()
    promised = kept if not isinstance(kept, datetime) else local_day(kept)
    day = facts.day(promised)
    if said is not None and said > promised:
        return Reason(
            "promise_put_off",
            f"容缺补齐期限已承诺为 {day.zh}，不得推迟",
            f"The missing materials were promised for {day.en}; that is not put off",
            {"field": "gaps_until", "value": said.isoformat(), "latest": promised.isoformat()},
        )
    if facts.today <= promised:
        return None
    return Reason(
        "promise_broken",
        f"容缺材料应于 {day.zh} 前补齐，至今未补齐；请催收，或依法不予许可",
        f"The missing materials were promised for {day.en} and have not come: ask for them, or refuse",
        {"due_on": promised.isoformat()},
    )


def commitment_offered(facts: Facts) -> Reason | None:
    """The item, in the form applied for, may be granted on the applicant's word (告知承诺)."""
    item = facts.item
    word = item.commitment if item is not None else None
    if item is None or word is None:
        return _no_commitment("本事项不实行告知承诺", "This item is not granted on a commitment")
    if word.variant in (None, facts.case.data.get("variant")):
        return None
    form = item.variant_title(word.variant)
    zh, en = (form.zh, form.en) if form else (str(word.variant), str(word.variant))
    return _no_commitment(f"本事项仅“{zh}”实行告知承诺", f"Only the form “{en}” of this item is granted on a commitment")


def commitment_gives_licence(facts: Facts) -> Reason | None:
    """The commitment leads to the licence itself."""
    return commitment_offered(facts) or _result(facts, "licence", Title("许可", "licence"))


def commitment_gives_pre_licence(facts: Facts) -> Reason | None:
    """The commitment leads to no more than a pre-licence (预许可)."""
    return commitment_offered(facts) or _result(facts, "pre_licence", Title("预许可", "pre-licence"))


def commitment_signed(facts: Facts) -> Reason | None:
    """The five points were told, and everybody has signed whose word it takes (唐山12号)."""
    if not facts.inputs["told"]:
        return Reason(
            "notice_not_given",
            "告知书的五项内容（依据、条件、材料、期限和效力、后果）须先书面告知",
            "The five points (basis, conditions, materials, term and effect, consequences) have to be told first",
            {"field": "told", "value": False, "accepted": [True]},
        )
    word = facts.item.commitment if facts.item else None
    if word is None or "designer" not in word.signers or facts.inputs.get("designer"):
        return None
    return Reason(
        "designer_must_sign",
        "设计单位须在承诺书上签字（designer）",
        "The designer has to sign the commitment as well (designer)",
        {"field": "designer", "value": None},
    )


def check_in_time(facts: Facts) -> Reason | None:
    """The check afterwards lies ahead, within the time the item allows for it."""
    word = facts.item.commitment if facts.item else None
    by: date = facts.inputs["check_by"]
    latest = facts.calendar.end_of(facts.today, word.check_within) if word else by
    if facts.today < by <= latest:
        return None
    day, end = facts.day(by), facts.day(latest)
    return Reason(
        "check_outside_bounds",
        f"事后核查期限 {day.zh} 应在今天之后、不晚于 {end.zh}",
        f"The check is due {day.en}; that must lie after today and not after {end.en}",
        {"field": "check_by", "value": by.isoformat(), "latest": latest.isoformat()},
    )


def may_be_simulated(facts: Facts) -> Reason | None:
    """Only what the land has to do with, and only where every prerequisite may be met later."""
    closed = [item for item in facts.items if not _simulated(item, facts)]
    if not closed:
        return None
    return Reason(
        "not_simulated",
        f"不能模拟审批：{'、'.join(item.title.zh for item in closed)}；仅限工程建设许可、施工许可阶段的事项",
        f"Cannot be reviewed by simulation: {', '.join(item.title.en for item in closed)}; "
        "only items of the stages 2 and 3 can",
        {"field": "items", "value": [item.code for item in closed]},
    )


def land_not_obtained(facts: Facts) -> Reason | None:
    """A review by simulation is for the time before there is land (模拟审批)."""
    shown = _land(facts)
    if shown is None:
        return None
    return Reason(
        "land_obtained",
        f"项目已取得土地（{shown.zh}），请直接正式申报",
        f"The project has its land ({shown.en}): apply in earnest",
    )


def land_obtained(facts: Facts) -> Reason | None:
    """拿地: the title is recorded, or the contract or decision that gives the land is held."""
    return None if _land(facts) is not None else _no_land()


def land_paper_held(facts: Facts) -> Reason | None:
    """The contract or decision that gives the land is among the papers."""
    return None if _paper_of_land(facts) is not None else _no_land()


def prerequisites_simulated(facts: Facts) -> Reason | None:
    """A review by simulation passes over what may be met later, and over nothing else."""
    item = facts.item
    edges = [edge for edge in item.must_precede if unmet(edge, facts) and not edge.simulated_ok] if item else []
    if not edges:
        return None
    return Reason(
        "prerequisites_missing",
        "前置条件不得模拟：" + "；".join(edge.title.zh for edge in edges),
        "Prerequisites that cannot be simulated: " + "; ".join(edge.title.en for edge in edges),
        {"unmet": [{"any_of": list(edge.any_of), "or_document": edge.or_document} for edge in edges]},
    )


def every_item_simulated(facts: Facts) -> Reason | None:
    """Every item that was not withdrawn has passed its review by simulation."""
    items = facts.children_of(ITEMS)
    waiting = [item.no for item in items if item.ended_at is None and item.state != "simulated"]
    if not waiting and any(item.ended_at is None for item in items):
        return None
    return Reason(
        "items_in_simulation", "仍有事项未通过模拟审查", "Some items are still in simulated review", {"cases": waiting}
    )


def some_item_in_simulation(facts: Facts) -> Reason | None:
    """An item that had passed is looked at again."""
    items = facts.children_of(ITEMS)
    if any(item.ended_at is None and item.state.startswith("simulat") and item.state != "simulated" for item in items):
        return None
    return Reason("nothing_in_simulation", "没有模拟审查中的事项", "No item is in simulated review")


def every_item_withdrawn(facts: Facts) -> Reason | None:
    """The applicant has taken back every item: there is nothing left to decide."""
    items = facts.children_of(ITEMS)
    others = [item.no for item in items if item.outcome != "withdrawn"]
    if items and not others:
        return None
    return Reason("items_not_withdrawn", "仍有未撤回的事项", "Some items are not withdrawn", {"cases": others})


def application_withdrawn(facts: Facts) -> Reason | None:
    """The joint application that the item belongs to was taken back as a whole."""
    if facts.parent is not None and facts.parent.outcome == "withdrawn":
        return None
    return Reason("application_stands", "所属并联申请未撤回", "The joint application was not withdrawn")


def hearing_told_already(facts: Facts) -> Reason | None:
    """The day on which the right was told is not one to come, nor one before the acceptance."""
    told: date = facts.inputs["hearing_told"]
    accepted = local_day(facts.case.accepted_at) if facts.case.accepted_at else told
    if accepted <= told <= facts.today:
        return None
    first, last = facts.day(accepted), facts.day(facts.today)
    return Reason(
        "hearing_told_outside_bounds",
        f"告知日应在受理日 {first.zh} 至今天之间",
        f"The day of the notice must lie between the acceptance, {first.en}, and today, {last.en}",
        {"field": "hearing_told", "value": told.isoformat(), "latest": facts.today.isoformat()},
    )


def hearing_asked_in_time(facts: Facts) -> Reason | None:
    """行政许可法 46–47: within five days of being told."""
    clock = facts.case.clock("hearing_request")
    if clock is None or clock.due_on is None or facts.today <= clock.due_on:
        return None
    day = facts.day(clock.due_on)
    return Reason(
        "hearing_asked_late",
        f"要求听证的期限已于 {day.zh} 届满",
        f"A hearing had to be asked for by {day.en}",
        {"due_on": clock.due_on.isoformat()},
    )


def hearing_notice_in_time(facts: Facts) -> Reason | None:
    """行政许可法 48(1): told of time and place seven days before; a minimum, so a guard."""
    held: datetime = facts.inputs["hearing_at"]
    earliest = facts.calendar.add_working_days(facts.today, NOTICE_OF_HEARING)
    if local_day(held) >= earliest:
        return None
    day = facts.day(earliest)
    return Reason(
        "hearing_too_early",
        f"听证应在举行的七日前通知：最早 {day.zh} 举行",
        f"Notice is given seven working days before: the hearing can be held from {day.en} on",
        {"field": "hearing_at", "value": held.isoformat(), "earliest": earliest.isoformat()},
    )


def hearing_host_is_not_the_examiner(facts: Facts) -> Reason | None:
    """行政许可法 48(3): hosted by somebody other than who examines the application."""
    host = facts.inputs["host_account"]
    if host not in (facts.case.assignee_id, facts.actor.id):
        return None
    return Reason(
        "host_is_the_examiner",
        "听证主持人不得是审查该申请的工作人员",
        "The host of the hearing must not be who examines the application",
        {"field": "host_account", "value": host},
    )


def hearing_right_respected(facts: Facts) -> Reason | None:
    """No decision while a hearing may still be asked for, or was asked for and has not been held (46–48)."""
    data, clock = facts.case.data, facts.case.clock("hearing_request")
    if data.get("hearing_told") is None or data.get("hearing_minutes"):
        return None
    if data.get("hearing_asked"):
        return Reason(
            "hearing_not_held", "已要求听证，听证笔录尚未形成", "A hearing was asked for and has no minutes yet"
        )
    if clock is None or clock.due_at is None or facts.takes_effect_at >= clock.due_at:
        return None
    day = facts.day(clock.due_on)
    return Reason(
        "hearing_may_be_asked",
        f"要求听证的期限到 {day.zh} 才届满",
        f"A hearing may be asked for until {day.en}",
        {"due_on": str(clock.due_on)},
    )


def no_hearing_open(facts: Facts) -> Reason | None:
    """A hearing ends with its minutes, not like any other special procedure."""
    if not any(pause.cause == "hearing" for pause in facts.case.open_pauses) or "hearing_at" not in facts.case.data:
        return None
    return Reason("hearing_open", "听证须以听证笔录结束", "A hearing ends with its minutes")


def two_officers_on_site(facts: Facts) -> Reason | None:
    """行政许可法 34 ¶3: two officials at least, both of this office."""
    pair = [facts.inputs["first_officer"], facts.inputs["second_officer"]]
    strange = [one for one in pair if one not in facts.colleagues]
    if strange:
        return Reason(
            "officer_elsewhere",
            "现场核查人员须为本部门工作人员",
            "Whoever checks on the site works in this department",
            {"value": strange, "accepted": sorted(facts.colleagues)},
        )
    if pair[0] != pair[1]:
        return None
    return Reason(
        "one_officer_only",
        "现场核查应当指派两名以上工作人员",
        "A check on the site takes two officers at least",
        {"field": "second_officer", "value": pair[1]},
    )


def other_department(facts: Facts) -> Reason | None:
    """A case is handed over to another office than its own."""
    if facts.inputs["department"] != facts.case.department:
        return None
    others = sorted(code for code in facts.catalogue.departments if code != facts.case.department)
    return Reason(
        "same_department",
        "本件已在该部门",
        "The case stands in that department already",
        {"field": "department", "value": facts.case.department, "accepted": others},
    )


def ground_is_proved(facts: Facts) -> Reason | None:
    """An untrue commitment shows in a check, papers that never came in the promise that ran out."""
    ground = facts.inputs["ground"]
    if ground == "commitment_untrue":
        failed = [child for child in facts.children_of("supervision") if child.outcome == "not_kept"]
        return None if failed else _unproved(ground, "尚无“承诺未兑现”的核查记录", "no check found it not kept")
    if ground == "gaps_not_filled":
        until = facts.case.kept("gaps_until")
        over = isinstance(until, date) and not isinstance(until, datetime) and until < facts.today
        proved = over and bool(missing_papers(facts))
        return None if proved else _unproved(ground, "容缺承诺未逾期或材料已补齐", "the promise for papers is not broken")
    return None


def result_gone(facts: Facts) -> Reason | None:
    """The result this case is about exists no more."""
    if facts.parent is not None and facts.parent.ended_at is not None and facts.parent.outcome not in STANDING:
        return None
    return Reason("result_stands", "所涉许可仍然有效", "The result it is about still stands")


def checked_by_now(facts: Facts) -> Reason | None:
    """A check is recorded after it was made, and none is older than the commitment."""
    made, opened = facts.inputs["checked_on"], local_day(facts.case.opened_at)
    if opened <= made <= facts.today:
        return None
    first, last = facts.day(opened), facts.day(facts.today)
    return Reason(
        "checked_outside_bounds",
        f"核查日应在 {first.zh} 至 {last.zh} 之间",
        f"The day of the check must lie between {first.en} and {last.en}",
        {"field": "checked_on", "value": made.isoformat(), "latest": facts.today.isoformat()},
    )


def rectified_later(facts: Facts) -> Reason | None:
    """Time to put it right lies ahead."""
    until: date = facts.inputs["until"]
    if until > facts.today:
        return None
    day = facts.day(until)
    return Reason(
        "time_is_past",
        f"整改期限 {day.zh} 应在今天之后",
        f"It is to be put right by {day.en}, which must lie after today",
        {"field": "until", "value": until.isoformat()},
    )


def what_must_precede_is_granted(facts: Facts) -> Reason | None:
    """Before the event that the use is, every item that must precede it is granted; else it is said despite what the
    works began, and those above are told: what happened is recorded, not hidden."""
    event = event_of_use(facts)
    if event is None or facts.inputs.get("despite"):
        return None
    filed = {one.item for one in facts.siblings if one.item and one.outcome != "withdrawn"}
    lacking = [
        item
        for item in facts.catalogue.items.values()
        if item.code not in facts.permits and _must_precede(item, event, facts, filed)
    ]
    if not lacking:
        return None
    title = facts.catalogue.events[event].title
    return Reason(
        "must_precede_event",
        f"“{title.zh}”之前须办结：{'、'.join(item.title.zh for item in lacking)}；确已发生的，请在 despite 中说明",
        f"Before “{title.en}” these must be granted: {', '.join(item.title.en for item in lacking)}; "
        "if it has happened all the same, say why in despite",
        {"field": "despite", "event": event, "unmet": [item.code for item in lacking]},
    )


def _must_precede(item: Item, event: str, facts: Facts, filed: set[str]) -> bool:
    edges = [edge for edge in item.prerequisites if edge.kind == "must_precede_event" and edge.event == event]
    if not any(applies(edge, facts.project_facts) for edge in edges):
        return False
    traits = facts.project_facts
    if item.code in filed:
        return True
    excluded = any(traits.get(trait) for trait in item.rule.none_of) or bool(item.waived_if and traits.get(item.waived_if))
    return not excluded and any(traits.get(trait) for trait in item.rule.any_of)


def _simulated(item: Item, facts: Facts) -> bool:
    edges: list[Prerequisite] = [edge for edge in item.must_precede if applies(edge, facts.project_facts)]
    return item.stage in SIMULATED_STAGES and all(edge.simulated_ok for edge in edges)


def _land(facts: Facts) -> Title | None:
    if LAND_EVENT in facts.events:
        return facts.catalogue.events[LAND_EVENT].title
    return _paper_of_land(facts)


def _paper_of_land(facts: Facts) -> Title | None:
    held = {material.code for material in facts.materials} | {name for name, is_ in facts.project_facts.items() if is_}
    found = next((code for code in LAND_PAPERS if code in held), None)
    if found is None:
        return None
    known = facts.catalogue.materials.get(found)
    return known.title if known is not None else Title(found, found)


def _no_land() -> Reason:
    return Reason(
        "no_land",
        "尚未取得土地：请登记土地权属，或提交用地文件",
        "The land is not obtained yet: record the title, or hand in the paper that gives it",
        {"event": LAND_EVENT, "papers": list(LAND_PAPERS)},
    )


def _decision_due(facts: Facts) -> date | None:
    item, received = facts.item, facts.case.received_at
    limit = chosen_limit(item, "statutory", facts.case.data.get("variant")) if item is not None else None
    if limit is None:
        return None
    since = local_day(received) if limit.base == "receipt" and received is not None else facts.effective_day
    return decided_on(limit, since, facts.calendar).day


def _promise_missing() -> Reason:
    return Reason(
        "promise_needed",
        "容缺准予须有补齐期限（gaps_until）的书面承诺",
        "Granting with gaps needs the promised date (gaps_until)",
        {"field": "gaps_until", "value": None},
    )


def _no_commitment(zh: str, en: str) -> Reason:
    return Reason("no_commitment", zh, en)


def _result(facts: Facts, wanted: str, title: Title) -> Reason | None:
    word = facts.item.commitment if facts.item else None
    if word is not None and word.result == wanted:
        return None
    return Reason(
        "other_result", f"本事项的告知承诺不产生{title.zh}", f"A commitment on this item gives no {title.en}"
    )


def _unproved(ground: str, zh: str, en: str) -> Reason:
    return Reason(
        "ground_unproved", f"撤销事由不成立：{zh}", f"The ground does not hold: {en}", {"field": "ground", "value": ground}
    )


MATERIALS, CHILDREN, PARENT = frozenset({"materials"}), frozenset({"children"}), frozenset({"parent"})
LAND = frozenset({"materials", "events"})

GUARDS: Mapping[str, Guard] = {
    "papers_complete": Guard(papers_complete, MATERIALS),
    "gap_promise_in_time": Guard(gap_promise_in_time, on_input=True),
    "gap_promise_stands": Guard(gap_promise_stands, on_input=True),
    "commitment_offered": Guard(commitment_offered),
    "commitment_gives_licence": Guard(commitment_gives_licence),
    "commitment_gives_pre_licence": Guard(commitment_gives_pre_licence),
    "commitment_signed": Guard(commitment_signed, on_input=True),
    "check_in_time": Guard(check_in_time, on_input=True),
    "may_be_simulated": Guard(may_be_simulated),
    "land_not_obtained": Guard(land_not_obtained, LAND),
    "land_obtained": Guard(land_obtained, LAND),
    "land_paper_held": Guard(land_paper_held, MATERIALS),
    "prerequisites_simulated": Guard(prerequisites_simulated, frozenset({"permits", "materials"})),
    "every_item_simulated": Guard(every_item_simulated, CHILDREN),
    "some_item_in_simulation": Guard(some_item_in_simulation, CHILDREN),
    "every_item_withdrawn": Guard(every_item_withdrawn, CHILDREN),
    "application_withdrawn": Guard(application_withdrawn, PARENT),
    "hearing_told_already": Guard(hearing_told_already, on_input=True),
    "hearing_asked_in_time": Guard(hearing_asked_in_time),
    "hearing_notice_in_time": Guard(hearing_notice_in_time, on_input=True),
    "hearing_host_is_not_the_examiner": Guard(hearing_host_is_not_the_examiner, on_input=True),
    "hearing_right_respected": Guard(hearing_right_respected),
    "no_hearing_open": Guard(no_hearing_open),
    "two_officers_on_site": Guard(two_officers_on_site, frozenset({"colleagues"}), on_input=True),
    "other_department": Guard(other_department, on_input=True),
    "ground_is_proved": Guard(ground_is_proved, frozenset({"children", "materials"}), on_input=True),
    "checked_by_now": Guard(checked_by_now, on_input=True),
    "rectified_later": Guard(rectified_later, on_input=True),
    "result_gone": Guard(result_gone, PARENT),
    "what_must_precede_is_granted": Guard(
        what_must_precede_is_granted, frozenset({"permits", "siblings"}), on_input=True
    ),
}
