"""Whoever changes a history is found, with the case and the line; nothing else is."""

import json

import psycopg
import pytest

from tests import given
from tests.given import Application, Town, moment
from workflow.queries.verify import Breach, verify
from workflow.work import Office


@pytest.fixture
def application(office: Office) -> Application:
    """Three item cases, the first granted and delivered; its history has a line of every kind."""
    town: Town = given.town(office)
    made = given.application(office, town, moment("2026-03-02"))
    first = made.cases[given.default_items(office)[0]]
    given.act(office, town.clerk, moment("2026-03-03"), first, "accept")
    officer = town.officers[office.catalogue.items[given.default_items(office)[0]].department]
    given.act(office, officer, moment("2026-03-04"), first, "grant", {"opinion": "同意"})
    given.act(office, town.clerk, moment("2026-03-05"), first, "deliver", {"way": "post", "recipient": "经办人"})
    return made


@pytest.fixture
def no(application: Application) -> str:
    """The number of the case with the longest history."""
    return next(iter(application.cases.values()))


def tamper(superuser_url: str, *statements: str) -> None:
    """What only a superuser could do behind the service's back: the history's own guard is switched off."""
    with psycopg.connect(superuser_url.replace("+psycopg", ""), autocommit=True) as server:
        server.execute("ALTER TABLE events DISABLE TRIGGER ALL")
        for statement in statements:
            server.execute(statement.encode())


def case_id(office: Office, no: str) -> int:
    return given.case_id(office.engine, no)


def breaches(office: Office) -> set[tuple[str, int]]:
    return {(breach.case_no, breach.seq) for breach in verify(office).breaches}


def test_an_honest_history_has_no_breach(office: Office, application: Application) -> None:
    verdict = verify(office)
    assert verdict.breaches == ()
    assert (verdict.cases, verdict.events) == (4, 8)


def test_the_history_refuses_to_be_changed_by_the_service_itself(office: Office, no: str) -> None:
    for statement in ("UPDATE events SET input = '{}'", "DELETE FROM events", "TRUNCATE events CASCADE"):
        with (
            psycopg.connect(office.engine.url.render_as_string(hide_password=False).replace("+psycopg", "")) as server,
            pytest.raises(psycopg.errors.RaiseException, match="append-only"),
        ):
            server.execute(statement.encode())


def test_a_changed_word_is_found_at_its_line(office: Office, superuser_url: str, no: str) -> None:
    forged = json.dumps({"opinion": "不同意"})
    tamper(superuser_url, f"UPDATE events SET input = '{forged}' WHERE case_id = {case_id(office, no)} AND seq = 3")
    assert breaches(office) == {(no, 3)}


@pytest.mark.parametrize(
    ("column", "forged"),
    [
        ("actor_id", "1"),
        ("actor_role", "'director'"),
        ("effective_at", "effective_at - interval '1 day'"),
        ("recorded_at", "recorded_at - interval '1 microsecond'"),
    ],
)
def test_who_when_and_as_what_are_covered_too(
    office: Office, superuser_url: str, no: str, column: str, forged: str
) -> None:
    where = f"WHERE case_id = {case_id(office, no)} AND seq = 2"
    tamper(superuser_url, f"UPDATE events SET {column} = {forged} {where}")
    assert breaches(office) == {(no, 2)}


def test_a_line_forged_with_a_hash_of_its_own_breaks_the_next_one(office: Office, superuser_url: str, no: str) -> None:
    tamper(superuser_url, f"UPDATE events SET hash = sha256(hash) WHERE case_id = {case_id(office, no)} AND seq = 1")
    assert breaches(office) == {(no, 1)}


def test_a_deleted_line_is_missed_where_it_belongs(office: Office, superuser_url: str, no: str) -> None:
    tamper(superuser_url, f"DELETE FROM events WHERE case_id = {case_id(office, no)} AND seq = 2")
    found = verify(office).breaches
    assert (no, 2) in {(breach.case_no, breach.seq) for breach in found}
    assert any("line 3 where line 2 belongs" in breach.what for breach in found)
    assert {breach.case_no for breach in found} == {no}


def test_a_deleted_last_line_is_missed(office: Office, superuser_url: str, no: str) -> None:
    tamper(superuser_url, f"DELETE FROM events WHERE case_id = {case_id(office, no)} AND seq = 4")
    assert Breach(no, 4, "the end of the history is missing") in verify(office).breaches


def test_two_swapped_lines_are_found_at_the_first_of_them(office: Office, superuser_url: str, no: str) -> None:
    where = f"WHERE case_id = {case_id(office, no)} AND seq ="
    tamper(
        superuser_url,
        f"UPDATE events SET seq = 99 {where} 2",
        f"UPDATE events SET seq = 2 {where} 3",
        f"UPDATE events SET seq = 3 {where} 99",
    )
    found = breaches(office)
    assert min(found) == (no, 2)
    assert {case for case, _ in found} == {no}


def test_a_line_moved_to_another_case_is_found_in_both(
    office: Office, superuser_url: str, application: Application
) -> None:
    first, second, *_ = application.cases.values()
    where = f"WHERE case_id = {case_id(office, first)} AND seq = 4"
    tamper(superuser_url, f"UPDATE events SET case_id = {case_id(office, second)}, seq = 2 {where}")
    assert {case for case, _ in breaches(office)} == {first, second}


def test_a_state_that_its_history_does_not_lead_to_is_found(office: Office, superuser_url: str, no: str) -> None:
    tamper(superuser_url, f"UPDATE cases SET state = 'refused' WHERE no = '{no}'")
    assert any("ends in delivered, the case stands in refused" in breach.what for breach in verify(office).breaches)


def test_a_clock_left_armed_on_an_ended_case_is_found(office: Office, superuser_url: str, no: str) -> None:
    tamper(
        superuser_url, f"UPDATE clocks SET state = 'armed' WHERE case_id = {case_id(office, no)} AND name = 'statutory'"
    )
    assert Breach(no, 4, "the clock statutory is armed on an ended case") in verify(office).breaches


def test_an_alert_that_no_rung_fired_is_found(office: Office, superuser_url: str, no: str) -> None:
    tamper(
        superuser_url,
        f"""INSERT INTO alerts (case_id, clock_id, epoch, rung, card, person_id, role, due_at, created_at)
        SELECT case_id, id, 1, 0, 'red', (SELECT min(id) FROM people), 'officer', now(), now() FROM clocks
        WHERE case_id = {case_id(office, no)} LIMIT 1""",
    )
    assert verify(office).breaches == (Breach(no, 0, "an alert without a claimed rung"),)
