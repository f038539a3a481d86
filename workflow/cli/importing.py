"""``wugeyi import``: projects, people and running cases from files, and the workbooks to fill in.

As with ``wugeyi calendar`` there is no password: whoever may run this command acts in the name of the account given
with ``--as``, an administrator's.
"""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from workflow.cli.calendar import person_named
from workflow.cli.office import office_at_hand
from workflow.errors import Refused, Unusable
from workflow.settings import load_settings

if TYPE_CHECKING:
    from workflow.commands.bring_in import Outcome

KINDS = ("projects", "people", "case")
REFUSED = 1
_DRY = "say what would happen and name every fault; nothing is written"


def configure(parser: argparse.ArgumentParser) -> None:
    """What is imported, and the template."""
    verbs = parser.add_subparsers(title="verbs", dest="verb", metavar="VERB", required=True)
    for kind, words in zip(KINDS, ("projects of the war map", "people and roles", "running cases"), strict=True):
        verb = verbs.add_parser(kind, help=f"{words} from an .xlsx, .csv" + (" or .json" if kind == "case" else ""))
        verb.add_argument("file", type=Path)
        verb.add_argument("--dry-run", action="store_true", help=_DRY)
        verb.add_argument("--as", dest="username", required=True, metavar="USERNAME", help="in whose name")
    made = verbs.add_parser("template", help="write a workbook to fill in")
    made.add_argument("kind", choices=KINDS)
    made.add_argument("--output", type=Path, metavar="FILE", help="the template's own name without it")


def run(args: argparse.Namespace) -> int:
    """0 when the file was taken, or could be; 1 with a line for every fault."""
    return _template(args) if args.verb == "template" else _import(args)


def _template(args: argparse.Namespace) -> int:
    from workflow.commands.import_file import template

    with office_at_hand(load_settings()) as office:
        name, content = template(office, args.kind)
    path = args.output or Path(name)
    path.write_bytes(content)
    print(path)
    return 0


def _import(args: argparse.Namespace) -> int:
    from workflow.commands.import_file import IMPORTS
    from workflow.work import begin_work

    settings = load_settings()
    content = _content(args.file, settings.upload_mb)
    with office_at_hand(settings) as office:
        actor = person_named(office, args.username)
        try:
            with begin_work(office, actor) as work:
                # A dry run lists every fault where a refusal would list the first ones.
                tried = IMPORTS[args.verb](work, args.file.name, content, True)
            if tried.faults or args.dry_run:
                return _told(tried)
            with begin_work(office, actor) as work:
                done = IMPORTS[args.verb](work, args.file.name, content, False)
        except Refused as refusal:
            raise Unusable(f"{refusal.zh} · {refusal.en}") from refusal
    return _told(done)


def _content(path: Path, most: int) -> bytes:
    if path.stat().st_size > most * 1024 * 1024:
        raise Unusable(f"{path}: larger than {most} MiB (WUGEYI_UPLOAD_MB)")
    return path.read_bytes()


def _told(outcome: "Outcome") -> int:
    for fault in outcome.faults:
        print(f"✗ {fault.sheet}!{fault.cell} {fault.column} “{fault.value}”: {fault.zh} · {fault.en}")
    if outcome.faults:
        print(f"{len(outcome.faults)} faults, nothing was written")
        return REFUSED
    did = "would be" if outcome.dry_run else "were"
    print(f"{outcome.created} new, {outcome.changed} changed, {outcome.same} the same {did} imported")
    for no in outcome.cases:
        print(f"  {no}")
    if outcome.secrets:
        print("first passwords, shown this once:")
        for username, secret in sorted(outcome.secrets.items()):
            print(f"  {username:24} {secret}")
    return 0
