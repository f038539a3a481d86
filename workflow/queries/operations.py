"""How the service is doing, in figures whose cost does not grow with what is stored.

Every count walks a narrow partial index and stops at COUNT_AT_MOST; beyond that the number of armed clocks is the
planner's estimate of its index, the others say "at least".
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, text

from workflow.store.migrate import current_revision

COUNT_AT_MOST = 10_000


@dataclass(frozen=True, slots=True)
class Figures:
    """Clocks and messages at this moment; ages in seconds, 0 where nothing waits."""

    armed: int
    due: int
    lag_seconds: float
    quarantined: int
    waiting: int
    oldest_waiting_seconds: float
    failed: int


@dataclass(frozen=True, slots=True)
class Readiness:
    """What a database says about itself and the workers on it; ages of the newest heartbeats in seconds, by part.

    ``failing``: duties that a living worker cannot do at the moment, and why.
    """

    revision: str | None
    heartbeats: Mapping[str, float]
    failing: Mapping[str, str]


# The states stand in the text: with a parameter in their place the partial indexes could not be used.
_FIGURES = text("""
SELECT
  (SELECT count(*) FROM (SELECT 1 FROM clocks WHERE state = 'armed' ORDER BY fire_at, id LIMIT :most) a) AS armed,
  (SELECT reltuples::bigint FROM pg_class WHERE oid = 'clocks_due'::regclass) AS armed_estimate,
  (SELECT count(*) FROM (SELECT 1 FROM clocks WHERE state = 'armed' AND fire_at <= app_now()
    ORDER BY fire_at, id LIMIT :most) d) AS due,
  coalesce((SELECT extract(epoch FROM app_now() - fire_at) FROM clocks WHERE state = 'armed' AND fire_at <= app_now()
    ORDER BY fire_at, id LIMIT 1), 0)::float8 AS lag_seconds,
  (SELECT count(*) FROM (SELECT 1 FROM clocks WHERE state = 'quarantined' ORDER BY id LIMIT :most) q) AS quarantined,
  w.waiting, w.oldest_waiting_seconds,
  (SELECT count(*) FROM (SELECT 1 FROM outbox WHERE state = 'failed' ORDER BY id LIMIT :most) f) AS failed
FROM (SELECT count(*) AS waiting,
    coalesce(greatest(extract(epoch FROM now() - min(put_at)), 0), 0)::float8 AS oldest_waiting_seconds
  FROM (SELECT put_at FROM outbox WHERE state IN ('pending', 'queued', 'leased')
    ORDER BY next_at, id LIMIT :most) o) w""")


def figures(conn: Connection) -> Figures:
    """All figures in one statement, of one moment."""
    row = conn.execute(_FIGURES, {"most": COUNT_AT_MOST}).one()
    return Figures(
        armed=max(row.armed, row.armed_estimate) if row.armed == COUNT_AT_MOST else row.armed,
        due=row.due,
        lag_seconds=row.lag_seconds,
        quarantined=row.quarantined,
        waiting=row.waiting,
        oldest_waiting_seconds=row.oldest_waiting_seconds,
        failed=row.failed,
    )


def readiness(conn: Connection) -> Readiness:
    """The revision of the database and the newest heartbeats."""
    revision = current_revision(conn)
    return Readiness(revision, heartbeats(conn) if revision else {}, failing_duties(conn) if revision else {})


def heartbeats(conn: Connection) -> dict[str, float]:
    """The age in seconds of the newest heartbeat of each part (sweeper, relay); names are ``part:host:process``.

    The table holds a row for every process of the last day.
    """
    rows = conn.execute(
        text("""
SELECT split_part(name, ':', 1) AS part, extract(epoch FROM now() - max(at))::float8 AS age
FROM heartbeats GROUP BY 1""")
    )
    return {row.part: max(row.age, 0.0) for row in rows}


def failing_duties(conn: Connection) -> dict[str, str]:
    """By duty of the caretaker why a worker that shows signs of life cannot do it."""
    rows = conn.execute(
        text("""
SELECT f.key AS duty, min(f.value) AS why FROM heartbeats h CROSS JOIN LATERAL jsonb_each_text(h.info -> 'failing') f
WHERE h.at > now() - interval '30 s' AND jsonb_typeof(h.info -> 'failing') = 'object' GROUP BY 1 ORDER BY 1""")
    )
    return {row.duty: row.why for row in rows}


def put_aside(conn: Connection) -> dict[str, int]:
    """By reader of the stream how many cases and projects it could not make anything of, at most COUNT_AT_MOST."""
    rows = conn.execute(
        text("""
SELECT r.reader, count(f.ref) AS n FROM (VALUES ('figures'), ('exchange')) AS r(reader)
LEFT JOIN LATERAL (SELECT ref FROM reader_faults WHERE reader = r.reader LIMIT :most) f ON true GROUP BY 1"""),
        {"most": COUNT_AT_MOST},
    )
    return {row.reader: row.n for row in rows}
