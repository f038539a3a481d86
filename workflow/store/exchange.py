"""The tables of the national exchange: what stands in them and what is written.

Every writer holds the one row of ``exchange.head`` until it commits, so that positions have no gaps and are committed
in their order. A new row's number (LSH) is its position; a row that becomes invalid takes a position of its own.
"""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from workflow.clock.days import OFFICE_ZONE
from workflow.exchange.rows import Owner, Reference, Row, digest, plain, told
from workflow.exchange.tables import BY_NAME, TABLES
from workflow.exchange.writing import Flagged, Held, Invalid, Writing, Written
from workflow.store import readers

READER = "exchange"
WAITING, STOPPED = 0, -1
"""SJSCZT."""


@dataclass(frozen=True, slots=True)
class Head:
    """The newest position, and the configuration that the rows were last made by."""

    position: int
    digest: str


@dataclass(frozen=True, slots=True)
class Targets:
    """Whose rows are to be made anew."""

    cases: frozenset[int]
    projects: frozenset[int]


def hold(conn: Connection) -> Head | None:
    """Lock the exchange for writing until the transaction ends; None where somebody else is at it."""
    row = conn.execute(text("SELECT position, digest FROM exchange.head FOR UPDATE SKIP LOCKED")).one_or_none()
    return None if row is None else Head(row.position, row.digest)


def targets(conn: Connection, case_ids: Collection[int], project_ids: Collection[int]) -> Targets:
    """The cases and projects that rows are made of, where these cases and projects have changed."""
    rows = conn.execute(
        text("SELECT id, flow, parent_id, project_id FROM cases WHERE id = ANY(:ids)"), {"ids": sorted(case_ids)}
    ).all()
    # What a check of a commitment has found is a row of the case above it.
    cases = {row.parent_id if row.flow == "supervision" else row.id for row in rows}
    return Targets(
        frozenset(case for case in cases if case is not None),
        frozenset(project_ids) | {row.project_id for row in rows},
    )


def all_to_do(conn: Connection, digest: str) -> None:
    """Every project that has a case is to be made anew, by the configuration ``digest``."""
    conn.execute(text("UPDATE exchange.head SET digest = :digest"), {"digest": digest})
    conn.execute(
        text("INSERT INTO exchange.todo (project_id) SELECT DISTINCT project_id FROM cases ON CONFLICT DO NOTHING")
    )


def to_do(conn: Connection, project_ids: Iterable[int]) -> None:
    """These projects are to be made anew, with all their cases."""
    conn.execute(
        text("""
INSERT INTO exchange.todo (project_id) SELECT unnest(cast(:ids AS int[])) ON CONFLICT DO NOTHING"""),
        {"ids": sorted(set(project_ids))},
    )


def to_do_waiting(conn: Connection, project_ids: Iterable[int]) -> None:
    """Those of the projects of which something is held back are to be made anew."""
    conn.execute(
        text("""
INSERT INTO exchange.todo (project_id) SELECT DISTINCT project_id FROM exchange.held WHERE project_id = ANY(:ids)
ON CONFLICT DO NOTHING"""),
        {"ids": sorted(set(project_ids))},
    )


def begin_here(conn: Connection, reader: str) -> None:
    """Let ``reader`` follow the stream from its newest position on: what was before is made from the tables."""
    conn.execute(
        text("""
INSERT INTO stream_readers (name, position) SELECT :reader, position FROM stream_head
ON CONFLICT (name) DO UPDATE SET position = excluded.position"""),
        {"reader": reader},
    )


def take_to_do(conn: Connection, limit: int, flows: Sequence[str]) -> Targets:
    """Up to ``limit`` projects that are to be made anew, with all their cases of ``flows``; they are no more to do."""
    projects = conn.execute(
        text("""
DELETE FROM exchange.todo t USING (SELECT project_id FROM exchange.todo ORDER BY project_id LIMIT :limit) picked
WHERE t.project_id = picked.project_id RETURNING t.project_id"""),
        {"limit": limit},
    ).scalars()
    taken = frozenset(projects)
    return Targets(cases_of(conn, taken, flows), taken)


