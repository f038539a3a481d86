"""What has become of escalated cases: who was told and when, who has seen it, and which measure was promised.

Three things that stay apart: telling, seeing and solving. One statement for the lines that are shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import text

from workflow.definition import Title
from workflow.queries.ladder import Standing
from workflow.work import Work


@dataclass(frozen=True, slots=True)
class Measure:
    """What was promised: the words of whoever promised it, the new date where one was named, and the case of the
    urge or the supervision notice it was an answer to, ``waits`` while that one is open. ``words`` None: asked for, and
    not answered yet."""

    kind: Title
    words: str | None
    new_date: date | None
    no: str | None
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """The roles told up to this level, the highest first; of its own rung when, how many people, and who of them
    acknowledged it first."""

    roles: tuple[str, ...]
    at: datetime | None
    people: int
    seen: int
    seen_role: str | None
    seen_at: datetime | None
    measure: Measure | None


_TOLD = text("""
SELECT r.case_id, r.rung,
  (SELECT coalesce(json_agg(json_build_object('role', a.role, 'rung', a.rung, 'at', extract(epoch FROM a.created_at),
      'seen', extract(epoch FROM a.acknowledged_at), 'note', a.note) ORDER BY a.rung DESC, a.id), '[]')
   FROM alerts a WHERE a.clock_id = r.clock_id AND a.rung <= r.rung AND a.epoch = (
     SELECT max(b.epoch) FROM alerts b WHERE b.clock_id = r.clock_id AND b.rung = r.rung)) AS alerts,
  (SELECT json_build_object('flow', u.flow, 'no', u.no, 'open', u.ended_at IS NULL, 'data', u.data) FROM cases u
   WHERE u.parent_id = r.case_id AND u.flow IN ('oversight', 'urge') ORDER BY u.id DESC LIMIT 1) AS asked,
  (SELECT c.data -> 'measures' -> -1 FROM cases c WHERE c.id = r.case_id) AS measure
FROM unnest(cast(:cases AS bigint[]), cast(:clocks AS bigint[]), cast(:rungs AS smallint[]))
  AS r(case_id, clock_id, rung)""")
LIGHT_ANSWERED = Title("应对措施", "Measure")
ON_SEEING = Title("签收说明", "Note on signing")


def told(work: Work, standing: Sequence[Standing]) -> dict[int, Told]:
    """What has become of each of these cases, by its id."""
    rows = work.conn.execute(
        _TOLD,
        {
            "cases": [one.case_id for one in standing],
            "clocks": [one.clock_id for one in standing],
            "rungs": [one.rung for one in standing],
        },
    )
    return {row.case_id: _told(work, row) for row in rows}


def _told(work: Work, row: Any) -> Told:
    here = [one for one in row.alerts if one["rung"] == row.rung]
    seen = sorted((one for one in here if one["seen"] is not None), key=lambda one: one["seen"])
    zone = work.now.tzinfo
    return Told(
        roles=tuple(dict.fromkeys(one["role"] for one in row.alerts)),
        at=datetime.fromtimestamp(here[0]["at"], zone) if here else None,
        people=len(here),
        seen=len(seen),
        seen_role=seen[0]["role"] if seen else None,
        seen_at=datetime.fromtimestamp(seen[0]["seen"], zone) if seen else None,
        measure=_measure(work, row, [one["note"] for one in seen if one["note"]]),
    )


def _measure(work: Work, row: Any, notes: Sequence[str]) -> Measure | None:
    """An answer to the notice or the urge first, then a measure of the case itself, then what was written on seeing."""
    if row.asked is not None and (row.asked["open"] or row.asked["data"].get("result")):
        data, title = row.asked["data"], work.office.flow(row.asked["flow"]).title
        day = _day(data.get("expected_on") or data.get("answer_by"))
        return Measure(title, data.get("result"), day, row.asked["no"], waits=row.asked["open"])
    if row.measure is not None:
        return Measure(LIGHT_ANSWERED, row.measure["measure"], _day(row.measure.get("new_date")), None)
    return Measure(ON_SEEING, notes[-1], None, None) if notes else None


def _day(given: str | None) -> date | None:
    return None if given is None else date.fromisoformat(given)
