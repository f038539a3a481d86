"""Loading a notice in a real Chromium, by keyboard and on a phone: pages that only stand after a form was sent."""

from playwright.sync_api import Browser, Page, expect

from tests.pages.browsing import WIDTHS, in_a_browser, new_window, sideways
from tests.pages.browsing import sign_in as enter
from tests.pages.test_calendar import DOCUMENT, NOTICE, late
from workflow.commands.settle_dates import settle_calendar
from workflow.work import Office

__all__ = ["late"]

pytestmark = in_a_browser


def window(browser: Browser, address: str, username: str) -> Page:
    """A window in which somebody has signed in; script is off, since no page needs it."""
    page = new_window(browser, script=False).new_page()
    enter(page, address, username)
    return page


def fits(page: Page) -> None:
    """No sideways scroll at any width."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert page.locator("h1").count() == 1
        assert sideways(page) <= 0, f"{page.url} at {width} px"
    page.set_viewport_size({"width": 1440, "height": 900})


def test_a_notice_is_loaded_by_two_people_without_script(
    chromium: Browser, office: Office, late: str, address: str
) -> None:
    admin, second = window(chromium, address, "admin"), window(chromium, address, "second_admin")
    admin.goto(f"{address}/calendar")
    admin.get_by_role("link", name="载入放假安排").click()
    fits(admin)
    admin.get_by_label("依据的文件").fill(DOCUMENT)
    admin.get_by_label("放假安排", exact=True).fill(NOTICE)
    admin.get_by_role("button", name="看哪些日期会变").click()
    expect(admin.get_by_role("heading", level=1)).to_contain_text("改动预览：1 个截止日期会变成正式日期")
    fits(admin)
    admin.get_by_role("button", name="提交，待第二人签发").click()
    closed = admin.get_by_role("button", name="签发", exact=True)
    expect(closed).to_have_attribute("aria-disabled", "true")
    expect(closed).to_have_accessible_description("这是您提出的，须由另一位管理员签发。")
    fits(admin)

    second.goto(admin.url)
    second.get_by_role("link", name="签发", exact=True).click()
    fits(second)
    second.get_by_role("button", name="签发", exact=True).click()
    expect(second.get_by_role("status").first).to_contain_text("已签发")
    fits(second)
    settle_calendar(office)
    second.goto(f"{address}/cases/{late}")
    expect(second.locator("main")).to_contain_text("2027年2月23日（周二）")
    expect(second.locator("main")).not_to_contain_text("预计")


def test_the_months_are_tables_with_names_that_a_screen_reader_finds(
    chromium: Browser, late: str, address: str
) -> None:
    page = window(chromium, address, "clerk")
    page.goto(f"{address}/calendar/2026")
    february = page.get_by_role("table", name="2 月 16 个工作日")
    expect(february.get_by_role("columnheader")).to_have_count(7)
    expect(february.get_by_role("cell", name="14 班 春节调休")).to_have_count(1)
    expect(february.get_by_role("cell", name="15 休 春节")).to_have_count(1)
    assert page.get_by_role("table").count() == 12


def test_the_summary_of_faults_leads_to_the_text_by_keyboard(chromium: Browser, late: str, address: str) -> None:
    context = new_window(chromium)
    page = context.new_page()
    enter(page, address, "admin")
    page.goto(f"{address}/calendar/notice?year=2027")
    page.fill("[name=document]", DOCUMENT)
    page.fill("[name=text]", NOTICE.replace("1月31日（周日）、", "1月27日、"))
    page.get_by_role("button", name="看哪些日期会变").click()
    page.wait_for_selector(".errsum")
    assert page.title().startswith("错误：")
    assert page.evaluate("document.activeElement.classList.contains('errsum')")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.name") == "text"
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert sideways(page) <= 0
    context.close()
