"""The outbox: what is to be told, committed with what happened, delivered afterwards, once by its key.

    pending → queued (an id was published) → leased (a courier holds it) → delivered | failed | withdrawn

``next_at`` is real time, not the office's: retries must not wait for a shifted clock. For queued and leased rows it is
the end of the lease: a row whose id was lost, or whose courier died, simply becomes due again. ``not_before`` is the
office's time: quiet hours hold a message back until then (`release_held` where that time was moved).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, text

Again = Literal["soon", "later", "never"]

QUEUED_FOR = timedelta(seconds=60)
# Longer than the hard time limit of a delivery, so that no second courier starts while the first may still be at it.
LEASED_FOR = timedelta(seconds=90)
ATTEMPTS = 12
"""After so many tries a message of the service to itself is given up; letters to people only by their age."""
SOON = timedelta(seconds=2)
LATER = timedelta(minutes=5)
LONGEST_WAIT = timedelta(hours=6)
INSIDE = ("tell", "system", "render", "log")
"""Channels whose work is done inside the service; all others lead to a provider outside."""


@dataclass(frozen=True, slots=True)
class Leased:
    """A message in the hands of one courier; ``token`` proves it. ``attempts`` counts this one; ``created_at`` is
    office time. ``address`` is that of a contact point; ``batch`` the letter it shares with others."""

    id: int
    token: UUID
    effect_key: str
    channel: str
    case_id: int | None
    person_id: int | None
    body: dict[str, Any]
    attempts: int
    created_at: datetime
    alert_id: int | None = None
    address: str | None = None
    batch: UUID | None = None
    may_wait: bool = False


class Waiting(NamedTuple):
    """A message whose id is to be published, and by which channel it goes."""

    id: int
    channel: str


# Of an alert ``a``, under a lock that whoever steps it down or lets it stand again waits for: read without, the two
# could miss each other and the message of an alert that stands be lost.
_NEEDLESS = "(a.stepped_down_at IS NOT NULL OR (a.acknowledged_at IS NOT NULL AND a.card <> 'red'))"
_LEASED = """id, lease_token, effect_key, channel, case_id, person_id, body, attempts, created_at, alert_id, address,
  batch, may_wait"""
_LEASE = text(
    """
UPDATE outbox SET state = 'leased', lease_token = gen_random_uuid(), next_at = now() + :lease, attempts = attempts + 1
WHERE id = :id AND batch IS NULL AND (state = 'queued' OR (state IN ('pending', 'leased') AND next_at <= now()))
RETURNING """
    + _LEASED
)
# One token for the whole letter. What this courier has leased already has been counted.
_TAKE = text(
    """
UPDATE outbox o SET state = 'leased', batch = :batch, next_at = now() + :lease, lease_token = t.token,
  attempts = attempts + CASE WHEN state = 'leased' AND next_at > now() THEN 0 ELSE 1 END
FROM (SELECT gen_random_uuid() AS token OFFSET 0) t WHERE id = ANY(:ids) RETURNING """
    + _LEASED
)


def claim_for_relay(conn: Connection, limit: int) -> list[Waiting]:
    """Take up to ``limit`` rows that wait, or whose lease has run out, and mark them queued; publish after commit."""
    rows = conn.execute(
        text("""
WITH waiting AS MATERIALIZED (
  SELECT id FROM outbox WHERE state IN ('pending', 'queued', 'leased') AND next_at <= now()
  ORDER BY next_at, id LIMIT :limit FOR UPDATE SKIP LOCKED)
UPDATE outbox o SET state = 'queued', next_at = now() + :lease, lease_token = NULL
FROM waiting WHERE o.id = waiting.id RETURNING o.id, o.channel"""),
        {"limit": limit, "lease": QUEUED_FOR},
    )
    return sorted(Waiting(*row) for row in rows)


def put_back(conn: Connection, ids: Sequence[int]) -> None:
    """Rows that were claimed but could not be published wait as before."""
    conn.execute(
        text("UPDATE outbox SET state = 'pending', next_at = now() WHERE id = ANY(:ids) AND state = 'queued'"),
        {"ids": list(ids)},
    )


def lease(conn: Connection, message_id: int) -> Leased | None:
    """Take one message for delivery; None where it is delivered, in other hands, given up, or not due yet.

    Every lease counts as an attempt, so that a message that kills its couriers is given up as well.
    """
    row = conn.execute(_LEASE, {"id": message_id, "lease": LEASED_FOR}).one_or_none()
    return None if row is None else Leased(*row)


def batch_of(conn: Connection, message_id: int) -> UUID | None:
    """The letter a message shares with others, None where it has none (yet) or is not there."""
    found = conn.execute(text("SELECT batch FROM outbox WHERE id = :id"), {"id": message_id}).scalar()
    return found if isinstance(found, UUID) else None


def lease_batch(conn: Connection, batch: UUID, message_id: int) -> tuple[Leased, ...]:
    """Take a whole letter, met at its member ``message_id``; empty where that is not due or somebody else has it.

    A letter is one thing: all its members are locked before any is looked at, for two couriers with a part each would
    send two texts under one Message-ID.
    """
    rows = conn.execute(
        text("""
