"""Whoever changes a history is found, with the case and the line; nothing else is."""

import json

import psycopg
import pytest
from sqlalchemy import text

from tests import given
from tests.given import Application, Town, moment
from workflow.clock.calendar import Notice, published_calendar
from workflow.commands.fire_rungs import sweep
from workflow.commands.settle_dates import settle_calendar
from workflow.queries.verify import Breach, verify
from workflow.store import calendars
from workflow.work import Office, read_now


@pytest.fixture
def application(office: Office) -> Application:
    """Three item cases, the first granted and delivered on one day, before any rung falls due."""
    town: Town = given.town(office)
    made = given.application(office, town, moment("2026-03-02"))
    first = made.cases[given.default_items(office)[0]]
    given.act(office, town.clerk, moment("2026-03-03"), first, "accept")
    officer = town.officers[office.catalogue.items[given.default_items(office)[0]].department]
    given.act(office, officer, moment("2026-03-03", "11:00"), first, "grant", {"opinion": "同意"})
    given.act(
        office, town.clerk, moment("2026-03-03", "12:00"), first, "deliver", {"way": "post", "recipient": "经办人"}
    )
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


# ── lost deadlines ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def running(office: Office) -> str:
    """The number of a case in review whose statutory limit was paused, resumed and extended; all its clocks run."""
    town = given.town(office)
    item = office.catalogue.items[given.default_items(office)[0]]
    no = given.application(office, town, moment("2026-03-02"), [item.code]).cases[item.code]
    given.act(office, town.clerk, moment("2026-03-03"), no, "accept")
    officer, director = town.officers[item.department], town.directors[item.department]
    said = {"cause": "expert_review", "until": "2026-03-06", "reason": "专家评审"}
    given.act(office, officer, moment("2026-03-03", "11:00"), no, "start_special", said)
    given.act(office, officer, moment("2026-03-04", "11:00"), no, "end_special", {"result": "评审结束"})
    given.act(office, director, moment("2026-03-04", "12:00"), no, "extend", {"days": 3, "reason": "案情复杂"})
    return no


def told(office: Office, no: str) -> list[str]:
    """What is wrong with the case; that nothing is with any other."""
    found = verify(office).breaches
    assert {breach.case_no for breach in found} <= {no}
    return [breach.what for breach in found]


def test_clocks_that_were_paused_resumed_and_extended_hold(office: Office, running: str) -> None:
    assert told(office, running) == []


def test_clocks_hold_while_they_are_paused_and_after_every_rung(office: Office) -> None:
    town = given.town(office)
    codes = given.default_items(office)
    made = given.application(office, town, moment("2026-03-02"), codes)
    paused, overdue, _ = made.cases.values()
    officer = town.officers[office.catalogue.items[codes[0]].department]
    said = {"cause": "expert_review", "until": "2026-03-20", "reason": "专家评审"}
    for no in (paused, overdue):
        given.act(office, town.clerk, moment("2026-03-03"), no, "accept")
    given.act(office, officer, moment("2026-03-03", "11:00"), paused, "start_special", said)
    assert verify(office).breaches == ()
    given.time_is(office.engine, moment("2026-06-01"))
    assert sweep(office).done > 5
    assert verify(office).breaches == ()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("state = 'settled'", "the clock statutory does not run in state in_review"),
        ("state = 'spent'", "the clock statutory is spent, by its inputs armed"),
        ("state = 'paused'", "the clock statutory is paused, by its inputs armed"),
        ("due_on = due_on + 100", "the clock statutory has due_on "),
        ("due_at = due_at + interval '100 days'", "the clock statutory has due_at "),
        ("ladder_at = ladder_at[1:2]", "the rungs of the clock statutory are not those of its dates"),
        ("fire_at = 'infinity'", "the clock statutory fires at nothing, its next rung is at "),
        ("fire_at = fire_at + interval '9 days'", "the clock statutory fires at "),
        ("started_at = started_at + interval '30 days'", "the clock statutory starts at "),
        ("amount = amount + 30", "the clock statutory has a limit of "),
        ("extension = extension + 5", "the clock statutory has due_on "),
        ("amount = 900000", "the dates of the clock statutory cannot be derived: "),
    ],
)
def test_a_lost_deadline_is_found(office: Office, superuser_url: str, running: str, change: str, sentence: str) -> None:
    where = f"WHERE case_id = {case_id(office, running)} AND name = 'statutory'"
    tamper(superuser_url, f"UPDATE clocks SET {change} {where}")
    assert any(what.startswith(sentence) for what in told(office, running))


