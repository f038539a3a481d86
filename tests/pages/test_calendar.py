"""The calendar's pages: a year of it, loading a notice, and the second person's signature."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from api.pages.notice_text import as_lines, read_notice
from tests import given
from tests.pages.conftest import Reader
from workflow.actor import Grant
from workflow.commands.settle_dates import settle_calendar
from workflow.settings import default_config_folder
from workflow.work import Office

SignedIn = Callable[[str], Reader]
ItIs = Callable[[str, str], datetime]

DOCUMENT = "示例：国务院办公厅关于2027年部分节假日安排的通知"
NOTICE = """一、元旦：1月1日（周五）至3日（周日）放假，共3天。
二、春节：2月5日（农历腊月二十九、周五）至13日（周六）放假调休，共9天。1月31日（周日）、2月14日（周日）上班。
三、清明节：4月3日（周六）至5日（周一）放假，共3天。
四、劳动节：5月1日（周六）至5日（周三）放假调休，共5天。5月8日（周六）上班。
五、端午节：6月9日（周三）放假。
六、中秋节：9月15日（周三）放假。
七、国庆节：10月1日（周五）至7日（周四）放假调休，共7天。9月26日（周日）、10月9日（周六）上班。"""
PREVIEW, PROPOSE = "看哪些日期会变", "提交，待第二人签发"
FORM = "/calendar/notice?year=2027"


@pytest.fixture
def late(office: Office, town: given.Town, it_is: ItIs) -> str:
    """A case that ends in February 2027, in an office with two administrators on 16 December 2026."""
    with office.engine.begin() as conn:
        given.person(conn, "second_admin", Grant("admin"))
    no = given.application(office, town, given.moment("2026-12-14"), ["LX10", "GC07"]).cases["GC07"]
    given.act(office, town.clerk, given.moment("2026-12-15"), no, "accept")
    it_is("2026-12-16", "10:00")
    return no


def proposed(reader: Reader) -> str:
    """The address of the amendment that loads 2027, proposed through the form."""
    reader.open(FORM)
    reader.press(PREVIEW, document=DOCUMENT, text=NOTICE)
    page = reader.press(PROPOSE)
    assert page.address == "/amendments/1", page.words
    return page.address


def signed(reader: Reader, address: str) -> None:
    """Sign it."""
    reader.open(f"{address}/sign")
    assert "已签发" in reader.press("签发").words


def amendments(office: Office) -> int:
    with office.engine.connect() as conn:
        return int(conn.execute(text("SELECT count(*) FROM amendments")).scalar_one())


def test_a_year_shows_its_rest_and_make_up_days_by_character_and_its_paper(signed_in: SignedIn) -> None:
    page = signed_in("applicant").open("/calendar")
    assert page.address == "/calendar/2026"
    assert "2026 年 248 个工作日" in page.words
    assert "2 月 16 个工作日" in page.words
    assert "14班春节调休 15休春节" in page.words
    assert "国务院办公厅2026年节假日安排通知" in page.words
    assert "载入放假安排" not in page.words
    assert "日历的变动" not in page.words
    assert page.response.text.count('<table class="cal">') == 12


def test_a_year_without_a_notice_says_that_it_is_estimated(signed_in: SignedIn) -> None:
    page = signed_in("clerk").open("/calendar/2027")
    assert "2027 未公布" in page.words
    assert "按周末和法定节日推算" in page.words


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("n=1&month=2", "是 2月2日（周一）"),
        ("n=-1&month=2", "是 2月28日（周六）"),
        ("n=１００", "是 6月1日（周一）"),
        ("n=17&month=2", "“第几个工作日”应为 1 至 16"),
        ("n=x", "应为整数"),
        ("n=3&month=13", "“从哪里数起”应为 1 至 12"),
    ],
)
def test_the_tester_answers_which_day_the_nth_working_day_is(signed_in: SignedIn, asked: str, answer: str) -> None:
    page = signed_in("clerk").open(f"/calendar/2026?{asked}")
    assert answer in page.words
    assert page.status == (200 if answer.startswith("是 ") else 400)


def test_a_year_the_calendar_cannot_speak_of_is_no_page(signed_in: SignedIn) -> None:
    clerk = signed_in("clerk")
    for year in (1899, 2101, 10**9):
        assert clerk.open(f"/calendar/{year}").status == 404
    assert clerk.open("/calendar/1900").status == 200
    assert clerk.open("/calendar/2100").status == 200


def test_from_november_those_who_see_to_it_are_told_that_next_year_is_missing(signed_in: SignedIn, it_is: ItIs) -> None:
    words = "2027 年放假安排尚未载入"
    it_is("2026-10-31", "23:00")
    admin = signed_in("admin")
    assert words not in admin.open("/work").words
    it_is("2026-11-01", "00:30")
    assert words in admin.open("/work").words
    assert admin.page is not None
    assert admin.page.link("载入并预览变动") == FORM
    for username in ("director_qx", "supervisor"):
        assert signed_in(username).open("/work").link("看工作日历") == "/calendar/2027"
    assert words not in signed_in("applicant").open("/my").words
    assert words not in signed_in("clerk").open("/work").words
    assert words in signed_in("clerk").open("/calendar/2026").words


def test_a_notice_is_proposed_by_one_signed_by_another_and_the_date_settles(
    office: Office, late: str, signed_in: SignedIn
) -> None:
    admin, second, applicant = signed_in("admin"), signed_in("second_admin"), signed_in("applicant")
    assert "2027年2月19日（周五） ≈ 预计" in admin.open(f"/cases/{late}").words

    admin.open("/calendar")
    admin.follow("载入放假安排")
    page = admin.press(PREVIEW, document=DOCUMENT, text=NOTICE)
    assert "改动预览：1 个截止日期会变成正式日期，1 个日期移动" in page.words
    assert "还没有保存" in page.words
    assert "2027年2月19日（周五） ≈ 预计 2027年2月23日（周二） 推后 4 天" in page.words
    assert "2027年2月9日（周二） 至 2月12日（周五），4 天推算为工作日 → 放假（春节）" in page.words
    assert f"/cases/{late}" in [href for _, href in page.links]
    assert amendments(office) == 0

    page = admin.press(PROPOSE)
    assert "已提交，待另一位管理员签发" in page.words
    assert "这是您提出的，须由另一位管理员签发" in page.words
    assert "签发" not in page.buttons
    assert "2027年2月19日" in applicant.open(f"/cases/{late}").words

    second.open(page.address)
    page = second.follow("签发")
    assert "日历立即生效" in page.words
    page = second.press("签发", note="已核对原件")
    assert "正在重算，已变动 0 件" in page.words
    assert "已核对原件" in page.words

    settle_calendar(office)
    assert "全部算完，变动 1 件" in second.open(page.address).words
    for reader in (admin, applicant):
        words = reader.open(f"/cases/{late}").words
        assert "2027年2月23日（周二）" in words
        assert "预计" not in words
    assert "2027 已公布" in admin.open("/calendar/2027").words
    assert "放假安排尚未载入" not in admin.open("/work").words


def test_a_signed_notice_is_withdrawn_with_a_reason_and_the_dates_are_estimates_again(
    office: Office, late: str, signed_in: SignedIn
) -> None:
    admin, second = signed_in("admin"), signed_in("second_admin")
    address = proposed(admin)
    signed(second, address)
    settle_calendar(office)

    second.open(address)
    page = second.press("提出撤回", document="", reason="")
    assert page.status == 400
    assert "请填写“撤回的理由”" in page.words
    page = second.press("提出撤回", document="更正通知", reason="通知有误")
    assert page.headings == ["撤回变动第 1 号"]
    assert "1 个变回“预计”" in page.words
    assert "通知有误" in page.words
    signed(admin, page.address)
    settle_calendar(office)

    assert "已撤回" in admin.open(address).words
    assert "2027年2月19日（周五） ≈ 预计" in admin.open(f"/cases/{late}").words
    assert "2027 未公布" in admin.open("/calendar/2027").words


def test_a_closure_is_proposed_by_its_days_and_moves_what_they_touch(
    office: Office, late: str, signed_in: SignedIn
) -> None:
    admin = signed_in("admin")
    admin.open("/calendar")
    admin.follow("停止办公")
    page = admin.press(PREVIEW, document="停工通告", since="12月17日", until="2026１２18", name="台风停工")
    assert page.headings == ["改动预览：3 个日期移动"]
    assert "12月17日（周四） 至 12月18日（周五），2 天工作日 → 停止办公（台风停工）" in page.words
    page = admin.press(PROPOSE)
    assert page.headings == ["停止办公：台风停工（12月17日 至 12月18日）"]
    signed(signed_in("second_admin"), page.address)
    settle_calendar(office)
    page = admin.open("/calendar/2026")
    assert "17停台风停工 18停台风停工" in page.words
    assert "2026 年 246 个工作日" in page.words


def test_what_was_typed_comes_back_for_correcting(late: str, signed_in: SignedIn) -> None:
    admin = signed_in("admin")
    admin.open(FORM)
    admin.press(PREVIEW, document=DOCUMENT, text=NOTICE)
    page = admin.press("返回修改")
    fields = dict(page.form(PREVIEW).fields)
    assert fields["text"].replace("\r\n", "\n") == NOTICE
    assert fields["document"] == DOCUMENT


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"document": ""}, "document", "请填写依据的文件"),
        ({"year": "27"}, "year", "应为四位年份"),
        ({"year": "2029"}, "text", "第 1 行：2029-01-01 是周一，不是周五"),
        ({"text": ""}, "text", "请填写放假安排"),
        ({"text": NOTICE.replace("4月3日（周六）", "4月3日（周五）")}, "text", "2027-04-03 是周六，不是周五"),
        ({"text": NOTICE.replace("共9天", "共8天")}, "text", "写明共 8 天，日期却有 9 天"),
        ({"text": NOTICE.replace("1月31日（周日）、", "1月27日、")}, "text", "是周三，调休上班日应为周六或周日"),
        ({"text": NOTICE + "\n开斋节 2月10日"}, "text", "2027-02-10 重复列出"),
        ({"text": NOTICE + "\n随便写写"}, "text", "第 8 行：没有日期"),
        ({"text": NOTICE.replace("6月9日", "6月31日")}, "text", "第 5 行：“6月31日”不是日历上的日子"),
        ({"text": "元旦 2027-01-01 至 2027-01-03"}, "text", "缺少法定节假日"),
        ({"text": "year: 2027\noff: []\nfree: 1"}, "text", "free：没有这个字段"),
        ({"text": "year: 2028\noff: []"}, "year", "内容写的是 2028 年，这里填的是 2027 年"),
        ({"text": "off: {"}, "text", "不是完整的 YAML"),
        ({"extra": "三"}, "extra", "应为 0 至 60 的整数天数"),
        ({"extra": "1"}, "text", "天数不平"),
    ],
)
def test_a_bad_notice_names_its_faults_at_their_fields_and_keeps_what_was_typed(
    late: str, office: Office, signed_in: SignedIn, changed: dict[str, str], field: str, words: str
) -> None:
    admin = signed_in("admin")
    admin.open(FORM)
    typed = {"year": "2027", "document": DOCUMENT, "text": NOTICE, **changed}
    page = admin.press(PREVIEW, **typed)
    assert page.status == 400
    assert page.title.startswith("错误：")
    assert words in page.words
    assert f"#f-{field}" in [href for text, href in page.links if words in text], page.links
    fields = dict(page.form(PREVIEW).fields)
    assert {name: fields[name].replace("\r\n", "\n") for name in typed} == typed
    assert amendments(office) == 0


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"since": ""}, "since", "“第一天”应为日期"),
        ({"until": "明天"}, "until", "“最后一天”应为日期"),
        ({"name": ""}, "name", "请填写“叫什么”"),
        ({"since": "2027-01-20", "until": "2027-01-18"}, "since", "应为 1 至 60 天"),
        ({"since": "2026-12-19", "until": ""}, "since", "2026-12-19（周六）本来就是休息日"),
    ],
)
def test_a_bad_closure_names_its_faults(
    late: str, signed_in: SignedIn, typed: dict[str, str], field: str, words: str
) -> None:
    admin = signed_in("admin")
    admin.open("/calendar/notice?kind=closure")
    given_ = {"document": "停工通告", "since": "2026-12-17", "until": "2026-12-18", "name": "台风停工", **typed}
    page = admin.press(PREVIEW, **given_)
    assert page.status == 400
    assert f"#f-{field}" in [href for text, href in page.links if words in text], page.words


def test_a_notice_that_changes_nothing_is_refused(late: str, office: Office, signed_in: SignedIn) -> None:
    admin, second = signed_in("admin"), signed_in("second_admin")
    signed(second, proposed(admin))
    admin.open(FORM)
    page = admin.press(PREVIEW, document=DOCUMENT, text=NOTICE)
    assert page.status == 400
    assert "与现在的日历完全相同" in page.words


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_notice_is_read_from_a_file(late: str, signed_in: SignedIn, encoding: str) -> None:
    admin = signed_in("admin")
    admin.open(FORM)
    page = admin.press(PREVIEW, document=DOCUMENT, files={"file": ("通知.txt", NOTICE.encode(encoding))})
    assert "1 个截止日期会变成正式日期" in page.words
    assert page.form(PROPOSE).fields
    assert admin.press(PROPOSE).headings == ["2027 年放假安排"]


def test_a_file_that_is_no_text_is_refused_and_shown(late: str, signed_in: SignedIn) -> None:
    admin = signed_in("admin")
    admin.open(FORM)
    page = admin.press(PREVIEW, document=DOCUMENT, files={"file": ("a.pdf", b"%PDF-1.7\0\xff\xfe" * 20)})
    assert page.status == 400
    assert "第 1 行" in page.words


def test_pressing_twice_proposes_once_and_signs_once(late: str, office: Office, signed_in: SignedIn) -> None:
    admin, second = signed_in("admin"), signed_in("second_admin")
    admin.open(FORM)
    page = admin.press(PREVIEW, document=DOCUMENT, text=NOTICE)
    form = page.form(PROPOSE)
    sent = {**dict(form.fields), "step": "propose"}
    first, again = admin.send(form.action, sent), admin.send(form.action, sent)
    assert first.address == again.address == "/amendments/1"
    assert amendments(office) == 1
    form = second.open("/amendments/1/sign").form("签发")
    first, again = (second.send(form.action, dict(form.fields)) for _ in range(2))
    assert "已签发" in first.words
    assert "已签发" in again.words


def test_the_proposer_cannot_sign_even_by_sending_the_form(late: str, office: Office, signed_in: SignedIn) -> None:
    admin, second = signed_in("admin"), signed_in("second_admin")
    address = proposed(admin)
    assert "须由另一位管理员签发" in admin.open(f"{address}/sign").words
    csrf = dict(admin.page.form("退出登录").fields)["csrf"] if admin.page else ""
    page = admin.send(f"{address}/sign", {"csrf": csrf, "key": "k"})
    assert page.status == 403
    assert "本人提出的变动须由另一人签发" in page.words
    assert "待签发" in second.open(address).words


def test_somebody_who_comes_second_is_told_who_decided_and_when(late: str, office: Office, signed_in: SignedIn) -> None:
    with office.engine.begin() as conn:
        given.person(conn, "third_admin", Grant("admin"))
    second, third = signed_in("second_admin"), signed_in("third_admin")
    address = proposed(signed_in("admin"))
    form = third.open(f"{address}/sign").form("签发")
    signed(second, address)
    page = third.send(form.action, dict(form.fields))
    assert page.status == 409
    assert "已生效（second_admin·示例，2026-12-16 10:0" in page.words
    page = third.send(f"{address}/refuse", {**dict(form.fields), "note": "不对"})
    assert page.status == 409


def test_a_preview_made_stale_by_another_calendar_is_shown_anew_before_signing(
    late: str, office: Office, signed_in: SignedIn
) -> None:
    admin, second = signed_in("admin"), signed_in("second_admin")
    address = proposed(admin)
    stale = second.open(f"{address}/sign").form("签发")
    admin.open("/calendar/notice?kind=closure")
    admin.press(PREVIEW, document="停工通告", since="2026-12-17", until="", name="台风停工")
    signed(second, admin.press(PROPOSE).address)
    page = second.send(stale.action, {**dict(stale.fields), "note": "同意"})
    assert page.status == 409
    assert "日历在预览之后已变更" in page.words
    assert dict(page.form("签发").fields)["note"] == "同意"
    assert "已签发" in second.press("签发").words


def test_a_proposal_is_sent_back_with_a_reason_or_taken_back(late: str, office: Office, signed_in: SignedIn) -> None:
    admin, second = signed_in("admin"), signed_in("second_admin")
    address = proposed(admin)
    second.open(address)
    assert second.press("退回", note="").status == 400
    page = second.press("退回", note="文号不对")
    assert "已退回，没有任何日期变动" in page.words
    assert "文号不对" in page.words
    admin.open(FORM)
    admin.press(PREVIEW, document=DOCUMENT, text=NOTICE)
    admin.press(PROPOSE)
    page = admin.press("收回", note="写错了")
    assert "已退回" in page.words


def test_only_administrators_change_the_calendar_and_the_supervisor_reads(late: str, signed_in: SignedIn) -> None:
    address = proposed(signed_in("admin"))
    for username in ("applicant", "clerk", "director_qx", "district_leader"):
        reader = signed_in(username)
        for where in (FORM, address, f"{address}/sign", "/amendments"):
            assert reader.open(where).status == 403, (username, where)
    supervisor = signed_in("supervisor")
    page = supervisor.open(address)
    assert page.status == 200
    assert "由系统管理员签发" in page.words
    assert "退回" not in page.buttons
    assert supervisor.open(f"{address}/sign").status == 403
    assert "2027 年放假安排" in supervisor.open("/amendments").words
    assert "2027 年放假安排" in supervisor.open("/calendar/2026").words


def test_an_amendment_nobody_has_proposed_is_no_page(late: str, signed_in: SignedIn) -> None:
    admin = signed_in("admin")
    assert admin.open("/amendments/99").status == 404
    csrf = dict(admin.open("/work").form("退出登录").fields)["csrf"]
    for deed in ("sign", "refuse", "withdraw"):
        sent = {"csrf": csrf, "key": deed, "note": "x", "document": "x", "reason": "x"}
        assert admin.send(f"/amendments/99/{deed}", sent).status in (400, 404)


def test_the_notice_of_2026_is_read_as_it_was_published(office: Office) -> None:
    published = """一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
