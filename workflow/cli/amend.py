"""``wugeyi amend``: a limit changed by law, or a newer flow version, for the cases that run.

Proposed here with its preview, signed by a second person, done by the workers. As with ``wugeyi calendar`` there is no
password: whoever may run this command acts in the name of the account given with ``--as``.
"""

import argparse
from collections.abc import Mapping
from typing import Any

from workflow.actor import SYSTEM
from workflow.amending.kinds import KINDS
from workflow.cli.calendar import ROWS_SHOWN, VERBS, person_named, preview_lines
from workflow.cli.office import office_at_hand
from workflow.commands.amend import propose
from workflow.errors import Refused, Unusable
from workflow.recast_limits import LIMITED, RULES
from workflow.settings import load_settings
from workflow.work import Office, begin_work

SHARED = ("sign", "refuse", "list", "settle")
"""What is done with an amendment of any kind: as `wugeyi calendar` does it."""
_RUNNING = "what cases received before that day are kept on; favourable: whichever ends earlier"
_AT_REST = "also cases that have ended and only rest, as delivered permits do: their lives begin to count"
_PREVIEW = "show every date that would move and stop; nothing is written"


def configure(parser: argparse.ArgumentParser) -> None:
    """What changes, or what is done with a proposal."""
    verbs = parser.add_subparsers(title="verbs", dest="verb", metavar="VERB", required=True)
    limit = verbs.add_parser("limit", help="propose a limit changed by law on a date")
    limit.add_argument("--item", required=True, metavar="CODE")
    limit.add_argument("--variant", metavar="CODE", help="the form of the item; the base form without it")
    limit.add_argument("--clock", required=True, choices=LIMITED)
    limit.add_argument("--limit", required=True, metavar="LIMIT", help="for instance 3wd")
    limit.add_argument("--from", dest="since", required=True, metavar="DATE", help="the day it is in force")
    limit.add_argument("--running", required=True, choices=RULES, help=_RUNNING)
    flow = verbs.add_parser("flow", help="propose to move running cases to a newer version of their flow")
    flow.add_argument("flow", metavar="FLOW", help="for instance item")
    flow.add_argument("--to", type=int, required=True, metavar="VERSION")
    flow.add_argument("--from", dest="since", type=int, metavar="VERSION", help="the one before it, if not given")
    flow.add_argument("--at-rest", action="store_true", help=_AT_REST)
    for verb in (limit, flow):
        verb.add_argument("--document", required=True, help="title and number of the paper that says so")
        how = verb.add_mutually_exclusive_group(required=True)
        how.add_argument("--preview", action="store_true", help=_PREVIEW)
        how.add_argument("--as", dest="username", metavar="USERNAME", help="in whose name it is proposed")
    signs = verbs.add_parser("sign", help="put a proposal in force, as another person than who proposed it")
    signs.add_argument("id", type=int)
    signs.add_argument("--note", default="")
    signs.add_argument("--seen", metavar="MARK", help="the mark of a newer preview that was looked at")
    refuses = verbs.add_parser("refuse", help="refuse a proposal, or take one's own back")
    refuses.add_argument("id", type=int)
    refuses.add_argument("--reason", required=True)
    for verb in (signs, refuses):
        verb.add_argument("--as", dest="username", required=True, metavar="USERNAME", help="in whose name")
    verbs.add_parser("list", help="the amendments, newest first")
    verbs.add_parser("settle", help="change the cases now, in one pass, without waiting for a worker")


def run(args: argparse.Namespace) -> int:
    """Do it; refusals are one line."""
    with office_at_hand(load_settings()) as office:
        try:
            if args.verb in SHARED:
                return VERBS[args.verb](office, args)
            content = _limit_content(args) if args.verb == "limit" else _flow_content(office, args)
            return _preview(office, args, content) if args.preview else _propose(office, args, content)
        except Refused as refusal:
            raise Unusable(refusal.en) from refusal


def _limit_content(args: argparse.Namespace) -> dict[str, Any]:
    content = {"item": args.item, "clock": args.clock, "limit": args.limit, "from": args.since, "running": args.running}
    return content | ({"variant": args.variant} if args.variant else {})


def _flow_content(office: Office, args: argparse.Namespace) -> dict[str, Any]:
    older = [version for name, version in office.flows if name == args.flow and version < args.to]
    since = args.since if args.since is not None else max(older, default=args.to)
    return {"flow": args.flow, "from_version": since, "to_version": args.to, "at_rest": args.at_rest}


def _preview(office: Office, args: argparse.Namespace, content: Mapping[str, Any]) -> int:
    kind = KINDS[args.verb]
    with begin_work(office, SYSTEM) as work:
        found = kind.preview(work, args.verb, kind.read(work, args.verb, content, args.document), ROWS_SHOWN)
    print("\n".join(preview_lines(found)))
    return 0


def _propose(office: Office, args: argparse.Namespace, content: Mapping[str, Any]) -> int:
    with begin_work(office, person_named(office, args.username)) as work:
        made = propose(work, args.verb, content, args.document)
    figures = made.preview
    print(
        f"amendment {made.id} is proposed: {figures['cases']} cases would change, {figures['newly_overdue']} be overdue"
    )
    print(f"another administrator signs it: wugeyi amend sign {made.id} --as USERNAME")
    return 0
