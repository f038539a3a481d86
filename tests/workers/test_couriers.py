"""How people are told: quiet hours, letters that go together, channels that are down, ways that end."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import Engine

from tests import given
from tests.given import Town, moment
from tests.workers.telling import Line, due, pass_all, pass_round, retries_are_due, rows, write
from tests.workers.waiting import number
from workflow.commands import pass_alert_on as passing
from workflow.commands.another_way import look_after_unreached
from workflow.commands.contact_points import (
    add_contact_point,
    choose,
    list_contact_points,
    read_choices,
    remove_contact_point,
    try_contact_point,
)
from workflow.commands.expand_message import expand
from workflow.commands.fire_rungs import sweep
from workflow.commands.outgoing import Channel, Outgoing, Undelivered
from workflow.commands.pass_on import pass_on
from workflow.errors import BadInput, Conflict, NotFound, Refused, TooMany
from workflow.store import alerts, channel_health, contact_points, deliveries, leftovers, outbox
from workflow.work import Office, Work

FILED = moment("2026-03-02")
YELLOW = moment("2026-03-06", "09:00")
NIGHT = moment("2026-03-06", "22:30")
SILENT = Undelivered("nobody answers", "soon")
NO_SUCH = Undelivered("no such mailbox (550)", "never", bounced=True)


@pytest.fixture(autouse=True)
def in_office_hours(engine: Engine) -> None:
    """Every story begins on the day of filing."""
    given.time_is(engine, FILED)


@pytest.fixture
def town(office: Office) -> Town:
    """One person of every role, with addresses."""
    return given.town(office, mail=True)


def open_lines() -> dict[str, Channel]:
    """E-mail and the log, kept."""
    return {"email": Line(), "log": Line()}


def cards(office: Office, town: Town, count: int, at: object = YELLOW) -> None:
    """So many yellow cards for the clerk and a director each, their messages still for several people."""
    given.application(office, town, FILED, list(office.catalogue.items)[:count])
    pass_all(office, open_lines())
    given.time_is(office.engine, at)  # type: ignore[arg-type]
    sweep(office)


def of(line: Channel, person: int | None) -> list[Outgoing]:
    assert isinstance(line, Line)
    return [one for one in line.heard if one.person_id == person]


def expanded(office: Office, lines: Mapping[str, Channel]) -> None:
    """Messages for several people are messages for one; none is handed over yet."""
    held = {name: Line(fails=Undelivered("not yet", "later", of_channel=False)) for name in lines}
    for message in due(office.engine):
        if number(office.engine, f"SELECT (channel = 'tell')::int FROM outbox WHERE id = {message}"):
            pass_on(office, message, held)


def states(office: Office) -> dict[str, int]:
    found = rows(office.engine, "SELECT state, count(*) AS n FROM outbox WHERE channel = 'email' GROUP BY state")
    return {row.state: row.n for row in found}


def test_a_few_cards_come_one_by_one_and_many_in_one_letter(office: Office, town: Town) -> None:
    cards(office, town, 6)
    lines = open_lines()
    expanded(office, lines)
    pass_all(office, lines)
    [letter] = of(lines["email"], town.clerk.id)
    assert letter.message == "together"
    assert letter.facts["count"].zh == "6"
    assert letter.facts["cards"].zh == "黄牌 6"
    assert letter.facts["lines"].zh.count("【黄牌】") == 6
    assert letter.path == "/alerts"
    assert letter.effect_key.startswith("batch:")
    assert {one.message for one in lines["email"].heard if one.person_id != town.clerk.id} >= {"rung"}  # type: ignore[attr-defined]
    assert set(states(office)) == {"delivered"}


def test_a_long_letter_names_the_first_and_says_how_many_more(office: Office, town: Town) -> None:
    few = replace(office.catalogue.telling, together_names=4)
    office = replace(office, catalogue=replace(office.catalogue, telling=few))
    cards(office, town, 7)
    lines = open_lines()
    expanded(office, lines)
    pass_all(office, lines)
    [letter] = of(lines["email"], town.clerk.id)
    assert letter.facts["lines"].zh.endswith("另有 3 条")
    assert letter.facts["lines"].en.endswith("and 3 more")


def test_a_letter_tried_again_is_the_same_letter_though_more_has_piled_up(office: Office, town: Town) -> None:
    cards(office, town, 5)
    lines = open_lines()
    expanded(office, lines)
    failing = Line(fails=Undelivered("full", "later"))
    pass_round(office, {"email": failing})
    write(
        office.engine,
        """
