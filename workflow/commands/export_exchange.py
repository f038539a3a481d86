"""Keep the national exchange up to date: whatever the stream names is made anew, and what is different is appended.

Every part is one transaction: how far the stream was followed and what was written are committed together. Safe when
several workers do it at once (who comes second does nothing) and when repeated. A case or project of which no rows can
be made keeps those it had and is put aside by name; everything else goes on.
"""

from collections.abc import Sequence

from sqlalchemy import Connection

from workflow.commands.put_aside import do_all_but_the_bad
from workflow.exchange import received_states, rows_of_case, rows_of_flows, rows_of_project
from workflow.exchange.flow_tables import OWNER as FLOWS
from workflow.exchange.rows import Owner, Row
from workflow.exchange.tables import PROJECT
from workflow.exchange.writing import writing
from workflow.store import exchange, exchange_facts, readers, stream
from workflow.store.exchange import READER, Head, Targets
from workflow.store.readers import Ref
from workflow.store.stream import Entry
from workflow.work import Office, read_now

ENTRIES = 200
PROJECTS = 10


def export_exchange(office: Office, entries: int = ENTRIES, projects: int = PROJECTS) -> int:
    """Take up to ``entries`` entries of the stream and ``projects`` projects that are to be made anew; returns how much
    of that was done, 0 when nothing is left."""
    with office.engine.begin() as conn:
        head = exchange.hold(conn)
        if head is None or not readers.may_make(conn, READER, office.catalogue.digest):
            return 0
        session = _Session(office, conn, head)
        done = session.adopt_configuration()
        done += stream.follow(conn, READER, entries, session.take)
        return done + session.catch_up(projects) + session.try_again(projects)


class _Session:
    """One transaction's writing: the head moves with every part of it."""

    def __init__(self, office: Office, conn: Connection, head: Head) -> None:
        self._office = office
        self._conn = conn
        self._head = head
        self._position = head.position
        self._rules = office.catalogue.exchange

    def adopt_configuration(self) -> int:
        """After a change of the configuration: the flow tables at once, everything else in parts."""
        if self._head.digest == self._office.catalogue.digest:
            return 0
        if not self._head.digest:
            # The first time: project by project instead of line by line of the whole history.
            exchange.begin_here(self._conn, READER)
        exchange.all_to_do(self._conn, self._office.catalogue.digest)
        self._write_flows()
        return 1

    def take(self, entries: list[Entry]) -> None:
        """What these entries of the stream name."""
        cases = {entry.case_id for entry in entries if entry.kind == "event" and entry.case_id is not None}
        projects = {entry.ref for entry in entries if entry.kind == "project" and entry.ref is not None}
        self._make(exchange.targets(self._conn, cases, projects))

    def catch_up(self, limit: int) -> int:
        """Up to ``limit`` projects that are to be made anew as a whole; returns how many."""
        targets = exchange.take_to_do(self._conn, limit, self._rules.cases)
        if targets.projects:
            self._make(targets)
        return len(targets.projects)

    def try_again(self, limit: int) -> int:
        """Up to ``limit`` of the cases and projects that were put aside and whose time has come; returns how many."""
        refs = readers.to_try_again(self._conn, READER, limit)
        do_all_but_the_bad(self._conn, READER, refs, self._make_part)
        return len(refs)

    def _make(self, targets: Targets) -> None:
        # Projects before cases: rows of a case refer to those of its project.
        refs = [Ref("project", one) for one in sorted(targets.projects)]
        refs += [Ref("case", one) for one in sorted(targets.cases)]
        do_all_but_the_bad(self._conn, READER, refs, self._make_part)

    def _make_part(self, refs: Sequence[Ref]) -> None:
        before = self._position
        try:
            self._make_rows(
                [one.id for one in refs if one.kind == "case"], [one.id for one in refs if one.kind == "project"]
            )
        except BaseException:
            # What was written is taken back with its savepoint, and its positions with it.
            self._position = before
            raise

    def _make_rows(self, case_ids: Sequence[int], project_ids: Sequence[int]) -> None:
        cases = exchange_facts.cases(self._conn, case_ids, self._rules.cases)
        projects = exchange_facts.projects(
            self._conn, project_ids, self._rules.cases, received_states(self._office.flows, self._rules.cases)
        )
        catalogue = self._office.catalogue
        made = [row for project in projects for row in rows_of_project(catalogue, project)]
        for case in cases:
            made += rows_of_case(catalogue, self._office.flow(case.flow, case.flow_version), case)
        if exchange.use_items(self._conn, {(case.item, case.item_version) for case in cases}):
            self._write_flows()
        owners = [Owner("case", case.id) for case in cases] + [Owner("project", one.id) for one in projects]
        self._write(made, owners)

    def _write_flows(self) -> None:
        self._write(rows_of_flows(self._office.catalogue, exchange.items_used(self._conn)), [FLOWS])

    def _write(self, rows: list[Row], owners: list[Owner]) -> None:
        standing = exchange.standing(self._conn, owners)
        elsewhere = exchange.fitness(self._conn, (need for row in rows for need in row.needs))
        plan = writing(rows, standing, elsewhere)
        self._position = exchange.write(
            self._conn,
            plan,
            owners,
            standing,
            self._position,
            read_now(self._conn),
            self._office.catalogue.district.filed_under,
        )
        # Cases may have waited for their project, or must wait from now on.
        projects = {row.owner.id: (row.table, row.key) for row in rows if row.table == PROJECT}
        exchange.to_do(self._conn, (one for one, place in projects.items() if place in plan.fallen))
        exchange.to_do_waiting(self._conn, (one for one, place in projects.items() if place in plan.risen))
