"""Does the exchange hold what the service holds? By table and by state of the cases, one against the other."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from workflow.definition import Title
from workflow.exchange import received_states, rows_of_case, rows_of_flows, rows_of_project
from workflow.exchange.flow_tables import OWNER as FLOWS
from workflow.exchange.rows import Owner, Row
from workflow.exchange.tables import CASE, NO_SOURCE, TABLES
from workflow.exchange.writing import writing
from workflow.store import exchange, exchange_facts, readers
from workflow.store.readers import words_of
from workflow.work import Office

MISSING_SHOWN = 50
PROJECTS = 20
NEWEST = 5000
"""Of how many cases the short reconciliation takes the states; a page must not count what grows for ever."""
COUNT_AT_MOST = 10_000


@dataclass(frozen=True, slots=True)
class TableCount:
    """One table: its rows by what they are. ``outside``: rows that belong to no case and wait for none. ``expected``:
    how many there should be, held back ones included, where it was worked out anew; else None."""

    table: str
    title: str
    valid: int
    invalid: int
    stopped: int
    flagged: int
    held: int
    outside: int = 0
    expected: int | None = None

    @property
    def equal(self) -> bool:
        return self.expected is None or self.expected == self.valid + self.held + self.outside


@dataclass(frozen=True, slots=True)
class StateCount:
    """Received cases in one state: in the service, in the exchange, and held back."""

    state: str
    title: Title
    system: int
    exchange: int
    held: int

    @property
    def equal(self) -> bool:
        return self.system == self.exchange + self.held


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """``newest``: of how many of the newest cases ``states`` and ``missing`` are; None for all of them.
    ``missing``: received cases that are neither in the exchange nor held back, the first MISSING_SHOWN of them.
    ``aside``: cases and projects of which no rows can be made, each with the error.
    ``behind``: lines of history the exchange has still to take, ``to_do`` projects to be made anew. ``differences``:
    what would be written if everything were made anew now; None where that was not asked. ``no_source``: tables of
    the standard for which the service holds nothing, and where such data are made."""

    position: int
    newest: int | None
    tables: tuple[TableCount, ...]
    states: tuple[StateCount, ...]
    missing: tuple[str, ...]
    aside: tuple[str, ...]
    oldest_waiting: datetime | None
    oldest_held: datetime | None
    behind: int
    to_do: int
    differences: int | None
    no_source: tuple[tuple[str, str, Title], ...]

    @property
    def at_rest(self) -> bool:
        """Nothing is waiting to be taken."""
        return self.behind == 0 and self.to_do == 0

    @property
    def equal(self) -> bool:
        """Whether system and exchange agree."""
        alike = all(one.equal for one in self.tables) and all(one.equal for one in self.states)
        return alike and not self.missing and not self.aside and not self.differences


_BEHIND = text("""
SELECT (SELECT position FROM exchange.head) AS position,
  (SELECT count(*) FROM (SELECT FROM exchange.todo LIMIT :most) t) AS to_do,
  (SELECT position FROM stream_head) - coalesce((SELECT position FROM stream_readers WHERE name = 'exchange'), 0)
    + (SELECT count(*) FROM (SELECT FROM stream_pending LIMIT :most) p) AS behind,
  (SELECT written_at FROM exchange.ledger WHERE invalid_at IS NULL AND NOT stopped ORDER BY lsh LIMIT 1) AS waiting,
  (SELECT since FROM exchange.held ORDER BY since, tbl, key LIMIT 1) AS held""")

_STATES = text("""
SELECT c.flow, c.state, count(*) AS system, count(l.lsh) AS exchange, count(h.key) AS held
FROM (SELECT no, flow, state FROM cases
  WHERE flow = ANY(:flows) AND item IS NOT NULL AND NOT internal AND received_at IS NOT NULL
  ORDER BY id DESC LIMIT cast(:newest AS bigint)) c
LEFT JOIN exchange.ledger l ON l.tbl = :table AND l.key = c.no AND l.invalid_at IS NULL
LEFT JOIN exchange.held h ON h.tbl = :table AND h.key = c.no
GROUP BY c.flow, c.state ORDER BY c.flow, c.state""")

_MISSING = text("""
SELECT c.no FROM (SELECT id, no FROM cases
  WHERE flow = ANY(:flows) AND item IS NOT NULL AND NOT internal AND received_at IS NOT NULL
  ORDER BY id DESC LIMIT cast(:newest AS bigint)) c
WHERE NOT EXISTS (SELECT FROM exchange.ledger l WHERE l.tbl = :table AND l.key = c.no AND l.invalid_at IS NULL)
  AND NOT EXISTS (SELECT FROM exchange.held h WHERE h.tbl = :table AND h.key = c.no)
