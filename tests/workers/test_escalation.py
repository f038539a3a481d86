"""An alert nobody answers reaches the next person, once, one step a time; what is needless steps down."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text

from tests import given
from tests.given import Town, moment
from tests.workers.waiting import number
from workers.caretaker import attend
from workers.duties import DUTIES
from workflow.actor import CLOCK, Actor, Grant
from workflow.commands import pass_alert_on as passing
from workflow.commands.acknowledge_alert import acknowledge_alert
from workflow.commands.fire_rungs import fire_due, sweep
from workflow.commands.notices import answer_by
from workflow.commands.pass_alert_on import FIRST_DELAY, pass_alert_on, pass_unread_on
from workflow.commands.record_absence import record_absence
from workflow.commands.step_alerts_down import step_alerts_down
from workflow.queries.verify import verify
from workflow.recipients import roles_above
from workflow.store import alerts, outbox
from workflow.work import Office, Work

FILED = moment("2026-03-02")
ACCEPTED = moment("2026-03-03")
# Of the promised limit, which ends on Friday 6 March.
YELLOW = moment("2026-03-05", "09:00")
ANSWER_BY = moment("2026-03-07", "00:00")
RED = moment("2026-03-09", "09:00")
RED_ANSWER_BY = moment("2026-03-09", "14:30")


def running(office: Office, town: Town, since: datetime = FILED) -> str:
    """A case in review, whose promised limit ends three working days after its acceptance."""
    no = given.application(office, town, since, ["LX01"]).cases["LX01"]
    given.act(office, town.clerk, since + timedelta(days=1), no, "accept")
    return no


def yellow(office: Office, town: Town, at: datetime = YELLOW) -> str:
    """A case whose yellow card has just been dealt to the officer and the squad leader."""
    no = running(office, town)
    given.time_is(office.engine, at)
    sweep(office)
    return no


def rows(office: Office, card: str = "yellow") -> list[Any]:
    """The alerts of that card in the order they came."""
    with office.engine.connect() as conn:
        return list(
            conn.execute(
                text("""
SELECT a.id, p.username, a.role, nullif(a.answer_by, 'infinity') AS answer_by, a.passed_from, a.passed_to,
  a.passed_on_at, a.passed_why, a.stepped_down_at, a.stepped_down_why, a.acknowledged_at, a.pass_attempts, a.department
