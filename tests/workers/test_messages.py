"""The outbox and its couriers: told once, to the right people, whatever happens on the way."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from tests import given
from tests.given import Town, moment
from tests.workers.mailbox import Mailbox, mail_server
from tests.workers.waiting import number
from workers.channels import open_channels
from workers.relay import relay_all
from workflow.commands.fire_rungs import sweep
from workflow.commands.look_at import look_at
from workflow.commands.outgoing import Channel, Outgoing, Undelivered
from workflow.commands.pass_on import pass_on
from workflow.commands.take_action import take_action
from workflow.settings import load_settings
from workflow.store import leftovers, outbox
from workflow.store.outbox import Again
from workflow.work import Office

FILED = moment("2026-03-02")
YELLOW = moment("2026-03-06", "09:00")


@pytest.fixture(autouse=True)
def in_office_hours(engine: Engine) -> None:
    """Nothing here is held back, whatever the hour at which the tests run."""
    given.time_is(engine, FILED)


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """A real mail server."""
    with mail_server() as box:
        yield box


def channels_to(mailbox: Mailbox, home: Path) -> Mapping[str, Channel]:
    """The channels a worker opens whose SMTP_URL leads to this mailbox."""
    return open_channels(load_settings({"WUGEYI_HOME": str(home), "SMTP_URL": mailbox.url}))


@dataclass(slots=True)
class Listener:
    """A channel that keeps what it is given, and fails as often as it is told to."""

    heard: list[Outgoing] = field(default_factory=list)
    failures: list[Again] = field(default_factory=list)

    def __call__(self, outgoing: Outgoing) -> None:
        if self.failures:
            raise Undelivered("the line is engaged", self.failures.pop(0))
        self.heard.append(outgoing)


def pass_all_on(office: Office, channels: Mapping[str, Channel]) -> list[str]:
    """Pass on whatever is due until nothing is; the outcomes in order."""
    outcomes: list[str] = []
    while True:
        with office.engine.begin() as conn:
            ids = outbox.due_ids(conn, 100)
        if not ids:
            return outcomes
        outcomes += [pass_on(office, message_id, channels) for message_id in ids]


def wait_is_over(engine: Engine) -> None:
    """Whatever waits for a retry or the end of a lease is due now."""
    with engine.begin() as conn:
        conn.execute(text("UPDATE outbox SET next_at = now() WHERE state IN ('pending', 'queued', 'leased')"))


def state_of(engine: Engine, key: str) -> str:
    with engine.connect() as conn:
        return str(conn.execute(text("SELECT state FROM outbox WHERE effect_key = :key"), {"key": key}).scalar_one())


def message(engine: Engine, like: str) -> int:
    """The id of the first message whose key is like this."""
    with engine.connect() as conn:
        found = conn.execute(
            text("SELECT id FROM outbox WHERE effect_key LIKE :like ORDER BY id LIMIT 1"), {"like": like}
        )
        return int(found.scalar_one())


def test_a_yellow_card_arrives_as_one_mail_in_two_languages_for_each_person(
    office: Office, mailbox: Mailbox, tmp_path: Path
) -> None:
    town = given.town(office, mail=True)
    no = given.application(office, town, FILED, ["LX01"]).cases["LX01"]
    given.time_is(office.engine, YELLOW)
    sweep(office)
    pass_all_on(office, channels_to(mailbox, tmp_path))
    cards = [mail for mail in mailbox.mails if "黄牌" in mail["Subject"]]
    assert sorted(mail["To"] for mail in cards) == ["clerk@example.org", "director_qx@example.org"]
    assert cards[0]["Subject"] == (
        f"【黄牌】{no} 收件核验：剩 1 个工作日 / [Yellow card] {no} Completeness check: 1 working day left"
    )
    words = cards[0].get_content()
    assert "办理期限：3月9日（周一）" in words
    assert "Due: Mon 9 Mar 2026" in words
    assert f"http://127.0.0.1:8000/cases/{no}" in words
    assert len(set(mailbox.ids)) == len(mailbox.ids)


def test_a_letter_tells_no_more_about_people_than_its_address(office: Office, mailbox: Mailbox, tmp_path: Path) -> None:
    town = given.town(office, mail=True)
    given.application(office, town, FILED, ["LX01"])
    given.time_is(office.engine, YELLOW)
    sweep(office)
    pass_all_on(office, channels_to(mailbox, tmp_path))
    assert mailbox.mails
    for mail in mailbox.mails:
        assert town.applicant.name not in mail.get_content()
        assert town.clerk.name not in mail.get_content()
        assert town.project.company not in mail.get_content()


def test_one_message_delivered_twice_at_once_arrives_once(office: Office, mailbox: Mailbox, tmp_path: Path) -> None:
    town = given.town(office, mail=True)
    given.application(office, town, FILED, ["LX01"])
    channels = channels_to(mailbox, tmp_path)
    tell = message(office.engine, "case:%:tell")
    assert pass_on(office, tell, channels) == "delivered"
    mail = message(office.engine, "case:%:email")
    with ThreadPoolExecutor(8) as threads:
        outcomes = list(threads.map(lambda _: pass_on(office, mail, channels), range(16)))
    assert sorted(outcomes) == ["delivered"] + ["gone"] * 15
    assert len(mailbox.mails) == 1


def test_a_courier_that_dies_after_handing_over_sends_the_same_message_and_no_other(
    office: Office, mailbox: Mailbox, tmp_path: Path
) -> None:
    town = given.town(office, mail=True)
    given.application(office, town, FILED, ["LX01"])
    channels = channels_to(mailbox, tmp_path)
    pass_on(office, message(office.engine, "case:%:tell"), channels)
    mail = message(office.engine, "case:%:email")

    def die_after_handing_over(outgoing: Outgoing) -> None:
        channels["email"](outgoing)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pass_on(office, mail, {"email": die_after_handing_over})
    assert pass_on(office, mail, channels) == "gone"  # the lease still runs
    wait_is_over(office.engine)
    assert pass_on(office, mail, channels) == "delivered"
    assert len(mailbox.mails) == 2
    assert len(set(mailbox.ids)) == 1


def test_a_courier_whose_lease_has_run_out_marks_nothing(office: Office, town: Town) -> None:
    given.application(office, town, FILED, ["LX01"])
    tell = message(office.engine, "case:%:tell")
    with office.engine.begin() as conn:
        slow = outbox.lease(conn, tell)
    wait_is_over(office.engine)
    with office.engine.begin() as conn:
        quick = outbox.lease(conn, tell)
        assert slow is not None
        assert quick is not None
        assert outbox.mark_delivered(conn, tell, slow.token) is False
        assert outbox.retry_later(conn, tell, slow.token, "late", "never") is None
        assert outbox.mark_delivered(conn, tell, quick.token) is True
        assert outbox.lease(conn, tell) is None


def test_people_without_an_address_are_told_by_the_log(
    office: Office, town: Town, mailbox: Mailbox, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    given.application(office, town, FILED, ["LX01"])
    with caplog.at_level("INFO", "wugeyi.courier"):
        pass_all_on(office, channels_to(mailbox, tmp_path))
    assert not mailbox.mails
    assert "message passed on" in caplog.messages
    assert number(office.engine, "SELECT count(*) FROM outbox WHERE state <> 'delivered'") == 0


def test_what_the_mail_server_says_decides_when_to_try_again(office: Office, mailbox: Mailbox, tmp_path: Path) -> None:
    town = given.town(office, mail=True)
    given.application(office, town, FILED, ["LX01"])
    channels = channels_to(mailbox, tmp_path)
    pass_on(office, message(office.engine, "case:%:tell"), channels)
    mail = message(office.engine, "case:%:email")
    mailbox.answers["applicant@example.org"] = "451 greylisted"
    assert pass_on(office, mail, channels) == "pending"
    assert pass_on(office, mail, channels) == "gone"  # not due yet
    assert (
        number(office.engine, "SELECT extract(minute FROM next_at - now())::int FROM outbox WHERE error IS NOT NULL")
        >= 3
    )
    mailbox.answers["applicant@example.org"] = "550 no such user"
    wait_is_over(office.engine)
    assert pass_on(office, mail, channels) == "failed"
    with office.engine.connect() as conn:
        error = conn.execute(text("SELECT error FROM outbox WHERE state = 'failed'")).scalar_one()
    assert error == "the mail server refuses the recipient (550)"
    assert not mailbox.mails


def test_a_mail_server_that_is_away_costs_a_try_and_loses_nothing(office: Office, tmp_path: Path) -> None:
    town = given.town(office, mail=True)
    given.application(office, town, FILED, ["LX01"])
    with mail_server() as gone:
        channels = channels_to(gone, tmp_path)
    pass_on(office, message(office.engine, "case:%:tell"), channels)
    assert pass_on(office, message(office.engine, "case:%:email"), channels) == "pending"


def test_a_message_of_the_service_to_itself_that_always_fails_is_given_up_and_says_so(
    office: Office, town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    given.application(office, town, FILED, ["LX01"])
    pass_on(office, message(office.engine, "case:%:tell"), {})
    mail = message(office.engine, "case:%:log")
    listener = Listener(failures=["soon"] * 20)
    outcomes = []
    for _ in range(outbox.ATTEMPTS + 1):
        outcomes.append(pass_on(office, mail, {"log": listener}))
        wait_is_over(office.engine)
    assert outcomes == ["pending"] * (outbox.ATTEMPTS - 1) + ["failed", "gone"]
    assert [record.levelname for record in caplog.records if record.levelname == "ERROR"] == ["ERROR"]


def test_waits_grow_with_every_failure(office: Office, town: Town) -> None:
    given.application(office, town, FILED, ["LX01"])
    pass_on(office, message(office.engine, "case:%:tell"), {})
    mail = message(office.engine, "case:%:log")
    listener = Listener(failures=["soon"] * 5)
    waits = []
    for _ in range(5):
        pass_on(office, mail, {"log": listener})
        with office.engine.connect() as conn:
            wait = conn.execute(text("SELECT next_at - now() FROM outbox WHERE id = :id"), {"id": mail}).scalar_one()
        waits.append(wait)
        wait_is_over(office.engine)
    assert waits == sorted(waits)
    assert timedelta(0) < waits[0] < timedelta(seconds=3)


def test_retries_do_not_wait_for_the_clock_of_the_office(office: Office, town: Town) -> None:
    given.time_is(office.engine, moment("2090-01-04"))
    given.application(office, town, moment("2090-01-04"), ["LX01"])
    with office.engine.begin() as conn:
        assert len(outbox.due_ids(conn, 10)) == 5


def test_a_relayed_id_that_is_lost_is_relayed_again_when_its_lease_has_run_out(office: Office, town: Town) -> None:
    given.application(office, town, FILED, ["LX01"])
    published: list[outbox.Waiting] = []
    assert relay_all(office.engine, published.extend) == 5
    assert relay_all(office.engine, published.extend) == 0
    wait_is_over(office.engine)
    assert relay_all(office.engine, published.extend) == 5
    assert published[:5] == published[5:]


def test_without_a_broker_the_messages_wait_as_they_were(office: Office, town: Town) -> None:
    given.application(office, town, FILED, ["LX01"])

    def away(ids: object) -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        relay_all(office.engine, away)
    assert number(office.engine, "SELECT count(*) FROM outbox WHERE state = 'pending' AND next_at <= now()") == 5


def test_two_relays_publish_every_id_once(
    office: Office, town: Town, open_another_engine: Callable[[], Engine]
) -> None:
    given.application(office, town, FILED, list(office.catalogue.items))
    waiting = number(office.engine, "SELECT count(*) FROM outbox")
    published: list[outbox.Waiting] = []
    engines = [open_another_engine() for _ in range(4)]
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda engine: relay_all(engine, published.extend), engines))
    assert len(published) == len(set(published)) == waiting


def test_a_rolled_back_action_tells_nobody(office: Office, town: Town) -> None:
    no = given.draft(office, town, FILED, ["LX01"])

    def power_cut() -> None:
        with given.at(office, town.applicant, FILED) as work:
            take_action(work, no, "submit")
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        power_cut()
    assert number(office.engine, "SELECT count(*) FROM outbox") == 0


def test_a_bundle_advances_by_itself_when_all_its_items_are_past_intake_and_ends_when_all_are_decided(
    office: Office, town: Town
) -> None:
    application = given.application(office, town, FILED, ["LX01", "LX06"])
    channels: Mapping[str, Channel] = {"log": Listener()}

    def bundle() -> str:
        with office.engine.connect() as conn:
            return str(
                conn.execute(text("SELECT state FROM cases WHERE no = :no"), {"no": application.no}).scalar_one()
            )

    first, second = application.cases.values()
    given.act(office, town.clerk, moment("2026-03-03"), first, "accept")
    pass_all_on(office, channels)
    assert bundle() == "received"
    given.act(office, town.clerk, moment("2026-03-03"), second, "accept")
    pass_all_on(office, channels)
    assert bundle() == "in_review"
    for item, no in application.cases.items():
        officer = town.officers[office.catalogue.items[item].department]
        refusal = {"reason": "不符合规划", "basis": "行政许可法 38"}
        given.act(office, officer, moment("2026-03-04"), no, "refuse", refusal)
    pass_all_on(office, channels)
    assert bundle() == "finished"


def test_looking_at_a_case_where_nothing_applies_changes_nothing(office: Office, town: Town) -> None:
    application = given.application(office, town, FILED, ["LX01"])
    assert look_at(office, given.case_id(office.engine, application.no)) == ()


def test_a_system_action_that_stays_in_its_state_is_taken_once_a_look(office: Office, town: Town) -> None:
    application = given.application(office, town, FILED, ["LX01"])
    flow = office.flow("bundle")
    always = replace(flow.actions["begin_review"], name="note", target=None, needs=(), marks=None, tell=())
    noting = replace(flow, actions={**flow.actions, "note": always}, digest="changed")
    office = replace(office, flows={**office.flows, flow.key: noting})
    assert look_at(office, given.case_id(office.engine, application.no)) == ("note",)


def test_leftovers_go_and_what_is_needed_stays(office: Office, town: Town) -> None:
    with office.engine.begin() as conn:
        for key, age in (("old", 8), ("young", 6)):
            conn.execute(
                text("""
