"""What the service refuses to start on."""

from dataclasses import replace
from types import MappingProxyType

import pytest

from tests import given
from tests.given import moment
from workflow.commands.change_draft import change_draft
from workflow.errors import Unusable
from workflow.store import demo_time
from workflow.work import Office, check_startable


@pytest.fixture
def office_with_cases(office: Office) -> Office:
    given.application(office, given.town(office), moment("2026-03-02"))
    return office


def without(office: Office, part: str, code: str) -> Office:
    """The office with one entry less in its catalogue."""
    entries = {key: entry for key, entry in getattr(office.catalogue, part).items() if key != code}
    return replace(office, catalogue=replace(office.catalogue, **{part: MappingProxyType(entries)}))


def test_a_flow_changed_after_a_case_used_it_stops_the_start_by_name(office_with_cases: Office) -> None:
    item = replace(office_with_cases.flow("item"), digest="of another content")
    changed = replace(office_with_cases, flows=MappingProxyType({**office_with_cases.flows, item.key: item}))
    with pytest.raises(Unusable, match=r"flows/item\.v3\.yaml was changed") as refused:
        check_startable(changed, demo=True)
    assert "bundle" not in str(refused.value)


def test_a_flow_that_is_gone_stops_the_start_by_name(office_with_cases: Office) -> None:
    left = {key: flow for key, flow in office_with_cases.flows.items() if key[0] != "bundle"}
    with pytest.raises(Unusable, match=r"flows/bundle\.v2\.yaml is missing"):
        check_startable(replace(office_with_cases, flows=MappingProxyType(left)), demo=True)


def test_an_item_that_is_gone_stops_the_start_by_name(office_with_cases: Office) -> None:
    gone, *_ = given.default_items(office_with_cases)
    with pytest.raises(Unusable) as refused:
        check_startable(without(office_with_cases, "items", gone), demo=True)
    assert str(refused.value) == f"items/{gone}.yaml is missing, cases use it: put it back"


def test_an_item_no_case_named_yet_may_go(office_with_cases: Office) -> None:
    unused = next(
        code for code in office_with_cases.catalogue.items if code not in given.default_items(office_with_cases)
    )
    check_startable(without(office_with_cases, "items", unused), demo=True)


def test_an_item_that_only_a_draft_names_is_used_too(office: Office) -> None:
    town = given.town(office)
    first, second, *_ = office.catalogue.items
    no = given.draft(office, town, moment("2026-03-02"), [first])
    with given.at(office, town.applicant, moment("2026-03-02")) as work:
        change_draft(work, no, 1, [second])
    for gone in (first, second):
        with pytest.raises(Unusable, match=rf"items/{gone}\.yaml is missing"):
            check_startable(without(office, "items", gone), demo=True)


def test_a_department_that_is_gone_stops_the_start_by_name(office_with_cases: Office) -> None:
    used = office_with_cases.catalogue.items[given.default_items(office_with_cases)[0]].department
    with pytest.raises(Unusable, match=rf"organisation\.yaml: departments\.{used} is missing"):
        check_startable(without(office_with_cases, "departments", used), demo=True)


def test_a_cause_is_needed_as_long_as_a_pause_of_it_is_open(office: Office) -> None:
    town = given.town(office)
    item = given.default_items(office)[0]
    no = given.application(office, town, moment("2026-03-02"), [item]).cases[item]
    officer = town.officers[office.catalogue.items[item].department]
    changed = without(office, "causes", "expert_review")
    said = {"cause": "expert_review", "until": "2026-03-20", "reason": "专家评审"}
    given.act(office, town.clerk, moment("2026-03-03"), no, "accept")
    check_startable(changed, demo=True)
    given.act(office, officer, moment("2026-03-04"), no, "start_special", said)
    with pytest.raises(Unusable, match=r"rules/pauses\.yaml: causes\.expert_review is missing"):
        check_startable(changed, demo=True)
    given.act(office, officer, moment("2026-03-05"), no, "end_special", {"result": "评审结束"})
    check_startable(changed, demo=True)


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


def test_a_database_of_another_version_is_refused_in_one_line(office: Office) -> None:
    with office.engine.begin() as conn:
        conn.exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")
    with pytest.raises(Unusable, match=r"at revision 0000, this version needs \d+: run wugeyi migrate"):
        check_startable(office, demo=True)
    with office.engine.begin() as conn:
        conn.exec_driver_sql("DROP TABLE alembic_version")
    with pytest.raises(Unusable, match="the database is empty"):
        check_startable(office, demo=True)
