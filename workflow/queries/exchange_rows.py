"""The newest rows of one table of the national exchange, valid or not."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from workflow.exchange.tables import BY_NAME
from workflow.store import exchange_rows as stored

SHOWN = 20


@dataclass(frozen=True, slots=True)
class ShownRow:
    """One row by the names of the standard, with our own flags."""

    lsh: int
    valid: bool
    columns: Mapping[str, Any]
    flags: tuple[str, ...]


def exchange_rows(conn: Connection, table: str, shown: int = SHOWN) -> tuple[ShownRow, ...]:
    """The ``shown`` rows of ``table`` that were written last. KeyError for a table that is none."""
    name = BY_NAME[table].name
    newest = conn.execute(
        text("SELECT lsh FROM exchange.ledger WHERE tbl = :tbl ORDER BY lsh DESC LIMIT :shown"),
        {"tbl": name, "shown": shown},
    ).scalars()
    rows = stored.rows_of(conn, [(name, lsh) for lsh in newest])
    return tuple(_shown(lsh, rows[lsh]) for lsh in sorted(rows, reverse=True))


def _shown(lsh: int, row: dict[str, Any]) -> ShownRow:
    columns = {key.upper(): value for key, value in row.items() if key != "flags"}
    return ShownRow(lsh, columns["SJYXBS"] == 1, columns, tuple(row["flags"]))
