"""Corrections over JSON: once, at the version that was seen, refused by name; and proofs as they stood."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine

from tests import given
from tests.api.conftest import Caller
from tests.given import Town, moment
from workflow.actor import Actor
from workflow.queries.verify import verify
from workflow.work import Office

Callers = Callable[[Actor], Caller]
WHY = "以回执为准"


@pytest.fixture
def no(office: Office, engine: Engine, town: Town) -> str:
    """A case received on 2 March 2026, accepted on the 3rd, paused from the 5th to the 10th; it is the 11th."""
    no = given.application(office, town, moment("2026-03-02"), ["LX10"]).cases["LX10"]
    given.act(office, town.clerk, moment("2026-03-03"), no, "accept")
    said = {"cause": "expert_review", "until": "2026-03-20", "reason": "专家评审"}
    given.act(office, town.officers["QX"], moment("2026-03-05"), no, "start_special", said)
    given.act(office, town.officers["QX"], moment("2026-03-10"), no, "end_special", {"result": "评审结束"})
    given.time_is(engine, moment("2026-03-11"))
    return no


@pytest.fixture
def director(by_token: Callers, town: Town) -> Caller:
    """The director of the case's department."""
    return by_token(town.directors["QX"])


def whole(caller: Caller, no: str) -> dict[str, Any]:
    body = caller("GET", f"/api/v1/cases/{no}").get_json()
    assert isinstance(body, dict)
    return body


def pause_path(caller: Caller, no: str) -> str:
    [pause] = whole(caller, no)["pauses"]
    return f"/api/v1/cases/{no}/corrections/pauses/{pause['id']}"


def test_a_corrected_pause_answers_what_moved_and_the_new_version(office: Office, director: Caller, no: str) -> None:
    before = whole(director, no)
    body = {"version": before["version"], "since": "2026-03-04", "until": "2026-03-10", "reason": WHY}
    answer = director("POST", pause_path(director, no), json=body)
    assert answer.status_code == 200, answer.text
    found = answer.get_json()
    assert found["version"] == before["version"] + 1
    assert answer.headers["ETag"] == f'W/"{found["version"]}"'
    assert found["event"]["action"] == "pause_corrected"
    assert {move["clock"] for move in found["moves"]} == {"statutory", "promised"}
    assert all(move["old"] < move["new"] for move in found["moves"])
    assert found["kept"] == []
    due = {clock["name"]: clock["due_on"] for clock in whole(director, no)["clocks"]}
    assert {move["clock"]: move["new"] for move in found["moves"]}.items() <= due.items()
    assert verify(office).breaches == ()


def test_a_corrected_receipt_names_the_clock_that_stays_as_evidence(director: Caller, no: str) -> None:
    version = whole(director, no)["version"]
    body = {"version": version, "received_at": "2026-02-27", "reason": WHY}
    answer = director("POST", f"/api/v1/cases/{no}/corrections/receipt", json=body)
    assert answer.status_code == 200, answer.text
    assert answer.get_json()["kept"] == [{"clock": "completeness", "round": 1, "due_on": "2026-03-09"}]
    assert answer.get_json()["moves"] == []
    assert whole(director, no)["received_at"].startswith("2026-02-27T01:00:00")


def test_the_same_key_corrects_once(director: Caller, no: str) -> None:
    version = whole(director, no)["version"]
    body = {"version": version, "received_at": "2026-02-27T09:30:00+08:00", "reason": WHY}
    sent: dict[str, Any] = {"json": body, "headers": {"Idempotency-Key": "one"}}
    first = director("POST", f"/api/v1/cases/{no}/corrections/receipt", **sent)
    again = director("POST", f"/api/v1/cases/{no}/corrections/receipt", **sent)
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.get_json() == again.get_json()
    assert again.headers["Idempotent-Replay"] == "true"
    assert whole(director, no)["version"] == version + 1


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"received_at": "2026-02-30"}, 400, "received_at"),
        ({"received_at": "2026-02-27T09:30:00"}, 400, "received_at"),
        ({"received_at": None}, 400, "received_at"),
        ({"received_at": "1850-01-01"}, 400, "received_at"),
        ({"reason": ""}, 400, "reason"),
        ({"reason": "   "}, 400, "reason"),
        ({"reason": "错" * 501}, 400, "reason"),
        ({"extra": 1}, 400, "extra"),
        ({"version": "1"}, 400, "version"),
        ({"received_at": "2026-03-12"}, 422, "received_at"),
        ({"received_at": "2026-03-04"}, 422, "received_at"),
        ({"received_at": "2026-01-05"}, 422, "received_at"),
        ({"received_at": "2026-03-02"}, 422, "received_at"),
    ],
)
def test_a_receipt_that_cannot_be_is_refused_with_its_field(
    director: Caller, no: str, body: dict[str, Any], status: int, field: str
) -> None:
    before = whole(director, no)
    sent = {"version": before["version"], "received_at": "2026-02-27", "reason": WHY, **body}
    answer = director("POST", f"/api/v1/cases/{no}/corrections/receipt", json=sent)
    assert answer.status_code == status, answer.text
    assert field in {reason["facts"]["field"] for reason in answer.get_json()["reasons"]}
    assert whole(director, no) == before


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"since": "2026-3-4"}, 400, "since"),
        ({"since": None}, 400, "since"),
        ({"until": None}, 422, "until"),
        ({"until": "2026-03-03"}, 422, "until"),
        ({"since": "2026-03-02"}, 422, "since"),
        ({"until": "2026-03-12"}, 422, "until"),
        ({"since": "2026-03-05"}, 422, "since"),
    ],
)
def test_days_that_cannot_be_are_refused_with_their_field(
    director: Caller, no: str, body: dict[str, Any], status: int, field: str
) -> None:
    before = whole(director, no)
    sent = {"version": before["version"], "since": "2026-03-04", "until": "2026-03-10", "reason": WHY, **body}
    answer = director("POST", pause_path(director, no), json=sent)
    assert answer.status_code == status, answer.text
    assert field in {reason["facts"]["field"] for reason in answer.get_json()["reasons"]}
    assert whole(director, no) == before


