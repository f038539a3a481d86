"""The days of a pause put right: the clocks it stops follow, the cap of its cause with it, and what has ended stays."""

from datetime import date

import pytest

from tests.core.test_corrections import WHY, Desk, codes, desk, paused, reviewed
from tests.given import moment
from workflow.errors import NotFound, NotMet

__all__ = ["desk"]  # a fixture


def test_a_corrected_pause_moves_every_clock_it_stops(desk: Desk) -> None:
    reviewed(desk)
    before = {name: desk.clock(name).due_on for name in ("statutory", "promised")}
    said = desk.days(moment("2026-03-11"), "2026-03-04", "2026-03-09").event.input
    # (5, 10] became (4, 9]: three working days then (6, 9, 10), three now (5, 6, 9).
    assert {name: desk.clock(name).due_on for name in before} == before
    assert said["moves"] == []
    desk.days(moment("2026-03-11", "11:00"), "2026-03-04", "2026-03-05")
    add = desk.office.base_calendar.add_working_days
    for name, due_on in before.items():
        assert due_on is not None
        assert desk.clock(name).due_on == add(due_on, -2)
    assert (desk.pause().since, desk.pause().until) == (date(2026, 3, 4), date(2026, 3, 5))
    desk.holds()


def test_the_line_says_which_pause_what_it_was_and_what_it_is(desk: Desk) -> None:
    reviewed(desk)
    said = desk.days(moment("2026-03-11"), "2026-03-04", "2026-03-10").event.input
    assert said["pause"] == desk.pause().id
    assert said["old"] == {"since": "2026-03-05", "until": "2026-03-10"}
    assert said["new"] == {"since": "2026-03-04", "until": "2026-03-10"}
    assert said["reason"] == WHY
    assert {move["clock"] for move in said["moves"]} == {"statutory", "promised"}


def test_the_start_of_an_open_pause_takes_its_cap_along(desk: Desk) -> None:
    paused(desk)
    add = desk.office.base_calendar.add_working_days
    assert desk.pause().cap_until == desk.clock("pause_cap").due_on == add(date(2026, 3, 5), 20)
    said = desk.days(moment("2026-03-06"), "2026-03-03", None).event.input
    assert desk.pause().cap_until == desk.clock("pause_cap").due_on == add(date(2026, 3, 3), 20)
    assert [(one["clock"], one["old"], one["new"]) for one in said["limits"]] == [("pause_cap", "20wd", "18wd")]
    assert desk.clock("statutory").due_on is None
    assert desk.clock("special_procedure").due_on == date(2026, 3, 20)
    desk.holds()


def test_a_cap_that_is_over_by_the_true_start_ends_the_pause_by_itself(desk: Desk) -> None:
    desk.act(desk.town.clerk, moment("2026-03-03"), "accept")
    said = {"cause": "expert_review", "until": "2026-04-30", "reason": "专家评审"}
    desk.act(desk.officer, moment("2026-04-02"), "start_special", said)
    desk.days(moment("2026-04-07"), "2026-03-05", None)
    assert desk.case().state == "in_review"
    assert desk.pause().until == desk.office.base_calendar.add_working_days(date(2026, 3, 5), 20)
    desk.holds()


def test_a_longer_first_pause_leaves_less_for_the_open_one_of_the_same_cause(desk: Desk) -> None:
    reviewed(desk)
    said = {"cause": "expert_review", "until": "2026-03-20", "reason": "再次评审"}
    desk.act(desk.officer, moment("2026-03-12"), "start_special", said)
    first, second = sorted(desk.case().pauses, key=lambda one: one.since)
    desk.days(moment("2026-03-13"), "2026-03-03", "2026-03-10", first.id)
    after = max(desk.case().pauses, key=lambda one: one.since)
    assert after.cap_until == desk.office.base_calendar.add_working_days(second.cap_until, -2)
    assert desk.clock("pause_cap").due_on == after.cap_until
    desk.holds()


def test_a_rung_of_a_limit_that_a_longer_pause_moves_ahead_fires_again(desk: Desk) -> None:
    reviewed(desk)
    due_on = desk.clock("promised").due_on
    assert due_on is not None
    late = desk.office.base_calendar.add_working_days(due_on, 1)
    desk.sweep(moment(late.isoformat(), "09:30"))
    before = desk.clock("promised")
    assert before.rung == 3
    desk.days(moment(late.isoformat()), "2026-03-03", late.isoformat())
    after = desk.clock("promised")
    assert (after.rung < before.rung, after.epoch) == (True, before.epoch + 1)
    desk.holds()


def test_what_has_been_decided_stays_evidence_and_the_line_names_it(desk: Desk) -> None:
    reviewed(desk)
    desk.act(desk.officer, moment("2026-03-11"), "grant", {"opinion": "同意"})
    before = desk.clock("statutory")
    said = desk.days(moment("2026-03-12"), "2026-03-05", "2026-03-09").event.input
    assert desk.clock("statutory") == before
    assert {kept["clock"] for kept in said["kept"]} == {"statutory", "promised"}
    assert said["moves"] == []
    desk.holds()


@pytest.mark.parametrize(
    ("since", "until", "found"),
    [
        ("2026-03-05", "2026-03-10", [("nothing_corrected", "since")]),
        ("2026-03-09", "2026-03-06", [("pause_ends_before_start", "until")]),
        ("2026-03-02", "2026-03-10", [("pause_outside_case", "since")]),
        ("2026-03-05", "2026-03-12", [("pause_outside_case", "until")]),
        ("2026-03-01", "2026-03-12", [("pause_outside_case", "since"), ("pause_outside_case", "until")]),
        ("2026-03-05", None, [("pause_is_closed", "until")]),
    ],
)
def test_days_that_cannot_be_are_refused_each_by_name(
    desk: Desk, since: str, until: str | None, found: list[tuple[str, str]]
) -> None:
    reviewed(desk)
    before = desk.case()
    with pytest.raises(NotMet) as refused:
        desk.days(moment("2026-03-11"), since, until)
    assert [(reason.code, reason.facts["field"]) for reason in refused.value.reasons] == found
    assert desk.case() == before


def test_a_pause_does_not_become_longer_than_its_cause_allows(desk: Desk) -> None:
    reviewed(desk)
    latest = desk.office.base_calendar.add_working_days(date(2026, 3, 5), 20)
    now = moment("2026-04-20")
    with pytest.raises(NotMet) as refused:
        desk.days(now, "2026-03-05", date.fromordinal(latest.toordinal() + 1).isoformat())
    assert codes(refused.value) == ["pause_outside_bounds"]
    assert refused.value.reasons[0].facts["latest"] == latest.isoformat()
    desk.days(now, "2026-03-05", latest.isoformat())
    desk.holds()


def test_an_open_pause_gets_no_end_by_correction(desk: Desk) -> None:
    paused(desk)
    with pytest.raises(NotMet) as refused:
        desk.days(moment("2026-03-06"), "2026-03-04", "2026-03-06")
    assert codes(refused.value) == ["pause_still_open"]


def test_a_pause_of_another_case_is_no_pause_of_this_one(desk: Desk) -> None:
    reviewed(desk)
    with pytest.raises(NotFound) as refused:
        desk.days(moment("2026-03-11"), "2026-03-04", "2026-03-10", pause_id=9999)
    assert refused.value.extra["accepted"] == [desk.pause().id]