SELECT id, state, next_at <= now() AS due FROM outbox
WHERE batch = :batch AND state IN ('pending', 'queued', 'leased') ORDER BY id FOR UPDATE"""),
        {"batch": batch},
    ).all()
    met = next((row for row in rows if row.id == message_id), None)
    if met is None or not (met.state == "queued" or met.due):
        return ()
    if any(row.state == "leased" and not row.due for row in rows):
        return ()
    return _take(conn, [row.id for row in rows], batch)


def lease_together(conn: Connection, first: Leased, at_least: int, most: int, batch: UUID) -> tuple[Leased, ...]:
    """What else waits for the same person by the same way, taken into one letter where there are ``at_least`` with
    ``first``; ``first`` alone otherwise. Also what waits for a retry; not what quiet hours hold back."""
    ids = conn.execute(
        text(f"""
SELECT id FROM outbox o WHERE person_id = :person AND channel = :channel AND address IS NOT DISTINCT FROM :address
  AND may_wait = :may_wait AND batch IS NULL AND id <> :id AND state IN ('pending', 'queued')
  AND coalesce(body ->> 'what', '') NOT IN ('test', 'digest') AND (not_before IS NULL OR next_at <= now())
  AND NOT EXISTS (SELECT FROM alerts a WHERE a.id = o.alert_id AND {_NEEDLESS})
ORDER BY id LIMIT :most FOR UPDATE OF o SKIP LOCKED"""),  # noqa: S608 - constants of this file
        {
            "person": first.person_id,
            "channel": first.channel,
            "address": first.address,
            "may_wait": first.may_wait,
            "id": first.id,
            "most": most - 1,
        },
    ).scalars()
    others = list(ids)
    if len(others) + 1 < at_least:
        return (first,)
    return _take(conn, sorted([first.id, *others]), batch)


def _take(conn: Connection, ids: Sequence[int], batch: UUID) -> tuple[Leased, ...]:
    rows = conn.execute(_TAKE, {"ids": list(ids), "batch": batch, "lease": LEASED_FOR})
    return tuple(sorted((Leased(*row) for row in rows), key=lambda one: one.id))


def withdraw_needless(conn: Connection, ids: Sequence[int]) -> frozenset[int]:
    """Messages of alerts that have stepped down are not sent any more, nor of those acknowledged meanwhile on the page;
    returns which. A red card goes out all the same: that it was sent is part of its proof."""
    rows = conn.execute(
        text(f"""
WITH needless AS MATERIALIZED (
  SELECT a.id FROM alerts a WHERE a.id IN (SELECT alert_id FROM outbox WHERE id = ANY(:ids)) AND {_NEEDLESS}
  ORDER BY a.id FOR SHARE)
UPDATE outbox o SET state = 'withdrawn', lease_token = NULL, error = NULL FROM needless
WHERE o.id = ANY(:ids) AND o.alert_id = needless.id RETURNING o.id"""),  # noqa: S608 - constants of this file
        {"ids": list(ids)},
    ).scalars()
    return frozenset(rows)


def withdraw_told(conn: Connection, message_id: int, token: UUID, alert_ids: Sequence[int]) -> bool:
    """A message for several people is not sent to anybody where every one of its alerts has stepped down; whether that
    was so. It goes out again where they do (`alerts.stand_again`)."""
    standing = conn.execute(
        text("SELECT stepped_down_at IS NULL FROM alerts WHERE id = ANY(:ids) ORDER BY id FOR SHARE"),
        {"ids": list(alert_ids)},
    ).scalars()
    if not alert_ids or any(standing):
        return False
    return (
        conn.execute(
            text("""
