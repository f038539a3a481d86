"""What goes wrong helps: who was first, what is missing, what to do; nothing typed is lost, nothing happens twice."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, text

from tests import given
from tests.pages.conftest import HEADERS, PDF, Reader
from workflow.commands.open_bundle import open_bundle
from workflow.store.engine import open_engine
from workflow.work import Office

SignedIn = Callable[[str], Reader]
ItIs = Callable[[str, str], datetime]
FILED = given.moment("2026-03-02", "09:00")


@pytest.fixture
def cases(office: Office, town: given.Town) -> given.Application:
    """An application for two items, received this morning."""
    return given.application(office, town, FILED, ["LX10", "SG08"])


def reader_at(page: Reader, address: str) -> Reader:
    """The reader, with that page on the screen."""
    assert page.open(address).status == 200
    return page


def events(engine: Engine, no: str) -> list[str]:
    """The actions of a case's history, oldest first."""
    with engine.connect() as conn:
        found = conn.execute(
            text("SELECT e.action FROM events e JOIN cases c ON c.id = e.case_id WHERE c.no = :no ORDER BY e.seq"),
            {"no": no},
        )
        return list(found.scalars())


def test_who_was_first_is_told_and_the_words_are_kept(
    office: Office, town: given.Town, cases: given.Application, signed_in: SignedIn
) -> None:
    no = cases.cases["LX10"]
    clerk = reader_at(signed_in("clerk"), f"/cases/{no}/actions/decline_not_needed")
    given.act(office, town.clerk, given.moment("2026-03-02", "09:30"), no, "accept")
    page = clerk.press("不受理（无需许可）", reason="写了很久的理由")
    assert page.status == 409
    assert "clerk·示例 已于 2026-03-02 09:30:00 办理“受理”，本件现为“审查中”" in page.words
    assert "写了很久的理由" in page.words
    assert "您写的内容没有丢" in page.words


def test_a_stale_form_that_still_can_be_sent_is_filled_in_again_with_the_new_version(
    office: Office, town: given.Town, cases: given.Application, signed_in: SignedIn, engine: Engine
) -> None:
    no = cases.cases["LX10"]
    clerk = reader_at(signed_in("clerk"), f"/cases/{no}/actions/decline_not_needed")
    given.act(office, town.clerk, FILED, no, "assign", {"assignee": town.officers["QX"].id})
    page = clerk.press("不受理（无需许可）", reason="写了很久的理由")
    assert page.status == 409
    assert ("reason", "写了很久的理由") in page.form("不受理（无需许可）").fields
    page = clerk.press("不受理（无需许可）")
    assert page.status == 200
    assert events(engine, no)[-1] == "decline_not_needed"


def test_pressing_twice_is_one_deed(cases: given.Application, signed_in: SignedIn, engine: Engine) -> None:
    no = cases.cases["LX10"]
    clerk = reader_at(signed_in("clerk"), f"/cases/{no}")
    assert clerk.page is not None
    form = clerk.page.form("受理")
    first = clerk.client.post(form.action, data=dict(form.fields), headers=HEADERS)
    second = clerk.client.post(form.action, data=dict(form.fields), headers=HEADERS)
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["Location"] == second.headers["Location"]
    assert events(engine, no).count("accept") == 1


def test_asking_twice_with_one_form_is_one_question(town: given.Town, signed_in: SignedIn, engine: Engine) -> None:
    applicant = reader_at(signed_in("applicant"), "/help/new")
    assert applicant.page is not None
    form = applicant.page.form("发给专员")
    sent = {**dict(form.fields), "question": "能否先办地下室验收？"}
    for _ in range(2):
        assert applicant.client.post(form.action, data=sent, headers=HEADERS).status_code == 303
    with engine.connect() as conn:
        assert conn.execute(text("SELECT count(*) FROM cases WHERE flow = 'assistance'")).scalar_one() == 1
    other = {**sent, "question": "另一个问题"}
    assert applicant.client.post(form.action, data=other, headers=HEADERS).status_code == 303
    with engine.connect() as conn:
        assert conn.execute(text("SELECT count(*) FROM cases WHERE flow = 'assistance'")).scalar_one() == 2


