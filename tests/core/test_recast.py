"""One case derived anew, without any database: what moves, what stays, and what is said of it."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from tests.core.notices_given import the_2027_notice
from tests.given import moment
from workflow.case import Case, ClockRecord, PauseRecord
from workflow.clock.calendar import Calendar, Notice, published_calendar
from workflow.clock.limit import Limit, Unit, parse_limit
from workflow.definition import Flow
from workflow.recast import Move, Recast, calendar_of_caps, moves, under_calendar
from workflow.timekeeping import Timing, arm, base_event, kept_limit
from workflow.work import Office

OLD = published_calendar()
NEW = published_calendar([the_2027_notice({date(2027, 1, 4): "元旦"}, date(2027, 1, 9))])
NOW = moment("2026-12-28", "16:00")
SAID = {"amendment": 7}


@pytest.fixture
def flow(configuration: Office) -> Flow:
    return configuration.flow("item", 1)


def a_case(*clocks: ClockRecord, pauses: tuple[PauseRecord, ...] = (), state: str = "in_review") -> Case:
    opened = moment("2026-12-18", "09:00")
    return Case(
        id=1,
        no="LS2026-000001",
        flow="item",
        flow_version=1,
        title="示例",
        item="LX01",
        project_id=1,
        parent_id=None,
        company="x",
        department="QX",
        squad="",
        assignee_id=None,
        state=state,
        outcome=None,
        version=3,
        rev=5,
        seq=4,
        chain_head=b"",
        data={},
        limits={},
        opened_at=opened,
        received_at=opened,
        accepted_at=opened,
        decided_at=None,
        entered_at=opened,
        ended_at=None,
        clocks=clocks,
        pauses=pauses,
    )


def a_clock(
    flow: Flow,
    name: str,
    limit: str,
    since: str,
    pauses: tuple[PauseRecord, ...] = (),
    now: datetime = NOW,
    calendar: Calendar = OLD,
) -> ClockRecord:
    started = moment(since)
    return replace(arm(flow.clocks[name], started, parse_limit(limit), 1, pauses, Timing(calendar, now)), id=1)


def a_pause(since: date, planned: date, cap: date, until: date | None = None) -> PauseRecord:
    stops = ("promised", "statutory")
    return PauseRecord(
        1, "expert_review", "行政许可法 45", stops, since, until, planned, cap, "专家评审", moment("2026-12-22"), 1
    )


def anew(flow: Flow, case: Case, new: Calendar = NEW, now: datetime = NOW, old: Calendar = OLD) -> Recast:
    found = under_calendar(flow, case, old, Timing(new, now), SAID)
    assert found is not None
    return found


def test_a_date_moves_from_its_inputs_and_not_from_the_date_before(flow: Flow) -> None:
    found = anew(flow, a_case(a_clock(flow, "statutory", "13wd", "2026-12-18")))
    (move,) = found.moved
    assert (move.old_on, move.new_on) == (date(2027, 1, 7), date(2027, 1, 8))
    assert (move.old_provisional, move.new_provisional, move.moves) == (True, False, True)
    back = anew(flow, found.change.after, OLD, old=NEW)
    assert back.moved[0].new_on == date(2027, 1, 7)


def test_the_line_of_history_says_the_calendar_and_every_move_and_the_state_stays(flow: Flow) -> None:
    found = anew(flow, a_case(a_clock(flow, "statutory", "13wd", "2026-12-18")))
    event = found.change.event
    assert (event.action, event.actor_role, event.from_state, event.to_state) == (
        "calendar_moved",
        "system",
        "in_review",
        "in_review",
    )
    assert event.input["calendar"] == NEW.version
    assert event.input["amendment"] == 7
    assert event.input["moves"] == [move.as_json() for move in found.moved]
    after = found.change.after
    assert (after.version, after.rev, after.seq) == (3, 6, 5)


def test_a_clock_that_was_made_with_the_new_calendar_already_is_left_alone(flow: Flow) -> None:
    case = a_case(a_clock(flow, "statutory", "13wd", "2026-12-18", calendar=NEW))
    assert under_calendar(flow, case, OLD, Timing(NEW, NOW), SAID) is None


def test_a_mark_that_goes_is_said_but_nobody_is_written_to_for_it(flow: Flow) -> None:
    found = anew(flow, a_case(a_clock(flow, "statutory", "20wd", "2026-12-15")))
    (move,) = found.moved
    assert (move.old_on, move.new_on, move.moves) == (date(2027, 1, 13), date(2027, 1, 13), False)
    assert found.change.messages == ()


def test_a_rung_ahead_again_is_armed_in_a_new_epoch_and_one_that_is_past_stays_fired(flow: Flow) -> None:
    now = moment("2027-01-06", "10:00")
    fired = replace(a_clock(flow, "statutory", "13wd", "2026-12-18"), rung=2)
    # 2 and 1 days left: 01-05 and 01-06 by the estimate; 01-06 and 01-07 with the notice.
    after = anew(flow, a_case(fired), now=now).change.after.clocks[0]
    assert (after.rung, after.epoch, after.state) == (1, 2, "armed")
    assert after.next_rung_at == moment("2027-01-07", "09:00")


def test_a_clock_put_aside_for_a_person_stays_aside_unless_its_moments_move(flow: Flow) -> None:
    aside = replace(a_clock(flow, "promised", "3wd", "2026-12-14", now=moment("2026-12-14")), state="quarantined")
    assert anew(flow, a_case(aside)).change.after.clocks[0].state == "quarantined"
    moved = replace(a_clock(flow, "statutory", "13wd", "2026-12-18"), state="quarantined")
    assert anew(flow, a_case(moved)).change.after.clocks[0].state == "armed"


def test_the_cap_of_an_open_pause_keeps_its_number_of_working_days(flow: Flow) -> None:
    closure = Notice(2027, {date(2027, 1, 6): "台风停工"}, frozenset(), "通告", "closure")
    new = published_calendar([the_2027_notice(), closure])
    pause = a_pause(date(2026, 12, 22), date(2027, 1, 8), date(2027, 1, 20))
    clocks = (
        a_clock(flow, "statutory", "20wd", "2026-12-21", (pause,)),
        a_clock(flow, "special_procedure", "12wd", "2026-12-22"),
        a_clock(flow, "pause_cap", "20wd", "2026-12-22"),
    )
    found = anew(flow, a_case(*clocks, pauses=(pause,), state="special"), new)
    by_name = {clock.name: clock for clock in found.change.after.clocks}
    assert [one.cap_until for one in found.change.pauses] == [date(2027, 1, 21)]
    assert by_name["pause_cap"].due_on == date(2027, 1, 21)
    assert by_name["statutory"].state == "paused"
    # The promised day stays a day; the number of working days up to it follows.
    assert by_name["special_procedure"].due_on == date(2027, 1, 8)
    assert by_name["special_procedure"].limit == Limit(11, Unit.WORKING_DAY)


def test_a_promised_day_that_becomes_a_rest_day_ends_on_the_next_working_one(flow: Flow) -> None:
    closure = Notice(2027, {date(2027, 1, 8): "台风停工"}, frozenset(), "通告", "closure")
    new = published_calendar([the_2027_notice(), closure])
    pause = a_pause(date(2026, 12, 22), date(2027, 1, 8), date(2027, 1, 20))
    clock = a_clock(flow, "special_procedure", "12wd", "2026-12-22")
    assert clock.due_on == date(2027, 1, 8)
    found = anew(flow, a_case(clock, pauses=(pause,), state="special"), new)
    assert found.change.after.clocks[0].due_on == date(2027, 1, 11)


def test_a_promised_day_comes_back_when_the_closure_on_it_is_withdrawn(flow: Flow) -> None:
    closure = Notice(2027, {date(2027, 1, 8): "台风停工"}, frozenset(), "通告", "closure")
    new = published_calendar([the_2027_notice(), closure])
    pause = a_pause(date(2026, 12, 22), date(2027, 1, 8), date(2027, 1, 20))
    clock = a_clock(flow, "special_procedure", "12wd", "2026-12-22")
    moved = anew(flow, a_case(clock, pauses=(pause,), state="special"), new).change.after
    assert moved.clocks[0].due_on == date(2027, 1, 11)
    assert anew(flow, moved, OLD, old=new).change.after.clocks[0].due_on == date(2027, 1, 8)


def test_the_day_promised_for_missing_papers_comes_back_too(flow: Flow, configuration: Office) -> None:
    name = next(one.name for one in flow.clocks.values() if one.limit == "gaps.until")
    closure = Notice(2027, {date(2027, 1, 8): "台风停工"}, frozenset(), "通告", "closure")
    new = published_calendar([the_2027_notice(), closure])
    case = replace(a_case(a_clock(flow, name, "12wd", "2026-12-22")), data={"gaps_until": "2027-01-08"})
    moved = anew(flow, case, new).change.after
    assert moved.clocks[0].due_on == date(2027, 1, 11)
    assert anew(flow, moved, OLD, old=new).change.after.clocks[0].due_on == date(2027, 1, 8)


def test_a_pause_before_a_kept_day_is_not_counted_again_when_that_day_becomes_a_rest_day(configuration: Office) -> None:
    tender = configuration.flow("tender")
    closure = Notice(2027, {date(2027, 1, 6): "台风停工"}, frozenset(), "通告", "closure")
    new = published_calendar([the_2027_notice(), closure])
    pause = a_pause(date(2026, 12, 23), date(2026, 12, 25), date(2027, 1, 20), date(2026, 12, 25))
    published = replace(
        a_case(pauses=(pause,), state="published"),
        flow="tender",
        data={"published_on": "2026-12-22", "publication_until": "2027-01-06"},
    )
    started = base_event(tender.clocks["publication"], published)
    assert started is not None
    limit = kept_limit(tender.clocks["publication"], published, started, OLD)
    clock = a_clock(tender, "publication", str(limit), "2026-12-22", (pause,))
    before = replace(published, clocks=(replace(clock, started_at=started),))
    moved = anew(tender, before, new).change.after
    # Two days of pause lead from the 6th to the 8th; where the 7th stands in for the 6th, to the 11th and no farther.
    assert (clock.due_on, moved.clocks[0].due_on) == (date(2027, 1, 8), date(2027, 1, 11))
    assert anew(tender, moved, OLD, old=new).change.after.clocks[0].due_on == clock.due_on


def test_a_cap_is_counted_back_with_the_calendar_it_was_made_with_whatever_other_clocks_keep(flow: Flow) -> None:
    """The announced end lies in the old year and kept the calendar of before; the paused clocks followed the notice."""
    pause = a_pause(date(2026, 12, 22), date(2026, 12, 31), date(2027, 1, 20))
    case = a_case(
        a_clock(flow, "special_procedure", "7wd", "2026-12-22"),
        a_clock(flow, "statutory", "20wd", "2026-12-21", (pause,), calendar=NEW),
        pauses=(pause,),
        state="special",
    )
    assert calendar_of_caps(case) == NEW.version
    assert calendar_of_caps(a_case(*case.clocks)) is None


def test_a_pause_that_is_over_keeps_its_days(flow: Flow) -> None:
    pause = a_pause(date(2026, 12, 22), date(2027, 1, 8), date(2027, 1, 20), date(2026, 12, 25))
    clock = a_clock(flow, "statutory", "13wd", "2026-12-18", (pause,))
    found = anew(flow, a_case(clock, pauses=(pause,)))
    assert found.change.pauses == ()
    assert found.change.after.pauses == (pause,)
    assert found.moved[0].new_on == NEW.add_working_days(date(2026, 12, 18), 13 + 3)


def test_only_a_clock_that_was_there_before_can_move(flow: Flow) -> None:
    clock = a_clock(flow, "statutory", "13wd", "2026-12-18")
    assert moves([], [clock]) == ()
    assert moves([clock], [clock]) == ()


def test_a_move_is_kept_as_plain_days() -> None:
    move = Move("statutory", 1, date(2027, 1, 7), None, NOW, None, True, False)
    assert move.as_json() == {
        "clock": "statutory",
        "round": 1,
        "old": "2027-01-07",
        "new": None,
        "old_provisional": True,
        "new_provisional": False,
    }
