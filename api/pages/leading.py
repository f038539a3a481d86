"""The five leading numbers of the leader's picture, each with what it counts and its definition; and the same by the
values of a dimension, key projects by place.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from api import access
from api.pages.figure_words import FEW, Definition, cases_of, definition, span_words, value_words
from api.pages.lists import with_query
from api.wording import N_, _, own
from workflow.clock.days import local_day
from workflow.clock.words import Light
from workflow.queries.district import DistrictProject
from workflow.queries.figure_scope import Ask, values_of
from workflow.queries.figures import Figures, Group, Part, Ratio
from workflow.queries.war_map import LIGHTS, WarMap

NEEDS_WORDS: Mapping[str, str] = {"permit": N_("要办施工许可"), "tender": N_("要招标")}
LIGHT_WORDS: Mapping[Light | None, str] = {
    Light.NORMAL: N_("正常"),
    Light.WARNING: N_("预警"),
    Light.OVERDUE: N_("超期"),
    Light.PAUSED: N_("暂停"),
    None: N_("无在办件"),
}
NONE = "none"
"""How an address says that nothing is open."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number and the list of what it counts."""

    words: str
    href: str | None


@dataclass(frozen=True, slots=True)
class Leading:
    """One of the five numbers on top, with what stands under it and what it counts."""

    title: str
    value: str
    unit: str
    href: str | None
    under: tuple[Number, ...]
    note: str
    definition: Definition


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """The projects of one place, by light."""

    name: str
    numbers: tuple[tuple[str, Number], ...]


@dataclass(frozen=True, slots=True)
class BreakdownRow:
    """The numbers of one value of a dimension."""

    name: str
    href: str
    cells: tuple[tuple[str, Number], ...]


def leading(found: WarMap, projects: Sequence[DistrictProject], ask: Ask, today: date, as_of: str) -> list[Leading]:
    """The five numbers; the first alone for whoever may not read sums."""
    first = _projects_number(found, projects, as_of)
    if found.numbers is None or found.before is None:
        return [first]
    return [
        first,
        _early(found.numbers, found, ask, today, as_of),
        _saved(found.numbers, ask, as_of),
        _extended(found.numbers, ask, as_of),
        _solved(found.numbers, ask, today, as_of),
    ]


def _projects_number(found: WarMap, projects: Sequence[DistrictProject], as_of: str) -> Leading:
    under = tuple(
        Number(_("%(light)s %(n)s", light=_(LIGHT_WORDS[light]), n=n), _projects_href(light=light))
        for light in (*LIGHTS, None)
        if (n := sum(one.light is light for one in projects))
    )
    needs, count = _(NEEDS_WORDS[found.needs]), len(projects)
    title = _("%(needs)s的项目", needs=needs)
    # What makes a light is the figure's definition; which projects are counted is where they are registered.
    lights = definition(access.office().catalogue.figures["lights"], as_of)
    counted = (
        (_("项目"), _("登记为%(needs)s的项目，每个计一次；已按部门或阶段划分时，只计有相应在办件的", needs=needs)),
        (_("灯色"), _("办件灯和进度灯中较重的一个：超期、预警、暂停、正常")),
    )
    href = _projects_href() if count else None
    return Leading(
        title, str(count), _("个项目", n=count), href, under, "", Definition(title, (*counted, *lights.lines))
    )


def _projects_href(**changed: Any) -> str:
    if "light" in changed:
        changed["light"] = NONE if changed["light"] is None else str(changed["light"])
    return with_query("pages.war_map_projects", **changed)


