"""Real Celery workers and beats on a real Redis: what a process may do to the promises, and what it may not."""

import json
import os
import shutil
import signal
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from redis import Redis
from sqlalchemy import Engine, text
from sqlalchemy.engine import make_url

from tests import given
from tests.conftest import Databases
from tests.given import Town, moment
from tests.workers.conftest import Start
from tests.workers.mailbox import mail_server
from tests.workers.test_sweepers_at_once import assert_fired_once, everything, sleep_in_the_middle, sleepers
from tests.workers.waiting import number, until
from workers.schedule import SWEEP_SECONDS
from workflow.clock.calendar import Notice, published_calendar
from workflow.embedded.processes import Server
from workflow.embedded.redis_server import redis_server
from workflow.queries.verify import verify
from workflow.settings import default_config_folder, redis_client_url
from workflow.store import calendars
from workflow.store.engine import open_engine
from workflow.work import Office

FILED = moment("2026-03-02")
YELLOW = moment("2026-03-06", "09:00")
SILENCE = moment("2026-03-10", "00:05")
MORNING = moment("2026-03-10", "08:05")


@pytest.fixture(autouse=True)
def past(office: Office) -> None:
    """Every story here begins on the day of filing."""
    given.time_is(office.engine, FILED)


def fired(engine: Engine) -> int:
    return number(engine, "SELECT count(*) FROM firings")


def alive(engine: Engine) -> int:
    """How many sweepers have lately given a sign of life."""
    return number(engine, "SELECT count(*) FROM heartbeats WHERE name LIKE 'sweeper:%' AND at > now() - interval '2 s'")


def undelivered(engine: Engine) -> int:
    return number(engine, "SELECT count(*) FROM outbox WHERE state NOT IN ('delivered', 'withdrawn')")


def test_a_worker_fires_relays_and_delivers_by_itself(office: Office, town: Town, start: Start) -> None:
    given.application(office, town, FILED)
    start("worker", pool="prefork")
    until("a sweeper is alive", lambda: alive(office.engine) == 1)
    given.time_is(office.engine, YELLOW)
    assert until("every rung fired", lambda: fired(office.engine) == 3) < 5
    until("every message delivered", lambda: undelivered(office.engine) == 0)
    given.time_is(office.engine, SILENCE)
    state = "SELECT count(*) FROM cases WHERE state = 'in_review'"
    until("silence has accepted three items, the system their bundle", lambda: number(office.engine, state) == 4)
    assert verify(office).breaches == ()


def test_silence_after_a_receipt_on_a_holiday_accepts_at_the_end_of_the_fifth_working_day_as_of_the_receipt(
    office: Office, town: Town, start: Start
) -> None:
    received = moment("2026-02-21", "22:00")  # a Saturday in the Spring Festival
    given.time_is(office.engine, received)
    given.application(office, town, received)
    start("worker")
    until("a sweeper is alive", lambda: alive(office.engine) == 1)
    waiting = "SELECT count(*) FROM cases WHERE state = 'received' AND item IS NOT NULL"
    items = number(office.engine, waiting)
    assert items > 0
    # Saturday 28 February is worked: its last minute still belongs to the office.
    given.time_is(office.engine, moment("2026-02-28", "23:59"))
    until("the yellow cards of the last day fell", lambda: fired(office.engine) == items)
    assert number(office.engine, waiting) == items
    given.time_is(office.engine, moment("2026-03-01", "00:05"))
    until("silence has accepted every item", lambda: number(office.engine, waiting) == 0)
    with office.engine.connect() as conn:
        rows = conn.execute(
            text("""
SELECT c.accepted_at, e.effective_at, e.recorded_at, k.due_on FROM cases c
JOIN events e ON e.case_id = c.id AND e.action = 'accept_by_silence'
LEFT JOIN clocks k ON k.case_id = c.id AND k.name = 'completeness' WHERE c.item IS NOT NULL""")
        ).all()
    assert len(rows) == items
    for row in rows:
        assert row.accepted_at == row.effective_at == received
        assert row.recorded_at >= moment("2026-03-01", "00:05")
        assert row.due_on.isoformat() == "2026-02-28"
    assert verify(office).breaches == ()


