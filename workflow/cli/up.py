"""``wugeyi up``: everything on this machine, from nothing to a page that answers.

Order: what could refuse first (settings, home, port, given servers), then servers, migrations, demo, roles. What was
started is stopped in the opposite order, whatever happens.
"""

import argparse
import contextlib
import os
import shutil
import signal
import socket
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import FrameType

import psycopg
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rich.cells import cell_len, set_cell_size

from workflow.cli.progress import progress_bar
from workflow.cli.roles import beat_command, role_environment, web_command, worker_command
from workflow.cli.supervisor import end_leftovers, run_roles
from workflow.embedded import Urls, embedded_servers, own_home
from workflow.errors import Unusable
from workflow.settings import (
    Settings,
    libpq_url,
    load_settings,
    redis_client_url,
    sqlalchemy_url,
    with_secret,
    without_password,
)

OLDEST_POSTGRES = 17
"""Every connection sets ``transaction_timeout``, which came with PostgreSQL 17."""
WORKER_STOP_SECONDS = 2.0
"""On one machine a stop is quick: what a worker has not delivered by then is published again at the next start."""
FAILED = 1


def configure(parser: argparse.ArgumentParser) -> None:
    """No arguments: everything comes from the settings."""


def run(args: argparse.Namespace) -> int:
    """Run until Ctrl-C or SIGTERM (0) or until a part ends by itself (1)."""
    settings = load_settings()
    _stop_on_signals()
    try:
        failure = _run(settings)
    except KeyboardInterrupt:
        failure = None
    if failure:
        print(f"wugeyi up: {failure}; everything was stopped", file=sys.stderr)
        return FAILED
    print("wugeyi up: stopped")
    return 0


def _run(settings: Settings) -> str | None:
    with contextlib.ExitStack() as stack:
        stack.enter_context(own_home(settings.home))
        end_leftovers(settings)
        _check_port(settings)
        _check_given_servers(settings)
        with progress_bar("starting") as advance:
            urls = stack.enter_context(embedded_servers(settings, tick=lambda name: advance(0, 0, name)))
        settings = with_secret(replace(settings, database_url=urls.database, redis_url=urls.redis))
        _prepare_database(settings)
        return run_roles(
            settings,
            commands={
                "web": web_command(settings),
                "worker": worker_command(settings, WORKER_STOP_SECONDS),
                "beat": beat_command(settings),
            },
            environment=role_environment(settings, urls, os.environ),
            servers=urls.processes,
            on_ready=lambda: _announce(settings, urls),
        )


def _stop_on_signals() -> None:
    """The first SIGINT, SIGTERM or SIGHUP stops; more of them must not interrupt the stop."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def stop(number: int, frame: FrameType | None) -> None:
        for each in numbers:
            signal.signal(each, signal.SIG_IGN)
        raise KeyboardInterrupt

    for number in numbers:
        signal.signal(number, stop)


def _check_port(settings: Settings) -> None:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise Unusable(
                f"WUGEYI_HOST={settings.host} WUGEYI_PORT={settings.port}: cannot listen there: {error.strerror}; "
                f"choose another WUGEYI_PORT"
            ) from error


def _check_given_servers(settings: Settings) -> None:
    if settings.database_url:
        shown = f"DATABASE_URL={without_password(settings.database_url)!r}"
        try:
            with psycopg.connect(libpq_url(settings.database_url), connect_timeout=3) as connection:
                version = connection.info.server_version // 10000
        except psycopg.Error as error:
            raise Unusable(f"{shown}: cannot connect: {str(error).strip().splitlines()[0]}") from error
        if version < OLDEST_POSTGRES:
            raise Unusable(f"{shown}: this is PostgreSQL {version}; accepted: {OLDEST_POSTGRES} or newer")
    if settings.redis_url:
        try:
            once = Retry(NoBackoff(), 0)
            url = redis_client_url(settings.redis_url)
            with Redis.from_url(url, socket_timeout=3, socket_connect_timeout=3, retry=once) as client:
                client.ping()
        except RedisError as error:
            raise Unusable(f"REDIS_URL={without_password(settings.redis_url)!r}: cannot connect: {error}") from error


def _prepare_database(settings: Settings) -> None:
    from workflow.store.migrate import upgrade

    upgrade(sqlalchemy_url(settings))
    if settings.demo:
        from workflow.demo import ensure_demo

        with progress_bar("demo") as advance:
            ensure_demo(sqlalchemy_url(settings), settings, advance)
    _start_office(settings)


def _start_office(settings: Settings) -> None:
    """Here, in one line, what every role would refuse in its own; then the calendar of the files holds."""
    from workflow.commands.adopt_calendar import adopt_calendar
    from workflow.store.engine import open_engine
    from workflow.work import check_startable, open_office

    engine = open_engine(sqlalchemy_url(settings), "cli")
    try:
        office = open_office(settings.config, engine)
        check_startable(office, settings.demo)
        with engine.begin() as conn:
            adopt_calendar(office, conn)
    finally:
        engine.dispose()


def _announce(settings: Settings, urls: Urls) -> None:
    lines = ["", f"  五个一 wugeyi is ready: {settings.public_url}", ""]
    if settings.demo:
        from workflow.demo import accounts

        lines += [*_columns([("account", "password", "角色", "role"), *accounts(settings.config)]), ""]
        lines += [f"  move time    {_own_command()} time +1wd   (or the button on the pages)"]
        lines += [f"  see it work  {_own_command()} tour"]
    embedded = f" (with its own {' and '.join(urls.processes)})" if urls.processes else ""
    lines += [f"  data         {settings.home}{embedded}", "  stop         Ctrl-C", ""]
    # In one piece: the roles write their lines meanwhile.
    print("\n".join(lines), flush=True)


def _columns(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """The rows in columns as a terminal shows them, where a Chinese sign takes two cells."""
    widths = [max(cell_len(row[column]) for row in rows) + 2 for column in range(len(rows[0]))]
    return ["  " + "".join(map(set_cell_size, row, widths)).rstrip() for row in rows]


def _own_command() -> str:
    """How a person in this folder calls us again."""
    if shutil.which("wugeyi"):
        return "wugeyi"
    script = Path(sys.executable).with_name("wugeyi")
    with contextlib.suppress(ValueError):
        return str(script.relative_to(Path.cwd()))
    return str(script)
