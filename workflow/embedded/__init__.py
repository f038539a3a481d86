"""The servers a machine lacks, run from Python packages in the home folder.

Source of the rules kept here: what the two packages are and are not (trust authentication on a private socket, no TLS,
no extensions but plpgsql): for one machine and one trusted user; a database reached over a network is ``DATABASE_URL``.
"""

import contextlib
import fcntl
import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from workflow.embedded.postgres_server import database_url, postgres_runs, postgres_server
from workflow.embedded.redis_server import redis_runs, redis_server, redis_url
from workflow.errors import Unusable
from workflow.settings import Settings


@dataclass(frozen=True, slots=True)
class Urls:
    """Where the two servers answer: ``database`` for ``settings.sqlalchemy_url`` and libpq, ``redis`` for Celery
    (``settings.redis_client_url`` for redis-py). ``processes`` are the servers run here, by name, to be watched."""

    database: str
    redis: str
    processes: Mapping[str, subprocess.Popen[bytes]] = field(default_factory=dict, repr=False, compare=False)


@contextlib.contextmanager
def embedded_servers(settings: Settings, tick: Callable[[str], None] = lambda _: None) -> Iterator[Urls]:
    """Run the servers that ``settings`` leave out until the end of the block; what is given is handed on.

    ``tick`` is called with the name of what is being started, several times a second. Call it from the main thread:
    the servers end with the thread that started them. Raises ``Unusable`` when one does not start.
    """
    with contextlib.ExitStack() as stack:
        run = {}
        if not settings.redis_url:
            run["redis"] = stack.enter_context(redis_server(_redis_folder(settings), tick))
        if not settings.database_url:
            run["postgres"] = stack.enter_context(postgres_server(_postgres_folder(settings), tick))
        yield Urls(
            database=settings.database_url or run["postgres"].url,
            redis=settings.redis_url or run["redis"].url,
            processes={name: server.process for name, server in run.items()},
        )


@contextlib.contextmanager
def database_at_hand(settings: Settings, tick: Callable[[str], None] = lambda _: None) -> Iterator[str]:
    """A database for one command: the given one, the one a running ``wugeyi up`` has, else one run for the block."""
    if settings.database_url:
        yield settings.database_url
        return
    folder = _postgres_folder(settings)
    if postgres_runs(folder):
        yield database_url(folder)
        return
    with own_home(settings.home), postgres_server(folder, tick) as server:
        yield server.url


def urls_at_hand(settings: Settings) -> Urls:
    """The given addresses, for what is not given those of a running ``wugeyi up`` on the same home.

    Raises ``Unusable`` naming what neither is given nor runs.
    """
    postgres, redis = _postgres_folder(settings), _redis_folder(settings)
    missing = []
    if not settings.database_url and not postgres_runs(postgres):
        missing.append("DATABASE_URL")
    if not settings.redis_url and not redis_runs(redis):
        missing.append("REDIS_URL")
    if missing:
        names = " and ".join(missing)
        raise Unusable(f"{names} not set, and no `wugeyi up` runs in {settings.home}: set it or start one")
    return Urls(settings.database_url or database_url(postgres), settings.redis_url or redis_url(redis))


@contextlib.contextmanager
def own_home(home: Path) -> Iterator[None]:
    """Hold the home folder for one supervisor at a time; made if it is missing.

    The lock ends with this process, however it ends. Raises ``Unusable`` when the folder cannot be written or another
    process holds it.
    """
    try:
        # Passing through is for the user who runs PostgreSQL for root; the folders inside are private.
        home.mkdir(parents=True, exist_ok=True, mode=0o711)
        lock = os.open(home / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise Unusable(f"WUGEYI_HOME={str(home)!r}: cannot write there: {error.strerror}") from error
    try:
        # A record lock and not flock: flock would be inherited by the roles and outlive a killed supervisor.
        fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        holder = os.pread(lock, 20, 0).decode(errors="replace").strip()
        os.close(lock)
        raise Unusable(
            f"WUGEYI_HOME={str(home)!r}: process {holder} already runs there; stop it or choose another folder"
        ) from error
    try:
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(lock)


def _postgres_folder(settings: Settings) -> Path:
    return settings.home / "postgres"


def _redis_folder(settings: Settings) -> Path:
    return settings.home / "redis"
