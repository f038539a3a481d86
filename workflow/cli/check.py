"""``wugeyi check``: prove flows, catalogue, calendar, texts and demo sound; every fault, not only the first."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from workflow.errors import ConfigFaults, Fault, Unusable
from workflow.settings import load_settings

if TYPE_CHECKING:
    from workflow.catalogue import Catalogue
    from workflow.definition import Flow

T = TypeVar("T")
FAULTY = 1


def configure(parser: argparse.ArgumentParser) -> None:
    """Other folders than the configured ones, for what is not in use yet."""
    parser.add_argument("--flows", type=Path, metavar="DIR", help="flow files to check instead of flows/")
    add_config(parser)


def add_config(parser: argparse.ArgumentParser) -> None:
    """``--config``, for every command that reads nothing but files."""
    parser.add_argument("--config", type=_folder, metavar="DIR", help="configuration folder (WUGEYI_CONFIG)")


def run(args: argparse.Namespace) -> int:
    """0 and a summary, or 1 and a line for every fault: file, line, key, what is known instead."""
    from workflow.catalogue import load_catalogue

    config = args.config or load_settings().config
    flows = args.flows or config / "flows"
    if not flows.is_dir():
        raise Unusable(f"--flows={str(flows)!r} is no folder; accepted: a folder of <flow>.v<N>.yaml files")
    faults: list[Fault] = []
    catalogue = _tried(lambda: load_catalogue(config), faults)
    summary = [] if catalogue is None else _check_rest(config, flows, catalogue, faults)
    if faults:
        for fault in faults:
            print(f"✗ {fault}")
        if catalogue is None:
            print("the flows are checked once the catalogue can be read")
        print(f"{len(faults)} faults")
        return FAULTY
    print("\n".join(summary))
    return 0


def _check_rest(config: Path, flows: Path, catalogue: "Catalogue", faults: list[Fault]) -> list[str]:
    from workflow.clock.calendar import published_calendar
    from workflow.clock.notices import load_notices
    from workflow.demo.files import FOLDER, load_demo_files
    from workflow.letters import load_templates
    from workflow.loading import load_flows

    loaded = _tried(lambda: load_flows(flows, catalogue), faults) or {}
    calendar = _tried(lambda: published_calendar(load_notices(config / "calendar")), faults)
    templates = _tried(lambda: load_templates(config), faults) or {}
    demo = _tried(lambda: load_demo_files(config, catalogue), faults) if (config / FOLDER).is_dir() else None
    lines = [_flow_line(flow) for _, flow in sorted(loaded.items())]
    lines.append(
        f"catalogue: {len(catalogue.items)} items, {len(catalogue.materials)} materials, "
        f"{len(catalogue.departments)} departments, {len(catalogue.roles)} roles, "
        f"{len(catalogue.causes)} causes of a pause"
    )
    if calendar is not None:
        lines.append(f"calendar {calendar.version}: published to {calendar.horizon}, provisional beyond")
    lines.append(f"messages: {', '.join(sorted(templates))}")
    if demo is not None:
        lines.append(f"demo: {len(demo.projects)} projects, {len(demo.people)} accounts")
    return [*lines, "everything is sound"]


def _flow_line(flow: "Flow") -> str:
    rungs = sum(len(rule.ladder) for rule in flow.clocks.values())
    return (
        f"flow {flow.name} v{flow.version}: {len(flow.states)} states, {len(flow.actions)} actions, "
        f"{len(flow.clocks)} clocks, {rungs} rungs; digest {flow.digest[:12]}"
    )


def _tried(load: Callable[[], T], faults: list[Fault]) -> T | None:
    try:
        return load()
    except ConfigFaults as found:
        faults.extend(found.faults)
        return None


def _folder(text: str) -> Path:
    folder = Path(text).expanduser().absolute()
    if not folder.is_dir():
        raise argparse.ArgumentTypeError(f"{text!r} is no folder; accepted: the folder that holds flows/, items/ …")
    return folder