FROM alerts a JOIN people p ON p.id = a.person_id WHERE a.card = :card ORDER BY a.id"""),
                {"card": card},
            )
        )


def who(office: Office, card: str = "yellow") -> list[str]:
    return [row.username for row in rows(office, card)]


def lines(office: Office, action: str) -> list[dict[str, Any]]:
    with office.engine.connect() as conn:
        return list(
            conn.execute(
                text("SELECT input FROM events WHERE action = :action ORDER BY case_id, seq"), {"action": action}
            ).scalars()
        )


def messages(office: Office, prefix: str) -> dict[str, str]:
    """The state of each message by its key."""
    with office.engine.connect() as conn:
        found = conn.execute(
            text("SELECT effect_key, state FROM outbox WHERE effect_key LIKE :prefix || '%' ORDER BY id"),
            {"prefix": prefix},
        )
        return {row.effect_key: row.state for row in found}


def passed(office: Office, alert_id: int, why: alerts.Why = "unread") -> int | None:
    with office.engine.begin() as conn:
        return pass_alert_on(Work(office, conn, None, CLOCK), alert_id, why)


def acknowledge(office: Office, person: Actor, alert_id: int, now: datetime) -> None:
    with given.at(office, person, now) as work:
        acknowledge_alert(work, alert_id)


# ── by when ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_yellow_card_is_to_be_seen_by_the_end_of_the_next_working_day_a_notice_waits(
    office: Office, town: Town
) -> None:
    yellow(office, town)
    assert [(row.username, row.answer_by) for row in rows(office)] == [
        ("officer_qx", ANSWER_BY),
        ("squad_leader", ANSWER_BY),
    ]
    assert {row.answer_by for row in rows(office, "notice")} == {None}
    assert {row.department for row in rows(office)} == {"QX"}


def test_a_red_card_is_to_be_seen_within_four_office_hours(office: Office, town: Town) -> None:
    yellow(office, town)
    given.time_is(office.engine, RED)
    sweep(office)
    late = {row.answer_by - RED_ANSWER_BY for row in rows(office, "red")}
    assert all(timedelta() <= one < timedelta(seconds=5) for one in late)


def test_the_time_counts_from_the_firing_and_not_from_the_moment_of_the_rung(office: Office, town: Town) -> None:
    yellow(office, town, moment("2026-03-06", "16:00"))
    assert {row.answer_by for row in rows(office)} == {moment("2026-03-10", "00:00")}


def test_a_holiday_between_does_not_count(office: Office, town: Town) -> None:
    # Friday 3 April 2026 is followed by Qingming, off until Monday the 6th.
    running(office, town, moment("2026-03-31"))
    given.time_is(office.engine, moment("2026-04-03", "09:00"))
    sweep(office)
    assert {row.answer_by for row in rows(office)} == {moment("2026-04-08", "00:00")}
    given.time_is(office.engine, moment("2026-04-07", "23:59"))
    assert pass_unread_on(office) == 0


def test_alerts_of_clocks_of_minutes_run_through_the_night(office: Office, town: Town) -> None:
    asked = moment("2026-03-08", "03:00")  # a Sunday night
    given.help_request(office, town, asked)
    given.time_is(office.engine, asked + timedelta(hours=30))
    sweep(office)
    at = asked + timedelta(hours=30)
    cards = [row for card in ("yellow", "red") for row in rows(office, card)]
    assert cards
    for row in cards:
        assert timedelta() <= row.answer_by - at - timedelta(minutes=30) < timedelta(seconds=5)


def test_the_rules_say_which_time_is_for_which_card(office: Office) -> None:
    at = moment("2026-03-06", "16:00")  # a Friday
    found = {
        (card, unit): answer_by(office, office.base_calendar, card, unit, at)
        for card in ("notice", "yellow", "red")
        for unit in ("wd", "cd", "wh", "h", "min")
    }
    assert {found[card, unit] for card, unit in found if card == "notice"} == {None}
    assert {found["yellow", unit] for unit in ("wd", "cd", "wh")} == {moment("2026-03-10", "00:00")}
    assert {found["red", unit] for unit in ("wd", "cd", "wh")} == {moment("2026-03-09", "12:00")}
    assert {found[card, unit] for card in ("yellow", "red") for unit in ("h", "min")} == {at + timedelta(minutes=30)}


def test_an_applicant_is_reminded_and_never_passed_over(office: Office, town: Town) -> None:
    told = replace(office.catalogue.escalation, may_wait=("squad_leader",))
    yellow(replace(office, catalogue=replace(office.catalogue, escalation=told)), town)
    assert [(row.username, row.answer_by) for row in rows(office)] == [
        ("officer_qx", ANSWER_BY),
        ("squad_leader", None),
    ]
    assert office.catalogue.escalation.may_wait == ("applicant",)


def test_the_message_of_a_rung_names_its_clock(office: Office, town: Town) -> None:
    yellow(office, town)
    with office.engine.connect() as conn:
        keys = conn.execute(
            text("SELECT effect_key, body ->> 'clock_id' AS clock_id FROM outbox WHERE effect_key LIKE 'rung:%'")
        ).all()
    assert keys
    assert all(row.effect_key.split(":")[1] == row.clock_id for row in keys)


# ── passing on ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_nothing_is_passed_on_before_its_time(office: Office, town: Town) -> None:
    yellow(office, town)
    given.time_is(office.engine, ANSWER_BY - timedelta(seconds=5))
    assert pass_unread_on(office) == 0
    assert passed(office, rows(office)[0].id) is None
    assert len(rows(office)) == 2


def test_an_unread_alert_goes_to_the_role_above_that_does_not_have_it_yet(office: Office, town: Town) -> None:
    no = yellow(office, town)
    given.time_is(office.engine, ANSWER_BY)
    assert pass_unread_on(office) == 2
    first, second, director, leader = rows(office)
    assert [row.username for row in (director, leader)] == ["director_qx", "district_leader"]
    assert (director.passed_from, leader.passed_from) == (first.id, second.id)
    assert (first.passed_to, second.passed_to) == (director.id, leader.id)
    assert {first.passed_why, second.passed_why} == {"unread"}
    assert first.passed_on_at >= ANSWER_BY
    # Passed on in the night of a Saturday, to be seen by the end of Monday.
    assert {director.answer_by, leader.answer_by} == {moment("2026-03-10", "00:00")}
    assert {director.department, leader.department} == {"QX"}
    told = lines(office, "alert_passed_on")
    assert [(one["clock"], one["rung"], one["epoch"], one["why"]) for one in told] == [("promised", 1, 1, "unread")] * 2
    assert told[0]["passed_from"] == {"person": town.officers["QX"].id, "role": "assignee"}
    assert told[0]["told"] == [{"person": town.directors["QX"].id, "role": "director"}]
    with office.engine.connect() as conn:
        body, created = conn.execute(
            text("SELECT body, created_at FROM outbox WHERE effect_key = :key"), {"key": f"alert:{director.id}"}
        ).one()
        rung = conn.execute(
            text("SELECT body FROM outbox WHERE effect_key LIKE 'rung:%' AND body ->> 'card' = 'yellow'")
        ).scalar_one()
    assert body == rung | {"told": [{"person": town.directors["QX"].id, "role": "director"}], "passed_on": True}
    assert created == director_created(office, director.id)
    assert verify(office).breaches == ()
    assert no


def director_created(office: Office, alert_id: int) -> datetime:
    with office.engine.connect() as conn:
        found: datetime = conn.execute(
            text("SELECT created_at FROM alerts WHERE id = :id"), {"id": alert_id}
        ).scalar_one()
    return found


def test_a_person_who_is_away_by_then_is_replaced_by_the_delegate(office: Office, town: Town) -> None:
    yellow(office, town)
    delegate, officer = town.officers["ZG"], town.officers["QX"]
    assert officer.id is not None
    assert delegate.id is not None
    with given.at(office, town.admin, moment("2026-03-06", "08:00")) as work:
        until = moment("2026-03-20")
        record_absence(work, officer.id, delegate.id, moment("2026-03-06", "09:00"), until, "年休假")
    given.time_is(office.engine, ANSWER_BY)
    pass_unread_on(office)
    new = next(row for row in rows(office) if row.passed_from == rows(office)[0].id)
    assert (new.username, new.role) == ("officer_zg", "assignee")
    # Nor does the delegate answer: now it goes up, from the role it was told in.
    given.time_is(office.engine, moment("2026-03-10", "00:00"))
    pass_unread_on(office)
    after = next(row for row in rows(office) if row.passed_from == new.id)
    # The squad leader's went to the director meanwhile.
    assert (after.username, after.role) == ("district_leader", "district_leader")


def test_somebody_above_who_is_away_is_told_through_the_delegate(office: Office, town: Town) -> None:
    director, delegate = town.directors["QX"], town.directors["ZG"]
    assert director.id is not None
    assert delegate.id is not None
    with given.at(office, town.admin, moment("2026-03-02", "08:00")) as work:
        record_absence(work, director.id, delegate.id, moment("2026-03-06"), moment("2026-03-20"), "出差")
    yellow(office, town)
    given.time_is(office.engine, ANSWER_BY)
    pass_unread_on(office)
    assert rows(office)[2].username == "director_zg"


def test_whoever_has_acknowledged_is_left_alone(office: Office, town: Town) -> None:
    yellow(office, town)
    first, second = rows(office)
    acknowledge(office, town.officers["QX"], first.id, YELLOW + timedelta(hours=1))
    given.time_is(office.engine, ANSWER_BY)
    assert pass_unread_on(office) == 1
    assert passed(office, first.id) is None
    assert [row.passed_from for row in rows(office)[2:]] == [second.id]


def test_after_a_long_absence_of_the_workers_each_alert_takes_one_step_a_time(office: Office, town: Town) -> None:
    yellow(office, town)
    given.time_is(office.engine, moment("2026-03-08", "12:00"))
    duties = [duty for duty in DUTIES if duty.name == "pass_on_unread"]
    attend(office, duties)
    assert who(office) == ["officer_qx", "squad_leader", "director_qx", "district_leader"]
    attend(office, duties)
    assert len(rows(office)) == 4


def test_nobody_left_is_said_once_and_nothing_goes_round(
    office: Office, town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    with office.engine.begin() as conn:
        conn.execute(
            text(
                "UPDATE people SET active = false WHERE username IN ('squad_leader', 'director_qx', 'district_leader')"
            )
        )
    yellow(office, town)
    assert who(office) == ["officer_qx"]
    caplog.clear()
    for day in ("2026-03-07", "2026-03-10", "2026-03-17"):
        given.time_is(office.engine, moment(day, "00:00"))
        pass_unread_on(office)
    [row] = rows(office)
    assert (row.passed_to, row.passed_why, row.passed_on_at is not None) == (None, "unread", True)
    [said] = lines(office, "alert_unanswered")
    assert (said["told"], said["all_told"]) == ([], False)
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert verify(office).breaches == ()


def test_where_everybody_above_knows_already_nobody_is_told_twice_and_no_alarm_is_raised(
    office: Office, town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    yellow(office, town)
    caplog.clear()
    for day in ("2026-03-07", "2026-03-10", "2026-03-17", "2026-03-24"):
        given.time_is(office.engine, moment(day, "00:00"))
        pass_unread_on(office)
    assert who(office) == ["officer_qx", "squad_leader", "director_qx", "district_leader"]
    assert [one["all_told"] for one in lines(office, "alert_unanswered")] == [True, False]
    assert [record.levelname for record in caplog.records] == ["ERROR"]


def test_a_person_no_way_leads_to_is_passed_over_at_once(office: Office, town: Town) -> None:
    yellow(office, town)
    first = rows(office)[0]
    given.time_is(office.engine, YELLOW + timedelta(minutes=5))
    assert passed(office, first.id) is None
    assert passed(office, first.id, "unreachable") == rows(office)[2].id
    assert rows(office)[0].passed_why == "unreachable"
    assert passed(office, first.id, "unreachable") is None
    assert passed(office, 2**40, "unreachable") is None
    assert len(rows(office)) == 3


def test_of_two_who_hold_the_role_above_the_second_follows_the_first_before_it_goes_further_up(
    office: Office, town: Town
) -> None:
    with office.engine.begin() as conn:
        given.person(conn, "second_director", Grant("director", department="QX"))
    yellow(office, town)
    acknowledge(office, town.squad_leader, rows(office)[1].id, YELLOW + timedelta(minutes=1))
    for day in ("2026-03-07", "2026-03-10", "2026-03-12"):
        given.time_is(office.engine, moment(day, "00:00"))
        pass_unread_on(office)
    assert who(office)[2:] == ["director_qx", "second_director", "district_leader"]


def test_roles_above_are_those_of_the_organisation(office: Office) -> None:
    catalogue = office.catalogue
    assert roles_above(catalogue, "assignee", "officer") == ("squad_leader", "director", "district_leader")
    assert roles_above(catalogue, "assignee", "applicant") == ("director", "district_leader")
    assert roles_above(catalogue, "on_duty", None) == ("squad_leader", "director", "district_leader")
    assert roles_above(catalogue, "director", "officer") == ("district_leader",)
    assert roles_above(catalogue, "district_leader", "officer") == ()
    assert roles_above(catalogue, "no such role", "officer") == ("director", "district_leader")


# ── at once, and when something breaks ────────────────────────────────────────────────────────────────────────────


def test_two_workers_at_once_pass_each_alert_on_once(
    office: Office, town: Town, open_another_engine: Callable[[], Engine]
) -> None:
    for _ in range(4):
        running(office, town)
    given.time_is(office.engine, YELLOW)
    sweep(office)
    given.time_is(office.engine, ANSWER_BY)
    offices = [replace(office, engine=open_another_engine()) for _ in range(3)]
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(pass_unread_on, offices))
    assert number(office.engine, "SELECT count(*) FROM alerts WHERE card = 'yellow' AND passed_from IS NULL") == 8
    assert number(office.engine, "SELECT count(*) FROM alerts WHERE card = 'yellow' AND passed_from IS NOT NULL") == 8
    assert len(lines(office, "alert_passed_on")) == 8
    assert len(messages(office, "alert:")) == 8
    assert verify(office).breaches == ()


def test_a_second_worker_waits_for_the_first_and_finds_it_done(
    office: Office, town: Town, open_another_engine: Callable[[], Engine]
) -> None:
    yellow(office, town)
    given.time_is(office.engine, ANSWER_BY)
    alert = rows(office)[0].id
    other = replace(office, engine=open_another_engine())
    found: list[int | None] = []
    second = threading.Thread(target=lambda: found.append(passed(other, alert)))
    with office.engine.begin() as conn:
        given_on = pass_alert_on(Work(office, conn, None, CLOCK), alert, "unread")
        second.start()
        second.join(0.3)
        assert second.is_alive()
    second.join(10)
    assert given_on is not None
    assert found == [None]
    assert [row.passed_from for row in rows(office)[2:]] == [alert]


def test_acknowledging_and_passing_on_at_once_leave_one_of_the_two(
    office: Office, town: Town, open_another_engine: Callable[[], Engine]
) -> None:
    yellow(office, town)
    given.time_is(office.engine, ANSWER_BY)
    alert = rows(office)[0].id
    other = replace(office, engine=open_another_engine())
    found: list[int | None] = []
    second = threading.Thread(target=lambda: found.append(passed(other, alert)))
    with office.engine.begin() as conn:
        acknowledge_alert(Work(office, conn, None, town.officers["QX"]), alert)
        second.start()
        second.join(0.3)
    second.join(10)
    assert found == [None]
    assert len(rows(office)) == 2


def test_what_breaks_in_the_middle_leaves_nothing_and_is_done_again(office: Office, town: Town) -> None:
    yellow(office, town)
    given.time_is(office.engine, ANSWER_BY)
    alert = rows(office)[0].id
    with office.engine.connect() as conn:
        assert pass_alert_on(Work(office, conn, None, CLOCK), alert, "unread") is not None
        # Nothing was committed: the worker dies here.
    assert len(rows(office)) == 2
    assert (lines(office, "alert_passed_on"), messages(office, "alert:")) == ([], {})
    assert passed(office, alert) is not None


def test_an_alert_that_cannot_be_passed_on_keeps_no_other_waiting_and_is_tried_again(
    office: Office, town: Town, superuser_url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    no = yellow(office, town)
    with office.engine.begin() as conn:
        broken = conn.execute(text("SELECT id, case_id FROM alerts WHERE card = 'yellow' ORDER BY id LIMIT 1")).one()
    running(office, town)
    sweep(office)
    given.time_is(office.engine, ANSWER_BY)
    monkeypatch.setattr(passing, "BATCH", 1)
    real = passing.pass_alert_on

    def fails(work: Work, alert_id: int, why: alerts.Why) -> int | None:
        if alert_id == broken.id:
            raise RuntimeError("a mistake of ours")
        return real(work, alert_id, why)

    monkeypatch.setattr(passing, "pass_alert_on", fails)
    duties = [duty for duty in DUTIES if duty.name == "pass_on_unread"]
    attend(office, duties)
    found = rows(office)
    [stuck] = [row for row in found if row.passed_on_at is None and row.passed_from is None]
    assert (stuck.id, stuck.pass_attempts) == (broken.id, 1)
    assert sum(row.passed_from is not None for row in found) == 3
    assert "an alert could not be passed on and is tried again later" in [one.getMessage() for one in caplog.records]
    monkeypatch.setattr(passing, "pass_alert_on", real)
    assert pass_unread_on(office) == 0
    given.time_is(office.engine, ANSWER_BY + FIRST_DELAY + timedelta(seconds=10))
    assert pass_unread_on(office) == 1
    assert rows(office)[0].passed_to is not None
    assert no


def test_a_rung_claimed_but_not_sent_is_raised_again(office: Office, town: Town) -> None:
    yellow(office, town)
    with office.engine.begin() as conn:
        claimed = outbox.claim_for_relay(conn, 100)
        first = conn.execute(text("SELECT min(id) FROM outbox WHERE state = 'queued'")).scalar_one()
    assert claimed
    # The courier that was given the ids dies; so does the next one, with the message in its hands.
    with office.engine.begin() as conn:
        assert outbox.lease(conn, first) is not None
    with office.engine.begin() as conn:
        assert outbox.claim_for_relay(conn, 100) == []
        conn.execute(text("UPDATE outbox SET next_at = now() - interval '1 second'"))
    with office.engine.begin() as conn:
        assert outbox.claim_for_relay(conn, 100) == claimed
    # And one that is never sent at all still reaches somebody.
    with office.engine.begin() as conn:
        conn.execute(text("UPDATE outbox SET state = 'failed'"))
    given.time_is(office.engine, ANSWER_BY)
    assert pass_unread_on(office) == 2
    assert set(messages(office, "alert:").values()) == {"pending"}


def test_a_rung_that_breaks_in_the_middle_is_neither_claimed_nor_alerted_and_fires_again(
    office: Office, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    running(office, town)
    given.time_is(office.engine, moment("2026-03-04", "09:00"))
    sweep(office)
    given.time_is(office.engine, YELLOW)
    with office.engine.begin() as conn:
        conn.execute(text("ALTER TABLE outbox ADD CONSTRAINT away CHECK (effect_key NOT LIKE 'rung:%:1:1') NOT VALID"))
    assert fire_due(office).failed == 1
    assert rows(office) == []
    with office.engine.begin() as conn:
        conn.execute(text("ALTER TABLE outbox DROP CONSTRAINT away"))
        conn.execute(
            text("UPDATE clocks SET fire_at = app_now() WHERE state = 'armed' AND fire_at < app_now() + '1 h'")
        )
    sweep(office)
    assert who(office) == ["officer_qx", "squad_leader"]


# ── stepping down ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_when_the_clock_has_stopped_its_alerts_step_down_and_waiting_messages_are_withdrawn(
    office: Office, town: Town
) -> None:
    no = yellow(office, town)
    first, _ = rows(office)
    acknowledge(office, town.officers["QX"], first.id, YELLOW + timedelta(minutes=1))
    attend(office)
    assert {row.stepped_down_why for row in rows(office)} == {None}
    given.act(office, town.officers["QX"], YELLOW + timedelta(hours=2), no, "grant", {"opinion": "符合要求"})
    attend(office)
    assert [(row.stepped_down_why, row.acknowledged_at is None) for row in rows(office)] == [
        ("solved", False),
        ("solved", True),
    ]
    assert {state for key, state in messages(office, "rung:").items() if ":1:" in key} == {"withdrawn"}
    given.time_is(office.engine, ANSWER_BY)
    attend(office)
    assert len(rows(office)) == 2
    assert verify(office).breaches == ()


def test_an_alert_whose_clock_stopped_is_not_passed_on_even_before_it_steps_down(office: Office, town: Town) -> None:
    no = yellow(office, town)
    given.act(office, town.officers["QX"], YELLOW + timedelta(hours=2), no, "grant", {"opinion": "符合要求"})
    given.time_is(office.engine, ANSWER_BY)
    assert passed(office, rows(office)[0].id) is None
    assert {row.stepped_down_why for row in rows(office)} == {"solved"}
    assert len(rows(office)) == 2


def test_what_a_courier_has_in_hand_goes_out_and_what_waits_does_not(office: Office, town: Town) -> None:
    no = yellow(office, town)
    given.time_is(office.engine, ANSWER_BY)
    attend(office)
    with office.engine.begin() as conn:
        alert = rows(office)[0].id
        conn.execute(
            text("""
