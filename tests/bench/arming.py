"""Arming a clock inside a transition, against the same transition of the same flow without clocks; and arming in bulk,
as cases are opened, against one INSERT of the same rows.

The transition settles one clock and arms another with three rungs. In bulk, cases are planned in Python and written
with history and one clock each, 500 in a statement; pgbench inserts as many equal rows from a series, as often.
"""

import time
from collections.abc import Iterator
from functools import partial
from random import Random

from tests.bench import back_and_forth, pgbench
from tests.bench.measuring import Figure, rate, take_turns
from tests.bench.stage import Stage, web_engine
from tests.bench.transition import Acting
from workflow.store import projects
from workflow.work import begin_work

CASES = 4000
ACTIONS = 500
AT_ONCE = 500
BATCHES = 12

_HEAD = r"'\x5f1d3b6a8c0e4d7f9b2a6c8e0f3d5b7a9c1e4f6082a4c6e8f0b2d4f6a8c0e2f4'"

INSERTED = rf"""
WITH born AS (
  INSERT INTO cases (no, flow, flow_version, title, project_id, company, department, squad, assignee_id, state, version,
    rev, seq, chain_head, data, limits, opened_at, entered_at, due_at)
  SELECT 'LS2027-' || nextval('case_numbers'), 'back_and_forth', 1, '往返 LS2026-000001', p.id, p.company, 'QX',
    p.squad, 1, 'here', 1, 1, 1, {_HEAD}, '{{}}', '{{"waiting_here": "5wd", "waiting_there": "10wd"}}', now(), now(),
    now() + interval '7 days'
  FROM generate_series(1, {AT_ONCE}), projects p RETURNING id),
noted AS (
  INSERT INTO events (case_id, seq, action, from_state, to_state, actor_id, actor_role, effective_at, recorded_at,
    input, hash)
  SELECT id, 1, 'open', 'here', 'here', 1, 'officer', now(), now(), '{{}}', {_HEAD} FROM born)
INSERT INTO clocks (case_id, name, started_at, amount, unit, state, ladder_at, fire_at, due_on, due_at,
  calendar_version)
SELECT id, 'waiting_here', now(), 5, 'wd', 'armed',
  ARRAY[now() + interval '6 days', now() + interval '8 days', now() + interval '11 days'], now() + interval '6 days',
  current_date + 7, now() + interval '7 days', '2004-2026.a1b2c3d4'
FROM born;
"""


def figures(stage: Stage) -> Iterator[Figure]:
    """Inside a transition, then in bulk."""
    yield from _inside(stage)
    yield from _in_bulk(stage)


def _inside(stage: Stage) -> Iterator[Figure]:
    sides = {}
    engines = []
    for flow in (back_and_forth.WITHOUT_CLOCKS, back_and_forth.NAME):
        url = stage.database()
        engine = web_engine(url)
        office = stage.office_on(engine)
        officer, numbers = back_and_forth.fill(office, CASES, flow)
        Random(CASES).shuffle(numbers)
        stage.load(url)
        acting = Acting(office, officer, numbers)
        sides[flow] = partial(_milliseconds, acting)
        engines.append(engine)
    take_turns(sides, rounds=1)
    taken = take_turns(sides, rounds=9)
    for engine in engines:
        engine.dispose()
    without, armed = back_and_forth.WITHOUT_CLOCKS, back_and_forth.NAME
    yield Figure("transition without clocks", taken[without], "ms")
    ratio = taken.ratio(armed, without)
    yield Figure("arming inside a transition", taken[armed], "ms", "transition without clocks", ratio)


def _milliseconds(acting: Acting) -> float:
    return 1000 / rate(acting, ACTIONS)


def _in_bulk(stage: Stage) -> Iterator[Figure]:
    ours = stage.database()
    engine = web_engine(ours)
    office = stage.office_on(engine)
    officer, _ = back_and_forth.fill(office, 1)
    engine.dispose()
    stage.load(ours)
    theirs = stage.database(ours)
    flow = office.flow(back_and_forth.NAME)

    def reference() -> float:
        stage.settle()
        return AT_ONCE * pgbench.transactions_per_second(theirs, INSERTED, transactions=BATCHES)

    def subject() -> float:
        stage.settle()
        begun = time.perf_counter()
        for _ in range(BATCHES):
            with begin_work(office, officer) as work:
                back_and_forth.open_cases(work, flow, projects.by_id(work.conn, 1), AT_ONCE)
        return AT_ONCE * BATCHES / (time.perf_counter() - begun)

    reference()
    subject()
    taken = take_turns({"INSERT": reference, "ours": subject})
    engine.dispose()
    yield Figure("R3: multi-row INSERT of cases with a clock", taken["INSERT"], "/s", "pgbench, one statement a batch")
    yield Figure("arming in bulk", taken["ours"], "/s", "R3", taken.ratio("ours", "INSERT"))