def _early(now: Figures, found: WarMap, ask: Ask, today: date, as_of: str) -> Leading:
    figure = now.figure("early_finish")
    share = _ratio(figure.whole, "share")
    assert found.before is not None
    then = _ratio(found.before.figure("early_finish").whole, "share")
    early = Number(_("提前 %(n)s 件", n=share.numerator), _href("early_finish", "early", share.numerator, ask))
    counted = Number(_("共 %(n)s 件", n=share.denominator), _href("early_finish", "counted", share.denominator, ask))
    rate = share.denominator >= FEW and share.value is not None
    value, unit = (f"{share.value:.0%}", "") if rate else (str(share.numerator), _("件"))
    return Leading(
        own(figure.definition.title),
        value,
        unit,
        early.href,
        (early, counted),
        _change(share, then, span_words(found.days.before_since, found.days.before_until, today)),
        definition(figure.definition, as_of),
    )


def _change(share: Ratio, then: Ratio, span: str) -> str:
    """In points against the days before; nothing is compared with a rate of too few."""
    if share.denominator < FEW:
        return _("不足 %(n)s 件，不算比率", n=FEW)
    if then.denominator < FEW or then.value is None or share.value is None:
        return _("%(span)s 不足 %(n)s 件，不作比较", span=span, n=FEW)
    points = round(share.value * 100) - round(then.value * 100)
    if points == 0:
        return _("与 %(span)s 持平", span=span)
    if points > 0:
        return _("比 %(span)s 高 %(n)s 点", span=span, n=points)
    return _("比 %(span)s 低 %(n)s 点", span=span, n=-points)


def _saved(now: Figures, ask: Ask, as_of: str) -> Leading:
    figure = now.figure("days_saved")
    law, promise = _ratio(figure.whole, "average_law"), _ratio(figure.whole, "average_promise")
    value = _average(law) if law.denominator >= FEW else str(law.numerator)
    note = "" if law.denominator >= FEW else _("不足 %(n)s 件，是合计而非平均", n=FEW)
    words = _average(promise) if promise.denominator >= FEW else str(promise.numerator)
    href = _href("days_saved", "law", law.denominator, ask)
    under = (
        Number(_("较法定，%(n)s 件", n=law.denominator), href),
        Number(
            _("较承诺 %(days)s 日，%(n)s 件", days=words, n=promise.denominator),
            _href("days_saved", "promise", promise.denominator, ask),
        ),
    )
    return Leading(_("平均节省"), value, _("个工作日"), href, under, note, definition(figure.definition, as_of))


def _extended(now: Figures, ask: Ask, as_of: str) -> Leading:
    figure = now.figure("extended_hours")
    sessions = _part(figure.whole, "sessions")
    href = _href("extended_hours", "sessions", sessions.n, ask)
    under = (Number(_("%(n)s 场", n=sessions.n), href),)
    note = _("%(n)s 个项目", n=sessions.projects or 0)
    return Leading(
        own(figure.definition.title),
        f"{sessions.amount / 60:.1f}".removesuffix(".0"),
        _("个小时", n=1 if sessions.amount == 60 else 2),
        href,
        under,
        note,
        definition(figure.definition, as_of),
    )


def _solved(now: Figures, ask: Ask, today: date, as_of: str) -> Leading:
    figure, standing = now.figure("problems"), now.figure("problems_open")
    solved, raised = _part(figure.whole, "solved"), _part(figure.whole, "raised")
    left = _part(standing.whole, "open")
    under = (
        Number(_("提出 %(n)s 个", n=raised.n), _href("problems", "raised", raised.n, ask)),
        Number(_("现有 %(n)s 个未结", n=left.n), _href("problems_open", "open", left.n, ask)),
    )
    note = _("最久 %(n)s 天", n=(today - local_day(left.first_at)).days) if left.first_at else ""
    href = _href("problems", "solved", solved.n, ask)
    told = definition(figure.definition, as_of)
    return Leading(_("问题解决"), str(solved.n), _("/ %(n)s 个问题", n=raised.n), href, under, note, told)


def _href(figure: str, part: str, count: int, ask: Ask) -> str | None:
    return cases_of(figure, part, ask) if count else None


def _ratio(group: Group, code: str) -> Ratio:
    return next(one for one in group.ratios if one.code == code)


def _part(group: Group, code: str) -> Part:
    found = group.part(code)
    assert found is not None, code
    return found


