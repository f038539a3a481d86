"""The rows of the national exchange in the order of upload, behind a position: for a consumer who pulls, or a file."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine

from workflow.errors import BadInput, Reason
from workflow.store import exchange_rows
from workflow.store.exchange_rows import FeedEntry
from workflow.work import Work

LARGEST = 1000
PART = 500


@dataclass(frozen=True, slots=True)
class ExchangeFeed:
    """Entries in order. Whoever comes again with ``next_after`` misses nothing; ``more``: there may be some already."""

    entries: tuple[FeedEntry, ...]
    next_after: int
    more: bool


def exchange_feed(work: Work, after: int, limit: int) -> ExchangeFeed:
    """Up to ``limit`` entries (at most LARGEST) behind the position ``after``; BadInput for other numbers."""
    if not 1 <= limit <= LARGEST:
        raise _bad("limit", limit, f"应为 1 至 {LARGEST}", f"1 to {LARGEST} are accepted")
    if after < 0:
        raise _bad("after", after, "应为 0 或上次给出的位置", "0 or the position given last is accepted")
    entries, behind = exchange_rows.feed(work.conn, after, limit)
    return ExchangeFeed(tuple(entries), behind, len(entries) == limit)


def json_lines(engine: Engine, after: int) -> Iterator[str]:
    """Every entry behind ``after`` as one line of JSON, of one moment."""
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as conn:
        yield from _lines(conn, after)


def _lines(conn: Connection, after: int) -> Iterator[str]:
    while True:
        entries, behind = exchange_rows.feed(conn, after, PART)
        for entry in entries:
            yield json.dumps(as_object(entry), ensure_ascii=False, separators=(",", ":"))
        if len(entries) < PART:
            return
        after = behind


def as_object(entry: FeedEntry) -> dict[str, Any]:
    """One entry as other systems read it: position, table, LSH, the row by the standard's names, and our own flags."""
    return {
        "position": entry.position,
        "table": entry.table,
        "LSH": entry.lsh,
        "row": dict(entry.row),
        "flags": list(entry.flags),
    }


def _bad(field: str, value: int, zh: str, en: str) -> BadInput:
    reason = Reason("bad_field", f"{field}：{zh}", f"{field}: {en}", {"field": field, "value": value})
    return BadInput("bad_input", reason.zh, reason.en, reasons=[reason])
