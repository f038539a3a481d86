"""A mail server that is killed and started again while many alerts are on their way to many people: each arrives, and
by its Message-ID once."""

import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from tests import given
from tests.given import moment
from tests.workers.mailbox import FragileServer, Mailbox
from tests.workers.telling import Line, due, pass_all, pass_round, retries_are_due, rows
from tests.workers.waiting import number
from workers.channels import open_channels
from workers.channels.email_smtp import message_id
from workflow.commands.fire_rungs import sweep
from workflow.commands.outgoing import Channel
from workflow.commands.pass_on import pass_on
from workflow.settings import load_settings
from workflow.work import Office

# A server that is killed leaves its half of the conversations to the garbage collector.
pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

FILED = moment("2026-03-02")
YELLOW = moment("2026-03-06", "09:00")
LATE = moment("2026-05-20", "10:00")
COURIERS = 4
KILLS = 6
WAITING = "SELECT count(*) FROM outbox WHERE channel = 'email' AND state IN ('pending', 'queued', 'leased')"

TRIES = "SELECT count(*) FROM deliveries WHERE outcome = 'soon'"


@pytest.fixture
def server() -> Iterator[FragileServer]:
    """A mail server that is up, and loses the answer to every fortieth mail."""
    fragile = FragileServer(Mailbox(drops=40))
    fragile.start()
    yield fragile
    fragile.kill()


def alerts_of_a_morning(office: Office) -> None:
    """Yellow cards that fell in time, many at once."""
    given.time_is(office.engine, FILED)
    town = given.town(office, mail=True)
    for _ in range(4):
        given.application(office, town, FILED, list(office.catalogue.items))
    pass_all(office, {"email": Line()})
    given.time_is(office.engine, YELLOW)
    sweep(office)
    tell_all_by_mail(office)


def alerts_of_long_weeks(office: Office) -> None:
    """Everything that fell due while all workers were away for weeks."""
    given.time_is(office.engine, FILED)
    town = given.town(office, mail=True)
    for _ in range(2):
        given.application(office, town, FILED, list(office.catalogue.items)[:16])
    pass_all(office, {"email": Line()})
    given.time_is(office.engine, LATE)
    sweep(office)
    tell_all_by_mail(office)


def tell_all_by_mail(office: Office) -> None:
    """Expand what is for several people, as a courier whose e-mail is set up does."""
    ids = [row.id for row in rows(office.engine, "SELECT id FROM outbox WHERE channel = 'tell' AND state = 'pending'")]
    for message in ids:
        pass_on(office, message, {"email": lambda outgoing: None})


