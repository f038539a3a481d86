"""``wugeyi proof CASE CLOCK``: the day-by-day proof of a case's date."""

import argparse
import json
import sys
from collections.abc import Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from workflow.actor import SYSTEM
from workflow.cli.due import proof_json, proof_lines
from workflow.cli.office import office_at_hand
from workflow.clock.days import OFFICE_ZONE
from workflow.clock.proof_csv import write_csv
from workflow.errors import Refused, Unusable
from workflow.settings import load_settings

if TYPE_CHECKING:
    from workflow.queries.proof import ClockProof


def configure(parser: argparse.ArgumentParser) -> None:
    """Which clock of which case."""
    parser.add_argument("case", help="for instance LS2026-000123")
    parser.add_argument("clock", help="statutory, promised, completeness …")
    parser.add_argument("--round", type=int, default=None, help="the latest one without it")
    parser.add_argument("--as-of", metavar="DATE", help="as it stood at the end of that day, or at 2026-03-10T09:30")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true")
    form.add_argument("--csv", action="store_true", help="the days as CSV")


def run(args: argparse.Namespace) -> int:
    """Print every day and the sentence; 1 where the date kept with the case is not the one proved."""
    from workflow.queries.proof import clock_proof
    from workflow.work import begin_work

    at = _moment(args.as_of) if args.as_of else None
    with office_at_hand(load_settings()) as office:
        try:
            with begin_work(office, SYSTEM) as work:
                found = clock_proof(work, args.case, args.clock, args.round, at)
        except Refused as refusal:
            raise Unusable(refusal.en) from refusal
    if args.json:
        print(json.dumps(proof_json(found.proof) | _witnesses(found), ensure_ascii=False, indent=2))
    elif args.csv:
        write_csv(found.proof.days, sys.stdout)
    else:
        print("\n".join([*proof_lines(found.proof), *_witness_lines(found)]))
    if found.fresh:
        return 0
    print(f"the date kept with the case is another one: {found.clock.due_on}")
    return 1


def _witnesses(found: "ClockProof") -> dict[str, Any]:
    extension = found.extension
    return {
        "as_of": found.as_of.isoformat() if found.as_of else None,
        "basis": found.clock.basis,
        "pauses": [
            {
                "cause": one.cause,
                "basis": one.basis,
                "since": one.since.isoformat(),
                "until": one.until.isoformat() if one.until else None,
                "resets": one.resets,
                "document": one.document,
                "opened_by": one.opened_by.zh,
            }
            for one in found.pauses
        ],
        "extended": None
        if extension is None
        else {
            "days": extension.days,
            "by": extension.by.zh,
            "recorded_at": extension.recorded_at.isoformat(),
            "document": extension.document,
        },
    }


def _witness_lines(found: "ClockProof") -> Iterator[str]:
    """Which article the limit stands on, and which paper is behind each pause and the extension."""
    yield f"依据 basis {found.clock.basis}"
    for one in found.pauses:
        until = one.until.isoformat() if one.until else "…"
        yield (
            f"暂停 pause ({one.since}, {until}] {one.title.zh} {one.title.en}，{one.basis}；"
            f"{one.opened_by.zh}，文书 document {one.document or '—'}"
        )
    if found.extension:
        yield f"延长 extension +{found.extension.days}，{found.extension.by.zh}，文书 {found.extension.document or '—'}"
    if found.as_of:
        yield f"截至 as of {found.as_of.astimezone(OFFICE_ZONE):%Y-%m-%d %H:%M}"


def _moment(text: str) -> date | datetime:
    try:
        if "T" not in text:
            return date.fromisoformat(text)
        moment = datetime.fromisoformat(text)
    except ValueError:
        accepted = "2026-03-10 and 2026-03-10T09:30 are accepted"
        raise Unusable(f"--as-of {text!r}: {accepted}") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=OFFICE_ZONE)
