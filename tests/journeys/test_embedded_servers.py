"""The embedded PostgreSQL and Redis: started, found again, recovered, and gone with whoever started them."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from redis import Redis
from sqlalchemy import create_engine, text

from workflow.embedded import database_at_hand, embedded_servers, own_home, urls_at_hand
from workflow.embedded.postgres_server import SERVER_SETTINGS, postgres_server
from workflow.embedded.processes import Running, working_in
from workflow.embedded.redis_server import redis_server
from workflow.embedded.sockets import socket_folder
from workflow.errors import Unusable
from workflow.settings import Settings, load_settings, redis_client_url, sqlalchemy_url

pytestmark = pytest.mark.journey


@pytest.fixture
def home() -> Iterator[Path]:
    # Not tmp_path: PostgreSQL runs as another user under root, and pytest's folders are closed to others.
    with tempfile.TemporaryDirectory(prefix="wugeyi-home-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o711)
        yield Path(name) / "home"


def test_both_servers_answer_under_every_spelling_of_their_address_and_keep_their_data(home: Path) -> None:
    for start in (1, 2):
        with embedded_servers(_settings(home)) as urls:
            assert _value(urls.database, "SELECT current_user || ' ' || current_database()") == "wugeyi wugeyi"
            engine = create_engine(sqlalchemy_url(urls.database))
            with engine.begin() as connection:
                connection.execute(text("CREATE TABLE IF NOT EXISTS kept (start int)"))
                connection.execute(text("INSERT INTO kept VALUES (:start)"), {"start": start})
                assert connection.execute(text("SELECT count(*) FROM kept")).scalar_one() == start
            engine.dispose()
            with Redis.from_url(redis_client_url(urls.redis)) as client:
                assert client.incr("starts") == start
                assert client.config_get("appendonly") == {"appendonly": "yes"}
                assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        assert _servers(home) == []


def test_the_server_settings_are_in_force_and_the_service_is_no_superuser(home: Path) -> None:
    with postgres_server(home / "postgres", settings={"autovacuum_naptime": "7s"}) as server:
        for name in (
            "TimeZone",
            "fsync",
            "full_page_writes",
            "synchronous_commit",
            "log_lock_waits",
            "max_connections",
        ):
            assert _value(server.url, f"SHOW {name}") == SERVER_SETTINGS[name]
        assert _value(server.url, "SHOW autovacuum_naptime") == "7s"
        assert _value(server.url, "SHOW server_version_num")[:2] == "18"
        assert _value(server.url, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") == "False"
        assert _value(server.url, "SHOW listen_addresses") == ""


def test_servers_end_with_the_process_that_started_them_even_by_kill_9(home: Path) -> None:
    # It sleeps until it is killed: the servers must not outlive it.
    script = (
        "import sys, time\n"
        "from workflow.embedded import embedded_servers\n"
        "from workflow.settings import load_settings\n"
        f"with embedded_servers(load_settings({{'WUGEYI_HOME': {str(home)!r}}})):\n"
        "    print('up', flush=True)\n"
        "    time.sleep(600)\n"
    )
    starter = subprocess.Popen([sys.executable, "-W", "error", "-c", script], stdout=subprocess.PIPE)
    assert starter.stdout is not None
    with starter.stdout as output:
        assert output.readline() == b"up\n"
        assert len(_servers(home)) > 2
        starter.kill()
        starter.wait()
    deadline = time.monotonic() + 10
    while _servers(home):
        assert time.monotonic() < deadline
        # The servers are nobody's children any more: their end can only be asked for.
        time.sleep(0.05)


def test_a_crash_of_the_database_is_recovered_by_the_next_start(home: Path) -> None:
    with postgres_server(home / "postgres") as server:
        _execute(server.url, "CREATE TABLE kept (word text)")
        _execute(server.url, "INSERT INTO kept VALUES ('committed')")
        os.kill(server.process.pid, signal.SIGKILL)
        server.process.wait()
    with postgres_server(home / "postgres") as server:
        assert _value(server.url, "SELECT word FROM kept") == "committed"


def test_a_lock_file_with_the_number_of_somebody_elses_process_does_not_block_the_start(home: Path) -> None:
    with postgres_server(home / "postgres"):
        lock = (home / "postgres" / "data" / "postmaster.pid").read_text()
    # After a restart of the machine the old number belongs to something else of the same user: here, to this test.
    lines = [str(os.getpid()), *lock.splitlines()[1:]]
    (home / "postgres" / "data" / "postmaster.pid").write_text("\n".join(lines) + "\n")
    with postgres_server(home / "postgres") as server:
        assert _value(server.url, "SELECT 1") == "1"


def test_a_server_that_still_runs_in_the_folder_is_ended_and_replaced(home: Path) -> None:
    settings = _settings(home)
    with embedded_servers(settings) as old, embedded_servers(settings) as new:
        assert {name: process.wait(1) for name, process in old.processes.items()} == {"postgres": 0, "redis": 0}
        assert _value(new.database, "SELECT 1") == "1"
        with Redis.from_url(redis_client_url(new.redis)) as client:
            assert client.ping()


@pytest.mark.parametrize("name", ["x" * 120, "王五 的, 100% data"])
def test_a_home_whose_path_no_socket_can_have_works_all_the_same(home: Path, name: str) -> None:
    with embedded_servers(_settings(home / name)) as urls:
        assert _value(urls.database, "SELECT 1") == "1"
        with Redis.from_url(redis_client_url(urls.redis)) as client:
            assert client.ping()
        folders = [socket_folder(home / name / server) for server in ("postgres", "redis")]
        assert {folder.parent for folder in folders} == {Path("/tmp")}
    assert [folder for folder in folders if folder.exists()] == []


def test_a_socket_folder_in_tmp_that_somebody_else_made_is_refused(home: Path) -> None:
    server = home / ("x" * 120)
    squatter = socket_folder(server)
    squatter.write_text("not a folder")
    try:
        with pytest.raises(Unusable, match="belongs to somebody else"), redis_server(server):
            pass
    finally:
        squatter.unlink()


def test_an_append_only_file_that_redis_cannot_read_is_put_aside(home: Path) -> None:
    with redis_server(home) as server, Redis.from_url(redis_client_url(server.url)) as client:
        client.set("key", "value")
    (home / "appendonly.aof").write_bytes(b"\0" * 4096)
    with redis_server(home) as server, Redis.from_url(redis_client_url(server.url)) as client:
        assert client.get("key") is None
    assert (home / "appendonly.aof.broken").exists()


def test_files_of_another_version_of_postgresql_are_refused_and_left_alone(home: Path) -> None:
    data = home / "postgres" / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("16\n")
    with pytest.raises(Unusable, match="was written by PostgreSQL 16"), postgres_server(home / "postgres"):
        pass
    assert [path.name for path in data.iterdir()] == ["PG_VERSION"]


def test_a_fault_while_starting_is_told_with_the_servers_own_words(home: Path) -> None:
    with pytest.raises(Unusable, match="shared_buffers"), postgres_server(home, settings={"shared_buffers": "a lot"}):
        pass
    assert _servers(home) == []


def test_a_single_command_uses_the_running_database_or_runs_one_for_itself(home: Path) -> None:
    settings = _settings(home)
    with database_at_hand(settings) as url:
        assert _value(url, "SELECT 1") == "1"
    assert _servers(home) == []
    with pytest.raises(Unusable, match="DATABASE_URL and REDIS_URL not set"):
        urls_at_hand(settings)

    with own_home(home), embedded_servers(settings) as urls:
        with database_at_hand(settings) as url:
            assert url == urls.database
        assert _value(urls.database, "SELECT 1") == "1"
        assert urls_at_hand(settings) == urls


def _settings(home: Path) -> Settings:
    return load_settings({"WUGEYI_HOME": str(home)})


def _servers(home: Path) -> list[Running]:
    return working_in(home / "postgres" / "data", ["postgres"]) + working_in(home / "redis", ["redis"])


def _value(url: str, query: str) -> str:
    with psycopg.connect(url) as connection:
        row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return str(row[0])


def _execute(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement.encode())
