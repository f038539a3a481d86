"""What tests stand on: a PostgreSQL of their own, a fresh database each, the real configuration, a Redis.

Made once per test process: the server, a migrated template database in which time can be moved, the loaded
configuration. Made per test: a copy of the template (about 25 ms) and an engine on it. `tests.given` fills it.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import count, islice
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine
from sqlalchemy.engine import make_url

from workflow.embedded.postgres_server import DATABASE, SUPERUSER, postgres_server
from workflow.embedded.postgres_server import database_url as address
from workflow.embedded.redis_server import redis_server
from workflow.settings import default_config_folder
from workflow.store import demo_time
from workflow.store.engine import open_engine
from workflow.store.migrate import upgrade
from workflow.work import Office, open_office

# Nothing here has to survive a power cut; what does is tested with the settings of the service.
FAST = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "max_wal_size": "4GB"}

# What takes minutes, mostly by waiting. Each line begins the share of one test process: begun late, or taken over in
# the middle by a process without tests of its own (which then makes the demo again), it is what all others wait for.
LONG = (
    ("journeys/test_tour.py", "workers/test_real_workers.py"),
    ("core/test_demo_data.py", "core/test_demo_tenders.py", "api/test_every_action.py"),
    ("journeys/test_up.py", "pages/test_matrix.py", "pages/test_display.py"),
)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the long modules first in the shares that several test processes get."""
    processes = getattr(config, "workerinput", {}).get("workercount", 1)
    if processes > 1:
        items[:] = in_shares(items, processes)


def in_shares(items: list[pytest.Item], processes: int) -> list[pytest.Item]:
    """The same tests, so that each long module stands at the beginning of a process's share: ``--dist worksteal`` deals
    them out in as many runs of equal length, and takes over from the end of a run."""
    shares: list[list[pytest.Item]] = [[] for _ in range(processes)]
    for number, names in enumerate(LONG):
        for name in names:
            shares[number % processes] += [item for item in items if item.path.as_posix().endswith(f"tests/{name}")]
    long = {item for share in shares for item in share}
    others = iter([item for item in items if item not in long])
    left = len(items)
    for number, share in enumerate(shares):
        share += islice(others, max(left // (processes - number) - len(share), 0))
        left -= len(share)
    return [item for share in shares for item in share] + list(others)


@dataclass(slots=True)
class Databases:
    """Copies of the migrated template; old ones are dropped once nothing can be connected to them any more."""

    folder: Path
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    left: list[str] = field(default_factory=list)

    def new(self, like: str = DATABASE) -> str:
        """The address of a fresh database, a copy of ``like``, to which nobody may be connected."""
        name = f"test_{next(self.numbers)}"
        with self._server() as server:
            _copy(server, like, name)
            while len(self.left) > 2:
                # A process that a test left behind may still be connected; the server's folder goes in the end anyway.
                with suppress(psycopg.errors.ObjectInUse):
                    server.execute(f"DROP DATABASE {self.left.pop(0)}")
        self.left.append(name)
        return address(self.folder, name)

    def lasting(self, name: str, like: str = DATABASE) -> str:
        """The address of a database of that name, a copy of ``like``, which is there as long as the server."""
        with self._server() as server:
            _copy(server, like, name)
        return address(self.folder, name)

    def _server(self) -> psycopg.Connection:
        return psycopg.connect(address(self.folder, "postgres", SUPERUSER), autocommit=True)


def _copy(server: psycopg.Connection, like: str, name: str) -> None:
    server.execute(f'CREATE DATABASE {name} TEMPLATE "{like}" STRATEGY FILE_COPY OWNER wugeyi')


@pytest.fixture(scope="session")
def servers_folder() -> Iterator[Path]:
    """A short folder for the servers of this test process; not pytest's own, which other users may not pass."""
    with tempfile.TemporaryDirectory(prefix="wugeyi-tests-", dir=_roomy_memory(), ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o711)
        yield folder


def _roomy_memory() -> str | None:
    """A disk in memory where there is one: a database is 300 files, made for every test."""
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 2**31
    return str(memory) if roomy else None


@pytest.fixture(scope="session")
def databases(servers_folder: Path) -> Iterator[Databases]:
    """A running PostgreSQL and its migrated template, in which time can be moved."""
    folder = servers_folder / "postgres"
    with postgres_server(folder, settings=FAST) as server:
        upgrade(server.url)
        engine = open_engine(server.url, "cli")
        with engine.begin() as conn:
            demo_time.install(conn)
        engine.dispose()
        yield Databases(folder)


@pytest.fixture
def database_url(databases: Databases) -> str:
    """The address of a database of this test alone, migrated and empty (libpq's spelling)."""
    return databases.new()


@pytest.fixture
def superuser_url(database_url: str) -> str:
    """The same database as the server's superuser: for faults that the service itself could not cause."""
    return make_url(database_url).set(username=SUPERUSER).render_as_string(hide_password=False)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on the test's database, with the settings of a worker."""
    engine = open_engine(database_url, "worker", pool_size=10)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def configuration(databases: Databases) -> Office:
    """The real configuration, loaded once; its engine belongs to no test."""
    return open_office(default_config_folder(), open_engine(address(databases.folder), "cli"))


@pytest.fixture
def office(configuration: Office, engine: Engine) -> Office:
    """The office with the real configuration on the test's database."""
    return replace(configuration, engine=engine)


@pytest.fixture
def open_another_engine(database_url: str) -> Iterator[Callable[[], Engine]]:
    """Engines for further processes' worth of connections to the test's database."""
    opened: list[Engine] = []

    def another() -> Engine:
        opened.append(open_engine(database_url, "worker"))
        return opened[-1]

    yield another
    for engine in opened:
        engine.dispose()


@pytest.fixture(scope="session")
def redis_server_url(servers_folder: Path) -> Iterator[str]:
    """A running Redis of this test process (Celery's spelling)."""
    with redis_server(servers_folder / "redis") as server:
        yield server.url


@pytest.fixture
def redis_url(redis_server_url: str) -> str:
    """That Redis, emptied (Celery's spelling; `workflow.settings.redis_client_url` for redis-py)."""
    from redis import Redis

    from workflow.settings import redis_client_url

    with Redis.from_url(redis_client_url(redis_server_url)) as client:
        client.flushall()
    return redis_server_url