def test_a_worker_moves_dates_to_the_calendar_in_force_and_tells_whom_it_concerns(office: Office, start: Start) -> None:
    town = given.town(office, mail=True)
    given.application(office, town, FILED)
    closed = moment("2026-03-05").date()
    closure = Notice(2026, {closed: "台风停工"}, frozenset(), "通告", "closure")
    with mail_server() as mailbox:
        start("worker", SMTP_URL=mailbox.url)
        until("the first messages are delivered", lambda: undelivered(office.engine) == 0)
        mailed = len(mailbox.mails)
        with office.engine.begin() as conn:
            base = office.base_calendar
            calendars.put_in_force(conn, base, base.version, FILED, None)
            calendars.put_in_force(conn, published_calendar([closure]), base.version, FILED, None)
        left = "SELECT count(*) FROM clocks WHERE state <> 'settled' AND due_on = '2026-03-09'"
        until("every date has moved", lambda: number(office.engine, left) == 0)
        until("every message delivered", lambda: undelivered(office.engine) == 0)
    moved = number(office.engine, "SELECT count(*) FROM events WHERE action = 'calendar_moved'")
    assert moved == number(office.engine, "SELECT count(*) FROM clocks WHERE due_on = '2026-03-10'") > 0
    assert len(mailbox.mails) > mailed
    until("the pass is over", lambda: number(office.engine, SETTLED) == 1)
    assert verify(office).breaches == ()


SETTLED = "SELECT count(*) FROM calendars_in_force WHERE settled_at IS NOT NULL AND id > 1"


def test_two_workers_fire_every_rung_once_and_both_stop_when_asked(office: Office, town: Town, start: Start) -> None:
    items = everything(office)
    given.application(office, town, FILED, items)
    workers = [start("worker"), start("worker", pool="prefork")]
    until("two sweepers are alive", lambda: alive(office.engine) == 2)
    given.time_is(office.engine, YELLOW)
    until("every rung fired", lambda: fired(office.engine) == len(items))
    until("every message delivered", lambda: undelivered(office.engine) == 0)
    assert_fired_once(office, len(items))
    for worker in workers:
        worker.send_signal(signal.SIGTERM)
    for worker in workers:
        worker.wait(10)


def test_a_worker_killed_in_the_middle_of_a_sweep_leaves_every_rung_to_fire_once(
    office: Office, town: Town, start: Start, superuser_url: str
) -> None:
    items = everything(office)
    given.application(office, town, FILED, items)
    sleep_in_the_middle(superuser_url, 2)
    worker = start("worker", pool="prefork")
    until("a sweeper is alive", lambda: alive(office.engine) == 1)
    given.time_is(office.engine, YELLOW)
    until("the sweep is in its middle", lambda: sleepers(office.engine) == 1)
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()
    until("the server gave the batch up", lambda: sleepers(office.engine) == 0)
    assert fired(office.engine) == 0
    start("worker")
    until("every rung fired", lambda: fired(office.engine) == len(items))
    assert_fired_once(office, len(items))


@pytest.fixture
def fragile_redis(servers_folder: Path) -> Path:
    """The folder of a Redis of this test's own, to be killed and started again."""
    return servers_folder / f"redis-{time.monotonic_ns()}"


def test_with_redis_killed_rungs_fire_and_each_message_arrives_once_after_its_return(
    office: Office, start: Start, fragile_redis: Path
) -> None:
    town = given.town(office, mail=True)
    items = everything(office)[:8]
    given.application(office, town, FILED, items)
    with mail_server() as mailbox:
        with redis_server(fragile_redis) as server:
            start("worker", pool="prefork", REDIS_URL=server.url, SMTP_URL=mailbox.url)
            until("the first messages are delivered", lambda: undelivered(office.engine) == 0)
            before = len(mailbox.mails)
            kill(server)
            given.time_is(office.engine, YELLOW)
            assert until("every rung fired without Redis", lambda: fired(office.engine) == len(items)) < 10
            given.time_is(office.engine, SILENCE)
            accepted = "SELECT count(*) FROM events WHERE action = 'accept_by_silence'"
            until("silence accepted without Redis", lambda: number(office.engine, accepted) == len(items))
            assert undelivered(office.engine) > 0
            assert len(mailbox.mails) == before
        # By then quiet hours hold nothing back.
        given.time_is(office.engine, MORNING)
        with redis_server(fragile_redis):
            until("every message delivered", lambda: undelivered(office.engine) == 0, 40)
    assert set(Counter(mailbox.ids).values()) == {1}
    letters = """
SELECT count(DISTINCT coalesce(batch::text, effect_key)) FROM outbox WHERE channel = 'email' AND state = 'delivered'"""
    assert len(mailbox.mails) == number(office.engine, letters)
    assert verify(office).breaches == ()


