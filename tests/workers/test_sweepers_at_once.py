"""Several sweepers, sweepers that die, rows that cannot fire: every rung once, and no neighbour waits."""

import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from tests import given
from tests.given import Town, moment
from tests.workers.waiting import number, until
from workflow.commands.fire_rungs import ATTEMPTS, fire_due, sweep
from workflow.queries.verify import verify
from workflow.settings import default_config_folder
from workflow.store.engine import open_engine
from workflow.work import Office

FILED = moment("2026-03-02")
YELLOW = moment("2026-03-06", "09:00")

# A sweeping process without Celery: what is killed here is the sweep itself.
SWEEP = """
import sys
from pathlib import Path
from workflow.commands.fire_rungs import sweep
from workflow.store.engine import open_engine
from workflow.work import open_office
office = open_office(Path(sys.argv[2]), open_engine(sys.argv[1], "sweeper"))
print("ready", flush=True)
sys.stdin.readline()
sweep(office, 5)
print("done", flush=True)
"""


def everything(office: Office) -> list[str]:
    """All items of the catalogue: one application gives as many cases."""
    return list(office.catalogue.items)


def assert_fired_once(office: Office, rungs: int) -> None:
    """Claims, lines of history, alerts and messages agree, and every promise holds."""
    assert number(office.engine, "SELECT count(*) FROM firings") == rungs
    assert number(office.engine, "SELECT count(*) FROM events WHERE action LIKE 'rung:%'") == rungs
    told = "SELECT count(*) FROM outbox WHERE channel = 'tell' AND effect_key LIKE 'rung:%'"
    assert number(office.engine, told) == rungs
    assert number(office.engine, "SELECT count(*) FROM clocks WHERE state = 'armed' AND fire_at <= app_now()") == 0
    assert verify(office).breaches == ()


@contextmanager
def sweeping(database_url: str) -> Iterator[subprocess.Popen[str]]:
    """A process that is ready to sweep at a line on its input; gone at the end of the block."""
    command = [sys.executable, "-c", SWEEP, database_url, str(default_config_folder())]
    folder = Path(__file__).parents[2]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=folder) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process
        process.kill()


def say_go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def sleep_in_the_middle(superuser_url: str, seconds: int) -> None:
    """From now on a process of the role "sweeper" sleeps where it writes alerts: it can be met in its middle."""
    with psycopg.connect(superuser_url, autocommit=True) as conn:
        conn.execute(
            f"""
CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('application_name') = 'wugeyi-sweeper' THEN PERFORM pg_sleep({seconds}); END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER slowly AFTER INSERT ON alerts FOR EACH STATEMENT EXECUTE FUNCTION slowly()""".encode()
        )


def sleepers(engine: Engine) -> int:
    return number(engine, "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'")


def test_two_sweepers_at_once_fire_every_rung_once_and_share_the_work(
    office: Office, town: Town, open_another_engine: Callable[[], Engine]
) -> None:
    items = everything(office)
    given.application(office, town, FILED, items)
    given.time_is(office.engine, YELLOW)
    offices = [replace(office, engine=open_another_engine()) for _ in range(4)]
    begin = threading.Barrier(len(offices))

    def one(mine: Office) -> int:
        # Whoever still opens a connection while another sweeps finds nothing left.
        with mine.engine.connect() as conn:
            conn.execute(text("SELECT 1"))
        begin.wait()
        return sweep(mine, 3).fired

    with ThreadPoolExecutor(len(offices)) as threads:
        fired = list(threads.map(one, offices))
    assert sum(fired) == len(items)
    assert sorted(fired)[-2] > 0
    assert_fired_once(office, len(items))