@pytest.mark.parametrize("name", ["accept", "grant", "assign"])
def test_what_is_not_for_this_role_is_refused_by_the_server_too(
    cases: given.Application, signed_in: SignedIn, engine: Engine, name: str
) -> None:
    no = cases.cases["LX10"]
    applicant = reader_at(signed_in("applicant"), f"/cases/{no}/actions/{name}")
    assert applicant.page is not None
    assert not [form for form in applicant.page.forms if "/actions/" in form.action]
    form = applicant.page.form("退出登录")
    csrf = dict(form.fields)["csrf"]
    page = applicant.send(f"/cases/{no}/actions/{name}", {"csrf": csrf, "key": "k", "version": "1"})
    assert page.status in (403, 409)
    assert "须由" in page.words or "只能在" in page.words
    assert events(engine, no) == ["submit"]


def test_a_wrong_field_is_told_at_the_field_and_all_others_are_kept(
    office: Office, town: given.Town, cases: given.Application, signed_in: SignedIn
) -> None:
    no = cases.cases["LX10"]
    given.act(office, town.clerk, FILED, no, "accept")
    officer = reader_at(signed_in("officer_qx"), f"/cases/{no}/actions/start_special")
    page = officer.press("启动特别程序", cause="expert_review", until="下周五", reason="")
    assert page.status == 400
    assert page.title.startswith("错误：")
    assert "“预计结束日”应为 2026-11-25 这样的日期" in page.words
    assert {"#f-until", "#f-reason"} == {href for _, href in page.links if href.startswith("#f-")}
    assert {("cause", "expert_review"), ("until", "下周五")} <= set(page.form("启动特别程序").fields)


def test_a_condition_unmet_is_told_at_the_field_that_can_meet_it(
    office: Office, town: given.Town, cases: given.Application, signed_in: SignedIn
) -> None:
    no = cases.cases["LX10"]
    given.act(office, town.clerk, FILED, no, "accept")
    officer = reader_at(signed_in("officer_qx"), f"/cases/{no}/actions/start_special")
    page = officer.press("启动特别程序", cause="expert_review", until="2027-03-01", reason="评审")
    assert page.status == 422
    assert "#f-until" in [href for _, href in page.links]
    assert "最长 20 个工作日" in page.words


def test_a_closed_action_stands_there_with_its_reason(
    office: Office, town: given.Town, cases: given.Application, signed_in: SignedIn
) -> None:
    no = cases.cases["LX10"]
    given.act(office, town.clerk, FILED, no, "accept")
    officer = signed_in("officer_qx")
    text_ = officer.open(f"/cases/{no}").response.text
    assert 'aria-disabled="true" aria-describedby="why-grant_with_gaps"' in text_
    assert "材料齐全，请直接准予许可" in text_
    assert " disabled" not in text_


def test_a_missed_promise_asks_for_its_public_reason(
    office: Office, town: given.Town, cases: given.Application, signed_in: SignedIn, it_is: ItIs
) -> None:
    no = cases.cases["LX10"]
    given.act(office, town.clerk, FILED, no, "accept")
    officer = signed_in("officer_qx")
    assert "超过承诺时限的公开说明" not in officer.open(f"/cases/{no}/actions/grant").words
    it_is("2026-03-11", "10:00")
    page = officer.open(f"/cases/{no}/actions/grant")
    assert "超过承诺时限的公开说明" in page.words
    page = officer.press("准予许可", opinion="符合要求")
    assert page.status == 422
    assert "#f-late_reason" in [href for _, href in page.links]
    page = officer.press("准予许可", late_reason="等待专家意见")
    assert page.status == 200, page.words


def test_a_file_of_another_kind_is_told_at_its_slot_and_the_others_stay(
    office: Office, town: given.Town, signed_in: SignedIn
) -> None:
    with given.at(office, town.applicant, FILED) as work:
        no = open_bundle(work, town.project.code, ["LX10"], {}).no
    applicant = reader_at(signed_in("applicant"), f"/apply/{no}/papers")
    files = {"application_form": ("申请表.pdf", PDF), "energy_report": ("报告.pdf", b"not a pdf at all")}
    page = applicant.press("上传所选文件", files=files)
    assert page.status == 400
    assert "文件“报告.pdf”的内容是" in page.words
    assert "其他 1 份已上传" in page.words
    assert "申请表.pdf" in page.words
    page = applicant.press("上传所选文件")
    assert page.status == 400
    assert "还没有选择文件" in page.words


