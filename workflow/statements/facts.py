"""The facts of a case as a document states them, each in words; a fact there is none of is None. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType

from workflow.case import Case, PauseRecord
from workflow.catalogue import Catalogue, DocumentKind, Item
from workflow.clock.days import local_day
from workflow.clock.words import limit_words
from workflow.definition import LIFE_CLOCKS, Flow
from workflow.guards import Facts, Relative
from workflow.machine import Decision
from workflow.statements.words import Words, clock_words, day_words, end_words, instant_words, table
from workflow.timekeeping import Timing, resettle

HASH_LINE = 22
"""Hex digits of a hash on a line of its cell."""
TWO_CLOCKS = ("statutory", "promised")
STOPPED = MappingProxyType({"statutory": "法定时限", "promised": "承诺时限"})
OUTCOMES: Mapping[str, str] = MappingProxyType(
    {
        "granted": "准予许可",
        "refused": "不予许可",
        "not_needed": "不受理（无需许可）",
        "not_ours": "不予受理",
        "withdrawn": "已撤回",
        "revoked": "已撤销",
        "cancelled": "已注销",
        "lapsed": "已失效",
        "finished": "已办结",
        "passed": "通过",
        "conditional": "有条件通过",
        "failed": "未通过",
        "solved": "已解决",
    }
)
BASES = MappingProxyType({"issue": "送达", "decision": "决定"})


@dataclass(frozen=True, slots=True)
class Telling:
    """What a document is made from: the decision, the facts it was taken on, and the case as it is afterwards."""

    kind: DocumentKind
    flow: Flow
    decision: Decision
    facts: Facts
    after: Case

    @property
    def day(self) -> date:
        """The day of issue."""
        return local_day(self.facts.now)

    @property
    def item(self) -> Item | None:
        return self.facts.item

    def title_of(self, clock: str) -> str:
        return self.flow.rule(clock).title.zh


def common_fact(name: str, telling: Telling) -> Words | None:
    """The fact ``name`` of `workflow.documents.COMMON_FACTS`."""
    return FACTS[name](telling) or None


def _item(telling: Telling) -> str | None:
    item = telling.item
    if item is None:
        return None
    form = item.variant_title(telling.after.data.get("variant"))
    return f"{item.title.zh}（{form.zh}）" if form else item.title.zh


def _department(telling: Telling) -> str:
    known = telling.facts.catalogue.departments
    code = telling.after.department
    return known[code].title.zh if code in known else code


def _handler(telling: Telling) -> str:
    role = telling.facts.catalogue.roles.get(telling.decision.role)
    return role.title.zh if role else telling.decision.role


def _day_of(name: str) -> Callable[[Telling], str | None]:
    def found(telling: Telling) -> str | None:
        at = getattr(telling.after, name)
        return day_words(local_day(at)) if at else None

    return found


def _time_of(name: str) -> Callable[[Telling], str | None]:
    def found(telling: Telling) -> str | None:
        at = getattr(telling.after, name)
        return instant_words(at) if at else None

    return found


def _acceptance(telling: Telling) -> str | None:
    if telling.after.accepted_at is None:
        return None
    if telling.after.data.get("acceptance_mode") == "deemed":
        return "收到材料后逾期未告知补正，自收到材料之日起依法视为受理（行政许可法 32）"
    return "予以受理"


def _basis(telling: Telling) -> str:
    item = telling.item
    own = item.statutory.basis if item and item.statutory else ""
    return "；".join(dict.fromkeys(part for part in (own, telling.kind.basis) if part))


def _deadlines(telling: Telling) -> str:
    ends = [clock for name in TWO_CLOCKS if (clock := telling.after.clock(name)) is not None]
    return "\n".join(clock_words(telling.title_of(clock.name), clock) for clock in ends)


def _next_steps(telling: Telling) -> str:
    ends = [clock for clock in telling.after.running_clocks if clock.name not in TWO_CLOCKS and clock.due_on]
    return "\n".join(clock_words(telling.title_of(clock.name), clock) for clock in ends)


def _delivery_due(telling: Telling) -> str | None:
    clock = telling.after.clock("delivery")
    return end_words(clock) if clock is not None and clock.running else None


def _extended(telling: Telling) -> str:
    effect = telling.decision.action.effect
    return effect.clock if effect and effect.clock else "statutory"


def _previous_due(telling: Telling) -> str | None:
    clock = telling.facts.case.clock(_extended(telling))
    return end_words(clock) if clock else None


def _new_due(telling: Telling) -> str | None:
    clock = telling.after.clock(_extended(telling))
    return end_words(clock) if clock else None


def _validity(telling: Telling) -> str | None:
    item = telling.item
    life = item.lifetime if item else None
    if life is None:
        return None
    events = telling.facts.catalogue.events
    until = f"，其间应当{events[life.until].title.zh}" if life.until and life.until in events else ""
    renewal = life.renewal
    renewed = f"；可以延续 {renewal.times} 次，每次 {limit_words(renewal.limit, 'zh')}" if renewal else ""
    end = "；逾期自行失效" if life.lapses else "；逾期应当重新审核"
    return f"自{BASES[life.base]}之日起 {limit_words(life.limit, 'zh')}{until}{renewed}{end}（{life.basis}）"


def _life_end(telling: Telling) -> str | None:
    living = [clock for name in LIFE_CLOCKS if (clock := telling.after.clock(name)) is not None and clock.running]
    # `renewal_decision` ends with the life it decides about.
    return next((end_words(clock) for clock in living), None)


def _renewal(telling: Telling) -> str | None:
    mode = telling.after.data.get("renewal_mode")
    if mode is None:
        return None
    return "逾期未作决定，依法视为准予延续（行政许可法 50）" if mode == "deemed" else "准予延续"


def _materials(telling: Telling) -> Words:
    shared, wanted = telling.facts.catalogue.materials, _wanted(telling)
    rows = [
        [
            shared[one.code].title.zh if one.code in shared else one.code,
            one.filename,
            "\n".join(one.sha256[start : start + HASH_LINE] for start in range(0, len(one.sha256), HASH_LINE)),
        ]
        for one in telling.facts.materials
        if wanted is None or one.code in wanted
    ]
    return table(("材料", "文件", "SHA-256"), rows) or "（本事项无须提交材料）"


def _wanted(telling: Telling) -> frozenset[str] | None:
    """The papers the items of the case ask for, out of those of its application; None where it has no items."""
    items = telling.facts.items
    if not items:
        return None
    own = {material.code for item in items for material in item.materials}
    return frozenset(own | {edge.or_document for item in items for edge in item.must_precede if edge.or_document})


def _missing(telling: Telling) -> Words | None:
    attached = {one.code for one in telling.facts.materials}
    lacking = {
        one.code: one.title.zh
        for item in telling.facts.items
        for one in item.materials
        if one.required and one.may_follow and one.code not in attached
    }
    return {"lines": list(lacking.values())} if lacking else None


def _pause(telling: Telling) -> str | None:
    pause = max(telling.after.open_pauses, key=lambda one: (one.opened_at, one.since), default=None)
    if pause is None:
        return None
    calendar = telling.facts.calendar
    days = calendar.working_days_between(pause.since, pause.planned_until)
    provisional = calendar.is_provisional(pause.planned_until)
    lines = [
        f"事由：{telling.facts.catalogue.causes[pause.cause].title.zh}（{pause.basis}）",
        f"开始日：{day_words(pause.since)}",
        f"预计结束日：{day_words(pause.planned_until, provisional)}，所需时间 {days} 个工作日",
    ]
    stopped = "、".join(STOPPED.get(flag, flag) for flag in pause.stops)
    lines.append(f"停止计算：{stopped or '无'}")
    return "\n".join([*lines, *_effects(telling, pause)])


def _effects(telling: Telling, pause: PauseRecord) -> list[str]:
    """What the pause does to the end of each clock that it stops, if it ends on the day it is planned to."""
    facts = telling.facts
    ended = tuple(replace(one, until=one.planned_until) if one.until is None else one for one in telling.after.pauses)
    lines = []
    for clock in telling.after.running_clocks:
        rule = telling.flow.rule(clock.name)
        before = facts.case.clock(clock.name)
        if not pause.stops_clock(rule.paused_by) or before is None or before.due_on is None:
            continue
        then = resettle(clock, rule, ended, Timing(facts.calendar, facts.now))
        lines.append(f"{rule.title.zh}届满日：原为{end_words(before)}，按期结束的，顺延至{end_words(then)}")
    return lines


def _pause_result(telling: Telling) -> str | None:
    closed = [one for one in telling.after.pauses if one.until is not None]
    pause = max(closed, key=lambda one: (one.closed_at or telling.facts.now, one.since), default=None)
    if pause is None or pause.until is None:
        return None
    days = telling.facts.calendar.working_days_between(pause.since, pause.until)
    return "\n".join(
        [
            f"事由：{telling.facts.catalogue.causes[pause.cause].title.zh}（{pause.basis}）",
            f"{day_words(pause.since)}开始，{day_words(pause.until)}结束，不计 {days} 个工作日",
            *(["结束后重新起算"] if pause.resets else []),
        ]
    )


def _documents(telling: Telling) -> Words | None:
    known = telling.facts.catalogue.documents
    since = telling.after.decided_at
    found = [one for one in telling.facts.documents if since is None or one.effective_at >= since]
    rows = [
        [known[one.kind].title.zh if one.kind in known else one.kind, one.no, day_words(local_day(one.issued_at))]
        for one in found or telling.facts.documents
    ]
    return table(("文书名称", "编号", "出具日期"), rows)


def _items(telling: Telling) -> Words | None:
    catalogue = telling.facts.catalogue
    rows = []
    for child in telling.facts.children:
        at = child.decided_at or child.ended_at
        result = OUTCOMES.get(child.outcome or "", child.outcome or "在办")
        opinion = child.data.get("opinion")
        rows.append(
            [
                _name_of(child, catalogue),
                child.no,
                f"{result}：{opinion}" if opinion else result,
                day_words(local_day(at)) if at else "",
            ]
        )
    return table(("事项（专项）", "办件编号", "结果", "日期"), rows)


def _problems(telling: Telling) -> Words | None:
    """What the cases under this one still find wrong, in one list (唐山17号: one list, sent once)."""
    rows = [
        [
            _name_of(child, telling.facts.catalogue),
            one.get("place") or "",
            one["problem"],
            one.get("fix") or "",
            day_words(date.fromisoformat(one["due_on"])) if one.get("due_on") else "",
        ]
        for child in telling.facts.children
        if child.ended_at is None
        for one in child.data.get("problems", ())
    ]
    return table(("专项（部门）", "部位", "问题", "整改要求", "完成日期"), rows)


def _name_of(child: Relative, catalogue: Catalogue) -> str:
    """What a case under this one is about: its item, its own name, or its department."""
    if child.item is not None and child.item in catalogue.items:
        return catalogue.items[child.item].title.zh
    own = child.data.get("name")
    known = catalogue.departments
    return str(own) if own else known[child.department].title.zh if child.department in known else child.flow


def _conditions(telling: Telling) -> Words:
    lines = [one.title.zh for item in telling.facts.items for one in item.must_precede]
    return {"lines": list(dict.fromkeys(lines))} if lines else "符合法律、法规、规章规定的条件和标准"


def _required_materials(telling: Telling) -> Words:
    lines = [one.title.zh for item in telling.facts.items for one in item.materials if one.required]
    return {"lines": list(dict.fromkeys(lines))} if lines else "（本事项无须提交材料）"


def _remedies(telling: Telling) -> str | None:
    if telling.kind.remedy is None:
        return None
    text = telling.facts.catalogue.remedies[telling.kind.remedy].on(telling.day)
    return text.text.zh if text else None


def _contact(telling: Telling) -> str:
    return telling.facts.catalogue.contacts.of(telling.after.department).contact


def _phone(telling: Telling) -> str:
    return telling.facts.catalogue.contacts.of(telling.after.department).phone


FACTS: Mapping[str, Callable[[Telling], Words | None]] = MappingProxyType(
    {
        "case": lambda telling: telling.after.no,
        "title": lambda telling: telling.after.title,
        "item": _item,
        "project_name": lambda telling: telling.facts.project_name,
        "project_code": lambda telling: telling.facts.project_code,
        "company_name": lambda telling: telling.facts.company_name,
        "department": _department,
        "contact": _contact,
        "phone": _phone,
        "supervision_phone": lambda telling: telling.facts.catalogue.contacts.supervision_phone,
        "handler": _handler,
        "issued_on": lambda telling: day_words(telling.day),
        "effective_at": lambda telling: instant_words(telling.decision.effective_at),
        "opened_at": _time_of("opened_at"),
        "received_at": _time_of("received_at"),
        "accepted_on": _day_of("accepted_at"),
        "acceptance": _acceptance,
        "decided_on": _day_of("decided_at"),
        "basis": _basis,
        "deadlines": _deadlines,
        "next_steps": _next_steps,
        "delivery_due": _delivery_due,
        "previous_due": _previous_due,
        "new_due": _new_due,
        "validity": _validity,
        "life_end": _life_end,
        "renewal": _renewal,
        "materials": _materials,
        "missing": _missing,
        "pause": _pause,
        "pause_result": _pause_result,
        "documents": _documents,
        "items": _items,
        "problems": _problems,
        "conditions": _conditions,
        "required_materials": _required_materials,
        "remedies": _remedies,
    }
)
"""By name: what each of `workflow.documents.COMMON_FACTS` means."""
