"""``python -m tests.bench [SUBJECT…]``: all subjects, or those named; the table, and ``bench.json`` in WUGEYI_HOME."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench import (
    arming,
    due_dates,
    firing,
    first_pages,
    forecast,
    http_action,
    idle_sweep,
    memory,
    pages,
    recompute,
    transition,
    war_map,
    worklist,
)
from tests.bench.measuring import Figure
from tests.bench.stage import Stage, stage, sync_rate
from workflow.settings import load_settings

SUBJECTS: dict[str, Callable[[Stage], Iterator[Figure]]] = {
    "transition": transition.figures,
    "http_action": http_action.figures,
    "firing": firing.figures,
    "arming": arming.figures,
    "worklist": worklist.figures,
    "war_map": war_map.figures,
    "forecast": forecast.figures,
    "idle_sweep": idle_sweep.figures,
    "pages": pages.figures,
    "first_pages": first_pages.figures,
    "recompute": recompute.figures,
    "memory": memory.figures,
    "due_dates": due_dates.figures,
}


def main(names: list[str]) -> int:
    """Measure, print, write; 2 for a subject that is not known."""
    unknown = [name for name in names if name not in SUBJECTS]
    if unknown:
        print(f"no such subject: {', '.join(unknown)}; known: {', '.join(SUBJECTS)}", file=sys.stderr)
        return 2
    begun = time.monotonic()
    home = load_settings().home
    with stage(home) as at:
        found = [Figure("R6: fdatasync in the server's folder", sync_rate(at.folder), "/s")]
        for name in names or SUBJECTS:
            print(f"{time.monotonic() - begun:5.0f} s  {name} …", file=sys.stderr, flush=True)
            found += SUBJECTS[name](at)
    _print(found)
    path = home / "bench.json"
    _write(path, found)
    print(f"{time.monotonic() - begun:.0f} s; written to {path}")
    return 0


def _write(path: Path, figures: list[Figure]) -> None:
    lines = [json.dumps(figure.as_json(), ensure_ascii=False) for figure in figures]
    path.write_text("[\n  " + ",\n  ".join(lines) + "\n]\n", encoding="utf-8")


def _print(figures: list[Figure]) -> None:
    table = Table("subject", box=None, padding=(0, 2))
    for heading in ("value", "", "ratio", "reach", "reached", "CPU ms", "queries", "KiB"):
        table.add_column(heading, justify="left" if heading == "" else "right")
    table.add_column("reference")
    for figure in figures:
        line = figure.as_json()
        value = f"{figure.value:,.0f}" if figure.value >= 100 else f"{figure.value:.2f}"
        ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}"
        reached = {None: "", True: "yes", False: "no"}[figure.reached]
        sizes = [
            "" if found is None else f"{found:.{digits}f}"
            for found, digits in ((figure.cpu_ms, 1), (figure.queries, 0), (figure.kib, 0))
        ]
        table.add_row(figure.name, value, figure.unit, ratio, line["reach"] or "", reached, *sizes, figure.reference)
    Console(width=140, highlight=False).print(table)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
