"""A limit changed by law on a date, for the cases that run: read and checked, previewed, put in force.

New cases follow the item's file; what is signed here is about those that run. A signature is refused while the file
says another limit, so that the two cannot drift apart.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from workflow.amending.content import document_faults
from workflow.amending.fault_words import bad_input, reason
from workflow.amending.preview import Preview, cases_preview
from workflow.case import Case
from workflow.catalogue import Item
from workflow.clock.days import FIRST_YEAR, LAST_YEAR
from workflow.clock.limit import Unit, parse_limit
from workflow.errors import Reason
from workflow.recast import Recast
from workflow.recast_limits import LIMITED, RULES, rule_for, states_before_the_end, under_limit
from workflow.store import recasts
from workflow.store.amendments import Amendment
from workflow.store.recasts import OfItem
from workflow.timekeeping import Timing
from workflow.work import Office, Work

KEYS = ("item", "clock", "limit", "from", "running", "variant")
UNITS = tuple(unit.value for unit in Unit if unit.counts_days)


def read_limit(work: Work, kind: str, content: Mapping[str, Any], document: str) -> dict[str, Any]:
    """``{"item", "clock", "limit", "from", "running", "variant"?}`` as it is kept.

    Raises BadInput with every fault.
    """
    faults = [*document_faults(document), *_faults(work.office, content)]
    if faults:
        raise bad_input(faults)
    return {name: content[name] for name in KEYS if content.get(name) is not None}


def limit_versions(work: Work, kind: str, content: dict[str, Any]) -> tuple[str, str]:
    """What running cases have, and what comes; the same where every one of them has the limit already."""
    held = recasts.limits_held(work.conn, cases_of(work.office, content))
    place = f"{work.calendar.version} {content['item']}.{content['clock']}"
    new = f"{place}={content['limit']}@{content['from']}:{content['running']}"
    return (f"{place}={'+'.join(held)}", new) if held else (new, new)


def limit_preview(work: Work, kind: str, content: dict[str, Any], most: int) -> Preview:
    """What would change if the day had come."""
    timing = Timing(work.calendar, work.now)

    def derive(case: Case) -> Recast | None:
        return limit_recast(work.office, case, content, timing, work.now, {})

    return cases_preview(work, cases_of(work.office, content), derive, limit_versions(work, kind, content), most)


def enact_limit(work: Work, amendment: Amendment) -> None:
    """The workers change the cases once the day has come; raises BadInput where the item's file says otherwise."""
    content = amendment.content
    item = work.office.catalogue.items.get(content["item"])
    own = _own_limit(item, content["clock"], content.get("variant")) if item else None
    if own == content["limit"]:
        return
    shown, file = own or "—", f"config/items/{content['item']}.yaml"
    raise bad_input(
        [
            reason(
                "limit",
                content["limit"],
                f"事项文件 {file} 写的是 {shown}：新办件按文件计时，请先修改文件并重新启动服务，再签发",
                f"the file {file} says {shown}: new cases follow it, so change it and restart the service, then sign",
                [own] if own else (),
            )
        ]
    )


def cases_of(office: Office, content: Mapping[str, Any]) -> OfItem:
    """The running cases whose limit may change."""
    states = {
        state
        for flow in office.flows.values()
        if flow.name == "item"
        for state in states_before_the_end(flow, content["clock"])
    }
    item = office.catalogue.items[content["item"]]
    forms = _forms(item, content["clock"], content.get("variant"))
    return OfItem(item.code, content["clock"], content["limit"], forms, tuple(sorted(states)))


def limit_recast(
    office: Office, case: Case, content: Mapping[str, Any], timing: Timing, signed_at: datetime, said: Mapping[str, Any]
) -> Recast | None:
    """One case under the content of an amendment; None where it keeps its limit."""
    rule = rule_for(case, date.fromisoformat(content["from"]), content["running"], signed_at)
    flow = office.flow(case.flow, case.flow_version)
    return under_limit(flow, case, content["clock"], parse_limit(content["limit"]), rule, timing, said)


def _forms(item: Item, clock: str, variant: str | None) -> tuple[str, ...]:
    """The forms whose limit is meant: one variant, or the base form with those that have no limit of their own."""
    if variant is not None:
        return (variant,)
    return ("", *(one.code for one in item.variants if getattr(one, clock) is None))


def _own_limit(item: Item, clock: str, variant: str | None) -> str | None:
    """What the item's file says."""
    found = dict(zip(LIMITED, item.limits(variant), strict=True))[clock]
    return str(found.limit) if found else None


def _faults(office: Office, content: Mapping[str, Any]) -> Iterator[Reason]:
    yield from (
        reason(str(key), content[key], "没有这个字段", "unknown key", KEYS) for key in content if key not in KEYS
    )
    items, code, clock = office.catalogue.items, content.get("item"), content.get("clock")
    if not isinstance(code, str) or code not in items:
        yield reason("item", code, "没有这个事项", "there is no such item", items)
    if clock not in LIMITED:
        yield reason("clock", clock, "没有这种时限", "there is no such clock of an item", LIMITED)
    elif isinstance(code, str) and code in items:
        yield from _clock_faults(items[code], str(clock), content.get("variant"))
    yield from _limit_faults(content.get("limit"))
    yield from _day_faults(content.get("from"))
    if content.get("running") not in RULES:
        zh, en = "在办办件适用的规则应为其中之一", "the rule for running cases is one of these"
        yield reason("running", content.get("running"), zh, en, RULES)


def _clock_faults(item: Item, clock: str, variant: Any) -> Iterator[Reason]:
    own = {one.code: getattr(one, clock) for one in item.variants}
    if variant is not None and variant not in own:
        yield reason("variant", variant, f"事项 {item.code} 没有这种情形", f"{item.code} has no such form", own)
    elif variant is not None and own[variant] is None:
        zh = f"{variant} 没有自己的时限，随事项的一般情形：不填 variant"
        en = f"{variant} has no limit of its own, it follows the item's: leave the variant out"
        yield reason("variant", variant, zh, en, [code for code, limit in own.items() if limit])
    elif _own_limit(item, clock, variant) is None:
        has = [name for name in LIMITED if _own_limit(item, name, variant) is not None]
        yield reason("clock", clock, f"事项 {item.code} 没有这个时限", f"{item.code} has no such clock", has)


def _limit_faults(text: Any) -> Iterator[Reason]:
    try:
        limit = parse_limit(text) if isinstance(text, str) else None
    except ValueError:
        limit = None
    if limit is None or limit.amount < 1 or not limit.unit.counts_days:
        zh = f"应为整数加单位，如 20wd（单位：{'、'.join(UNITS)}），至少为 1"
        en = f"a whole number from 1 and a unit, as in 20wd (units: {', '.join(UNITS)})"
        yield reason("limit", text, zh, en)


def _day_faults(text: Any) -> Iterator[Reason]:
    try:
        day = date.fromisoformat(text) if isinstance(text, str) and len(text) == 10 else None
    except ValueError:
        day = None
    if day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
        zh, en = f"应为 {FIRST_YEAR} 至 {LAST_YEAR} 年的日期，写法如 2026-12-01", "a day is accepted, as in 2026-12-01"
        yield reason("from", text, zh, en)
