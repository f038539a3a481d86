"""``wugeyi figures``: the leader's figures of a period; ``--rebuild`` counts all of them anew."""

import argparse
from datetime import date

from workflow.actor import SYSTEM
from workflow.cli.office import office_at_hand
from workflow.errors import Refused, Unusable
from workflow.settings import load_settings


def configure(parser: argparse.ArgumentParser) -> None:
    """The period and the cut, or the order to count anew."""
    parser.add_argument("--since", metavar="DATE", type=date.fromisoformat, help="1 January without it")
    parser.add_argument("--until", metavar="DATE", type=date.fromisoformat, help="today without it")
    parser.add_argument("--dimension", help="department, stage, street, squad, front, item")
    parser.add_argument("--value", help="one value of the dimension")
    parser.add_argument("--rebuild", action="store_true", help="count every case anew from nothing first")


SHOWN = 100
NOT_RIGHT = 1


def run(args: argparse.Namespace) -> int:
    """Print every number with the version of its definition; 1 where something keeps them from being right."""
    from workflow.commands.fold_figures import rebuild_figures
    from workflow.figures import changed_unversioned
    from workflow.queries.figure_scope import Ask
    from workflow.queries.figures import figures
    from workflow.store import figures as store
    from workflow.store import readers
    from workflow.work import begin_work

    with office_at_hand(load_settings()) as office:
        if args.rebuild:
            print(f"counted anew in {rebuild_figures(office)} passes")
        try:
            with begin_work(office, SYSTEM) as work:
                found = figures(work, Ask(args.since, args.until, args.dimension, args.value))
                aside = readers.faults(work.conn, store.READER, SHOWN)
                changed = changed_unversioned(office.catalogue, store.definitions(work.conn))
        except Refused as refusal:
            raise Unusable(refusal.en) from refusal
    print(f"{found.scope.since} to {found.scope.until}, as of {found.as_of.isoformat()}; {found.behind} not folded in")
    for figure in found.figures:
        print(f"{figure.definition.title.en} (v{figure.version}, {figure.definition.unit})")
        for part in figure.whole.parts:
            projects = "" if part.projects is None else f", {part.projects} projects"
            print(f"  {part.title.en}: {part.n} ({part.amount}){projects}")
        for ratio in figure.whole.ratios:
            print(f"  {ratio.title.en}: {'-' if ratio.value is None else ratio.value}")
    for fault in aside:
        print(
            f"✗ {fault.no} is not counted anew since {fault.since.isoformat()}, {fault.attempts} tries: {fault.error}"
        )
    if changed:
        print(f"✗ nothing is counted: {', '.join(changed)} changed without a new version (rules/figures.yaml)")
    return NOT_RIGHT if aside or changed else 0
