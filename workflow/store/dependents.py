"""Which cases a change of the calendar can reach, for whoever only looks."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, text

_CASES = text("""
SELECT k.case_id FROM clocks k
WHERE k.state <> 'settled' AND k.calendar_version = :version AND k.reach_at >= :since""")


def case_ids(conn: Connection, version: str, since: datetime) -> list[int]:
    """The cases with a running clock made with ``version`` that reaches ``since`` or later, once a clock."""
    return list(conn.execute(_CASES, {"version": version, "since": since}).scalars())


def company_names(conn: Connection, codes: Sequence[str]) -> dict[str, str]:
    """The names of companies by credit code."""
    rows = conn.execute(
        text("SELECT credit_code, name FROM companies WHERE credit_code = ANY(:codes)"), {"codes": list(codes)}
    )
    return {row.credit_code: row.name for row in rows}
