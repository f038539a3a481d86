"""After the signature the dates move: one line a case, in batches, beside officers and other workers."""

from dataclasses import replace
from datetime import date, datetime
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import text

from tests import given
from tests.given import moment
from tests.hall import NOTICE, Hall, case, clock, expect_sound, held, open_hall, said
from workers.sweeper import Sweeper
from workflow.clock.notices import notice_data
from workflow.commands.fire_rungs import sweep
from workflow.commands.settle_dates import Settled, settle_batches, settle_calendar
from workflow.commands.take_action import take_action
from workflow.queries.alerts import inbox
from workflow.queries.amendments import Amendment, amendment, amendment_preview
from workflow.queries.moves import Preview, calendar_preview
from workflow.queries.paging import Paging
from workflow.store import calendars, cases
from workflow.work import Office

RECEIVED = moment("2026-12-28", "09:30")
SIGNED = moment("2026-12-28", "16:00")
REVIEW = {"cause": "expert_review", "until": "2027-01-08", "reason": "专家评审"}


@pytest.fixture
def hall(office: Office) -> Hall:
    return open_hall(office)


@pytest.fixture
def received(hall: Hall) -> list[str]:
    """Three item cases received on 2026-12-28: their fifth working day is 2027-01-05, with the notice 01-06."""
    return sorted(given.application(hall.office, hall.town, RECEIVED).cases.values())


def accepted(hall: Hall, on: str) -> str:
    """A case of LX01 (20 working days, promised 3) received and accepted on one day."""
    no = given.application(hall.office, hall.town, moment(on, "09:30"), ["LX01"]).cases["LX01"]
    given.act(hall.office, hall.town.clerk, moment(on, "10:00"), no, "accept")
    return no


def put(hall: Hall, kind: str, content: dict[str, Any], at: datetime = SIGNED) -> Amendment:
    given.time_is(hall.office.engine, at)
    return hall.sign(hall.propose(kind, content, at).id, at)


def put_notice(hall: Hall, at: datetime = SIGNED) -> Amendment:
    return put(hall, "year", notice_data(NOTICE), at)


def lines(hall: Hall, no: str) -> list[dict[str, Any]]:
    return said(hall, no, "calendar_moved")


def read(hall: Hall, amendment_id: int) -> Amendment:
    with given.at(hall.office, hall.first, SIGNED) as work:
        return amendment(work, amendment_id)


def test_what_moves_is_what_the_preview_said(hall: Hall, received: list[str]) -> None:
    reviewed = accepted(hall, "2026-12-18")
    given.time_is(hall.office.engine, SIGNED)
    made = hall.propose("year", notice_data(NOTICE), SIGNED)
    with given.at(hall.office, hall.second, SIGNED) as work:
        seen = amendment_preview(work, made.id)
    assert {row.no for row in seen.rows} == {*received, reviewed}
    hall.sign(made.id, SIGNED)
    done = settle_calendar(hall.office)
    assert (done.moved, done.failed) == (seen.cases, 0)
    for row in seen.rows:
        (said,) = lines(hall, row.no)
        assert said["moves"] == [move.as_json() for move in row.moves]
        assert said["amendment"] == made.id
        kept = {(one.name, one.round): one for one in case(hall, row.no).clocks}
        for move in row.moves:
            one = kept[move.clock, move.round]
            assert (one.due_on, one.due_at, one.provisional) == (move.new_on, move.new_at, move.new_provisional)
            assert one.calendar_version == seen.new_version
    assert clock(hall, received[0], "completeness").due_on == date(2027, 1, 6)
    assert {move.clock for move in seen.rows[0].moves} == {"completeness"}
    expect_sound(hall)


