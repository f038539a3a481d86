"""Late entry (补录): a deed is dated to the day it was done, within bounds, and never undoes a recorded silence."""

from datetime import date

import pytest
from sqlalchemy import text

from tests import given
from tests.given import Town, moment
from workflow.case import Case
from workflow.clock.days import local_day
from workflow.commands.fire_rungs import sweep
from workflow.errors import BadInput, Refused
from workflow.queries.verify import verify
from workflow.store import cases
from workflow.work import Office

# Received on Monday 2 March 2026: five days to look at it end on the 9th, a promise of three days on the 6th.
RECEIVED = moment("2026-03-02")
GRANT = {"opinion": "符合要求"}


@pytest.fixture
def town(office: Office) -> Town:
    return given.town(office)


@pytest.fixture
def received(office: Office, town: Town) -> str:
    return given.application(office, town, RECEIVED, ["LX01"]).cases["LX01"]


@pytest.fixture
def in_review(office: Office, town: Town, received: str) -> str:
    given.act(office, town.clerk, moment("2026-03-03"), received, "accept")
    return received


def case_of(office: Office, no: str) -> Case:
    with office.engine.connect() as conn:
        reading = cases.read(conn, no=no)
    assert reading is not None
    return reading.case


def refused(office: Office, actor, now, no: str, action: str, inputs) -> Refused:
    before = case_of(office, no)
    with pytest.raises(Refused) as caught:
        given.act(office, actor, now, no, action, inputs)
    assert case_of(office, no) == before, "a refused action must write nothing"
    return caught.value


def test_a_decision_of_the_due_day_entered_later_was_in_time(office: Office, town: Town, in_review: str) -> None:
    officer, entered = town.officers["QX"], moment("2026-03-10", "15:00")
    assert refused(office, officer, entered, in_review, "grant", GRANT).code == "late_reason_needed"
    given.act(office, officer, entered, in_review, "grant", {**GRANT, "effective_on": "2026-03-06"})
    case = case_of(office, in_review)
    promised, delivery = case.clock("promised"), case.clock("delivery")
    assert promised is not None
    assert delivery is not None
    assert case.decided_at == promised.settled_at == moment("2026-03-06", "09:00")
    assert promised.due_at is not None
    assert promised.settled_at < promised.due_at
    # ten working days of delivery count from the day it was decided
    assert delivery.due_on == date(2026, 3, 20)
    with office.engine.connect() as conn:
        line = conn.execute(text("SELECT effective_at, recorded_at, input FROM events WHERE action = 'grant'")).one()
    assert (line.effective_at, line.recorded_at) == (case.decided_at, entered)
    assert line.input["effective_on"] == "2026-03-06"
    assert verify(office).breaches == ()


def test_a_decision_dated_after_the_promise_still_asks_for_a_reason_fit_for_publication(
    office: Office, town: Town, in_review: str
) -> None:
    officer, entered = town.officers["QX"], moment("2026-03-10")
    said = {**GRANT, "effective_on": "2026-03-09"}
    assert refused(office, officer, entered, in_review, "grant", said).code == "late_reason_needed"
    given.act(office, officer, entered, in_review, "grant", {**said, "late_reason": "系统故障"})
    assert case_of(office, in_review).data["late_reason"] == "系统故障"


@pytest.mark.parametrize(
    ("now", "day", "code", "limit"),
    [
        ("2026-03-10", "2026-03-11", "late_entry_in_future", {"latest": "2026-03-10"}),
        ("2026-03-10", "2026-03-02", "late_entry_too_early", {"earliest": "2026-03-03"}),
        ("2026-03-24", "2026-03-09", "late_entry_beyond_bound", {"earliest": "2026-03-10"}),
    ],
)
def test_a_deed_is_dated_neither_to_the_future_nor_before_its_state_nor_beyond_the_bound(
    office: Office, town: Town, in_review: str, now: str, day: str, code: str, limit: dict[str, str]
) -> None:
    said = {"reason": "不符合条件", "basis": "建筑法 8", "late_reason": "补录", "effective_on": day}
    refusal = refused(office, town.officers["QX"], moment(now), in_review, "refuse", said)
    [reason] = refusal.reasons
    assert (refusal.code, reason.facts["value"]) == (code, day)
    assert limit.items() <= reason.facts.items()
    assert refusal.zh
    assert refusal.en


def test_a_deed_may_be_dated_to_the_first_day_of_the_bound(office: Office, town: Town, in_review: str) -> None:
    said = {"reason": "不符合条件", "basis": "建筑法 8", "late_reason": "补录", "effective_on": "2026-03-10"}
    given.act(office, town.officers["QX"], moment("2026-03-24"), in_review, "refuse", said)
    assert case_of(office, in_review).state == "refused"


def test_a_day_that_is_none_is_refused_by_name(office: Office, town: Town, in_review: str) -> None:
    said = {**GRANT, "effective_on": "2026-02-30"}
    refusal = refused(office, town.officers["QX"], moment("2026-03-10"), in_review, "grant", said)
    assert isinstance(refusal, BadInput)
    assert refusal.reasons[0].facts["field"] == "effective_on"


def test_today_and_no_day_at_all_are_the_moment_itself(office: Office, town: Town, received: str) -> None:
    now = moment("2026-03-04", "14:30")
    given.act(office, town.clerk, now, received, "accept", {"effective_on": "2026-03-04"})
    assert case_of(office, received).accepted_at == now