UPDATE outbox SET state = 'withdrawn', lease_token = NULL, error = NULL
WHERE id = :id AND state = 'leased' AND lease_token = :token"""),
            {"id": message_id, "token": token},
        ).rowcount
        == 1
    )


def mark_delivered(conn: Connection, message_id: int, token: UUID) -> bool:
    """The effect is there; False where the lease had run out and somebody else has the message now."""
    return mark_letter(conn, [message_id], token) == 1


def mark_letter(conn: Connection, ids: Sequence[int], token: UUID) -> int:
    """All messages of one letter are delivered; returns how many of them this courier still held."""
    return conn.execute(
        text("""
UPDATE outbox SET state = 'delivered', delivered_at = now(), lease_token = NULL, error = NULL
WHERE id = ANY(:ids) AND state = 'leased' AND lease_token = :token"""),
        {"ids": list(ids), "token": token},
    ).rowcount


def retry_later(conn: Connection, message_id: int, token: UUID, error: str, again: Again) -> str | None:
    """The effect of a message inside the service is not there: try again soon or later, each time after twice as long,
    or never.

    Returns the state of the message now ('pending', or 'failed' for good), None where the lease had run out.
    """
    state = conn.execute(
        text("""
UPDATE outbox SET lease_token = NULL, error = :error,
  state = CASE WHEN :never OR attempts >= :attempts THEN 'failed' ELSE 'pending' END,
  next_at = now() + least(cast(:longest AS interval), :wait * 2 ^ least(attempts - 1, 20)) * (0.8 + 0.4 * random())
WHERE id = :id AND state = 'leased' AND lease_token = :token RETURNING state"""),
        {
            "id": message_id,
            "token": token,
            "error": error,
            "never": again == "never",
            "attempts": ATTEMPTS,
            "wait": SOON if again == "soon" else LATER,
            "longest": LONGEST_WAIT,
        },
    ).scalar()
    return None if state is None else str(state)


def letter_waits(
    conn: Connection,
    ids: Sequence[int],
    token: UUID,
    error: str,
    again: Again,
    give_up_after: timedelta,
    longest: timedelta = LONGEST_WAIT,
    not_before: datetime | None = None,
) -> dict[int, str]:
    """A letter was not handed over: it waits, each time twice as long and at least until ``not_before`` (real time), or
    is given up for ``never`` or its age. Returns the state of each message; nothing where the lease had run out.

    All members of a letter wait equally long: they are tried together.
    """
    rows = conn.execute(
        text("""
WITH held AS (SELECT max(attempts) AS attempts, 0.8 + 0.4 * random() AS jitter FROM outbox WHERE id = ANY(:ids))
UPDATE outbox o SET lease_token = NULL, error = :error,
  state = CASE WHEN :never OR put_at < now() - cast(:age AS interval) THEN 'failed' ELSE 'pending' END,
  next_at = greatest(coalesce(cast(:not_before AS timestamptz), now()) + interval '0.5 s' * held.jitter,
    now() + least(cast(:longest AS interval), :wait * 2 ^ least(held.attempts - 1, 20)) * held.jitter)
FROM held WHERE o.id = ANY(:ids) AND state = 'leased' AND lease_token = :token RETURNING o.id, o.state"""),
        {
            "ids": list(ids),
            "token": token,
            "error": error,
            "never": again == "never",
            "age": give_up_after,
            "wait": SOON if again == "soon" else LATER,
            "longest": longest,
            "not_before": not_before,
        },
    )
    return {row.id: str(row.state) for row in rows}


def put_off(conn: Connection, letter: Sequence[Leased], until: datetime) -> None:
    """A letter that was not even tried waits until ``until`` (real time): no attempt is counted. With it goes whatever
    else of that channel would come to ask before, a bounded number."""
    [token] = {one.token for one in letter}
    conn.execute(
        text("""
UPDATE outbox SET state = 'pending', lease_token = NULL, attempts = attempts - 1,
  next_at = cast(:until AS timestamptz) + interval '1 s' * random()
WHERE id = ANY(:ids) AND state = 'leased' AND lease_token = :token"""),
        {"ids": [one.id for one in letter], "token": token, "until": until},
    )
    conn.execute(
        text("""
