"""Whole journeys in a browser that runs no script: forms and links do it all. The calendar's stands in
test_calendar_browser.py."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import given
from tests.pages.browsing import in_a_browser, new_window, sign_in
from tests.pages.conftest import PDF
from tests.pages.world import World
from workflow.work import Office

pytestmark = in_a_browser

Seat = Callable[[str], Page]
ItIs = Callable[[str, str], datetime]


@pytest.fixture
def seat(chromium: Browser, address: str) -> Iterator[Seat]:
    """Somebody's page, signed in, without script."""
    opened = []

    def take(username: str) -> Page:
        window = new_window(chromium, script=False)
        window.set_default_timeout(10_000)
        opened.append(window)
        page = window.new_page()
        sign_in(page, address, username)
        return page

    yield take
    for window in opened:
        window.close()


def press(page: Page, words: str) -> None:
    """Press the button with these words."""
    page.get_by_role("button", name=words, exact=True).click()


def follow(page: Page, words: str) -> None:
    """Follow the link with these words in the page's contents."""
    page.locator("main").get_by_role("link", name=words, exact=True).first.click()


def test_an_applicant_applies(
    office: Office, town: given.Town, it_is: ItIs, seat: Seat, address: str, tmp_path: Path
) -> None:
    it_is("2026-03-02", "10:00")
    page = seat("applicant")
    page.goto(f"{address}/apply")
    press(page, "建立申请")
    no = page.url.rsplit("/", 1)[1]
    follow(page, "继续填写")
    page.get_by_role("combobox", name="是否应单独进行节能审查？").select_option(label="是")
    press(page, "按回答更新建议")
    page.get_by_role("checkbox", name="固定资产投资项目节能审查").check()
    press(page, "保存并继续")

    # Wrong at two places: both are said, and what was right stands in its field.
    page.fill("[name=contact]", "王敏")
    press(page, "保存并继续")
    assert page.title().startswith("错误：")
    assert page.input_value("[name=contact]") == "王敏"
    page.fill("[name=phone]", "１３９００００００００")
    page.get_by_role("checkbox", name="以上信息无误").check()
    press(page, "保存并继续")
    page.fill("[name=summary]", "新建总部办公楼两栋")
    press(page, "保存并继续")

    for code in office.catalogue.items["LX10"].required_materials:
        file = tmp_path / f"{code}.pdf"
        file.write_bytes(PDF)
        page.locator(f"input[type=file][name={code}]").set_input_files(file)
    # Whoever does not press “上传所选文件” first loses nothing.
    press(page, "材料交到这里，继续")
    follow(page, "核对全部内容")
    press(page, "核对无误，去提交")
    page.get_by_role("checkbox", name="本单位对申请材料实质内容的真实性负责").check()
    press(page, "提交申请")
    expect(page.get_by_role("status").first).to_contain_text(f"申请已提交，编号 {no}")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"已提交，回执编号 {no}")
    expect(page.locator("main")).to_contain_text("下一步")


def test_a_clerk_accepts_and_an_officer_grants(world: World, seat: Seat, address: str) -> None:
    clerk = seat("clerk")
    clerk.locator(f"main a[href='/cases/{world.received}']").last.click()
    press(clerk, "受理")
    expect(clerk.get_by_role("status").first).to_contain_text("受理")
    expect(clerk.locator("main")).to_contain_text("审查中")

    officer = seat("officer_qx")
    officer.goto(f"{address}/cases/{world.overdue}")
    follow(officer, "准予许可")
    press(officer, "准予许可")
    assert officer.title().startswith("错误：")
    expect(officer.locator(".errsum a").first).to_be_visible()
    officer.fill("[name=opinion]", "符合要求")
    officer.fill("[name=late_reason]", "节假日前受理量大")
    press(officer, "准予许可")
    expect(officer.get_by_role("status").first).to_contain_text("准予许可")
    expect(officer.locator("main")).to_contain_text("准予行政许可决定书")


def test_a_choice_of_how_pages_look_needs_no_script(world: World, seat: Seat, address: str) -> None:
    page = seat("clerk")
    press(page, "English")
    assert page.locator("html").get_attribute("lang") == "en"
    press(page, "Large text")
    assert page.locator("html").get_attribute("data-size") == "large"
    press(page, "中文")
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    assert page.locator("html").get_attribute("data-size") == "large"
