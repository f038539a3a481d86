"""Papers: checked by what they are, kept once, never lost, and only when they may come."""

import hashlib
import zipfile
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import Engine, text

from tests import given
from tests.api.conftest import Caller
from tests.given import Town
from workflow.actor import Actor, Grant
from workflow.commands.attach_material import TooLarge, attach_material
from workflow.commands.open_bundle import open_bundle
from workflow.commands.take_action import take_action
from workflow.work import Office

Callers = Callable[[Actor], Caller]
NOW = given.moment("2026-03-02")
PROMISE = {"gaps_until": "2026-03-09", "form": "电子件", "signed_by": "经办人"}
PDF = b"%PDF-1.7\nexample"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)


@pytest.fixture
def draft(office: Office, engine: Engine, town: Town) -> str:
    """An empty draft of the construction permit and two more."""
    given.time_is(engine, NOW)
    with given.at(office, town.applicant, NOW) as work:
        return open_bundle(work, town.project.code, ["SG05", "GC03"], {}).no


def upload(caller: Caller, no: str, code: str, content: bytes, name: str = "材料.pdf", **headers: str) -> Any:
    """Hand in one paper."""
    data = {"code": code, "file": (BytesIO(content), name)}
    return caller("POST", f"/api/v1/cases/{no}/materials", data=data, headers=headers)


