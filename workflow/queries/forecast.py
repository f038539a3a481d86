"""Which open cases are likely to miss their limit, and why; and by department how many days over are to be expected.

Two statements, whatever the district: the open cases with the nearest dates by index, and the days that ended cases of
their items and stages took, out of the totals of the figure net_days. Of decisions only those up to yesterday count: a
forecast never knows what it foretells.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import TextClause, text

from workflow.case import ClockRecord, PauseRecord
from workflow.clock.days import local_day
from workflow.clock.deadline import budget, used_days
from workflow.clock.limit import Unit
from workflow.definition import ClockRule, Title
from workflow.forecasting import Basis, Chance, History, Least, chance, chance_words, too_little_words
from workflow.queries.clocks import ClockBrief, clock_brief, stopping
from workflow.queries.figure_scope import bad, unknown
from workflow.queries.figure_sums import spans_of
from workflow.queries.paging import LARGEST_PAGE
from workflow.store.cases import clock_from, pause_from
from workflow.visibility import leads, sees_everything, shows_names, visible_cases
from workflow.work import Work

MOST = 500
"""Open cases looked at, those with the nearest dates; the answer says when there are more."""
SHOWN = 20
FIGURE = "net_days"
CLOCKS = ("promised", "statutory")
TYPES = {"department": "text", "squad": "text", "company": "text", "project_id": "int"}
NOT_IN_DAYS = Title("时限不按工作日计，不作预测", "The limit is not counted in working days: no forecast")


@dataclass(frozen=True, slots=True)
class ForecastFilters:
    """Codes; None means any that the actor may see."""

    department: str | None = None
    item: str | None = None


@dataclass(frozen=True, slots=True)
class LimitForecast:
    """One running limit: ``used`` of ``limit`` days, None where it counts no working days; ``chance`` None where the
    history says nothing, and ``reason`` says why."""

    brief: ClockBrief
    used: int | None
    limit: int | None
    chance: Chance | None
    reason: Title


@dataclass(frozen=True, slots=True)
class ForecastCase:
    """One open case. ``assignee`` is None for nobody, and to whoever reads no officers by name."""

    no: str
    title: str
    item: str
    item_title: Title
    state_title: Title
    department: str
    department_title: Title
    assignee: str | None
    project_code: str
    project_name: str
    paused: bool
    likely: bool
    promised: LimitForecast
    statutory: LimitForecast | None

    @property
    def share(self) -> float | None:
        """The chance to miss the promise, None where the history says nothing."""
        return None if self.promised.chance is None else self.promised.chance.share


@dataclass(frozen=True, slots=True)
class Debt:
    """时间欠账: the working days that the open cases of a department are expected to be over, all together."""

    department: str
    title: Title
    cases: int
    likely: int
    days: float


@dataclass(frozen=True, slots=True)
class Forecast:
    """``cases`` the likeliest first, those without enough history (``unknown`` in all) behind.

    ``considered`` open cases were looked at; ``complete`` False: there are more, with later dates. Decisions of the
    legal days ``since`` to ``until`` are the history, under ``version`` of the figure's definition.
    """

    cases: tuple[ForecastCase, ...]
    debts: tuple[Debt, ...]
    considered: int
    likely: int
    unknown: int
    complete: bool
    since: date
    until: date
    version: int
    as_of: datetime


def forecast(work: Work, filters: ForecastFilters | None = None, limit: int = SHOWN) -> Forecast:
    """The ``limit`` likeliest of the open cases the actor may see; raises BadInput."""
    asked = filters or ForecastFilters()
    _check(work, asked, limit)
    rows = _open(work, asked)
    since, until = history_days(work)
    histories = _histories(work, {row.item for row in rows}, since, until)
    found = [_case(work, row, histories) for row in rows[:MOST]]
    order = sorted(found, key=lambda one: (one.share is None, -(one.share or 0)))
    return Forecast(
        cases=tuple(order[:limit]),
        debts=_debts(found),
        considered=len(found),
        likely=sum(one.likely for one in found),
        unknown=sum(one.share is None for one in found),
        complete=len(rows) <= MOST,
        since=since,
        until=until,
        version=work.office.catalogue.figures[FIGURE].version,
        as_of=work.now,
    )


def history_days(work: Work) -> tuple[date, date]:
    """The legal days whose decisions are the history: whole months, and this one up to yesterday."""
    today = local_day(work.now)
    months = today.year * 12 + today.month - 1 - work.office.catalogue.forecast.history_months
    return date(months // 12, months % 12 + 1, 1), today - timedelta(days=1)


def _check(work: Work, asked: ForecastFilters, limit: int) -> None:
    catalogue = work.office.catalogue
    if asked.department is not None and asked.department not in catalogue.departments:
        raise unknown("department", asked.department, catalogue.departments)
    if asked.item is not None and asked.item not in catalogue.items:
        raise unknown("item", asked.item, catalogue.items)
    if not 1 <= limit <= LARGEST_PAGE:
        raise bad("limit", limit, f"应为 1 至 {LARGEST_PAGE}", f"1 to {LARGEST_PAGE} are accepted")


def _open(work: Work, asked: ForecastFilters) -> list[Any]:
    """The rows of open cases whose promise runs and is not over, by their nearest date, the paused ones last."""
    ways, parameters, conditions = _ways(work, asked)
    seen, more = visible_cases(work.actor)
    if seen != "true":
        conditions.append(seen)
    parameters |= more | {"now": work.now, "wanted": MOST + 1}
    return list(work.conn.execute(open_statement(ways, tuple(conditions)), parameters))


def _ways(work: Work, asked: ForecastFilters) -> tuple[tuple[str, ...], dict[str, Any], list[str]]:
    """The columns whose index leads to the cases, their values, and what else must hold."""
    parameters: dict[str, Any] = {}
    conditions = []
    if asked.item is not None:
        conditions.append("c.item = :item")
        parameters["item"] = asked.item
    if asked.department is not None:
        conditions.append("c.department = :department")
        parameters["department"] = asked.department
    department = asked.department
    if department is None and asked.item is not None and sees_everything(work.actor):
        # a rare item is found among the cases of its department, not of the district
        department = work.office.catalogue.items[asked.item].department
    if department is not None:
        parameters["way_department"] = [department]
        return ("department",), parameters, conditions
    if sees_everything(work.actor):
        return (), parameters, conditions
    columns = leads(work.actor)
    parameters |= {f"way_{column}": values for column, values in columns.items()}
    return tuple(columns), parameters, conditions


# The index of open cases has the nearest date of any of their clocks; the promise itself is looked at in each. Not as
# EXISTS: that may be made a join of all clocks, where a page needs those of some hundred cases.
_PROMISED = """c.item IS NOT NULL AND (SELECT k.due_at > :now FROM clocks k
    WHERE k.case_id = c.id AND k.name = 'promised' AND k.state <> 'settled' ORDER BY k.round DESC LIMIT 1)"""


# Put together from words of this module and of `visibility`; every value is a parameter.
@lru_cache(maxsize=64)
def open_statement(ways: tuple[str, ...], conditions: tuple[str, ...]) -> TextClause:
    """The statement of at most ``:wanted`` open cases, reached by the columns ``ways`` or by date alone."""
    where = " AND ".join(("c.ended_at IS NULL", "c.due_at > :now", _PROMISED, *conditions))
    branches = [
        f"({_branch(way, f'{where} AND c.paused = {paused}')})" for paused in ("false", "true") for way in ways or ("",)
    ]
    union = "\n  UNION\n".join(branches)
    return text(f"""
