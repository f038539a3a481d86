"""The leader's figures as pages word them: periods, definitions, amounts with their units, and links to what a number
counts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import request, url_for

from api.access import office
from api.pages.reading import half_width, read_day
from api.wording import N_, _, own, short_day
from workflow.catalogue import FigureDefinition
from workflow.errors import BadInput, Reason
from workflow.queries.figure_cases import CountedCase
from workflow.queries.figure_scope import Ask, values_of
from workflow.queries.figures import Part, Ratio

FEW = 5
"""Of fewer cases the number is given and no rate: one case more or less would turn it about."""
AMOUNTS: Mapping[str, str] = {
    "projects": N_("%(n)s 个"),
    "minutes": N_("%(n)s 分钟"),
    "working_days": N_("%(n)s 个工作日"),
    "calendar_days": N_("%(n)s 天"),
}
DIMENSION_WORDS: Mapping[str, str] = {
    "street": N_("街道"),
    "front": N_("战线"),
    "squad": N_("攻坚队"),
    "department": N_("部门"),
    "stage": N_("阶段"),
    "item": N_("事项"),
}


@dataclass(frozen=True, slots=True)
class Definition:
    """口径: the pairs of a definition list, and where it comes from."""

    title: str
    lines: tuple[tuple[str, str], ...]


def definition(one: FigureDefinition, as_of: str) -> Definition:
    """What a figure counts, in which version, as of when."""
    source = one.validity.source + (_("（默认口径）") if one.validity.assumed else "")
    return Definition(
        own(one.title),
        (
            (_("分子"), own(one.numerator)),
            (_("分母"), own(one.denominator)),
            (_("不计入"), own(one.excluded)),
            (_("期间"), own(one.period)),
            (_("口径版本"), _("第 %(n)s 版，%(day)s 起", n=one.version, day=one.validity.valid_from.isoformat())),
            (_("来源"), source),
            (_("数据时间"), f"{as_of}（{own(one.as_of)}）"),
        ),
    )


def day_of(name: str, today: date) -> date | None:
    """A day of the address, as a person may type it; raises BadInput."""
    typed = half_width(request.args.get(name, "")).strip()
    if not typed:
        return None
    day = read_day(typed, date(today.year, 1, 1))
    if day is None:
        words = (
            f"{name}：“{typed[:20]}”不是 2026-11-25 这样的日期",
            f"{name}: “{typed[:20]}” is no date such as 2026-11-25",
        )
        raise BadInput("bad_input", *words, reasons=[Reason("bad_field", *words, {"field": name, "value": typed[:20]})])
    return day


def span_words(since: date, until: date, today: date) -> str:
    """Both days included."""
    return _("%(since)s 至 %(until)s", since=short_day(since, today), until=short_day(until, today))


def cases_of(figure: str, part: str, ask: Ask) -> str:
    """The list of exactly the cases that a number counts."""
    return link(
        "pages.figure_cases",
        figure=figure,
        part=part,
        **{"from": ask.since, "to": ask.until, "dimension": ask.dimension, "value": ask.value},
    )


def link(endpoint: str, **given: Any) -> str:
    """An address with what is given; an empty value stands for cases that belong to none."""
    return url_for(endpoint, **{name: value for name, value in given.items() if value is not None})


def value_words(dimension: str | None, value: str | None) -> str:
    """The cut in words; empty for no cut."""
    if dimension is None:
        return ""
    if value is None:
        return _(DIMENSION_WORDS[dimension])
    known = values_of(office().catalogue, dimension)
    return own(known[value]) if value in known else value


def ratio_words(one: Ratio, cases: int) -> str:
    """A share in percent, an average with one decimal; of fewer than FEW ``cases`` none."""
    if cases < FEW or one.value is None:
        return "—"
    if one.code.endswith(("share", "speed_up")):
        return f"{one.value:.0%}"
    return f"{one.value:.1f}"


def amount_words(part: Part | CountedCase, unit: str) -> str:
    """The amount with its unit; minutes of an hour and more in hours. Empty where cases are counted alone."""
    if unit == "cases":
        return ""
    if unit == "minutes" and part.amount >= 60:
        return _("%(n)s 小时", n=f"{part.amount / 60:.1f}")
    return _(AMOUNTS[unit], n=part.amount)
