"""Whether a channel's provider answers. One that does not is asked by one courier at a time, less and less often, and
whatever else goes that way waits without being tried. Real time throughout.

Lock order: messages first, then their channel; whoever has the channel's row waits for no message.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, text

FIRST_WAIT = timedelta(seconds=2)
LONGEST_WAIT = timedelta(minutes=5)
# Longer than a delivery may take: a courier that dies while it asks keeps the others waiting no longer than this.
PROBE = timedelta(seconds=90)
# How long others wait while one asks: its answer is seconds away.
GLANCE = timedelta(seconds=1)
FRESH = timedelta(seconds=10)
LONGEST_ERROR = 500


@dataclass(frozen=True, slots=True)
class Asked:
    """``wait_until``: None where the provider may be asked now, by this courier."""

    wait_until: datetime | None


@dataclass(frozen=True, slots=True)
class Health:
    """How a channel is doing; ``down_since`` and ``next_at`` (when it is asked again) are None while it works."""

    channel: str
    failures: int
    down_since: datetime | None
    next_at: datetime | None
    last_ok_at: datetime | None
    error: str | None


def ask(conn: Connection, channel: str) -> Asked:
    """May this courier call the provider? Of those that meet one that is down and due, one may. Waits for nobody."""
    row = conn.execute(
        text("SELECT down_since, next_at <= now() AS due FROM channel_health WHERE channel = :channel"),
        {"channel": channel},
    ).one_or_none()
    if row is None or row.down_since is None:
        return Asked(None)
    if row.due and _is_mine(conn, channel):
        return Asked(None)
    until = conn.execute(
        text("""
SELECT CASE WHEN down_since IS NULL THEN now() WHEN next_at > now() THEN next_at
  ELSE now() + cast(:glance AS interval) END FROM channel_health WHERE channel = :channel"""),
        {"channel": channel, "glance": GLANCE},
    ).scalar_one()
    return Asked(until)


def _is_mine(conn: Connection, channel: str) -> bool:
    mine = conn.execute(
        text("""
UPDATE channel_health SET probing_until = now() + :probe
WHERE channel IN (SELECT channel FROM channel_health WHERE channel = :channel AND down_since IS NOT NULL
  AND next_at <= now() AND probing_until <= now() FOR UPDATE SKIP LOCKED)
RETURNING channel"""),
        {"channel": channel, "probe": PROBE},
    ).scalar()
    return mine is not None


def answered(conn: Connection, channel: str) -> None:
    """The provider answered, whatever it said of the message; written seldom, for every delivery comes by here."""
    conn.execute(
        text("""
INSERT INTO channel_health AS h (channel, last_ok_at) VALUES (:channel, now())
ON CONFLICT (channel) DO UPDATE SET failures = 0, down_since = NULL, next_at = '-infinity',
  probing_until = '-infinity', last_ok_at = now(), error = NULL
WHERE h.down_since IS NOT NULL OR h.last_ok_at IS NULL OR h.last_ok_at < now() - cast(:fresh AS interval)"""),
        {"channel": channel, "fresh": FRESH},
    )


def let_go(conn: Connection, channel: str) -> None:
    """Nothing was learnt about the provider: if it is down, somebody else may ask."""
    conn.execute(
        text("""
UPDATE channel_health SET probing_until = '-infinity'
WHERE channel = :channel AND down_since IS NOT NULL AND probing_until > now()"""),
        {"channel": channel},
    )


def failed(conn: Connection, channel: str, error: str, for_long: bool = False) -> datetime:
    """The provider did not answer, or refuses us: returns when it is asked again.

    Of several couriers that fail at the same time only the first makes the wait longer. ``for_long``: it will not mend
    itself within seconds.
    """
    until = conn.execute(
        text("""
INSERT INTO channel_health AS h (channel, failures, down_since, next_at, error)
VALUES (:channel, 1, now(),
  now() + CASE WHEN :long THEN cast(:longest AS interval) ELSE cast(:first AS interval) END * (0.8 + 0.4 * random()),
  :error)
ON CONFLICT (channel) DO UPDATE SET
  failures = h.failures + CASE WHEN h.down_since IS NOT NULL AND h.next_at > now() THEN 0 ELSE 1 END,
  down_since = coalesce(h.down_since, now()),
  next_at = CASE WHEN h.down_since IS NOT NULL AND h.next_at > now() THEN h.next_at ELSE now()
    + CASE WHEN :long THEN cast(:longest AS interval)
        ELSE least(cast(:longest AS interval), cast(:first AS interval) * 2 ^ least(h.failures, 20)) END
      * (0.8 + 0.4 * random()) END,
  probing_until = '-infinity', error = excluded.error
RETURNING next_at"""),
        {
            "channel": channel,
            "error": error[:LONGEST_ERROR],
            "long": for_long,
            "first": FIRST_WAIT,
            "longest": LONGEST_WAIT,
        },
    ).scalar_one()
    assert isinstance(until, datetime)
    return until


def everywhere(conn: Connection) -> list[Health]:
    """Every channel that was ever used, by name."""
    rows = conn.execute(
        text("""
SELECT channel, failures, down_since, CASE WHEN down_since IS NOT NULL THEN next_at END AS next_at, last_ok_at, error
FROM channel_health ORDER BY channel""")
    )
    return [Health(*row) for row in rows]
