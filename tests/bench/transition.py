"""One action of a case through the service (begin_work + take_action), against pgbench writing the same rows.

The action moves the state, settles one clock, arms another with three rungs, writes history and an outbox row. R1
writes them in one statement, R2 in five within one transaction; each has its copy of the same database, the same number
of connections, and takes as many actions in a turn. Eight clients are two processes of four threads, as the web runs.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import cycle
from multiprocessing import get_context
from pathlib import Path
from random import Random
from threading import Barrier
from typing import Any

from tests.bench import back_and_forth, pgbench
from tests.bench.measuring import Figure, rate, take_turns
from tests.bench.stage import Stage, web_engine
from workflow.actor import Actor
from workflow.commands.take_action import take_action
from workflow.queries.verify import verify
from workflow.work import Office, begin_work, open_office

CASES = 8000
TRANSACTIONS = 800
"""Of each side in each round."""
TURNS = 13
PROCESSES, THREADS = 2, 4

Service = Callable[[int], float]
"""Takes so many actions with each client; tells the actions a second of all together."""

_HEAD = r"'\x5f1d3b6a8c0e4d7f9b2a6c8e0f3d5b7a9c1e4f6082a4c6e8f0b2d4f6a8c0e2f4'"
_INPUTS = "'{}'"
# pgbench would take a colon before a letter for a variable, hence the strokes in effect keys.

R1 = rf"""
\set id (random(0, :cases / :clients - 1) * :clients) + :client_id + 1
WITH moved AS (
  UPDATE cases SET state = CASE state WHEN 'here' THEN 'there' ELSE 'here' END, version = version + 1, rev = rev + 1,
    seq = seq + 1, chain_head = {_HEAD}, data = '{{}}', entered_at = now(), due_at = now() + interval '7 days'
  WHERE id = :id RETURNING id, no, seq, state),
settled AS (
  UPDATE clocks k SET state = 'settled', fire_at = 'infinity', settled_at = now() FROM moved
  WHERE k.case_id = moved.id AND k.state = 'armed'),
armed AS (
  INSERT INTO clocks (case_id, name, round, started_at, amount, unit, state, ladder_at, fire_at, due_on, due_at,
    calendar_version)
  SELECT id, 'waiting_' || state, seq, now(), 10, 'wd', 'armed',
    ARRAY[now() + interval '6 days', now() + interval '8 days', now() + interval '11 days'], now() + interval '6 days',
    current_date + 7, now() + interval '7 days', '2004-2026.a1b2c3d4' FROM moved),
noted AS (
  INSERT INTO events (case_id, seq, action, from_state, to_state, actor_id, actor_role, effective_at, recorded_at,
    input, hash)
  SELECT id, seq, 'send', 'here', state, 1, 'officer', now(), now(), {_INPUTS}, {_HEAD} FROM moved),
told AS (
  INSERT INTO outbox (effect_key, channel, case_id, body, created_at, next_at)
  SELECT 'case/' || no || '/' || seq || '/tell', 'tell', id,
    '{{"what": "action", "roles": ["applicant"], "state": "there", "action": "send"}}', now(), now()
  FROM moved ON CONFLICT (effect_key) DO NOTHING)
SELECT id FROM moved;
"""

R2 = rf"""
\set id (random(0, :cases / :clients - 1) * :clients) + :client_id + 1
BEGIN;
UPDATE cases SET state = CASE state WHEN 'here' THEN 'there' ELSE 'here' END, version = version + 1, rev = rev + 1,
  seq = seq + 1, chain_head = {_HEAD}, data = '{{}}', entered_at = now(), due_at = now() + interval '7 days'
WHERE id = :id RETURNING no, seq, state \gset
UPDATE clocks SET state = 'settled', fire_at = 'infinity', settled_at = now() WHERE case_id = :id AND state = 'armed';
INSERT INTO clocks (case_id, name, round, started_at, amount, unit, state, ladder_at, fire_at, due_on, due_at,
  calendar_version)
VALUES (:id, 'waiting_' || :state, :seq, now(), 10, 'wd', 'armed',
  ARRAY[now() + interval '6 days', now() + interval '8 days', now() + interval '11 days'], now() + interval '6 days',
  current_date + 7, now() + interval '7 days', '2004-2026.a1b2c3d4');
INSERT INTO events (case_id, seq, action, from_state, to_state, actor_id, actor_role, effective_at, recorded_at, input,
  hash)
