"""``wugeyi exchange``: bring the national exchange up to date, write its rows to a file, check them, reconcile."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from workflow.cli.office import office_at_hand
from workflow.settings import load_settings

if TYPE_CHECKING:
    from workflow.queries.exchange_reconciliation import Reconciliation
    from workflow.work import Office

NOT_EQUAL = 1


def configure(parser: argparse.ArgumentParser) -> None:
    """Which database it is comes from the settings."""
    parser.add_argument(
        "--jsonl", metavar="FILE", help="write every row behind --after to FILE, one a line; - is stdout"
    )
    parser.add_argument("--after", type=int, default=0, metavar="POSITION", help="only what came after this position")
    parser.add_argument("--check", action="store_true", help="list flagged rows and rows held back")
    parser.add_argument("--reconcile", action="store_true", help="work everything out anew and compare")


def run(args: argparse.Namespace) -> int:
    """0, or 1 where --check finds a row that cannot be uploaded or --reconcile a difference."""
    with office_at_hand(load_settings()) as office:
        _bring_up_to_date(office)
        status = 0
        if args.jsonl is not None:
            _write(office, args.jsonl, args.after)
        if args.check:
            status = max(status, _check(office))
        if args.reconcile:
            status = max(status, _reconcile(office))
        if args.jsonl is None and not args.check and not args.reconcile:
            _summary(office)
    return status


def _bring_up_to_date(office: "Office") -> None:
    from workflow.commands.export_exchange import export_exchange
    from workflow.store import stream

    while True:
        with office.engine.begin() as conn:
            sequenced = stream.sequence(conn)
        if not sequenced and not export_exchange(office):
            return


def _write(office: "Office", name: str, after: int) -> None:
    from workflow.queries.exchange_feed import json_lines

    if name == "-":
        for line in json_lines(office.engine, after):
            print(line)
        return
    with Path(name).open("w", encoding="utf-8", newline="\n") as file:
        rows = sum(1 for line in json_lines(office.engine, after) if file.write(line + "\n"))
    print(f"{rows} rows written to {name}", file=sys.stderr)


def _check(office: "Office") -> int:
    from workflow.queries.exchange_check import exchange_check

    with office.engine.connect() as conn:
        found = exchange_check(conn, office.catalogue)
    for row in found.flagged:
        mark = "✗" if row.stopped else "·"
        print(f"{mark} {row.title} {row.key} (LSH {row.lsh}): {'；'.join(row.flags)}")
    for held in found.held:
        print(f"{'·' if held.outside else '✗'} {held.title} {held.key.lstrip('|')}: {held.sentence}")
    for fault in found.aside:
        print(f"✗ {fault.no}: no rows can be made since {fault.since.isoformat()}: {fault.error}")
    for owed in found.owed:
        print(f"· {owed.zh}")
    waits = any(not held.outside for held in found.held)
    return NOT_EQUAL if waits or found.aside or any(row.stopped for row in found.flagged) else 0


def _reconcile(office: "Office") -> int:
    from workflow.queries.exchange_reconciliation import exchange_reconciliation

    with office.engine.connect() as conn:
        found = exchange_reconciliation(office, conn, anew=True)
    _tables(found)
    for state in found.states:
        mark = " " if state.equal else "✗"
        print(
            f"{mark} {state.title.zh}: {state.system} in the service, {state.exchange} exported, {state.held} held back"
        )
    for no in found.missing:
        print(f"✗ {no} is missing")
    for told in found.aside:
        print(f"✗ no rows can be made of {told}")
    print(f"{found.differences} differences, {found.behind} lines and {found.to_do} projects still to take")
    return 0 if found.equal else NOT_EQUAL


def _summary(office: "Office") -> None:
    from workflow.queries.exchange_reconciliation import exchange_reconciliation

    with office.engine.connect() as conn:
        _tables(exchange_reconciliation(office, conn))


def _tables(found: "Reconciliation") -> None:
    print(f"position {found.position}")
    for one in found.tables:
        expected = "" if one.expected is None else f", expected {one.expected}"
        mark = " " if one.equal else "✗"
        print(
            f"{mark} {one.table:22} {one.valid:8} valid, {one.invalid} invalid, {one.stopped} stopped, "
            f"{one.flagged} flagged, {one.held} held back, {one.outside} without a case{expected}  {one.title}"
        )
    for name, title, where in found.no_source:
        print(f"  {name:22} no source in this system: {title}，{where}")