def test_the_figures_count_what_moves_and_which_marks_go(hall: Hall, received: list[str]) -> None:
    marked = accepted(hall, "2026-12-14")
    given.time_is(hall.office.engine, SIGNED)
    made = hall.propose("year", notice_data(NOTICE), SIGNED)
    figures = made.preview
    # Three ends of the check move by a day; the statutory end 2027-01-12 of the fourth case does not: 01-04 is off and
    # 01-09 worked. All four lose the mark.
    assert (figures["cases"], figures["clocks"], figures["later"], figures["earlier"]) == (4, 4, 3, 0)
    assert (figures["firm"], figures["unsure"]) == (4, 0)
    put_in = hall.sign(made.id, SIGNED)
    settle_calendar(hall.office)
    assert clock(hall, marked, "statutory").due_on == date(2027, 1, 12)
    assert not clock(hall, marked, "statutory").provisional
    settled = read(hall, put_in.id)
    assert (settled.moved, settled.settled_at is not None) == (4, True)


def test_a_second_pass_finds_nothing_and_a_case_has_one_line(hall: Hall, received: list[str]) -> None:
    put_notice(hall)
    assert settle_calendar(hall.office) == Settled(3, 3, 0)
    heads = [case(hall, no).chain_head for no in received]
    assert settle_calendar(hall.office) == Settled()
    assert [len(lines(hall, no)) for no in received] == [1, 1, 1]
    assert [case(hall, no).chain_head for no in received] == heads


def test_who_is_not_concerned_keeps_a_silent_history(hall: Hall) -> None:
    # The promise ends on 2026-12-17 and its ladder on 12-23: the calendar it was made with stays true.
    before = accepted(hall, "2026-12-14")
    # Received on 12-23: the check ends on 12-30, its alarm before that.
    near = given.application(hall.office, hall.town, moment("2026-12-23", "09:30"), ["LX06"]).cases["LX06"]
    base = hall.office.base_calendar.version
    put_notice(hall)
    settle_calendar(hall.office)
    assert lines(hall, near) == []
    assert clock(hall, before, "promised").calendar_version in (base, clock(hall, before, "statutory").calendar_version)
    assert clock(hall, near, "completeness").calendar_version == base
    assert clock(hall, near, "completeness").due_on == date(2026, 12, 30)
    expect_sound(hall)


def test_a_case_of_which_only_a_rung_moves_changes_without_a_word(hall: Hall) -> None:
    # Promised by 12-31; the red card to the district leader falls four working days later, and that day moves.
    no = accepted(hall, "2026-12-28")
    with hall.office.engine.begin() as conn:
        conn.execute(
            text("UPDATE clocks SET state = 'settled', settled_at = app_now() WHERE name = 'statutory'"),
        )
    was = clock(hall, no, "promised")
    seq = case(hall, no).seq
    put_notice(hall)
    settle_calendar(hall.office)
    now = clock(hall, no, "promised")
    assert (now.due_on, now.provisional) == (was.due_on, False) == (date(2026, 12, 31), False)
    assert now.ladder_at[-1] > was.ladder_at[-1]
    assert now.calendar_version != was.calendar_version
    assert (lines(hall, no), case(hall, no).seq) == ([], seq)


def test_the_version_an_officer_saw_stays_valid(hall: Hall, received: list[str]) -> None:
    seen = case(hall, received[0]).version
    put_notice(hall)
    settle_calendar(hall.office)
    given.act(hall.office, hall.town.clerk, moment("2026-12-29"), received[0], "accept", version=seen)
    assert case(hall, received[0]).state == "in_review"


def test_a_rung_that_fired_fires_again_when_its_moment_lies_ahead_once_more(hall: Hall, received: list[str]) -> None:
    """A typhoon is announced on the morning of the day on which the last warning went out."""
    no = received[0]
    morning = moment("2027-01-04", "09:30")
    given.time_is(hall.office.engine, morning)
    sweep(hall.office, 100)
    assert (clock(hall, no, "completeness").rung, clock(hall, no, "completeness").epoch) == (1, 1)
    put(hall, "closure", {"year": 2027, "off": [{"date": "2027-01-04", "name": "台风停工"}]}, morning)
    settle_calendar(hall.office)
    again = clock(hall, no, "completeness")
    assert (again.due_on, again.rung, again.epoch) == (date(2027, 1, 6), 0, 2)
    assert again.next_rung_at == moment("2027-01-05", "09:00")
    given.time_is(hall.office.engine, moment("2027-01-05", "09:01"))
    sweep(hall.office, 100)
    assert clock(hall, no, "completeness").rung == 1
    with hall.office.engine.connect() as conn:
        fired = conn.execute(
            text("""
SELECT f.epoch, f.rung FROM firings f JOIN cases c ON c.id = f.case_id WHERE c.no = :no ORDER BY f.epoch"""),
            {"no": no},
        ).all()
    assert [tuple(row) for row in fired] == [(1, 0), (2, 0)]
    expect_sound(hall)


