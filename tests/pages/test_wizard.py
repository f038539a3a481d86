"""A new application by hand, task by task: nothing asked twice, nothing lost, nothing done twice."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import Engine, text
from werkzeug.datastructures import FileStorage, MultiDict

from api.pages.errands import own_clock
from tests import given
from tests.pages.conftest import HEADERS, PDF, Reader
from tests.pages.test_main_job import choose, fill_in, hand_in
from workflow.clock.limit import Limit, Unit
from workflow.clock.words import Light
from workflow.definition import Title
from workflow.queries.clocks import ClockBrief
from workflow.work import Office

SignedIn = Callable[[str], Reader]
ITEMS = ["LX10", "LX06"]


@pytest.fixture
def applicant(town: given.Town, signed_in: SignedIn) -> Reader:
    """The applicant, signed in."""
    return signed_in("applicant")


@pytest.fixture
def no(applicant: Reader) -> str:
    """A draft for two items, nothing else filled in."""
    return choose(applicant, ITEMS)


def form_of(engine: Engine, no: str) -> dict[str, object]:
    """What the draft keeps."""
    with engine.connect() as conn:
        found = conn.execute(text("SELECT data -> 'form' FROM cases WHERE no = :no"), {"no": no}).scalar_one()
    return dict(found)


def lines(engine: Engine, no: str) -> int:
    """How many lines the history of the case has."""
    with engine.connect() as conn:
        counted = text("SELECT count(*) FROM events e JOIN cases c ON c.id = e.case_id WHERE c.no = :no")
        return int(conn.execute(counted, {"no": no}).scalar_one())


def send_files(reader: Reader, no: str, *names: str) -> None:
    """Send many files at once."""
    form = reader.open(f"/apply/{no}/papers").form("上传这些文件")
    sent: MultiDict[str, object] = MultiDict(form.fields)
    for name in names:
        sent.add("files", FileStorage(BytesIO(PDF + name.encode()), name))
    assert reader.send(form.action, sent, in_parts=True).status == 200


def field_for(reader: Reader, filename: str) -> str:
    """The select beside the file of this name on the matching screen."""
    assert reader.page is not None
    before = reader.page.response.text.split(filename)[0]
    return before.rsplit('for="f-', 1)[1].split('"')[0]


def brief(name: str, due_on: date) -> ClockBrief:
    """A running clock as a line of a list tells it."""
    limit, words = Limit(10, Unit.WORKING_DAY), Title("剩 3 个工作日", "3 working days left")
    return ClockBrief(
        name, words, limit, "running", Light.NORMAL, due_on, None, False, 3, Unit.WORKING_DAY.value, words
    )


def ready(office: Office, reader: Reader, no: str) -> None:
    """Everything is filled in and handed in."""
    fill_in(reader, no)
    reader.open(f"/apply/{no}/papers")
    hand_in(reader, *sorted({code for item in ITEMS for code in office.catalogue.items[item].required_materials}))


def test_the_list_says_of_every_task_whether_it_is_done_or_what_it_lacks(applicant: Reader, no: str) -> None:
    page = applicant.open(f"/apply/{no}")
    assert "6 步，已完成 1 步" in page.words
    assert "已选 2 项" in page.words
    assert "还差 3 项：核对单位信息、联系人、联系电话" in page.words
    assert "还差 1 项：建设内容和规模" in page.words
    assert "第 2、3、4 步完成后可以开始" in page.words
    assert "已自动保存" in page.words
    assert page.link("继续填写") == f"/apply/{no}/company"
    assert [words for words, href in page.links if href.startswith(f"/apply/{no}/")] == [
        "选择要办的事项",
        "单位信息",
        "项目信息",
        "材料",
        "继续填写",
    ]


def test_the_picture_of_papers_counts_what_the_items_share(office: Office, applicant: Reader, no: str) -> None:
    required = [set(office.catalogue.items[item].required_materials) for item in ITEMS]
    page = applicant.open(f"/apply/{no}")
    summed, once = sum(map(len, required)), len(set.union(*required))
    assert f"{summed} 份材料，您只交 {once} 份" in page.words
    # once for wide screens, once for phones
    assert page.response.text.count('class="f-sea"') == 2 * once
    assert page.response.text.count('class="f-none o-line dash"') == 2 * (summed - once)


def test_answers_say_which_items_are_needed_and_one_press_takes_them(applicant: Reader, no: str) -> None:
    applicant.open(f"/apply/{no}/items")
    page = applicant.press("按回答更新建议", answer_sewage="yes", answer_roads="no")
    assert page.status == 200, page.words
    page = applicant.press("全部勾选需要的")
    fields = page.form("保存并继续").fields
    assert ("items", "SG06") in fields
    assert {("items", item) for item in ITEMS} <= set(fields)
    assert ("answer_sewage", "yes") in fields


def test_two_answers_that_exclude_each_other_are_told_at_the_question(applicant: Reader, no: str) -> None:
    applicant.open(f"/apply/{no}/items")
    page = applicant.press("保存并继续", answer_funding="enterprise", answer_splclx="1")
    assert page.status == 400
    assert page.title.startswith("错误：")
    assert "矛盾" in page.words
    assert any(href in ("#f-answer_funding", "#f-answer_splclx") for _, href in page.links)
    assert ("answer_funding", "enterprise") in page.form("保存并继续").fields


def test_taking_an_item_out_says_first_what_falls_away(applicant: Reader, no: str, engine: Engine) -> None:
    applicant.open(f"/apply/{no}/papers")
    hand_in(applicant, "energy_report")
    applicant.open(f"/apply/{no}/items")
    page = applicant.press("保存并继续", items=["LX06"])
    assert "去掉事项前请确认" in page.headings[0]
    assert "energy_report.pdf" in page.words
    with engine.connect() as conn:
        assert conn.execute(text("SELECT data -> 'items' FROM cases WHERE no = :no"), {"no": no}).scalar_one() == ITEMS
    page = applicant.press("去掉并保存")
    assert "已保存" in page.words
    with engine.connect() as conn:
        kept = conn.execute(text("SELECT data -> 'items' FROM cases WHERE no = :no"), {"no": no}).scalar_one()
    assert kept == ["LX06"]


def test_two_wrong_fields_are_one_summary_and_all_that_was_typed_stays(applicant: Reader, no: str) -> None:
    applicant.open(f"/apply/{no}/project")
    page = applicant.press("保存并继续", summary="", answer_area="三万五", answer_investment="１２,０００")
    assert page.status == 400
    assert page.title.startswith("错误：")
    assert "有 2 处需要" in page.words
    assert {href for _, href in page.links if href.startswith("#f-")} == {"#f-summary", "#f-answer_area"}
    fields = dict(page.form("保存并继续").fields)
    assert fields["answer_area"] == "三万五"
    assert fields["answer_investment"] == "12,000"


def test_a_draft_may_be_left_half_filled_and_is_found_on_the_home_page(
    applicant: Reader, no: str, engine: Engine
) -> None:
    applicant.open(f"/apply/{no}/company")
    page = applicant.press("保存后离开", contact="王敏", phone="")
    assert page.address == "/my"
    assert "90 天内可以接着填" in page.words
    assert form_of(engine, no)["contact"] == "王敏"
    assert no in applicant.open("/apply").words
    assert no in applicant.open("/my").words


def test_a_telephone_that_is_none_is_refused_at_its_field(applicant: Reader, no: str) -> None:
    applicant.open(f"/apply/{no}/company")
    page = applicant.press("保存后离开", contact="王敏", phone="明天再说")
    assert page.status == 400
    assert "“联系电话”应为电话号码" in page.words
    assert dict(page.form("保存后离开").fields)["phone"] == "明天再说"


def test_autosave_keeps_what_can_be_read_and_gives_the_new_version(applicant: Reader, no: str, engine: Engine) -> None:
    form = applicant.open(f"/apply/{no}/company").form("保存并继续")
    sent = {**dict(form.fields), "contact": "王敏", "phone": "no"}
    headers = {**HEADERS, "X-Autosave": "1"}
    answer = applicant.client.post(form.action, data=sent, headers=headers)
    assert answer.status_code == 200
    assert answer.json is not None
    assert "已自动保存" in answer.json["saved"]
    kept = form_of(engine, no)
    assert kept["contact"] == "王敏"
    assert "phone" not in kept
    before = lines(engine, no)
    again = applicant.client.post(form.action, data={**sent, "version": str(answer.json["version"])}, headers=headers)
    assert again.status_code == 200
    assert lines(engine, no) == before, "nothing has changed, nothing is written"
    stale = applicant.client.post(form.action, data={**sent, "contact": "李四"}, headers=headers)
    assert stale.status_code == 409
    assert stale.json is not None
    assert "王敏" not in stale.json["error"]


def test_of_two_windows_the_second_is_told_and_keeps_what_was_typed(applicant: Reader, no: str, engine: Engine) -> None:
    other = Reader(applicant.client)
    applicant.open(f"/apply/{no}/company")
    other.open(f"/apply/{no}/project")
    applicant.press("保存并继续", confirmed="yes", contact="王敏", phone="13900000000")
    page = other.press("保存并继续", summary="写了很久的规模")
    assert page.status == 409
    assert "您填的内容还在下面" in page.words
    assert dict(page.form("保存并继续").fields)["summary"] == "写了很久的规模"
    other.press("保存并继续")
    kept = form_of(engine, no)
    assert (kept["contact"], kept["summary"]) == ("王敏", "写了很久的规模")


def test_many_files_are_guessed_by_their_names_matched_by_hand_and_remembered(
    applicant: Reader, no: str, engine: Engine
) -> None:
    send_files(applicant, no, "01-节能报告（盖章）.pdf", "IMG_0032.pdf", "申请表.pdf")
    page = applicant.page
    assert page is not None
    assert page.address == f"/apply/{no}/match"
    fields = dict(page.form("确认并上传").fields)
    assert fields[field_for(applicant, "01-节能报告")] == "energy_report"
    assert fields[field_for(applicant, "申请表.pdf")] == "application_form"
    assert fields[field_for(applicant, "IMG_0032")] == ""
    assert "3 个文件还没有对上材料" in applicant.open(f"/apply/{no}").words
    applicant.open(f"/apply/{no}/match")
    page = applicant.press("确认并上传")
    assert "已上传 2 份材料" in page.words
    assert "IMG_0032.pdf" in page.words
    page = applicant.press("确认并上传", **{field_for(applicant, "IMG_0032"): "drop"})
    assert page.address == f"/apply/{no}/papers"
    assert "unmatched" not in form_of(engine, no)


def test_two_files_for_one_paper_and_one_of_a_wrong_kind_leave_the_others_alone(applicant: Reader, no: str) -> None:
    send_files(applicant, no, "节能报告.pdf", "节能报告二.pdf", "申请表.pdf", "照片.exe")
    second, wrong = field_for(applicant, "节能报告二"), field_for(applicant, "照片.exe")
    page = applicant.press("确认并上传", **{second: "energy_report"})
    assert page.status == 400
    assert "同一份材料只能对应一个文件" in page.words
    page = applicant.press("确认并上传", **{second: "drop", wrong: "site_map"})
    assert page.status == 422
    assert "扩展名是“exe”" in page.words
    assert f"#f-{wrong}" in [href for _, href in page.links]
    assert "其他 2 份已上传" in page.words
    assert "照片.exe" in page.words


def test_files_chosen_and_not_yet_uploaded_go_along_when_one_goes_on(applicant: Reader, no: str) -> None:
    applicant.open(f"/apply/{no}/papers")
    assert applicant.page is not None
    assert "材料交到这里，继续" in applicant.page.response.text
    form = applicant.page.form("上传所选文件")
    assert 'id="slots"' in applicant.page.response.text
    assert 'form="slots" name="then" value="next"' in applicant.page.response.text
    sent: MultiDict[str, object] = MultiDict([*form.fields, ("then", "next")])
    sent.add("energy_report", FileStorage(BytesIO(PDF), "节能报告.pdf"))
    page = applicant.send(form.action, sent, in_parts=True)
    assert page.address == f"/apply/{no}"
    assert "已上传 1 份材料" in page.words
    assert "节能报告.pdf" in applicant.open(f"/apply/{no}/papers").words
    page = applicant.send(form.action, MultiDict([*form.fields, ("then", "next")]), in_parts=True)
    assert page.address == f"/apply/{no}"


def test_a_wrong_file_keeps_one_on_the_page_of_the_papers_when_one_goes_on(applicant: Reader, no: str) -> None:
    form = applicant.open(f"/apply/{no}/papers").form("上传所选文件")
    sent: MultiDict[str, object] = MultiDict([*form.fields, ("then", "next")])
    sent.add("energy_report", FileStorage(BytesIO(b"MZ"), "错.exe"))
    page = applicant.send(form.action, sent, in_parts=True)
    assert page.status == 400
    assert "扩展名是“exe”" in page.words
    assert page.headings[0] == "材料"


def test_a_digest_alone_hands_in_nobody_elses_file(
    office: Office, town: given.Town, applicant: Reader, no: str
) -> None:
    from workflow.commands.change_draft import change_draft
    from workflow.queries.case import case

    with given.at(office, town.applicant, given.moment("2026-03-02", "10:05")) as work:
        forged = f"{'ab' * 32}:7:{'0' * 32}:别人的.pdf"
        change_draft(work, no, case(work, no).version, None, {"unmatched": [forged]})
    assert "别人的.pdf" not in applicant.open(f"/apply/{no}/match").words


def test_nothing_is_submitted_before_everything_was_checked(office: Office, applicant: Reader, no: str) -> None:
    page = applicant.open(f"/apply/{no}/submit")
    assert "还不能开始" in page.words
    assert "提交申请" not in page.buttons
    csrf = dict(page.form("退出登录").fields)["csrf"]
    page = applicant.send(f"/apply/{no}/submit", {"csrf": csrf, "version": "1", "sure": "yes"})
    assert page.status == 422
    assert "请先完成" in page.words


def test_a_paper_that_comes_after_the_check_is_checked_again(office: Office, applicant: Reader, no: str) -> None:
    ready(office, applicant, no)
    applicant.open(f"/apply/{no}/check")
    page = applicant.press("核对无误，去提交")
    assert page.address == f"/apply/{no}/submit"
    page = applicant.press("提交申请")
    assert page.status == 400
    assert "请勾选声明后再提交" in page.words
    applicant.open(f"/apply/{no}/project")
    applicant.press("保存并继续", summary="改成三栋")
    assert "提交申请" not in applicant.open(f"/apply/{no}/submit").buttons


def test_submitting_twice_and_going_back_makes_one_application(
    office: Office, applicant: Reader, no: str, engine: Engine
) -> None:
    ready(office, applicant, no)
    applicant.open(f"/apply/{no}/check")
    page = applicant.press("核对无误，去提交")
    form = page.form("提交申请")
    sent = {**dict(form.fields), "sure": "yes", "deed": "submit"}
    for key in (sent["key"], sent["key"], "another key"):
        answer = applicant.client.post(form.action, data={**sent, "key": key}, headers=HEADERS)
        assert (answer.status_code, answer.headers["Location"]) == (303, f"/cases/{no}/receipt")
    with engine.connect() as conn:
        counted = text("SELECT count(*) FROM cases k JOIN cases b ON b.id = k.parent_id WHERE b.no = :no")
        assert conn.execute(counted, {"no": no}).scalar_one() == len(ITEMS)
    assert "没有重复提交" in applicant.open(f"/apply/{no}").words
    for place in ("items", "company", "project", "papers", "match", "check", "submit"):
        assert applicant.open(f"/apply/{no}/{place}").address == f"/cases/{no}"


def test_the_answer_to_the_notice_lists_every_point_and_opens_when_all_are_in(
    office: Office, town: given.Town, signed_in: SignedIn
) -> None:
    case = given.application(office, town, given.moment("2026-03-02", "09:00"), ITEMS).cases["LX10"]
    wrong = [
        {"material": "energy_report", "problem": "缺盖章", "fix": "盖章后重新上传"},
        {"material": "application_form", "problem": "法人未签字", "fix": "签字后重新上传"},
    ]
    given.act(office, town.clerk, given.moment("2026-03-02", "09:30"), case, "ask_correction", {"faults": wrong})
    reader = signed_in("applicant")
    page = reader.open(f"/cases/{case}/actions/resubmit")
    assert page.headings == ["补正 2 份材料"]
    assert "已补 0 / 2" in page.words
    assert "缺盖章" in page.words
    assert "签字后重新上传" in page.words
    assert "3月16日" in page.words
    assert "提交补正材料" not in page.buttons
    page = reader.press("上传所选文件", files={"energy_report": ("盖章.pdf", PDF + b" sealed")})
    assert page.address == f"/cases/{case}/actions/resubmit"
    assert "已补 1 / 2" in page.words
    assert "还差第 2 项" in page.words
    page = reader.press("上传所选文件", files={"application_form": ("错.exe", b"MZ")})
    assert page.status == 400
    assert "扩展名是“exe”" in page.words
    reader.press("上传所选文件", files={"application_form": ("申请表.pdf", PDF + b" signed")})
    page = reader.press("提交补正材料")
    assert "已收件" in page.headings[0]


def test_the_notice_is_one_press_away_from_home_and_from_the_case_with_its_own_date(
    office: Office, town: given.Town, signed_in: SignedIn, it_is: Callable[[str, str], datetime]
) -> None:
    case = given.application(office, town, given.moment("2026-03-02", "09:00"), ITEMS).cases["LX10"]
    wrong = [{"material": "energy_report", "problem": "缺盖章", "fix": "盖章后重新上传"}]
    given.act(office, town.clerk, given.moment("2026-03-02", "09:30"), case, "ask_correction", {"faults": wrong})
    reader = signed_in("applicant")
    answer = f"/cases/{case}/actions/resubmit"
    assert answer in [href for _words, href in reader.open("/my").links]
    page = reader.open(f"/cases/{case}")
    assert page.link("去补正") == answer
    assert "请在 3月16日（周一）前办完" in page.words
    assert page.response.text.split("</main>")[0].count("btn-primary") == 1
    it_is("2026-03-17", "10:00")
    reader = signed_in("applicant")
    assert "原定 3月16日（周一）前补齐，超期 1 日，请尽快。" in reader.open(answer).words
    assert "原定 3月16日（周一）前办完，超期 1 日，请尽快。" in reader.open(f"/cases/{case}").words


def test_what_is_promised_to_follow_is_asked_for_by_its_own_date_not_by_the_offices(office: Office) -> None:
    flow = office.flows["item", 3]
    found = own_clock(flow, [brief("delivery", date(2026, 3, 9)), brief("gaps", date(2026, 3, 20))])
    assert found is not None
    assert found.name == "gaps"
    assert own_clock(flow, [brief("delivery", date(2026, 3, 9))]) is None


def test_a_form_sent_after_the_session_ended_goes_on_after_signing_in(
    applicant: Reader, no: str, engine: Engine
) -> None:
    applicant.open(f"/apply/{no}/project")
    with engine.begin() as conn:
        conn.execute(text("UPDATE tokens SET expires_at = statement_timestamp() - interval '1 minute'"))
    page = applicant.press("保存并继续", summary="写了很久的规模")
    assert page.status == 401
    assert "您填的内容没有丢" in page.words
    assert "写了很久的规模" in page.words
    page = applicant.press("登录", username="applicant", password="wrong")
    assert "写了很久的规模" in page.words
    page = applicant.press("登录", username="applicant", password=given.PASSWORD)
    assert page.headings == ["已登录，接着提交"]
    page = applicant.press("继续提交")
    assert page.status == 200, page.words
    assert form_of(engine, no)["summary"] == "写了很久的规模"


def test_a_sealed_form_that_somebody_changed_is_not_taken_up(app: Flask, town: given.Town) -> None:
    reader = Reader(app.test_client())
    reader.open("/login")
    page = reader.press("登录", username="applicant", password=given.PASSWORD, carried="bm90IG91cnM=")
    assert page.address == "/my"


def test_drafts_of_others_are_nobodys_business(office: Office, no: str, app: Flask) -> None:
    with office.engine.begin() as conn:
        other = given.company(conn, 2)
        given.person(conn, "other", given.Grant("applicant", company=other))
    reader = Reader(app.test_client())
    reader.open("/login")
    reader.press("登录", username="other", password=given.PASSWORD)
    for place in ("", "/items", "/company", "/project", "/papers", "/match", "/check", "/submit"):
        assert reader.open(f"/apply/{no}{place}").status == 404
    assert replace(reader).page is not None


def test_files_dropped_or_sent_a_second_time_are_not_called_uploaded(applicant: Reader, no: str) -> None:
    send_files(applicant, no, "a.pdf", "b.pdf")
    assert applicant.page is not None
    form = applicant.page.form("确认并上传")
    sent: MultiDict[str, object] = MultiDict(form.fields)
    for name, _value in form.fields:
        if name.startswith("paper."):
            sent[name] = "drop"
    page = applicant.send(form.action, sent)
    assert "有 2 个文件不要了，没有上传。" in page.words
    assert "已上传 0 份" not in page.words
    page = applicant.send(form.action, sent)
    assert "这些文件此前已经处理过，没有重复上传" in page.words
    assert "已上传 0 份" not in page.words


def test_an_amount_is_digits_and_nothing_a_computer_would_take_besides(
    applicant: Reader, no: str, engine: Engine
) -> None:
    for typed in ("1_000", "1e5", "nan"):
        applicant.open(f"/apply/{no}/project")
        page = applicant.press("保存并继续", summary="厂房两栋", answer_investment=typed)
        assert page.status == 400
        assert "应为 0 至 100000000 的数" in page.words
        assert dict(page.form("保存并继续").fields)["answer_investment"] == typed
    applicant.open(f"/apply/{no}/project")
    assert applicant.press("保存并继续", summary="厂房两栋", answer_investment="１２，０００ ．５").status == 200
    assert form_of(engine, no)["answer_investment"] == "12,000 .5"


def test_the_closed_last_task_shows_its_button_with_the_reason(applicant: Reader, no: str) -> None:
    page = applicant.open(f"/apply/{no}/submit")
    button = page.response.text.split('aria-describedby="why-locked"')
    assert len(button) == 2
    assert button[0].endswith('aria-disabled="true" ')
    assert "签章并提交" in button[1][:40]
    assert 'id="why-locked"' in page.response.text


def test_a_draft_given_up_in_another_window_is_not_called_submitted(office: Office, applicant: Reader, no: str) -> None:
    ready(office, applicant, no)
    applicant.open(f"/apply/{no}/check")
    page = applicant.press("核对无误，去提交")
    form = page.form("提交申请")
    sent: MultiDict[str, object] = MultiDict(form.fields)
    sent["sure"] = "yes"
    applicant.open(f"/apply/{no}")
    given_up = applicant.follow("不办了，放弃这份草稿")
    deed = next(one for one in given_up.forms if one.action.endswith("/actions/withdraw"))
    assert applicant.send(deed.action, MultiDict(deed.fields)).status == 200
    page = applicant.send(form.action, sent)
    assert page.status == 200
    assert "已经提交或放弃，不再是草稿" in page.words


def test_the_menu_keeps_the_place_lit_on_the_pages_below_it(applicant: Reader, no: str) -> None:
    menu = applicant.open(f"/apply/{no}/project").response.text.split('class="nav"')[1].split("</nav>")[0]
    assert '<a href="/apply" aria-current="true">' in menu
    assert menu.count("aria-current") == 1
