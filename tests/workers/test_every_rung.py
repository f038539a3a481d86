"""Every rung of every clock of every flow, in moved time: it fires at its moment, once, and reaches somebody.

Generated from the flow files: a flow that is added is tested with them.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from tests import given, shipped
from tests.planted import plant
from workflow.case import Case, ClockRecord
from workflow.commands.fire_rungs import sweep
from workflow.definition import Flow
from workflow.simulation.walks import situations
from workflow.work import Office

START = given.moment("2026-03-02")
MOMENT = timedelta(seconds=1)


def _every_clock() -> Iterator[tuple[str, int, str]]:
    for flow in shipped.flows().values():
        yield from ((*flow.key, clock) for clock in flow.clocks)


@pytest.mark.parametrize(("name", "version", "clock"), list(_every_clock()))
def test_every_rung_fires_once_at_its_moment_and_reaches_somebody(
    office: Office, name: str, version: int, clock: str
) -> None:
    flow = office.flow(name, version)
    found = _running(flow, office, clock)
    assert found is not None, f"no way through {name} v{version} starts the clock {clock}"
    town = given.town(office)
    case, record = found
    record = replace(record, rung=_first(record), state="armed", epoch=1, id=None)
    planted, _ = plant(office, town, case, START, (record,))
    rungs = flow.clocks[clock].ladder
    for place in range(record.rung, len(rungs)):
        moment = record.ladder_at[place]
        before = max(moment - MOMENT, START)
        given.time_is(office.engine, before)
        shared = moment in record.ladder_at[:place]
        sweep(office)
        if before < moment and not shared:
            assert place not in _fired(office, planted, clock), f"rung {place} fired before {moment}"
        given.time_is(office.engine, max(moment, START))
        sweep(office)
        sweep(office)
        fired = _fired(office, planted, clock)
        assert fired.count(place) == 1, f"rung {place} of {clock} at {moment} fired {fired.count(place)} times"
        if rungs[place].card is not None:
            assert _told(office, planted, clock, place) > 0, f"rung {place} of {clock} reaches nobody"
        if rungs[place].act is not None:
            assert _acted(office, planted, rungs[place].act or "") == 1
            return


def _running(flow: Flow, office: Office, clock: str) -> tuple[Case, ClockRecord] | None:
    """A case in which the clock waits for its first rung; rather one without an open pause."""
    waiting = [
        (case, record)
        for case in _situations(flow, office)
        if (record := case.clock(clock)) is not None and record.running and record.ladder_at
    ]
    return min(waiting, key=lambda found: (len(found[0].open_pauses), found[1].rung), default=None)


_WALKED: dict[str, list[Case]] = {}


def _situations(flow: Flow, office: Office) -> list[Case]:
    """Every situation of the flow, with what is optional left out and with it; walked once a process."""
    if flow.digest not in _WALKED:
        found = (
            situations(flow, office.catalogue, office.base_calendar, START, every_day=every_day)
            for every_day in (False, True)
        )
        _WALKED[flow.digest] = [case for cases in found for case in cases]
    return _WALKED[flow.digest]


def _first(record: ClockRecord) -> int:
    """The first rung that does not lie before the clock's own start."""
    return sum(1 for moment in record.ladder_at if moment <= record.started_at)


def _fired(office: Office, case_id: int, clock: str) -> list[int]:
    statement = text("""
SELECT f.rung FROM firings f JOIN clocks k ON k.id = f.clock_id
WHERE k.case_id = :id AND k.name = :clock ORDER BY f.rung""")
    with office.engine.connect() as conn:
        return list(conn.execute(statement, {"id": case_id, "clock": clock}).scalars())


def _told(office: Office, case_id: int, clock: str, rung: int) -> int:
    statement = text("""
SELECT count(*) FROM alerts a JOIN clocks k ON k.id = a.clock_id
WHERE k.case_id = :id AND k.name = :clock AND a.rung = :rung""")
    with office.engine.connect() as conn:
        return int(conn.execute(statement, {"id": case_id, "clock": clock, "rung": rung}).scalar_one())


def _acted(office: Office, case_id: int, action: str) -> int:
    with office.engine.connect() as conn:
        statement = text("SELECT count(*) FROM events WHERE case_id = :id AND action = :action")
        return int(conn.execute(statement, {"id": case_id, "action": action}).scalar_one())
