"""Many cases derived anew: which depend on what has changed, and how a batch of them is written in one statement."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from workflow.case import Case
from workflow.change import instant
from workflow.recast import Recast
from workflow.store.cases import CASE_COLUMNS, case_from, clock_json, moment

# A slice of ids, then the cases whole: with their running clocks only, for those that stopped do not move any more;
# all rounds where new ones may start, whose numbers follow.
_READ = text(f"""
SELECT to_json(found) FROM (
SELECT {CASE_COLUMNS}, app_now() AS now,
  (SELECT coalesce(json_agg(k ORDER BY k.id), '[]')
     FROM clocks k WHERE k.case_id = c.id AND (k.state <> 'settled' OR :whole)) AS clocks,
  (SELECT coalesce(json_agg(z ORDER BY z.id), '[]') FROM pauses z WHERE z.case_id = c.id) AS pauses
FROM cases c WHERE c.id = ANY(:ids) ORDER BY c.id) AS found""")  # noqa: S608 - constants only
_LOCK = text("SELECT c.id FROM cases c WHERE c.id = ANY(:ids) ORDER BY c.id FOR NO KEY UPDATE SKIP LOCKED")

# A step from version to version through the index: their number counts, not that of the clocks.
_VERSIONS = text("""
WITH RECURSIVE seen AS (
  (SELECT calendar_version FROM clocks WHERE state <> 'settled' ORDER BY calendar_version LIMIT 1)
  UNION ALL
  SELECT (SELECT k.calendar_version FROM clocks k
          WHERE k.state <> 'settled' AND k.calendar_version > s.calendar_version
          ORDER BY k.calendar_version LIMIT 1)
  FROM seen s WHERE s.calendar_version IS NOT NULL)
SELECT calendar_version FROM seen WHERE calendar_version IS NOT NULL""")

_DEPENDING = text("""
SELECT k.case_id, cast(k.reach_at AS text) AS reach_at, k.id FROM clocks k
WHERE k.state <> 'settled' AND k.calendar_version = :version AND k.reach_at >= :since
  AND (k.reach_at, k.id) > (cast(:reach_at AS timestamptz), :id)
ORDER BY k.reach_at, k.id LIMIT :limit""")

_WRITE = text("""
WITH f AS MATERIALIZED (
  SELECT * FROM json_to_recordset(:cases) AS f(case_id bigint, rev bigint, seq int, head bytea, due_at timestamptz,
    limits jsonb, flow_version int, issued_at timestamptz, said boolean, action text, state text, actor_id int,
    actor_role text, at timestamptz, input jsonb)),
advanced AS (
  UPDATE cases c SET rev = c.rev + 1, due_at = coalesce(f.due_at, 'infinity'), limits = f.limits,
    flow_version = f.flow_version, issued_at = f.issued_at,
    seq = CASE WHEN f.said THEN f.seq ELSE c.seq END, chain_head = CASE WHEN f.said THEN f.head ELSE c.chain_head END
  FROM f WHERE c.id = f.case_id AND c.rev = f.rev RETURNING c.id),
noted AS (
  INSERT INTO events (case_id, seq, action, from_state, to_state, actor_id, actor_role, effective_at, recorded_at,
    input, hash)
  SELECT case_id, seq, action, state, state, actor_id, actor_role, at, at, input, head FROM f WHERE said),
