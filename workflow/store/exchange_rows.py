"""The rows of the national exchange as they are read: by their numbers, and as the feed a consumer follows."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from workflow.store.exchange import known


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One position: a row that was written, or (``invalid``) the moment from which it was so no more. ``row`` is as it
    stands now, by the names of the standard."""

    position: int
    table: str
    lsh: int
    invalid: bool
    row: Mapping[str, Any]
    flags: tuple[str, ...]


_FEED = text("""
SELECT f.position, f.lsh, f.tbl, f.invalid, h.position AS head FROM exchange.head h LEFT JOIN LATERAL (
  SELECT * FROM (
    (SELECT lsh AS position, lsh, tbl, false AS invalid FROM exchange.ledger WHERE lsh > :after
     ORDER BY lsh LIMIT :limit)
    UNION ALL
    -- a row that is still to come in this part shows by itself that it is invalid
    (SELECT invalid_at, lsh, tbl, true FROM exchange.ledger WHERE invalid_at > :after AND lsh <= :after
     ORDER BY invalid_at LIMIT :limit)) u
  ORDER BY position LIMIT :limit) f ON true
ORDER BY f.position""")


def feed(conn: Connection, after: int, limit: int) -> tuple[list[FeedEntry], int]:
    """Up to ``limit`` entries behind the position ``after``, and the position to go on from."""
    found = conn.execute(_FEED, {"after": after, "limit": limit}).all()
    entries = [row for row in found if row.position is not None]
    rows = rows_of(conn, [(row.tbl, row.lsh) for row in entries])
    made = [FeedEntry(row.position, row.tbl, row.lsh, row.invalid, *_split(rows[row.lsh])) for row in entries]
    behind = entries[-1].position if len(entries) == limit else max(found[0].head, after)
    return made, behind


def rows_of(conn: Connection, places: Collection[tuple[str, int]]) -> dict[int, dict[str, Any]]:
    """Rows by their numbers, as their tables have them."""
    tables = dict.fromkeys(known(table) for table, _ in places)
    if not tables:
        return {}
    statement = " UNION ALL ".join(
        f"SELECT lsh, to_jsonb(t) AS row FROM exchange.{table} t WHERE lsh = ANY(:lsh)"  # noqa: S608 - our own names
        for table in tables
    )
    found = conn.execute(text(statement), {"lsh": sorted({lsh for _, lsh in places})})
    return {row.lsh: row.row for row in found}


def _split(row: dict[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    named = {name.upper(): value for name, value in row.items() if name != "flags"}
    return named, tuple(row["flags"])
