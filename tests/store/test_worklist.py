"""The worklist: whose cases, in which order, under which light, and never a row twice or missing."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from tests import given
from tests.given import Application, Town
from workflow.actor import Actor, Grant
from workflow.clock.calendar import published_calendar
from workflow.clock.hours import DEFAULT_HOURS
from workflow.errors import BadInput, NotAllowed
from workflow.queries.clocks import case_light, edges, exact_flows
from workflow.queries.overdue import overdue, overdue_by_department
from workflow.queries.paging import Paging
from workflow.queries.worklist import Filters, WorkRow, scopes, tabs, worklist
from workflow.store.calendars import Shelf
from workflow.work import Office

NOW = given.moment("2026-03-02")
SECRET = "s" * 32


@pytest.fixture
def town(office: Office) -> Town:
    """People of every role and a project."""
    return given.town(office)


@pytest.fixture
def application(office: Office, town: Town) -> Application:
    """Three items received on a Monday."""
    return given.application(office, town, NOW)


def rows(office: Office, actor: Actor, now: datetime, filters: Filters | None = None, size: int = 40) -> list[WorkRow]:
    """The whole list, page by page."""
    found: list[WorkRow] = []
    cursor = None
    while True:
        with given.at(office, actor, now) as work:
            page = worklist(work, filters or Filters(), Paging(SECRET, size, cursor))
        found.extend(page.rows)
        cursor = page.next_cursor
        if cursor is None:
            return found


def accepted(office: Office, town: Town, application: Application) -> tuple[str, str]:
    """The first item, accepted: its code and number."""
    code, no = next(iter(application.cases.items()))
    given.act(office, town.clerk, NOW, no, "accept")
    return code, no


def test_a_line_tells_the_time_left_in_words_in_both_languages(
    office: Office, town: Town, application: Application
) -> None:
    item = next(row for row in rows(office, town.clerk, NOW) if row.no in application.cases.values())

    assert (item.state, item.turn, item.light) == ("received", "clerk", "normal")
    assert item.words is not None
    assert (item.words.zh, item.words.en) == ("剩 5 个工作日", "5 working days left")
    assert str(item.due_on) == "2026-03-09"
    assert item.project_code == town.project.code


def test_statutory_and_promised_stand_side_by_side_and_the_nearer_leads(
    office: Office, town: Town, application: Application
) -> None:
    code, no = accepted(office, town, application)

    row = next(row for row in rows(office, town.officers[office.catalogue.items[code].department], NOW) if row.no == no)

    assert [clock.name for clock in row.clocks] == ["statutory", "promised"]
    assert row.words == row.clocks[1].words


def test_cases_come_by_date_and_paused_ones_last(office: Office, town: Town) -> None:
    pausing = next(item for item in office.catalogue.items.values() if "expert_review" in item.pauses)
    first = given.application(office, town, NOW, [pausing.code]).cases[pausing.code]
    given.act(office, town.clerk, NOW, first, "accept")
    pause = {"cause": "expert_review", "until": "2026-03-10", "reason": "评审"}
    given.act(office, town.officers[pausing.department], NOW, first, "start_special", pause)
    given.application(office, town, NOW + timedelta(days=1))

    found = rows(office, town.supervisor, NOW + timedelta(days=1))

    assert found[-1].no == first
    assert (found[-1].light, found[-1].paused) == ("paused", True)
    assert found[-1].words is not None
    assert found[-1].words.zh.startswith("恢复后还剩")
    ends = [row.due_at for row in found[:-1] if row.due_at]
    assert ends == sorted(ends)


def test_pages_of_any_size_show_every_case_once(office: Office, town: Town) -> None:
    for day in range(4):
        given.application(office, town, NOW + timedelta(days=day))
    later = NOW + timedelta(days=4)
    whole = [row.no for row in rows(office, town.squad_leader, later, size=100)]

    for size in (1, 3, 7):
        assert [row.no for row in rows(office, town.squad_leader, later, size=size)] == whole
    assert len(whole) == len(set(whole)) == 16


def test_somebody_with_several_roles_sees_each_case_once_in_order(
    office: Office, town: Town, application: Application
) -> None:
    departments = {office.catalogue.items[code].department for code in application.cases}
    grants = [Grant("officer", department=one) for one in departments]
    both = replace(town.specialist, grants=(*town.specialist.grants, *grants, *town.squad_leader.grants))

    found = [row.no for row in rows(office, both, NOW, size=2)]

    assert found == [row.no for row in rows(office, town.supervisor, NOW)]


def test_a_light_in_the_list_is_the_light_of_its_filter(office: Office, town: Town, application: Application) -> None:
    no = given.help_request(office, town, NOW)
    accepted(office, town, application)
    for hours in (0, 1, 24, 70, 24 * 3, 24 * 4, 24 * 6, 24 * 8, 24 * 30):
        now = NOW + timedelta(hours=hours)
        everything = rows(office, town.supervisor, now)
        at, exact = edges(office.base_calendar, now), exact_flows(office.flows)
        for row in everything:
            with given.at(office, town.supervisor, now) as work:
                due = work.conn.execute(
                    text("SELECT nullif(due_at, 'infinity') FROM cases WHERE no = :no"), {"no": row.no}
                ).scalar_one()
            assert row.light == case_light(due, row.paused, row.flow in exact, at)
        for light in ("overdue", "warning", "normal", "paused"):
            filtered = {row.no for row in rows(office, town.supervisor, now, Filters(light=light))}
            assert filtered == {row.no for row in everything if row.light == light}, (hours, light)
    assert no in {row.no for row in rows(office, town.supervisor, NOW + timedelta(hours=1), Filters(light="overdue"))}


def test_overdue_is_a_reading_of_now_with_no_worker_anywhere(
    office: Office, town: Town, application: Application
) -> None:
    code, no = accepted(office, town, application)
    department = office.catalogue.items[code].department
    with given.at(office, town.supervisor, NOW + timedelta(days=60)) as work:
        found = overdue(work, Paging(SECRET))
        by_department = {one.department: one.cases for one in overdue_by_department(work)}

    case = next(one for one in found.rows if one.row.no == no)
    assert {clock.name for clock in case.late} == {"statutory", "promised"}
    assert all(clock.remaining is not None and clock.remaining < 0 for clock in case.late)
    assert by_department[department] >= 1


def test_filters_narrow_the_list(office: Office, town: Town, application: Application) -> None:
    code, no = accepted(office, town, application)
    clerk = town.clerk

    assert [row.no for row in rows(office, clerk, NOW, Filters(item=code))] == [no]
    assert [row.no for row in rows(office, clerk, NOW, Filters(state="in_review"))] == [no]
    assert [row.no for row in rows(office, clerk, NOW, Filters(text=no))] == [no]
    assert len(rows(office, clerk, NOW, Filters(text=no[:7]))) == 4
    assert len(rows(office, clerk, NOW, Filters(project=town.project.code))) == 4
    assert rows(office, clerk, NOW, Filters(project=given.project_code(555))) == []
    assert {row.no for row in rows(office, clerk, NOW, Filters(flow="bundle"))} == {application.no}


def test_drafts_are_for_their_applicant(office: Office, town: Town) -> None:
    no = given.draft(office, town, NOW)

    assert [row.no for row in rows(office, town.applicant, NOW)] == [no]
    assert rows(office, town.supervisor, NOW) == []
    assert [row.no for row in rows(office, town.supervisor, NOW, Filters(state="draft"))] == [no]


def test_scopes_are_those_of_the_roles(office: Office, town: Town, application: Application) -> None:
    code = next(iter(application.cases))
    officer = town.officers[office.catalogue.items[code].department]

    assert scopes(town.applicant) == ("mine", "company", "all")
    assert scopes(officer) == ("mine", "department", "all")
    assert scopes(town.clerk) == ("mine", "all")
    assert {row.department for row in rows(office, officer, NOW, Filters(scope="department"))} == {
        office.catalogue.items[code].department
    }
    assert {row.assignee_id for row in rows(office, town.clerk, NOW, Filters(scope="mine"))} == {town.clerk.id}
    assert len(rows(office, town.squad_leader, NOW, Filters(scope="squad"))) == 4
    assert len(rows(office, town.specialist, NOW, Filters(scope="project"))) == 4
    with pytest.raises(NotAllowed) as refused:
        rows(office, town.applicant, NOW, Filters(scope="department"))
    assert refused.value.extra["accepted"] == ["mine", "company", "all"]


def test_tabs_count_what_the_lists_show(office: Office, town: Town, application: Application) -> None:
    accepted(office, town, application)
    later = NOW + timedelta(days=60)
    for actor in (town.clerk, town.supervisor, town.applicant, town.specialist, town.squad_leader):
        with given.at(office, actor, later) as work:
            counted = tabs(work)
        assert counted.all == len(rows(office, actor, later))
        assert counted.mine == len(rows(office, actor, later, Filters(scope="mine")))
        assert counted.overdue == len(rows(office, actor, later, Filters(light="overdue")))
        assert counted.warning == len(rows(office, actor, later, Filters(light="warning")))
    with given.at(office, town.applicant, later) as work:
        assert tabs(work).unassigned is None


def test_an_unassigned_item_is_found(office: Office, town: Town, application: Application) -> None:
    no = next(iter(application.cases.values()))
    with office.engine.begin() as conn:
        conn.execute(text("UPDATE cases SET assignee_id = NULL WHERE no = :no"), {"no": no})

    assert [row.no for row in rows(office, town.supervisor, NOW, Filters(unassigned=True))] == [no]
    with given.at(office, town.supervisor, NOW) as work:
        assert tabs(work).unassigned == 1


def test_a_filter_nobody_knows_is_refused_with_what_is_known(office: Office, town: Town) -> None:
    with pytest.raises(BadInput) as refused:
        rows(office, town.clerk, NOW, Filters(state="lost", item="XX99", project="2203-370212-04-01-100014"))

    told = {reason.facts["field"]: reason for reason in refused.value.reasons}
    assert set(told) == {"state", "item", "project"}
    assert "in_review" in told["state"].facts["accepted"]
    assert "3" in told["project"].en


def test_a_cursor_is_taken_only_as_it_was_given(office: Office, town: Town, application: Application) -> None:
    with given.at(office, town.clerk, NOW) as work:
        cursor = worklist(work, Filters(), Paging(SECRET, 1)).next_cursor
    assert cursor is not None
    turned = cursor[:-1] + ("A" if cursor[-1] != "A" else "B")
    cases = [
        (town.clerk, Filters(), Paging(SECRET, 1, turned)),
        (town.clerk, Filters(), Paging(SECRET, 1, "nonsense")),
        (town.clerk, Filters(), Paging(SECRET, 1, "ÄÖÜ")),
        (town.clerk, Filters(), Paging(SECRET, 1, "")),
        (town.clerk, Filters(), Paging("t" * 32, 1, cursor)),
        (town.clerk, Filters(light="overdue"), Paging(SECRET, 1, cursor)),
        (town.supervisor, Filters(), Paging(SECRET, 1, cursor)),
    ]
    for actor, filters, paging in cases:
        with pytest.raises(BadInput) as refused, given.at(office, actor, NOW) as work:
            worklist(work, filters, paging)
        assert refused.value.reasons[0].facts["field"] == "cursor"


def test_a_page_reads_an_index_and_no_more_than_its_rows(office: Office, town: Town) -> None:
    with office.engine.begin() as conn:
        conn.execute(
            text("""
