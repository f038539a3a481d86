"""Settings of Celery that other promises rest on, and statements whose plan or order others rest on."""

import ast
import inspect
import re
from pathlib import Path

from sqlalchemy import Engine, text

import workflow
from workers import caretaker, deliver, housekeeping, relay, subscribers, sweeper
from workers.channels import outside
from workers.configuration import CONFIGURATION, LETTERS, QUEUE
from workflow.commands import tell_subscriber
from workflow.store import outbox
from workflow.store import subscribers as subscriber_rows

TASKS = (
    deliver.deliver,
    relay.relay,
    sweeper.sweep_task,
    caretaker.attend_task,
    subscribers.tell_subscriber,
    housekeeping.housekeeping,
)


def test_an_id_is_offered_again_only_when_its_task_must_have_ended() -> None:
    visibility = CONFIGURATION["visibility_timeout"]
    assert visibility > 3 * CONFIGURATION["task_time_limit"]
    assert CONFIGURATION["broker_transport_options"]["visibility_timeout"] == visibility
    assert CONFIGURATION["result_backend_transport_options"]["visibility_timeout"] == visibility
    assert outbox.LEASED_FOR.total_seconds() > CONFIGURATION["task_time_limit"]
    assert subscriber_rows.LEASED_FOR.total_seconds() > CONFIGURATION["task_time_limit"]
    assert CONFIGURATION["task_soft_time_limit"] > tell_subscriber.SECONDS + outside.TOTAL_SECONDS


def test_a_worker_never_gives_its_broker_up() -> None:
    assert CONFIGURATION["broker_connection_max_retries"] is None
    assert CONFIGURATION["broker_connection_retry_on_startup"] is True


def test_messages_of_the_queue_are_ids_in_json_and_nothing_else() -> None:
    assert CONFIGURATION["accept_content"] == ["json"]
    arguments = {task.name: list(inspect.signature(task.run).parameters) for task in TASKS}
    assert arguments == {
        "wugeyi.deliver": ["message_id"],
        "wugeyi.relay": [],
        "wugeyi.sweep": [],
        "wugeyi.attend": [],
        "wugeyi.tell_subscriber": ["subscriber_id"],
        "wugeyi.housekeeping": [],
    }


def test_beat_sends_known_tasks_at_plain_intervals_that_expire() -> None:
    names = {task.name for task in TASKS}
    for entry in CONFIGURATION["beat_schedule"].values():
        assert entry["task"] in names
        assert entry["schedule"] == entry["options"]["expires"] > 0


def test_every_queue_is_consumed_and_the_service_comes_before_letters() -> None:
    names = [queue.name for queue in CONFIGURATION["task_queues"]]
    assert names == [QUEUE, LETTERS]
    routed = {route["queue"] for route in CONFIGURATION["task_routes"].values()}
    assert {CONFIGURATION["task_default_queue"], QUEUE, LETTERS} | routed == set(names)
    # Queues are asked in the order of their names.
    assert CONFIGURATION["broker_transport_options"]["queue_order_strategy"] == "sorted"
    assert sorted(names) == names


def test_the_relay_reads_the_index_of_waiting_messages(engine: Engine) -> None:
    with engine.begin() as conn:
        conn.execute(
            text("""
INSERT INTO outbox (effect_key, channel, body, created_at, next_at, state)
SELECT n, 'log', '{}', now(), now(), CASE WHEN n < 100 THEN 'pending' ELSE 'delivered' END
FROM generate_series(1, 20000) n""")
        )
        conn.execute(text("ANALYZE outbox"))
        conn.execute(text("SET LOCAL plan_cache_mode = force_generic_plan"))
        for _ in range(6):
            outbox.claim_for_relay(conn, 10)
        plan = conn.execute(
            text("""
SELECT generic_plans FROM pg_prepared_statements WHERE statement LIKE '%SKIP LOCKED%UPDATE outbox%'""")
        ).scalars()
        assert sum(plan) > 0
        explained = conn.execute(
            text("""
EXPLAIN (COSTS OFF) SELECT id FROM outbox WHERE state IN ('pending', 'queued', 'leased') AND next_at <= now()
ORDER BY next_at, id LIMIT 10 FOR UPDATE SKIP LOCKED""")
        ).scalars()
        assert "outbox_waiting" in "\n".join(explained)


# Every statement that locks a case or a clock before writing it. The order is: case first, then its clocks, then
# anything else; several cases in ascending id. Whoever adds one finds out here that there is an order to keep.
LOCKS_ON_CASES = {
    "store/cases.py": 1,  # one case, first of all, before something is hung on it
    "store/recasts.py": 1,  # a batch whose dates move: in ascending id, and skips what is locked
    "store/timers.py": 1,  # the sweep: case and clock at once, and skips what is locked
}


def locking_statements() -> dict[str, list[str]]:
    """The SQL texts that lock rows of cases or clocks, by file of the core."""
    root = Path(workflow.__file__).parent
    lock, rows = re.compile(r"FOR (NO KEY )?(UPDATE|SHARE)"), re.compile(r"\b(cases|clocks)\b")
    found: dict[str, list[str]] = {}
    for path in root.rglob("*.py"):
        constants = (
            node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Constant)
        )
        for words in (str(constant.value) for constant in constants):
            if lock.search(words) and rows.search(words):
                found.setdefault(str(path.relative_to(root)), []).append(words)
    return found


def test_every_statement_that_locks_cases_is_known_and_the_sweep_waits_for_nobody() -> None:
    found = locking_statements()
    assert {file: len(statements) for file, statements in found.items()} == LOCKS_ON_CASES
    assert "FOR NO KEY UPDATE OF c, k SKIP LOCKED" in found["store/timers.py"][0]
    assert "ORDER BY c.id FOR NO KEY UPDATE SKIP LOCKED" in found["store/recasts.py"][0]
