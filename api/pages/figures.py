"""指标报表: every figure of a period with its definition, broken down, and the cases behind each number."""

import calendar
from dataclasses import dataclass, replace
from datetime import date

from flask import Response, request

from api import access
from api.pages.blueprint import pages
from api.pages.figure_words import (
    DIMENSION_WORDS,
    FEW,
    Definition,
    amount_words,
    cases_of,
    day_of,
    definition,
    link,
    ratio_words,
    span_words,
    value_words,
)
from api.pages.frame import show
from api.pages.lists import cursor, paging, with_query
from api.pages.names import department_name
from api.wording import _, date_and_time, own
from workflow.clock.days import local_day
from workflow.figures import DIMENSIONS
from workflow.queries.figure_cases import CountedCase, figure_cases
from workflow.queries.figure_scope import MONTH, OWN, Ask, values_of
from workflow.queries.figures import Figure, Figures, Group, Ratio, figures
from workflow.visibility import sees_everything


@dataclass(frozen=True, slots=True)
class Row:
    """One number or ratio. ``href`` leads to the cases it counts, None for a ratio and for nothing."""

    name: str
    count: str
    href: str | None
    amount: str
    projects: int | None
    of: str

    @property
    def none(self) -> bool:
        """Whether there is nothing of it."""
        return self.count == "0" or (self.count == "—" and not self.of)

    @property
    def beside(self) -> tuple[str, ...]:
        """What stands small under the number where there is no column for it."""
        projects = _("%(n)s 个项目", n=self.projects) if self.projects else ""
        return tuple(words for words in (self.amount, projects, self.of) if words)


@dataclass(frozen=True, slots=True)
class Broken:
    """A figure broken down: the names of its numbers and ratios, and those of each group, in the same order; None where
    a group has none of a name."""

    names: tuple[str, ...]
    groups: tuple[tuple[str, tuple[Row | None, ...]], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """One figure."""

    code: str
    definition: Definition
    version: int
    now: bool
    rows: tuple[Row, ...]
    broken: Broken | None


@dataclass(frozen=True, slots=True)
class Line:
    """One case behind a number."""

    case: CountedCase
    department: str
    at: str
    adds: str


@pages.get("/figures", endpoint="figures")
def figures_page() -> Response:
    """Every figure of a period."""
    with access.work() as work:
        today = local_day(work.now)
        ask = _ask(today)
        found = figures(work, ask)
    asked = replace(ask, since=found.scope.since, until=found.scope.until, by=None)
    as_of = date_and_time(found.as_of, today)
    given = {"from": asked.since, "to": asked.until, "dimension": ask.dimension, "value": ask.value, "by": ask.by}
    return show(
        "figures.html",
        sections=[_section(one, found, asked, as_of) for one in found.figures],
        span=span_words(found.scope.since, found.scope.until, today),
        where=_where(found, ask),
        since=found.scope.since.isoformat(),
        until=found.scope.until.isoformat(),
        dimension=ask.dimension or "",
        value=ask.value or "",
        by=ask.by or "",
        bys=_breakdowns(ask),
        cuts=_cuts(),
        cut=f"{ask.dimension}:{ask.value}" if ask.value is not None else "",
        few=FEW,
        as_of=as_of,
        behind=found.behind,
        complete=found.complete,
        csv=link("figures.figures_csv", **given),
        war_map=link("pages.war_map", **{"from": asked.since, "to": asked.until}),
    )


@pages.get("/figures/<figure>/cases", endpoint="figure_cases")
def cases_page(figure: str) -> Response:
    """Exactly the cases that one number counts."""
    part = request.args.get("part", "")
    with access.work() as work:
        today = local_day(work.now)
        ask = _ask(today)
        found = figure_cases(work, figure, part, ask, paging(cursor=cursor()))
    told = access.office().catalogue.figures[figure]
    span = _("现在") if told.counted == "as_of_now" else span_words(found.scope.since, found.scope.until, today)
    given = {"from": found.scope.since, "to": found.scope.until, "dimension": ask.dimension, "value": ask.value}
    return show(
        "figure_cases.html",
        title=own(told.title),
        part=own(found.part.title),
        count=found.part.n,
        amount=amount_words(found.part, told.unit),
        span=span,
        where=value_words(ask.dimension, ask.value),
        definition=definition(told, date_and_time(found.as_of, today)),
        lines=[_line(one, told.unit, today) for one in found.rows],
        back=link("pages.figures", **given),
        next_page=with_query("pages.figure_cases", figure=figure, cursor=found.next_cursor)
        if found.next_cursor
        else None,
        first_page=with_query("pages.figure_cases", figure=figure) if cursor() else None,
    )


def _ask(today: date) -> Ask:
    """What the address asks for; this month where it names no days. A cut may be said in one word, as a list does."""
    dimension, value = request.args.get("dimension") or None, request.args.get("value")
    if cut := request.args.get("cut"):
        dimension, _colon, value = cut.partition(":")
    since, until = day_of("from", today), day_of("to", today)
    if since is None and until is None:
        since, until = today.replace(day=1), today
    return Ask(since, until, dimension, value, request.args.get("by") or None)


def _section(figure: Figure, found: Figures, ask: Ask, as_of: str) -> Section:
    return Section(
        code=figure.code,
        definition=definition(figure.definition, as_of),
        version=figure.version,
        now=figure.definition.counted == "as_of_now",
        rows=tuple(_rows(figure, figure.whole, ask)) if any(one.n for one in figure.whole.parts) else (),
        broken=_broken(figure, found.scope.by, ask),
    )


def _broken(figure: Figure, by: str | None, ask: Ask) -> Broken | None:
    found = [
        (own(one.title), {row.name: row for row in _rows(figure, one, _of_group(ask, by, one))})
        for one in figure.groups
    ]
    # A group may lack a number that another has: the widest says their order. What nobody has is left out.
    order = dict.fromkeys(name for _title, rows in sorted(found, key=lambda one: -len(one[1])) for name in rows)
    names = [name for name in order if any(name in rows and not rows[name].none for _title, rows in found)]
    if not names:
        return None
    return Broken(tuple(names), tuple((title, tuple(rows.get(name) for name in names)) for title, rows in found))


def _rows(figure: Figure, group: Group, ask: Ask) -> list[Row]:
    unit = figure.definition.unit
    rows = [
        Row(
            name=_part_name(figure, own(one.title)),
            count=str(one.n),
            href=cases_of(figure.code, one.code, ask) if one.n else None,
            amount=amount_words(one, unit),
            projects=one.projects,
            of="",
        )
        for one in group.parts
    ]
    rows += [
        Row(
            own(one.title),
            ratio_words(one, _cases_in(figure, group, one)),
            None,
            "",
            None,
            f"{one.numerator} / {one.denominator}" if one.denominator else "",
        )
        for one in group.ratios
    ]
    return rows


def _cases_in(figure: Figure, group: Group, one: Ratio) -> int:
    """Of how many cases a ratio is made, whatever its denominator counts."""
    rule = figure.definition.ratios[one.code]
    part = group.part(rule.among or rule.of)
    return part.n if part else 0


def _part_name(figure: Figure, words: str) -> str:
    return _("%(n)s 日", n=words) if figure.definition.parts_of == "days" else words


def _of_group(ask: Ask, by: str | None, group: Group) -> Ask:
    """What the numbers of one group count: its month inside the period, or its value of the dimension."""
    assert group.key is not None
    if by != MONTH:
        return replace(ask, dimension=by, value=group.key)
    year, month = map(int, group.key.split("-"))
    first, last = date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])
    assert ask.since is not None
    assert ask.until is not None
    return replace(ask, since=max(first, ask.since), until=min(last, ask.until))


