"""The database and the configuration at hand of one command line."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine

from workflow.commands.adopt_calendar import adopt_calendar
from workflow.embedded import database_at_hand
from workflow.settings import Settings, sqlalchemy_url
from workflow.store.engine import Role, open_engine
from workflow.store.migrate import check_newest
from workflow.work import Office, open_office


@contextmanager
def engine_at_hand(settings: Settings, role: Role = "cli") -> Iterator[Engine]:
    """An engine on the given database, on the one of a running ``wugeyi up``, or on one run for the block."""
    with database_at_hand(settings) as url:
        engine = open_engine(sqlalchemy_url(url), role)
        try:
            yield engine
        finally:
            engine.dispose()


@contextmanager
def office_at_hand(settings: Settings, role: Role = "cli") -> Iterator[Office]:
    """The office on that engine; raises ConfigFaults with every fault of the configuration, and Unusable on a database
    that is not of this version."""
    with engine_at_hand(settings, role) as engine:
        with engine.connect() as conn:
            check_newest(conn)
        yield open_office(settings.config, engine, settings.public_url)


def adopt_files(settings: Settings, url: str) -> None:
    """Put the calendar of the files in force where it is a new one, on a database of this version."""
    engine = open_engine(sqlalchemy_url(url), "cli")
    try:
        with engine.begin() as conn:
            adopt_calendar(open_office(settings.config, engine), conn)
    finally:
        engine.dispose()