@contextmanager
def couriers(office: Office, channels: Mapping[str, Channel]) -> Iterator[None]:
    """Several couriers that pass on whatever is due, in any order, until the end of the block."""
    over = threading.Event()
    faults: list[BaseException] = []

    def carry(seed: int) -> None:
        random = Random(seed)
        while not over.is_set():
            ids = due(office.engine, 60)
            random.shuffle(ids)
            for message in ids:
                if over.is_set():
                    return
                try:
                    pass_on(office, message, channels)
                except BaseException as fault:
                    faults.append(fault)
                    raise
            over.wait(0.02)

    threads = [threading.Thread(target=carry, args=(seed,)) for seed in range(COURIERS)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join(30)
    assert not faults


@pytest.mark.parametrize("together", [False, True], ids=["each its own letter", "together where they pile up"])
def test_every_alert_arrives_and_by_its_message_id_once_though_the_mail_server_is_killed_again_and_again(
    office: Office, server: FragileServer, tmp_path: Path, capsys: pytest.CaptureFixture[str], together: bool
) -> None:
    server.mailbox.drops = 10 if together else 40
    if together:
        alerts_of_long_weeks(office)
    else:
        never = replace(office.catalogue.telling, together_from=10_000, urgent_together_from=10_000)
        office = replace(office, catalogue=replace(office.catalogue, telling=never))
        alerts_of_a_morning(office)
    channels = open_channels(load_settings({"WUGEYI_HOME": str(tmp_path), "SMTP_URL": server.mailbox.url}))
    channels = {"email": channels["email"], "log": channels["log"]}
    messages = number(office.engine, "SELECT count(*) FROM outbox WHERE alert_id IS NOT NULL AND channel = 'email'")
    people = number(office.engine, "SELECT count(DISTINCT person_id) FROM outbox WHERE alert_id IS NOT NULL")
    assert messages >= 300
    assert people >= 5
    first = number(office.engine, "SELECT min(id) - 1 FROM outbox WHERE channel = 'email' AND state = 'pending'")
    before = number(office.engine, "SELECT coalesce(max(id), 0) FROM deliveries")
    began = time.monotonic()
    with couriers(office, channels):
        for _ in range(KILLS):
            retries_are_due(office.engine)
            time.sleep(0.3)
            server.kill()
            # What is tried meanwhile finds nobody there.
            retries_are_due(office.engine)
            time.sleep(0.2)
            server.start()
        deadline = time.monotonic() + 120
        while number(office.engine, WAITING):
            assert time.monotonic() < deadline
            retries_are_due(office.engine)
            time.sleep(0.1)
    seconds = time.monotonic() - began

    lost = number(office.engine, "SELECT count(*) FROM outbox WHERE channel = 'email' AND state <> 'delivered'")
    sent = rows(
        office.engine,
        "SELECT effect_key, batch, alert_id FROM outbox WHERE channel = 'email' AND id > :first",
        first=first,
    )
    letters = {message_id(f"batch:{row.batch}" if row.batch else row.effect_key, "wugeyi@localhost") for row in sent}
    arrived = Counter(server.mailbox.ids)
    twice = {letter: count for letter, count in arrived.items() if count > 1}
    alerts = number(office.engine, "SELECT count(*) FROM alerts")
    tries = dict(rows(office.engine, "SELECT outcome, count(*) FROM deliveries WHERE id > :n GROUP BY 1", n=before))
    with capsys.disabled():
        print(
            f"\n{alerts} alerts, {people} people, {len(sent)} messages in {len(letters)} letters, {COURIERS} couriers"
            f"\nserver killed {KILLS} times, {seconds:.1f} s: lost {lost}, arrived {len(arrived)} of {len(letters)}"
            f"\nletters by Message-ID ({sum(arrived.values())} on the wire, {len(twice)} more than once because the"
            f" answer was lost), tries {tries}"
        )
    assert lost == 0
    assert set(arrived) == letters
    told = {row.alert_id for row in sent if row.alert_id is not None}
    assert len(told) == alerts
    # The same Message-ID is the same letter, to its last word.
    words: dict[str, set[str]] = {}
    for mail in server.mailbox.mails:
        words.setdefault(mail["Message-ID"], set()).add(mail["To"] + mail["Subject"] + mail.get_content())
    assert all(len(texts) == 1 for texts in words.values())
    assert tries["delivered"] == len(letters)
    assert twice


def test_a_channel_that_is_down_for_long_is_hardly_asked_and_floods_nobody_when_it_is_back(
    office: Office, server: FragileServer, tmp_path: Path
) -> None:
    alerts_of_long_weeks(office)
    channels = open_channels(load_settings({"WUGEYI_HOME": str(tmp_path), "SMTP_URL": server.mailbox.url}))
    server.mailbox.drops = 0
    server.kill()
    for _ in range(5):
        pass_round(office, channels)
    messages = number(office.engine, WAITING)
    # Until its time comes nobody asks again, however often couriers come by; the time to get here counts as well.
    assert number(office.engine, TRIES) <= 3
    hour = 12
    for _ in range(hour):
        retries_are_due(office.engine)
        pass_round(office, channels)
    assert number(office.engine, TRIES) <= 4 + 2 * hour < messages / 10
    assert number(office.engine, WAITING) == messages
    server.start()
    while number(office.engine, WAITING):
        retries_are_due(office.engine)
        pass_round(office, channels)
    assert number(office.engine, "SELECT count(*) FROM outbox WHERE channel = 'email' AND state <> 'delivered'") == 0
    people = number(office.engine, "SELECT count(DISTINCT person_id) FROM outbox WHERE alert_id IS NOT NULL")
    # At most a letter of what might wait and one of red cards for each two hundred of a person.
    assert max(Counter(mail["To"] for mail in server.mailbox.mails).values()) <= 12
    assert len(server.mailbox.mails) < messages / 4
    assert people <= len({mail["To"] for mail in server.mailbox.mails})
