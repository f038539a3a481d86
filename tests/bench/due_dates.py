"""Due dates: right on a million random cases, and as fast as numpy's own business days.

numpy cannot express 调休 with its weekmask: a Saturday is worked always or never. So it is asked twice: with its usual
week over spans without a make-up day, and with a week of seven working days from which every rest day is a holiday.
Pauses, months, rolling and interruptions it knows not at all; those are walked day by day by `tests.core.oracle`.
"""

import json
import random
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import date, datetime, timedelta
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import chinese_calendar  # type: ignore[import-untyped]
import numpy as np

from tests.bench.measuring import Figure, Rounds, take_turns
from tests.bench.stage import Stage
from tests.core import oracle
from tests.core.oracle import OfficeQuestion, Question, Stop
from workflow.clock.bulk import Days, Numbers, WorkingDays
from workflow.clock.calendar import OFFICE_ZONE, Calendar, published_calendar
from workflow.clock.deadline import deadline
from workflow.clock.limit import Direction, Limit, Unit
from workflow.clock.pauses import Pause
from workflow.clock.published import published_days, published_years

CASES = 1_000_000
OFFICE_CASES = 1_000
SHARES, PROCESSES = 8, 2
LINES = 100_000
ROUNDS = 7
SEED = 20260302
DAY = timedelta(days=1)
NONE_AT_ALL: tuple[Literal["<="], float] = ("<=", 0)
GOAL_BATCH, GOAL_START = 10.0, 0.5


def figures(stage: Stage) -> Iterator[Figure]:
    """Differences, microseconds and nanoseconds a date, seconds a batch, memory."""
    calendar = published_calendar()
    bulk = WorkingDays(calendar)
    yield from _differences(calendar, bulk)
    yield from _speed(calendar, bulk)
    yield from _commands(stage)
    yield from _memory(calendar)


def _differences(calendar: Calendar, bulk: WorkingDays) -> Iterator[Figure]:
    asked: dict[str, Callable[[], int]] = {
        "numpy.busday_offset, Mon–Fri, spans without make-up days": partial(_from_weeks_of_numpy, calendar, bulk),
        "numpy.busday_offset, 1111111 less every rest day": partial(_from_days_of_numpy, calendar, bulk),
    }
    for reference, count in asked.items():
        wrong = count()
        yield Figure("10⁶ sums of working days", wrong, "differences", reference, wrong, NONE_AT_ALL)
    with ProcessPoolExecutor(PROCESSES, get_context("spawn")) as pool:
        wrong = sum(pool.map(_from_the_walk, range(SHARES)))
        yield Figure("10⁶ clocks of days", wrong, "differences", "a walk day by day", wrong, NONE_AT_ALL)
        wrong = sum(pool.map(_from_the_minutes, range(SHARES)))
        yield Figure("10³ clocks of working hours", wrong, "differences", "a walk by minutes", wrong, NONE_AT_ALL)


def _from_weeks_of_numpy(calendar: Calendar, bulk: WorkingDays) -> int:
    make_up = np.array([day for day in _published() if _worked(day) and day.weekday() > 4], "datetime64[D]")
    weeks = _numpy_weeks()
    found = 0
    starts, amounts, ends = (np.empty(0, kind) for kind in ("datetime64[D]", "int64", "datetime64[D]"))
    for seed in range(SEED, SEED + 100):
        if found >= CASES:
            break
        some, n = _sums(seed)
        told = _numpy_sum(some, n, weeks)
        low, high = np.minimum(some, told), np.maximum(some, told)
        # A make-up day on either end matters as well: numpy would begin or end elsewhere.
        clear = np.searchsorted(make_up, low, "left") == np.searchsorted(make_up, high, "right")
        starts = np.concatenate((starts, some[clear]))
        amounts, ends = np.concatenate((amounts, n[clear])), np.concatenate((ends, told[clear]))
        found = starts.size
    if found < CASES:
        raise RuntimeError(f"{found} spans without a make-up day were found, not {CASES}")
    return _wrong(calendar, bulk, starts[:CASES], amounts[:CASES], ends[:CASES])


def _from_days_of_numpy(calendar: Calendar, bulk: WorkingDays) -> int:
    starts, amounts = _sums(SEED)
    return _wrong(calendar, bulk, starts, amounts, _numpy_sum(starts, amounts, _numpy_days()))


