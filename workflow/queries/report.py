"""What the report for the meeting draws: days by stage, days early or late, requests by hour of the week.

Read from the facts of single cases that the figures are made of (`workflow.store.figures`), so that every picture
counts what its figure counts; two statements, each over the period alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import TextClause, text

from workflow.clock.days import end_of_day, start_of_day
from workflow.definition import Title
from workflow.queries.figure_scope import Ask, Scope, scope_of
from workflow.work import Work


@dataclass(frozen=True, slots=True)
class StageDays:
    """A stage of the approvals: how many cases were decided that have both limits, and the averages in working days."""

    stage: str
    title: Title
    cases: int
    statutory: float
    promised: float
    used: float


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """``early``: cases by working days before (positive) or after (negative) the end of the promise.

    ``asked``: answered requests for help by weekday (1 is Monday) and hour.
    """

    scope: Scope
    stages: tuple[StageDays, ...]
    early: Mapping[int, int]
    asked: Mapping[tuple[int, int], int]


def report_facts(work: Work, ask: Ask) -> ReportFacts:
    """The facts of the period and cut of ``ask``; raises BadInput, NotAllowed as the figures do."""
    scope = scope_of(work, ask)
    known = work.office.catalogue.figures
    given: dict[str, Any] = {
        "since": start_of_day(scope.since),
        "until": end_of_day(scope.until),
        "values": list(scope.values or ()),
        "saved": known["days_saved"].version,
        "hours": known["help_hours"].version,
        "hour_parts": [f"{hour:02}" for hour in range(24)],
    }
    decided, asked = _statements(scope.dimension if scope.values is not None else None)
    rows = work.conn.execute(decided, given).all()
    return ReportFacts(
        scope,
        _stages(work, rows),
        _counted(rows),
        {(row.weekday, row.hour): row.n for row in work.conn.execute(asked, given)},
    )


def outside_share(asked: Mapping[tuple[int, int], int], first: int, last: int) -> float | None:
    """The share of requests outside ``first`` to ``last`` o'clock of Monday to Friday; None where there are none."""
    whole = sum(asked.values())
    if not whole:
        return None
    inside = sum(n for (weekday, hour), n in asked.items() if weekday <= 5 and first <= hour < last)
    return (whole - inside) / whole


def _stages(work: Work, rows: Sequence[Any]) -> tuple[StageDays, ...]:
    found = []
    for stage in work.office.catalogue.stages.values():
        mine = [row for row in rows if row.stage == str(stage.no) and row.with_law]
        cases = sum(row.with_law for row in mine)
        if not cases:
            continue
        statutory = sum(row.law_limit for row in mine) / cases
        used = statutory - sum(row.law for row in mine) / cases
        promised = used + sum(row.early * row.with_law for row in mine) / cases
        found.append(StageDays(str(stage.no), stage.title, cases, statutory, promised, used))
    return tuple(found)


def _counted(rows: Sequence[Any]) -> dict[int, int]:
    early: dict[int, int] = {}
    for row in rows:
        early[row.early] = early.get(row.early, 0) + row.n
    return early


# Put together from words of this module and the names of dimensions; every value is a parameter.
@lru_cache(maxsize=16)
def _statements(dimension: str | None) -> tuple[TextClause, TextClause]:
    inside = "" if dimension is None else f" AND p.{dimension} = ANY(:values)"
    decided = f"""
SELECT p.stage, p.amount AS early, count(*) AS n, count(l.case_id) AS with_law,
  coalesce(sum(l.amount), 0)::bigint AS law, coalesce(sum(g.amount), 0)::bigint AS law_limit
FROM figure_facts p
LEFT JOIN figure_facts l ON l.case_id = p.case_id AND l.figure = p.figure AND l.part = 'law' AND l.at = p.at
LEFT JOIN figure_facts g ON g.case_id = p.case_id AND g.figure = p.figure AND g.part = 'law_limit' AND g.at = p.at
WHERE p.figure = 'days_saved' AND p.part = 'promise' AND p.at >= :since AND p.at < :until AND p.version = :saved{inside}
GROUP BY p.stage, p.amount"""  # noqa: S608
    asked = f"""
SELECT extract(isodow FROM p.at AT TIME ZONE 'Asia/Shanghai')::int AS weekday,
  extract(hour FROM p.at AT TIME ZONE 'Asia/Shanghai')::int AS hour, count(*) AS n
FROM figure_facts p
WHERE p.figure = 'help_hours' AND p.part = ANY(:hour_parts) AND p.at >= :since AND p.at < :until
  AND p.version = :hours{inside}
GROUP BY 1, 2"""  # noqa: S608
    return text(decided), text(asked)
