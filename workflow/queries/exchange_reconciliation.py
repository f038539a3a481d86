"""Does the exchange hold what the service holds? By table and by state of the cases, one against the other."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from workflow.definition import Title
from workflow.exchange import received_states, rows_of_case, rows_of_flows, rows_of_project
from workflow.exchange.flow_tables import OWNER as FLOWS
from workflow.exchange.rows import Owner, Row
from workflow.exchange.tables import CASE, NO_SOURCE, TABLES
from workflow.exchange.writing import writing
from workflow.store import exchange, exchange_facts
from workflow.work import Office

MISSING_SHOWN = 50
PROJECTS = 20


@dataclass(frozen=True, slots=True)
class TableCount:
    """One table: its rows by what they are. ``expected``: how many there should be, held back ones included, where it
    was worked out anew; else None."""

    table: str
    title: str
    valid: int
    invalid: int
    stopped: int
    flagged: int
    held: int
    expected: int | None = None

    @property
    def equal(self) -> bool:
        return self.expected is None or self.expected == self.valid + self.held


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
    """``missing``: received cases that are neither in the exchange nor held back, the first MISSING_SHOWN of them.
    ``behind``: lines of history the exchange has still to take, ``to_do`` projects to be made anew. ``differences``:
    what would be written if everything were made anew now; None where that was not asked. ``no_source``: tables of
    the standard for which the service holds nothing, and where such data are made."""

    position: int
    tables: tuple[TableCount, ...]
    states: tuple[StateCount, ...]
    missing: tuple[str, ...]
    oldest_waiting: datetime | None
    oldest_held: datetime | None
    behind: int
    to_do: int
    differences: int | None
    no_source: tuple[tuple[str, str, str], ...]

    @property
    def at_rest(self) -> bool:
        """Nothing is waiting to be taken."""
        return self.behind == 0 and self.to_do == 0

    @property
    def equal(self) -> bool:
        """Whether system and exchange agree."""
        alike = all(one.equal for one in self.tables) and all(one.equal for one in self.states)
        return alike and not self.missing and not self.differences


_BEHIND = text("""
SELECT (SELECT position FROM exchange.head) AS position, (SELECT count(*) FROM exchange.todo) AS to_do,
  (SELECT position FROM stream_head) - coalesce((SELECT position FROM stream_readers WHERE name = 'exchange'), 0)
    + (SELECT count(*) FROM stream_pending) AS behind,
  (SELECT written_at FROM exchange.ledger WHERE invalid_at IS NULL AND NOT stopped ORDER BY lsh LIMIT 1) AS waiting,
  (SELECT since FROM exchange.held ORDER BY since, tbl, key LIMIT 1) AS held""")

_STATES = text("""
SELECT c.flow, c.state, count(*) AS system, count(l.lsh) AS exchange, count(h.key) AS held
FROM cases c
LEFT JOIN exchange.ledger l ON l.tbl = :table AND l.key = c.no AND l.invalid_at IS NULL
LEFT JOIN exchange.held h ON h.tbl = :table AND h.key = c.no
WHERE c.flow = ANY(:flows) AND c.item IS NOT NULL AND NOT c.internal AND c.received_at IS NOT NULL
GROUP BY c.flow, c.state ORDER BY c.flow, c.state""")

_MISSING = text("""
SELECT c.no FROM cases c
WHERE c.flow = ANY(:flows) AND c.item IS NOT NULL AND NOT c.internal AND c.received_at IS NOT NULL
  AND NOT EXISTS (SELECT FROM exchange.ledger l WHERE l.tbl = :table AND l.key = c.no AND l.invalid_at IS NULL)
  AND NOT EXISTS (SELECT FROM exchange.held h WHERE h.tbl = :table AND h.key = c.no)
ORDER BY c.id LIMIT :shown""")


def exchange_reconciliation(office: Office, conn: Connection, anew: bool = False) -> Reconciliation:
    """The counts of both sides. ``anew``: every row is worked out again as well, in parts, and compared with what
    stands: for the command line, not for a page."""
    at = conn.execute(_BEHIND).one()
    flows = list(office.catalogue.exchange.cases)
    counted = {"flows": flows, "table": CASE}
    expected, differences = _made_anew(office, conn) if anew else ({}, None)
    return Reconciliation(
        position=at.position,
        tables=tuple(_tables(conn, expected if anew else None)),
        states=tuple(
            StateCount(row.state, _title(office, row.flow, row.state), row.system, row.exchange, row.held)
            for row in conn.execute(_STATES, counted)
        ),
        missing=tuple(conn.execute(_MISSING, {**counted, "shown": MISSING_SHOWN}).scalars()),
        oldest_waiting=at.waiting,
        oldest_held=at.held,
        behind=at.behind,
        to_do=at.to_do,
        differences=differences,
        no_source=tuple((name, title, where) for name, (title, where) in NO_SOURCE.items()),
    )


def _tables(conn: Connection, expected: dict[str, int] | None) -> Iterator[TableCount]:
    counts = {
        row.tbl: row for row in conn.execute(text("SELECT tbl, valid, invalid, stopped, flagged FROM exchange.counts"))
    }
    waiting = conn.execute(text("SELECT tbl, count(*) AS held FROM exchange.held GROUP BY tbl"))
    held = {row.tbl: row.held for row in waiting}
    for table in TABLES:
        found = counts.get(table.name)
        yield TableCount(
            table.name,
            table.zh,
            valid=0 if found is None else found.valid,
            invalid=0 if found is None else found.invalid,
            stopped=0 if found is None else found.stopped,
            flagged=0 if found is None else found.flagged,
            held=held.get(table.name, 0),
            expected=None if expected is None else expected.get(table.name, 0),
        )


def _title(office: Office, flow: str, state: str) -> Title:
    newest = office.flow(flow)
    known = newest.states.get(state) or newest.former_states.get(state)
    return Title(state, state) if known is None else known.title


def _made_anew(office: Office, conn: Connection) -> tuple[dict[str, int], int]:
    """How many rows each table should have, and how many acts of writing it would take to get there."""
    catalogue = office.catalogue
    expected: dict[str, int] = {}
    differences = _compared(conn, rows_of_flows(catalogue, exchange.items_used(conn)), [FLOWS], expected)
    cases, after = catalogue.exchange.cases, 0
    received = received_states(office.flows, cases)
    while True:
        ids = _projects_after(conn, after)
        if not ids:
            return expected, differences
        after = ids[-1]
        projects = exchange_facts.projects(conn, ids, cases, received)
        facts = exchange_facts.cases(conn, exchange.cases_of(conn, ids, cases), cases)
        rows = [row for project in projects for row in rows_of_project(catalogue, project)]
        for case in facts:
            rows += rows_of_case(catalogue, office.flow(case.flow, case.flow_version), case)
        owners = [Owner("project", one.id) for one in projects] + [Owner("case", one.id) for one in facts]
        differences += _compared(conn, rows, owners, expected)


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