VALUES (:id, :seq, 'send', 'here', :state, 1, 'officer', now(), now(), {_INPUTS}, {_HEAD});
INSERT INTO outbox (effect_key, channel, case_id, body, created_at, next_at)
VALUES ('case/' || :no || '/' || :seq || '/tell', 'tell', :id,
  '{{"what": "action", "roles": ["applicant"], "state": "there", "action": "send"}}', now(), now())
ON CONFLICT (effect_key) DO NOTHING;
COMMIT;
"""


def figures(stage: Stage) -> Iterator[Figure]:
    """The transition with one client and with eight."""
    for clients in (1, PROCESSES * THREADS):
        yield from _with_clients(stage, clients)


def _with_clients(stage: Stage, clients: int) -> Iterator[Figure]:
    ours = stage.database()
    engine = web_engine(ours)
    officer, numbers = back_and_forth.fill(stage.office_on(engine), CASES)
    engine.dispose()
    # pgbench draws its cases at random; in the order of the table we would write fewer pages than it does.
    Random(clients).shuffle(numbers)
    stage.load(ours)
    references = {name: (stage.database(ours), script) for name, script in (("R1", R1), ("R2", R2))}
    variables = {"cases": CASES, "clients": clients}
    each = TRANSACTIONS // clients

    def reference(url: str, script: str) -> float:
        return pgbench.transactions_per_second(url, script, clients=clients, transactions=each, variables=variables)

    run = _one_client if clients == 1 else _many_clients
    with run(stage, ours, officer, numbers) as service:
        sides = {name: partial(reference, *side) for name, side in references.items()} | {
            "ours": partial(service, each)
        }
        # Once round unmeasured: connections, plans, and the first image of every page since the last checkpoint.
        take_turns(sides, rounds=1)
        taken = take_turns(sides, TURNS)
    _check_histories(stage, ours)
    label = f"transition, {clients} client" + ("s" if clients > 1 else "")
    yield Figure(f"R1: {label}", taken["R1"], "/s", "pgbench, one statement")
    yield Figure(f"R2: {label}", taken["R2"], "/s", "pgbench, five statements")
    yield Figure(label, taken["ours"], "/s", "R1", taken.ratio("ours", "R1"), (">=", 0.35))
    yield Figure(f"{label} (R2)", taken["ours"], "/s", "R2", taken.ratio("ours", "R2"))


def _check_histories(stage: Stage, url: str) -> None:
    """What was measured must have been the real thing: every history replays and every chain holds."""
    engine = web_engine(url)
    found = verify(stage.office_on(engine)).breaches
    engine.dispose()
    if found:
        raise RuntimeError(f"{len(found)} breaches in the measured histories, the first: {found[0]}")


@contextmanager
def _one_client(stage: Stage, url: str, officer: Actor, numbers: list[str]) -> Iterator[Service]:
    engine = web_engine(url)
    act = Acting(stage.office_on(engine), officer, numbers)
    yield partial(rate, act)
    engine.dispose()


@contextmanager
def _many_clients(stage: Stage, url: str, officer: Actor, numbers: list[str]) -> Iterator[Service]:
    context = get_context("spawn")
    barrier = context.Barrier(PROCESSES)
    with ExitStack() as stack:
        pools = []
        for place in range(PROCESSES):
            wiring = (url, stage.config, officer, numbers[place::PROCESSES], barrier)
            pools.append(stack.enter_context(ProcessPoolExecutor(1, context, _begin_process, wiring)))

        def service(times: int) -> float:
            running = [pool.submit(_act_in_threads, times) for pool in pools]
            return sum(each.result() for each in running)

        yield service


class Acting:
    """One officer who takes the next action on the next case, every time it is called."""

    def __init__(self, office: Office, officer: Actor, numbers: list[str]) -> None:
        self.office, self.officer = office, officer
        self.turn = cycle(numbers)
        self.stands: dict[str, str] = {}

    def __call__(self) -> None:
        no = next(self.turn)
        state = self.stands.get(no, "here")
        with begin_work(self.office, self.officer) as work:
            change = take_action(work, no, back_and_forth.ACTIONS[state])
        self.stands[no] = change.after.state


_process: dict[str, Any] = {}


def _begin_process(url: str, config: Path, officer: Actor, numbers: list[str], barrier: Barrier) -> None:
    office = open_office(config, web_engine(url, THREADS))
    shares = [numbers[place::THREADS] for place in range(THREADS)]
    _process.update(barrier=barrier, threads=[Acting(office, officer, share) for share in shares])


def _act_in_threads(times: int) -> float:
    _process["barrier"].wait()
    with ThreadPoolExecutor(THREADS) as threads:
        return sum(threads.map(lambda acting: rate(acting, times), _process["threads"]))
