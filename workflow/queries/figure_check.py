"""Are the leader's figures true? Facts made anew from the cases and compared, sums added up anew and compared.

Cases whose latest doings are not folded in yet are left out: they are late, not wrong. Read in slices, each at one
moment, so that a case, its facts and what waits for it belong together.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from workflow.figures import FIGURES, Fact, Rules, basis, counted_now, rules_digest
from workflow.store import figures
from workflow.store.figures import FOUND, Row, found_from, rows_of
from workflow.store.readers import words_of
from workflow.work import Office, calendar_in_force

SLICE = 500
FEW = 20


@dataclass(frozen=True, slots=True)
class FigureBreach:
    """A figure that does not say what is: of which case, or of none, and what is wrong."""

    case_no: str
    what: str


def figure_breaches(office: Office) -> Iterator[FigureBreach]:
    """Facts that do not follow from their cases, sums that are not those of the facts. Nothing where nothing was ever
    counted, or where all of it waits to be counted by other rules."""
    with office.engine.connect() as conn:
        state = figures.state(conn)
    if state is None:
        return
    yield from _fact_breaches(office)
    for figure in FIGURES:
        with office.engine.connect() as conn:
            yield from _sum_breaches(conn, figure, figure in counted_now(office.catalogue))


_SLICE = text(FOUND.format(where="c.id IN (SELECT s.id FROM cases s WHERE s.id > :after ORDER BY s.id LIMIT :slice)"))
_LATE = text("""
WITH late AS (
  SELECT kind, case_id, ref FROM stream
  WHERE position > coalesce((SELECT position FROM stream_readers WHERE name = 'figures'), 0)
  UNION ALL SELECT kind, case_id, ref FROM stream_pending)
SELECT case_id AS id FROM late WHERE kind = 'event'
UNION SELECT case_id FROM figure_todo
UNION SELECT c.id FROM late l JOIN cases c ON c.project_id = l.ref WHERE l.kind = 'project'
UNION SELECT k.id FROM late l JOIN cases c ON c.id = l.case_id
  JOIN cases k ON k.project_id = c.project_id AND k.item = ANY(:permits)
WHERE l.kind = 'event' AND (c.flow = 'mechanism' OR c.item = ANY(:permits))
UNION SELECT c.id FROM figure_state s JOIN cases c ON c.id > s.swept_to AND c.id = ANY(:ids)""")


def _fact_breaches(office: Office) -> Iterator[FigureBreach]:
    permits = list(office.catalogue.landing.permits)
    after = 0
    while True:
        with office.engine.connect().execution_options(isolation_level="REPEATABLE READ") as conn:
            calendar = calendar_in_force(office, conn)
            state = figures.state(conn)
            if state is None or state.basis != basis(rules_digest(office.catalogue), calendar.version):
                return
            parameters = {"after": after, "slice": SLICE, "permits": permits}
            found = list(conn.execute(_SLICE, parameters).scalars())
            ids = [row["id"] for row in found]
            late = set(conn.execute(_LATE, {"permits": permits, "ids": ids}).scalars())
        if not found:
            return
        after = max(ids)
        rules = Rules(office.catalogue, calendar)
        for told in found:
            if told["id"] not in late:
                yield from _case_breaches(office, rules, told)


def _case_breaches(office: Office, rules: Rules, told: dict[str, Any]) -> Iterator[FigureBreach]:
    try:
        one = found_from(told)
        rows = rows_of(one, office.flows, rules)
    except Exception as error:  # noqa: BLE001 - whatever is wrong with a case, the others are still to be looked at
        yield FigureBreach(told["no"], f"what it adds to the figures cannot be worked out: {words_of(error)}")
        return
    for row in sorted(rows ^ one.kept, key=_order)[:FEW]:
        yield FigureBreach(one.case.no, _words(row, missing=row in rows))


def _order(row: Row) -> tuple[Fact, int]:
    return row[2], row[1]


def _words(row: Row, missing: bool) -> str:
    figure, version, fact, _ = row
    said = f"{figure} v{version} / {fact.part}: {fact.n} ({fact.amount}) at {fact.at.isoformat()}"
    return f"the figure lacks {said}" if missing else f"the figure has {said}, which the case does not give"


_SUMS = """
WITH kept AS (
  SELECT dimension, value, grain, version, at, part, n, amount FROM figure_totals WHERE figure = :figure),
added AS (
  SELECT d.dimension, d.value, g.grain, f.version, g.at, f.part, sum(f.n)::bigint AS n, sum(f.amount)::bigint AS amount
  FROM figure_facts f
  CROSS JOIN LATERAL (VALUES ('all', ''), ('department', f.department), ('stage', f.stage), ('street', f.street),
    ('squad', f.squad), ('front', f.front), ('item', f.item)) AS d(dimension, value)
  CROSS JOIN LATERAL (VALUES {grains}) AS g(grain, at)
  WHERE f.figure = :figure GROUP BY 1, 2, 3, 4, 5, 6)
SELECT dimension, value, grain, version, at, part, kept.n AS kept, added.n AS added, kept.amount AS kept_amount,
  added.amount AS added_amount
FROM kept FULL JOIN added USING (dimension, value, grain, version, at, part)
WHERE (kept.n, kept.amount) IS DISTINCT FROM (added.n, added.amount) ORDER BY 1, 2, 3, 4, 5, 6 LIMIT 100"""
_EXACT = "('moment', f.at)"
_BY_DAY = ", ".join(
    f"('{grain}', date_trunc('{grain}', f.at AT TIME ZONE 'Asia/Shanghai') AT TIME ZONE 'Asia/Shanghai')"
    for grain in ("day", "month")
)


def _sum_breaches(conn: Connection, figure: str, exact: bool) -> Iterator[FigureBreach]:
    statement = text(_SUMS.format(grains=_EXACT if exact else _BY_DAY))
    for row in conn.execute(statement, {"figure": figure}):
        where = f"{row.dimension} {row.value}".strip()
        yield FigureBreach(
            "figures",
            f"{figure} v{row.version} / {row.part} by {row.grain} of {row.at.isoformat()}, {where}: kept "
            f"{row.kept} ({row.kept_amount}), the facts add up to {row.added} ({row.added_amount})",
        )