INSERT INTO outbox (effect_key, channel, case_id, person_id, body, may_wait, created_at, next_at)
SELECT 'later one', channel, case_id, person_id, body, may_wait, now(), now() FROM outbox
WHERE person_id = :clerk AND batch IS NOT NULL LIMIT 1""",
        clerk=town.clerk.id,
    )
    retries_are_due(office.engine)
    pass_all(office, lines)
    letters = of(lines["email"], town.clerk.id)
    assert [letter.message for letter in letters] == ["together", "rung"]
    assert letters[0].facts["count"].zh == "5"
    assert failing.asked > 0


def test_red_cards_are_never_put_off_and_go_together_only_where_very_many_wait(office: Office, town: Town) -> None:
    cards(office, town, 9, NIGHT)
    expanded(office, open_lines())
    write(
        office.engine,
        "UPDATE outbox SET may_wait = false, not_before = NULL, next_at = now() WHERE alert_id IS NOT NULL",
    )
    lines = open_lines()
    pass_all(office, lines)
    assert len(of(lines["email"], town.clerk.id)) == 9
    assert {one.message for one in of(lines["email"], town.clerk.id)} == {"rung"}


def test_very_many_red_cards_go_in_one_letter_that_names_them_all(office: Office, town: Town) -> None:
    cards(office, town, 26)
    expanded(office, open_lines())
    write(office.engine, "UPDATE outbox SET may_wait = false WHERE alert_id IS NOT NULL")
    lines = open_lines()
    pass_all(office, lines)
    [letter] = of(lines["email"], town.clerk.id)
    assert letter.facts["lines"].zh.count("\n") == 25


def test_quiet_hours_hold_back_what_may_wait_and_the_page_tells_at_once(office: Office, town: Town) -> None:
    cards(office, town, 2, NIGHT)
    lines = open_lines()
    pass_all(office, lines)
    assert lines["email"].heard == []  # type: ignore[attr-defined]
    assert number(office.engine, "SELECT count(*) FROM alerts") == 4
    held = rows(office.engine, "SELECT not_before, next_at - now() AS left FROM outbox WHERE not_before IS NOT NULL")
    assert {row.not_before for row in held} == {moment("2026-03-07", "08:00")}
    assert all(timedelta(hours=9) < row.left < timedelta(hours=9, minutes=31) for row in held)


def test_what_comes_due_again_in_quiet_hours_waits_for_their_end_though_it_was_written_in_the_day(
    office: Office, town: Town
) -> None:
    cards(office, town, 2)
    expanded(office, open_lines())
    pass_round(office, {"email": Line(fails=SILENT), "log": Line()})
    given.time_is(office.engine, NIGHT)
    retries_are_due(office.engine)
    lines = open_lines()
    pass_all(office, lines)
    assert lines["email"].heard == []  # type: ignore[attr-defined]
    held = rows(office.engine, "SELECT attempts, not_before FROM outbox WHERE state = 'pending' AND channel = 'email'")
    assert len(held) == 4
    assert {row.not_before for row in held} == {moment("2026-03-07", "08:00")}
    assert sum(row.attempts for row in held) == 1
    given.time_is(office.engine, moment("2026-03-07", "08:00"))
    with office.engine.begin() as conn:
        outbox.release_held(conn)
    pass_all(office, lines)
    assert len(lines["email"].heard) == 4  # type: ignore[attr-defined]


def test_where_time_is_moved_over_the_end_of_quiet_hours_what_was_held_back_goes_out(
    office: Office, town: Town
) -> None:
    cards(office, town, 2, NIGHT)
    lines = open_lines()
    pass_all(office, lines)
    with office.engine.begin() as conn:
        assert outbox.release_held(conn) == 0
    given.time_is(office.engine, moment("2026-03-07", "08:00"))
    with office.engine.begin() as conn:
        assert outbox.release_held(conn) == 4
        assert outbox.release_held(conn) == 0
    pass_all(office, lines)
    assert len(lines["email"].heard) == 4  # type: ignore[attr-defined]


def test_somebody_without_quiet_hours_is_told_at_night(office: Office, town: Town) -> None:
    with given.at(office, town.clerk, FILED) as work:
        choose(work, {"quiet": None})
    cards(office, town, 2, NIGHT)
    lines = open_lines()
    pass_all(office, lines)
    assert {one.person_id for one in lines["email"].heard} == {town.clerk.id}  # type: ignore[attr-defined]


def test_what_was_not_sent_yet_is_withdrawn_where_its_alert_has_stepped_down(office: Office, town: Town) -> None:
    cards(office, town, 1)
    expanded(office, open_lines())
    write(office.engine, "UPDATE alerts SET stepped_down_at = now(), stepped_down_why = 'solved'")
    lines = open_lines()
    assert set(pass_round(office, lines)) == {"withdrawn"}
    assert lines["email"].heard == []  # type: ignore[attr-defined]
    assert pass_round(office, lines) == []


def test_a_message_in_a_couriers_hands_tells_nobody_once_its_alerts_have_stepped_down_and_everybody_if_they_stand_again(
    office: Office, town: Town
) -> None:
    cards(office, town, 1)
    [tell] = rows(office.engine, "SELECT id FROM outbox WHERE channel = 'tell' AND state = 'pending'")
    with office.engine.begin() as conn:
        leased = outbox.lease(conn, tell.id)
    assert leased is not None
    write(office.engine, "UPDATE alerts SET stepped_down_at = now(), stepped_down_why = 'paused'")
    assert expand(office, leased, ("email",)) == "withdrawn"
    assert number(office.engine, "SELECT count(*) FROM outbox WHERE alert_id IS NOT NULL") == 0
    with office.engine.begin() as conn:
        found = alerts.resumed(conn, [leased.case_id or 0])
        alerts.stand_again(conn, found, [None] * len(found))
    lines = open_lines()
    pass_all(office, lines)
    assert of(lines["email"], town.clerk.id)


def test_what_was_acknowledged_on_the_page_is_not_sent_any_more_but_a_red_card_is(office: Office, town: Town) -> None:
    cards(office, town, 6)
    expanded(office, open_lines())
    # Not the first to be leased: those are met where the letter of several is put together.
    mine = rows(office.engine, "SELECT id FROM alerts WHERE person_id = :me ORDER BY id", me=town.clerk.id)
    seen, red = mine[-1], mine[-2]
    write(office.engine, "UPDATE alerts SET acknowledged_at = now() WHERE id IN (:a, :b)", a=seen.id, b=red.id)
    write(office.engine, "UPDATE alerts SET card = 'red' WHERE id = :red", red=red.id)
    lines = open_lines()
    pass_all(office, lines)
    [letter] = of(lines["email"], town.clerk.id)
    assert letter.facts["count"].zh == "5"
    states_of = {
        row.alert_id: row.state
        for row in rows(office.engine, "SELECT alert_id, state FROM outbox WHERE channel = 'email' AND state <> 'x'")
    }
    assert (states_of[seen.id], states_of[red.id]) == ("withdrawn", "delivered")


def test_a_red_card_that_is_refused_waits_a_quarter_of_an_hour_at_most(office: Office, town: Town) -> None:
    cards(office, town, 2)
    expanded(office, open_lines())
    write(
        office.engine,
        """UPDATE outbox SET attempts = 15, body = CASE WHEN person_id = :me THEN body || '{"card": "red"}' ELSE body
