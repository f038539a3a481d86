"""Who sees what: every role against every case, the same in Python, in SQL and in every list."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from tests import given
from tests.given import Town
from workflow.actor import Actor, Grant
from workflow.errors import NotFound
from workflow.queries.case import case
from workflow.queries.paging import Paging
from workflow.queries.projects import ProjectFilters, project, projects
from workflow.queries.worklist import Filters, worklist
from workflow.store import cases
from workflow.visibility import may_see, visible_cases
from workflow.work import Office

NOW = given.moment("2026-03-02")
SECRET = "s" * 32


@pytest.fixture
def town(office: Office) -> Town:
    """People of every role and a project."""
    return given.town(office)


@pytest.fixture
def other(office: Office, town: Town) -> Town:
    """The same office with another company's project in another squad."""
    with office.engine.begin() as conn:
        owner = given.company(conn, 2)
        site = given.project(conn, owner, 10002, squad="ZB")
        applicant = given.person(conn, "applicant2", Grant("applicant", company=owner))
    return replace(town, project=site, applicant=applicant)


def people(town: Town, other: Town) -> dict[str, Actor]:
    """Everybody, by what they are."""
    several = (Grant("officer", department="HB"), Grant("specialist", project_id=other.project.id))
    return {
        "applicant": town.applicant,
        "another applicant": other.applicant,
        "clerk": town.clerk,
        "specialist": town.specialist,
        "squad leader": town.squad_leader,
        "district leader": town.district_leader,
        "supervisor": town.supervisor,
        "admin": town.admin,
        **{f"officer {code}": officer for code, officer in town.officers.items()},
        **{f"director {code}": director for code, director in town.directors.items()},
        "two roles": Actor(town.specialist.id, "", several),
        "a role in one department of one squad": Actor(1, "", (Grant("officer", department="QX", squad="ZB"),)),
        "a role without a scope": Actor(1, "", (Grant("director"),)),
        "nobody": Actor(1, "", ()),
    }


def test_every_role_against_every_case(office: Office, town: Town, other: Town) -> None:
    given.application(office, town, NOW)
    given.application(office, other, NOW)
    given.help_request(office, town, NOW)
    given.draft(office, other, NOW)
    with office.engine.connect() as conn:
        ids = conn.execute(text("SELECT id FROM cases ORDER BY id")).scalars().all()
        everything = [cases.read(conn, case_id=id_) for id_ in ids]
    all_cases = [reading.case for reading in everything if reading is not None]
    seen: dict[str, int] = {}
    for name, actor in people(town, other).items():
        expected = {one.no for one in all_cases if may_see(actor, one)}
        condition, parameters = visible_cases(actor)
        with given.at(office, actor, NOW) as work:
            in_sql = set(work.conn.execute(text(f"SELECT c.no FROM cases c WHERE {condition}"), parameters).scalars())
            listed = {row.no for row in worklist(work, Filters(), Paging(SECRET, 100)).rows}
            drafts = {row.no for row in worklist(work, Filters(state="draft"), Paging(SECRET, 100)).rows}
            for one in all_cases:
                if one.no in expected:
                    assert case(work, one.no).no == one.no, name
                else:
                    with pytest.raises(NotFound):
                        case(work, one.no)
        assert in_sql == expected, name
        assert listed | drafts == expected, name
        seen[name] = len(expected)
    assert seen["nobody"] == 0
    assert seen["supervisor"] == seen["a role without a scope"] == len(all_cases) == 10
    assert (seen["applicant"], seen["another applicant"], seen["specialist"]) == (5, 5, 5)


def test_a_project_is_seen_by_its_own_people_and_by_who_has_a_case_on_it(
    office: Office, town: Town, other: Town
) -> None:
    application = given.application(office, town, NOW)
    departments = {office.catalogue.items[code].department for code in application.cases} | {"QX"}
    codes = {town.project.code, other.project.code}
    expected = {
        "applicant": {town.project.code},
        "another applicant": {other.project.code},
        "specialist": {town.project.code},
        "squad leader": {town.project.code},
        "supervisor": codes,
        "clerk": codes,
        "nobody": set(),
        **{f"officer {code}": {town.project.code} if code in departments else set() for code in town.officers},
    }
    everybody = people(town, other)
    for name, visible in expected.items():
        with given.at(office, everybody[name], NOW) as work:
            found = {row.code for row in projects(work, ProjectFilters(), Paging(SECRET)).rows}
            assert found == visible, name
            for code in codes - visible:
                with pytest.raises(NotFound):
                    project(work, code)
