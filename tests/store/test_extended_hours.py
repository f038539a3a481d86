"""Extended hours (延时服务): a room, a span, and the minutes that were really used."""

from collections.abc import Mapping
from datetime import date
from threading import Barrier, Thread
from typing import Any

import pytest

from tests import given, hall
from tests.given import moment
from tests.hall import Hall
from workflow.commands.fire_rungs import sweep
from workflow.errors import BadInput, Conflict, NotAllowed, NotMet, Refused
from workflow.queries.extended_hours import MonthOfHours, extended_hours
from workflow.work import Office

MONDAY = moment("2026-03-02")
EVENING = {
    "requested_by": "招标代理李女士",
    "purpose": "both",
    "room": "opening_1",
    "starts_at": "2026-03-02T17:00",
    "ends_at": "2026-03-02T21:30",
}
USED = {"began_at": "2026-03-02T17:05", "finished_at": "2026-03-02T22:20", "people": "专员、场地值守"}


@pytest.fixture
def place(office: Office) -> Hall:
    return hall.open_hall(office)


def test_the_hours_are_those_really_used_and_corrected_once_with_a_reason(place: Hall) -> None:
    no = _asked(place)
    _act(place, "specialist", no, "arrange", {"people": "专员"}, "2026-03-02T10:30")
    _act(place, "specialist", no, "record", USED, "2026-03-02T22:30")
    assert _months(place) == (MonthOfHours("2026-03", 1, 315),)
    correction = {**USED, "finished_at": "2026-03-02T22:00", "corrected_because": "误记", "people": None}
    del correction["people"]
    with pytest.raises(BadInput, match="corrected_because"):
        _act(place, "squad_leader", no, "correct", {**correction, "corrected_because": " "}, "2026-03-03T09:00")
    with pytest.raises(NotAllowed):
        _act(place, "specialist", no, "correct", correction, "2026-03-03T09:00")
    _act(place, "squad_leader", no, "correct", correction, "2026-03-03T09:00")
    assert _months(place) == (MonthOfHours("2026-03", 1, 295),)
    assert _refusal(place, "squad_leader", no, "correct", correction, "2026-03-03T09:05").code == "recorded_already"
    given.time_is(place.office.engine, moment("2026-03-12"))
    sweep(place.office)
    assert hall.case(place, no).state == "counted"
    hall.expect_sound(place)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"starts_at": "2026-03-02T09:59"}, "starts_at"),
        ({"ends_at": "2026-03-02T17:00"}, "ends_at"),
        ({"ends_at": "2026-03-03T17:01"}, "ends_at"),
        ({"starts_at": "2026-03-02T14:00", "ends_at": "2026-03-02T16:00"}, "starts_at"),
    ],
)
def test_a_session_lies_ahead_in_order_and_outside_office_hours(place: Hall, said: dict[str, str], field: str) -> None:
    with pytest.raises(NotMet) as refused:
        _asked(place, said)
    assert field in [reason.facts["field"] for reason in refused.value.reasons]


def test_a_room_that_nobody_knows_is_refused_with_those_there_are(place: Hall) -> None:
    with pytest.raises(BadInput, match="opening_1"):
        _asked(place, {"room": "room 5"})


@pytest.mark.parametrize(
    ("span", "free"),
    [
        (("16:00", "17:01"), False),
        (("21:29", "23:00"), False),
        (("18:00", "19:00"), False),
        (("16:30", "22:00"), False),
        (("21:30", "23:00"), True),
        (("12:00", "17:00"), True),
    ],
)
def test_a_room_is_lent_to_one_project_at_a_time(place: Hall, span: tuple[str, str], free: bool) -> None:
    first = _asked(place)
    second = {"starts_at": f"2026-03-02T{span[0]}", "ends_at": f"2026-03-02T{span[1]}"}
    if free:
        assert _asked(place, second) != first
        return
    with pytest.raises(NotMet) as refused:
        _asked(place, second)
    [reason] = refused.value.reasons
    assert (reason.code, reason.facts["case"], reason.facts["value"]) == ("room_taken", first, "opening_1")
    assert _asked(place, {**second, "room": "opening_2"})


def test_a_session_that_was_called_off_frees_its_room_and_one_may_be_moved_over_itself(place: Hall) -> None:
    first = _asked(place)
    moved = {"room": "opening_1", "starts_at": "2026-03-02T18:00", "ends_at": "2026-03-02T22:00", "reason": "推迟"}
    _act(place, "applicant", first, "move", moved, "2026-03-02T11:00")
    assert hall.case(place, first).data["starts_at"].startswith("2026-03-02T10:00")
    _act(place, "applicant", first, "call_off", {"reason": "改期"}, "2026-03-02T11:10")
    assert _asked(place)


