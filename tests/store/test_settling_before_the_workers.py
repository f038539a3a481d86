"""Between the signature and the workers: whoever acts meets the dates of the calendar in force, and what cannot be
derived is named before anybody signs."""

import pytest
from sqlalchemy import text

from tests import given
from tests.given import moment
from tests.hall import Hall, case, expect_sound, open_hall
from workflow.commands.correct_pause import correct_pause
from workflow.commands.fire_rungs import sweep
from workflow.commands.settle_dates import settle_calendar
from workflow.queries.amendments import amendment_preview
from workflow.queries.verify import verify
from workflow.store import calendars, cases
from workflow.work import Office

ACCEPTED = moment("2026-12-01", "10:00")
DUE_BEFORE = moment("2026-12-29", "16:00")  # the twentieth working day of LX01
CLOSURE = {"year": 2026, "kind": "closure", "source": "通告", "off": [{"date": "2026-12-28", "name": "停止办公"}]}
OVERTIME = {"days": 5, "reason": "情况复杂"}


@pytest.fixture
def hall(office: Office) -> Hall:
    return open_hall(office)


@pytest.fixture
def reviewed(hall: Hall) -> str:
    no = given.application(hall.office, hall.town, moment("2026-12-01", "09:30"), ["LX01"]).cases["LX01"]
    given.act(hall.office, hall.town.clerk, ACCEPTED, no, "accept")
    return no


def signed(hall: Hall) -> None:
    given.time_is(hall.office.engine, DUE_BEFORE)
    sweep(hall.office)
    hall.sign(hall.propose("closure", CLOSURE, DUE_BEFORE).id, DUE_BEFORE)


def test_an_extension_is_measured_by_the_date_of_the_calendar_in_force(hall: Hall, reviewed: str) -> None:
    signed(hall)
    # By the calendar before, the limit ended yesterday; by the one in force it ends today.
    given.act(hall.office, hall.town.directors["QX"], moment("2026-12-30", "08:50"), reviewed, "extend", OVERTIME)
    with hall.office.engine.connect() as conn:
        found = cases.read(conn, no=reviewed)
        actions = conn.execute(
            text("SELECT e.action FROM events e JOIN cases c ON c.id = e.case_id WHERE c.no = :no ORDER BY e.seq"),
            {"no": reviewed},
        ).scalars()
        assert list(actions)[-2:] == ["calendar_moved", "extend"]
    assert found is not None
    statutory = found.case.clock("statutory")
    assert statutory is not None
    assert statutory.extension == 5
    settle_calendar(hall.office)
    assert verify(hall.office).breaches == ()


def test_a_case_that_cannot_be_derived_is_named_in_the_preview(hall: Hall, reviewed: str) -> None:
    with hall.office.engine.begin() as conn:
        conn.execute(text("UPDATE cases SET flow_version = 99 WHERE no = :no"), {"no": reviewed})
    given.time_is(hall.office.engine, DUE_BEFORE)
    made = hall.propose("closure", CLOSURE, DUE_BEFORE)
    assert made.preview["failed"] == 1
    with given.at(hall.office, hall.second, DUE_BEFORE) as work:
        assert amendment_preview(work, made.id).failed == (reviewed,)


def test_a_correction_before_the_workers_moves_the_case_to_the_calendar_first(hall: Hall, reviewed: str) -> None:
    pause = {"cause": "expert_review", "until": "2027-01-05", "reason": "专家评审"}
    begun = moment("2026-12-24", "10:00")
    given.act(hall.office, hall.town.officers["QX"], begun, reviewed, "start_special", pause)
    signed(hall)
    now = moment("2026-12-29", "17:00")
    with given.at(hall.office, hall.town.directors["QX"], now) as work:
        [opened] = case(hall, reviewed).pauses
        assert opened.id is not None
        correct_pause(
            work, reviewed, case(hall, reviewed).version, opened.id, moment("2026-12-23").date(), None, "登记有误"
        )
    current = case(hall, reviewed)
    assert {one.calendar_version for one in current.running_clocks} == {version_in_force(hall)}
    assert settle_calendar(hall.office).cases == 0
    expect_sound(hall)


def version_in_force(hall: Hall) -> str:
    with hall.office.engine.connect() as conn:
        held = calendars.in_force(conn)
    assert held is not None
    return held.version
