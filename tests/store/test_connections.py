"""Connections: a database that restarts is noticed before a person is, and the short way to the driver keeps the
promises of the long one."""

import psycopg
import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DataError, OperationalError

from workflow.store import driver


def backend(conn: Connection) -> int:
    return int(driver.value(conn, b"SELECT pg_backend_pid()"))


def end_session(superuser_url: str, pid: int) -> None:
    with psycopg.connect(superuser_url, autocommit=True) as server:
        server.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


def test_a_connection_whose_server_ended_the_session_at_rest_is_replaced_unseen(
    engine: Engine, superuser_url: str
) -> None:
    with engine.connect() as conn:
        before = backend(conn)
    end_session(superuser_url, before)
    with engine.connect() as conn:
        assert backend(conn) != before


def test_all_connections_at_rest_are_replaced_when_one_was_lost(engine: Engine, superuser_url: str) -> None:
    with engine.connect() as one, engine.connect() as other:
        lost = {backend(one), backend(other)}
    for pid in lost:
        end_session(superuser_url, pid)
    with engine.connect() as one, engine.connect() as other:
        assert not {backend(one), backend(other)} & lost


def test_a_connection_that_rested_for_long_is_asked_and_kept_when_it_answers(engine: Engine) -> None:
    with engine.connect() as conn:
        before, info = backend(conn), conn.info
    info["rested_at"] -= 3600
    with engine.connect() as conn:
        assert backend(conn) == before
        assert conn.connection.driver_connection.info.transaction_status.name == "INTRANS"  # type: ignore[union-attr]


def test_an_error_on_the_short_way_is_sqlalchemys_and_holds_no_parameters(engine: Engine) -> None:
    with engine.begin() as conn, pytest.raises(DataError) as raised:
        driver.value(conn, b"SELECT cast(%(name)s AS int)", {"name": "a-person"})
    assert raised.value.params is None
    assert not raised.value.connection_invalidated


def test_a_session_lost_on_the_short_way_leaves_the_pool(engine: Engine, superuser_url: str) -> None:
    with engine.connect() as conn:
        end_session(superuser_url, backend(conn))
        with pytest.raises(OperationalError) as raised:
            driver.value(conn, b"SELECT 1")
    assert raised.value.connection_invalidated
    with engine.begin() as conn:
        assert driver.value(conn, b"SELECT 1") == 1


def test_the_short_way_and_the_long_way_are_one_transaction(engine: Engine) -> None:
    with engine.connect() as conn:
        conn.begin()
        driver.value(conn, b"INSERT INTO heartbeats (name, at) VALUES ('bench', now()) RETURNING name")
        assert conn.execute(text("SELECT name FROM heartbeats")).scalar_one() == "bench"
        conn.rollback()
        assert driver.value(conn, b"SELECT name FROM heartbeats") is None