def test_nobody_but_the_director_corrects_and_a_stale_version_names_who_acted(
    by_token: Callers, town: Town, director: Caller, no: str
) -> None:
    version = whole(director, no)["version"]
    path = f"/api/v1/cases/{no}/corrections/receipt"
    sent = {"version": version, "received_at": "2026-02-27", "reason": WHY}
    others = {town.officers["QX"]: 403, town.applicant: 403, town.admin: 403, town.directors["ZG"]: 404}
    for actor, status in others.items():
        assert by_token(actor)("POST", path, json=sent).status_code == status
    assert director("POST", path, json=sent).status_code == 200
    answer = director("POST", path, json={**sent, "received_at": "2026-02-26"})
    assert answer.status_code == 409
    assert answer.get_json()["code"] == "stale_version"
    assert answer.get_json()["extra"]["version"] == version + 1


def test_an_unknown_pause_and_an_unknown_case_are_not_found(director: Caller, no: str) -> None:
    body = {"version": whole(director, no)["version"], "since": "2026-03-04", "until": "2026-03-10", "reason": WHY}
    assert director("POST", f"/api/v1/cases/{no}/corrections/pauses/{9**40}", json=body).status_code == 404
    assert director("POST", "/api/v1/cases/LS2026-999999/corrections/pauses/1", json=body).status_code == 404


# ── the proof as it stood ──────────────────────────────────────────────────────────────────────────────────────────


def test_a_proof_as_of_a_day_is_the_one_of_that_day_in_json_and_csv(director: Caller, no: str) -> None:
    path = f"/api/v1/cases/{no}/clocks/statutory/proof"
    before = director("GET", path).get_json()
    body = {"version": whole(director, no)["version"], "since": "2026-03-04", "until": "2026-03-10", "reason": WHY}
    assert director("POST", pause_path(director, no), json=body).status_code == 200
    after = director("GET", path).get_json()
    assert after["proof"]["due_on"] > before["proof"]["due_on"]
    then = director("GET", path, query_string={"as_of": "2026-03-10"}).get_json()
    assert then["as_of"].startswith("2026-03-10T15:59:59")
    assert then["proof"]["days"] == before["proof"]["days"]
    assert (then["proof"]["due_on"], then["pauses"]) == (before["proof"]["due_on"], before["pauses"])
    assert then["pauses"][0]["document"].startswith(f"{no}-")
    paused = director("GET", path, query_string={"as_of": "2026-03-09T10:00:00+08:00"}).get_json()
    assert (paused["proof"]["due_on"], paused["clock"]["state"]) == (None, "paused")
    answer = director("GET", f"{path}.csv", query_string={"as_of": "2026-03-10"})
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [row["date"] for row in rows] == [day["date"] for day in before["proof"]["days"]]


@pytest.mark.parametrize("suffix", ["", ".csv"])
@pytest.mark.parametrize(
    ("clock", "as_of", "status"),
    [
        ("statutory", "2026-03-02", 404),
        ("statutory", "2026-03-01", 400),
        ("statutory", "2026-03-12", 400),
        ("statutory", "yesterday", 400),
        ("statutory", "2026-03-09T10:00:00", 400),
        ("statutory", "1850-01-01", 400),
        ("nonsense", "2026-03-05", 404),
    ],
)
def test_a_moment_without_such_a_clock_is_refused_with_what_there_was(
    director: Caller, no: str, suffix: str, clock: str, as_of: str, status: int
) -> None:
    path = f"/api/v1/cases/{no}/clocks/{clock}/proof{suffix}"
    answer = director("GET", path, query_string={"as_of": as_of})
    assert answer.status_code == status, answer.text
    body = answer.get_json()
    if status == 404:
        assert "completeness" in body["extra"]["accepted"]
    else:
        assert "as_of" in {reason["facts"]["field"] for reason in body["reasons"]}
