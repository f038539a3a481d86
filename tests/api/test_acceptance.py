"""The matrix of an acceptance by segments, over HTTP."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, event

from tests import given, parts
from tests.api.conftest import Caller
from workflow.actor import Actor
from workflow.work import Office

ByToken = Callable[[Actor], Caller]
ORDER = [*parts.COLUMNS[:4], "greenery", "energy", "utilities", "layout"]
MONDAY, TUESDAY = given.moment("2026-03-02"), given.moment("2026-03-03")


@pytest.fixture
def half_done(office: Office, town: given.Town) -> str:
    """Segment A under way: planning passed, a problem of the fire department found; the last segment only planned."""
    given.time_is(office.engine, MONDAY)
    no = parts.begun(office, town, MONDAY)
    segment = parts.segments(office, no)["A"]
    cells = parts.taken_in(office, town, MONDAY, segment)
    parts.visited(office, town, TUESDAY, segment)
    parts.on(office, town, TUESDAY, cells["planning"], "pass", parts.FINE)
    parts.on(office, town, TUESDAY, cells["fire"], "find_problems", {"problems": [parts.PROBLEM]})
    given.time_is(office.engine, TUESDAY)
    return no


def _rows(answer: Any) -> dict[str, dict[str, Any]]:
    return {
        row["segment"]: {cell["discipline"]: cell for cell in row["cells"]} | {"row": row}
        for row in answer.json["segments"]
    }


def test_the_matrix_tells_every_cell_with_state_day_problems_and_what_a_segment_waits_for(
    town: given.Town, by_token: ByToken, half_done: str
) -> None:
    answer = by_token(town.officers["ZJ"])("GET", f"/api/v1/cases/{half_done}/acceptance")
    assert answer.status_code == 200
    assert answer.json["sentence"]["zh"] == "2 段中 0 段已通过，可以使用；1 段验收中，1 段未申请。"
    assert answer.json["counts"] == {"all": 2, "usable": 0, "examined": 1, "rectifying": 0, "not_applied": 1}
    rows = _rows(answer)
    first, last = rows["A"], rows["B"]
    assert (first["planning"]["state"], first["planning"]["on"]) == ("passed", "2026-03-03")
    assert first["fire"]["state"] == "faulty"
    assert first["fire"]["problems"] == [parts.PROBLEM]
    assert first["archive"]["state"] == "site"
    assert {first["civil_defence"]["state"], first["greenery"]["state"], last["civil_defence"]["state"]} == {
        "not_applicable"
    }
    assert (last["greenery"]["state"], last["fire"]["state"]) == ("not_begun", "not_begun")
    assert "消防验收（备案）：发现问题，待一次性告知" in [words["zh"] for words in first["row"]["waits_for"]]
    assert [words["zh"] for words in last["row"]["waits_for"]] == ["未申请", "分段 A 未备案"]
    assert [column["code"] for column in answer.json["columns"]] == ORDER


def test_a_department_finds_the_matrix_by_its_own_cell_and_the_applicant_by_every_number(
    office: Office, town: given.Town, by_token: ByToken, half_done: str
) -> None:
    segment = parts.segments(office, half_done)["A"]
    cell = parts.cells(office, segment)["archive"]
    archive, applicant = by_token(town.officers["DA"]), by_token(town.applicant)
    assert archive("GET", f"/api/v1/cases/{half_done}/acceptance").status_code == 404
    assert archive("GET", f"/api/v1/cases/{cell}/acceptance").json["no"] == half_done
    assert applicant("GET", f"/api/v1/cases/{segment}/acceptance").json["no"] == half_done
    seen = _rows(applicant("GET", f"/api/v1/cases/{half_done}/acceptance"))["A"]["archive"]["who"]
    assert seen["zh"] == office.catalogue.departments["DA"].title.zh, "applicants read the office, not the officer"


def test_what_is_no_acceptance_has_no_matrix(office: Office, town: given.Town, by_token: ByToken) -> None:
    no = given.application(office, town, MONDAY).no
    answer = by_token(town.applicant)("GET", f"/api/v1/cases/{no}/acceptance")
    assert (answer.status_code, answer.json["code"]) == (404, "not_an_acceptance")


def test_one_statement_reads_the_whole_matrix(
    town: given.Town, by_token: ByToken, half_done: str, engine: Engine
) -> None:
    caller = by_token(town.clerk)
    caller("GET", f"/api/v1/cases/{half_done}/acceptance")
    said: list[str] = []

    def note(conn: Any, cursor: Any, statement: str, *rest: Any) -> None:
        said.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        caller("GET", f"/api/v1/cases/{half_done}/acceptance")
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert len([one for one in said if "AS segments" in one]) == 1
    assert len([one for one in said if "cases" in one]) <= 2


def test_a_permit_cut_in_one_request_and_refused_with_every_reason(town: given.Town, by_token: ByToken) -> None:
    applicant = by_token(town.applicant)
    body = {"flow": "acceptance", "project": town.project.code, "inputs": parts.OPENING}
    assert applicant("POST", "/api/v1/cases", json=body).status_code == 201
    wrong = {**parts.OPENING, "permit_no": "0212", "above_m2": 30000, "segments": [{"segment": "A"}, {"segment": "B"}]}
    answer = applicant("POST", "/api/v1/cases", json={**body, "inputs": wrong})
    assert answer.status_code == 422
    assert [reason["code"] for reason in answer.json["reasons"]] == [
        "permit_number_shape",
        "areas_do_not_add_up",
        "last_segment_missing",
    ]
