"""``wugeyi check``: prove flows, catalogue, calendar, texts and demo sound; every fault, not only the first.

Sound flows are then lived through a year of calendar: a rung that never fires, or that nobody would receive, is found.
"""

import argparse
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from workflow.errors import ConfigFaults, Fault, Unusable
from workflow.settings import load_settings

if TYPE_CHECKING:
    from workflow.catalogue import Catalogue
    from workflow.clock.calendar import Calendar
    from workflow.definition import Flow
    from workflow.demo.files import DemoFiles
    from workflow.recipients import Holding
    from workflow.simulation import Simulated

T = TypeVar("T")
FAULTY = 1


def configure(parser: argparse.ArgumentParser) -> None:
    """Other folders than the configured ones, for what is not in use yet."""
    parser.add_argument("--flows", type=Path, metavar="DIR", help="flow files to check instead of flows/")
    parser.add_argument("--ladders", action="store_true", help="show how often each rung fires in a simulated year")
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
    summary = [] if catalogue is None else _check_rest(config, flows, catalogue, faults, args.ladders)
    if faults:
        for fault in faults:
            print(f"✗ {fault}")
        if catalogue is None:
            print("the flows are checked once the catalogue can be read")
        print(f"{len(faults)} faults")
        return FAULTY
    print("\n".join(summary))
    return 0


def _check_rest(
    config: Path, flows: Path, catalogue: "Catalogue", faults: list[Fault], ladders: bool = False
) -> list[str]:
    from workflow.clock.calendar import published_calendar
    from workflow.clock.notices import load_notices
    from workflow.demo.files import FOLDER, load_demo_files
    from workflow.letters import load_templates
    from workflow.loading import load_flows
    from workflow.typesetting import trial_faults

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
    faults.extend(trial_faults(config, catalogue.documents.values()))
    lines.append(f"documents: {len(catalogue.documents)} kinds, {len(catalogue.remedies)} remedies; each was set")
    if demo is not None:
        lines.append(f"demo: {len(demo.projects)} projects, {len(demo.people)} accounts")
    if loaded and calendar is not None:
        lines += _simulated(flows, loaded.values(), catalogue, calendar, demo, faults, ladders)
    return [*lines, "everything is sound"]


def _simulated(
    folder: Path,
    flows: Iterable["Flow"],
    catalogue: "Catalogue",
    calendar: "Calendar",
    demo: "DemoFiles | None",
    faults: list[Fault],
    ladders: bool,
) -> list[str]:
    """Every flow lived through a year; what that shows goes to ``faults``, and a line for each flow comes back."""
    from workflow.simulation import Year, simulate

    year = Year(calendar)
    holdings = None if demo is None else _holdings(demo, catalogue)
    lines: list[str] = []
    for flow in sorted(flows, key=lambda flow: flow.key):
        seen = simulate(flow, catalogue, year, holdings)
        faults.extend(_placed(folder, seen))
        through = f"simulated {flow.name} v{flow.version} through {year.number}"
        lines.append(f"{through}: every rung fires, its clocks run and stop in {seen.situations} situations")
        lines += [f"  not simulated, for its limit is not known here: clock {name}" for name in seen.skipped]
        lines += _table(seen) if ladders else ()
    return lines


def _placed(folder: Path, seen: "Simulated") -> list[Fault]:
    """The findings with the lines of the file."""
    from workflow.strict_yaml import load_first

    if not seen.findings:
        return []
    document, _ = load_first(folder / f"{seen.flow.name}.v{seen.flow.version}.yaml")
    return [document.fault(finding.place, finding.sentence, finding.known) for finding in seen.findings]


def _holdings(demo: "DemoFiles", catalogue: "Catalogue") -> list["Holding"]:
    """The people of the demo in their roles; whoever is bound to projects counts everywhere, for each has one."""
    from workflow.recipients import Holding

    return [
        Holding(person.role, number, person.department, person.squad, None, person.company)
        for number, person in enumerate(demo.people, start=1)
        if person.role in catalogue.roles
    ]


def _table(seen: "Simulated") -> list[str]:
    """A line a clock and limit, and one a rung: how often it fires, and how far from the end of its clock."""
    lines = []
    for row in seen.table:
        tally = row.tally
        if row.index == 0:
            lines.append(f"  {seen.flow.name} v{seen.flow.version} {row.clock} {row.limit}: {', '.join(row.whose)}")
        share = f"{100 * tally.fired / tally.starts:5.1f}%"
        span = f"{_distance(tally.earliest)} … {_distance(tally.latest)}" if tally.fired else "never"
        lines.append(f"    {row.rung.text:26} fires {share}  {span}")
    return lines


def _distance(distance: timedelta | None) -> str:
    """``-1d15:00`` before the end of the clock, ``+0d00:05`` after it."""
    if distance is None:
        return "—"
    minutes = int(abs(distance).total_seconds()) // 60
    return f"{'-' if distance < timedelta() else '+'}{minutes // 1440}d{minutes // 60 % 24:02}:{minutes % 60:02}"


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
