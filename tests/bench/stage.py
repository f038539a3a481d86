"""What every subject stands on: one durable server, and databases copied from a migrated one."""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path

import psycopg
from sqlalchemy import Engine
from sqlalchemy.engine import make_url

from tests.bench import back_and_forth
from workflow.embedded.postgres_server import DATABASE, SUPERUSER, database_url, postgres_server
from workflow.settings import default_config_folder
from workflow.store.engine import open_engine
from workflow.store.migrate import upgrade
from workflow.work import Office, open_office


@dataclass(slots=True)
class Stage:
    """A running server with the settings the service ships, and the real configuration."""

    folder: Path
    config: Path
    """The real configuration with the made-up flows beside it."""
    office: Office
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def database(self, template: str = DATABASE) -> str:
        """The address of a new database, a copy of the migrated one (or of the one at the address ``template``)."""
        name = f"bench_{next(self.numbers)}"
        source = make_url(template).database if "://" in template else template
        with self.superuser() as conn:
            conn.execute(f'CREATE DATABASE {name} TEMPLATE "{source}" OWNER wugeyi')
        return database_url(self.folder, name)

    def office_on(self, engine: Engine) -> Office:
        """The office as a process has it whose engine this is."""
        return replace(self.office, engine=engine)

    def superuser(self, database: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
        """A connection as the server's owner."""
        return psycopg.connect(database_url(self.folder, database, SUPERUSER), autocommit=True)

    def load(self, url: str, *statements: str) -> None:
        """Fill a database quickly with rows that keep every promise anyway: no trigger runs, no key is checked."""
        with self.superuser(str(make_url(url).database)) as conn:
            conn.execute("SET session_replication_role = replica")
            for statement in statements:
                conn.execute(statement.encode())
            conn.execute("RESET session_replication_role")
            conn.execute("VACUUM ANALYZE")
        self.settle()

    def settle(self) -> None:
        """Put what was written before on disk, so that the next turn does not pay for it."""
        with self.superuser() as conn:
            conn.execute("CHECKPOINT")


@contextmanager
def stage(home: Path) -> Iterator[Stage]:
    """Run the server until the end of the block, in a temporary folder of ``home``: on the disk the service uses."""
    home.mkdir(parents=True, exist_ok=True, mode=0o711)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=home, ignore_cleanup_errors=True) as name:
        folder = Path(name)
        # PostgreSQL runs as a user of its own when root starts it.
        folder.chmod(0o711)
        with postgres_server(folder / "postgres") as server:
            upgrade(server.url)
            engine = open_engine(server.url, "cli")
            config = folder / "config"
            shutil.copytree(default_config_folder(), config)
            back_and_forth.add_flows(config)
            office = open_office(config, engine)
            engine.dispose()
            yield Stage(folder / "postgres", config, office)


def web_engine(url: str, connections: int = 5) -> Engine:
    """An engine as a web process has it."""
    return open_engine(url, "web", pool_size=connections)


def sync_rate(folder: Path, times: int = 200) -> float:
    """fdatasync calls a second on a file of ``folder``: what a commit costs here at least (R6)."""
    handle = os.open(folder / "sync-probe", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        begun = time.perf_counter()
        for _ in range(times):
            os.pwrite(handle, b"\0" * 8192, 0)
            os.fdatasync(handle)
        return times / (time.perf_counter() - begun)
    finally:
        os.close(handle)
