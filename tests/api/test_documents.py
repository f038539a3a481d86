"""Documents over HTTP: the file for those who may see the case, the check page for anybody."""

from collections.abc import Callable

import pytest
from sqlalchemy import text

from tests import given
from tests.api.conftest import Caller
from tests.given import moment
from workflow.actor import Actor
from workflow.commands.pass_on import pass_on
from workflow.store import outbox
from workflow.work import Office

RECEIVED = moment("2026-03-02")
CHECK = "/api/v1/documents/check"


@pytest.fixture
def case(office: Office, town: given.Town) -> str:
    """A case granted on 6 March 2026."""
    no = given.application(office, town, RECEIVED, ["LX06"]).cases["LX06"]
    given.act(office, town.clerk, moment("2026-03-03"), no, "accept")
    department = office.catalogue.items["LX06"].department
    given.act(office, town.officers[department], moment("2026-03-06"), no, "grant", {"opinion": "符合条件"})
    given.time_is(office.engine, moment("2026-03-06", "16:00"))
    return no


def decision(office: Office, no: str) -> tuple[str, str]:
    """The number and the check code of the decision on a case."""
    with office.engine.connect() as conn:
        row = conn.execute(
            text("""
SELECT d.no, d.check_code FROM documents d JOIN cases c ON c.id = d.case_id
WHERE c.no = :no AND d.kind = 'permit_decision'"""),
            {"no": no},
        ).one()
    return row.no, row.check_code


def render(office: Office) -> None:
    with office.engine.begin() as conn:
        due = outbox.due_ids(conn, 100)
    for message in due:
        pass_on(office, message, {})


def test_a_file_is_there_once_the_courier_has_made_it(
    office: Office, town: given.Town, case: str, by_token: Callable[[Actor], Caller]
) -> None:
    number, _ = decision(office, case)
    applicant, path = by_token(town.applicant), f"/api/v1/cases/{case}/documents/{number}/file"
    early = applicant("GET", path)
    assert (early.status_code, early.json["code"]) == (404, "no_such_file")

    render(office)

    answer = applicant("GET", path)
    assert answer.status_code == 200
    assert answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF-")
    assert answer.headers["Cache-Control"] == "private, no-store"
    listed = applicant("GET", f"/api/v1/cases/{case}/documents").json["items"]
    assert all(one["rendered"] and len(one["check_code"]) == 16 for one in listed)
    assert applicant("PUT", path).json == {"rendered": True}, "a file never changes"


def test_a_file_that_was_given_up_is_made_on_demand(
    office: Office, town: given.Town, case: str, by_token: Callable[[Actor], Caller]
) -> None:
    number, _ = decision(office, case)
    with office.engine.begin() as conn:
        conn.execute(text("UPDATE outbox SET state = 'failed', error = 'broken' WHERE channel = 'render'"))
    applicant, path = by_token(town.applicant), f"/api/v1/cases/{case}/documents/{number}/file"

    answer = applicant("PUT", path)

    assert (answer.status_code, answer.json) == (202, {"rendered": False})
    render(office)
    assert applicant("GET", path).status_code == 200


def test_somebody_elses_case_has_no_documents(
    office: Office, town: given.Town, case: str, by_token: Callable[[Actor], Caller], anyone: Caller
) -> None:
    render(office)
    number, _ = decision(office, case)
    with office.engine.begin() as conn:
        owner = given.company(conn, 2)
        stranger = given.person(conn, "stranger", given.Grant("applicant", company=owner))
        other = given.project(conn, owner, 10002)
    assert other.company == owner
    for method in ("GET", "PUT"):
        path = f"/api/v1/cases/{case}/documents/{number}/file"
        assert by_token(stranger)(method, path).status_code == 404
        assert anyone(method, path).status_code == 401