def _wrong(calendar: Calendar, bulk: WorkingDays, starts: Days, amounts: Numbers, ends: Days) -> int:
    """How many of numpy's ends the calendar, one by one, or the arrays do not share."""
    alone = map(calendar.add_working_days, starts.tolist(), amounts.tolist())
    differs = np.fromiter(alone, "datetime64[D]", starts.size) != ends
    differs |= bulk.add_working_days(starts, amounts) != ends
    return int(differs.sum())


def _sums(seed: int) -> tuple[Days, Numbers]:
    """A million starts, half a year and more from both ends, and amounts of -60…60 without 0.

    On a rest day numpy has no answer for 0; the calendar's is that day.
    """
    randoms = np.random.default_rng(seed)
    span = (oracle.LAST - oracle.FIRST).days - 400
    starts = np.datetime64(oracle.FIRST) + 200 + randoms.integers(0, span, CASES)
    amounts = randoms.integers(1, 61, CASES) * randoms.choice([-1, 1], CASES)
    return starts.astype("datetime64[D]"), amounts


def _numpy_sum(starts: Days, amounts: Numbers, days: np.busdaycalendar) -> Days:
    # From a rest day numpy first moves to a working day, and there away from where it is to count.
    forward = amounts > 0
    ends = np.empty_like(starts)
    ends[forward] = np.busday_offset(starts[forward], amounts[forward], "backward", busdaycal=days)
    ends[~forward] = np.busday_offset(starts[~forward], amounts[~forward], "forward", busdaycal=days)
    return ends


def _numpy_weeks() -> np.busdaycalendar:
    return np.busdaycalendar(holidays=[day for day in _published() if not _worked(day) and day.weekday() < 5])


def _numpy_days() -> np.busdaycalendar:
    return np.busdaycalendar("1111111", [day for day in _published() if not _worked(day)])