def cases_of(conn: Connection, project_ids: Collection[int], flows: Sequence[str]) -> frozenset[int]:
    """The cases of ``flows`` on these projects."""
    cases = conn.execute(
        text("SELECT id FROM cases WHERE project_id = ANY(:ids) AND flow = ANY(:flows)"),
        {"ids": sorted(project_ids), "flows": list(flows)},
    ).scalars()
    return frozenset(cases)


def use_items(conn: Connection, pairs: Collection[tuple[str, int]]) -> list[tuple[str, int]]:
    """Note the items and versions that cases are pinned to; returns those that are new."""
    rows = conn.execute(
        text("""
INSERT INTO exchange.items_used (item, version)
SELECT item, version FROM jsonb_to_recordset(cast(:pairs AS jsonb)) AS one(item text, version int)
ON CONFLICT DO NOTHING RETURNING item, version"""),
        {"pairs": json.dumps([{"item": item, "version": version} for item, version in sorted(pairs)])},
    )
    return [(row.item, row.version) for row in rows]


def items_used(conn: Connection) -> list[tuple[str, int]]:
    """Every item and version that a case is pinned to."""
    rows = conn.execute(text("SELECT item, version FROM exchange.items_used ORDER BY item, version"))
    return [(row.item, row.version) for row in rows]


def standing(conn: Connection, owners: Collection[Owner]) -> list[Written]:
    """Every valid row of these owners."""
    rows = conn.execute(
        text("""
SELECT l.lsh, l.tbl, l.key, l.digest, l.stopped, l.flags FROM exchange.ledger l
JOIN jsonb_to_recordset(cast(:owners AS jsonb)) AS o(owner text, owner_id bigint)
  ON l.owner = o.owner AND l.owner_id = o.owner_id
WHERE l.invalid_at IS NULL"""),
        {"owners": json.dumps([{"owner": one.kind, "owner_id": one.id} for one in owners])},
    )
    return [Written(row.lsh, row.tbl, row.key, bytes(row.digest), row.stopped, tuple(row.flags)) for row in rows]


def fitness(conn: Connection, needs: Iterable[Reference]) -> dict[tuple[str, str], bool]:
    """Of the rows referred to: which are there and valid, and whether each is fit for upload."""
    places = sorted({(one.table, one.key) for one in needs})
    rows = conn.execute(
        text("""
SELECT l.tbl, l.key, NOT l.stopped AS fit FROM exchange.ledger l
JOIN jsonb_to_recordset(cast(:places AS jsonb)) AS p(tbl text, key text) ON l.tbl = p.tbl AND l.key = p.key
WHERE l.invalid_at IS NULL"""),
        {"places": json.dumps([{"tbl": table, "key": key} for table, key in places])},
    )
    return {(row.tbl, row.key): row.fit for row in rows}


def write(
    conn: Connection,
    plan: Writing,
    owners: Collection[Owner],
    standing: Sequence[Written],
    head: int,
    now: datetime,
    region: str,
) -> int:
    """Write everything of ``plan``, numbered from ``head`` on; returns the newest position. The caller holds it."""
    position = head
    new: list[tuple[int, Row]] = []
    invalid: list[tuple[int, Invalid]] = []
    for act in plan.acts:
        position += 1
        if act.row is not None:
            new.append((position, act.row))
        if act.invalid is not None:
            invalid.append((position, act.invalid))
    # First what becomes invalid: of one key one row is valid.
    _mark_invalid(conn, invalid, now)
    _insert(conn, new, now, region)
    _flag(conn, plan.flagged)
    _hold_back(conn, plan.held, owners, now)
    _count(conn, new, invalid, plan.flagged, standing)
    if position != head:
        conn.execute(text("UPDATE exchange.head SET position = :position"), {"position": position})
    return position


