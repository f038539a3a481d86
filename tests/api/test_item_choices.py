"""Choosing items by JSON: the questions, the calculator that asks nobody who they are, and the stages of a project."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, event, text

from tests import given
from tests.api.conftest import Caller
from tests.given import Town
from workflow.actor import Actor, Grant
from workflow.work import Office

Callers = Callable[[Actor], Caller]
NOW = given.moment("2026-03-02")
ANSWERS = {"splclx": "6", "basis": "filing", "land": "sold", "fire": "ordinary", "eia": "form", "investment": 25}


@pytest.fixture
def town(office: Office, engine: Engine) -> Town:
    """People and a project on Monday, 2 March 2026."""
    given.time_is(engine, NOW)
    return given.town(office)


def asked(caller: Caller, **body: Any) -> Any:
    answer = caller("POST", "/api/v1/item-choices", json=body)
    assert answer.status_code == 200, answer.get_json()
    return answer.get_json()


def test_anybody_reads_the_questions_with_their_answers(anyone: Caller, town: Town) -> None:
    found = anyone("GET", "/api/v1/questions").get_json()
    assert found["validity"]["assumed"]
    questions = {one["code"]: one for one in found["questions"]}
    assert next(iter(questions)) == "splclx"
    assert [one["code"] for one in questions["splclx"]["answers"]] == [str(number) for number in range(1, 11)]
    assert questions["investment"]["figure"]["unit"] == "wan_yuan"
    assert questions["forest"]["answers"][0]["sets"] == ["forest_land"]
    assert questions["basis"]["note"]["zh"]


def test_anybody_chooses_items_and_learns_why_what_it_saves_and_by_when(anyone: Caller, town: Town) -> None:
    found = asked(anyone, answers=ANSWERS)
    items = {one["code"]: one for one in found["items"]}
    assert len(items) == 46
    assert (items["LX04"]["status"], items["LX04"]["chosen"]) == ("needed", True)
    assert items["LX01"]["reason"]["zh"] == "项目不涉及：政府投资项目"
    assert items["LX08"]["instead"] == ["land_contract"]
    assert items["SG11"]["stage"] == 5
    sheets = found["sheets"]
    assert sheets["saved"] == sheets["summed"] - sheets["once"] > 0
    assert len(sheets["papers"]) == sheets["once"]
    assert [hint["items"] for hint in found["hints"]] == [["SG05", "SG05a", "SG05b", "SG05c"]]
    assert "height" in {one["code"] for one in found["unanswered"]}
    assert (found["plan"]["from"], found["plan"]["direction"]) == ("2026-03-02", "forwards")
    assert found["acceptance"] is None
    assert sorted(code for wave in found["waves"] for code in wave) == sorted(
        code for code, one in items.items() if one["chosen"]
    )


def test_the_plan_may_run_backwards_and_the_acceptance_from_the_completion(anyone: Caller, town: Town) -> None:
    found = asked(anyone, answers=ANSWERS, until="2026-06-01", completed="2027-06-01", today="2026-03-02")
    assert (found["plan"]["direction"], found["plan"]["feasible"]) == ("backwards", True)
    assert found["acceptance"]["from"] == "2027-06-01"
    assert {step["item"][:2] for step in found["acceptance"]["steps"]} == {"JG"}


def test_an_optional_item_is_taken_in_on_request(anyone: Caller, town: Town) -> None:
    found = asked(anyone, answers=ANSWERS, also=["LX06"])
    assert next(one for one in found["items"] if one["code"] == "LX06")["chosen"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "answers"),
        ({"answers": []}, "answers"),
        ({"answers": {"colour": "red"}}, "answers.colour"),
        ({"answers": {"splclx": "11"}}, "answers.splclx"),
        ({"answers": {"splclx": 3}}, "answers.splclx"),
        ({"answers": {"splclx": ""}}, "answers.splclx.value"),
        ({"answers": {"splclx": None}}, "answers.splclx.value"),
        ({"answers": {"forest": True}}, "answers.forest.value"),
        ({"answers": {"investment": -1}}, "answers.investment"),
        ({"answers": {"splclx": "1", "funding": "enterprise"}}, "answers.funding"),
        ({"answers": {}, "also": ["XX99"]}, "also"),
        ({"answers": {}, "from": "2026-03-02", "until": "2026-06-01"}, "until"),
        ({"answers": {}, "measure": "hoped"}, "measure"),
        ({"answers": {}, "x": 1}, "x"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(anyone: Caller, town: Town, body: Any, field: str) -> None:
    answer = anyone("POST", "/api/v1/item-choices", json=body)
    assert answer.status_code == 400, answer.get_json()
    assert field in {reason["facts"]["field"] for reason in answer.get_json()["reasons"]}


def test_an_item_shows_when_it_is_needed_and_what_may_be_simulated(by_token: Callers, town: Town) -> None:
    item = by_token(town.applicant)("GET", "/api/v1/items/GC03").get_json()
    assert item["applies"]["title"]["zh"] == "各类项目都办理"
    assert [edge["simulated_ok"] for edge in item["prerequisites"]] == [True, True]
    assert item["materials"][0]["sample"] is None


# Stages


def stages(caller: Caller, town: Town, query: str = "") -> dict[int, Any]:
    answer = caller("GET", f"/api/v1/projects/{town.project.code}/stages{query}")
    assert answer.status_code == 200, answer.get_json()
    return {stage["no"]: stage for stage in answer.get_json()["stages"]}


def test_the_stages_of_a_project_are_derived_from_its_items(by_token: Callers, town: Town) -> None:
    found = stages(by_token(town.applicant), town)
    assert list(found) == [1, 2, 3, 4, 5]
    assert {stage["state"] for stage in found.values()} <= {"not_begun", "not_needed"}
    assert found[2]["due"] is not None
    assert found[4]["due"] is None
    assert "LX01" in {item["code"] for item in found[1]["items"]}


def test_running_cases_count_with_their_clocks_and_granted_ones_are_done(
    by_token: Callers, office: Office, engine: Engine, town: Town
) -> None:
    application = given.application(office, town, NOW, ["LX01", "LX06"])
    with engine.begin() as conn:
        conn.execute(
            text("UPDATE cases SET outcome = 'granted', decided_at = :now, rev = rev + 1 WHERE no = :no"),
            {"now": NOW, "no": application.cases["LX01"]},
        )
    items = {item["code"]: item for item in stages(by_token(town.applicant), town)[1]["items"]}
    assert (items["LX01"]["state"], items["LX01"]["expected"]) == ("granted", None)
    assert items["LX06"]["state"] == "running"
    assert items["LX06"]["case"]["no"] == application.cases["LX06"]
    assert items["LX06"]["case"]["light"] == "normal"
    assert items["LX06"]["due"] is not None
    assert items["LX02"]["state"] == "not_begun"
    statutory = {
        item["code"]: item for item in stages(by_token(town.applicant), town, "?measure=statutory")[1]["items"]
    }
    assert statutory["LX06"]["expected"]["day"] > items["LX06"]["expected"]["day"]


def test_a_recorded_completion_gives_the_last_stage_its_date(by_token: Callers, engine: Engine, town: Town) -> None:
    with engine.begin() as conn:
        conn.execute(
            text(
                "INSERT INTO project_events (project_id, event, on_day, recorded_at) "
                "VALUES (:id, 'completion_acceptance', '2026-02-27', :now)"
            ),
            {"id": town.project.id, "now": NOW},
        )
    assert stages(by_token(town.applicant), town)[4]["due"] is not None


def test_more_cases_take_no_more_statements(by_token: Callers, engine: Engine, office: Office, town: Town) -> None:
    caller = by_token(town.applicant)
    given.application(office, town, NOW, ["LX01"])
    few = statements_of(engine, lambda: stages(caller, town))
    given.application(office, town, NOW, ["LX06", "SG11", "SG06", "LX12"])
    assert statements_of(engine, lambda: stages(caller, town)) == few


def statements_of(engine: Engine, do: Callable[[], object]) -> int:
    """How many statements that takes."""
    seen: list[str] = []

    def note(conn: object, cursor: object, statement: str, *rest: object) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    do()
    event.remove(engine, "before_cursor_execute", note)
    return len(seen)


def test_a_project_that_is_not_for_these_eyes_is_not_found(by_token: Callers, office: Office, town: Town) -> None:
    with office.engine.begin() as conn:
        other = given.company(conn, 2)
        stranger = given.person(conn, "stranger", Grant("applicant", company=other))
    answer = by_token(stranger)("GET", f"/api/v1/projects/{town.project.code}/stages")
    assert answer.status_code == 404
    assert by_token(town.admin)("GET", "/api/v1/projects/none/stages").status_code == 404
    bad = by_token(town.admin)("GET", f"/api/v1/projects/{town.project.code}/stages?measure=hoped")
    assert bad.status_code == 400


def test_nobody_reads_stages_without_signing_in(anyone: Caller, town: Town) -> None:
    assert anyone("GET", f"/api/v1/projects/{town.project.code}/stages").status_code == 401
