"""Cases set down in a state, for tests generated from the flow files: what led there is a matter of other tests."""

from dataclasses import asdict, replace
from datetime import datetime

from sqlalchemy import text

from tests import given
from workflow.case import Case, ClockRecord
from workflow.change import Change, Event, chain
from workflow.definition import Flow
from workflow.simulation.walks import situations
from workflow.store import births
from workflow.timekeeping import nearest_due
from workflow.work import Office


def one_in_every_state(office: Office, flow: Flow, start: datetime) -> dict[str, Case]:
    """A case of the flow in each of its states, rather one without an open pause; not in the database yet."""
    found: dict[str, Case] = {}
    for case in situations(flow, office.catalogue, office.base_calendar, start):
        kept = found.get(case.state)
        if kept is None or len(case.open_pauses) < len(kept.open_pauses):
            found[case.state] = case
    return found


def plant(
    office: Office, town: given.Town, case: Case, now: datetime, clocks: tuple[ClockRecord, ...] = ()
) -> tuple[int, str]:
    """The case in the database, of the town's project, with these clocks and no others; returns its key and number."""
    site = town.project
    with given.at(office, town.admin, now) as work:
        [no] = births.next_numbers(work.conn, 1, now)
        placed = replace(
            case,
            no=no,
            title="示例",
            project_id=site.id,
            company=site.company,
            department=office.catalogue.items[case.item].department if case.item else "QX",
            squad=site.squad,
            version=1,
            rev=1,
            seq=1,
            clocks=clocks,
            pauses=(),
        )
        event = Event(no, 1, "open", case.state, case.state, None, "system", now, now)
        head = chain(b"", event)
        change = Change(case, replace(placed, chain_head=head), event, head, nearest_due(clocks), clocks=clocks)
        case_id = births.create(work.conn, [change], [None], demo=False)[no]
        for pause in case.open_pauses:
            work.conn.execute(_PAUSE, {**asdict(pause), "stops": list(pause.stops), "case_id": case_id})
    return case_id, no


_PAUSE = text("""
INSERT INTO pauses (case_id, cause, basis, stops, since, planned_until, cap_until, reason, opened_at, resets)
VALUES (:case_id, :cause, :basis, :stops, :since, :planned_until, :cap_until, :reason, :opened_at, :resets)""")
