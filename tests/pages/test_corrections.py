"""The director corrects what was recorded: two forms, what would move, and then the writing."""

from collections.abc import Callable
from datetime import datetime

import pytest

from tests import given
from tests.given import Town, moment
from tests.pages.conftest import Reader
from workflow.queries.verify import verify
from workflow.work import Office

SignIn = Callable[[str], Reader]
ItIs = Callable[[str, str], datetime]


@pytest.fixture
def no(office: Office, town: Town, it_is: ItIs) -> str:
    """A case received on 2 March 2026, accepted on the 3rd, paused from the 5th to the 10th; it is the 11th."""
    no = given.application(office, town, moment("2026-03-02"), ["LX10"]).cases["LX10"]
    given.act(office, town.clerk, moment("2026-03-03"), no, "accept")
    said = {"cause": "expert_review", "until": "2026-03-20", "reason": "专家评审"}
    given.act(office, town.officers["QX"], moment("2026-03-05"), no, "start_special", said)
    given.act(office, town.officers["QX"], moment("2026-03-10"), no, "end_special", {"result": "评审结束"})
    it_is("2026-03-11", "10:00")
    return no


def test_a_pause_is_corrected_after_its_effect_was_shown(office: Office, signed_in: SignIn, no: str) -> None:
    director = signed_in("director_qx")
    director.open(f"/cases/{no}")
    page = director.follow("更正收件时间或暂停起止")
    assert (page.status, page.title) == (200, f"更正收件或暂停：{no} · 崂山“五个一”审批服务")
    page = director.press("看暂停更正的影响", since="2026年3月4日", pause_reason="会议纪要载明 3 月 4 日")
    assert page.status == 200, page.words
    assert "还没有保存" in page.words
    assert "专家评审：3月5日（周四） 至 3月10日（周二）" in page.words
    assert "专家评审：3月4日（周三） 至 3月10日（周二）" in page.words
    assert "日期变动（2）" in page.words
    assert "推后" in page.words
    before = director.page
    page = director.press("确认更正")
    assert "已更正。2 个时限的日期随之变动。" in page.words
    assert "更正暂停起止" in page.words
    director.page = before
    assert "已更正" in director.press("确认更正").words, "pressed twice, done once"
    track = director.open(f"/cases/{no}").words
    assert track.count("会议纪要载明 3 月 4 日") == 1
    assert "原来" in track
    assert verify(office).breaches == ()


def test_going_back_from_the_preview_keeps_what_was_typed(signed_in: SignIn, no: str) -> None:
    director = signed_in("director_qx")
    director.open(f"/cases/{no}/corrections")
    director.press("看收件更正的影响", received_on="2026-02-27", receipt_reason="回执日期为 2 月 27 日")
    page = director.press("返回修改")
    form = dict(page.form("看收件更正的影响").fields)
    assert (form["received_on"], form["receipt_reason"]) == ("2026-02-27", "回执日期为 2 月 27 日")


def test_a_receipt_that_moves_no_date_says_so_and_names_what_stays(signed_in: SignIn, no: str) -> None:
    director = signed_in("director_qx")
    director.open(f"/cases/{no}/corrections")
    page = director.press("看收件更正的影响", received_on="2026-02-27", receipt_reason="以回执为准")
    assert "没有时限的日期变动" in page.words
    assert "收件核验已停止，到期日 3月9日（周一），按停止时的情况保留，不改。" in page.words
    assert "已更正。没有时限的日期变动。" in director.press("确认更正").words


def test_the_preview_says_what_the_clock_does_at_once(
    office: Office, signed_in: SignIn, town: Town, it_is: ItIs
) -> None:
    no = given.application(office, town, moment("2026-03-02"), ["LX10"]).cases["LX10"]
    it_is("2026-03-04", "10:00")
    director = signed_in("director_qx")
    director.open(f"/cases/{no}/corrections")
    page = director.press("看收件更正的影响", received_on="2026-02-24", receipt_reason="以回执为准")
    assert "收件核验届满，系统随即办理“逾期未告知，视为受理”。" in page.words
    assert "告知申请人、帮办专员和经办人新的日期。" in page.words