WITH page AS MATERIALIZED (
  SELECT * FROM (
{union}) found ORDER BY paused, due_at, id LIMIT :wanted)
SELECT c.id, c.no, c.title, c.flow, c.flow_version, c.item, c.state, c.department, c.paused, a.name AS assignee,
  p.code AS project_code, p.name AS project_name,
  (SELECT json_agg(k ORDER BY k.name, k.round) FROM clocks k
    WHERE k.case_id = c.id AND k.name IN ('promised', 'statutory') AND k.state <> 'settled') AS clocks,
  (SELECT coalesce(json_agg(z ORDER BY z.id), '[]') FROM pauses z WHERE z.case_id = c.id) AS pauses
FROM page JOIN cases c USING (id) JOIN projects p ON p.id = c.project_id LEFT JOIN people a ON a.id = c.assignee_id
ORDER BY c.paused, c.due_at, c.id""")  # noqa: S608


def _branch(way: str, where: str) -> str:
    columns, order = "c.paused, c.due_at, c.id", "ORDER BY c.paused, c.due_at, c.id LIMIT :wanted"
    if not way:
        return f"SELECT {columns} FROM cases c WHERE {where} {order}"  # noqa: S608
    one = f"SELECT {columns} FROM cases c WHERE c.{way} = way.value AND {where} {order}"  # noqa: S608
    values = f"unnest(cast(:way_{way} AS {TYPES[way]}[]))"
    return f"SELECT found.* FROM {values} AS way(value) CROSS JOIN LATERAL ({one}) found"  # noqa: S608


_HISTORY = text("""
SELECT w.dimension, w.value, t.part, sum(t.n)::bigint AS n
FROM unnest(cast(:dimensions AS text[]), cast(:values AS text[])) AS w(dimension, value)
CROSS JOIN unnest(cast(:grains AS text[]), cast(:sinces AS timestamptz[]), cast(:untils AS timestamptz[]))
  AS s(grain, since, until)