ticking AS (
  INSERT INTO clocks AS old (case_id, name, round, started_at, amount, unit, direction, extension, state, epoch, rung,
    ladder_at, fire_at, due_on, due_at, provisional, calendar_version, settled_at, armed_seq, settled_seq)
  SELECT k.case_id, k.name, k.round, k.started_at, k.amount, k.unit, k.direction, k.extension, k.state, k.epoch,
    k.rung, k.ladder_at, coalesce(k.fire_at, 'infinity'), k.due_on, coalesce(k.due_at, 'infinity'), k.provisional,
    k.calendar_version, k.settled_at, k.armed_seq, k.settled_seq
  FROM json_to_recordset(:clocks) AS k(case_id bigint, name text, round int, started_at timestamptz, amount int,
    unit text, direction text, extension int, state text, epoch int, rung smallint, ladder_at timestamptz[],
    fire_at timestamptz, due_on date, due_at timestamptz, provisional boolean, calendar_version text,
    settled_at timestamptz, armed_seq int, settled_seq int)
  ON CONFLICT (case_id, name, round) DO UPDATE SET started_at = excluded.started_at, amount = excluded.amount,
    unit = excluded.unit, extension = excluded.extension, state = excluded.state, epoch = excluded.epoch,
    rung = excluded.rung, ladder_at = excluded.ladder_at, fire_at = excluded.fire_at, due_on = excluded.due_on,
    due_at = excluded.due_at, provisional = excluded.provisional, calendar_version = excluded.calendar_version,
    settled_at = excluded.settled_at, settled_seq = excluded.settled_seq,
    attempts = CASE WHEN excluded.state = 'quarantined' THEN old.attempts ELSE 0 END,
    error = CASE WHEN excluded.state = 'quarantined' THEN old.error END),
capped AS (
  UPDATE pauses p SET cap_until = z.cap_until
  FROM json_to_recordset(:pauses) AS z(id bigint, cap_until date) WHERE p.id = z.id),
told AS (
  INSERT INTO outbox (effect_key, channel, case_id, body, created_at, next_at)
  SELECT m.effect_key, m.channel, m.case_id, m.body, m.at, now()
  FROM json_to_recordset(:messages) AS m(case_id bigint, effect_key text, channel text, body jsonb, at timestamptz)
  ON CONFLICT (effect_key) DO NOTHING)