INSERT INTO cases (no, flow, flow_version, title, item, project_id, company, department, squad, state, opened_at,
  entered_at, due_at, paused)
SELECT 'LS2020-' || lpad(g::text, 6, '0'), 'item', 1, '', 'SG05', :project, :company,
  (ARRAY['QX', 'ZG', 'ZJ'])[1 + g % 3], :squad, 'in_review', now(), now(), now() + g * interval '1 minute', g % 10 = 0
FROM generate_series(1, 20000) g"""),
            {"project": town.project.id, "company": town.project.company, "squad": town.project.squad},
        )
        conn.execute(text("ANALYZE cases"))
    read = """SELECT sum(idx_tup_fetch + seq_tup_read) FROM pg_stat_xact_user_tables WHERE relname = 'cases'"""
    actors = [town.clerk, town.officers["ZG"], town.applicant, town.specialist, town.squad_leader]
    for actor in actors:
        for filters in (Filters(), Filters(light="paused"), Filters(light="normal")):
            with given.at(office, actor, NOW) as work:
                before = work.conn.execute(text(read)).scalar_one()
                found = worklist(work, filters, Paging(SECRET, 40))
                touched = work.conn.execute(text(read)).scalar_one() - before
            assert len(found.rows) == 40
            assert touched <= 100, (actor.name, filters, touched)


def test_where_the_day_ends_at_the_close_of_business_the_evening_is_late_in_list_and_words(office: Office) -> None:
    closing = published_calendar((), replace(DEFAULT_HOURS, day_ends="close"))
    office = replace(office, base_calendar=closing, calendars=Shelf(closing))
    town = given.town(office)
    no = next(iter(given.application(office, town, NOW).cases.values()))

    for at, light, words in (("16:59", "warning", "今天到期"), ("17:00", "overdue", "超期 1 日")):
        [row] = [row for row in rows(office, town.clerk, given.moment("2026-03-09", at)) if row.no == no]
        assert row.words is not None
        assert (row.light, [clock.light for clock in row.clocks], row.words.zh) == (light, [light], words)
