"""Brings a database to the newest shape; processes that come second wait, and then find nothing to do."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from workflow.errors import Unusable

MIGRATIONS = Path(__file__).parent / "migrations"
# Any constant will do as long as nothing else in this database uses it.
MIGRATION_LOCK = 370212


def upgrade(database_url: str) -> None:
    """Run every migration that has not run yet."""
    engine = create_engine(make_url(database_url).set(drivername="postgresql+psycopg"), poolclass=NullPool)
    with engine.begin() as conn:
        conn.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
        config = _config()
        config.attributes["connection"] = conn
        command.upgrade(config, "head")
    engine.dispose()


def check_newest(conn: Connection) -> None:
    """Refuse to work on a database that is empty or of another version (Unusable)."""
    found, expected = current_revision(conn), newest_revision()
    if found != expected:
        shape = f"at revision {found}" if found else "empty"
        raise Unusable(f"the database is {shape}, this version needs {expected}: run wugeyi migrate, or wugeyi up")


def current_revision(conn: Connection) -> str | None:
    """The revision of the database, None before the first migration."""
    if conn.execute(text("SELECT to_regclass('alembic_version') IS NULL")).scalar_one():
        return None
    found = conn.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)


def newest_revision() -> str:
    """The revision this code was written for."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    assert head is not None
    return head


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config
