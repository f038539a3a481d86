"""What reaches a person while a page is open: their alerts and notices in the order of the stream.

Positions are those of `workflow.store.stream`: who knows the last one it was told misses nothing, whatever commits
late. Nothing told here is personal data: which card on which case, and where to read on.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from workflow.definition import Title
from workflow.queries.history import line_title
from workflow.queries.paging import COUNT_CAP
from workflow.store import stream
from workflow.work import Office, Work

AT_ONCE = 200
"""Entries told to one person in one go; what lies behind them follows with the next look."""

NOTICE = Title("新通知", "A notice")
NOTICES: Mapping[str, Title] = {
    "action": Title("办件有新进展", "A case has moved on"),
    "dates": Title("办件日期有变动", "The dates of a case have moved"),
    "digest": Title("今日待办摘要", "What stands open today"),
    "duty": Title("值班表有空档", "The roster has a gap"),
    "rung": Title("时限预警", "A clock warns"),
}
"""By message of `config/messages`: what it is about; without the facts its text is filled with."""


@dataclass(frozen=True, slots=True)
class Told:
    """One alert or notice: ``kind`` "alert" or "notice", ``ref`` its number, ``link`` an address of ours."""

    position: int
    kind: str
    ref: int
    card: str | None
    case: str | None
    title: Title
    link: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many of a person's alerts wait to be acknowledged (as `queries.alerts.open_count` has it) and notices to be
    seen, each counted up to COUNT_CAP + 1."""

    alerts: int
    notices: int


@dataclass(frozen=True, slots=True)
class Opening:
    """What somebody who connects is told at once; ``position`` is how far that goes."""

    position: int
    told: tuple[Told, ...]
    waiting: Waiting


@dataclass(frozen=True, slots=True)
class News:
    """What one look found: ``head``, the tokens among those asked about that are still good, and by person what was
    told and is waiting."""

    head: int
    live_tokens: frozenset[int]
    told: Mapping[int, tuple[Told, ...]]
    waiting: Mapping[int, Waiting]


def opening(work: Work, after: int | None) -> Opening:
    """What the actor missed behind ``after``; without it, or with one that lies ahead of everything (another
    database, restored or begun anew), nothing, and the present head."""
    person = work.actor.id
    assert person is not None, "machines have no page"
    head = stream.head(work.conn)
    if after is None or after > head:
        return Opening(head, (), waiting(work.conn, [person])[person])
    found = _told(work.office, work.conn, {person: after})[person]
    return Opening(found[-1].position if found else after, found, waiting(work.conn, [person])[person])


def look(
    office: Office, conn: Connection, listening: Mapping[int, int], token_ids: Sequence[int], known: int | None
) -> News:
    """One look for everybody of a process: by person in ``listening`` what lies behind that position.

    ``known`` is the head of the look before: where it still is the head, nothing more is asked. None: ask anyway.
    """
    seen = conn.execute(_STANDING, {"tokens": list(token_ids)}).one()
    tokens = frozenset(seen.tokens)
    if seen.position == known or not listening:
        return News(seen.position, tokens, {}, {})
    told = {person: lines for person, lines in _told(office, conn, listening).items() if lines}
    return News(seen.position, tokens, told, waiting(conn, list(told)) if told else {})


_STANDING = text("""
SELECT h.position, ARRAY(
  SELECT t.id FROM tokens t JOIN people p ON p.id = t.person_id
  WHERE t.id = ANY(:tokens) AND t.revoked_at IS NULL AND t.expires_at > statement_timestamp() AND p.active) AS tokens
FROM stream_head h""")

# A rung's number is that of the version under which it fired.
_TOLD = text("""
SELECT s.position, s.person_id, s.kind, s.ref, c.no, c.flow, a.card, a.rung, k.name AS clock, n.message,
  coalesce((SELECT cast(m.input ->> 'from' AS int) FROM events m WHERE m.case_id = a.case_id
      AND m.action = 'flow_moved' AND m.recorded_at > a.created_at ORDER BY m.seq LIMIT 1),
    c.flow_version) AS fired_under
FROM unnest(cast(:persons AS int[]), cast(:positions AS bigint[])) AS one(person, position)
CROSS JOIN LATERAL (
  SELECT t.position, t.person_id, t.kind, t.ref, t.case_id FROM stream t
  WHERE t.person_id = one.person AND t.position > one.position ORDER BY t.position LIMIT :wanted) s
LEFT JOIN cases c ON c.id = s.case_id
LEFT JOIN alerts a ON s.kind = 'alert' AND a.id = s.ref
LEFT JOIN clocks k ON k.id = a.clock_id
LEFT JOIN notices n ON s.kind = 'notice' AND n.id = s.ref
ORDER BY s.position""")


def _told(office: Office, conn: Connection, listening: Mapping[int, int]) -> dict[int, tuple[Told, ...]]:
    rows = conn.execute(
        _TOLD, {"persons": list(listening), "positions": list(listening.values()), "wanted": AT_ONCE}
    ).all()
    found: dict[int, list[Told]] = defaultdict(list)
    for row in rows:
        found[row.person_id].append(
            Told(
                position=row.position,
                kind=row.kind,
                ref=row.ref,
                card=row.card,
                case=row.no,
                title=_title(office, row),
                link=f"/cases/{row.no}" if row.no else "/alerts",
            )
        )
    return {person: tuple(found[person]) for person in listening}


def _title(office: Office, row: Any) -> Title:
    if row.kind == "alert" and row.clock is not None:
        return line_title(office.flow(row.flow, row.fired_under), f"rung:{row.clock}:{row.rung}")
    return NOTICES.get(row.message or "", NOTICE)


def waiting(conn: Connection, persons: Sequence[int]) -> dict[int, Waiting]:
    """What waits for each of these people."""
    rows = conn.execute(
        text("""
SELECT person,
  (SELECT count(*) FROM (SELECT FROM alerts a WHERE a.person_id = person AND a.acknowledged_at IS NULL
     AND a.stepped_down_at IS NULL LIMIT :cap) t),
  (SELECT count(*) FROM (SELECT FROM notices n WHERE n.person_id = person AND n.seen_at IS NULL LIMIT :cap) t)
FROM unnest(cast(:persons AS int[])) AS person"""),
        {"persons": list(persons), "cap": COUNT_CAP + 1},
    ).all()
    return {person: Waiting(alerts, notices) for person, alerts, notices in rows}
