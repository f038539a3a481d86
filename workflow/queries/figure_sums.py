"""The one statement that reads the sums of every figure asked for.

Rows: ``what`` is sum, projects (each counted once, by key), whole (the same without a key), state or aside (cases that
could not be counted); ``key`` is the month or the value of a breakdown, else empty.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import TextClause, text

from workflow.clock.days import end_of_day, local_day, start_of_day
from workflow.figures import counted_now, edges
from workflow.queries.figure_scope import MONTH, Scope
from workflow.work import Work

LIGHTS = "lights"


def parameters(work: Work, scope: Scope, codes: Sequence[str]) -> dict[str, Any]:
    """What the statement is given."""
    known, standing = work.office.catalogue.figures, counted_now(work.office.catalogue)
    period, now = [code for code in codes if code not in standing], [code for code in codes if code in standing]
    once = [(code, part) for code in period if known[code].distinct_projects for part in known[code].parts]
    spans = list(spans_of(scope.since, scope.until))
    return {
        "dimension": scope.dimension,
        "values": list(scope.values) if scope.values is not None else [],
        "period": period,
        "period_versions": [known[code].version for code in period],
        "standing": now,
        "standing_versions": [known[code].version for code in now],
        "once": [code for code, _ in once],
        "once_parts": [part for _, part in once],
        "grains": [grain for grain, _, _ in spans],
        "sinces": [since for _, since, _ in spans],
        "untils": [until for _, _, until in spans],
        "since": start_of_day(scope.since),
        "until": end_of_day(scope.until),
        **edges(work.calendar, work.office.catalogue.lights, work.now),
    }


def spans_of(since: date, until: date) -> Iterable[tuple[str, datetime, datetime]]:
    """The period as whole months and the days at its edges; the instants are its beginnings, the last one excluded."""
    after = end_of_day(until)
    first = since if since.day == 1 else _next_month(since)
    last = until.replace(day=1) if local_day(after).day != 1 else local_day(after)
    if first >= last:
        yield "day", start_of_day(since), after
        return
    if since < first:
        yield "day", start_of_day(since), start_of_day(first)
    yield "month", start_of_day(first), start_of_day(last)
    if last <= until:
        yield "day", start_of_day(last), after


def _next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


BAND = """CASE WHEN t.at <= :red THEN 'red' WHEN t.at <= :now THEN 'overdue' WHEN t.part = 'paused' THEN 'paused'
    WHEN t.at <= CASE WHEN t.part = 'exact' THEN cast(:soon AS timestamptz) ELSE :yellow END THEN 'yellow'
    WHEN t.part = 'running' AND t.at <= :notice THEN 'notice' ELSE 'green' END"""
_MONTH = "to_char({at} AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM')"
# Every value that the dimension has, read off the index one by one.
_VALUES = """WITH RECURSIVE cut(value) AS (
  (SELECT value FROM figure_totals WHERE dimension = :dimension ORDER BY value LIMIT 1)
  UNION ALL
  SELECT (SELECT t.value FROM figure_totals t WHERE t.dimension = :dimension AND t.value > cut.value
          ORDER BY t.value LIMIT 1)
  FROM cut WHERE cut.value IS NOT NULL)"""
_GIVEN = "WITH cut(value) AS (SELECT unnest(cast(:values AS text[])))"


# Put together from words of this module; every value is a parameter.
@lru_cache(maxsize=64)
def statement(dimension: str, by: str | None, every: bool) -> TextClause:
    """The statement for a cut by ``dimension``, of all its values where ``every``, broken down by ``by``."""
    cut = "WITH cut(value) AS (VALUES (''))" if dimension == "all" else _VALUES if every else _GIVEN
    key, key_now = "''", "''"
    told, shown, sets = "'whole'", "''", "f.figure, f.part"
    if by is not None:
        key, of_fact = (
            ("t.value", f"f.{dimension}") if by != MONTH else (_MONTH.format(at="t.at"), _MONTH.format(at="f.at"))
        )
        key_now = "''" if by == MONTH else "t.value"
        told, shown = f"CASE WHEN grouping({of_fact}) = 1 THEN 'whole' ELSE 'projects' END", f"coalesce({of_fact}, '')"
        sets = f"GROUPING SETS ((f.figure, f.part, {of_fact}), (f.figure, f.part))"
    inside = "true" if dimension == "all" or every else f"f.{dimension} = ANY(:values)"
    return text(f"""{cut}
SELECT 'sum' AS what, t.figure, t.part, {key} AS key, sum(t.n)::bigint AS n, sum(t.amount)::bigint AS amount,
  NULL::timestamptz AS first
FROM unnest(cast(:period AS text[]), cast(:period_versions AS smallint[])) AS a(figure, version)
CROSS JOIN unnest(cast(:grains AS text[]), cast(:sinces AS timestamptz[]), cast(:untils AS timestamptz[]))
  AS s(grain, since, until)
CROSS JOIN cut
CROSS JOIN LATERAL (
  SELECT x.* FROM figure_totals x
  WHERE x.dimension = :dimension AND x.value = cut.value AND x.grain = s.grain AND x.figure = a.figure
    AND x.version = a.version AND x.at >= s.since AND x.at < s.until OFFSET 0) t
GROUP BY 2, 3, 4
UNION ALL
SELECT 'sum', t.figure, CASE WHEN t.figure = '{LIGHTS}' THEN {BAND} ELSE t.part END, {key_now}, sum(t.n)::bigint,
  sum(t.amount)::bigint, min(t.at)
FROM unnest(cast(:standing AS text[]), cast(:standing_versions AS smallint[])) AS a(figure, version)
CROSS JOIN cut
CROSS JOIN LATERAL (
  SELECT x.* FROM figure_totals x
  WHERE x.dimension = :dimension AND x.value = cut.value AND x.grain = 'moment' AND x.figure = a.figure
    AND x.version = a.version OFFSET 0) t
GROUP BY 2, 3, 4
UNION ALL
SELECT {told}, f.figure, f.part, {shown}, count(DISTINCT f.project_id), 0, NULL
FROM unnest(cast(:once AS text[]), cast(:once_parts AS text[])) AS a(figure, part)
JOIN figure_facts f ON f.figure = a.figure AND f.part = a.part AND f.at >= :since AND f.at < :until AND {inside}
GROUP BY {sets}
UNION ALL
SELECT 'state', '', '', '', (SELECT position FROM stream_head)
    - coalesce((SELECT position FROM stream_readers WHERE name = 'figures'), 0)
    + (SELECT count(*) FROM (SELECT FROM stream_pending LIMIT 1000) p)
    + (SELECT count(*) FROM (SELECT FROM figure_todo LIMIT 1000) d),
  (SELECT count(*) FROM figure_state WHERE swept_to IS NULL), NULL
UNION ALL
SELECT 'aside', '', '', '', (SELECT count(*) FROM (SELECT FROM reader_faults WHERE reader = 'figures' LIMIT 1000) a),
  0, NULL""")  # noqa: S608
