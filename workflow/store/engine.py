"""One engine per process and role, with what a promise needs: timeouts, UTC, a name in pg_stat_activity."""

from typing import Literal

from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import make_url

Role = Literal["web", "worker", "sweeper", "cli", "report"]

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
    return create_engine(
        url,
        pool_pre_ping=True,
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


def after_fork(engine: Engine) -> None:
    """Pooled connections must not cross a fork: forget them in the child without closing the parent's."""
    engine.dispose(close=False)