SELECT count(*) FROM advanced""")

Position = tuple[str, int]
"""How far a reading has come: an instant as PostgreSQL writes it (a paused clock reaches to infinity), and a clock."""
START: Position = ("-infinity", 0)


@dataclass(frozen=True, slots=True)
class Slice:
    """Some cases read together at ``now``; ``position`` is where the next slice begins, None after the last one."""

    now: datetime
    cases: tuple[Case, ...]
    position: Position | None


def calendar_versions(conn: Connection) -> tuple[str, ...]:
    """The calendars that running clocks were made with."""
    return tuple(conn.execute(_VERSIONS).scalars())


def depending(
    conn: Connection, version: str, since: datetime, position: Position, limit: int, locked: bool = False
) -> Slice | None:
    """The next cases with a running clock made with ``version`` that reaches ``since`` or later; None after the last.

    ``locked``: case by case, for the rest of the transaction; those that somebody else holds are left out.
    """
    reach_at, after = position
    rows = conn.execute(
        _DEPENDING, {"version": version, "since": since, "reach_at": reach_at, "id": after, "limit": limit}
    ).all()
    if not rows:
        return None
    last = rows[-1]
    ids = sorted({row.case_id for row in rows})
    return read(conn, ids, (last.reach_at, last.id), locked)


@dataclass(frozen=True, slots=True)
class OfItem:
    """The cases of an item that stand in one of ``states`` and have for ``clock`` another limit than ``limit``.

    ``forms`` are the variants meant, "" for the base form.
    """

    item: str
    clock: str
    limit: str
    forms: tuple[str, ...]
    states: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OfFlow:
    """The cases of one version of a flow that stand in one of ``states``."""

    flow: str
    version: int
    states: tuple[str, ...]


# In the order of the indexes cases_of_item and cases_of_flow.
_OF_ITEM = """
FROM cases c WHERE c.item = :item AND c.state = ANY(:states) AND c.limits ->> :clock <> :limit
  AND coalesce(c.data ->> 'variant', '') = ANY(:forms)"""
_OF_FLOW = """
FROM cases c WHERE c.flow = :flow AND c.flow_version = :version AND c.state = ANY(:states)"""
_STEP = " AND c.id > :after ORDER BY c.id LIMIT :most"
_IDS = {OfItem: text(f"SELECT c.id{_OF_ITEM}{_STEP}"), OfFlow: text(f"SELECT c.id{_OF_FLOW}{_STEP}")}
_LIMITS_HELD = text(f"SELECT DISTINCT c.limits ->> :clock AS held{_OF_ITEM} ORDER BY held")
_STATES_HELD = text(f"SELECT DISTINCT c.state{_OF_FLOW} ORDER BY c.state")


def ids_of(conn: Connection, which: OfItem | OfFlow, after: int, most: int) -> list[int]:
    """The next ``most`` cases with an id above ``after``."""
    return list(conn.execute(_IDS[type(which)], _parameters(which) | {"after": after, "most": most}).scalars())


def limits_held(conn: Connection, which: OfItem) -> tuple[str, ...]:
    """The limits that those cases have."""
    return tuple(conn.execute(_LIMITS_HELD, _parameters(which)).scalars())


def states_held(conn: Connection, which: OfFlow) -> tuple[str, ...]:
    """The states in which those cases stand."""
    return tuple(conn.execute(_STATES_HELD, _parameters(which)).scalars())


def _parameters(which: OfItem | OfFlow) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(which).items()}


def read(
    conn: Connection, ids: Sequence[int], position: Position | None, locked: bool = False, whole: bool = False
) -> Slice:
    """These cases, with their running clocks (``whole``: all their clocks) and all their pauses."""
    if locked:
        ids = list(conn.execute(_LOCK, {"ids": list(ids)}).scalars())
    rows = conn.execute(_READ, {"ids": list(ids), "whole": whole}).scalars().all()
    cases = tuple(case_from(row) for row in rows)
    now = moment(rows[0]["now"]) if rows else conn.execute(text("SELECT app_now()")).scalar_one()
    return Slice(now, cases, position)


def write(conn: Connection, recasts: Sequence[Recast]) -> None:
    """Write a batch whole; the cases are locked. Where nothing moved, the clocks change and history stays silent."""
    if not recasts:
        return
    parameters = {
        "cases": [_case_row(one) for one in recasts],
        "clocks": [{"case_id": one.change.before.id, **clock_json(k)} for one in recasts for k in one.change.clocks],
        "pauses": [
            {"id": pause.id, "cap_until": pause.cap_until.isoformat()} for one in recasts for pause in one.change.pauses
        ],
        "messages": [row for one in recasts for row in _message_rows(one)],
    }
    written = conn.execute(_WRITE, {name: _json(rows) for name, rows in parameters.items()}).scalar_one()
    if written != len(recasts):
        raise RuntimeError(f"{len(recasts)} cases derived anew, {written} written")


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _json(rows: list[dict[str, Any]]) -> str:
    return _encode(rows)


def _case_row(one: Recast) -> dict[str, Any]:
    change = one.change
    after, event = change.after, change.event
    return {
        "case_id": after.id,
        "rev": change.before.rev,
        "seq": event.seq,
        "head": "\\x" + change.hash.hex(),
        "due_at": instant(change.due_at) if change.due_at else None,
        "limits": dict(after.limits),
        "flow_version": after.flow_version,
        "issued_at": instant(after.issued_at) if after.issued_at else None,
        "said": bool(one.moved) or one.always_said,
        "action": event.action,
        "state": after.state,
        "actor_id": event.actor_id,
        "actor_role": event.actor_role,
        "at": instant(event.recorded_at),
        "input": dict(event.input),
    }


def _message_rows(one: Recast) -> Iterator[dict[str, Any]]:
    for message in one.change.messages:
        yield {
            "case_id": one.change.after.id,
            "effect_key": message.effect_key,
            "channel": message.channel,
            "body": dict(message.body),
            "at": instant(one.change.event.recorded_at),
        }
