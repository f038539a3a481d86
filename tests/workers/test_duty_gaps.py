"""A gap of the duty roster: the sweepers find it by themselves, and it arrives as a letter with who must fill it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from tests import given
from tests.given import SQUAD, Town, moment
from tests.workers.mailbox import mail_server
from tests.workers.waiting import number, until
from workers.channels import open_channels
from workers.sweeper import Sweeper
from workflow.commands.pass_on import pass_on
from workflow.commands.publish_roster import publish_roster
from workflow.commands.record_absence import record_absence
from workflow.commands.warn_of_gaps import warn_of_gaps
from workflow.settings import load_settings
from workflow.store import outbox
from workflow.store.duty import Shift
from workflow.work import Office

NOW = moment("2026-03-02", "09:00")
LAST = moment("2026-03-03", "08:00")
ANNOUNCED = "SELECT count(*) FROM outbox WHERE effect_key LIKE 'duty-gap:%' AND channel = 'tell'"


@pytest.fixture
def rostered(office: Office) -> Town:
    """A town whose specialist is on duty until tomorrow morning, and nobody afterwards; everybody has an address."""
    town = given.town(office, mail=True)
    assert town.specialist.id is not None
    with given.at(office, town.squad_leader, NOW) as work:
        publish_roster(work, SQUAD, NOW, LAST, [Shift(town.specialist.id, NOW, LAST)])
    given.time_is(office.engine, NOW)
    return town


def letters(office: Office, home: Path) -> list[tuple[str, str, str]]:
    """Address, subject and text of what the outbox sends by mail."""
    with mail_server() as box:
        channels = open_channels(load_settings({"WUGEYI_HOME": str(home), "SMTP_URL": box.url}))
        while True:
            with office.engine.begin() as conn:
                ids = outbox.due_ids(conn, 100)
            if not ids:
                return sorted((mail["To"], mail["Subject"], mail.get_content()) for mail in box.mails)
            for message_id in ids:
                pass_on(office, message_id, channels)


def test_the_leader_of_the_squad_and_the_director_get_a_letter_each(
    office: Office, rostered: Town, tmp_path: Path
) -> None:
    assert warn_of_gaps(office) == 1

    found = letters(office, tmp_path)

    assert [address for address, _, _ in found] == ["director_qx@example.org", "squad_leader@example.org"]
    _, subject, words = found[0]
    assert subject.startswith(
        "建设项目审批服务攻坚队：2026年3月3日（周二） 08:00 起 无人值班 / Construction Approval Squad"
    )
    assert "/duty" in words
    assert "nobody is on duty from Tue 3 Mar 2026 08:00 on." in words
    assert number(office.engine, "SELECT count(*) FROM outbox WHERE state <> 'delivered'") == 0


def test_while_the_leader_is_away_the_delegate_gets_it(office: Office, rostered: Town, tmp_path: Path) -> None:
    delegate = rostered.officers["ZJ"]
    assert rostered.squad_leader.id is not None
    assert delegate.id is not None
    with given.at(office, rostered.admin, NOW) as work:
        record_absence(work, rostered.squad_leader.id, delegate.id, NOW, LAST, "出差")
    warn_of_gaps(office)

    assert [address for address, _, _ in letters(office, tmp_path)] == [
        "director_qx@example.org",
        "officer_zj@example.org",
    ]


def test_a_letter_to_an_account_closed_meanwhile_is_given_up(office: Office, rostered: Town, tmp_path: Path) -> None:
    warn_of_gaps(office)
    with office.engine.begin() as conn:
        [message] = outbox.due_ids(conn, 10)
    pass_on(
        office, message, open_channels(load_settings({"WUGEYI_HOME": str(tmp_path), "SMTP_URL": "smtp://127.0.0.1:1"}))
    )
    with office.engine.begin() as conn:
        conn.execute(text("UPDATE people SET active = false WHERE id = :id"), {"id": rostered.squad_leader.id})

    assert [address for address, _, _ in letters(office, tmp_path)] == ["director_qx@example.org"]
    assert number(office.engine, "SELECT count(*) FROM outbox WHERE state = 'failed'") == 1


def test_several_sweepers_announce_a_gap_once(
    office: Office, rostered: Town, open_another_engine: Callable[[], Engine]
) -> None:
    sweepers = [
        Sweeper(lambda: office, open_another_engine, 0.05, f"sweeper:test:{place}", lambda: None, lambda: None)
        for place in range(3)
    ]
    for sweeper in sweepers:
        sweeper.start()
    try:
        until("the gap is announced", lambda: number(office.engine, ANNOUNCED) > 0)
    finally:
        for sweeper in sweepers:
            sweeper.stop()
        for sweeper in sweepers:
            sweeper.join()

    assert number(office.engine, ANNOUNCED) == 1
