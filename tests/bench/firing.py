"""Firing 20,000 due rungs through the sweep, against pgbench making the same rows in batches of the same size (R4).

Each rung warns one person: case and clock move on, a line of history, a claim, a card and an outbox row are written.
R4 claims and writes a batch in one statement without leaving the server; the sweep reads the batch, works out whom to
tell and the hash chain in Python, and writes it back. Every turn drains a fresh copy of the same database.
"""

import time
from collections.abc import Iterator

from sqlalchemy import text

from tests.bench import pgbench, rows
from tests.bench.measuring import Figure, take_turns
from tests.bench.stage import Stage
from workers.sweeper import BATCH
from workflow.commands.fire_rungs import sweep
from workflow.store.engine import open_engine

RUNGS = 20_000

_SAID = """'{"card": "yellow", "told": [{"role": "officer", "person": 17}], "clock": "waiting_here", "epoch": 1,
  "rung": "1 working day left", "due_on": "2026-11-30", "provisional": false}'"""
_MESSAGE = """'{"card": "yellow", "told": [{"role": "officer", "person": 17}], "what": "rung", "clock": "waiting_here",
  "epoch": 1, "index": 0, "rung": "1 working day left", "due_at": null, "due_on": "2026-11-30",
  "provisional": false}'"""

R4 = rf"""
WITH f AS MATERIALIZED (
  SELECT k.id AS clock_id, k.epoch, k.rung, k.ladder_at[k.rung + 1] AS moment, k.ladder_at[k.rung + 2] AS next_at,
    k.due_at, c.id AS case_id, c.rev, c.seq + 1 AS seq, c.state, c.assignee_id
  FROM clocks k JOIN cases c ON c.id = k.case_id
  WHERE k.state = 'armed' AND k.fire_at <= now()
  ORDER BY k.fire_at, k.id LIMIT {BATCH}
  FOR NO KEY UPDATE OF c, k SKIP LOCKED),
advanced AS (
  UPDATE cases c SET seq = f.seq, rev = c.rev + 1, chain_head = sha256(c.chain_head) FROM f
  WHERE c.id = f.case_id AND c.rev = f.rev RETURNING c.id),
noted AS (
  INSERT INTO events (case_id, seq, action, from_state, to_state, actor_role, effective_at, recorded_at, input, hash)
  SELECT case_id, seq, 'rung', state, state, 'clock', moment, now(), {_SAID}, sha256(int8send(case_id)) FROM f),
claimed AS (
  INSERT INTO firings (clock_id, epoch, rung, case_id, fired_at, moment_at)
  SELECT clock_id, epoch, rung, case_id, now(), moment FROM f),
ticking AS (
  UPDATE clocks k SET rung = f.rung + 1, fire_at = f.next_at, attempts = 0, error = NULL FROM f
  WHERE k.id = f.clock_id RETURNING k.id),
carded AS (
  INSERT INTO alerts (case_id, clock_id, epoch, rung, card, person_id, role, due_at, created_at)
  SELECT case_id, clock_id, epoch, rung, 'yellow', assignee_id, 'officer', due_at, now() FROM f),
told AS (
  INSERT INTO outbox (effect_key, channel, case_id, body, created_at, next_at)
  SELECT 'rung/' || clock_id || '/' || epoch || '/' || rung, 'tell', case_id, {_MESSAGE}, now(), now() FROM f
  ON CONFLICT (effect_key) DO NOTHING)
SELECT count(*) FROM advanced;
"""


def figures(stage: Stage) -> Iterator[Figure]:
    """Rungs a second."""
    prepared = stage.database()
    rows.due_rungs(stage, prepared, RUNGS)

    def reference() -> float:
        url = stage.database(prepared)
        stage.settle()
        batches = pgbench.transactions_per_second(url, R4, transactions=RUNGS // BATCH)
        return batches * BATCH

    def subject() -> float:
        engine = open_engine(stage.database(prepared), "sweeper")
        with engine.connect() as conn:
            conn.execute(text("SELECT 1"))
        stage.settle()
        begun = time.perf_counter()
        done = sweep(stage.office_on(engine), BATCH)
        taken = time.perf_counter() - begun
        engine.dispose()
        if (done.fired, done.failed) != (RUNGS, 0):
            raise RuntimeError(f"{RUNGS} rungs were due, {done.fired} fired and {done.failed} failed")
        return RUNGS / taken

    taken = take_turns({"R4": reference, "ours": subject})
    yield Figure(f"R4: firing in batches of {BATCH}", taken["R4"], "/s", "pgbench, one statement a batch")
    yield Figure(f"firing {RUNGS:,} due rungs", taken["ours"], "/s", "R4", taken.ratio("ours", "R4"), (">=", 0.4))