CROSS JOIN LATERAL (
  SELECT x.part, x.n FROM figure_totals x
  WHERE x.dimension = w.dimension AND x.value = w.value AND x.grain = s.grain AND x.figure = :figure
    AND x.version = :version AND x.at >= s.since AND x.at < s.until OFFSET 0) t
GROUP BY w.dimension, w.value, t.part""")

Taken = Mapping[tuple[str, str], Mapping[int, int]]
"""By dimension and value: how many ended cases took how many days."""


def _histories(work: Work, items: Iterable[str], since: date, until: date) -> Taken:
    catalogue = work.office.catalogue
    known = sorted(code for code in items if code in catalogue.items)
    wanted = [("item", code) for code in known]
    wanted += [("stage", stage) for stage in sorted({str(catalogue.items[code].stage) for code in known})]
    spans = list(spans_of(since, until))
    rows = work.conn.execute(
        _HISTORY,
        {
            "dimensions": [dimension for dimension, _ in wanted],
            "values": [value for _, value in wanted],
            "grains": [grain for grain, _, _ in spans],
            "sinces": [begin for _, begin, _ in spans],
            "untils": [end for _, _, end in spans],
            "figure": FIGURE,
            "version": catalogue.figures[FIGURE].version,
        },
    )
    taken: dict[tuple[str, str], dict[int, int]] = defaultdict(dict)
    for row in rows:
        taken[row.dimension, row.value][int(row.part)] = row.n
    return taken


def _case(work: Work, row: Any, taken: Taken) -> ForecastCase:
    catalogue, flow = work.office.catalogue, work.office.flow(row.flow, row.flow_version)
    item = catalogue.items.get(row.item)
    keys: tuple[tuple[Basis, str], ...] = (("item", row.item), ("stage", str(item.stage) if item else ""))
    histories = [History(of, taken.get((of, key), {})) for of, key in keys]
    pauses = [pause_from(one) for one in row.pauses]
    # Of several rounds the last: they stand in their order.
    clocks = {one.name: one for one in map(clock_from, row.clocks)}
    limits = {name: _limit(work, flow.rule(name), clocks[name], pauses, histories) for name in CLOCKS if name in clocks}
    promised = limits["promised"]
    share = 0.0 if promised.chance is None else promised.chance.share
    title = catalogue.departments[row.department].title if row.department in catalogue.departments else None
    return ForecastCase(
        no=row.no,
        title=row.title,
        item=row.item,
        item_title=item.title if item else Title(row.item, row.item),
        state_title=flow.state(row.state).title,
        department=row.department,
        department_title=title or Title(row.department, row.department),
        assignee=row.assignee if shows_names(work.actor) else None,
        project_code=row.project_code,
        project_name=row.project_name,
        paused=row.paused,
        likely=share * 100 >= catalogue.forecast.likely_from,
        promised=promised,
        statutory=limits.get("statutory"),
    )


def _limit(
    work: Work, rule: ClockRule, clock: ClockRecord, pauses: Sequence[PauseRecord], histories: Sequence[History]
) -> LimitForecast:
    brief = clock_brief(rule, clock, pauses, work.calendar, work.now)
    if clock.limit.unit is not Unit.WORKING_DAY:
        return LimitForecast(brief, None, None, None, NOT_IN_DAYS)
    policy = work.office.catalogue.forecast
    least = Least(policy.least_cases, policy.least_reached)
    today, stops = local_day(work.now), stopping(rule, pauses)
    used = used_days(clock.started_at, clock.limit, work.calendar, stops, today, clock.extension)
    whole = budget(local_day(clock.started_at), clock.limit, clock.extension)
    found = chance(histories, used, whole, least)
    reason = too_little_words(histories, used, least) if found is None else chance_words(found)
    return LimitForecast(brief, used, whole, found, reason)


def _debts(cases: Iterable[ForecastCase]) -> tuple[Debt, ...]:
    """By department, the largest first; those without any expected day over are left out."""
    by_department: dict[str, list[ForecastCase]] = defaultdict(list)
    for one in cases:
        by_department[one.department].append(one)
    debts = [
        Debt(
            department=department,
            title=found[0].department_title,
            cases=len(found),
            likely=sum(one.likely for one in found),
            days=round(sum(one.promised.chance.expected_over for one in found if one.promised.chance is not None), 1),
        )
        for department, found in by_department.items()
    ]
    return tuple(sorted((one for one in debts if one.days), key=lambda one: (-one.days, one.department)))
