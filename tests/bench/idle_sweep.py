"""A sweep that finds nothing due, with 10⁴ and with 10⁶ armed clocks; the same for the probe between two sweeps.

One connection, warmed up; the two databases take turns, each figure is the median of single calls.
"""

from collections.abc import Callable, Iterator
from functools import partial

from sqlalchemy import Connection, Engine

from tests.bench import rows
from tests.bench.measuring import Figure, milliseconds, take_turns
from tests.bench.stage import Stage
from workers.sweeper import BATCH
from workflow.commands.fire_rungs import fire_due
from workflow.store import timers
from workflow.store.engine import open_engine
from workflow.work import Office

FEW, MANY = 10_000, 1_000_000
CASES = {FEW: 5_000, MANY: 100_000}
TURNS, TIMES = 7, 100


def figures(stage: Stage) -> Iterator[Figure]:
    """Milliseconds for one look."""
    offices = {count: stage.office_on(_engine_with(stage, count)) for count in (FEW, MANY)}
    for name, look in (("idle sweep", _sweep), ("idle probe", _probe)):
        sides = {str(count): partial(_time, look, office) for count, office in offices.items()}
        for side in sides.values():
            side()
        taken = take_turns(sides, TURNS)
        few, many, ratio = taken[str(FEW)], taken[str(MANY)], taken.ratio(str(MANY), str(FEW))
        reach = ("<=", 2.0) if look is _sweep else None
        yield Figure(f"{name}, 10⁴ armed", few, "ms")
        yield Figure(f"{name}, 10⁶ armed", many, "ms", f"{name}, 10⁴ armed", ratio, reach)
    for office in offices.values():
        office.engine.dispose()


def _engine_with(stage: Stage, clocks: int) -> Engine:
    url = stage.database()
    rows.armed_clocks(stage, url, CASES[clocks], clocks)
    return open_engine(url, "sweeper")


def _time(look: Callable[[Office, Connection], object], office: Office) -> float:
    with office.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        return milliseconds(lambda: look(office, conn), TIMES)


def _sweep(office: Office, conn: Connection) -> None:
    found = fire_due(office, BATCH)
    if found.done:
        raise RuntimeError(f"nothing was due, yet the sweep did {found.done}")


def _probe(office: Office, conn: Connection) -> None:
    timers.probe(conn)