def _mark_invalid(conn: Connection, invalid: Sequence[tuple[int, Invalid]], now: datetime) -> None:
    if not invalid:
        return
    conn.execute(
        text("""
UPDATE exchange.ledger l SET invalid_at = x.position
FROM jsonb_to_recordset(cast(:rows AS jsonb)) AS x(lsh bigint, position bigint) WHERE l.lsh = x.lsh"""),
        {"rows": json.dumps([{"lsh": one.lsh, "position": position} for position, one in invalid])},
    )
    for table in dict.fromkeys(one.table for _, one in invalid):
        rows = [{"lsh": one.lsh, "reason": one.reason} for _, one in invalid if one.table == table]
        conn.execute(
            text(f"""
UPDATE exchange.{known(table)} t SET sjyxbs = 0, sjwxyy = x.reason, gxsj = :now
FROM jsonb_to_recordset(cast(:rows AS jsonb)) AS x(lsh bigint, reason text) WHERE t.lsh = x.lsh"""),  # noqa: S608
            {"rows": json.dumps(rows, ensure_ascii=False), "now": _local(now)},
        )


def _insert(conn: Connection, new: Sequence[tuple[int, Row]], now: datetime, region: str) -> None:
    if not new:
        return
    conn.execute(
        text("""
INSERT INTO exchange.ledger (lsh, tbl, key, digest, owner, owner_id, project_id, stopped, flags, written_at)
SELECT lsh, tbl, key, decode(digest, 'hex'), owner, owner_id, project_id, stopped,
  ARRAY(SELECT jsonb_array_elements_text(flags)), :now
FROM jsonb_to_recordset(cast(:rows AS jsonb)) AS x(lsh bigint, tbl text, key text, digest text, owner text,
  owner_id bigint, project_id int, stopped boolean, flags jsonb)"""),
        {"rows": json.dumps([_ledger_row(lsh, row) for lsh, row in new], ensure_ascii=False), "now": now},
    )
    for table in dict.fromkeys(row.table for _, row in new):
        rows = [_table_row(lsh, row, now, region) for lsh, row in new if row.table == table]
        conn.execute(
            text(f"""
INSERT INTO exchange.{known(table)} SELECT * FROM jsonb_populate_recordset(NULL::exchange.{table}, :rows)"""),  # noqa: S608
            {"rows": json.dumps(rows, ensure_ascii=False)},
        )


def _ledger_row(lsh: int, row: Row) -> dict[str, Any]:
    return {
        "lsh": lsh,
        "tbl": row.table,
        "key": row.key,
        "digest": digest(row).hex(),
        "owner": row.owner.kind,
        "owner_id": row.owner.id,
        "project_id": row.owner.project_id,
        "stopped": row.stopped,
        "flags": told(row.flags),
    }


def _table_row(lsh: int, row: Row, now: datetime, region: str) -> dict[str, Any]:
    own = {name.lower(): plain(value) for name, value in row.values.items()}
    return own | {
        "lsh": lsh,
        "dfsjzj": row.key,
        "xzqhdm": region,
        "sjyxbs": 1,
        "sjsczt": STOPPED if row.stopped else WAITING,
        "sbyy": row.error,
        "gxsj": plain(now),
        "flags": told(row.flags),
    }


def _flag(conn: Connection, flagged: Sequence[Flagged]) -> None:
    for table in dict.fromkeys(one.table for one in flagged):
        rows = json.dumps(
            [{"lsh": one.lsh, "flags": list(one.flags)} for one in flagged if one.table == table], ensure_ascii=False
        )
        for name in (known(table), "ledger"):
            conn.execute(
                text(f"""
UPDATE exchange.{name} t SET flags = ARRAY(SELECT jsonb_array_elements_text(x.flags))
FROM jsonb_to_recordset(cast(:rows AS jsonb)) AS x(lsh bigint, flags jsonb) WHERE t.lsh = x.lsh"""),  # noqa: S608
                {"rows": rows},
            )


