"""Applying by JSON: draft, change, hand in papers, submit once."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import Engine, text

from tests import given
from tests.api.conftest import Caller
from tests.given import Town
from workflow.actor import Actor, Grant
from workflow.queries.verify import verify
from workflow.work import Office

Callers = Callable[[Actor], Caller]
NOW = given.moment("2026-03-02")
PDF = b"%PDF-1.7\nexample"


@pytest.fixture
def draft(office: Office, engine: Engine, town: Town) -> str:
    """A draft of three items with every required paper attached."""
    given.time_is(engine, NOW)
    return given.draft(office, town, NOW)


def new_bundle(caller: Caller, project: str, items: list[str], form: object = None) -> Any:
    """Draft an application."""
    return caller("POST", "/api/v1/bundles", json={"project": project, "items": items, "form": form or {}})


def test_an_application_is_drafted_changed_and_submitted(
    office: Office, engine: Engine, by_token: Callers, town: Town
) -> None:
    given.time_is(engine, NOW)
    applicant = by_token(town.applicant)
    items = given.default_items(office)

    form = {"contact": "张三", "floors": 3, "uses": ["住宅", "商业"]}

    made = new_bundle(applicant, town.project.code, items[:1], form)
    body = made.get_json()
    assert (made.status_code, body["state"]["name"], body["items"]) == (201, "draft", items[:1])
    assert made.headers["ETag"] == f'W/"{body["version"]}"'

    changed = applicant(
        "PATCH", f"/api/v1/bundles/{body['no']}", json={"version": body["version"], "items": items}
    ).get_json()
    assert (changed["items"], changed["form"]["contact"]) == (items, "张三")
    assert changed["version"] == body["version"] + 1

    for paper in changed["wanted"]:
        if paper["required"]:
            upload = {"code": paper["code"], "file": (BytesIO(PDF), "材料.pdf")}
            answer = applicant("POST", f"/api/v1/cases/{body['no']}/materials", data=upload)
            assert answer.status_code == 201, answer.get_json()
    submitted = applicant(
        "POST",
        f"/api/v1/bundles/{body['no']}/submit",
        json={"version": changed["version"]},
        headers={"Idempotency-Key": "submit-1"},
    )
    told = submitted.get_json()
    assert (submitted.status_code, told["state"]["name"]) == (201, "received")
    assert sorted(child["item"] for child in told["cases"]) == sorted(items)

    again = applicant(
        "POST",
        f"/api/v1/bundles/{body['no']}/submit",
        json={"version": changed["version"]},
        headers={"Idempotency-Key": "submit-1"},
    )
    assert again.get_json() == told
    with engine.connect() as conn:
        assert conn.execute(text("SELECT count(*) FROM cases")).scalar_one() == 1 + len(items)


def test_submitting_names_every_missing_paper(engine: Engine, office: Office, by_token: Callers, town: Town) -> None:
    applicant = by_token(town.applicant)
    body = new_bundle(applicant, town.project.code, given.default_items(office)).get_json()

    answer = applicant("POST", f"/api/v1/bundles/{body['no']}/submit", json={"version": body["version"]})

    problem = answer.get_json()
    assert (answer.status_code, problem["code"]) == (422, "materials_missing")
    wanted = {paper["code"] for paper in body["wanted"] if paper["required"] and not paper["may_follow"]}
    assert set(problem["reasons"][0]["facts"]["missing"]) == wanted


def test_a_stale_change_of_a_draft_tells_who_was_first(by_token: Callers, town: Town, draft: str) -> None:
    applicant, specialist = by_token(town.applicant), by_token(town.specialist)
    version = applicant("GET", f"/api/v1/cases/{draft}").get_json()["version"]
    first = specialist("PATCH", f"/api/v1/bundles/{draft}", json={"version": version, "form": {"a": "1"}})
    assert first.status_code == 200

    answer = applicant("PATCH", f"/api/v1/bundles/{draft}", json={"version": version, "form": {"a": "2"}})

    assert (answer.status_code, answer.get_json()["code"]) == (409, "stale_version")
    assert answer.get_json()["extra"]["by"] == town.specialist.name


def test_what_was_submitted_is_no_draft_any_more(by_token: Callers, town: Town, draft: str) -> None:
    applicant = by_token(town.applicant)
    version = applicant("GET", f"/api/v1/cases/{draft}").get_json()["version"]
    assert applicant("POST", f"/api/v1/bundles/{draft}/submit", json={"version": version}).status_code == 201

    answer = applicant("PATCH", f"/api/v1/bundles/{draft}", json={"version": version + 1, "form": {}})

    assert (answer.status_code, answer.get_json()["code"]) == (409, "wrong_state")


def test_an_officer_does_not_draft_or_change_an_application(
    office: Office, by_token: Callers, town: Town, draft: str
) -> None:
    director = by_token(town.directors["QX"])

    made = new_bundle(director, town.project.code, given.default_items(office))
    changed = director("PATCH", f"/api/v1/bundles/{draft}", json={"version": 1, "form": {}})

    assert (made.status_code, made.get_json()["code"]) == (403, "role_required")
    assert (changed.status_code, changed.get_json()["code"]) == (403, "role_required")


def test_nobody_applies_for_another_companys_project(
    office: Office, engine: Engine, by_token: Callers, town: Town
) -> None:
    with engine.begin() as conn:
        stranger = given.person(conn, "stranger", Grant("applicant", company=given.company(conn, 2)))

    answer = new_bundle(by_token(stranger), town.project.code, given.default_items(office))

    assert (answer.status_code, answer.get_json()["code"]) == (404, "no_such_project")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"items": ["XX99"]}, "items"),
        ({"items": "LX01"}, "items"),
        ({"items": [1]}, "items.0"),
        ({"form": {"share": 0.5}}, "form.share"),
        ({"form": {"deep": {"er": 1}}}, "form.deep"),
        ({"form": {"text": "长" * 4001}}, "form.text"),
        ({"form": []}, "form"),
        ({"form": {"text": "a\x00b"}}, "form.text"),
        ({"colour": "red"}, "colour"),
        ({"project": 7}, "project"),
    ],
)
def test_a_draft_of_the_wrong_shape_is_refused_by_field(
    engine: Engine, by_token: Callers, town: Town, body: dict[str, object], field: str
) -> None:
    answer = by_token(town.applicant)("POST", "/api/v1/bundles", json={"project": town.project.code, **body})

    problem = answer.get_json()
    assert (answer.status_code, problem["code"]) == (400, "bad_input")
    assert field in {reason["facts"]["field"] for reason in problem["reasons"]}
    with engine.connect() as conn:
        assert conn.execute(text("SELECT count(*) FROM cases")).scalar_one() == 0


def test_an_item_named_twice_is_refused(office: Office, by_token: Callers, town: Town) -> None:
    item = given.default_items(office)[0]

    answer = new_bundle(by_token(town.applicant), town.project.code, [item, item])

    assert (answer.status_code, answer.get_json()["reasons"][0]["facts"]["value"]) == (400, item)


def test_help_is_asked_at_any_hour_and_answered_by_minutes(engine: Engine, by_token: Callers, town: Town) -> None:
    given.time_is(engine, given.moment("2026-02-18", "03:00"))
    applicant = by_token(town.applicant)

    answer = applicant("POST", "/api/v1/help", json={"project": town.project.code, "question": "需要哪些材料？"})

    body = answer.get_json()
    assert (answer.status_code, body["question"]) == (201, "需要哪些材料？")
    first = next(clock for clock in body["clocks"] if clock["name"] == "first_response")
    assert first["remaining_unit"] == "minute"
    assert 110 < first["remaining"] <= 120
    blank = applicant("POST", "/api/v1/help", json={"project": town.project.code, "question": "  "})
    assert blank.status_code == 400


def test_a_history_with_drafts_uploads_and_submission_keeps_its_chain(
    office: Office, by_token: Callers, town: Town, draft: str
) -> None:
    applicant = by_token(town.applicant)
    form = {"name": "“示例” é 𠮷", "count": 2**53 - 1, "yes": True, "none": None, "list": ["a", 1, False]}
    version = applicant("GET", f"/api/v1/cases/{draft}").get_json()["version"]
    assert applicant("PATCH", f"/api/v1/bundles/{draft}", json={"version": version, "form": form}).status_code == 200
    upload = {"code": "application_form", "file": (BytesIO(PDF + b"2"), "申请表.pdf")}
    assert applicant("POST", f"/api/v1/cases/{draft}/materials", data=upload).status_code == 201
    assert applicant("POST", f"/api/v1/bundles/{draft}/submit", json={"version": version + 1}).status_code == 201

    assert verify(office).breaches == ()