def test_a_deed_of_the_day_of_receipt_is_not_dated_before_the_receipt(
    office: Office, town: Town, received: str
) -> None:
    given.act(office, town.clerk, moment("2026-03-05"), received, "accept", {"effective_on": "2026-03-02"})
    case = case_of(office, received)
    assert case.accepted_at == RECEIVED
    statutory = case.clock("statutory")
    assert statutory is not None
    assert statutory.due_on == date(2026, 3, 30)


def test_a_late_entered_acceptance_starts_the_clocks_from_its_day(office: Office, town: Town, received: str) -> None:
    given.act(office, town.clerk, moment("2026-03-09"), received, "accept", {"effective_on": "2026-03-03"})
    case = case_of(office, received)
    statutory, promised = case.clock("statutory"), case.clock("promised")
    assert statutory is not None
    assert promised is not None
    assert (statutory.due_on, promised.due_on) == (date(2026, 3, 31), date(2026, 3, 6))
    # the promise is over already: its cards fall at once
    given.time_is(office.engine, moment("2026-03-09", "10:01"))
    assert sweep(office).fired >= 2
    assert verify(office).breaches == ()


def test_an_acceptance_of_the_last_day_may_be_entered_as_long_as_the_silence_is_not_recorded(
    office: Office, town: Town, received: str
) -> None:
    now = moment("2026-03-10", "09:00")
    assert refused(office, town.clerk, now, received, "accept", {}).code == "clock_acts_first"
    given.act(office, town.clerk, now, received, "accept", {"effective_on": "2026-03-09"})
    case = case_of(office, received)
    assert case.accepted_at is not None
    assert (case.state, local_day(case.accepted_at)) == ("in_review", date(2026, 3, 9))
    assert "acceptance_mode" not in case.data


def test_a_recorded_silence_is_not_rewritten_by_an_acceptance(office: Office, town: Town, received: str) -> None:
    given.time_is(office.engine, moment("2026-03-10", "00:05"))
    sweep(office)
    refusal = refused(office, town.clerk, moment("2026-03-10"), received, "accept", {"effective_on": "2026-03-05"})
    assert (refusal.code, [reason.code for reason in refusal.reasons]) == ("wrong_state", ["silence_recorded"])
    assert "视为受理" in refusal.zh


def test_a_recorded_silence_is_not_rewritten_by_a_decision_of_its_days(
    office: Office, town: Town, received: str
) -> None:
    given.time_is(office.engine, moment("2026-03-10", "00:05"))
    sweep(office)
    officer = town.officers["QX"]
    said = {**GRANT, "late_reason": "补录"}
    during = refused(office, officer, moment("2026-03-12"), received, "grant", {**said, "effective_on": "2026-03-06"})
    assert during.code == "silence_recorded"
    given.act(office, officer, moment("2026-03-12"), received, "grant", {**said, "effective_on": "2026-03-10"})
    assert case_of(office, received).state == "granted"
    assert verify(office).breaches == ()


def test_a_pause_entered_late_takes_out_the_days_it_really_lasted(office: Office, town: Town, in_review: str) -> None:
    officer = town.officers["QX"]
    pause = {"cause": "expert_review", "until": "2026-03-16", "reason": "专家评审", "effective_on": "2026-03-05"}
    given.act(office, officer, moment("2026-03-10"), in_review, "start_special", pause)
    paused = case_of(office, in_review)
    special = paused.clock("special_procedure")
    assert special is not None
    assert ([one.since for one in paused.pauses], special.due_on) == ([date(2026, 3, 5)], date(2026, 3, 16))
    ended = {"result": "通过", "effective_on": "2026-03-11"}
    given.act(office, officer, moment("2026-03-13"), in_review, "end_special", ended)
    case = case_of(office, in_review)
    statutory = case.clock("statutory")
    assert statutory is not None
    # 6, 9, 10 and 11 March are not counted: 31 March becomes 7 April, beyond Qingming
    assert ([one.until for one in case.pauses], statutory.due_on) == ([date(2026, 3, 11)], date(2026, 4, 7))
    assert verify(office).breaches == ()


def test_a_pause_entered_late_is_capped_from_its_first_day(office: Office, town: Town, in_review: str) -> None:
    pause = {"cause": "expert_review", "until": "2026-04-03", "reason": "专家评审", "effective_on": "2026-03-05"}
    refusal = refused(office, town.officers["QX"], moment("2026-03-10"), in_review, "start_special", pause)
    # twenty working days after 5 March, not after the 10th
    assert (refusal.code, refusal.reasons[0].facts["latest"]) == ("pause_outside_bounds", "2026-04-02")


def test_a_delivery_entered_late_starts_the_life_on_its_day(office: Office, town: Town) -> None:
    no = given.application(office, town, RECEIVED, ["SG11"]).cases["SG11"]
    with office.engine.begin() as conn:
        # Its own time counts from the decision; most results live from the day they are received.
        conn.execute(text("UPDATE cases SET limits = limits - 'recheck.from' WHERE item = 'SG11'"))
    given.act(office, town.clerk, moment("2026-03-03"), no, "accept")
    given.act(office, town.officers["HB"], moment("2026-03-04"), no, "grant", GRANT)
    said = {"way": "window", "recipient": "张三", "effective_on": "2026-03-05"}
    given.act(office, town.clerk, moment("2026-03-11"), no, "deliver", said)
    case = case_of(office, no)
    recheck = case.clock("recheck")
    assert recheck is not None
    assert (case.issued_at, recheck.due_on) == (moment("2026-03-05", "09:00"), date(2031, 3, 5))
    assert verify(office).breaches == ()
