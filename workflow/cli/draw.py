"""``wugeyi draw FLOW``: a flow as a Mermaid diagram."""

import argparse

from workflow.cli.check import add_config
from workflow.errors import Unusable
from workflow.settings import load_settings


def configure(parser: argparse.ArgumentParser) -> None:
    """The flow, and how its states are named."""
    parser.add_argument("flow", help="for instance item")
    parser.add_argument("--version", type=int, default=None, help="the newest one without it")
    parser.add_argument("--lang", choices=("zh", "en"), default="zh")
    add_config(parser)


def run(args: argparse.Namespace) -> int:
    """Print the diagram."""
    from workflow.catalogue import load_catalogue
    from workflow.drawing import mermaid
    from workflow.loading import load_flows

    config = args.config or load_settings().config
    flows = load_flows(config / "flows", load_catalogue(config))
    versions = sorted(version for name, version in flows if name == args.flow)
    if not versions or args.version not in (None, *versions):
        known = ", ".join(f"{name} v{version}" for name, version in sorted(flows))
        wanted = args.flow if args.version is None else f"{args.flow} v{args.version}"
        raise Unusable(f"there is no flow {wanted!r}; there are: {known}")
    print(mermaid(flows[args.flow, args.version or versions[-1]], args.lang), end="")
    return 0