def test_a_file_too_large_is_refused_with_the_limit(office: Office, town: given.Town, signed_in: SignedIn) -> None:
    no = given.draft(office, town, FILED, ["LX10"])
    applicant = reader_at(signed_in("applicant"), f"/apply/{no}/papers")
    page = applicant.press("上传所选文件", files={"energy_report": ("大.pdf", PDF + b"0" * 3 * 1024 * 1024)})
    assert page.status == 413
    assert "2 MiB" in page.words
    assert "压缩文件" in page.words


def test_files_come_back_as_they_went_in_and_run_nothing(
    office: Office, town: given.Town, cases: given.Application, signed_in: SignedIn
) -> None:
    clerk = signed_in("clerk")
    page = clerk.open(f"/cases/{cases.cases['LX10']}")
    response = clerk.client.get(page.link("energy_report.pdf"))
    assert response.data == b"%PDF-1.7 example"
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in response.headers["Content-Security-Policy"]


def test_somebody_elses_case_and_a_wrong_number_read_the_same(
    office: Office, town: given.Town, cases: given.Application, app: Flask
) -> None:
    with office.engine.begin() as conn:
        other = given.company(conn, 2)
        given.person(conn, "other", given.Grant("applicant", company=other))
    reader = Reader(app.test_client())
    reader.open("/login")
    reader.press("登录", username="other", password=given.PASSWORD)
    there = reader.open(f"/cases/{cases.no}")
    nowhere = reader.open("/cases/LS2026-999999")
    assert (there.status, nowhere.status) == (404, 404)
    # But for the reference of the request, which is another each time.
    said, elsewhere = (re.sub(r"[0-9a-f]{32}", "REFERENCE", page.words) for page in (there, nowhere))
    assert said.replace(cases.no, "NO") == elsewhere.replace("LS2026-999999", "NO")


def test_an_address_that_does_not_exist_keeps_the_menu(signed_in: SignedIn) -> None:
    page = signed_in("clerk").open("/nowhere")
    assert page.status == 404
    assert "待办列表" in [words for words, _ in page.links]


def test_our_own_fault_gives_a_number_and_says_nothing_else(
    signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    clerk = signed_in("clerk")

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("a secret of ours")

    monkeypatch.setattr("api.pages.desk.worklist", broken)
    page = clerk.open("/work")
    assert page.status == 500
    assert "secret" not in page.response.text
    assert page.response.headers["X-Request-ID"] in page.words


def test_a_database_that_is_away_is_told_as_such(signed_in: SignedIn, app: Flask) -> None:
    clerk = signed_in("clerk")
    wiring = app.extensions["wugeyi"]
    nowhere = open_engine("postgresql://nobody@127.0.0.1:1/none", "web")
    app.extensions["wugeyi"] = replace(wiring, office=replace(wiring.office, engine=nowhere))
    page = clerk.open("/work")
    assert page.status == 503
    assert "暂时不可用" in page.words
    app.extensions["wugeyi"] = wiring
    assert clerk.open("/work").status == 200, "nobody has to sign in again"


def test_words_of_a_person_are_shown_as_words(signed_in: SignedIn, town: given.Town) -> None:
    applicant = reader_at(signed_in("applicant"), "/help/new")
    page = applicant.press("发给专员", question='<script>alert("1")</script>%(n)s')
    assert page.status == 200
    assert "<script>" not in page.response.text
    assert '<script>alert("1")</script>%(n)s' in page.words


def test_a_banner_nobody_sealed_is_not_shown(signed_in: SignedIn) -> None:
    clerk = signed_in("clerk")
    clerk.client.set_cookie("wugeyi-said", "AAAAAAAAAAAAAAAAAAAAAOS9oOWlvQ==")
    page = clerk.open("/work")
    assert page.status == 200
    assert 'role="status"' not in page.response.text