三、清明节：4月4日（周六）至6日（周一）放假，共3天。
四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。
五、端午节：6月19日（周五）至21日（周日）放假，共3天。
六、中秋节：9月25日（周五）至27日（周日）放假，共3天。
七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。"""
    notice, faults = read_notice(published, 2026)
    assert faults == []
    calendar = office.base_calendar
    off = {day for one in notice["off"] for day in _days(one)}
    named = {day.isoformat() for day in calendar.named_days if day.year == 2026}
    assert off | set(notice["make_up"]) == named
    assert read_notice(as_lines(notice), 2026) == (notice, [])


def test_the_yaml_of_the_demonstration_is_read_whole(late: str, signed_in: SignedIn) -> None:
    file = Path(default_config_folder()) / "demo" / "calendar-2027.yaml"
    admin = signed_in("admin")
    admin.open(FORM)
    page = admin.press(PREVIEW, document=DOCUMENT, files={"file": (file.name, file.read_bytes())})
    assert "改动预览" in page.words, page.words


def _days(one: dict[str, str]) -> list[str]:
    first = date.fromisoformat(one.get("date") or one["from"])
    last = date.fromisoformat(one.get("date") or one["to"])
    return [(first + timedelta(days=n)).isoformat() for n in range((last - first).days + 1)]


def test_a_proposal_that_fits_no_more_says_why_in_words_and_can_only_be_sent_back(
    late: str, office: Office, signed_in: SignedIn
) -> None:
    admin, second = signed_in("admin"), signed_in("second_admin")
    second.open(f"{proposed(admin)}/sign")
    second.press("签发")
    for number in (2, 3):
        admin.open("/amendments/1")
        page = admin.press("提出撤回", document="撤回令", reason=f"通知有误 {number}")
        assert page.address == f"/amendments/{number}"
    second.open("/amendments/2/sign")
    second.press("签发")
    page = second.open("/amendments/3")
    assert "不是现行的年度通知或临时停办，目前没有可撤回的" in page.words
    assert "amendment：" not in page.words
    assert "签发" not in [words for one in second.open("/amendments/3/sign").forms for words, _, _ in one.buttons]
    second.open("/amendments/3")
    assert second.press("退回", note="已撤回过").status == 200