def _where(found: Figures, ask: Ask) -> str:
    """Whose figures these are, where they are not the whole district's."""
    if ask.value is not None:
        return value_words(ask.dimension, ask.value)
    if found.scope.values is None:
        return ""
    return "、".join(value_words(found.scope.dimension, value) for value in found.scope.values)


def _own_dimensions() -> dict[str, list[str] | None]:
    """By which dimensions this person may cut, with the values; None: all."""
    actor = access.me().actor
    if sees_everything(actor):
        return dict.fromkeys(DIMENSIONS)
    led = {name: [getattr(one, name) for one in actor.scopes(role)] for name, role in OWN.items()}
    return {name: sorted(value for value in values if value) for name, values in led.items() if values}


def _cuts() -> list[tuple[str, list[tuple[str, str]]]]:
    """Every value one may choose, under its dimension."""
    catalogue = access.office().catalogue
    found = []
    for dimension, mine in _own_dimensions().items():
        known = values_of(catalogue, dimension)
        values = [value for value in known if value] if mine is None else mine
        words = [(f"{dimension}:{value}", own(known[value])) for value in values if value in known]
        found.append((_(DIMENSION_WORDS[dimension]), words))
    return found


def _breakdowns(ask: Ask) -> list[tuple[str, str]]:
    """By what the numbers can be broken down: of one value by month only."""
    own = [] if ask.value is not None else list(_own_dimensions())
    return [(MONTH, _("按月")), *((name, _("按%(what)s", what=_(DIMENSION_WORDS[name]).lower())) for name in own)]


def _line(one: CountedCase, unit: str, today: date) -> Line:
    adds = "" if one.n == 1 else _("计 %(n)s 次", n=one.n)
    amount = amount_words(one, unit)
    return Line(
        case=one,
        department=department_name(one.department),
        at=date_and_time(one.at, today) if one.at else "—",
        adds="，".join(words for words in (adds, amount) if words),
    )