INSERT INTO outbox (effect_key, channel, case_id, person_id, alert_id, body, state, created_at, next_at)
SELECT 'test:' || state, 'email', NULL, NULL, :alert, '{}', state, now(), now()
FROM unnest(ARRAY['pending', 'queued', 'leased', 'delivered', 'failed']) AS state"""),
            {"alert": alert},
        )
    late = {"opinion": "符合要求", "late_reason": "图纸补正后复核"}
    given.act(office, town.officers["QX"], moment("2026-03-09", "08:00"), no, "grant", late)
    attend(office)
    assert messages(office, "test:") == {
        "test:pending": "withdrawn",
        "test:queued": "withdrawn",
        "test:leased": "leased",
        "test:delivered": "delivered",
        "test:failed": "failed",
    }
    assert set(messages(office, "alert:").values()) == {"withdrawn"}


def statutory_yellow(office: Office, town: Town) -> str:
    """A case whose clock by law has dealt its notice and its yellow card."""
    no = running(office, town)
    given.time_is(office.engine, moment("2026-03-30", "10:00"))
    sweep(office)
    return no


def of_clock(office: Office, name: str) -> list[Any]:
    with office.engine.connect() as conn:
        return list(
            conn.execute(
                text("""
SELECT a.epoch, a.rung, a.stepped_down_why FROM alerts a JOIN clocks k ON k.id = a.clock_id
WHERE k.name = :name ORDER BY a.id"""),
                {"name": name},
            )
        )


def test_when_the_date_moves_what_lies_ahead_again_steps_down_and_fires_anew(office: Office, town: Town) -> None:
    no = statutory_yellow(office, town)
    attend(office, [duty for duty in DUTIES if duty.follows])
    assert {row.stepped_down_why for row in of_clock(office, "statutory")} == {None}
    longer = {"days": 10, "reason": "情况复杂，经负责人批准"}
    given.act(office, town.directors["QX"], moment("2026-03-30", "11:00"), no, "extend", longer)
    attend(office, [duty for duty in DUTIES if duty.follows])
    assert {row.stepped_down_why for row in of_clock(office, "statutory")} == {"moved"}
    given.time_is(office.engine, moment("2026-05-30"))
    sweep(office)
    attend(office, [duty for duty in DUTIES if duty.follows])
    found = of_clock(office, "statutory")
    assert {row.stepped_down_why for row in found if row.epoch == 1} == {"moved"}
    assert {row.stepped_down_why for row in found if row.epoch == 2} == {None}


def test_what_fired_again_before_anybody_looked_steps_down_all_the_same(office: Office, town: Town) -> None:
    no = statutory_yellow(office, town)
    longer = {"days": 10, "reason": "情况复杂，经负责人批准"}
    given.act(office, town.directors["QX"], moment("2026-03-30", "11:00"), no, "extend", longer)
    given.time_is(office.engine, moment("2026-05-30"))
    sweep(office)
    attend(office, [duty for duty in DUTIES if duty.follows])
    found = of_clock(office, "statutory")
    assert {row.stepped_down_why for row in found if row.epoch == 1} == {"moved"}
    assert {row.stepped_down_why for row in found if row.epoch == 2} == {None}


REVIEW = {"cause": "expert_review", "until": "2026-04-20", "reason": "专家评审"}


def test_a_pause_steps_alerts_down_and_a_resumed_clock_that_still_has_time_fires_anew(
    office: Office, town: Town
) -> None:
    no = statutory_yellow(office, town)
    given.act(office, town.officers["QX"], moment("2026-03-30", "11:00"), no, "start_special", REVIEW)
    attend(office)
    assert {row.stepped_down_why for row in of_clock(office, "statutory")} == {"paused"}
    given.time_is(office.engine, moment("2026-04-10"))
    pass_unread_on(office)
    assert {one["clock"] for one in lines(office, "alert_passed_on")} == {"promised"}
    given.act(office, town.officers["QX"], moment("2026-04-10", "11:00"), no, "end_special", {"result": "评审通过"})
    given.time_is(office.engine, moment("2026-04-20"))
    sweep(office)
    attend(office, [duty for duty in DUTIES if duty.follows])
    found = of_clock(office, "statutory")
    assert {row.stepped_down_why for row in found if row.epoch == 2} <= {None}


def test_a_pause_after_which_no_rung_lies_ahead_silences_no_card_for_good(office: Office, town: Town) -> None:
    no = yellow(office, town)
    pause = REVIEW | {"until": "2026-03-20"}
    given.act(office, town.officers["QX"], moment("2026-03-05", "10:00"), no, "start_special", pause)
    attend(office)
    assert {row.stepped_down_why for row in rows(office)} == {"paused"}
    assert "withdrawn" in messages(office, "rung:").values()
    given.time_is(office.engine, moment("2026-03-12", "10:00"))
    assert pass_unread_on(office) == 0
    # It ends on Friday the 13th now, and one working day before that was an hour ago.
    done = {"result": "评审通过"}
    given.act(office, town.officers["QX"], moment("2026-03-12", "10:00"), no, "end_special", done)
    attend(office)
    assert [(row.username, row.stepped_down_why, row.answer_by) for row in rows(office)] == [
        ("officer_qx", None, moment("2026-03-14", "00:00")),
        ("squad_leader", None, moment("2026-03-14", "00:00")),
    ]
    assert "withdrawn" not in messages(office, "rung:").values()
    given.time_is(office.engine, moment("2026-03-14", "00:00"))
    attend(office)
    assert len(rows(office)) == 4


def test_several_followers_step_down_once_and_never_wait_for_each_other(
    office: Office, town: Town, open_another_engine: Callable[[], Engine]
) -> None:
    cases = [running(office, town) for _ in range(4)]
    given.time_is(office.engine, YELLOW)
    sweep(office)
    for no in cases:
        given.act(office, town.officers["QX"], YELLOW + timedelta(hours=2), no, "grant", {"opinion": "符合要求"})
    attend(office, [duty for duty in DUTIES if duty.name == "sequence"])
    offices = [replace(office, engine=open_another_engine()) for _ in range(3)]
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(step_alerts_down, offices))
    attend(office)
    assert {row.stepped_down_why for row in rows(office)} == {"solved"}
    assert len({row.stepped_down_at for row in rows(office)}) >= 1


def test_the_alerts_of_somebody_in_two_roles_still_go_up(office: Office, town: Town) -> None:
    with office.engine.begin() as conn:
        given.person(conn, "second_director", Grant("director", department="QX"))
    yellow(office, town)
    given.time_is(office.engine, ANSWER_BY)
    pass_unread_on(office)
    # The officer's goes to one director, the squad leader's to the other.
    assert who(office)[2:] == ["director_qx", "second_director"]
