"""Webhooks: each event once by its id, in order, none lost, whoever dies; signed; to nobody inside."""

import threading
import time
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, text

from tests import given
from tests.core.test_signing import receiver as checking
from tests.given import Town, moment
from tests.workers.conftest import Start
from tests.workers.receiver import Receiver, receiving
from tests.workers.test_outside_calls import HOME, Resolver
from tests.workers.waiting import number, until
from workers import subscribers as handing
from workers.caretaker import attend
from workers.channels.outside import Outside
from workers.channels.webhook import Webhook
from workers.duties import DUTIES
from workflow.commands.ask_test import ask_test
from workflow.commands.pause_subscriber import pause_subscriber, resume_subscriber
from workflow.commands.replay import replay
from workflow.commands.rotate_secret import rotate_secret
from workflow.commands.subscribe import address_of, subscribe
from workflow.commands.tell_subscriber import tell_subscriber
from workflow.signing import derive, shown
from workflow.store import subscribers
from workflow.store.subscribers import Subscriber
from workflow.work import Office

FILED = moment("2026-03-02")
SECRET = "webhooks" * 5
SEND = Webhook(Outside(HOME))
EVENTS = 600


def sequence(office: Office) -> int:
    attend(office, [duty for duty in DUTIES if duty.name == "sequence"])
    return number(office.engine, "SELECT position FROM stream_head")


def happened(conn: Connection, case_id: int, count: int) -> None:
    """So many papers handed in on a case, as lines of its history."""
    conn.execute(
        text("""
INSERT INTO events (case_id, seq, action, from_state, to_state, actor_role, effective_at, recorded_at, input, hash)
SELECT :id, 1000 + (SELECT count(*) FROM events) + n, 'attach', 'draft', 'draft', 'applicant', app_now(), app_now(),
  jsonb_build_object('code', 'identity', 'filename', '张三.pdf', 'size', n, 'sha256', 'x'), ''
FROM generate_series(1, :count) n"""),
        {"id": case_id, "count": count},
    )


def some_events(office: Office, town: Town, count: int = 5) -> int:
    """A draft and so many further lines, all with a position; returns the newest."""
    no = given.draft(office, town, FILED, [])
    with office.engine.begin() as conn:
        happened(conn, given.case_id(office.engine, no), count)
    return sequence(office)


def add(office: Office, town: Town, url: str, kinds: Sequence[str] = (), name: str = "市平台") -> Subscriber:
    """A subscriber told everything from the beginning."""
    with given.at(office, town.admin, FILED) as work:
        return subscribe(work, name, address_of(url, HOME), kinds, after=0)


def now_of(office: Office, subscriber: Subscriber) -> Subscriber:
    with office.engine.connect() as conn:
        found = subscribers.one(conn, subscriber.id)
    assert found is not None
    return found


def tell(office: Office, subscriber: Subscriber, send: Any = SEND, **more: Any) -> int:
    return tell_subscriber(office, subscriber.id, SECRET, send, **more)


def hurry(engine: Engine) -> None:
    """The wait after a failure is over, and so is the lease of a worker that died."""
    with engine.begin() as conn:
        conn.execute(text("UPDATE subscribers SET next_at = now(), queued_until = now(), lease_until = now()"))


def log_of(engine: Engine) -> list[tuple[str, str | None]]:
    with engine.connect() as conn:
        rows = conn.execute(text("SELECT outcome, error FROM deliveries WHERE channel = 'webhook' ORDER BY id"))
        return [(row.outcome, row.error) for row in rows]


def in_order(ids: Sequence[str]) -> bool:
    keys = [tuple(int(part) for part in one.split(".")) for one in ids]
    return keys == sorted(keys)