def multipart(code: str, name: str, content: bytes) -> bytes:
    """A form with a file as it stands on the wire; the test client's own keeps large ones in files it never closes."""
    head = (
        f'--b\r\nContent-Disposition: form-data; name="code"\r\n\r\n{code}\r\n'
        f'--b\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    )
    return head.encode() + content + b"\r\n--b--\r\n"


def office_file(folder: str, name: str) -> bytes:
    """The smallest file of that office format."""
    body = BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(f"{folder}/{name}.xml", "<document/>")
    return body.getvalue()


def test_a_paper_is_kept_with_its_hash_and_taken_out_as_it_was(by_token: Callers, town: Town, draft: str) -> None:
    applicant = by_token(town.applicant)

    kept = upload(applicant, draft, "application_form", PDF, "申请表 (1).pdf")
    body = kept.get_json()
    assert (kept.status_code, body["content_type"], body["size"]) == (201, "application/pdf", len(PDF))
    assert body["sha256"] == hashlib.sha256(PDF).hexdigest()

    file = applicant("GET", f"/api/v1/cases/{draft}/materials/{body['id']}")
    assert (file.status_code, file.data, file.mimetype) == (200, PDF, "application/pdf")
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert file.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in file.headers["Content-Security-Policy"]
    assert "no-store" in file.headers["Cache-Control"]

    listed = applicant("GET", f"/api/v1/cases/{draft}/materials").get_json()
    assert [one["filename"] for one in listed["items"]] == ["申请表 (1).pdf"]
    wanted = {paper["code"]: paper for paper in listed["wanted"]}
    assert (wanted["application_form"]["attached"], wanted["application_form"]["open"]) == (True, True)
    assert wanted["application_form"]["items"] == ["SG05", "GC03"]
    assert wanted["identity"]["attached"] is False


def test_a_newer_paper_supersedes_the_older_and_both_stay(by_token: Callers, town: Town, draft: str) -> None:
    applicant = by_token(town.applicant)
    first = upload(applicant, draft, "identity", PDF).get_json()

    second = upload(applicant, draft, "identity", PNG, "执照.PNG").get_json()

    assert second["superseded"] == first["id"]
    listed = applicant("GET", f"/api/v1/cases/{draft}/materials").get_json()["items"]
    assert [(one["id"], one["superseded"]) for one in listed] == [(second["id"], False), (first["id"], True)]
    assert applicant("GET", f"/api/v1/cases/{draft}/materials/{first['id']}").data == PDF


def test_the_same_file_again_changes_nothing(by_token: Callers, engine: Engine, town: Town, draft: str) -> None:
    applicant = by_token(town.applicant)
    first = upload(applicant, draft, "identity", PDF).get_json()

    again = upload(applicant, draft, "identity", PDF, "other.pdf").get_json()

    assert again == {**first, "unchanged": True}  # its name too: that of the file which stays
    with engine.connect() as conn:
        assert conn.execute(text("SELECT count(*) FROM materials")).scalar_one() == 1
        assert conn.execute(text("SELECT count(*) FROM events WHERE action = 'attach'")).scalar_one() == 1


def test_one_file_for_two_papers_is_kept_once(by_token: Callers, engine: Engine, town: Town, draft: str) -> None:
    applicant = by_token(town.applicant)
    upload(applicant, draft, "identity", PDF)
    upload(applicant, draft, "construction_contract", PDF)

    with engine.connect() as conn:
        assert conn.execute(text("SELECT count(*) FROM blobs")).scalar_one() == 1
        assert conn.execute(text("SELECT count(*) FROM materials")).scalar_one() == 2


def test_an_upload_stands_in_the_history_with_the_hash_of_the_file(by_token: Callers, town: Town, draft: str) -> None:
    applicant = by_token(town.applicant)
    before = applicant("GET", f"/api/v1/cases/{draft}").get_json()["version"]

    body = upload(applicant, draft, "identity", PDF).get_json()

    line = applicant("GET", f"/api/v1/cases/{draft}/history").get_json()["items"][0]
    assert (line["action"], line["title"]["zh"]) == ("attach", "提交材料")
    assert line["input"]["sha256"] == hashlib.sha256(PDF).hexdigest()
    assert body["version"] == before  # nobody's form goes stale by it


@pytest.mark.parametrize(
    ("content", "name", "found"),
    [
        (PNG, "执照.pdf", "png"),
        (PDF, "执照.png", "pdf"),
        (b"MZ\x90\x00" + bytes(200), "执照.pdf", "not pdf"),
        (b"<html><script>alert(1)</script></html>", "执照.pdf", "not pdf"),
        (b"", "执照.pdf", "an empty file"),
        (b"PK\x03\x04 broken", "执照.pdf", "not pdf"),
        (PDF, "执照", "nothing"),
        (PDF, "执照.pdf.exe", "exe"),
        (PDF, "执照.docx", "docx"),
        (b"nobody knows this", "执照.pdf", "an unknown format"),
    ],
)
def test_a_file_whose_content_is_not_its_extension_is_refused(
    by_token: Callers, engine: Engine, town: Town, draft: str, content: bytes, name: str, found: str
) -> None:
    answer = upload(by_token(town.applicant), draft, "identity", content, name)

    problem = answer.get_json()
    assert (answer.status_code, problem["code"]) == (400, "bad_input")
    reason = problem["reasons"][0]
    assert (reason["facts"]["field"], reason["facts"]["value"]) == ("file", name)
    assert reason["facts"]["accepted"] == ["pdf", "jpg", "png"]
    assert found in reason["en"]
    with engine.connect() as conn:
        assert conn.execute(text("SELECT count(*) FROM materials")).scalar_one() == 0
        assert conn.execute(text("SELECT count(*) FROM blobs")).scalar_one() == 0


@pytest.mark.parametrize(
    ("code", "content", "name", "sentence"),
    [
        ("identity", b"", "a.pdf", "文件“a.pdf”的内容是空文件，不是 pdf"),
        ("identity", b"nobody knows this", "a.pdf", "文件“a.pdf”的内容是未知格式，不是 pdf"),
        ("identity", PNG, "a.pdf", "文件“a.pdf”的内容是 png，不是 pdf"),
        ("identity", office_file("word", "document")[:-30], "a.pdf", "文件“a.pdf”的内容是损坏的 zip，不是 pdf"),
        ("application_form", office_file("word", "document")[:-30], "a.docx", "文件“a.docx”损坏或不完整，无法读取"),
        ("application_form", office_file("plain", "x"), "a.docx", "文件“a.docx”的内容是 zip，不是 docx"),
        ("works_design", b"AC10\x00\x00" + bytes(300), "a.dwg", "文件“a.dwg”损坏或不完整，无法读取"),
    ],
)
def test_a_refused_file_is_called_what_it_is_and_never_what_it_should_be(
    by_token: Callers, town: Town, draft: str, code: str, content: bytes, name: str, sentence: str
) -> None:
    answer = upload(by_token(town.applicant), draft, code, content, name)

    assert answer.status_code == 400
    assert answer.get_json()["reasons"][0]["zh"].startswith(f"file：{sentence}；")


def test_every_format_is_known_by_its_content(by_token: Callers, town: Town, draft: str) -> None:
    applicant = by_token(town.applicant)
    files = [
        ("application_form", office_file("word", "document"), "表.docx"),
        ("works_design", b"AC1032" + bytes(20), "图.dwg"),
        ("works_design", office_file("plain", "x"), "图.zip"),
        ("identity", b"\xff\xd8\xff\xe0" + bytes(20), "照.JPEG"),
    ]
    for code, content, name in files:
        assert upload(applicant, draft, code, content, name).status_code == 201, name
    sheet = upload(applicant, draft, "application_form", office_file("xl", "workbook"), "表.docx")
    assert (sheet.status_code, "xlsx" in sheet.get_json()["en"]) == (400, True)


def test_a_paper_no_item_asks_for_is_refused(by_token: Callers, town: Town, draft: str) -> None:
    answer = upload(by_token(town.applicant), draft, "love_letter", PDF)

    facts = answer.get_json()["reasons"][0]["facts"]
    assert (answer.status_code, facts["field"], facts["value"]) == (400, "code", "love_letter")
    assert "identity" in facts["accepted"]


def test_a_body_above_the_limit_of_the_service_is_413(by_token: Callers, town: Town, draft: str) -> None:
    answer = by_token(town.applicant)(
        "POST",
        f"/api/v1/cases/{draft}/materials",
        data=multipart("identity", "执照.pdf", PDF + bytes(3 * 1024 * 1024)),
        content_type="multipart/form-data; boundary=b",
    )

    assert (answer.status_code, answer.get_json()["code"]) == (413, "too_large")


def test_a_file_of_a_megabyte_goes_through_whole(by_token: Callers, town: Town, draft: str) -> None:
    applicant = by_token(town.applicant)
    content = PDF + bytes(range(256)) * 5000

    kept = applicant(
        "POST",
        f"/api/v1/cases/{draft}/materials",
        data=multipart("identity", "执照.pdf", content),
        content_type="multipart/form-data; boundary=b",
        headers={"Idempotency-Key": "large"},
    ).get_json()

    assert kept["size"] == len(content)
    assert applicant("GET", f"/api/v1/cases/{draft}/materials/{kept['id']}").data == content


def test_a_file_above_the_limit_of_its_paper_is_413(office: Office, town: Town, draft: str) -> None:
    content = PDF + bytes(20 * 1024 * 1024)
    with pytest.raises(TooLarge) as refused, given.at(office, town.applicant, NOW) as work:
        attach_material(work, draft, "identity", "执照.pdf", content)

    assert refused.value.status == 413
    assert refused.value.extra["limit_bytes"] == 20 * 1024 * 1024


def test_a_form_without_its_fields_is_refused(by_token: Callers, town: Town, draft: str) -> None:
    applicant = by_token(town.applicant)
    address = f"/api/v1/cases/{draft}/materials"

    for data in (
        {"code": "identity"},
        {"file": (BytesIO(PDF), "a.pdf")},
        {"code": "identity", "file": (BytesIO(PDF), "a.pdf"), "colour": "red"},
        {"code": "identity", "file": "text"},
    ):
        answer = applicant("POST", address, data=data, content_type="multipart/form-data")
        assert (answer.status_code, answer.get_json()["code"]) == (400, "bad_input"), data
    assert applicant("POST", address, json={"code": "identity"}).status_code in (400, 415)


@pytest.mark.parametrize("name", ["../../etc/passwd.pdf", "C:\\Users\\x\\a.pdf", "a\x1b[31m.pdf", "长" * 300 + ".pdf"])
def test_a_hostile_name_is_kept_as_a_plain_one(by_token: Callers, town: Town, draft: str, name: str) -> None:
    body = upload(by_token(town.applicant), draft, "identity", PDF, name).get_json()

    kept = body["filename"]
    assert kept.endswith(".pdf")
    assert "/" not in kept
    assert "\\" not in kept
    assert "\x1b" not in kept
    assert len(kept.encode()) <= 150


def test_an_upload_is_not_taken_for_the_action_that_came_first(by_token: Callers, town: Town, draft: str) -> None:
    applicant, specialist = by_token(town.applicant), by_token(town.specialist)
    version = applicant("GET", f"/api/v1/cases/{draft}").get_json()["version"]
    assert specialist("PATCH", f"/api/v1/bundles/{draft}", json={"version": version, "form": {}}).status_code == 200
    assert upload(applicant, draft, "identity", PDF).status_code == 201

    answer = applicant("PATCH", f"/api/v1/bundles/{draft}", json={"version": version, "form": {}})

    assert (answer.status_code, answer.get_json()["extra"]["by"]) == (409, town.specialist.name)


def test_only_the_applicants_side_hands_in_papers(by_token: Callers, engine: Engine, town: Town, draft: str) -> None:
    with engine.begin() as conn:
        stranger = given.person(conn, "stranger", Grant("applicant", company=given.company(conn, 2)))

    assert upload(by_token(town.clerk), draft, "identity", PDF).status_code == 403
    assert upload(by_token(stranger), draft, "identity", PDF).status_code == 404
    assert upload(by_token(town.specialist), draft, "identity", PDF).status_code == 201


def test_after_submission_only_promised_papers_may_come(
    office: Office, engine: Engine, by_token: Callers, town: Town
) -> None:
    item = next(
        item
        for item in office.catalogue.items.values()
        if any(material.may_follow for material in item.materials) and not item.must_precede
    )
    later = next(material for material in item.materials if material.may_follow)
    needed = [material.code for material in item.materials if material.required and not material.may_follow]
    with given.at(office, town.applicant, NOW) as work:
        bundle = open_bundle(work, town.project.code, [item.code], {})
        given.attach(work, bundle.id, *needed)
        take_action(work, bundle.no, "submit")
    no = by_token(town.applicant)("GET", f"/api/v1/cases/{bundle.no}").get_json()["relatives"][0]["no"]
    given.act(office, town.clerk, NOW, no, "accept_with_gaps", PROMISE)
    applicant = by_token(town.applicant)
    suffix, content = ("pdf", PDF) if "pdf" in later.formats else ("png", PNG)

    refused = upload(applicant, no, needed[0], PDF + b"newer")
    assert (refused.status_code, refused.get_json()["code"]) == (409, "not_now")
    assert later.code in refused.get_json()["extra"]["accepted"]
    assert upload(applicant, no, later.code, content, f"后补.{suffix}").status_code == 201
    assert upload(applicant, no, later.code, content + b"2", f"后补.{suffix}").status_code == 409


def test_corrections_are_handed_in_and_open_the_way_back(office: Office, by_token: Callers, town: Town) -> None:
    application = given.application(office, town, NOW, ["GC01"])
    no = application.cases["GC01"]
    code = office.catalogue.items["GC01"].required_materials[0]
    faults = [{"material": code, "problem": "未签字", "fix": "签字"}]
    given.act(office, town.clerk, NOW, no, "ask_correction", {"faults": faults})
    applicant = by_token(town.applicant)
    version = applicant("GET", f"/api/v1/cases/{no}").get_json()["version"]

    too_early = applicant("POST", f"/api/v1/cases/{no}/actions/resubmit", json={"version": version})
    assert (too_early.status_code, too_early.get_json()["code"]) == (422, "corrections_incomplete")
    assert upload(applicant, no, code, PDF + b"signed").status_code == 201
    answer = applicant("POST", f"/api/v1/cases/{no}/actions/resubmit", json={"version": version})
    assert (answer.status_code, answer.get_json()["state"]["name"]) == (200, "received")


def test_the_very_file_that_lies_on_the_bundle_is_no_newer_paper_of_its_item(
    office: Office, by_token: Callers, town: Town
) -> None:
    application = given.application(office, town, NOW, ["GC01"])
    no = application.cases["GC01"]
    code = office.catalogue.items["GC01"].required_materials[0]
    faults = [{"material": code, "problem": "未签字", "fix": "签字"}]
    given.act(office, town.clerk, NOW, no, "ask_correction", {"faults": faults})
    applicant = by_token(town.applicant)
    listed = applicant("GET", f"/api/v1/cases/{no}/materials").get_json()["items"]
    there = next(one for one in listed if one["code"] == code)

    file = applicant("GET", f"/api/v1/cases/{no}/materials/{there['id']}").data
    same = upload(applicant, no, code, file, "again.pdf").get_json()
    assert (same["id"], same["case"], same["filename"]) == (there["id"], application.no, there["filename"])
    assert same["unchanged"] is True
    version = applicant("GET", f"/api/v1/cases/{no}").get_json()["version"]
    answer = applicant("POST", f"/api/v1/cases/{no}/actions/resubmit", json={"version": version})
    assert (answer.status_code, answer.get_json()["code"]) == (422, "corrections_incomplete")

    signed = upload(applicant, no, code, file + b"signed").get_json()
    assert signed["unchanged"] is False
    assert upload(applicant, no, code, file + b"signed").get_json()["id"] == signed["id"]
    assert upload(applicant, no, code, file).get_json()["unchanged"] is False  # the newer of the two counts


def test_an_ended_case_takes_no_papers(office: Office, by_token: Callers, town: Town, draft: str) -> None:
    given.act(office, town.applicant, NOW, draft, "withdraw")

    answer = upload(by_token(town.applicant), draft, "identity", PDF)

    assert (answer.status_code, answer.get_json()["extra"]["accepted"]) == (409, [])


def test_an_upload_repeated_with_its_key_is_one_upload(by_token: Callers, town: Town, draft: str) -> None:
    applicant = by_token(town.applicant)

    first = upload(applicant, draft, "identity", PDF, **{"Idempotency-Key": "up"})
    again = upload(applicant, draft, "identity", PDF, **{"Idempotency-Key": "up"})
    other = upload(applicant, draft, "identity", PDF + b"2", **{"Idempotency-Key": "up"})

    assert again.get_json() == first.get_json()
    assert (other.status_code, other.get_json()["code"]) == (422, "idempotency_key_reused")


def test_a_material_of_another_case_is_not_found(by_token: Callers, office: Office, town: Town, draft: str) -> None:
    applicant = by_token(town.applicant)
    other = given.draft(office, town, NOW)
    material = applicant("GET", f"/api/v1/cases/{other}/materials").get_json()["items"][0]

    answer = applicant("GET", f"/api/v1/cases/{draft}/materials/{material['id']}")

    assert (answer.status_code, answer.get_json()["code"]) == (404, "no_such_material")
