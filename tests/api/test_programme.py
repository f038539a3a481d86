"""The programme over JSON, and a project that enters the war map as it is registered."""

from collections.abc import Callable

from sqlalchemy import Engine, text

from tests import given
from tests.api.conftest import Caller
from tests.given import Town
from workflow.actor import Actor

Callers = Callable[[Actor], Caller]
PROJECTS = "/api/v1/projects"
NOW = given.moment("2026-05-20")


def project(town: Town, **fields: object) -> dict[str, object]:
    """A project fit to be registered and to enter the war map."""
    milestone = {
        "name": "入库",
        "kind": "entry",
        "planned_on": "2026-03-20",
        "department": "FG",
        "person": town.officers["FG"].id,
    }
    war_map = {"target": "年内开工", "year": 2026, "squad": "permits", "milestones": [milestone]}
    return {
        "code": given.project_code(20002),
        "name": "示例更新项目",
        "company": given.credit_code(7),
        "company_name": "示例新公司",
        "splclx": 3,
        "battlefront": "old_town",
        "squad": "permits",
        "renewal": True,
        "war_map": war_map,
        **fields,
    }


def test_a_project_enters_the_war_map_as_it_is_registered(by_token: Callers, town: Town, engine: Engine) -> None:
    given.time_is(engine, NOW)
    admin = by_token(town.admin)

    made = admin("POST", PROJECTS, json=project(town))

    assert made.status_code == 201, made.get_json()
    assert made.get_json()["renewal"] is True
    shown = admin("GET", f"{PROJECTS}/{given.project_code(20002)}/programme").get_json()
    assert (shown["target"], shown["state"]["name"], shown["light"]) == ("年内开工", "entered", "red")
    [milestone] = shown["milestones"]
    assert (milestone["planned_on"], milestone["months_late"], milestone["light"]) == ("2026-03-20", 2, "red")
    assert milestone["why"]["en"] == "planned for Fri 20 Mar 2026, not done, 2 months late"
    assert milestone["person"] == town.officers["FG"].name
    lanes = admin("GET", f"{PROJECTS}/{given.project_code(20002)}/lanes").get_json()
    assert (lanes["programme_light"], lanes["lanes"][0]["open_cases"]) == ("red", 1)


def test_a_project_that_cannot_enter_the_war_map_is_not_registered_either(
    by_token: Callers, town: Town, engine: Engine
) -> None:
    given.time_is(engine, NOW)
    answer = by_token(town.admin)("POST", PROJECTS, json=project(town, squad="tenders"))

    assert (answer.status_code, answer.get_json()["code"]) == (422, "another_squad")
    with engine.connect() as conn:
        assert conn.execute(text("SELECT count(*) FROM projects")).scalar_one() == 1


def test_the_programme_is_filtered_by_light_battlefront_and_membership(
    by_token: Callers, town: Town, engine: Engine
) -> None:
    given.time_is(engine, NOW)
    by_token(town.admin)("POST", PROJECTS, json=project(town))

    def codes(**query: object) -> list[str]:
        found = by_token(town.supervisor)("GET", "/api/v1/programme", query_string=query).get_json()
        return [one["code"] for one in found["items"]]

    renewed = given.project_code(20002)
    assert codes() == [town.project.code, renewed]
    assert codes(light="red") == codes(renewal="true") == codes(battlefront="old_town") == [renewed]
    assert codes(needs_permit="true", needs_tender="true", squad="permits") == [town.project.code]
    wrong = by_token(town.supervisor)("GET", "/api/v1/programme", query_string={"light": "purple"})
    assert (wrong.status_code, wrong.get_json()["code"]) == (400, "bad_input")


def test_the_programme_of_somebody_elses_project_is_not_there(by_token: Callers, town: Town, engine: Engine) -> None:
    with engine.begin() as conn:
        other = given.project(conn, given.company(conn, 2), 10002, squad="tenders")
    assert by_token(town.applicant)("GET", f"{PROJECTS}/{other.code}/programme").status_code == 404