def test_a_date_that_moves_into_the_past_is_overdue_at_once_and_said_before(hall: Hall, received: list[str]) -> None:
    put_notice(hall)
    settle_calendar(hall.office)
    later = moment("2027-01-06", "10:00")
    given.time_is(hall.office.engine, later)
    corrected = notice_data(replace(NOTICE, make_up=NOTICE.make_up | {date(2027, 1, 2), date(2027, 1, 3)}))
    corrected["off"] = [day for day in corrected["off"] if day["date"] not in ("2027-01-02", "2027-01-03")]
    corrected["off"] += [{"date": f"2027-03-0{day}", "name": "补休"} for day in (1, 2)]
    with given.at(hall.office, hall.first, later) as work:
        preview = _preview(work, corrected)
    assert (preview.newly_overdue, preview.earlier, preview.past_days) == (3, 3, 2)
    assert {row.turns for row in preview.rows} == {"overdue"}
    put(hall, "year", corrected, later)
    settle_calendar(hall.office)
    assert clock(hall, received[0], "completeness").due_on == date(2027, 1, 3)
    with given.at(hall.office, hall.first, later) as work:
        back = _preview(work, notice_data(NOTICE))
    assert (back.newly_safe, {row.turns for row in back.rows}) == (3, {"safe"})
    # The end has come: silence accepts, as of the day of receipt.
    sweep(hall.office, 100)
    assert case(hall, received[0]).state == "in_review"
    expect_sound(hall)


def _preview(work: Any, content: dict[str, Any]) -> Preview:
    from workflow.amending.calendars import calendar_with  # what propose itself asks; only this test looks beneath

    return calendar_preview(work, calendar_with(work.office, work.conn, "year", content))


def test_a_paused_clock_stays_paused_its_cap_follows_and_a_promised_day_keeps(hall: Hall) -> None:
    no = accepted(hall, "2026-12-21")
    officer = hall.town.officers["QX"]
    given.act(hall.office, officer, moment("2026-12-22"), no, "start_special", REVIEW)
    cap = case(hall, no).pauses[0].cap_until
    put_notice(hall)
    settle_calendar(hall.office)
    found = case(hall, no)
    assert {clock(hall, no, name).state for name in ("statutory", "promised")} == {"paused"}
    assert clock(hall, no, "statutory").due_on is None
    # Twenty working days: 2027-01-20 by the estimate, and the notice takes one out and puts one in before it.
    assert (cap, found.pauses[0].cap_until) == (date(2027, 1, 20), date(2027, 1, 20))
    assert clock(hall, no, "special_procedure").due_on == date(2027, 1, 8)
    assert not clock(hall, no, "special_procedure").provisional
    put(hall, "closure", {"year": 2027, "off": [{"date": "2027-01-06", "name": "台风停工"}]})
    settle_calendar(hall.office)
    found = case(hall, no)
    assert found.pauses[0].cap_until == date(2027, 1, 21)
    assert clock(hall, no, "pause_cap").due_on == date(2027, 1, 21)
    assert clock(hall, no, "special_procedure").due_on == date(2027, 1, 8)
    expect_sound(hall)
    # After the pause the budget goes on under the calendar in force.
    given.act(hall.office, officer, moment("2027-01-08"), no, "end_special", {"result": "通过"})
    assert clock(hall, no, "statutory").state == "armed"
    expect_sound(hall)


