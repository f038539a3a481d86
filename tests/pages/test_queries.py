"""How many statements a page sends to the database: a bounded number, however much is stored. A query inside of a loop
shows here, for the small district has several of everything."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg
from flask import Flask
from sqlalchemy import Engine, event

from tests.pages.every_page import PAGES
from tests.pages.test_every_page import readers
from tests.pages.world import World

MOST = 12
"""Statements of a page, finding the reader and counting for the menu included; savepoints read nothing."""
MOST_OF: Mapping[str, int] = {
    # Of a case: itself, its history, papers, time used, the items beside it, its project's lanes, what it belongs to.
    "case received": 15,
    "case paused": 15,
    "case overdue": 15,
    "record by kinds": 15,
    "bundle": 15,
    "consultation": 15,
    "consultation split": 15,
    "tender": 15,
    "acceptance": 15,
    "help in the office": 15,
    "milestone": 15,
    "project on the war map": 15,
    # Of a form on a case: the case's page around it, and the facts its conditions look at.
    "checking papers": 16,
    "pausing": 16,
    "one-time notice": 16,
    "granting": 16,
    "closed action": 16,
    "calling a meeting": 16,
    "further departments": 16,
    "objecting to a tender": 16,
    "answering": 16,
    "forming a squad": 16,
    # The numbers now and before, problems, forecast, decisions, projects and their milestones.
    "war map": 15,
    "war map by street": 15,
    "war map of a squad": 15,
    # Errands, open and ended cases, whom to ask, what was said last: each by itself.
    "my cases": 14,
    # Who is there, calls, callbacks, tasks, the newest requests.
    "help desk": 13,
    "help desk with a thread": 13,
}


@contextmanager
def noting(engine: Engine) -> Iterator[list[str]]:
    """Every statement that goes through ``engine`` inside of the block, those past SQLAlchemy included."""
    noted: list[str] = []

    class Noting(psycopg.Cursor[Any]):
        def execute(self, query: Any, params: Any = None, **options: Any) -> "Noting":
            noted.append(query.decode() if isinstance(query, bytes) else str(query))
            return super().execute(query, params, **options)

    def note(connection: Any, entry: object) -> None:
        connection.cursor_factory = Noting

    event.listen(engine, "connect", note)
    engine.dispose()
    try:
        yield noted
    finally:
        event.remove(engine, "connect", note)
        engine.dispose()


def test_no_page_sends_more_statements_than_are_allowed_for_it(world: World, app: Flask, engine: Engine) -> None:
    with noting(engine) as noted:
        people = readers(app)
        found, sent = {}, 0
        for name, (username, where) in PAGES.items():
            noted.clear()
            assert people[username].open(where(world)).status == 200, name
            # A part of the page that may fail by itself stands between savepoints.
            reads = [statement for statement in noted if "SAVEPOINT" not in statement]
            sent += len(reads)
            if len(reads) > MOST_OF.get(name, MOST):
                found[name] = (len(reads), MOST_OF.get(name, MOST))
    assert found == {}
    assert sent > 3 * len(PAGES)  # the counting counts


def test_the_list_of_exceptions_names_pages_that_are_there() -> None:
    assert set(MOST_OF) <= set(PAGES)