UPDATE outbox SET state = 'pending', next_at = cast(:until AS timestamptz) + interval '1 s' * random()
WHERE id IN (SELECT id FROM outbox WHERE channel = :channel AND state IN ('pending', 'queued') AND next_at < :until
  AND batch IS NULL ORDER BY next_at LIMIT 1000 FOR UPDATE SKIP LOCKED)"""),
        {"channel": letter[0].channel, "until": until},
    )


def hold_back(conn: Connection, letter: Sequence[Leased], until: datetime) -> None:
    """A letter that came due in quiet hours, by a retry or because its provider is back, waits for their end ``until``
    (office time): no attempt is counted."""
    [token] = {one.token for one in letter}
    conn.execute(
        text("""
UPDATE outbox SET state = 'pending', lease_token = NULL, attempts = attempts - 1, not_before = :until,
  next_at = now() + greatest(interval '0', :until - app_now())
WHERE id = ANY(:ids) AND state = 'leased' AND lease_token = :token"""),
        {"ids": [one.id for one in letter], "token": token, "until": until},
    )


def once_more(conn: Connection, effect_key: str) -> bool:
    """A message that was delivered or given up waits again, as if it were new; False where it waits already."""
    again = conn.execute(
        text("""
UPDATE outbox SET state = 'pending', attempts = 0, put_at = now(), next_at = now(), delivered_at = NULL, error = NULL,
  batch = NULL
WHERE effect_key = :key AND state IN ('delivered', 'failed') RETURNING id"""),
        {"key": effect_key},
    ).scalar()
    return again is not None


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message made from another one: for one person, by one channel. ``not_before`` is office time."""

    effect_key: str
    channel: str
    person_id: int
    body: dict[str, Any]
    alert_id: int | None = None
    address: str | None = None
    may_wait: bool = False
    not_before: datetime | None = None


def add(conn: Connection, messages: Sequence[NewMessage], case_id: int | None) -> None:
    """Put messages about one case in the outbox; one whose key is known is there already.

    What quiet hours hold back is due when as much real time has passed as the office's clock has to go.
    """
    rows = [
        {
            "effect_key": m.effect_key,
            "channel": m.channel,
            "person_id": m.person_id,
            "body": m.body,
            "alert_id": m.alert_id,
            "address": m.address,
            "may_wait": m.may_wait,
            "not_before": None if m.not_before is None else m.not_before.isoformat(),
        }
        for m in messages
    ]
    conn.execute(
        text("""
INSERT INTO outbox (effect_key, channel, case_id, person_id, body, alert_id, address, may_wait, not_before, created_at,
  next_at)
SELECT m.effect_key, m.channel, cast(:case_id AS bigint), m.person_id, m.body, m.alert_id, m.address, m.may_wait,
  m.not_before, app_now(), now() + greatest(interval '0', coalesce(m.not_before - app_now(), interval '0'))
FROM json_to_recordset(:rows) AS m(effect_key text, channel text, person_id int, body jsonb, alert_id bigint,
  address text, may_wait boolean, not_before timestamptz)
ON CONFLICT (effect_key) DO NOTHING"""),
        {"rows": json.dumps(rows, ensure_ascii=False), "case_id": case_id},
    )


def release_held(conn: Connection) -> int:
    """What quiet hours held back and the office's time has reached is due at once; returns how many.

    Needed only where that time was moved (demonstrations): otherwise ``next_at`` comes by itself.
    """
    return conn.execute(
        text("""
UPDATE outbox SET not_before = NULL, next_at = least(next_at, now())
WHERE id IN (SELECT id FROM outbox WHERE state = 'pending' AND not_before IS NOT NULL AND not_before <= app_now()
  LIMIT 1000 FOR UPDATE SKIP LOCKED)""")
    ).rowcount


def states(conn: Connection, keys: Sequence[str]) -> dict[str, str]:
    """The states of messages by their effect keys; those that are not there are missing."""
    rows = conn.execute(
        text("SELECT effect_key, state FROM outbox WHERE effect_key = ANY(:keys)"), {"keys": list(keys)}
    )
    return {row.effect_key: str(row.state) for row in rows}


def due_ids(conn: Connection, limit: int) -> list[int]:
    """Messages that wait and are due, oldest first: for a courier without a queue (the demo, a test)."""
    rows = conn.execute(
        text("""
SELECT id FROM outbox WHERE state IN ('pending', 'queued', 'leased') AND next_at <= now()
ORDER BY next_at, id LIMIT :limit"""),
        {"limit": limit},
    ).scalars()
    return list(rows)