def test_two_settlers_at_once_move_every_case_once(hall: Hall) -> None:
    numbers = [no for _ in range(4) for no in given.application(hall.office, hall.town, RECEIVED).cases.values()]
    put_notice(hall)
    done: list[Settled] = []
    threads = [Thread(target=lambda: done.append(settle_calendar(hall.office, 2))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done.append(settle_calendar(hall.office))
    assert sum(one.moved for one in done) == len(numbers) == 12
    assert {len(lines(hall, no)) for no in numbers} == {1}
    expect_sound(hall)


def test_a_case_somebody_holds_is_left_for_the_next_pass(hall: Hall, received: list[str]) -> None:
    made = put_notice(hall)
    with held(hall, received[0]):
        assert settle_calendar(hall.office) == Settled(2, 2, 0)
        assert read(hall, made.id).settled_at is None
    assert settle_calendar(hall.office) == Settled(1, 1, 0)
    assert read(hall, made.id).settled_at is not None
    assert read(hall, made.id).moved == 3


def test_what_is_signed_while_another_is_marked_settled_stays_unsettled(hall: Hall, received: list[str]) -> None:
    first = put(hall, "closure", {"year": 2026, "off": [{"date": "2026-12-29", "name": "停工"}]})
    with hall.office.engine.connect() as conn:
        looked_at = calendars.in_force(conn)
    assert looked_at is not None
    second = put_notice(hall)
    with hall.office.engine.begin() as conn:
        calendars.mark_settled(conn, looked_at.id)
    assert read(hall, first.id).settled_at is not None
    assert read(hall, second.id).settled_at is None


def test_an_action_begun_before_the_signature_and_committed_after_it_is_found(hall: Hall, received: list[str]) -> None:
    no = received[0]
    base = hall.office.base_calendar.version
    now = moment("2026-12-28", "15:00")
    with given.at(hall.office, hall.town.clerk, now) as work:
        take_action(work, no, "accept")
        made = put_notice(hall)
        settle_calendar(hall.office)
    # Written with the calendar of before, and nobody was told.
    assert clock(hall, no, "statutory").calendar_version == base
    settle_calendar(hall.office)
    assert clock(hall, no, "statutory").calendar_version == made.preview["new_version"]
    assert len(lines(hall, no)) == 1
    expect_sound(hall)


def test_what_was_opened_under_the_new_calendar_is_not_touched(hall: Hall) -> None:
    made = put_notice(hall)
    no = given.application(hall.office, hall.town, moment("2026-12-29"), ["LX01"]).cases["LX01"]
    assert clock(hall, no, "completeness").calendar_version == made.preview["new_version"]
    assert settle_calendar(hall.office) == Settled()


def test_a_pass_cut_off_in_the_middle_is_gone_on_with(hall: Hall, received: list[str]) -> None:
    made = put_notice(hall)
    first = next(settle_batches(hall.office, 1))
    assert first == Settled(1, 1, 0)
    assert read(hall, made.id).settled_at is None
    assert settle_calendar(hall.office) == Settled(2, 2, 0)
    assert read(hall, made.id).moved == 3
    assert [len(lines(hall, no)) for no in received] == [1, 1, 1]
    expect_sound(hall)


def test_a_pass_told_to_stop_stops_before_the_next_batch(hall: Hall, received: list[str]) -> None:
    put_notice(hall)
    assert settle_calendar(hall.office, 1, lambda: True) == Settled()
    assert settle_calendar(hall.office).moved == 3


def test_a_withdrawal_moves_the_dates_back_and_restores_the_marks(hall: Hall, received: list[str]) -> None:
    made = put_notice(hall)
    settle_calendar(hall.office)
    out = put(hall, "withdrawal", {"amendment": made.id, "reason": "通知废止"})
    assert (out.preview["unsure"], out.preview["earlier"]) == (3, 3)
    settle_calendar(hall.office)
    back = clock(hall, received[0], "completeness")
    assert (back.due_on, back.provisional) == (date(2027, 1, 5), True)
    assert back.calendar_version == hall.office.base_calendar.version
    first, second = lines(hall, received[0])
    assert (first["moves"][0]["new"], second["moves"][0]["new"]) == ("2027-01-06", "2027-01-05")
    expect_sound(hall)


def test_a_case_that_depends_on_two_changes_at_once_gets_the_last_date_in_one_line(
    hall: Hall, received: list[str]
) -> None:
    put_notice(hall)
    put(hall, "closure", {"year": 2026, "off": [{"date": "2026-12-30", "name": "停电"}]})
    settle_calendar(hall.office)
    (said,) = lines(hall, received[0])
    assert (said["moves"][0]["old"], said["moves"][0]["new"]) == ("2027-01-05", "2027-01-07")
    expect_sound(hall)


def test_everybody_concerned_is_told_once(hall: Hall, received: list[str]) -> None:
    put_notice(hall)
    settle_calendar(hall.office)
    settle_calendar(hall.office)
    with hall.office.engine.connect() as conn:
        told = conn.execute(text("SELECT count(*) FROM outbox WHERE body->>'what' = 'dates'")).scalar_one()
    assert told == 3


def test_a_history_under_a_new_calendar_goes_on_and_holds(hall: Hall, received: list[str]) -> None:
    put_notice(hall)
    settle_calendar(hall.office)
    no = received[0]
    given.act(hall.office, hall.town.clerk, moment("2026-12-29"), no, "accept")
    assert clock(hall, no, "statutory").due_on == date(2027, 1, 27)
    expect_sound(hall)


def test_a_pass_overtaken_by_another_calendar_tells_nobody_a_date_that_holds_no_more(
    hall: Hall, received: list[str]
) -> None:
    made = put_notice(hall)
    passing = settle_batches(hall.office, 1)
    assert next(passing).moved == 1
    put(hall, "withdrawal", {"amendment": made.id, "reason": "通知废止"})
    assert sum(passing, Settled()).moved == 0
    assert settle_calendar(hall.office).moved == 1
    assert sorted(len(lines(hall, no)) for no in received) == [0, 0, 2]
    expect_sound(hall)


def test_no_rung_fires_on_a_date_that_the_calendar_in_force_has_moved(hall: Hall, received: list[str]) -> None:
    """A closure is signed while all workers are away; when they come back, silence would have accepted."""
    given.time_is(hall.office.engine, moment("2027-01-04", "09:30"))
    sweep(hall.office, 100)
    put(hall, "closure", {"year": 2027, "off": [{"date": "2027-01-05", "name": "台风停工"}]}, moment("2027-01-05"))
    given.time_is(hall.office.engine, moment("2027-01-06", "00:10"))
    done = sweep(hall.office, 100)
    assert (done.moved, done.acted, done.failed) == (3, 0, 0)
    assert {case(hall, no).state for no in received} == {"received"}
    assert {clock(hall, no, "completeness").due_on for no in received} == {date(2027, 1, 6)}
    assert [len(lines(hall, no)) for no in received] == [1, 1, 1]
    assert settle_calendar(hall.office) == Settled()
    given.time_is(hall.office.engine, moment("2027-01-07", "00:10"))
    sweep(hall.office, 100)
    assert {case(hall, no).state for no in received} == {"in_review"}
    expect_sound(hall)


def test_who_acts_before_the_workers_have_come_fires_no_card_of_the_old_date(hall: Hall, received: list[str]) -> None:
    put(hall, "closure", {"year": 2027, "off": [{"date": "2027-01-04", "name": "台风停工"}]}, moment("2027-01-03"))
    given.act(hall.office, hall.town.clerk, moment("2027-01-04", "09:30"), received[0], "accept")
    with hall.office.engine.connect() as conn:
        assert conn.execute(text("SELECT count(*) FROM firings")).scalar_one() == 0
    assert len(lines(hall, received[0])) == 1
    settle_calendar(hall.office)
    expect_sound(hall)


def test_a_clock_put_aside_keeps_its_reason_when_its_dates_are_derived_anew(hall: Hall, received: list[str]) -> None:
    # Its end and its warnings lie beyond both days that differ: only the mark goes.
    no = accepted(hall, "2026-12-21")
    with hall.office.engine.begin() as conn:
        conn.execute(
            text("UPDATE clocks SET state = 'quarantined', attempts = 5, error = 'x' WHERE name = 'statutory'"),
        )
    made = put_notice(hall)
    settle_calendar(hall.office)
    with hall.office.engine.connect() as conn:
        kept = conn.execute(
            text("SELECT state, attempts, error, calendar_version FROM clocks WHERE name = 'statutory'")
        ).one()
    assert tuple(kept) == ("quarantined", 5, "x", made.preview["new_version"])
    assert len(lines(hall, no)) == 1


def test_the_cap_of_a_pause_follows_change_after_change_whichever_clocks_a_change_reaches(hall: Hall) -> None:
    no = accepted(hall, "2026-12-21")
    review = {**REVIEW, "until": "2026-12-31"}
    given.act(hall.office, hall.town.officers["QX"], moment("2026-12-22"), no, "start_special", review)
    caps = []
    for day in ("2027-01-06", "2026-12-30", "2027-01-07", "2026-12-29"):
        # The announced end keeps its calendar where a change lies beyond it; the stopped clocks follow every one.
        put(hall, "closure", {"year": int(day[:4]), "off": [{"date": day, "name": "停工"}]})
        settle_calendar(hall.office)
        caps.append(case(hall, no).pauses[0].cap_until)
    assert caps == [date(2027, 1, day) for day in (21, 22, 25, 26)]
    expect_sound(hall)


def test_an_officer_overtaken_by_the_settling_acts_under_the_calendar_it_brought(
    hall: Hall, received: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """He had read his case before the signature; the batch wrote it before he did."""
    no, write, made = received[0], cases.write, list[Amendment]()

    def overtaken(conn: Any, change: Any) -> bool:
        if not made:
            made.append(put_notice(hall))
            settle_calendar(hall.office)
        return write(conn, change)

    monkeypatch.setattr(cases, "write", overtaken)
    given.act(hall.office, hall.town.clerk, moment("2026-12-28", "15:00"), no, "accept")
    assert clock(hall, no, "statutory").calendar_version == made[0].preview["new_version"]
    assert settle_calendar(hall.office) == Settled()
    assert len(lines(hall, no)) == 1
    expect_sound(hall)


def test_a_card_of_a_date_that_moved_later_says_that_it_holds_no_more(hall: Hall, received: list[str]) -> None:
    morning = moment("2027-01-04", "09:30")
    given.time_is(hall.office.engine, morning)
    sweep(hall.office, 100)

    def cards(now: datetime) -> list[bool]:
        with given.at(hall.office, hall.town.clerk, now) as work:
            return [one.overtaken for one in inbox(work, Paging("s" * 40)).rows if one.case == received[0]]

    assert cards(morning) == [False]
    put(hall, "closure", {"year": 2027, "off": [{"date": "2027-01-04", "name": "台风停工"}]}, morning)
    settle_calendar(hall.office)
    assert cards(morning) == [True]
    later = moment("2027-01-05", "09:01")
    given.time_is(hall.office.engine, later)
    sweep(hall.office, 100)
    assert cards(later) == [False, True]


def test_a_case_that_cannot_be_derived_is_not_tried_without_end(
    hall: Hall, received: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    with hall.office.engine.begin() as conn:
        conn.execute(text("UPDATE cases SET flow_version = 99 WHERE no = :no"), {"no": received[0]})
    put_notice(hall)
    sweeper = Sweeper(lambda: hall.office, lambda: hall.office.engine, 1.0, "sweeper:test", lambda: None, lambda: None)
    for _ in range(8):
        sweeper._settle(hall.office)
    assert {len(lines(hall, no)) for no in received[1:]} == {1}
    tries = [record.message for record in caplog.records if record.filename == "settle_dates.py"]
    assert len(tries) == 1