def _hold_back(conn: Connection, held: Sequence[Held], owners: Collection[Owner], now: datetime) -> None:
    """What is held back of these owners from now on; what was so before keeps since when."""
    rows = [
        {
            "tbl": one.row.table,
            "key": one.row.key,
            "owner": one.row.owner.kind,
            "owner_id": one.row.owner.id,
            "project_id": one.row.owner.project_id,
            "sentence": one.sentence,
            "outside": one.row.outside,
        }
        for one in held
    ]
    conn.execute(
        text("""
DELETE FROM exchange.held h USING jsonb_to_recordset(cast(:owners AS jsonb)) AS o(owner text, owner_id bigint)
WHERE h.owner = o.owner AND h.owner_id = o.owner_id AND (h.tbl, h.key) NOT IN (
  SELECT tbl, key FROM jsonb_to_recordset(cast(:rows AS jsonb)) AS x(tbl text, key text))"""),
        {
            "owners": json.dumps([{"owner": one.kind, "owner_id": one.id} for one in owners]),
            "rows": json.dumps(rows, ensure_ascii=False),
        },
    )
    if not rows:
        return
    conn.execute(
        text("""
INSERT INTO exchange.held (tbl, key, owner, owner_id, project_id, sentence, outside, since)
SELECT tbl, key, owner, owner_id, project_id, sentence, outside, :now
FROM jsonb_to_recordset(cast(:rows AS jsonb)) AS x(tbl text, key text, owner text, owner_id bigint, project_id int,
  sentence text, outside boolean)
ON CONFLICT (tbl, key) DO UPDATE SET owner = excluded.owner, owner_id = excluded.owner_id,
  project_id = excluded.project_id, sentence = excluded.sentence, outside = excluded.outside"""),
        {"rows": json.dumps(rows, ensure_ascii=False), "now": now},
    )


def _count(
    conn: Connection,
    new: Sequence[tuple[int, Row]],
    invalid: Sequence[tuple[int, Invalid]],
    flagged: Sequence[Flagged],
    standing: Sequence[Written],
) -> None:
    by_lsh = {one.lsh: one for one in standing}
    deltas: dict[str, dict[str, int]] = {}

    def add(table: str, **by: int) -> None:
        counts = deltas.setdefault(table, {"valid": 0, "invalid": 0, "stopped": 0, "flagged": 0})
        for name, number in by.items():
            counts[name] += number

    for _, row in new:
        add(row.table, valid=1, stopped=int(row.stopped), flagged=int(bool(row.flags)))
    for _, gone in invalid:
        was = by_lsh[gone.lsh]
        add(gone.table, valid=-1, invalid=1, stopped=-int(was.stopped), flagged=-int(bool(was.flags)))
    for one in flagged:
        add(one.table, flagged=int(bool(one.flags)) - int(bool(by_lsh[one.lsh].flags)))
    if deltas:
        conn.execute(_COUNT, {"deltas": json.dumps([{"tbl": table, **by} for table, by in deltas.items()])})


_COUNT = text("""
INSERT INTO exchange.counts AS c (tbl, valid, invalid, stopped, flagged)
SELECT tbl, valid, invalid, stopped, flagged
FROM jsonb_to_recordset(cast(:deltas AS jsonb)) AS x(tbl text, valid int, invalid int, stopped int, flagged int)
ON CONFLICT (tbl) DO UPDATE SET valid = c.valid + excluded.valid, invalid = c.invalid + excluded.invalid,
  stopped = c.stopped + excluded.stopped, flagged = c.flagged + excluded.flagged""")


def known(table: str) -> str:
    """A table's name as it may stand in a statement. KeyError for one that is none."""
    return BY_NAME[table].name


def _local(instant: datetime) -> datetime:
    return instant.astimezone(OFFICE_ZONE).replace(tzinfo=None)


def wipe(conn: Connection) -> None:
    """Take out every row: of a demonstration that is made anew."""
    names = ", ".join(f"exchange.{table.name}" for table in TABLES)
    conn.exec_driver_sql(
        f"TRUNCATE {names}, exchange.ledger, exchange.held, exchange.items_used, exchange.todo, exchange.counts"
    )
    conn.exec_driver_sql("UPDATE exchange.head SET position = 0, digest = ''")
    readers.forget_faults(conn, READER)
    readers.forget_rules(conn, READER)
