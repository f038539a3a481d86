"""A closure falls into the days of 100,000 armed clocks: every date is derived anew and written, as the workers do it.

Meanwhile an officer goes on acting; what one action takes beside the batches is the second figure. The bound is one
minute.
"""

import resource
import statistics
import threading
import time
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count

from sqlalchemy import Engine, text

from tests.bench import back_and_forth, rows
from tests.bench.measuring import Figure
from tests.bench.stage import Stage
from workflow.actor import Actor
from workflow.clock.calendar import Calendar, Notice, local_day, published_calendar
from workflow.commands.settle_dates import settle_calendar
from workflow.commands.take_action import take_action
from workflow.store import calendars
from workflow.store.engine import open_engine
from workflow.work import Office, begin_work, read_now

CASES = 50_000
CLOCKS = 100_000
SECONDS = 60.0


def figures(stage: Stage) -> Iterator[Figure]:
    """Seconds for all of them, the officer's milliseconds beside them, and memory."""
    url = stage.database()
    rows.armed_clocks(stage, url, CASES, CLOCKS)
    engine = open_engine(url, "sweeper")
    office = stage.office_on(engine)
    actor, own = back_and_forth.fill(office, 50)
    _new_calendar(office)
    stage.settle()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with _Officer(stage, url, actor, own) as officer:
        begun = time.perf_counter()
        done = settle_calendar(office)
        taken = time.perf_counter() - begun
    # What the officer held at that moment waits for the next pass.
    while (again := settle_calendar(office)).cases:
        done += again
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    _check(engine, done.cases, done.failed)
    engine.dispose()
    name = f"deriving {CLOCKS:,} armed clocks anew"
    yield Figure(name, taken, "s", "a minute", taken / SECONDS, ("<=", 1.0))
    yield Figure("an officer's action meanwhile, median", statistics.median(officer.taken), "ms")
    yield Figure("an officer's action meanwhile, longest", max(officer.taken), "ms")
    yield Figure("memory it takes", grown, "MiB")


def _new_calendar(office: Office) -> None:
    """From now on the day after tomorrow is a closure, or the next working day after it."""
    with office.engine.begin() as conn:
        now = read_now(conn)
        day = office.base_calendar.add_working_days(local_day(now) + timedelta(days=2), 1)
        calendars.put_in_force(conn, office.base_calendar, office.base_calendar.version, now, None)
        calendars.put_in_force(conn, _with_closure(office, day), office.base_calendar.version, now, None)


def _with_closure(office: Office, day: date) -> Calendar:
    closure = Notice(day.year, {day: "台风停工"}, frozenset(), "测试", "closure")
    return published_calendar([*office.notices, closure])


def _check(engine: Engine, cases: int, failed: int) -> None:
    with engine.connect() as conn:
        left = conn.execute(
            text("SELECT count(*) FROM clocks WHERE calendar_version = :old"), {"old": rows.CALENDAR}
        ).scalar_one()
    if failed or left or cases < CASES:
        raise RuntimeError(f"{cases} cases derived anew, {failed} failed, {left} clocks left")


class _Officer:
    """Somebody who acts on one case after the other until the block ends."""

    def __init__(self, stage: Stage, url: str, actor: Actor, own: list[str]) -> None:
        self.taken: list[float] = []
        self._engine = open_engine(url, "web")
        self._office = stage.office_on(self._engine)
        self._actor, self._own = actor, own
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._act)

    def __enter__(self) -> "_Officer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()
        self._engine.dispose()

    def _act(self) -> None:
        for turn in count():
            if self._done.is_set() and self.taken:
                return
            no, way = self._own[turn % len(self._own)], ("send", "send_back")[turn // len(self._own) % 2]
            begun = time.perf_counter()
            with begin_work(self._office, self._actor) as work:
                take_action(work, no, way)
            self.taken.append((time.perf_counter() - begun) * 1000)
            self._done.wait(0.02)
