"""Failed sign-ins, counted per account and address, and per address over all accounts (account ``''``).

Real time, not the office's. A stranger can only lock an account for the stranger's own address.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection, text

EVERY_ACCOUNT = ""


@dataclass(frozen=True, slots=True)
class Limit:
    """After ``failures`` within ``window`` of each other, nothing more is tried for ``window``."""

    failures: int
    window: timedelta


def seconds_locked(conn: Connection, account: str, address: str) -> int:
    """How long this account or this address is still locked, 0 if it is not; the rows stay locked until the commit.

    Every row is taken, locked or not: a failure being counted at this moment is waited for, so that of any number of
    guesses at once only the first few learn anything.
    """
    left = conn.execute(
        text("""
SELECT coalesce(ceil(extract(epoch FROM locked_until - statement_timestamp()))::int, 0) AS left FROM login_failures
WHERE account IN (:account, '') AND address = :address ORDER BY account DESC FOR UPDATE"""),
        {"account": account, "address": address},
    ).scalars()
    return max([0, *(int(seconds) for seconds in left)])


def count_failure(conn: Connection, account: str, address: str, limit: Limit) -> int:
    """Count one failure and return how many there are now; a count whose window has passed begins anew."""
    return int(
        conn.execute(
            text("""
INSERT INTO login_failures AS f (account, address, failures, last_at)
VALUES (:account, :address, 1, statement_timestamp())
ON CONFLICT (account, address) DO UPDATE SET
  last_at = excluded.last_at,
  failures = CASE WHEN coalesce(f.locked_until, f.last_at + :window) <= excluded.last_at THEN 1 ELSE f.failures + 1 END,
  locked_until = CASE
    WHEN coalesce(f.locked_until, f.last_at + :window) <= excluded.last_at THEN NULL
    WHEN f.locked_until IS NULL AND f.failures + 1 >= :failures THEN excluded.last_at + :window
    ELSE f.locked_until END
RETURNING f.failures"""),
            {"account": account, "address": address, "window": limit.window, "failures": limit.failures},
        ).scalar_one()
    )


def forget(conn: Connection, account: str, address: str) -> None:
    """The owner has signed in: failures of this account from this address no longer count."""
    conn.execute(
        text("DELETE FROM login_failures WHERE account = :account AND address = :address"),
        {"account": account, "address": address},
    )