@pytest.mark.parametrize(
    ("button", "typed", "status", "said"),
    [
        ("看收件更正的影响", {"received_on": "", "receipt_reason": "x"}, 400, "“实际收件日”应为"),
        ("看收件更正的影响", {"received_on": "昨天", "receipt_reason": "x"}, 400, "“实际收件日”应为"),
        ("看收件更正的影响", {"received_on": "2026-02-27", "receipt_reason": ""}, 400, "请填写“更正理由”"),
        ("看收件更正的影响", {"received_on": "2026-03-12", "receipt_reason": "x"}, 422, "不能晚于现在"),
        ("看收件更正的影响", {"received_on": "2026-03-04", "receipt_reason": "x"}, 422, "不能晚于受理"),
        ("看收件更正的影响", {"received_on": "2026-03-02", "receipt_reason": "x"}, 422, "没有可更正的内容"),
        ("看暂停更正的影响", {"until": "2026-03-04", "pause_reason": "x"}, 422, "早于开始日"),
        ("看暂停更正的影响", {"until": "", "pause_reason": "x"}, 422, "须填写结束日"),
        ("看暂停更正的影响", {"since": "", "until": "8888", "pause_reason": ""}, 400, "有 3 处需要处理"),
        ("看暂停更正的影响", {"pause": "x", "pause_reason": "x"}, 400, "请选择一次暂停"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field_and_nothing_typed_is_lost(
    signed_in: SignIn, no: str, button: str, typed: dict[str, str], status: int, said: str
) -> None:
    director = signed_in("director_qx")
    director.open(f"/cases/{no}/corrections")
    page = director.press(button, **typed)
    assert (page.status, said in page.words) == (status, True), page.words
    assert 'aria-invalid="true"' in page.response.text
    kept = dict(page.form(button).fields)
    assert {name: kept[name] for name in typed if name != "pause"} == {
        name: value for name, value in typed.items() if name != "pause"
    }


def test_somebody_who_acted_first_is_named(office: Office, signed_in: SignIn, town: Town, no: str) -> None:
    director = signed_in("director_qx")
    director.open(f"/cases/{no}/corrections")
    director.press("看收件更正的影响", received_on="2026-02-27", receipt_reason="以回执为准")
    said = {"days": 3, "reason": "案情复杂"}
    given.act(office, town.directors["QX"], moment("2026-03-11", "10:30"), no, "extend", said)
    page = director.press("确认更正")
    assert page.status == 409
    assert "延长期限" in page.words
    assert dict(page.form("看收件更正的影响").fields)["received_on"] == "2026-02-27"


def test_only_the_director_finds_the_link_and_the_page(signed_in: SignIn, no: str) -> None:
    for username, status in (("officer_qx", 403), ("clerk", 403), ("applicant", 403), ("director_zg", 404)):
        somebody = signed_in(username)
        assert "更正收件时间或暂停起止" not in somebody.open(f"/cases/{no}").words
        assert somebody.open(f"/cases/{no}/corrections").status == status


def test_a_case_that_has_ended_is_not_corrected(office: Office, signed_in: SignIn, town: Town, no: str) -> None:
    said = {"reason": "不符合", "basis": "第38条"}
    given.act(office, town.officers["QX"], moment("2026-03-11", "10:30"), no, "refuse", said)
    director = signed_in("director_qx")
    assert "更正收件时间或暂停起止" not in director.open(f"/cases/{no}").words
    page = director.open(f"/cases/{no}/corrections")
    assert (page.status, "已办结" in page.words) == (409, True)


def test_the_page_of_a_proof_shows_it_as_it_stood(signed_in: SignIn, no: str) -> None:
    director = signed_in("director_qx")
    page = director.open(f"/cases/{no}/clocks/statutory?as_of=2026-03-04")
    assert "这是 3月4日（周三） 当日的情况" in page.words
    assert "专家评审" not in page.words
    assert "暂停" in director.open(f"/cases/{no}/clocks/statutory?as_of=2026-03-09").words
    assert director.open(f"/cases/{no}/clocks/statutory?as_of=2026-03-02").status == 404
    assert "completeness" in director.open(f"/cases/{no}/clocks/statutory?as_of=2026-03-02").words
    for day in ("2026-03-01", "2026-03-12", "nonsense"):
        page = director.open(f"/cases/{no}/clocks/statutory?as_of={day}")
        assert (page.status, "as_of" in page.words) == (400, True)