END WHERE alert_id IS NOT NULL""",
        me=town.clerk.id,
    )
    pass_round(office, {"email": Line(fails=Undelivered("refused (552)", "later", of_channel=False)), "log": Line()})
    waits = rows(
        office.engine,
        """SELECT body ->> 'card' AS card, next_at - now() AS rest FROM outbox
WHERE state = 'pending' AND channel = 'email'""",
    )
    assert {row.card for row in waits} > {"red"}
    assert all((row.rest <= timedelta(minutes=18)) is (row.card == "red") for row in waits)


def test_while_one_courier_has_a_part_of_a_letter_no_other_takes_the_rest(office: Office, town: Town) -> None:
    cards(office, town, 6)
    expanded(office, open_lines())
    with office.engine.begin() as conn:
        one = outbox.lease(conn, min(due(office.engine)))
        assert one is not None
        letter = outbox.lease_together(conn, one, 4, 200, UUID(int=7))
    assert len(letter) > 4
    last = letter[-1].id
    write(office.engine, "UPDATE outbox SET state = 'queued', lease_token = NULL WHERE id = :last", last=last)
    with office.engine.begin() as conn:
        assert outbox.lease_batch(conn, UUID(int=7), last) == ()
    write(office.engine, "UPDATE outbox SET next_at = now() - interval '1 second' WHERE batch IS NOT NULL")
    with office.engine.begin() as conn:
        assert len(outbox.lease_batch(conn, UUID(int=7), last)) == len(letter)


def test_beside_alerts_whatever_is_told_stands_on_the_page_once(office: Office, town: Town) -> None:
    given.application(office, town, FILED, ["LX01"])
    pass_all(office, open_lines())
    found = rows(office.engine, "SELECT person_id, message, effect_key FROM notices")
    assert found
    assert {row.message for row in found} == {"action"}
    tells = number(office.engine, "SELECT count(*) FROM outbox WHERE channel = 'tell'")
    write(office.engine, "UPDATE outbox SET state = 'pending', next_at = now() WHERE channel = 'tell'")
    pass_all(office, open_lines())
    assert rows(office.engine, "SELECT person_id, message, effect_key FROM notices") == found
    assert tells > 0


def test_what_fired_long_after_its_moment_may_wait_but_no_red_card(office: Office, town: Town) -> None:
    given.application(office, town, FILED, ["LX01"])
    given.help_request(office, town, FILED)
    pass_all(office, open_lines())
    given.time_is(office.engine, moment("2026-06-01", "10:00"))
    sweep(office)
    expanded(office, open_lines())
    found = rows(
        office.engine,
        "SELECT DISTINCT o.body ->> 'card' AS card, o.may_wait FROM outbox o WHERE o.alert_id IS NOT NULL",
    )
    assert {(row.card, row.may_wait) for row in found} >= {("red", False)}
    assert all(row.may_wait is (row.card != "red") for row in found)


def test_a_message_nobody_knows_is_refused_by_name(office: Office, town: Town) -> None:
    write(
        office.engine,
        """