def test_two_who_ask_for_a_room_at_the_same_instant_do_not_both_get_it(place: Hall) -> None:
    start, ends = Barrier(2), []

    def ask() -> None:
        start.wait()
        try:
            ends.append(_asked(place))
        except Refused as refusal:
            ends.append(refusal.code)

    both = [Thread(target=ask) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(end == "room_taken" for end in ends) == [False, True]


def test_a_request_is_refused_only_with_a_reason_and_the_approval_of_the_squad_leader(place: Hall) -> None:
    no = _asked(place)
    with pytest.raises(BadInput, match="refusal_reason"):
        _act(place, "specialist", no, "propose_refusal", {}, "2026-03-02T10:10")
    _act(place, "specialist", no, "propose_refusal", {"refusal_reason": "停电检修"}, "2026-03-02T10:10")
    with pytest.raises(NotAllowed):
        _act(place, "specialist", no, "approve_refusal", {"approval_note": "同意"}, "2026-03-02T10:20")
    _act(place, "squad_leader", no, "approve_refusal", {"approval_note": "同意，改次日"}, "2026-03-02T10:20")
    case = hall.case(place, no)
    assert (case.outcome, case.data["refusal_reason"]) == ("refused", "停电检修")
    with pytest.raises(Conflict):
        _act(place, "specialist", no, "record", USED, "2026-03-02T22:30")


def test_hours_that_have_not_ended_are_not_recorded(place: Hall) -> None:
    no = _asked(place)
    _act(place, "specialist", no, "arrange", {"people": "专员"}, "2026-03-02T10:30")
    assert (
        _refusal(place, "specialist", no, "record", USED, "2026-03-02T22:19").reasons[0].facts["field"] == "finished_at"
    )


def test_a_session_nobody_records_climbs_to_the_district_leader(place: Hall) -> None:
    no = _asked(place)
    _act(place, "specialist", no, "arrange", {"people": "专员"}, "2026-03-02T10:30")
    given.time_is(place.office.engine, moment("2026-03-20"))
    sweep(place.office)
    assert hall.clock(place, no, "recording").due_on == date(2026, 3, 3)
    assert hall.clock(place, no, "recording").rung == 3


def test_the_figure_of_the_first_quarter_is_reproduced_close_to_120_hours(place: Hall) -> None:
    """近120个小时: thirty evenings of three hours and fifty-eight minutes are 119 hours."""
    for number in range(30):
        day = f"2026-0{1 + number // 10}-{10 + number % 10}"
        said = {"starts_at": f"{day}T18:00", "ends_at": f"{day}T23:00"}
        used = {"began_at": f"{day}T18:00", "finished_at": f"{day}T21:58", "people": "专员"}
        no = _asked(place, said, at=f"{day}T10:00")
        _act(place, "specialist", no, "arrange", {"people": "专员"}, f"{day}T10:30")
        _act(place, "specialist", no, "record", used, f"{day}T23:30")
    with given.at(place.office, place.town.supervisor, moment("2026-04-01")) as work:
        found = extended_hours(work, date(2026, 1, 1), date(2026, 3, 31))
        none = extended_hours(work, date(2025, 1, 1), date(2025, 12, 31))
    assert [(one.month, one.sessions, one.minutes) for one in found.months] == [
        ("2026-01", 10, 2380),
        ("2026-02", 10, 2380),
        ("2026-03", 10, 2380),
    ]
    assert (found.sessions, found.projects, found.minutes, found.hours) == (30, 1, 7140, 119.0)
    assert (none.months, none.sessions, none.minutes) == ((), 0, 0)


def test_the_hours_belong_to_the_month_of_the_office_in_which_they_began(place: Hall) -> None:
    late = {"starts_at": "2026-03-31T22:00", "ends_at": "2026-04-01T02:00"}
    no = _asked(place, late)
    _act(place, "specialist", no, "arrange", {"people": "专员"}, "2026-03-02T10:30")
    used = {"began_at": "2026-03-31T22:00", "finished_at": "2026-04-01T02:00", "people": "专员"}
    _act(place, "specialist", no, "record", used, "2026-04-01T08:00")
    assert _months(place) == (MonthOfHours("2026-03", 1, 240),)


def test_a_period_turned_round_is_refused_by_name(place: Hall) -> None:
    with given.at(place.office, place.town.supervisor, MONDAY) as work, pytest.raises(BadInput, match="to:"):
        extended_hours(work, date(2026, 3, 2), date(2026, 3, 1))


def _asked(place: Hall, said: Mapping[str, str] | None = None, at: str = "2026-03-02T10:00") -> str:
    day, _, clock = at.partition("T")
    inputs = {**EVENING, **(said or {})}
    town = place.town
    return given.opened(
        place.office, town.applicant, moment(day, clock), "extended_hours", inputs, on=town.project.code
    )


def _act(place: Hall, who: str, no: str, action: str, inputs: Mapping[str, Any], at: str) -> None:
    day, _, clock = at.partition("T")
    given.act(place.office, getattr(place.town, who), moment(day, clock), no, action, inputs)


def _refusal(place: Hall, who: str, no: str, action: str, inputs: Mapping[str, Any], at: str) -> NotMet:
    with pytest.raises(NotMet) as refused:
        _act(place, who, no, action, inputs, at)
    return refused.value


def _months(place: Hall) -> tuple[MonthOfHours, ...]:
    with given.at(place.office, place.town.supervisor, moment("2026-04-02")) as work:
        return extended_hours(work).months