ORDER BY c.id LIMIT :shown""")


_HELD = text("""
SELECT tbl, outside, count(*) AS held
FROM (SELECT tbl, outside FROM exchange.held LIMIT cast(:most AS bigint)) h GROUP BY tbl, outside""")


def exchange_reconciliation(office: Office, conn: Connection, anew: bool = False) -> Reconciliation:
    """The counts of both sides, of the NEWEST cases. ``anew``: of all cases, and every row is worked out again as well,
    in parts, and compared with what stands: for the command line, not for a page."""
    at = conn.execute(_BEHIND, {"most": COUNT_AT_MOST}).one()
    newest = None if anew else NEWEST
    flows = list(office.catalogue.exchange.cases)
    counted = {"flows": flows, "table": CASE, "newest": newest}
    made = _made_anew(office, conn) if anew else _Made()
    aside = {one.no: one.error for one in readers.faults(conn, exchange.READER, MISSING_SHOWN)} | made.broken
    return Reconciliation(
        position=at.position,
        newest=newest,
        tables=tuple(_tables(conn, made.expected if anew else None)),
        states=tuple(
            StateCount(row.state, _title(office, row.flow, row.state), row.system, row.exchange, row.held)
            for row in conn.execute(_STATES, counted)
        ),
        missing=tuple(conn.execute(_MISSING, {**counted, "shown": MISSING_SHOWN}).scalars()),
        aside=tuple(f"{no}: {error}" for no, error in aside.items()),
        oldest_waiting=at.waiting,
        oldest_held=at.held,
        behind=at.behind,
        to_do=at.to_do,
        differences=made.differences if anew else None,
        no_source=tuple((name, title, where) for name, (title, where) in NO_SOURCE.items()),
    )


def _tables(conn: Connection, expected: dict[str, int] | None) -> Iterator[TableCount]:
    counts = {
        row.tbl: row for row in conn.execute(text("SELECT tbl, valid, invalid, stopped, flagged FROM exchange.counts"))
    }
    waiting = conn.execute(_HELD, {"most": COUNT_AT_MOST if expected is None else None})
    held = {(row.tbl, row.outside): row.held for row in waiting}
    for table in TABLES:
        found = counts.get(table.name)
        yield TableCount(
            table.name,
            table.zh,
            valid=0 if found is None else found.valid,
            invalid=0 if found is None else found.invalid,
            stopped=0 if found is None else found.stopped,
            flagged=0 if found is None else found.flagged,
            held=held.get((table.name, False), 0),
            outside=held.get((table.name, True), 0),
            expected=None if expected is None else expected.get(table.name, 0),
        )


def _title(office: Office, flow: str, state: str) -> Title:
    newest = office.flow(flow)
    known = newest.states.get(state) or newest.former_states.get(state)
    return Title(state, state) if known is None else known.title


@dataclass(slots=True)
class _Made:
    """How many rows each table should have, how many acts of writing it would take to get there, and the projects of
    which no rows can be made, with the error."""

    expected: dict[str, int] = field(default_factory=dict)
    differences: int = 0
    broken: dict[str, str] = field(default_factory=dict)


def _made_anew(office: Office, conn: Connection) -> _Made:
    made = _Made()
    flows = rows_of_flows(office.catalogue, exchange.items_used(conn))
    made.differences = _compared(conn, flows, [FLOWS], made.expected)
    after = 0
    while ids := _projects_after(conn, after):
        after = ids[-1]
        _add_projects(office, conn, made, ids)
    return made


def _add_projects(office: Office, conn: Connection, made: _Made, ids: list[int]) -> None:
    """Work out the rows of these projects; where that fails, of each of them alone, and note the bad ones."""
    try:
        rows, owners = _rows_of(office, conn, ids)
    except Exception as error:
        if isinstance(error, SQLAlchemyError):
            raise
        if len(ids) == 1:
            code = conn.execute(text("SELECT code FROM projects WHERE id = :id"), {"id": ids[0]}).scalar_one()
            made.broken[code] = words_of(error)
            return
        for one in ids:
            _add_projects(office, conn, made, [one])
        return
    made.differences += _compared(conn, rows, owners, made.expected)


def _rows_of(office: Office, conn: Connection, ids: list[int]) -> tuple[list[Row], list[Owner]]:
    catalogue, cases = office.catalogue, office.catalogue.exchange.cases
    projects = exchange_facts.projects(conn, ids, cases, received_states(office.flows, cases))
    facts = exchange_facts.cases(conn, exchange.cases_of(conn, ids, cases), cases)
    rows = [row for project in projects for row in rows_of_project(catalogue, project)]
    for case in facts:
        rows += rows_of_case(catalogue, office.flow(case.flow, case.flow_version), case)
    return rows, [Owner("project", one.id) for one in projects] + [Owner("case", one.id) for one in facts]


def _projects_after(conn: Connection, after: int) -> list[int]:
    found = conn.execute(
        text("SELECT id FROM projects WHERE id > :after ORDER BY id LIMIT :limit"), {"after": after, "limit": PROJECTS}
    )
    return list(found.scalars())


def _compared(conn: Connection, rows: list[Row], owners: list[Owner], expected: dict[str, int]) -> int:
    for row in rows:
        expected[row.table] = expected.get(row.table, 0) + 1
    standing = exchange.standing(conn, owners)
    return len(writing(rows, standing, exchange.fitness(conn, (need for row in rows for need in row.needs))).acts)
