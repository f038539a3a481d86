"""Straight to the driver, for the few statements that every action of every case runs.

SQLAlchemy's way around a statement costs more processor time than PostgreSQL's answer to one of these (`make bench`:
a fifth of a transition). What it promises is kept: connection and transaction are its own, errors are its errors.
"""

from collections.abc import Mapping
from typing import Any, cast

import psycopg
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

Cursor = psycopg.Cursor[tuple[Any, ...]]


def value(conn: Connection, statement: bytes, parameters: Mapping[str, Any] | None = None) -> Any:
    """The only column of the first row, None where no row comes back.

    ``statement`` takes its parameters as the driver writes them, ``%(name)s``. One column is meant: each further one
    is described anew at every execution. Raises DBAPIError, without the parameters: they may hold personal data.
    """
    try:
        row = _cursor(conn).execute(statement, parameters).fetchone()
    except psycopg.Error as error:
        raise _as_sqlalchemy(conn, statement.decode(), error) from error
    return None if row is None else row[0]


def _cursor(conn: Connection) -> Cursor:
    """The one cursor of the connection; making one costs as much as a small statement."""
    cursor = conn.info.get("cursor")
    if cursor is None:
        driver = cast("psycopg.Connection[tuple[Any, ...]]", conn.connection.driver_connection)
        cursor = conn.info["cursor"] = driver.cursor()
    return cast(Cursor, cursor)


def _as_sqlalchemy(conn: Connection, statement: str, error: psycopg.Error) -> Exception:
    lost = conn.dialect.is_disconnect(cast(Any, error), conn.connection.dbapi_connection, None)
    if lost:
        conn.invalidate(error)
    told = DBAPIError.instance(statement, None, error, psycopg.Error, connection_invalidated=lost, dialect=conn.dialect)
    return cast(Exception, told)
