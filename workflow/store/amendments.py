"""Amendments: what changes the dates of many cases at once, proposed by one person and signed by another."""

from sqlalchemy import Connection, text


def count_moved(conn: Connection, amendment_id: int | None, cases: int) -> None:
    """Add to the cases an amendment has moved; None is a calendar that came with the files."""
    if amendment_id is not None and cases:
        conn.execute(
            text("UPDATE amendments SET moved = moved + :cases WHERE id = :id"), {"cases": cases, "id": amendment_id}
        )
