"""Projects over JSON: who sees which, and registering one with codes that pass their checks."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, text

from tests import given
from tests.api.conftest import Caller
from tests.given import Town
from workflow.actor import Actor
from workflow.work import Office

Callers = Callable[[Actor], Caller]
PROJECTS = "/api/v1/projects"
LEGACY = "2020-330327-48-01-167360"


def project(**fields: object) -> dict[str, object]:
    """A project fit to be registered."""
    return {
        "code": given.project_code(20002),
        "name": "示例新项目",
        "company": given.credit_code(7),
        "company_name": "示例新公司",
        "splclx": 3,
        "street": "shazikou",
        "facts": {"special_fire_works": True},
        **fields,
    }


def test_an_administrator_registers_a_project(by_token: Callers, town: Town) -> None:
    admin = by_token(town.admin)

    made = admin("POST", PROJECTS, json=project())

    assert made.status_code == 201, made.get_json()
    body = made.get_json()
    assert (body["code"], body["company_name"], body["street_title"]["en"]) == (
        given.project_code(20002),
        "示例新公司",
        "Shazikou",
    )
    assert admin("GET", f"{PROJECTS}/{body['code']}").get_json() == body
    assert admin("POST", PROJECTS, json=project()).get_json()["code"] == "project_exists"


def test_a_code_is_taken_as_it_is_typed(by_token: Callers, town: Town) -> None:
    typed = given.project_code(20003).replace("-", "").translate(str.maketrans("0123456789", "０１２３４５６７８９"))

    made = by_token(town.admin)("POST", PROJECTS, json=project(code=typed, company=given.credit_code(7).lower()))

    assert made.get_json()["code"] == given.project_code(20003)


def test_a_code_of_the_old_form_is_registered_with_the_reason_and_who_gave_it(
    by_token: Callers, engine: Engine, town: Town
) -> None:
    reason = "2020年立项，平台已核对，未换发新码"

    made = by_token(town.admin)("POST", PROJECTS, json=project(code=LEGACY, code_exception=reason))

    assert made.status_code == 201, made.get_json()
    facts = made.get_json()["facts"]
    assert facts["special_fire_works"] is True
    assert (facts["code_exception"]["reason"], facts["code_exception"]["by"]) == (reason, town.admin.id)
    with engine.connect() as conn:
        told = conn.execute(text("SELECT facts, created_at FROM projects WHERE code = :code"), {"code": LEGACY}).one()
    assert told.facts == facts
    assert facts["code_exception"]["at"] == told.created_at.isoformat()


@pytest.mark.parametrize(
    ("fields", "field", "accepted"),
    [
        ({"code": "2203-370212-04-01-100014"}, "code", "3"),
        ({"code": "2213-370212-04-01-100013"}, "code", "01 to 12"),
        ({"code": "hello"}, "code", "YYMM"),
        ({"company": "91370212MA0000015X"}, "company", "check character"),
        ({"company": "OOO"}, "company", "18 digits"),
        ({"splclx": 11}, "splclx", "10"),
        ({"street": "nowhere"}, "street", "shazikou"),
        ({"squad": "nobody"}, "squad", "permits"),
        ({"facts": {"haunted": True}}, "facts", "special_fire_works"),
        ({"planned_start": "2026-13-01"}, "planned_start", "2026-11-25"),
        ({"planned_start": "0001-01-01"}, "planned_start", "1901-01-01"),
        ({"name": " "}, "name", "blank"),
        ({"company_name": "\u3000"}, "company_name", "blank"),
        ({"code": LEGACY}, "code_exception", "reason"),
        ({"code": LEGACY, "code_exception": " "}, "code_exception", "reason"),
        ({"code_exception": "平台未换发新码"}, "code_exception", "old form"),
        ({"facts": {"code_exception": True}}, "facts", "special_fire_works"),
        ({"investment_wan": "much"}, "investment_wan", "number"),
        ({"needs_permit": "perhaps"}, "needs_permit", "true or false"),
        ({"colour": "red"}, "colour", "not a field"),
    ],
)
def test_a_project_that_cannot_be_is_refused_by_field(
    by_token: Callers, engine: Engine, town: Town, fields: dict[str, object], field: str, accepted: str
) -> None:
    answer = by_token(town.admin)("POST", PROJECTS, json=project(**fields))

    problem = answer.get_json()
    assert (answer.status_code, problem["code"]) == (400, "bad_input")
    [reason] = problem["reasons"]
    assert reason["facts"]["field"].split(".")[0] == field
    assert accepted in reason["en"]
    with engine.connect() as conn:
        assert conn.execute(text("SELECT count(*) FROM projects")).scalar_one() == 1


def test_both_codes_are_refused_at_once(by_token: Callers, town: Town) -> None:
    answer = by_token(town.admin)("POST", PROJECTS, json=project(code="x", company="y"))

    assert {reason["facts"]["field"] for reason in answer.get_json()["reasons"]} == {"code", "company"}


def test_nobody_else_registers_projects(by_token: Callers, town: Town) -> None:
    for who in (town.applicant, town.clerk, town.specialist, town.directors["QX"]):
        assert by_token(who)("POST", PROJECTS, json=project()).status_code == 403


def test_projects_are_listed_by_pages_and_filters(by_token: Callers, town: Town) -> None:
    admin = by_token(town.admin)
    admin("POST", PROJECTS, json=project(needs_tender=True))

    first = admin("GET", PROJECTS, query_string={"limit": 1}).get_json()
    second = admin("GET", PROJECTS, query_string={"limit": 1, "cursor": first["next_cursor"]}).get_json()
    assert [row["code"] for row in first["items"] + second["items"]] == [town.project.code, given.project_code(20002)]
    assert second["next_cursor"] is None
    named = admin("GET", PROJECTS, query_string={"name": "新项目"}).get_json()["items"]
    assert [row["name"] for row in named] == ["示例新项目"]
    assert admin("GET", PROJECTS, query_string={"needs_tender": "false"}).get_json()["items"] == []
    assert admin("GET", PROJECTS, query_string={"squad": "nobody"}).status_code == 400


def test_a_project_counts_its_cases(office: Office, by_token: Callers, town: Town) -> None:
    given.application(office, town, given.moment("2026-03-02"))

    body = by_token(town.applicant)("GET", f"{PROJECTS}/{town.project.code}").get_json()

    assert (body["open_cases"], body["late_cases"], body["granted_cases"]) == (4, 3, 0)


def test_somebody_elses_project_is_not_there(by_token: Callers, engine: Engine, town: Town) -> None:
    with engine.begin() as conn:
        other = given.project(conn, given.company(conn, 2), 10002, squad="ZB")

    answer = by_token(town.applicant)("GET", f"{PROJECTS}/{other.code}")

    assert (answer.status_code, answer.get_json()["code"]) == (404, "no_such_project")
