"""``wugeyi proof CASE CLOCK``: the day-by-day proof of a case's date."""

import argparse
import json

from workflow.actor import SYSTEM
from workflow.cli.due import proof_json, proof_lines
from workflow.cli.office import office_at_hand
from workflow.errors import Refused, Unusable
from workflow.settings import load_settings


def configure(parser: argparse.ArgumentParser) -> None:
    """Which clock of which case."""
    parser.add_argument("case", help="for instance LS2026-000123")
    parser.add_argument("clock", help="statutory, promised, completeness …")
    parser.add_argument("--round", type=int, default=None, help="the latest one without it")
    parser.add_argument("--json", action="store_true")


def run(args: argparse.Namespace) -> int:
    """Print every day and the sentence; 1 where the date kept with the case is not the one proved."""
    from workflow.queries.proof import clock_proof
    from workflow.work import begin_work

    with office_at_hand(load_settings()) as office:
        try:
            with begin_work(office, SYSTEM) as work:
                found = clock_proof(work, args.case, args.clock, args.round)
        except Refused as refusal:
            raise Unusable(refusal.en) from refusal
    if args.json:
        print(json.dumps(proof_json(found.proof), ensure_ascii=False, indent=2))
    else:
        print("\n".join(proof_lines(found.proof)))
    if found.fresh:
        return 0
    print(f"the date kept with the case is another one: {found.clock.due_on}")
    return 1