def test_anybody_may_check_a_document_and_learns_nothing_of_the_applicant(
    office: Office, town: given.Town, case: str, anyone: Caller
) -> None:
    number, code = decision(office, case)

    answer = anyone("GET", f"{CHECK}/{code}")

    assert answer.status_code == 200
    assert answer.json["no"] == number
    assert answer.json["kind"] == "permit_decision"
    assert answer.json["title"]["zh"] == "准予行政许可决定书"
    assert answer.json["issued_on"] == "2026-03-06"
    assert answer.json["about"]["zh"] == office.catalogue.items["LX06"].title.zh
    assert answer.json["standing"] == "valid"
    assert len(answer.json["seal"]) == 64
    page = anyone("GET", f"/check/{code}")
    assert page.status_code == 200
    for found in (answer.text, page.text):
        for secret in (town.project.name, town.project.code, town.project.company, town.project.company_name):
            assert secret not in found


@pytest.mark.parametrize("typed", ["lower", "spaced", "hyphened"])
def test_a_code_is_known_however_it_is_typed(office: Office, case: str, anyone: Caller, typed: str) -> None:
    number, code = decision(office, case)
    parts = [code[start : start + 4] for start in range(0, 16, 4)]
    spelling = {"lower": code.lower(), "spaced": " ".join(parts), "hyphened": "-".join(parts)}[typed]
    assert anyone("GET", f"{CHECK}/{spelling}").json["no"] == number
    answer = anyone("GET", "/check", query_string={"code": spelling})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/check/{code}")


@pytest.mark.parametrize(("outcome", "words"), [("revoked", "已撤销"), ("cancelled", "已注销"), ("lapsed", "已失效")])
def test_a_decision_whose_result_has_ended_says_so(
    office: Office, case: str, anyone: Caller, outcome: str, words: str
) -> None:
    _, code = decision(office, case)
    with office.engine.begin() as conn:
        conn.execute(text("UPDATE cases SET outcome = :outcome WHERE no = :no"), {"outcome": outcome, "no": case})
        other = conn.execute(text("SELECT check_code FROM documents WHERE kind = 'acceptance_notice'")).scalar_one()
    assert anyone("GET", f"{CHECK}/{code}").json["standing"] == outcome
    assert words in anyone("GET", f"/check/{code}").text
    assert anyone("GET", f"{CHECK}/{other}").json["standing"] == "valid", "that it was accepted stays true"


@pytest.mark.parametrize("code", ["A" * 16, "x", "'; --", "A" * 400, "崂山区崂山区"])
def test_a_wrong_code_is_answered_with_what_a_code_looks_like(case: str, anyone: Caller, code: str) -> None:
    answer = anyone("GET", f"{CHECK}/{code}")
    assert (answer.status_code, answer.json["code"]) == (404, "no_such_document")
    assert "16" in answer.json["detail"]
    page = anyone("GET", f"/check/{code}")
    assert page.status_code == 404
    assert 'name="code"' in page.text, "the form stands there again"


def test_nothing_typed_is_asked_for(anyone: Caller) -> None:
    assert anyone("GET", "/check").status_code == 200
    assert anyone("GET", "/check?code=").status_code == 400


def test_documents_issued_before_there_were_templates_are_shown_as_they_were(
    office: Office, town: given.Town, case: str, by_session: Callable[[Actor], Caller]
) -> None:
    number, _ = decision(office, case)
    with office.engine.begin() as conn:
        conn.execute(
            text("""
UPDATE documents SET template = NULL, seal = NULL, check_code = NULL, facts = facts - 'words' - 'titles'"""),
        )
    page = by_session(town.clerk)("GET", f"/cases/{case}/documents/{number}")
    assert page.status_code == 200
    assert "符合条件" in page.text
    assert "核验码" not in page.text
    assert "生成 PDF" not in page.text


def test_the_page_of_a_document_leads_to_its_file_and_to_its_check(
    office: Office, town: given.Town, case: str, by_session: Callable[[Actor], Caller]
) -> None:
    number, code = decision(office, case)
    clerk = by_session(town.clerk)
    assert "生成 PDF" in clerk("GET", f"/cases/{case}/documents/{number}").text
    render(office)
    page = clerk("GET", f"/cases/{case}/documents/{number}").text
    assert "打开 PDF" in page
    assert f"/check/{code}" in page