def test_a_pause_that_was_made_longer_is_found_by_the_dates(office: Office, superuser_url: str, running: str) -> None:
    tamper(superuser_url, f"UPDATE pauses SET until = until + 2 WHERE case_id = {case_id(office, running)}")
    assert any(what.startswith("the clock statutory has due_on ") for what in told(office, running))


def test_a_clock_deleted_or_doubled_is_found(office: Office, superuser_url: str, running: str) -> None:
    where = f"WHERE case_id = {case_id(office, running)} AND name = 'promised'"
    columns = """started_at, amount, unit, direction, extension, state, epoch, rung, ladder_at, fire_at, due_on, due_at,
      provisional, calendar_version"""
    tamper(
        superuser_url,
        f"""INSERT INTO clocks (case_id, name, round, {columns})
        SELECT case_id, name, 2, {columns} FROM clocks {where}""",
    )
    assert told(office, running) == ["the clock promised runs 2 times at once"]
    tamper(superuser_url, f"DELETE FROM clocks {where}")
    assert "the clock promised does not run in state in_review" in told(office, running)


@pytest.mark.parametrize(
    ("change", "line", "sentence"),
    [
        ("accepted_at = accepted_at + interval '30 days'", 2, "accepted_at is "),
        ("received_at = NULL", 1, "received_at is nothing, by its history "),
        ("decided_at = now()", 5, "decided_at is "),
        ("entered_at = entered_at - interval '1 day'", 4, "entered_at is "),
        ("due_at = 'infinity'", 5, "the case is due at nothing, its nearest clock at "),
    ],
)
def test_a_moment_that_its_history_does_not_give_is_found_at_the_line_that_gave_it(
    office: Office, superuser_url: str, running: str, change: str, line: int, sentence: str
) -> None:
    tamper(superuser_url, f"UPDATE cases SET {change} WHERE no = '{running}'")
    found = verify(office).breaches
    assert any((breach.case_no, breach.seq) == (running, line) and breach.what.startswith(sentence) for breach in found)


def test_a_date_of_a_calendar_that_nobody_keeps_is_found(office: Office, superuser_url: str, running: str) -> None:
    tamper(superuser_url, f"UPDATE clocks SET calendar_version = 'older' WHERE case_id = {case_id(office, running)}")
    assert told(office, running) == [
        f"the clock {name} names the calendar older, which nobody keeps" for name in ("statutory", "promised")
    ]


def test_a_date_that_waits_for_the_calendar_in_force_is_no_breach_until_the_pass_is_over(
    office: Office, running: str
) -> None:
    with office.engine.begin() as conn:
        now = read_now(conn)
        due_on = conn.execute(
            text("SELECT due_on FROM clocks k JOIN cases c ON c.id = k.case_id WHERE c.no = :no AND name = 'promised'"),
            {"no": running},
        ).scalar_one()
        closure = Notice(due_on.year, {due_on: "台风停工"}, frozenset(), "通告", "closure")
        calendars.put_in_force(conn, office.base_calendar, office.base_calendar.version, now, None)
        calendars.put_in_force(conn, published_calendar([closure]), office.base_calendar.version, now, None)
    assert told(office, running) == []
    with office.engine.begin() as conn:
        calendars.mark_settled(conn)
    version = office.base_calendar.version
    left = [sentence for sentence in told(office, running) if sentence.startswith("the clock promised was left")]
    assert len(left) == 1
    assert version in left[0]
    settle_calendar(office)
    assert told(office, running) == []