def test_an_officer_and_a_sweeper_at_the_same_instant_both_succeed(
    office: Office, town: Town, open_another_engine: Callable[[], Engine]
) -> None:
    cases = given.application(office, town, FILED, everything(office)).cases
    given.time_is(office.engine, YELLOW)
    sweeper = replace(office, engine=open_another_engine())
    with ThreadPoolExecutor(2) as threads:
        done = threads.submit(sweep, sweeper, 5)
        for no in cases.values():
            given.act(office, town.clerk, YELLOW, no, "accept")
        done.result()
    sweep(office)
    assert number(office.engine, "SELECT count(*) FROM cases WHERE state = 'in_review'") == len(cases)
    assert verify(office).breaches == ()


def test_a_sweeper_killed_in_the_middle_of_a_batch_leaves_every_rung_to_fire_once(
    office: Office, town: Town, database_url: str, superuser_url: str
) -> None:
    items = everything(office)
    given.application(office, town, FILED, items)
    given.time_is(office.engine, YELLOW)
    sleep_in_the_middle(superuser_url, 2)
    with sweeping(database_url) as process:
        say_go(process)
        until("the sweep is in its middle", lambda: sleepers(office.engine) == 1)
        process.send_signal(signal.SIGKILL)
        process.wait()
    until("the server gave the batch up", lambda: sleepers(office.engine) == 0)
    assert number(office.engine, "SELECT count(*) FROM firings") == 0
    sweep(office)
    assert_fired_once(office, len(items))


def test_a_sweeper_stopped_for_long_and_woken_again_fires_nothing_twice(
    office: Office, town: Town, database_url: str, superuser_url: str
) -> None:
    items = everything(office)[:12]
    given.application(office, town, FILED, items)
    given.time_is(office.engine, YELLOW)
    sleep_in_the_middle(superuser_url, 1)
    with sweeping(database_url) as process:
        say_go(process)
        until("the sweep is in its middle", lambda: sleepers(office.engine) == 1)
        process.send_signal(signal.SIGSTOP)
        assert sweep(office).fired == len(items) - 5  # all but the batch in the stopped one's hands
        process.send_signal(signal.SIGCONT)
        assert process.wait(20) == 0
    assert_fired_once(office, len(items))


def test_a_connection_cut_in_the_middle_is_nobodys_fault_and_the_next_sweep_fires(
    office: Office, town: Town, database_url: str, superuser_url: str
) -> None:
    items = everything(office)[:6]
    given.application(office, town, FILED, items)
    given.time_is(office.engine, YELLOW)
    sleep_in_the_middle(superuser_url, 30)
    slow = replace(office, engine=open_engine(database_url, "sweeper"))
    with ThreadPoolExecutor(1) as threads:
        cut = threads.submit(fire_due, slow)
        until("the sweep is in its middle", lambda: sleepers(office.engine) == 1)
        with psycopg.connect(superuser_url, autocommit=True) as conn:
            conn.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'")
        with pytest.raises(DBAPIError):
            cut.result(20)
    slow.engine.dispose()
    assert number(office.engine, "SELECT count(*) FROM firings") == 0
    assert number(office.engine, "SELECT sum(attempts) FROM clocks") == 0
    sweep(office)
    assert_fired_once(office, len(items))


