"""One case on a newer version of its flow, without any database: its clocks by name, its rungs by meaning."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

import pytest

from tests.core.test_recast import a_case
from tests.core.test_recast_limits import paused
from tests.given import moment
from workflow.case import Case, ClockRecord
from workflow.clock.calendar import published_calendar
from workflow.clock.ladder import parse_rung_time
from workflow.clock.limit import parse_limit
from workflow.definition import ClockRule, Flow, Rung
from workflow.recast import Recast
from workflow.recast_flow import incompatible, movable_states, under_flow
from workflow.timekeeping import Timing, arm, resettle, settle
from workflow.work import Office

CALENDAR = published_calendar()
STARTED = moment("2026-03-02")
NOW = moment("2026-03-12", "16:00")
LIMITS = {"statutory": "20wd", "promised": "10wd"}


@pytest.fixture
def old(configuration: Office) -> Flow:
    return configuration.flow("item", 1)


@pytest.fixture
def new(configuration: Office) -> Flow:
    return configuration.flow("item", 2)


def rung(at: str, **what: Any) -> Rung:
    return Rung(parse_rung_time(at), at, **what)


def with_clocks(flow: Flow, **rules: ClockRule | None) -> Flow:
    merged = {name: rule for name, rule in {**flow.clocks, **rules}.items() if rule is not None}
    return replace(flow, clocks=MappingProxyType(merged))


def with_ladder(flow: Flow, *ladder: Rung) -> Flow:
    return with_clocks(flow, promised=replace(flow.clocks["promised"], ladder=ladder))


def promised(flow: Flow, fired: int = 0, pauses: tuple[Any, ...] = ()) -> ClockRecord:
    """Ten working days from 2 March, to the 16th, of which ``fired`` rungs have fired."""
    clock = arm(flow.clocks["promised"], STARTED, parse_limit("10wd"), 1, pauses, Timing(CALENDAR, STARTED))
    return replace(resettle(clock, flow.clocks["promised"], pauses, Timing(CALENDAR, STARTED)), id=1, rung=fired)


def moved(old: Flow, new: Flow, case: Case, now: datetime = NOW, limits: Mapping[str, str] = LIMITS) -> Recast:
    return under_flow(old, new, replace(case, limits=case.limits or LIMITS), limits, Timing(CALENDAR, now), {})


def clock_of(found: Recast, name: str = "promised") -> ClockRecord:
    clock = found.change.after.clock(name)
    assert clock is not None
    return clock


def test_the_same_ladder_leaves_a_clock_as_it_is(old: Flow, new: Flow) -> None:
    clock = promised(old, fired=1)
    assert clock_of(moved(old, new, a_case(clock))) == clock


def test_a_warning_that_is_due_and_not_yet_swept_still_fires(old: Flow, new: Flow) -> None:
    assert clock_of(moved(old, new, a_case(promised(old, fired=0)))).rung == 0


def test_new_warnings_whose_day_has_passed_are_done(old: Flow, new: Flow) -> None:
    early = [rung(f"{days} working days left", card="notice", tell=("assignee",)) for days in (8, 5)]
    target = with_ladder(new, *early, *new.clocks["promised"].ladder)
    clock = clock_of(moved(old, target, a_case(promised(old, fired=1))))
    # Eight, five and two days left have passed by the 12th; the first two are new, the third has fired.
    assert (clock.rung, clock.ladder_at[clock.rung]) == (3, moment("2026-03-13", "09:00"))


def test_a_place_that_goes_back_begins_a_new_epoch(old: Flow, new: Flow) -> None:
    target = with_ladder(new, *new.clocks["promised"].ladder[1:])
    clock = clock_of(moved(old, target, a_case(promised(old, fired=1))))
    assert (clock.rung, clock.epoch) == (0, 2)


def test_a_number_that_means_another_rung_begins_a_new_epoch(old: Flow, new: Flow) -> None:
    other = rung("7 working days left", card="notice", tell=("assignee",))
    target = with_ladder(new, other, *new.clocks["promised"].ladder[1:])
    clock = clock_of(moved(old, target, a_case(promised(old, fired=1))))
    assert (clock.rung, clock.epoch) == (1, 2)


def test_rungs_that_follow_those_fired_need_no_new_epoch(old: Flow, new: Flow) -> None:
    target = with_ladder(new, new.clocks["promised"].ladder[0], rung("3 working days after", card="red", tell=("x",)))
    clock = clock_of(moved(old, target, a_case(promised(old, fired=1))))
    assert (clock.rung, clock.epoch, clock.state) == (1, 1, "armed")


def test_an_act_whose_moment_has_passed_fires_and_one_that_happened_does_not(old: Flow, new: Flow) -> None:
    act = rung("5 working days left", act="accept_by_silence")
    assert clock_of(moved(old, with_ladder(new, act), a_case(promised(old, fired=1)))).rung == 0
    acted = with_ladder(old, act, *old.clocks["promised"].ladder[1:])
    later = rung("6 working days left", act="accept_by_silence")
    clock = clock_of(moved(acted, with_ladder(new, later), a_case(promised(acted, fired=1))))
    assert (clock.rung, clock.state) == (1, "spent")


def test_a_paused_clock_keeps_its_place_without_a_date(old: Flow, new: Flow) -> None:
    stopped = replace(paused(None), since=date(2026, 3, 11))
    case = a_case(promised(old, 0, (stopped,)), pauses=(stopped,), state="special")
    early = rung("8 working days left", card="notice", tell=("assignee",))
    found = moved(old, with_ladder(new, early, *new.clocks["promised"].ladder[1:]), case)
    # On the 11th seven of ten days were used: eight days left have passed, one day left has not.
    clock = clock_of(found)
    assert (clock.state, clock.due_on, clock.rung, clock.ladder_at) == ("paused", None, 1, ())


def test_a_clock_gone_from_the_new_version_stops_with_that_line(old: Flow, new: Flow) -> None:
    case = a_case(promised(old))
    found = moved(old, with_clocks(new, promised=None), case)
    clock = clock_of(found)
    assert (clock.state, clock.settled_at, clock.settled_seq) == ("settled", NOW, case.seq + 1)
    assert found.change.event.input["stopped"] == ["promised"]
    assert found.change.due_at == clock_of(found, "statutory").due_at


def test_a_clock_that_has_served_under_the_new_version_stops_with_that_line(old: Flow, new: Flow) -> None:
    served = with_clocks(new, promised=replace(new.clocks["promised"], unless="late_reason"))
    case = replace(a_case(promised(old)), data={"late_reason": "等上级批复"})
    found = moved(old, served, case)
    assert clock_of(found).state == "settled"
    assert "promised" in found.change.event.input["stopped"]


def test_a_clock_started_again_gets_the_next_round(old: Flow, new: Flow) -> None:
    gone = settle(promised(old), STARTED, 2)
    found = moved(with_clocks(old, promised=None), new, a_case(gone))
    clock = clock_of(found)
    assert (clock.round, clock.state, clock.armed_seq) == (2, "armed", found.change.event.seq)
    assert [one.round for one in found.change.after.clocks if one.name == "promised"] == [1, 2]


def test_a_result_delivered_under_the_old_version_counts_its_life_from_then(old: Flow, new: Flow) -> None:
    case = replace(a_case(state="delivered"), entered_at=STARTED, ended_at=STARTED, outcome="granted")
    found = moved(old, new, case, limits={"lifetime": "3mo"})
    life = clock_of(found, "lifetime")
    assert (found.change.after.issued_at, life.started_at, life.due_on) == (STARTED, STARTED, date(2026, 6, 2))
    assert found.change.event.input["issued_at"] == "2026-03-02T02:00:00.000000+00:00"
    decided = replace(case, decided_at=moment("2026-02-27"))
    found = moved(old, new, decided, limits={"lifetime": "3mo", "lifetime.from": "decided"})
    assert found.change.after.issued_at == moment("2026-02-27")


def test_the_limits_a_case_has_stay_and_those_it_lacks_are_added(old: Flow, new: Flow) -> None:
    case = replace(a_case(promised(old)), limits={"promised": "10wd", "promised.from": "received"})
    found = moved(old, new, case, limits={"promised": "3wd", "promised.from": "accepted", "lifetime": "3mo"})
    assert found.change.after.limits == {"promised": "10wd", "promised.from": "received", "lifetime": "3mo"}


def test_the_shipped_versions_fit_in_every_state(old: Flow, new: Flow) -> None:
    assert incompatible(old, new, movable_states(old, at_rest=True)) == ()


def test_cases_at_rest_are_moved_only_where_asked_and_ended_ones_never(old: Flow) -> None:
    assert "delivered" not in movable_states(old, at_rest=False)
    assert "delivered" in movable_states(old, at_rest=True)
    assert "refused" not in movable_states(old, at_rest=True)


def test_every_incompatibility_is_named(old: Flow, new: Flow) -> None:
    states = {name: state for name, state in new.states.items() if name != "special"}
    states["delivered"] = replace(states["delivered"], at_rest=False)
    broken = with_clocks(
        replace(new, states=MappingProxyType(states)),
        statutory=replace(new.clocks["statutory"], starts="received_at"),
        answer=replace(new.clocks["gaps"], name="answer", while_states=frozenset({"received"})),
        life=replace(new.clocks["lifetime"], name="life", while_states=frozenset({"in_review"})),
    )
    found = incompatible(old, broken, ["received", "in_review", "special", "delivered"])
    assert {reason.facts["value"] for reason in found} == {"special", "delivered", "statutory", "answer", "life"}
    assert all(reason.zh and reason.en and reason.code == "incompatible_versions" for reason in found)