def test_six_hundred_events_reach_a_receiver_killed_thrice_once_by_id_in_order_with_two_workers(
    office: Office, town: Town, start: Start
) -> None:
    given.time_is(office.engine, FILED)
    no = given.draft(office, town, FILED, [])
    case_id = given.case_id(office.engine, no)
    with receiving() as receiver:
        subscriber = add(office, town, receiver.url, ["material.attached"])
        environment = {"WUGEYI_SECRET": SECRET, "WUGEYI_WEBHOOK_NETWORKS": "127.0.0.0/8"}
        start("worker", **environment)
        start("worker", **environment)
        alive = "SELECT count(*) FROM heartbeats WHERE name LIKE 'caretaker:%' AND at > now() - interval '3 s'"
        until("two caretakers are alive", lambda: number(office.engine, alive) == 2)
        for kill in range(3):
            receiver.die_at = 120 + 150 * kill
            with office.engine.begin() as conn:
                happened(conn, case_id, EVENTS // 3)
            until("the receiver is killed", lambda: receiver.dead)
            receiver.stop()
            hurry(office.engine)
            failed = f"SELECT count(*) FROM deliveries WHERE outcome = 'soon' HAVING count(*) > {2 * kill}"
            until("it is missed", lambda failed=failed: number_or_none(office.engine, failed))
            receiver.start()
            hurry(office.engine)
        told = (
            f"SELECT count(*) FROM subscribers s, stream_head h WHERE s.position = h.position AND h.position > {EVENTS}"
        )
        until("it has been told everything", lambda: number(office.engine, told) == 1, 60)

    distinct = list(dict.fromkeys(receiver.ids))
    assert len(distinct) == EVENTS, "none lost"
    assert in_order(distinct), "in order"
    # taken, and killed before the answer: those three come again with the same id, and no other
    assert 0 <= len(receiver.ids) - len(distinct) <= 3
    assert {one.event["kind"] for one in receiver.received} == {"material.attached"}
    verified, now = checking(), time.time()  # noqa: TID251 - a receiver has its own clock
    secret = shown(derive(SECRET, subscriber.id, 1))
    taken = [one for one in receiver.received if verified(secret, one.headers, one.body, now)]
    assert len(taken) == EVENTS, "each verified, each once"
    outcomes = Counter(outcome for outcome, _ in log_of(office.engine))
    assert outcomes["delivered"] == EVENTS
    assert outcomes["soon"] >= 3
    assert set(outcomes) == {"delivered", "soon"}


def number_or_none(engine: Engine, statement: str) -> int:
    with engine.connect() as conn:
        return int(conn.execute(text(statement)).scalar() or 0)


def test_a_subscriber_is_told_its_kinds_in_order_and_then_nothing_more(office: Office, town: Town) -> None:
    head = some_events(office, town)
    with receiving() as receiver:
        all_, opened = add(office, town, receiver.url), add(office, town, receiver.url, ["case.opened"], "区平台")
        taken = tell(office, all_)
        assert [one.event["kind"] for one in receiver.received] == [
            "project.changed",
            "case.opened",
            *["material.attached"] * 5,
        ]
        assert taken == len(receiver.received) == head
        assert in_order(receiver.ids)
        assert tell(office, all_) == 0
        assert tell(office, opened) == 1
    assert now_of(office, opened).position == now_of(office, all_).position == head
    assert "张三" not in "".join(one.body.decode() for one in receiver.received)


def test_what_the_office_says_among_itself_is_sent_to_nobody(office: Office, town: Town) -> None:
    asked = {
        "question": "总部基地设计方案是否满足各专业要求",
        "department": "QX",
        "departments": ["ZG", "ZJ"],
        "answer_by": "2026-03-13",
    }
    given.opened(office, town.specialist, FILED, "consultation", asked, on=town.project.code)
    head = sequence(office)
    with receiving() as receiver:
        subscriber = add(office, town, receiver.url)
        tell(office, subscriber)
    assert {one.event["flow"] for one in receiver.received} == {None, "consultation"}
    assert now_of(office, subscriber).position == head


def test_of_two_workers_one_tells_and_one_that_lost_its_lease_moves_nothing(office: Office, town: Town) -> None:
    some_events(office, town)
    with receiving() as receiver:
        subscriber = add(office, town, receiver.url)
        others: list[int] = []

        def slow(url: str, headers: Any, body: bytes) -> None:
            others.append(tell(office, subscriber))
            SEND(url, headers, body)
            if len(others) == 2:
                # the lease has run out, and somebody else has told everything
                hurry(office.engine)
                others.append(tell(office, subscriber))

        assert tell(office, subscriber, slow) == 1
    assert others == [0, 0, 6]
    assert Counter(Counter(receiver.ids).values()) == {1: 6, 2: 1}
    assert now_of(office, subscriber).behind == 0


def test_what_one_entry_tells_beside_is_told_again_with_it_and_keeps_its_ids(office: Office, town: Town) -> None:
    given.application(office, town, FILED)
    sequence(office)
    with receiving() as receiver:
        subscriber = add(office, town, receiver.url)

        def breaks(url: str, headers: Any, body: bytes) -> None:
            if headers["webhook-id"].endswith(".2") and receiver.reply(0)[0] == 200 and not broken:
                broken.append(headers["webhook-id"])
                receiver.reply = lambda n: (503, {})
            SEND(url, headers, body)

        broken: list[str] = []
        tell(office, subscriber, breaks)
        receiver.reply = lambda n: (200, {})
        hurry(office.engine)
        tell(office, subscriber)
    again = [one for one, count in Counter(receiver.ids).items() if count > 1]
    assert again == [f"{broken[0].partition('.')[0]}.1", broken[0]]
    assert in_order(list(dict.fromkeys(receiver.ids)))


@pytest.mark.parametrize(
    ("status", "headers", "outcome", "least", "most"),
    [
        (500, {}, "soon", 3, 7),
        (503, {"Retry-After": "60"}, "soon", 55, 65),
        (429, {"Retry-After": "120"}, "soon", 110, 130),
        (429, {"Retry-After": "999999"}, "soon", 3500, 3601),
        (400, {}, "later", 200, 400),
        (404, {}, "later", 200, 400),
        (302, {"Location": "http://127.0.0.1:1/"}, "later", 200, 400),
    ],
)
def test_a_refusal_is_sorted_and_tried_again_after_its_time(
    status: int, headers: dict[str, str], outcome: str, least: float, most: float, office: Office, town: Town
) -> None:
    some_events(office, town)
    with receiving(lambda n: (status, headers)) as receiver:
        subscriber = add(office, town, receiver.url)
        assert tell(office, subscriber) == 0
        assert tell(office, subscriber) == 0, "not before its time"
    assert len(receiver.received) == 1
    [(found, error)] = log_of(office.engine)
    assert found == outcome
    assert error is not None
    assert str(status) in error
    wait = "SELECT extract(epoch FROM next_at - now()) FROM subscribers"
    assert least <= number(office.engine, wait) <= most
    assert now_of(office, subscriber).position == 0
    assert now_of(office, subscriber).active


def test_waits_grow_up_to_an_hour_and_after_three_days_it_waits_for_a_person(office: Office, town: Town) -> None:
    some_events(office, town)
    with receiving(lambda n: (500, {})) as receiver:
        subscriber = add(office, town, receiver.url)
        waits = []
        for _ in range(14):
            hurry(office.engine)
            tell(office, subscriber)
            waits.append(number(office.engine, "SELECT extract(epoch FROM next_at - now()) FROM subscribers"))
        assert all(later > earlier for earlier, later in pairwise(waits[:8]))
        assert waits[-1] <= 3600
        with office.engine.begin() as conn:
            conn.execute(text("UPDATE subscribers SET failing_since = now() - interval '73 hours'"))
        hurry(office.engine)
        tell(office, subscriber)
        stopped = now_of(office, subscriber)
        assert (stopped.active, stopped.stopped_why, stopped.position) == (False, "failing", 0)
        hurry(office.engine)
        assert tell(office, subscriber) == 0
        receiver.reply = lambda n: (200, {})
        with given.at(office, town.admin, FILED) as work:
            resume_subscriber(work, subscriber.id)
        assert tell(office, subscriber) == 7, "from where it was"


def test_who_answers_gone_is_told_nothing_more(office: Office, town: Town) -> None:
    some_events(office, town)
    with receiving(lambda n: (410, {})) as receiver:
        subscriber = add(office, town, receiver.url)
        tell(office, subscriber)
        hurry(office.engine)
        tell(office, subscriber)
    assert len(receiver.received) == 1
    assert now_of(office, subscriber).stopped_why == "gone"
    assert log_of(office.engine) == [("never", "answers 410: wants no more")]


def test_while_a_secret_is_rotated_both_sign_and_then_only_the_new_one(office: Office, town: Town) -> None:
    some_events(office, town, 2)
    with receiving() as receiver:
        subscriber = add(office, town, receiver.url, ["material.attached"])
        tell(office, subscriber)
        with given.at(office, town.admin, FILED) as work:
            rotate_secret(work, subscriber.id)
            replay(work, subscriber.id, after=0)
        tell(office, subscriber)
        with office.engine.begin() as conn:
            conn.execute(text("UPDATE subscribers SET old_until = now() - interval '1 s'"))
        with given.at(office, town.admin, FILED) as work:
            replay(work, subscriber.id, after=0)
        tell(office, subscriber)
    first, both, last = receiver.received[0], receiver.received[2], receiver.received[4]
    old, new = (shown(derive(SECRET, subscriber.id, generation)) for generation in (1, 2))
    now = int(last.headers["webhook-timestamp"])
    fits = [[checking()(secret, one.headers, one.body, now) for secret in (old, new)] for one in (first, both, last)]
    assert fits == [[True, False], [True, True], [False, True]]
    assert first.id == both.id == last.id


def test_from_any_point_it_is_told_again_with_the_same_ids(office: Office, town: Town) -> None:
    head = some_events(office, town)
    with receiving() as receiver:
        subscriber = add(office, town, receiver.url)
        tell(office, subscriber)
        first = list(receiver.received)
        with given.at(office, town.admin, FILED) as work:
            replay(work, subscriber.id, after=head - 3)
        assert tell(office, subscriber) == 3
        assert [(one.id, one.body) for one in receiver.received[-3:]] == [(one.id, one.body) for one in first[-3:]]
        with office.engine.begin() as conn:
            conn.execute(text("UPDATE stream SET at = timestamptz '2026-03-02 08:00+08' + position * interval '1 min'"))
        with given.at(office, town.admin, FILED) as work:
            assert replay(work, subscriber.id, since=moment("2026-03-02", "08:03")).position == 2


def test_paused_it_is_told_nothing_and_loses_nothing(office: Office, town: Town) -> None:
    some_events(office, town)
    with receiving() as receiver:
        subscriber = add(office, town, receiver.url)
        with given.at(office, town.admin, FILED) as work:
            pause_subscriber(work, subscriber.id)
        assert tell(office, subscriber) == 0
        with given.at(office, town.admin, FILED) as work:
            resume_subscriber(work, subscriber.id)
        assert tell(office, subscriber) == 7
    assert len(receiver.received) == 7


def test_a_test_is_sent_signed_and_logged_and_moves_nothing(office: Office, town: Town) -> None:
    with receiving() as receiver:
        with given.at(office, town.admin, FILED) as work:
            subscriber = subscribe(work, "市平台", address_of(receiver.url, HOME), [])
            ask_test(work, subscriber.id)
        published: list[int] = []
        assert handing.hand_over(office, published.extend) == 0
        assert published == [subscriber.id]
        tell(office, subscriber)
        [test] = receiver.received
        assert test.event["kind"] == "webhook.test"
        secret = shown(derive(SECRET, subscriber.id, 1))
        assert checking()(secret, test.headers, test.body, int(test.headers["webhook-timestamp"]))
        tell(office, subscriber)
    assert len(receiver.received) == 1
    assert log_of(office.engine) == [("test", None)]
    assert not now_of(office, subscriber).testing


def test_ids_are_handed_over_once_for_a_while_and_again_where_the_queue_lost_them(office: Office, town: Town) -> None:
    published: list[int] = []
    some_events(office, town)
    subscriber = add(office, town, "http://127.0.0.1:9/")
    add(office, town, "", name="自取")
    handing.hand_over(office, published.extend)
    handing.hand_over(office, published.extend)
    assert published == [subscriber.id]
    hurry(office.engine)
    handing.hand_over(office, published.extend)
    assert published == [subscriber.id] * 2

    def broken(ids: Sequence[int]) -> None:
        raise OSError("the broker is away")

    hurry(office.engine)
    with pytest.raises(OSError, match="away"):
        handing.hand_over(office, broken)
    handing.hand_over(office, published.extend)
    assert published == [subscriber.id] * 3
    tell(office, subscriber)  # nobody listens on port 9
    handing.hand_over(office, published.extend)
    assert published == [subscriber.id] * 3, "not before its time"


def test_a_broker_that_hangs_holds_nobody_for_long_and_loses_nothing(office: Office, town: Town) -> None:
    some_events(office, town)
    subscriber = add(office, town, "http://127.0.0.1:9/")
    answers, published = threading.Event(), list[int]()

    def hang(ids: Sequence[int]) -> None:
        answers.wait(30)

    with pytest.raises(TimeoutError, match="broker"):
        handing.hand_over(office, hang, 0.05)
    assert handing.hand_over(office, published.extend) == 0
    assert published == [], "one at a time"
    answers.set()
    until("the first has given up", lambda: not handing._publishing.locked())
    handing.hand_over(office, published.extend)
    assert published == [subscriber.id]


def test_a_name_that_leads_inside_after_it_was_registered_is_not_called(office: Office, town: Town) -> None:
    some_events(office, town)
    resolver = Resolver(["93.184.216.34"], ["127.0.0.1"])
    with given.at(office, town.admin, FILED) as work:
        subscriber = subscribe(
            work, "市平台", address_of("https://hooks.example.com:8443/x", (), resolver), [], after=0
        )
    tell(office, subscriber, Webhook(Outside((), resolver)))
    [(outcome, error)] = log_of(office.engine)
    assert outcome == "later"
    assert error is not None
    assert "internal or reserved address 127.0.0.1" in error
    assert now_of(office, subscriber).position == 0


def test_a_name_server_that_is_away_is_asked_again_within_seconds(office: Office, town: Town) -> None:
    some_events(office, town)
    with given.at(office, town.admin, FILED) as work:
        found = address_of("https://hooks.example.com/x", (), Resolver(["93.184.216.34"]))
        subscriber = subscribe(work, "市平台", found, [], after=0)

    def silent(host: str, port: int) -> Sequence[str]:
        raise TimeoutError

    tell(office, subscriber, Webhook(Outside((), silent)))
    assert [outcome for outcome, _ in log_of(office.engine)] == ["soon"]


def test_a_receiver_that_is_killed_is_used_again_when_it_is_back(office: Office, town: Town) -> None:
    some_events(office, town)
    receiver = Receiver()
    receiver.start()
    subscriber = add(office, town, receiver.url)
    receiver.stop()
    assert tell(office, subscriber) == 0
    receiver.start()
    hurry(office.engine)
    assert tell(office, subscriber) == 7
    receiver.stop()
    assert [outcome for outcome, _ in log_of(office.engine)] == ["soon", *["delivered"] * 7]
