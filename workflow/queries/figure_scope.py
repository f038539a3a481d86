"""What of the leader's figures is asked for, and what of it the actor may be told."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from workflow.catalogue import Catalogue
from workflow.clock.days import local_day
from workflow.definition import Title
from workflow.errors import BadInput, NotAllowed, Reason
from workflow.figures import DIMENSIONS
from workflow.visibility import sees_everything
from workflow.work import Work

FIRST, LAST = date(2000, 1, 1), date(2099, 12, 31)
MONTH = "month"
NOWHERE = ""
"""The value of cases that stand in none of a dimension."""
OWN = {"department": "director", "squad": "squad_leader"}
"""By which dimension the figures of those are cut who do not look at the whole district, and by which role."""


@dataclass(frozen=True, slots=True)
class Ask:
    """The legal days ``since`` to ``until``, both included (None: this year up to now); one value of one dimension, or
    all; ``by``: a breakdown by month or by the values of the same dimension."""

    since: date | None = None
    until: date | None = None
    dimension: str | None = None
    value: str | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """What is asked as it is answered: ``values`` None are all of the dimension, ``by`` None no breakdown."""

    since: date
    until: date
    dimension: str
    values: tuple[str, ...] | None
    by: str | None


def scope_of(work: Work, ask: Ask) -> Scope:
    """What the actor may ask for of what is asked; raises BadInput for a word nobody knows, NotAllowed for others'."""
    since, until = _days(work, ask)
    if ask.value is not None and ask.dimension is None:
        raise bad("value", ask.value, "须同时给出 dimension", "dimension must be named, too")
    if ask.dimension is not None and ask.dimension not in DIMENSIONS:
        raise unknown("dimension", ask.dimension, DIMENSIONS)
    dimension, values = _seen(work, ask)
    if ask.by is not None and ask.by not in (*DIMENSIONS, MONTH):
        raise unknown("by", ask.by, (*DIMENSIONS, MONTH))
    by = ask.by
    if by not in (None, MONTH):
        if values is not None and by != dimension:
            raise two_at_once(dimension, by)
        dimension = by or dimension
    return Scope(since, until, dimension if values is not None or by not in (None, MONTH) else "all", values, by)


def two_at_once(one: str, other: str) -> BadInput:
    """Why two dimensions cannot be crossed."""
    return bad(
        "by",
        other,
        f"已按 {one} 筛选，不能再按 {other} 划分：合计按单一维度保存，请按月划分，或打开办件清单",
        f"it is cut by {one} already and cannot be broken down by {other}: sums are kept by one dimension at a time; "
        "break it down by month, or open the cases",
    )


def values_of(catalogue: Catalogue, dimension: str) -> Mapping[str, Title]:
    """The words of a dimension with their names; the empty one is of cases that stand in none."""
    words: dict[str, Mapping[str, Title]] = {
        "department": catalogue.words("departments"),
        "stage": {str(no): stage.title for no, stage in catalogue.stages.items()},
        "street": {key: street.title for key, street in catalogue.streets.items()},
        "squad": catalogue.words("squads"),
        "front": catalogue.words("battlefronts"),
        "item": catalogue.words("items"),
    }
    return {**words[dimension], NOWHERE: Title("不属于任何一项", "None of them")}


def _days(work: Work, ask: Ask) -> tuple[date, date]:
    today = local_day(work.now)
    until = ask.until or max(today, ask.since or today)
    since = ask.since or until.replace(month=1, day=1)
    for name, day in (("from", since), ("to", until)):
        if not FIRST <= day <= LAST:
            raise bad(name, day, f"应在 {FIRST} 至 {LAST} 之间", f"{FIRST} to {LAST} is accepted")
    if since > until:
        raise bad("from", since, f"不能晚于 to（{until}）", f"must not lie after to ({until})")
    return since, until


def _seen(work: Work, ask: Ask) -> tuple[str, tuple[str, ...] | None]:
    """The dimension and the values that are asked for, or that alone the actor may ask for."""
    actor = work.actor
    if sees_everything(actor):
        if ask.dimension is None or ask.value is None:
            return ask.dimension or "all", None
        known = values_of(work.office.catalogue, ask.dimension)
        if ask.value not in known:
            raise unknown("value", ask.value, known)
        return ask.dimension, (ask.value,)
    own = {name: _led(work, name) for name in OWN}
    own = {name: values for name, values in own.items() if values}
    dimension = ask.dimension or next(iter(own), None)
    if dimension is None or dimension not in own:
        mine = "、".join(own) or "无"
        raise NotAllowed(
            "figures_not_yours",
            f"您只能查看本部门、本攻坚队的数据；可用维度：{mine}",
            "You may only see the figures of your own department or squad; accepted dimensions: "
            + (", ".join(own) or "none"),
            extra={"accepted": list(own)},
        )
    if ask.value is None:
        return dimension, own[dimension]
    if ask.value not in own[dimension]:
        raise unknown("value", ask.value, own[dimension])
    return dimension, (ask.value,)


def _led(work: Work, dimension: str) -> tuple[str, ...]:
    values = (getattr(grant, dimension) for grant in work.actor.scopes(OWN[dimension]))
    return tuple(sorted({value for value in values if value is not None}))


def unknown(name: str, value: str, accepted: Iterable[str]) -> BadInput:
    """A word that is none of those accepted."""
    known = [one for one in accepted if one]
    return bad(
        name,
        value,
        f"没有“{value}”；可用：{'、'.join(known)}",
        f"there is no “{value}”; accepted: {', '.join(known)}",
        accepted=known,
    )


def bad(name: str, value: object, zh: str, en: str, **facts: Any) -> BadInput:
    """A field that cannot be taken as it is."""
    reason = Reason("bad_field", f"{name}：{zh}", f"{name}: {en}", {"field": name, "value": str(value), **facts})
    return BadInput("bad_input", reason.zh, reason.en, reasons=[reason])