def _from_the_walk(share: int) -> int:
    calendar, chance = published_calendar(), random.Random(SEED + share)
    wrong = 0
    for _ in range(CASES // SHARES):
        first = date.fromordinal(chance.randint(date(2004, 2, 1).toordinal(), date(2025, 1, 31).toordinal()))
        limit, extension = _random_limit(chance)
        pauses = _random_pauses(chance, first)
        start = datetime(first.year, first.month, first.day, chance.randrange(24), tzinfo=OFFICE_ZONE)
        told = deadline(start, limit, calendar, pauses, extension).on
        asked = Question(first, limit.amount + extension, limit.unit, limit.direction, _stops(pauses))
        wrong += told != oracle.walk(asked).on
    return wrong


def _from_the_minutes(share: int) -> int:
    calendar, chance = published_calendar(), random.Random(SEED - share)
    wrong = 0
    for _ in range(OFFICE_CASES // SHARES):
        first = date.fromordinal(chance.randint(date(2004, 2, 1).toordinal(), date(2025, 1, 31).toordinal()))
        at, hours = timedelta(minutes=chance.randrange(1440)), chance.randint(0, 40)
        pauses = _random_pauses(chance, first)
        naive = datetime(first.year, first.month, first.day) + at
        told = deadline(naive.replace(tzinfo=OFFICE_ZONE), Limit(hours, Unit.WORKING_HOUR), calendar, pauses).at
        walked = oracle.walk_minutes(OfficeQuestion(naive, 60 * hours, _stops(pauses)))
        wrong += told != (walked and walked.replace(tzinfo=OFFICE_ZONE))
    return wrong


def _random_limit(chance: random.Random) -> tuple[Limit, int]:
    unit = chance.choices(list(MOST), (60, 25, 10, 5))[0]
    direction: Direction = "max" if chance.random() < 0.8 else "min"
    # One day at least: what an interruption does to a clock of no days is not worth a rule.
    amount, extension = chance.randint(1, MOST[unit]), chance.choice((0, 0, 0, 10, 15))
    return Limit(amount, unit, direction), extension if unit in (Unit.WORKING_DAY, Unit.CALENDAR_DAY) else 0


MOST = {Unit.WORKING_DAY: 60, Unit.CALENDAR_DAY: 90, Unit.MONTH: 12, Unit.YEAR: 1}


def _random_pauses(chance: random.Random, first: date) -> list[Pause]:
    """None to three: before, over and after the start, nested, adjacent, some still open, some that interrupt."""
    found = []
    for _ in range(chance.choice((0, 0, 1, 1, 2, 3))):
        since = first + chance.randint(-10, 60) * DAY
        until = since + chance.randint(0, 25) * DAY if chance.random() < 0.95 else None
        found.append(Pause(since, until, "expert_review", until is not None and chance.random() < 0.1))
    return found


def _stops(pauses: Sequence[Pause]) -> list[Stop]:
    return [Stop(pause.since, pause.until, pause.resets) for pause in pauses]


def _speed(calendar: Calendar, bulk: WorkingDays) -> Iterator[Figure]:
    taken = take_turns(_one_by_one(calendar), ROUNDS)
    numpy_name, walk_name = "scalar numpy.busday_offset, 20 wd", "loop over chinese_calendar.is_workday, 20 wd"
    yield Figure(numpy_name, taken["numpy"], "µs")
    yield Figure(walk_name, taken["walk"], "µs")
    name = "Calendar.add_working_days, 20 wd"
    yield Figure(name, taken["calendar"], "µs", numpy_name, taken.ratio("calendar", "numpy"), ("<=", 1))
    rate, times = 1e6 / taken["calendar"], taken.ratio("walk", "calendar")
    yield Figure("Calendar.add_working_days, a second", rate, "/s", walk_name, times, (">=", 50))
    for side, name in (("plain", "deadline(), 20 wd"), ("paused", "deadline(), 20 wd, two pauses")):
        yield Figure(name, taken[side], "µs", numpy_name, taken.ratio(side, "numpy"))
    yield from _of_a_million(bulk)


def _one_by_one(calendar: Calendar) -> dict[str, Callable[[], float]]:
    """Microseconds a date, each side over the same starts, prepared as that side likes them best."""
    inner = (day for day in _published() if date(2005, 1, 1) < day < date(2026, 8, 1))
    # Not a Saturday that is worked: numpy would have to be asked to move from it first, which costs it more.
    days = [day for day in inner if _worked(day) and day.weekday() < 5][::5]
    known = [np.datetime64(day) for day in days]
    starts = [datetime(day.year, day.month, day.day, 9, tzinfo=OFFICE_ZONE) for day in days]
    both = [_two_pauses(day) for day in days]
    numpy_weeks, limit = _numpy_weeks(), Limit(20, Unit.WORKING_DAY)
    return {
        "numpy": lambda: _each([partial(np.busday_offset, day, 20, busdaycal=numpy_weeks) for day in known]),
        "calendar": lambda: _each([partial(calendar.add_working_days, day, 20) for day in days]),
        "walk": lambda: _each([partial(_walk_the_package, day, 20) for day in days]),
        "plain": lambda: _each([partial(deadline, start, limit, calendar) for start in starts]),
        "paused": lambda: _each(
            [partial(deadline, start, limit, calendar, pauses) for start, pauses in zip(starts, both, strict=True)]
        ),
    }


def _each(calls: Sequence[Callable[[], object]]) -> float:
    begun = time.perf_counter()
    for call in calls:
        call()
    return (time.perf_counter() - begun) / len(calls) * 1e6


def _two_pauses(day: date) -> list[Pause]:
    return [
        Pause(day + 5 * DAY, day + 12 * DAY, "expert_review"),
        Pause(day + 10 * DAY, day + 20 * DAY, "hearing"),
    ]


def _walk_the_package(day: date, amount: int) -> date:
    while amount:
        day += DAY
        amount -= bool(chinese_calendar.is_workday(day))
    return day


def _of_a_million(bulk: WorkingDays) -> Iterator[Figure]:
    weeks, days = _numpy_weeks(), _numpy_days()
    starts, amounts = _sums(SEED)
    forward = np.abs(amounts)
    # What numpy does fastest: nothing to move from, no holiday to look for.
    easy = np.busday_offset(starts, 0, "backward")
    sides: dict[str, Callable[[], object]] = {
        "numpy": lambda: np.busday_offset(starts, forward, "backward", busdaycal=weeks),
        "numpy 20": lambda: np.busday_offset(starts, 20, "backward", busdaycal=weeks),
        "numpy bare": lambda: np.busday_offset(easy, forward),
        "numpy days": lambda: np.busday_offset(starts, forward, "backward", busdaycal=days),
        "bulk": lambda: bulk.add_working_days(starts, forward),
        "bulk 20": lambda: bulk.add_working_days(starts, 20),
        "numpy count": lambda: np.busday_count(starts, starts + forward, busdaycal=weeks),
        "count": lambda: bulk.working_days_between(starts, starts + forward),
    }
    taken: Rounds = take_turns({name: partial(_nanoseconds, side) for name, side in sides.items()}, ROUNDS)
    pairs = (
        ("bulk", "numpy", "WorkingDays.add_working_days, 10⁶", "numpy.busday_offset, Mon–Fri and holidays"),
        ("bulk 20", "numpy 20", "the same, 20 for all", "numpy.busday_offset, 20 for all"),
        ("bulk", "numpy bare", "WorkingDays.add_working_days, 10⁶", "numpy.busday_offset, Mon–Fri, no holidays"),
        ("bulk", "numpy days", "WorkingDays.add_working_days, 10⁶", "numpy.busday_offset, 1111111 less rest days"),
        ("count", "numpy count", "WorkingDays.working_days_between, 10⁶", "numpy.busday_count"),
    )
    for ours, theirs, name, reference in pairs:
        yield Figure(f"{reference}, 10⁶", taken[theirs], "ns")
        yield Figure(name, taken[ours], "ns", reference, taken.ratio(ours, theirs), ("<=", 3))


def _nanoseconds(once: Callable[[], object]) -> float:
    begun = time.perf_counter()
    once()
    return (time.perf_counter() - begun) / CASES * 1e9


def _commands(stage: Stage) -> Iterator[Figure]:
    with TemporaryDirectory(dir=stage.folder.parent) as folder:
        path = Path(folder) / "questions.jsonl"
        _write_questions(path)
        batch = _seconds("due", "--batch", str(path))
    reference = f"goal: {GOAL_BATCH:g} s"
    yield Figure("wugeyi due --batch, 10⁵ lines", batch, "s", reference, batch / GOAL_BATCH, ("<=", 1))
    one = sorted(_seconds("due", "--from", "2026-02-13", "--limit", "20wd") for _ in range(ROUNDS))[ROUNDS // 2]
    yield Figure("wugeyi due, start to end", one, "s", f"goal: {GOAL_START:g} s", one / GOAL_START, ("<=", 1))


def _write_questions(path: Path) -> None:
    chance = random.Random(SEED)
    with path.open("w", encoding="utf-8") as file:
        for _ in range(LINES):
            first = date.fromordinal(chance.randint(date(2020, 1, 1).toordinal(), date(2026, 6, 30).toordinal()))
            pauses = [pause for pause in _random_pauses(chance, first) if not pause.resets]
            spans = [[str(pause.since), pause.until and str(pause.until), pause.cause] for pause in pauses]
            question = {"from": str(first), "limit": f"{chance.randint(1, 60)}wd", "pauses": spans}
            file.write(json.dumps(question) + "\n")


def _seconds(*words: str) -> float:
    """A command from start to end; RuntimeError unless it answers every question."""
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "workflow.cli", *words], capture_output=True, text=True, check=False, timeout=300
    )
    taken = time.perf_counter() - begun
    answers = done.stdout.splitlines()
    wrong = [line for line in answers if '"error"' in line]
    if done.returncode != 0 or wrong or ("--batch" in words and len(answers) != LINES):
        raise RuntimeError(f"wugeyi {' '.join(words)}: {[*wrong[:1], done.stderr.strip()[-500:]]}")
    return taken


def _memory(calendar: Calendar) -> Iterator[Figure]:
    tracemalloc.start()
    try:
        kept = Calendar(published_years(), published_days())
        yield Figure(f"memory: {kept!r}", tracemalloc.get_traced_memory()[0] / 1024, "KiB")
    finally:
        tracemalloc.stop()
    bulk = WorkingDays(calendar)
    bulk.is_working(np.array(["2004-01-01", "2026-12-31"], "datetime64[D]"))
    yield Figure("memory: arrays of the published years", bulk.table.nbytes / 1024, "KiB")
    bulk.is_working(np.array(["1900-01-01", "2100-12-31"], "datetime64[D]"))
    yield Figure("memory: arrays of 1900–2100", bulk.table.nbytes / 1024, "KiB")


def _published() -> list[date]:
    return [oracle.FIRST + n * DAY for n in range(len(oracle.PUBLISHED))]


def _worked(day: date) -> bool:
    return oracle.PUBLISHED[(day - oracle.FIRST).days]