def kill(server: Server) -> None:
    server.process.kill()
    server.process.wait()


def test_a_worker_that_starts_before_redis_fires_and_delivers_when_redis_comes(
    office: Office, town: Town, start: Start, fragile_redis: Path
) -> None:
    with redis_server(fragile_redis) as server:
        url = server.url
    given.application(office, town, FILED)
    given.time_is(office.engine, YELLOW)
    start("worker", REDIS_URL=url)
    until("every rung fired", lambda: fired(office.engine) == 3)
    assert undelivered(office.engine) > 0
    with redis_server(fragile_redis):
        until("every message delivered", lambda: undelivered(office.engine) == 0, 40)


def test_ids_that_redis_forgets_are_published_again(office: Office, town: Town, start: Start, redis_url: str) -> None:
    given.application(office, town, FILED)
    with office.engine.begin() as conn:
        conn.execute(text("UPDATE outbox SET state = 'queued', next_at = now() + interval '3 s'"))
    with Redis.from_url(redis_client_url(redis_url)) as redis:
        start("worker", pool="prefork")
        until("every message delivered", lambda: undelivered(office.engine) == 0)
        redis.flushall()
        given.time_is(office.engine, YELLOW)
        until("every rung fired", lambda: fired(office.engine) == 3)
        until("every message of the rungs delivered", lambda: undelivered(office.engine) == 0)


def test_connections_cut_by_the_database_are_opened_again(
    office: Office, town: Town, start: Start, superuser_url: str
) -> None:
    given.application(office, town, FILED)
    start("worker", pool="prefork")
    until("a sweeper is alive", lambda: alive(office.engine) == 1)
    with psycopg.connect(superuser_url, autocommit=True) as conn:
        conn.execute("""
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
  AND application_name IN ('wugeyi-sweeper', 'wugeyi-worker')""")
    # This test's own connections bear the same name: they were cut as well, some of them in a moment.
    office.engine.dispose()
    given.time_is(office.engine, YELLOW)
    until("every rung fired", lambda: fired(office.engine) == 3)
    until("every message delivered", lambda: undelivered(office.engine) == 0)
    assert_fired_once(office, 3)


def test_a_worker_that_starts_before_the_database_fires_when_the_database_comes(
    office: Office, town: Town, start: Start, superuser_url: str
) -> None:
    given.application(office, town, FILED)
    given.time_is(office.engine, YELLOW)
    office.engine.dispose()
    name = make_url(superuser_url).database
    elsewhere = make_url(superuser_url).set(database="postgres").render_as_string(hide_password=False)
    with psycopg.connect(elsewhere, autocommit=True) as server:
        server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false".encode())
        worker = start("worker")
        # Long enough for several tries at a database that is not there.
        time.sleep(3)
        assert worker.poll() is None
        server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true".encode())
    until("every rung fired", lambda: fired(office.engine) == 3)
    until("every message delivered", lambda: undelivered(office.engine) == 0)


def test_the_sweeper_stops_within_a_second_and_sweeps_no_more(office: Office, town: Town, start: Start) -> None:
    given.application(office, town, FILED)
    worker = start("worker")
    until("a sweeper is alive", lambda: alive(office.engine) == 1)
    until("nothing is left to deliver", lambda: undelivered(office.engine) == 0)
    worker.send_signal(signal.SIGTERM)
    sessions = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'wugeyi-sweeper'"
    assert until("the sweeper's connections are closed", lambda: number(office.engine, sessions) == 0) < 3
    worker.wait(10)
    given.time_is(office.engine, YELLOW)
    # That nothing fires has no moment to wait for: four polls of a sweeper.
    time.sleep(1)
    assert fired(office.engine) == 0


