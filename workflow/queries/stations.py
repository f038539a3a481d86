"""What a list of consultations or acceptances tells beside its clocks: who has not answered, where the segments stand.

One statement for all cases of a page, through the index of children (``cases_parent``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import text

from workflow.queries.acceptance import STANDINGS, Standing, standing
from workflow.store.cases import finite
from workflow.work import Work


@dataclass(frozen=True, slots=True)
class Answers:
    """How many departments were asked, and the codes of those that have not answered, in the order of asking."""

    asked: int
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Segments:
    """How many live segments stand how, and the next visit after now."""

    counts: Mapping[Standing, int]
    visit_at: datetime | None

    @property
    def all(self) -> int:
        """All live segments."""
        return sum(self.counts.values())


_ANSWERS = text("""
SELECT c.no, count(*) AS asked,
  coalesce(array_agg(k.department ORDER BY k.id) FILTER (WHERE k.ended_at IS NULL), '{}') AS missing
FROM cases c JOIN cases k ON k.parent_id = c.id AND k.flow = 'opinion'
WHERE c.no = ANY(:nos) GROUP BY c.no""")
_SEGMENTS = text("""
SELECT c.no, s.state, s.outcome, s.ended_at IS NOT NULL AS ended, s.data->>'visit_at' AS visit_at
FROM cases c JOIN cases s ON s.parent_id = c.id AND s.flow = 'segment'
WHERE c.no = ANY(:nos) ORDER BY s.id""")


def answers(work: Work, nos: Sequence[str]) -> dict[str, Answers]:
    """By number of a consultation: who was asked and has not answered. ``nos`` are cases the actor may see."""
    rows = work.conn.execute(_ANSWERS, {"nos": list(nos)})
    return {row.no: Answers(row.asked, tuple(row.missing)) for row in rows}


def segments(work: Work, nos: Sequence[str]) -> dict[str, Segments]:
    """By number of an acceptance: how its live segments stand. ``nos`` are cases the actor may see."""
    found: dict[str, list[tuple[Standing, datetime | None]]] = {no: [] for no in nos}
    for row in work.conn.execute(_SEGMENTS, {"nos": list(nos)}):
        if (stands := standing(row.state, row.outcome, row.ended)) is not None:
            found[row.no].append((stands, finite(row.visit_at)))
    return {no: _segments(rows, work.now) for no, rows in found.items()}


def _segments(rows: Sequence[tuple[Standing, datetime | None]], now: datetime) -> Segments:
    counts = {name: sum(1 for stands, _ in rows if stands == name) for name in STANDINGS}
    visits = [at for stands, at in rows if stands == "examined" and at is not None and at >= now]
    return Segments(MappingProxyType(counts), min(visits, default=None))
