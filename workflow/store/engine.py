"""One engine per process and role, with what a promise needs: timeouts, UTC, a name in pg_stat_activity."""

import select
import time
from typing import Any, Literal

import psycopg
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry

Role = Literal["web", "worker", "sweeper", "cli", "report"]

SILENCE_SECONDS = 5.0
"""For how long a connection at rest that says nothing is believed to be alive."""
STATEMENT_TIMEOUT = {"web": "5s", "worker": "15s", "sweeper": "15s", "cli": "120s", "report": "60s"}


def open_engine(database_url: str, role: Role, pool_size: int = 5) -> Engine:
    """An engine for ``role``. Connections speak UTC, never hold a lock or a snapshot by accident, and are checked
    before use, so that a restarted database is noticed before a person is."""
    url = make_url(database_url).set(drivername="postgresql+psycopg")
    options = " ".join(
        f"-c {name}={value}"
        for name, value in (
            ("TimeZone", "UTC"),
            ("statement_timeout", STATEMENT_TIMEOUT[role]),
            ("lock_timeout", "2s"),
            ("idle_in_transaction_session_timeout", "10s" if role != "cli" else "300s"),
            ("transaction_timeout", "30s" if role != "cli" else "0"),
        )
    )
    engine = create_engine(
        url,
        # An error's text must not quote what somebody typed.
        hide_parameters=True,
        pool_recycle=1800,
        pool_timeout=5,
        pool_use_lifo=True,
        pool_size=pool_size,
        max_overflow=pool_size,
        connect_args={
            "connect_timeout": 3,
            "application_name": f"wugeyi-{role}",
            "options": options,
            "keepalives_idle": 30,
        },
    )
    event.listen(engine, "checkin", _put_to_rest)
    event.listen(engine, "checkout", _check_alive)
    return engine


def after_fork(engine: Engine) -> None:
    """Pooled connections must not cross a fork: forget them in the child without closing the parent's."""
    engine.dispose(close=False)


def _put_to_rest(connection: Any, entry: ConnectionPoolEntry) -> None:
    entry.info["rested_at"] = time.monotonic()


def _check_alive(connection: Any, entry: ConnectionPoolEntry, proxy: Any) -> None:
    """Notice a restarted database before a person does; what `pool_pre_ping` does, mostly without its round trip.

    A server that ends a session says so and closes the socket: a connection at rest then has something to read. Only
    after a longer rest, when a whole machine may have gone without a word, is the server asked.
    """
    rested_at = entry.info.get("rested_at")
    if rested_at is None:
        return  # just made
    if time.monotonic() - rested_at < SILENCE_SECONDS and not _has_something_to_read(connection):
        return
    try:
        connection.execute("SELECT 1")
        connection.rollback()
    except psycopg.Error as error:
        raise InvalidatePoolError from error


def _has_something_to_read(connection: "psycopg.Connection[Any]") -> bool:
    poll = select.poll()
    try:
        poll.register(connection.fileno(), select.POLLIN)
    except psycopg.Error:
        return True  # closed
    return bool(poll.poll(0))