def test_a_flow_changed_under_running_cases_stops_the_worker_by_name(office: Office, town: Town, start: Start) -> None:
    given.application(office, town, FILED, ["LX01"])
    with office.engine.begin() as conn:
        conn.execute(text("UPDATE flow_versions SET digest = 'another' WHERE flow = 'item'"))
    given.time_is(office.engine, YELLOW)
    worker = start("worker")
    assert worker.wait(20) != 0
    assert fired(office.engine) == 0


def test_beat_asks_for_a_sweep_that_is_dropped_when_nobody_takes_it_in_time(start: Start, redis_url: str) -> None:
    start("beat")
    with Redis.from_url(redis_client_url(redis_url)) as redis:
        until("a tick is in the queue", lambda: redis.llen("wugeyi") > 0)
        [tick] = redis.lrange("wugeyi", 0, 0)
    headers = json.loads(tick)["headers"]
    assert headers["task"] == "wugeyi.sweep"
    assert headers["expires"] is not None


# What is true of a database however it came about: instants of writing and what hangs on them left out.
WORLD = {
    "history": """
SELECT case_id, seq, action, to_state, actor_role, input, CASE actor_role WHEN 'system' THEN NULL ELSE effective_at END
FROM events ORDER BY 1, 2""",
    "claims": "SELECT clock_id, epoch, rung, case_id, moment_at FROM firings ORDER BY 1, 2, 3",
    "clocks": "SELECT case_id, name, round, state, epoch, rung, ladder_at, due_on FROM clocks ORDER BY 1, 2, 3",
    "alerts": "SELECT case_id, clock_id, epoch, rung, card, person_id, role FROM alerts ORDER BY 2, 3, 4, 6",
    # At what moment of its story a world's digest is made, its beat decides.
    "outbox": """
SELECT effect_key, channel, case_id, person_id, body, state FROM outbox WHERE effect_key NOT LIKE 'digest:%'
ORDER BY 1""",
}


def test_zero_one_and_two_beats_leave_identical_tables(
    configuration: Office, databases: Databases, start: Start, redis_server_url: str, tmp_path: Path
) -> None:
    # Alerts wait here: in a time that jumps, who is given one depends on when the caretaker looks.
    patient = Path(shutil.copytree(default_config_folder(), tmp_path / "config"))
    rules = patient / "rules" / "escalation.yaml"
    rules.write_text(
        rules.read_text(encoding="utf-8").replace("yellow: 1wd, red: 4wh", "yellow: null, red: null"), encoding="utf-8"
    )
    worlds: list[Office] = []
    for beats in range(3):
        url = databases.new()
        office = replace(configuration, engine=open_engine(url, "worker"))
        given.time_is(office.engine, FILED)
        given.application(office, given.town(office), FILED)
        redis = redis_server_url.replace("virtual_host=0", f"virtual_host={beats + 1}")
        where = {"DATABASE_URL": url, "REDIS_URL": redis, "WUGEYI_CONFIG": str(patient)}
        start("worker", **where)
        for _ in range(beats):
            start("beat", **where)
        worlds.append(office)
    for office in worlds:
        until("a sweeper is alive", lambda office=office: alive(office.engine) == 1)
        given.time_is(office.engine, YELLOW)
    # A beat's first tick comes after its interval: the second half of the story has beats in it.
    time.sleep(SWEEP_SECONDS + 1)
    for now in (SILENCE, moment("2026-03-20"), moment("2026-04-20")):
        for office in worlds:
            given.time_is(office.engine, now)
        time.sleep(1)
    tables = []
    for office in worlds:
        until("everything is delivered", lambda office=office: undelivered(office.engine) == 0)
        with office.engine.connect() as conn:
            tables.append({name: conn.execute(text(query)).all() for name, query in WORLD.items()})
        assert verify(office).breaches == ()
        office.engine.dispose()
    assert tables[0]["claims"]
    assert tables[0] == tables[1] == tables[2]
