"""Whole journeys without a mouse: every stop of the keyboard is seen, and leads where its words say."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import Engine, text

from tests import given
from tests.pages.browsing import in_a_browser, new_window
from tests.pages.conftest import PDF
from tests.pages.keyboard import Hand
from tests.pages.test_calendar import DOCUMENT, NOTICE, late
from tests.pages.world import World
from workflow.commands.settle_dates import settle_calendar
from workflow.work import Office

__all__ = ["late"]

pytestmark = in_a_browser

Seat = Callable[[str], Hand]
ItIs = Callable[[str, str], datetime]


@pytest.fixture
def seat(chromium: Browser, address: str) -> Iterator[Seat]:
    """A desk at which somebody signs in with the keyboard."""
    opened = []

    def take(username: str) -> Hand:
        window = new_window(chromium)
        opened.append(window)
        window.set_default_timeout(10_000)
        hand = Hand(window.new_page())
        hand.page.goto(f"{address}/login")
        hand.until(hand.page.locator("input[name=username]"), "the name")
        hand.page.keyboard.type(username)
        hand.until(hand.page.locator("input[name=password]"), "the password")
        hand.page.keyboard.type(given.PASSWORD)
        hand.go()
        hand.page.wait_for_url(lambda where: "/login" not in where)
        return hand

    yield take
    for window in opened:
        window.close()


def last_action(engine: Engine, no: str) -> str:
    """What was done last with a case, from its history."""
    with engine.connect() as conn:
        found = conn.execute(
            text("""
