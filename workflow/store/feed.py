"""The stream as other systems read it: by position, nothing missed, with the line of history of every entry."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, text

from workflow.event_kinds import Entry, Paused

WINDOW = 5000
"""Positions one page looks at: what the reader may not see is passed over, a bounded number at a time."""


@dataclass(frozen=True, slots=True)
class Slice:
    """Entries in their order; ``next_after`` is where to go on, which may lie behind the last of them. At the end of
    the stream it is ``head``."""

    entries: tuple[Entry, ...]
    next_after: int
    head: int


# The version in which a line was written: the first move after it says which one it left.
_PAGE = """
SELECT h.position AS head, t.* FROM stream_head h LEFT JOIN LATERAL (
  SELECT s.position, s.at, p.code AS project, c.no, c.flow, c.item, e.seq, e.action, e.from_state, e.to_state,
    e.actor_role, e.effective_at, e.recorded_at, e.input,
    coalesce((SELECT m.input->>'from' FROM events m
      WHERE m.case_id = e.case_id AND m.action = 'flow_moved' AND m.seq > e.seq ORDER BY m.seq LIMIT 1)::int,
      c.flow_version) AS flow_version,
    (SELECT coalesce(json_agg(json_build_array(d.kind, d.no) ORDER BY d.id), '[]') FROM documents d
       WHERE d.case_id = e.case_id AND d.seq = e.seq) AS documents,
    (SELECT coalesce(json_agg(json_build_array(u.cause, u.basis, u.stops, u.cap_until, u.opened_at = e.recorded_at)
       ORDER BY u.id), '[]') FROM pauses u
       WHERE u.case_id = e.case_id AND (u.opened_at = e.recorded_at OR u.closed_at = e.recorded_at)) AS pauses
  FROM stream s
  LEFT JOIN events e ON s.kind = 'event' AND e.case_id = s.case_id AND e.seq = s.seq
  LEFT JOIN cases c ON c.id = e.case_id
  LEFT JOIN projects p ON p.id = CASE s.kind WHEN 'project' THEN s.ref ELSE c.project_id END
  WHERE s.position > :after AND s.position <= cast(:after AS bigint) + :window
    AND ((s.kind = 'event' AND {cases}) OR (s.kind = 'project' AND {projects}))
  ORDER BY s.position LIMIT :limit) t ON true
ORDER BY t.position"""


def page(conn: Connection, after: int, limit: int, cases: str, projects: str, parameters: Mapping[str, Any]) -> Slice:
    """Up to ``limit`` entries behind ``after``; ``cases`` and ``projects`` are conditions on ``c`` and ``p``."""
    rows = conn.execute(
        text(_PAGE.format(cases=cases, projects=projects)),
        {"after": after, "limit": limit, "window": WINDOW, **parameters},
    ).all()
    head = int(rows[0].head)
    entries = tuple(_entry(row) for row in rows if row.position is not None)
    full = len(entries) == limit
    return Slice(entries, entries[-1].position if full else max(after, min(after + WINDOW, head)), head)


def position_before(conn: Connection, since: datetime) -> int:
    """The last position that was given before ``since`` (real time), 0 where there is none: reading on from it misses
    nothing that came at or after ``since``. By halving, a few dozen look-ups by key however long the stream."""
    # A sequencer's moment is that of its beginning: of two the second may have begun a little before the first.
    found = conn.execute(
        text("""
WITH RECURSIVE halved (low, high) AS (
  SELECT 0::bigint, position FROM stream_head
  UNION ALL
  SELECT CASE WHEN s.at < :since THEN m.middle ELSE low END, CASE WHEN s.at < :since THEN high ELSE m.middle - 1 END
  FROM halved CROSS JOIN LATERAL (SELECT (low + high + 1) / 2 AS middle) m JOIN stream s ON s.position = m.middle
  WHERE low < high)
SELECT low FROM halved ORDER BY high - low LIMIT 1"""),
        {"since": since - timedelta(seconds=1)},
    )
    return int(found.scalar_one())


def _entry(row: Any) -> Entry:
    if row.no is None:
        return Entry(row.position, row.project, row.at)
    return Entry(
        position=row.position,
        project=row.project,
        recorded_at=row.recorded_at,
        case=row.no,
        flow=row.flow,
        flow_version=row.flow_version,
        item=row.item,
        seq=row.seq,
        action=row.action,
        from_state=row.from_state,
        to_state=row.to_state,
        role=row.actor_role,
        effective_at=row.effective_at,
        input=row.input,
        documents=tuple((kind, number) for kind, number in row.documents),
        pauses=tuple(
            Paused(cause, basis, tuple(stops), cap_until, began) for cause, basis, stops, cap_until, began in row.pauses
        ),
    )
