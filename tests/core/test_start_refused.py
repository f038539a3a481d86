"""What the service refuses to start on."""

from dataclasses import replace
from types import MappingProxyType

import pytest

from tests import given
from tests.given import moment
from workflow.errors import Unusable
from workflow.store import demo_time
from workflow.work import Office, check_startable


@pytest.fixture
def office_with_cases(office: Office) -> Office:
    given.application(office, given.town(office), moment("2026-03-02"))
    return office


def test_a_flow_changed_after_a_case_used_it_stops_the_start_by_name(office_with_cases: Office) -> None:
    item = replace(office_with_cases.flow("item"), digest="of another content")
    changed = replace(office_with_cases, flows=MappingProxyType({**office_with_cases.flows, item.key: item}))
    with pytest.raises(Unusable, match=r"flows/item\.v1\.yaml was changed") as refused:
        check_startable(changed, demo=True)
    assert "bundle" not in str(refused.value)


def test_a_flow_that_is_gone_stops_the_start_by_name(office_with_cases: Office) -> None:
    left = {key: flow for key, flow in office_with_cases.flows.items() if key[0] != "bundle"}
    with pytest.raises(Unusable, match=r"flows/bundle\.v1\.yaml is missing"):
        check_startable(replace(office_with_cases, flows=MappingProxyType(left)), demo=True)


def test_a_flow_no_case_used_yet_may_change(office_with_cases: Office) -> None:
    assistance = replace(office_with_cases.flow("assistance"), digest="of another content")
    flows = MappingProxyType({**office_with_cases.flows, assistance.key: assistance})
    check_startable(replace(office_with_cases, flows=flows), demo=True)


def test_a_real_office_does_not_start_where_time_was_moved(office: Office) -> None:
    with pytest.raises(Unusable, match="WUGEYI_DEMO=0 needs another one"):
        check_startable(office, demo=False)
    with office.engine.begin() as conn:
        demo_time.uninstall(conn)
    check_startable(office, demo=False)


def test_the_production_clock_cannot_be_moved(office: Office) -> None:
    with office.engine.begin() as conn:
        demo_time.uninstall(conn)
    with office.engine.begin() as conn:
        demo_time.fix(conn, moment("2030-01-01"))
        seconds = conn.exec_driver_sql("SELECT extract(epoch FROM statement_timestamp() - app_now())").scalar_one()
    assert abs(seconds) < 1