SELECT e.action FROM events e JOIN cases c ON c.id = e.case_id
WHERE c.no = :no AND e.action IS NOT NULL ORDER BY e.seq DESC LIMIT 1"""),
            {"no": no},
        )
        return str(found.scalar_one())


ITEM = "固定资产投资项目节能审查"
QUESTION = "是否应单独进行节能审查？"
SENTENCE = "新建总部办公楼两栋"


def test_an_applicant_applies_uploads_submits_and_sees_the_receipt(
    office: Office, town: given.Town, it_is: ItIs, seat: Seat, address: str, engine: Engine, tmp_path: Path
) -> None:
    it_is("2026-03-02", "10:00")
    applicant = seat("applicant")
    applicant.to("link", "新申请")
    applicant.go()
    applicant.to("button", "建立申请")
    applicant.go()
    assert "已建立申请" in applicant.said()
    no = applicant.page.url.rsplit("/", 1)[1]

    applicant.to("link", "继续填写")
    applicant.go()
    applicant.choose(QUESTION, "是")
    applicant.to("button", "按回答更新建议")
    applicant.go()
    applicant.to("checkbox", ITEM, exact=False)
    applicant.press("Space")
    applicant.to("button", "保存并继续")
    applicant.go()

    applicant.to("checkbox", "以上信息无误", exact=False)
    applicant.press("Space")
    applicant.write("联系人", "王敏", exact=False)
    applicant.write("联系电话", "13900000000", exact=False)
    applicant.to("button", "保存并继续")
    applicant.go()

    applicant.write("建设内容和规模", SENTENCE, exact=False)
    # Back a stop and forth again: nothing is lost on the way.
    applicant.tab(back=True)
    applicant.tab()
    assert applicant.page.evaluate("document.activeElement.value") == SENTENCE
    applicant.to("button", "保存并继续")
    applicant.go()

    for code in office.catalogue.items["LX10"].required_materials:
        file = tmp_path / f"{code}.pdf"
        file.write_bytes(PDF)
        applicant.until(applicant.page.locator(f"input[type=file][name={code}]"), code)
        applicant.hand_in(str(file))
    applicant.to("button", "上传所选文件")
    applicant.go()
    expect(applicant.page.locator("main")).to_contain_text("energy_report.pdf")
    applicant.to("button", "材料交到这里，继续")
    applicant.go()

    applicant.to("link", "核对全部内容")
    applicant.go()
    expect(applicant.page.locator("main")).to_contain_text(SENTENCE)
    applicant.to("button", "核对无误，去提交")
    applicant.go()
    applicant.to("checkbox", "本单位对申请材料实质内容的真实性负责", exact=False)
    applicant.press("Space")
    applicant.to("button", "提交申请")
    applicant.go()
    assert f"申请已提交，编号 {no}" in applicant.said()
    assert applicant.main_heading() == f"已提交，回执编号 {no}"
    assert applicant.page.locator(".qr svg").count() == 1
    assert last_action(engine, no) == "submit"


def test_a_clerk_takes_the_top_case_and_tells_once_what_is_wrong(
    world: World, seat: Seat, address: str, engine: Engine
) -> None:
    clerk = seat("clerk")
    top = clerk.page.locator("main table a[href^='/cases/']").first
    clerk.until(top, "the top case")
    clerk.go()
    no = clerk.page.url.rsplit("/", 1)[1]
    assert clerk.page.locator("h1").count() == 1
    clerk.to("link", "核验材料")
    clerk.go()
    papers = clerk.page.locator("ol.checks > li")
    for number in range(papers.count()):
        clerk.until(papers.nth(number).get_by_role("radio"), f"the marks of paper {number + 1}")
        clerk.press("Space")
        assert clerk.page.locator(":focus").is_checked()
    # The last one is wrong after all: the arrows go through its marks, and what is missing is asked for.
    last = papers.last
    clerk.press("ArrowRight")
    clerk.press("ArrowRight")
    assert last.get_by_role("radio", name="需补正").is_checked()
    clerk.until(last.get_by_role("combobox").or_(last.get_by_role("textbox")).first, "what is missing")
    clerk.page.keyboard.type("缺设计单位盖章")
    clerk.write("怎么改", "盖章后重新上传", exact=False)
    clerk.to("button", "保存标记")
    clerk.go()
    clerk.to("button", "一次性告知补正")
    clerk.go()
    assert clerk.main_heading() == "确认一次性告知"
    clerk.to("button", "发出告知书（1 项）")
    clerk.go()
    assert "一次性告知补正" in clerk.said()
    expect(clerk.page.locator("main")).to_contain_text("待补正")
    assert last_action(engine, no) == "ask_correction"


def test_an_officer_pauses_a_case_and_grants_another(world: World, seat: Seat, address: str, engine: Engine) -> None:
    officer = seat("officer_qx")
    officer.until(officer.page.locator(f"main a[href='/cases/{world.overdue}']"), "the overdue case")
    officer.go()
    officer.to("link", "启动特别程序")
    officer.go()
    officer.to("button", "启动特别程序")
    officer.go()
    # Nothing was filled in: the focus is on the summary, the next stop is the first fault's link.
    assert officer.page.title().startswith("错误：")
    assert officer.page.evaluate("document.activeElement.classList.contains('errsum')")
    officer.tab()
    officer.press("Enter")
    assert officer.page.evaluate("document.activeElement.name") == "cause"
    officer.press("ArrowDown")
    officer.write("预计结束日", "3月20日", exact=False)
    officer.write("说明", "批前公示", exact=False)
    officer.to("button", "启动特别程序")
    officer.go()
    assert "启动特别程序" in officer.said()
    assert last_action(engine, world.overdue) == "start_special"

    officer.to("link", "结束特别程序")
    officer.go()
    officer.to("textbox", "结论", exact=False)
    officer.page.keyboard.type("公示无异议")
    officer.to("button", "结束特别程序")
    officer.go()
    officer.to("link", "准予许可")
    officer.go()
    officer.write("审查意见", "符合要求", exact=False)
    officer.write("超过承诺时限的公开说明", "公示期内不能决定", exact=False)
    officer.to("button", "准予许可")
    officer.go()
    assert "准予许可" in officer.said()
    assert last_action(engine, world.overdue) == "grant"


def test_a_specialist_answers_who_has_asked(world: World, seat: Seat, address: str, engine: Engine) -> None:
    specialist = seat("specialist")
    specialist.to("link", "帮办", exact=False)
    specialist.go()
    specialist.until(specialist.page.locator(f"main a[href='/cases/{world.help}']"), "the request")
    specialist.go()
    specialist.to("link", "首次回应")
    specialist.go()
    specialist.write("回应内容", "消防审查需要平面图和计算书。", exact=False)
    specialist.to("button", "首次回应")
    specialist.go()
    assert "首次回应" in specialist.said()
    expect(specialist.page.locator("main")).to_contain_text("消防审查需要平面图和计算书。")
    assert last_action(engine, world.help) == "answer"


def test_an_administrator_loads_a_holiday_notice_and_a_second_signs_it(
    office: Office, late: str, seat: Seat, address: str
) -> None:
    admin, second = seat("admin"), seat("second_admin")
    admin.to("link", "载入并预览变动")
    admin.go()
    admin.write("依据的文件", DOCUMENT, exact=False)
    admin.write("放假安排", NOTICE)
    admin.to("button", "看哪些日期会变")
    admin.go()
    assert "1 个截止日期会变成正式日期" in admin.main_heading()
    admin.to("button", "提交，待第二人签发")
    admin.go()
    # Closed for the one who proposed it: the keyboard comes to it all the same, and is told why.
    admin.until(admin.page.get_by_role("button", name="签发", exact=True), "the closed button")
    expect(admin.page.locator(":focus")).to_have_accessible_description("这是您提出的，须由另一位管理员签发。")
    before = admin.page.url
    admin.press("Enter")
    assert admin.page.url == before

    second.page.goto(admin.page.url)
    second.to("link", "签发")
    second.go()
    second.to("button", "签发")
    second.go()
    assert "已签发" in second.said()
    settle_calendar(office)
    second.page.goto(f"{address}/cases/{late}")
    expect(second.page.locator("main")).to_contain_text("2027年2月23日（周二）")
