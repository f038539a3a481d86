"""Plans by JSON: of items alone, of a project with its permits and running cases, and of a joint application."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, text

from tests import given
from tests.api.conftest import Caller
from tests.given import Town
from workflow.actor import Actor, Grant
from workflow.cli import main
from workflow.work import Office

Callers = Callable[[Actor], Caller]
NOW = given.moment("2026-03-02")


@pytest.fixture
def town(office: Office, engine: Engine) -> Town:
    """People and a project on Monday, 2 March 2026."""
    given.time_is(engine, NOW)
    return given.town(office)


def asked(caller: Caller, **question: Any) -> Any:
    answer = caller("POST", "/api/v1/plans", json=question)
    assert answer.status_code == 200, answer.get_json()
    return answer.get_json()


def refused(caller: Caller, status: int, **question: Any) -> Any:
    answer = caller("POST", "/api/v1/plans", json=question)
    assert answer.status_code == status, answer.get_json()
    return answer.get_json()


def steps(plan: Any) -> dict[str, Any]:
    return {step["item"]: step for step in plan["steps"]}


def test_anybody_may_plan_items_forwards_from_today(anyone: Caller, town: Town) -> None:
    plan = asked(anyone, items=["GC01", "GC03"])
    assert (plan["direction"], plan["from"], plan["decides"]) == ("forwards", "2026-03-02", "GC01")
    assert plan["ends"] == {"day": "2026-03-11", "provisional": False}
    assert plan["critical_path"] == ["GC01", "GC03"]
    assert steps(plan)["GC03"]["waits_for"] == "GC01"
    assert steps(plan)["GC03"]["limit"]["limit"] == "5wd"
    assert steps(plan)["GC01"]["missing"][0]["items"] == ["LX08"]
    assert "设计方案联合审查" in plan["summary"]["zh"]


def test_backwards_tells_the_latest_filing_the_slack_and_what_is_too_late(anyone: Caller, town: Town) -> None:
    plan = asked(anyone, items=["SG05", "SG11"], until="2026-04-01", measure="statutory", variants={"SG11": "report"})
    late, early = steps(plan)["SG11"], steps(plan)["SG05"]
    assert (plan["feasible"], plan["decides"]) == (False, "SG11")
    assert plan["short_by"] == -late["slack"] > 0
    assert late["latest_filing"]["day"] < "2026-03-02"
    assert (early["latest_filing"]["day"], early["slack"]) == ("2026-03-23", 15)


def test_a_plan_against_a_day_of_its_own_and_an_event(anyone: Caller, town: Town) -> None:
    plan = asked(anyone, items=["SG11"], until="2026-06-01", today="2026-05-04", event="works_start")
    assert (plan["event"], plan["from"]) == ("works_start", "2026-05-04")
    assert steps(plan)["SG11"]["latest_decision"]["day"] == "2026-05-29"


@pytest.mark.parametrize(
    ("question", "field"),
    [
        ({}, "items"),
        ({"items": []}, "items"),
        ({"items": ["GC99"]}, "items"),
        ({"items": ["GC03"] * 61}, "items"),
        ({"items": ["GC03"], "from": "2026-03-02", "until": "2026-04-01"}, "until"),
        ({"items": ["GC03"], "until": "2026-02-30"}, "until"),
        ({"items": ["GC03"], "measure": "hoped"}, "measure"),
        ({"items": ["GC03"], "variants": {"GC03": "report"}}, "variants"),
        ({"items": ["GC03"], "traits": ["tall"]}, "traits"),
        ({"items": ["GC03"], "intake": 9}, "intake"),
        ({"items": ["GC03"], "event": "picnic"}, "event"),
        ({"items": ["GC03"], "until": "1901-01-02"}, "until"),
        ({"items": ["GC03"], "colour": "red"}, "colour"),
    ],
)
def test_nonsense_is_refused_naming_the_field(anyone: Caller, town: Town, question: Any, field: str) -> None:
    if field == "until" and question["until"] == "1901-01-02":
        question = {**question, "items": ["LX07"], "measure": "statutory", "today": "1901-01-02"}
        field = "items"  # no item was in force in that year
    problem = refused(anyone, 400, **question)
    assert [reason["facts"]["field"] for reason in problem["reasons"]] == [field]


def test_a_project_is_planned_for_who_may_see_it(
    office: Office, engine: Engine, anyone: Caller, by_token: Callers, town: Town
) -> None:
    code = town.project.code
    assert refused(anyone, 401, items=["GC03"], project=code)["code"] == "sign_in_required"
    with engine.begin() as conn:
        other = given.company(conn, 2)
        stranger = given.person(conn, "stranger", Grant("applicant", company=other))
    assert refused(by_token(stranger), 404, items=["GC03"], project=code)["code"] == "no_such_project"
    assert asked(by_token(town.applicant), items=["GC03"], project=code)["decides"] == "GC03"


def test_what_is_known_of_a_project_is_a_trait_or_a_paper_at_hand(
    engine: Engine, by_token: Callers, town: Town
) -> None:
    facts = '{"regional_assessment": true, "land_contract": "2026-001", "street": "沙子口"}'
    with engine.begin() as conn:
        conn.execute(
            text("UPDATE projects SET facts = :facts WHERE code = :code"), {"facts": facts, "code": town.project.code}
        )
    plan = asked(by_token(town.applicant), items=["LX08", "SG12"], project=town.project.code)
    assert plan["waived"] == ["SG12"]
    assert all(one["paper"] != "land_contract" for one in steps(plan)["LX08"]["missing"])


def test_granted_permits_are_done_and_running_cases_count_with_their_clocks(
    office: Office, by_token: Callers, town: Town
) -> None:
    application = given.application(office, town, NOW, ["LX06", "GC01"])
    for item in ("LX06", "GC01"):
        given.act(office, town.clerk, NOW, application.cases[item], "accept")
    given.act(office, town.officers["ZG"], NOW, application.cases["LX06"], "grant", {"opinion": "符合要求"})
    applicant = by_token(town.applicant)

    plan = asked(applicant, items=["LX06", "GC03"], project=town.project.code)
    assert plan["granted"] == ["LX06"]
    running = steps(plan)["GC01"]
    assert running["case"] == {
        "no": application.cases["GC01"],
        "standing": "clock",
        "due": {"day": "2026-03-11", "provisional": False},
    }
    assert running["latest_filing"] is None
    assert (plan["decides"], plan["ends"]["day"]) == ("GC01", "2026-03-11")
    # LX06 stands in for LX08, and is granted.
    assert steps(plan)["GC03"]["missing"] == []


def test_a_bundle_tells_the_item_that_decides_the_date_and_the_slack_of_the_others(
    office: Office, by_token: Callers, town: Town
) -> None:
    application = given.application(office, town, NOW, ["GC01", "LX06", "LX01"])
    for item in ("GC01", "LX06"):
        given.act(office, town.clerk, NOW, application.cases[item], "accept")
    answer = by_token(town.applicant)("GET", f"/api/v1/cases/{application.no}/plan")
    plan = answer.get_json()
    assert (answer.status_code, plan["no"]) == (200, application.no)
    found = steps(plan)
    # GC01: seven days; LX06: five. LX01 is not accepted: the check ends on 9 March, three days from there.
    assert {item: (step["decision"]["day"], step["slack"]) for item, step in found.items()} == {
        "GC01": ("2026-03-11", 1),
        "LX06": ("2026-03-09", 3),
        "LX01": ("2026-03-12", 0),
    }
    assert {item: step["case"]["standing"] for item, step in found.items()} == {
        "GC01": "clock",
        "LX06": "clock",
        "LX01": "intake",
    }
    assert (plan["decides"], plan["ends"]["day"]) == ("LX01", "2026-03-12")


def test_a_paused_case_is_planned_as_if_its_pause_ended_as_planned(
    office: Office, by_token: Callers, town: Town
) -> None:
    application = given.application(office, town, NOW, ["LX10", "LX06"])
    for no in application.cases.values():
        given.act(office, town.clerk, NOW, no, "accept")
    pause = {"cause": "expert_review", "until": "2026-03-20", "reason": "组织节能专家评审"}
    given.act(office, town.officers["QX"], NOW, application.cases["LX10"], "start_special", pause)
    plan = by_token(town.applicant)("GET", f"/api/v1/cases/{application.no}/plan").get_json()
    paused = steps(plan)["LX10"]
    # Five working days, of which the pause from 2 to 20 March takes none away: 23 to 27 March.
    assert (paused["case"]["standing"], paused["decision"]["day"]) == ("paused", "2026-03-27")
    assert plan["decides"] == "LX10"


def test_a_draft_is_planned_as_if_it_were_filed_today(office: Office, by_token: Callers, town: Town) -> None:
    no = given.draft(office, town, NOW, ["GC01", "LX06"])
    plan = by_token(town.applicant)("GET", f"/api/v1/cases/{no}/plan?measure=statutory").get_json()
    assert (plan["measure"], plan["decides"], plan["ends"]["day"]) == ("statutory", "LX06", "2026-03-30")
    assert all(step["case"] is None for step in plan["steps"])


def test_an_overdue_bundle_says_so_and_decided_items_are_left_out(
    office: Office, engine: Engine, by_token: Callers, town: Town
) -> None:
    application = given.application(office, town, NOW, ["GC01", "LX06"])
    for no in application.cases.values():
        given.act(office, town.clerk, NOW, no, "accept")
    given.act(office, town.officers["ZG"], NOW, application.cases["LX06"], "grant", {"opinion": "符合要求"})
    given.time_is(engine, given.moment("2026-03-16"))
    plan = by_token(town.applicant)("GET", f"/api/v1/cases/{application.no}/plan").get_json()
    assert list(steps(plan)) == ["GC01"]
    assert steps(plan)["GC01"]["overdue"] is True
    assert plan["ends"]["day"] == "2026-03-16"


def test_only_a_joint_application_that_one_may_see_has_a_plan(
    office: Office, engine: Engine, by_token: Callers, town: Town
) -> None:
    application = given.application(office, town, NOW, ["LX06"])
    applicant = by_token(town.applicant)
    item = applicant("GET", f"/api/v1/cases/{application.cases['LX06']}/plan")
    assert (item.status_code, item.get_json()["code"]) == (404, "not_a_bundle")
    with engine.begin() as conn:
        stranger = given.person(conn, "stranger", Grant("applicant", company=given.company(conn, 2)))
    hidden = by_token(stranger)("GET", f"/api/v1/cases/{application.no}/plan")
    assert (hidden.status_code, hidden.get_json()["code"]) == (404, "no_such_case")


def test_planning_writes_nothing(office: Office, engine: Engine, by_token: Callers, town: Town) -> None:
    application = given.application(office, town, NOW, ["LX06"])
    counted = text("SELECT (SELECT count(*) FROM cases), (SELECT count(*) FROM events), (SELECT count(*) FROM clocks)")
    with engine.connect() as conn:
        before = tuple(conn.execute(counted).one())
    applicant = by_token(town.applicant)
    asked(applicant, items=["LX06", "GC03"], project=town.project.code, until="2026-05-29")
    applicant("GET", f"/api/v1/cases/{application.no}/plan")
    with engine.connect() as conn:
        assert tuple(conn.execute(counted).one()) == before


def test_the_command_reads_the_permits_and_running_cases_of_a_project(
    office: Office,
    town: Town,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    application = given.application(office, town, NOW, ["GC01"])
    given.act(office, town.clerk, NOW, application.cases["GC01"], "accept")
    monkeypatch.setenv("DATABASE_URL", database_url)
    asked_for = ["plan", "--items", "GC03", "--project"]
    assert main([*asked_for, town.project.code]) == 0
    said = capsys.readouterr().out
    assert f"在办 running {application.cases['GC01']}" in said
    assert "关键路径 critical path: GC01 → GC03" in said
    assert main([*asked_for, "2203-370212-04-01-999999"]) == 2
    assert "There is no project" in capsys.readouterr().err
