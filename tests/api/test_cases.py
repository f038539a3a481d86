"""The main job over JSON: read a case, see what may be done, do it; and every way in which it is refused."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from tests import given
from tests.api.conftest import Caller
from tests.given import Application, Town
from workflow.actor import Actor, Grant
from workflow.work import Office

Callers = Callable[[Actor], Caller]
NOW = given.moment("2026-03-02")


@pytest.fixture
def application(office: Office, engine: Engine, town: Town) -> Application:
    """Three items received on a Monday; it is an hour later."""
    application = given.application(office, town, NOW)
    given.time_is(engine, NOW + timedelta(hours=1))
    return application


@pytest.fixture
def received(application: Application) -> str:
    """One of its items."""
    return next(iter(application.cases.values()))


def version_of(caller: Caller, no: str) -> int:
    """The version a caller sees."""
    return int(caller("GET", f"/api/v1/cases/{no}").get_json()["version"])


def test_a_case_is_told_whole(by_token: Callers, town: Town, received: str, application: Application) -> None:
    answer = by_token(town.clerk)("GET", f"/api/v1/cases/{received}")

    body = answer.get_json()
    assert answer.status_code == 200
    assert answer.headers["ETag"] == f'W/"{body["version"]}"'
    assert (body["state"]["name"], body["state"]["title"]["zh"]) == ("received", "已收件")
    assert body["project_code"] == town.project.code
    assert body["parent"]["no"] == application.no
    assert {one["no"] for one in body["relatives"]} == set(application.cases.values()) - {received}
    [clock] = body["clocks"]
    assert (clock["name"], clock["limit"], clock["due_on"]) == ("completeness", "5wd", "2026-03-09")
    assert clock["words"] == {"zh": "剩 5 个工作日", "en": "5 working days left"}
    assert clock["next_rung"]["text"] == "1 working day left"
    allowed = {one["name"] for one in body["actions"] if one["allowed"]}
    assert {"accept", "ask_correction", "decline_not_needed", "decline_not_ours", "assign"} == allowed


def test_sentences_follow_the_language_of_the_caller(by_token: Callers, town: Town, received: str) -> None:
    clerk = by_token(town.clerk)

    chinese = clerk("GET", f"/api/v1/cases/{received}/clocks").get_json()
    english = clerk("GET", f"/api/v1/cases/{received}/clocks", headers={"Accept-Language": "en"}).get_json()

    assert chinese["items"][0]["sentence"] == "剩 5 个工作日"
    assert english["items"][0]["sentence"] == "5 working days left"


def test_a_closed_action_says_why(by_token: Callers, town: Town, received: str) -> None:
    answer = by_token(town.applicant)("GET", f"/api/v1/cases/{received}/actions").get_json()

    accept = next(one for one in answer["items"] if one["name"] == "accept")
    assert accept["allowed"] is False
    assert accept["reasons"][0]["code"] == "role_required"
    assert accept["reasons"][0]["zh"] == "“受理”须由综合窗口人员办理"


def test_an_action_answers_with_the_version_the_clocks_and_what_is_possible_now(
    by_token: Callers, town: Town, received: str
) -> None:
    clerk = by_token(town.clerk)
    version = version_of(clerk, received)

    answer = clerk("POST", f"/api/v1/cases/{received}/actions/accept", json={"version": version})

    body = answer.get_json()
    assert answer.status_code == 200
    assert answer.headers["ETag"] == f'W/"{version + 1}"'
    assert (body["version"], body["state"]["name"]) == (version + 1, "in_review")
    assert body["event"]["action"] == "accept"
    assert [issued["kind"] for issued in body["issued"]] == ["acceptance_notice"]
    assert {clock["name"] for clock in body["clocks"] if clock["state"] == "armed"} == {"statutory", "promised"}
    assert body["allowed"] == ["hand_over", "assign"]


def test_a_repeated_request_is_answered_once(by_token: Callers, town: Town, received: str, engine: Engine) -> None:
    clerk = by_token(town.clerk)
    request = {
        "json": {"version": version_of(clerk, received)},
        "headers": {"Idempotency-Key": "one-and-only"},
    }

    first = clerk("POST", f"/api/v1/cases/{received}/actions/accept", **request)
    again = clerk("POST", f"/api/v1/cases/{received}/actions/accept", **request)

    assert (first.status_code, again.status_code) == (200, 200)
    assert again.headers["Idempotent-Replay"] == "true"
    assert again.get_json() == first.get_json()
    assert again.headers["ETag"] == first.headers["ETag"]
    with engine.connect() as conn:
        accepted = conn.execute(text("SELECT count(*) FROM events WHERE action = 'accept'")).scalar_one()
    assert accepted == 1


def test_a_repeated_key_with_another_body_is_refused(by_token: Callers, town: Town, received: str) -> None:
    clerk = by_token(town.clerk)
    version, headers = version_of(clerk, received), {"Idempotency-Key": "one-and-only"}
    address = f"/api/v1/cases/{received}/actions/accept"
    assert clerk("POST", address, json={"version": version}, headers=headers).status_code == 200

    answer = clerk("POST", address, json={"version": version + 1}, headers=headers)

    assert (answer.status_code, answer.get_json()["code"]) == (422, "idempotency_key_reused")


def test_a_stale_version_tells_who_acted_first_and_the_new_state(by_token: Callers, town: Town, received: str) -> None:
    clerk = by_token(town.clerk)
    version = version_of(clerk, received)
    assert clerk("POST", f"/api/v1/cases/{received}/actions/accept", json={"version": version}).status_code == 200

    reason = {"version": version, "reason": "无需许可"}
    answer = clerk("POST", f"/api/v1/cases/{received}/actions/decline_not_needed", json=reason)

    body = answer.get_json()
    assert (answer.status_code, body["code"]) == (409, "stale_version")
    assert body["extra"]["by"] == town.clerk.name
    assert body["extra"]["state"] == "in_review"
    assert (body["extra"]["seen"], body["extra"]["version"]) == (version, version + 1)
    assert body["extra"]["at"].startswith("2026-03-02T03")


def test_a_wrong_role_is_403_and_says_whose_deed_it_is(by_token: Callers, town: Town, received: str) -> None:
    applicant = by_token(town.applicant)

    answer = applicant(
        "POST", f"/api/v1/cases/{received}/actions/accept", json={"version": version_of(applicant, received)}
    )

    body = answer.get_json()
    assert (answer.status_code, body["code"]) == (403, "role_required")
    assert body["reasons"][0]["facts"]["roles"] == ["clerk"]
    assert body["extra"]["possible"] == ["withdraw"]


def test_a_wrong_state_is_409_and_says_what_is_possible(by_token: Callers, town: Town, received: str) -> None:
    clerk = by_token(town.clerk)

    answer = clerk(
        "POST",
        f"/api/v1/cases/{received}/actions/deliver",
        json={"version": version_of(clerk, received), "way": "post", "recipient": "王"},
    )

    body = answer.get_json()
    assert (answer.status_code, body["code"]) == (409, "wrong_state")
    assert "accept" in body["extra"]["possible"]


def test_an_unknown_action_is_404_and_names_the_known_ones(by_token: Callers, town: Town, received: str) -> None:
    clerk = by_token(town.clerk)

    answer = clerk("POST", f"/api/v1/cases/{received}/actions/bless", json={"version": version_of(clerk, received)})

    assert (answer.status_code, answer.get_json()["code"]) == (404, "unknown_action")
    assert "accept" in answer.get_json()["en"]


def test_unmet_conditions_are_422_with_every_one_of_them(
    office: Office, engine: Engine, by_token: Callers, town: Town
) -> None:
    demanding = next(item for item in office.catalogue.items.values() if item.must_precede and item.promised)
    application = given.application(office, town, NOW, [demanding.code])
    no = application.cases[demanding.code]
    given.act(office, town.clerk, NOW, no, "accept")
    given.time_is(engine, given.moment("2026-06-01"))
    officer = by_token(town.officers[demanding.department])

    answer = officer(
        "POST",
        f"/api/v1/cases/{no}/actions/grant",
        json={"version": version_of(officer, no), "opinion": "同意"},
    )

    body = answer.get_json()
    assert (answer.status_code, body["code"]) == (422, "conditions_unmet")
    assert {reason["code"] for reason in body["reasons"]} == {"prerequisites_missing", "late_reason_needed"}


@pytest.mark.parametrize(
    ("body", "field", "accepted"),
    [
        ({"version": "1"}, "version", "number"),
        ({"version": 1.5}, "version", "number"),
        ({"version": True}, "version", ""),
        ({"version": -1}, "version", "0"),
        ({}, "version", "required"),
        ({"version": None}, "version", "null"),
    ],
)
def test_a_version_that_is_none_is_refused(
    by_token: Callers, town: Town, received: str, body: dict[str, object], field: str, accepted: str
) -> None:
    answer = by_token(town.clerk)("POST", f"/api/v1/cases/{received}/actions/accept", json=body)

    problem = answer.get_json()
    assert (answer.status_code, problem["code"]) == (400, "bad_input")
    assert problem["reasons"][0]["facts"]["field"] == field
    assert accepted in problem["reasons"][0]["en"]


def test_what_an_action_asks_for_is_read_strictly(by_token: Callers, town: Town, received: str) -> None:
    clerk = by_token(town.clerk)
    version = version_of(clerk, received)

    answer = clerk(
        "POST",
        f"/api/v1/cases/{received}/actions/ask_correction",
        json={"version": version, "faults": [{"material": "x"}], "colour": "red"},
    )

    body = answer.get_json()
    assert (answer.status_code, body["code"]) == (400, "bad_input")
    assert {reason["facts"]["field"] for reason in body["reasons"]} == {"faults.0.problem", "faults.0.fix", "colour"}
    assert version_of(clerk, received) == version


def test_a_date_in_the_wrong_form_is_refused(office: Office, by_token: Callers, town: Town) -> None:
    item = next(item for item in office.catalogue.items.values() if "expert_review" in item.pauses)
    no = given.application(office, town, NOW, [item.code]).cases[item.code]
    given.act(office, town.clerk, NOW, no, "accept")
    officer = by_token(town.officers[item.department])

    answer = officer(
        "POST",
        f"/api/v1/cases/{no}/actions/start_special",
        json={"version": version_of(officer, no), "cause": "expert_review", "until": "20.03.2026", "reason": "评审"},
    )

    reason = answer.get_json()["reasons"][0]
    assert answer.status_code == 400
    assert (reason["facts"]["field"], reason["facts"]["value"]) == ("until", "20.03.2026")


def test_another_companys_case_does_not_exist_for_an_applicant(
    engine: Engine, by_token: Callers, received: str
) -> None:
    with engine.begin() as conn:
        stranger = given.person(conn, "stranger", Grant("applicant", company=given.company(conn, 2)))
    caller = by_token(stranger)

    for method, rest in (
        ("GET", ""),
        ("GET", "/actions"),
        ("GET", "/history"),
        ("GET", "/clocks"),
        ("GET", "/clocks/completeness/proof"),
        ("GET", "/materials"),
        ("GET", "/materials/1"),
        ("GET", "/documents"),
        ("POST", "/actions/withdraw"),
    ):
        body = {"version": 1} if method == "POST" else None
        answer = caller(method, f"/api/v1/cases/{received}{rest}", json=body)
        nobodys = caller(method, f"/api/v1/cases/LS1999-000001{rest}", json=body)
        assert (answer.status_code, answer.get_json()["code"]) == (404, "no_such_case"), rest
        assert answer.get_json()["en"].replace(received, "") == nobodys.get_json()["en"].replace("LS1999-000001", "")


def test_the_history_is_told_newest_first_and_by_pages(by_token: Callers, town: Town, received: str) -> None:
    clerk = by_token(town.clerk)
    clerk("POST", f"/api/v1/cases/{received}/actions/accept", json={"version": version_of(clerk, received)})

    first = clerk("GET", f"/api/v1/cases/{received}/history", query_string={"limit": 1}).get_json()
    rest = clerk(
        "GET", f"/api/v1/cases/{received}/history", query_string={"limit": 1, "cursor": first["next_cursor"]}
    ).get_json()

    assert [line["action"] for line in first["items"] + rest["items"]] == ["accept", "submit"]
    assert first["items"][0]["actor"]["zh"] == town.clerk.name
    assert first["items"][0]["to_title"]["en"] == "In review"
    assert len(first["items"][0]["hash"]) == 64
    assert rest["next_cursor"] is None


def test_an_applicant_reads_officers_by_their_role(by_token: Callers, town: Town, received: str) -> None:
    clerk, applicant = by_token(town.clerk), by_token(town.applicant)
    clerk("POST", f"/api/v1/cases/{received}/actions/accept", json={"version": version_of(clerk, received)})

    line = applicant("GET", f"/api/v1/cases/{received}/history").get_json()["items"][0]
    case = applicant("GET", f"/api/v1/cases/{received}").get_json()

    assert line["actor"] == {"zh": "综合窗口人员", "en": "Window clerk"}
    assert case["assignee"] is None
    assert case["specialists"] == [town.specialist.name]
    assert town.clerk.name not in str(case)


def test_a_date_comes_with_its_proof(by_token: Callers, town: Town, received: str) -> None:
    answer = by_token(town.applicant)("GET", f"/api/v1/cases/{received}/clocks/completeness/proof").get_json()

    days = answer["proof"]["days"]
    assert answer["fresh"] is True
    assert (answer["proof"]["start"], answer["proof"]["due_on"]) == ("2026-03-02", "2026-03-09")
    assert [day["rule"] for day in days].count("weekend") == 2
    assert (days[0]["rule"], days[-1]["total"]) == ("start", 5)


def test_a_clock_the_case_has_not_is_named_with_those_it_has(by_token: Callers, town: Town, received: str) -> None:
    answer = by_token(town.applicant)("GET", f"/api/v1/cases/{received}/clocks/promised/proof")

    assert (answer.status_code, answer.get_json()["code"]) == (404, "no_such_clock")
    assert answer.get_json()["extra"]["accepted"] == ["completeness"]


def test_the_documents_of_a_case_are_listed(by_token: Callers, town: Town, received: str) -> None:
    answer = by_token(town.applicant)("GET", f"/api/v1/cases/{received}/documents").get_json()

    assert [document["kind"] for document in answer["items"]] == ["receipt"]
    assert answer["items"][0]["facts"]["project_code"] == town.project.code


def test_the_pause_causes_offered_are_those_this_person_may_open_here(
    office: Office, by_token: Callers, town: Town
) -> None:
    item = next(item for item in office.catalogue.items.values() if "expert_review" in item.pauses)
    no = given.application(office, town, NOW, [item.code]).cases[item.code]
    given.act(office, town.clerk, NOW, no, "accept")

    offered = {}
    for who in (town.officers[item.department], town.directors[item.department]):
        actions = by_token(who)("GET", f"/api/v1/cases/{no}/actions").get_json()["items"]
        asks = next(one for one in actions if one["name"] == "start_special")["asks"]
        offered[who.name] = [choice["value"] for choice in asks[0]["choices"]]

    assert "expert_review" in offered[town.officers[item.department].name]
    assert "other" not in offered[town.officers[item.department].name]
    assert "other" in offered[town.directors[item.department].name]


def test_colleagues_are_offered_by_name_with_their_load(by_token: Callers, town: Town, received: str) -> None:
    actions = by_token(town.clerk)("GET", f"/api/v1/cases/{received}/actions").get_json()["items"]

    choices = next(one for one in actions if one["name"] == "assign")["asks"][0]["choices"]
    clerk = next(choice for choice in choices if choice["value"] == str(town.clerk.id))
    assert clerk["title"]["zh"] == town.clerk.name
    assert clerk["note"]["en"] == "4 open cases"  # three items and their bundle