INSERT INTO idempotency (actor_id, key, request_hash, created_at) VALUES (1, :key, '', now() - :age)"""),
                {"key": key, "age": timedelta(days=age)},
            )
        for hash_, expires, revoked in ((b"live", 1, None), (b"expired", -1, None), (b"revoked", 1, -1)):
            conn.execute(
                text("""
INSERT INTO tokens (person_id, kind, hash, created_at, expires_at, revoked_at)
VALUES (:person, 'bearer', :hash, now(), now() + :expires, now() + cast(:revoked AS interval))"""),
                {
                    "person": town.clerk.id,
                    "hash": hash_,
                    "expires": timedelta(hours=expires),
                    "revoked": timedelta(hours=revoked) if revoked else None,
                },
            )
        conn.execute(text("INSERT INTO heartbeats VALUES ('old', now() - interval '2 days'), ('new', now())"))
        conn.execute(
            text("""
INSERT INTO login_failures (account, address, failures, last_at)
VALUES ('a', 'old', 5, now() - interval '2 days'), ('a', 'new', 5, now())""")
        )
        conn.execute(
            text("""
INSERT INTO import_drafts (person_id, kind, filename, sha256, body, put_at)
VALUES (:clerk, 'people', 'x', '', '', now() - interval '2 days'), (:admin, 'people', 'y', '', '', now())"""),
            {"clerk": town.clerk.id, "admin": town.admin.id},
        )
        removed = leftovers.remove(conn)
        assert conn.execute(text("SELECT filename FROM import_drafts")).scalars().all() == ["y"]
        assert (removed["idempotency"], removed["tokens"], removed["login_failures"], removed["heartbeats"]) == (
            1,
            2,
            1,
            1,
        )
        assert conn.execute(text("SELECT key FROM idempotency")).scalars().all() == ["young"]
        assert conn.execute(text("SELECT hash FROM tokens")).scalars().all() == [b"live"]
        assert conn.execute(text("SELECT name FROM heartbeats")).scalars().all() == ["new"]