INSERT INTO outbox (effect_key, channel, person_id, body, created_at, next_at)
VALUES ('odd', 'email', :clerk, '{"what": "gossip"}', now(), now())""",
        clerk=town.clerk.id,
    )
    assert pass_round(office, open_lines()) == ["failed"]
    [row] = rows(office.engine, "SELECT error FROM outbox")
    assert row.error == "there is no message gossip about this"


def test_every_message_of_a_rung_names_its_alert(office: Office, town: Town) -> None:
    cards(office, town, 3)
    expanded(office, open_lines())
    assert number(office.engine, "SELECT count(*) FROM outbox WHERE alert_id IS NOT NULL") == 6
    wrong = """
SELECT count(*) FROM outbox o JOIN alerts a ON a.id = o.alert_id
WHERE a.person_id <> o.person_id OR a.case_id <> o.case_id"""
    assert number(office.engine, wrong) == 0


def test_while_a_channel_is_down_one_message_asks_and_no_other_counts_a_try(office: Office, town: Town) -> None:
    cards(office, town, 3)
    expanded(office, open_lines())
    line = Line(fails=SILENT)
    outcomes = pass_round(office, {"email": line})
    assert set(outcomes) <= {"pending", "gone"}
    assert line.asked == 1
    assert number(office.engine, "SELECT count(*) FROM outbox WHERE attempts > 0 AND state = 'pending'") == 1
    for again in range(2, 5):
        retries_are_due(office.engine)
        pass_round(office, {"email": line})
        assert line.asked == again
    with office.engine.connect() as conn:
        [health] = channel_health.everywhere(conn)
    assert (health.failures, health.error) == (4, "nobody answers")
    line.fails = None
    for _ in range(3):
        retries_are_due(office.engine)
        pass_round(office, {"email": line})
    assert set(states(office)) == {"delivered"}
    with office.engine.begin() as conn:
        channel_health.answered(conn, "sms")
        found = channel_health.everywhere(conn)
    assert [(one.channel, one.failures, one.down_since, one.next_at, one.error) for one in found] == [
        ("email", 0, None, None, None),
        ("sms", 0, None, None, None),
    ]


def test_a_channel_that_is_down_keeps_no_other_waiting(office: Office, town: Town) -> None:
    with given.at(office, town.clerk, FILED) as work:
        add_contact_point(work, "wecom", "zhang")
    cards(office, town, 2)
    wecom, email = Line(), Line(fails=SILENT)
    for _ in range(3):
        pass_round(office, {"email": email, "wecom": wecom})
    assert [one.address for one in wecom.heard] == ["zhang", "zhang"]
    assert email.heard == []


def test_a_message_is_not_given_up_for_a_day_without_provider_but_by_its_age(office: Office, town: Town) -> None:
    cards(office, town, 1)
    expanded(office, open_lines())
    line = Line(fails=SILENT)
    for _ in range(40):
        retries_are_due(office.engine)
        pass_round(office, {"email": line})
    assert set(states(office)) == {"delivered", "pending"}
    write(office.engine, "UPDATE outbox SET put_at = now() - interval '73 hours' WHERE state = 'pending'")
    for _ in range(4):
        retries_are_due(office.engine)
        pass_round(office, {"email": line})
    assert "failed" in states(office)


def test_a_bounced_address_is_marked_and_the_message_goes_another_way(
    office: Office, town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    with given.at(office, town.clerk, FILED) as work:
        add_contact_point(work, "sms", "13900000000")
    cards(office, town, 1)
    sms = Line()
    for _ in range(4):
        pass_round(office, {"email": Line(fails=NO_SUCH), "sms": sms})
    assert [one.address for one in sms.heard] == ["13900000000"]
    with given.at(office, town.clerk, YELLOW) as work:
        bounced = [one for one in list_contact_points(work) if one.bounced_at is not None]
    assert [(one.channel, one.address, one.error) for one in bounced] == [
        ("email", "clerk@example.org", "no such mailbox (550)")
    ]
    # The clerk was told after all; the director, whose only address bounced as well, was not.
    unreached = rows(office.engine, "SELECT person_id FROM alerts WHERE passed_on_at IS NOT NULL")
    assert unreached
    assert town.clerk.id not in {row.person_id for row in unreached}
    assert any(record.levelname == "ERROR" for record in caplog.records)


def test_where_no_way_is_left_the_alert_goes_to_the_next_person_as_unreachable(office: Office, town: Town) -> None:
    cards(office, town, 1)
    for _ in range(2):
        pass_round(office, {"email": Line(fails=NO_SUCH)})
    passed = rows(office.engine, "SELECT person_id, passed_why FROM alerts WHERE passed_on_at IS NOT NULL ORDER BY id")
    assert {row.passed_why for row in passed} == {"unreachable"}
    assert number(office.engine, "SELECT count(*) FROM alerts WHERE passed_from IS NOT NULL") > 0


def test_an_alert_whose_courier_died_between_giving_up_and_going_on_is_looked_after(office: Office, town: Town) -> None:
    cards(office, town, 1)
    expanded(office, open_lines())
    write(office.engine, "UPDATE outbox SET state = 'failed' WHERE alert_id IS NOT NULL")
    assert look_after_unreached(office, ("email",)) > 0
    assert number(office.engine, "SELECT count(*) FROM alerts WHERE passed_why = 'unreachable'") > 0
    assert look_after_unreached(office, ("email",)) == 0


def test_an_alert_that_breaks_keeps_no_other_unreached_one_waiting(
    office: Office, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    cards(office, town, 1)
    expanded(office, open_lines())
    write(office.engine, "UPDATE outbox SET state = 'failed' WHERE alert_id IS NOT NULL")
    broken = number(office.engine, "SELECT min(alert_id) FROM outbox WHERE state = 'failed'")
    real = passing.pass_alert_on

    def fails(work: Work, alert_id: int, why: alerts.Why) -> int | None:
        if alert_id == broken:
            raise RuntimeError("a mistake of ours")
        return real(work, alert_id, why)

    monkeypatch.setattr(passing, "pass_alert_on", fails)
    look_after_unreached(office, ("email",))
    open_ones = rows(office.engine, "SELECT id FROM alerts WHERE passed_on_at IS NULL AND passed_from IS NULL")
    assert [row.id for row in open_ones] == [broken]
    monkeypatch.setattr(passing, "pass_alert_on", real)
    # It was put off, so that it is not tried in vain over and over again.
    assert look_after_unreached(office, ("email",)) == 0
    given.time_is(office.engine, YELLOW + passing.FIRST_DELAY + timedelta(seconds=10))
    assert look_after_unreached(office, ("email",)) == 1


def test_every_try_is_noted_without_an_address(office: Office, town: Town) -> None:
    cards(office, town, 1)
    pass_round(office, open_lines())
    line = Line(fails=NO_SUCH)
    pass_round(office, {"email": line})
    with office.engine.connect() as conn:
        tries = deliveries.newest(conn, ["email"], None, 10)
    assert {one.outcome for one in tries} >= {"never"}
    assert all(one.milliseconds >= 0 and one.person_id and one.outbox_id for one in tries)
    assert not any("@" in (one.error or "") for one in tries)
    write(office.engine, "UPDATE deliveries SET at = now() - interval '91 days'")
    with office.engine.begin() as conn:
        assert leftovers.remove(conn)["deliveries"] == len(tries)


def test_an_address_is_added_tested_and_removed_by_whose_it_is(office: Office, town: Town) -> None:
    with given.at(office, town.clerk, FILED) as work:
        point = add_contact_point(work, "wecom", " zhang ")
        key = try_contact_point(work, point.id)
        with pytest.raises(TooMany):
            try_contact_point(work, point.id)
    line = Line()
    pass_all(office, {"wecom": line})
    assert [(one.message, one.address) for one in line.heard] == [("test", "zhang")]
    with given.at(office, town.clerk, FILED) as work:
        assert outbox.states(work.conn, [key]) == {key: "delivered"}
        [found] = list_contact_points(work)
        assert found.tested_at is not None
        assert [one.outcome for one in deliveries.newest(work.conn, ["wecom"], None, 5)] == ["test"]
    with given.at(office, town.applicant, FILED) as work, pytest.raises(NotFound):
        remove_contact_point(work, point.id)
    with given.at(office, town.clerk, FILED) as work:
        remove_contact_point(work, point.id)
        assert list_contact_points(work) == []
        assert add_contact_point(work, "wecom", "zhang").id == point.id


@pytest.mark.parametrize(
    ("channel", "address", "said"),
    [
        ("pigeon", "roof", "channel: 'pigeon' is not accepted; for instance or known: email, wecom"),
        ("sms", "", "address: '' is not accepted; for instance or known: 13900000000"),
        ("sms", "12345", "address: '12345' is not accepted"),
        ("email", "a@b, c@d", "address: 'a@b, c@d' is not accepted"),
        ("wecom", "../../@all", "address: '../../@all' is not accepted"),
    ],
)
def test_an_unknown_channel_and_an_address_that_is_none_are_refused_by_name(
    office: Office, town: Town, channel: str, address: str, said: str
) -> None:
    with given.at(office, town.clerk, FILED) as work, pytest.raises(BadInput) as refused:
        add_contact_point(work, channel, address)
    assert refused.value.en.startswith(said)


def test_an_address_is_given_once_and_not_without_end(office: Office, town: Town) -> None:
    with given.at(office, town.clerk, FILED) as work:
        add_contact_point(work, "sms", "13900000000")
        with pytest.raises(Conflict):
            add_contact_point(work, "sms", "13900000000")
        for number_ in range(9):
            add_contact_point(work, "sms", f"1390000001{number_}")
        with pytest.raises(TooMany):
            add_contact_point(work, "sms", "13900000099")
        # Given and removed again they cannot be used to write to half the town either.
        for number_ in range(10):
            remove_contact_point(work, list_contact_points(work)[0].id)
            add_contact_point(work, "sms", f"1390000002{number_}")
        remove_contact_point(work, list_contact_points(work)[0].id)
        with pytest.raises(TooMany) as refused:
            add_contact_point(work, "sms", "13900000031")
    assert refused.value.code == "too_many_addresses_today"
    with given.at(office, town.clerk, FILED + timedelta(days=1, minutes=1)) as work:
        add_contact_point(work, "sms", "13900000031")


def test_a_second_test_within_a_minute_is_refused_over_the_turn_of_the_minute_too(office: Office, town: Town) -> None:
    begin = FILED.replace(second=59)
    with given.at(office, town.clerk, begin) as work:
        assert try_contact_point(work, None)
    with given.at(office, town.clerk, begin + timedelta(seconds=2)) as work, pytest.raises(TooMany):
        try_contact_point(work, None)
    with given.at(office, town.clerk, begin + timedelta(seconds=61)) as work:
        assert try_contact_point(work, None)


def test_a_message_to_an_address_removed_meanwhile_goes_another_way(office: Office, town: Town) -> None:
    with given.at(office, town.clerk, FILED) as work:
        choose(work, {"ways": {}})
        point = add_contact_point(work, "email", "old@example.org")
    cards(office, town, 1)
    expanded(office, open_lines())
    with given.at(office, town.clerk, YELLOW) as work:
        remove_contact_point(work, point.id)
    lines = open_lines()
    pass_all(office, lines)
    assert [one.address for one in of(lines["email"], town.clerk.id)] == ["clerk@example.org"]


def test_the_address_of_an_account_that_bounces_again_is_marked_though_its_mark_was_removed(
    office: Office, town: Town
) -> None:
    assert town.clerk.id is not None
    for _ in range(2):
        with office.engine.begin() as conn:
            contact_points.mark_bounced(conn, town.clerk.id, "email", "clerk@example.org", "no such mailbox (550)")
        with given.at(office, town.clerk, FILED) as work:
            [point] = list_contact_points(work)
            remove_contact_point(work, point.id)
    with given.at(office, town.clerk, FILED) as work:
        gone = add_contact_point(work, "sms", "13900000000")
        remove_contact_point(work, gone.id)
    with office.engine.begin() as conn:
        contact_points.mark_bounced(conn, town.clerk.id, "sms", "13900000000", "no such number")
    with given.at(office, town.clerk, FILED) as work:
        assert list_contact_points(work) == []


def test_choices_are_ones_own_and_name_only_ways_one_has(office: Office, town: Town) -> None:
    with given.at(office, town.clerk, FILED) as work:
        with pytest.raises(Refused, match="you have given no address for sms"):
            choose(work, {"ways": {"red": ["sms"]}})
        choose(work, {"ways": {"red": ["email"]}, "digest": False})
        assert read_choices(work) == {"ways": {"red": ["email"]}, "digest": False}
    with given.at(office, town.applicant, FILED) as work:
        assert read_choices(work) == {}
