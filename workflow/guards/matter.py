"""What an item of the matter (一事全办) needs beyond the ordinary way: papers that follow, a commitment and its check,
a ground to take the result back, what must precede its use."""

from collections.abc import Mapping
from datetime import date, datetime

from workflow.catalogue import Item
from workflow.clock.calendar import start_of_day
from workflow.clock.days import local_day
from workflow.clock.deadline import deadline
from workflow.definition import Title
from workflow.errors import Reason
from workflow.guards.facts import Facts, Guard
from workflow.guards.life import event_of_use
from workflow.guards.materials import gaps_end_in_time, missing_papers, required_materials_attached
from workflow.guards.prerequisites import applies
from workflow.planning.limits import chosen_limit, decided_on

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
    return _no_commitment(
        f"本事项仅“{zh}”实行告知承诺", f"Only the form “{en}” of this item is granted on a commitment"
    )


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
    latest = deadline(start_of_day(facts.today), word.check_within, facts.calendar).on if word else by
    assert latest is not None, "a limit without pauses has an end"
    if facts.today < by <= latest:
        return None
    day, end = facts.day(by), facts.day(latest)
    return Reason(
        "check_outside_bounds",
        f"事后核查期限 {day.zh} 应在今天之后、不晚于 {end.zh}",
        f"The check is due {day.en}; that must lie after today and not after {end.en}",
        {"field": "check_by", "value": by.isoformat(), "latest": latest.isoformat()},
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
        return (
            None if proved else _unproved(ground, "容缺承诺未逾期或材料已补齐", "the promise for papers is not broken")
        )
    return None


def revocation_advised(facts: Facts) -> Reason | None:
    """The check afterwards has found the commitment not kept, and advises to revoke what was granted on it."""
    if any(child.outcome == "not_kept" for child in facts.children_of("supervision")):
        return None
    return Reason("nothing_advised", "没有撤销建议", "Nobody has advised to revoke the result")


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
    excluded = any(traits.get(trait) for trait in item.rule.none_of) or bool(
        item.waived_if and traits.get(item.waived_if)
    )
    return not excluded and any(traits.get(trait) for trait in item.rule.any_of)


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
    return Reason("other_result", f"本事项的告知承诺不产生{title.zh}", f"A commitment on this item gives no {title.en}")


def _unproved(ground: str, zh: str, en: str) -> Reason:
    return Reason(
        "ground_unproved",
        f"撤销事由不成立：{zh}",
        f"The ground does not hold: {en}",
        {"field": "ground", "value": ground},
    )


MATERIALS = frozenset({"materials"})

GUARDS: Mapping[str, Guard] = {
    "papers_complete": Guard(papers_complete, MATERIALS),
    "gap_promise_in_time": Guard(gap_promise_in_time, on_input=True),
    "gap_promise_stands": Guard(gap_promise_stands, on_input=True),
    "commitment_offered": Guard(commitment_offered),
    "commitment_gives_licence": Guard(commitment_gives_licence),
    "commitment_gives_pre_licence": Guard(commitment_gives_pre_licence),
    "commitment_signed": Guard(commitment_signed, on_input=True),
    "check_in_time": Guard(check_in_time, on_input=True),
    "ground_is_proved": Guard(ground_is_proved, frozenset({"children", "materials"}), on_input=True),
    "checked_by_now": Guard(checked_by_now, on_input=True),
    "rectified_later": Guard(rectified_later, on_input=True),
    "revocation_advised": Guard(revocation_advised, frozenset({"children"})),
    "result_gone": Guard(result_gone, frozenset({"parent"})),
    "what_must_precede_is_granted": Guard(
        what_must_precede_is_granted, frozenset({"permits", "siblings"}), on_input=True
    ),
}
