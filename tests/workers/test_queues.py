"""A real worker and two queues: what the service does itself never waits behind letters to people."""

from pathlib import Path

from redis import Redis
from sqlalchemy import text

from tests import given
from tests.given import moment
from tests.workers.conftest import Start
from tests.workers.mailbox import FragileServer, Mailbox
from tests.workers.telling import rows
from tests.workers.waiting import number, until
from workers.configuration import LETTERS, QUEUE
from workflow.settings import redis_client_url
from workflow.work import Office

FILED = moment("2026-03-02")
LETTERS_WAITING = 300


def slow_letters(office: Office, person: int) -> None:
    """Many letters to one person that were put in the outbox before anything else, none of which may go with others."""
    with office.engine.begin() as conn:
        conn.execute(
            text("""
INSERT INTO outbox (effect_key, channel, person_id, body, created_at, next_at)
SELECT 'letter:' || n, 'email', :person, '{"what": "test"}', app_now(), now() FROM generate_series(1, :count) n"""),
            {"person": person, "count": LETTERS_WAITING},
        )


def test_an_automatic_action_overtakes_every_letter_that_waits(
    office: Office, start: Start, redis_url: str, tmp_path: Path
) -> None:
    given.time_is(office.engine, FILED)
    town = given.town(office, mail=True)
    server = FragileServer(Mailbox())
    server.start()
    try:
        assert town.clerk.id is not None
        slow_letters(office, town.clerk.id)
        with Redis.from_url(redis_client_url(redis_url)) as redis:
            start("worker", SMTP_URL=server.mailbox.url)
            until("letters are on their way", lambda: len(server.mailbox.mails) > 3)
            assert redis.llen(LETTERS) > 100
            given.application(office, town, FILED, ["LX01"])
            system = "SELECT count(*) FROM outbox WHERE channel IN ('system', 'tell') AND state <> 'delivered'"
            took = until("what the service does itself is done", lambda: number(office.engine, system) == 0)
            waiting = "SELECT count(*) FROM outbox WHERE effect_key LIKE 'letter:%' AND state <> 'delivered'"
            left = number(office.engine, waiting)
            assert redis.llen(QUEUE) == 0
            print(f"done after {took:.2f} s, {left} letters still waited")
            assert left > 50
            until("every letter arrives all the same", lambda: number(office.engine, waiting) == 0, 90)
    finally:
        server.kill()
    assert len(set(server.mailbox.ids)) >= LETTERS_WAITING
    assert rows(office.engine, "SELECT FROM deliveries LIMIT 1")