def _average(one: Ratio) -> str:
    return "0" if one.value is None else f"{one.value:.1f}"


def hours_words(minutes: int) -> str:
    """``96 小时``, ``1.5 小时``."""
    if minutes % 60 == 0:
        return _("%(n)s 个小时", n=minutes // 60)
    return _("%(hours)s 小时", hours=f"{minutes / 60:.1f}")


COLUMNS = (N_("提前办结"), N_("节省（较法定）"), N_("延时服务"), N_("问题解决"), N_("未结问题"))


def breakdown(found: WarMap, ask: Ask) -> list[BreakdownRow]:
    """The numbers by the values of the dimension, those without any left out."""
    if found.numbers is None:
        return []
    by_key: dict[str, dict[str, Group]] = {}
    for figure in found.numbers.figures:
        for group in figure.groups:
            assert group.key is not None
            by_key.setdefault(group.key, {})[figure.code] = group
    assert ask.dimension is not None
    known = values_of(access.office().catalogue, ask.dimension)
    order = [key for key in known if key in by_key] + [key for key in by_key if key not in known]
    return [
        BreakdownRow(
            value_words(ask.dimension, key),
            with_query("pages.war_map", value=key) if key else "",
            _cells(by_key[key], replace(ask, value=key)),
        )
        for key in order
    ]


def _cells(groups: Mapping[str, Group], ask: Ask) -> tuple[tuple[str, Number], ...]:
    def count(figure: str, part: str) -> Part:
        found = groups[figure].part(part) if figure in groups else None
        return found or Part(part, known.figures[figure].title, 0, 0)

    known = access.office().catalogue
    early, counted = count("early_finish", "early"), count("early_finish", "counted")
    share = f"{early.n / counted.n:.0%}（{early.n} / {counted.n}）" if counted.n >= FEW else f"{early.n} / {counted.n}"
    law, sessions = count("days_saved", "law"), count("extended_hours", "sessions")
    saved = _("平均 %(days)s 日", days=f"{law.amount / law.n:.1f}") if law.n >= FEW else _("共 %(n)s 日", n=law.amount)
    solved, raised, left = count("problems", "solved"), count("problems", "raised"), count("problems_open", "open")
    hours = hours_words(sessions.amount)
    numbers = (
        Number(share, _href("early_finish", "counted", counted.n, ask)),
        Number(saved, _href("days_saved", "law", law.n, ask)),
        Number(hours, _href("extended_hours", "sessions", sessions.n, ask)),
        Number(f"{solved.n} / {raised.n}", _href("problems", "raised", raised.n, ask)),
        Number(str(left.n), _href("problems_open", "open", left.n, ask)),
    )
    return tuple(zip([_(words) for words in COLUMNS], numbers, strict=True))


def by_place(projects: Sequence[DistrictProject], by: str) -> list[PlaceRow]:
    """Key projects by place and light, the places in the order of their list."""
    rows = []
    for key, here in of_places(projects, by):
        numbers = [(_("项目"), Number(str(len(here)), _projects_href(by=by, place=key or NONE) if here else None))]
        for light in (*LIGHTS, None):
            n = sum(one.light is light for one in here)
            href = _projects_href(by=by, place=key or NONE, light=light) if n else None
            numbers.append((_(LIGHT_WORDS[light]), Number(str(n), href)))
        rows.append(PlaceRow(value_words(by, key) or _("未登记"), tuple(numbers)))
    return rows


def of_places(projects: Sequence[DistrictProject], by: str) -> list[tuple[str, list[DistrictProject]]]:
    """Each place that has any with its projects; every street is there, with any or without."""
    held: dict[str, list[DistrictProject]] = {}
    for one in projects:
        held.setdefault(getattr(one.project, by), []).append(one)
    known = list(values_of(access.office().catalogue, by))
    order = [key for key in known if key in held or (key and by == "street")] + sorted(set(held) - set(known))
    return [(key, held.get(key, [])) for key in order]
