"""What a database holds, as one digest: two demos of one seed and one day must have the same."""

import hashlib

from sqlalchemy import Connection, text

REAL_TIME = frozenset({"put_at", "next_at", "delivered_at", "rendered_at"})
"""Columns that tell when a machine did something, whatever the time of the office was."""
DRAWN = frozenset({"password_hash", "lease_token"})
"""Columns that are random on purpose: the salt of a password, the token of a lease."""
LEFT_OUT = REAL_TIME | DRAWN
ELSEWHERE = ("alembic_version", "demo_time", "demo_made", "heartbeats", "idempotency", "tokens", "login_failures")
"""Tables that are no content: the shape of the database, its time, what runs on it, who is signed in."""


def content_digest(conn: Connection) -> str:
    """SHA-256 over every row of every table, in hexadecimal; the order of rows and columns does not count."""
    whole = hashlib.sha256()
    for table, columns in _tables(conn).items():
        statement = f"SELECT (to_jsonb(t) - cast(:out AS text[]))::text FROM {table} t"  # noqa: S608 - names of tables
        rows = conn.execute(text(statement), {"out": sorted(LEFT_OUT)})
        lines = sorted(str(row) for row in rows.scalars())
        whole.update(f"{table} {columns} {len(lines)}\n".encode())
        whole.update("\n".join(lines).encode())
    return whole.hexdigest()


def _tables(conn: Connection) -> dict[str, str]:
    """The tables of content by name, each with its columns."""
    rows = conn.execute(
        text("""
SELECT table_name, string_agg(column_name, ',' ORDER BY column_name) AS columns
FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' AND NOT table_name = ANY(:elsewhere)
GROUP BY table_name ORDER BY table_name"""),
        {"elsewhere": list(ELSEWHERE)},
    )
    return {row.table_name: row.columns for row in rows}