def test_a_poison_row_is_quarantined_and_its_neighbours_fire_at_once(
    office: Office, town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    items = everything(office)[:10]
    cases = given.application(office, town, FILED, items).cases
    poison = cases[items[3]]
    with office.engine.begin() as conn:
        # A rung that its flow does not have: firing it cannot succeed, whoever tries.
        conn.execute(
            text("""
UPDATE clocks SET rung = 7, ladder_at = array_fill(fire_at, ARRAY[9]), fire_at = fire_at - interval '1 hour'
WHERE case_id = (SELECT id FROM cases WHERE no = :no)"""),
            {"no": poison},
        )
    given.time_is(office.engine, YELLOW)
    result = sweep(office)
    assert (result.fired, result.failed) == (len(items) - 1, 1)
    for attempt in range(2, ATTEMPTS + 1):
        given.time_is(office.engine, YELLOW + timedelta(hours=attempt))
        result = sweep(office)
        assert (result.fired, result.failed) == (0, 1)
    assert number(office.engine, "SELECT count(*) FROM clocks WHERE state = 'quarantined'") == 1
    given.time_is(office.engine, YELLOW + timedelta(hours=12))
    assert sweep(office).done == 0
    with office.engine.connect() as conn:
        row = conn.execute(text("SELECT attempts, error FROM clocks WHERE state = 'quarantined'")).one()
    assert (row.attempts, row.error) == (ATTEMPTS, "IndexError: tuple index out of range")
    assert [record.levelname for record in caplog.records if record.levelname == "ERROR"] == ["ERROR"]
    assert [breach.what for breach in verify(office).breaches] == [
        "the clock completeness stands at rung 7 of a ladder of 2",
        "a quarantined clock waits for a person",
    ]


def test_a_row_the_database_refuses_fails_alone_and_is_tried_again_later(
    office: Office, town: Town, superuser_url: str
) -> None:
    items = everything(office)[:6]
    cases = given.application(office, town, FILED, items).cases
    bad = given.case_id(office.engine, cases[items[2]])
    with psycopg.connect(superuser_url, autocommit=True) as conn:
        conn.execute(f"ALTER TABLE alerts ADD CONSTRAINT never CHECK (case_id <> {bad})".encode())
    given.time_is(office.engine, YELLOW)
    result = sweep(office)
    assert (result.fired, result.failed) == (len(items) - 1, 1)
    assert sweep(office).done == 0
    with psycopg.connect(superuser_url, autocommit=True) as conn:
        conn.execute("ALTER TABLE alerts DROP CONSTRAINT never")
    given.time_is(office.engine, YELLOW + timedelta(minutes=1))
    assert sweep(office).fired == 1
    assert_fired_once(office, len(items))
    assert number(office.engine, "SELECT sum(attempts) FROM clocks") == 0


def test_an_action_of_the_clock_that_is_refused_writes_nothing_and_waits_for_a_person(
    office: Office, town: Town
) -> None:
    no = given.application(office, town, FILED, ["LX01"]).cases["LX01"]
    item = office.flow("item")
    silence = replace(item.actions["accept_by_silence"], needs=("no_material_missing",))
    strict = replace(item, actions={**item.actions, "accept_by_silence": silence})
    reads = {"accept_by_silence": frozenset({"materials"})}
    office = replace(office, flows={**office.flows, item.key: strict}, reads=reads)
    with office.engine.begin() as conn:
        conn.execute(text("UPDATE materials SET superseded = true"))
    given.time_is(office.engine, YELLOW)
    sweep(office)
    for day in range(ATTEMPTS):
        given.time_is(office.engine, moment("2026-03-10") + timedelta(days=day))
        assert sweep(office).failed == 1
    with office.engine.connect() as conn:
        clock = conn.execute(text("SELECT state, error FROM clocks")).one()
        case = conn.execute(text("SELECT state FROM cases WHERE no = :no"), {"no": no}).scalar_one()
    assert clock.state == "quarantined"
    assert clock.error.startswith("refused: ")
    assert case == "received"
    assert number(office.engine, "SELECT count(*) FROM firings WHERE rung = 1") == 0


def test_poison_rows_at_the_head_do_not_starve_the_others(office: Office, town: Town) -> None:
    items = everything(office)
    cases = given.application(office, town, FILED, items).cases
    healthy = cases[items[-1]]
    with office.engine.begin() as conn:
        conn.execute(
            text("""
UPDATE clocks SET rung = 7, ladder_at = array_fill(fire_at, ARRAY[9]), fire_at = fire_at - interval '1 hour'
WHERE case_id <> (SELECT id FROM cases WHERE no = :no)"""),
            {"no": healthy},
        )
    given.time_is(office.engine, YELLOW)
    result = sweep(office, 5)
    assert (result.fired, result.failed) == (1, len(items) - 1)
