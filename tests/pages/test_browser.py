"""What only a browser shows: where the focus is after a fault, what a finger can press, what stays chosen."""

from tests import given
from tests.pages.browsing import Site, in_a_browser, new_window, sideways

pytestmark = in_a_browser


def test_large_text_and_high_contrast_are_chosen_by_a_button_and_stay(site: Site) -> None:
    window = new_window(site.browser)
    page = window.new_page()
    page.set_viewport_size({"width": 390, "height": 900})
    page.goto(f"{site.origin}/login")
    page.get_by_role("button", name="大字版").click()
    page.get_by_role("button", name="高对比").click()
    page.goto(f"{site.origin}/accessibility")
    assert page.locator("html").get_attribute("data-size") == "large"
    assert page.locator("html").get_attribute("data-theme") == "contrast"
    assert page.get_by_role("button", name="大字版").get_attribute("aria-pressed") == "true"
    assert sideways(page) <= 0
    window.close()


def test_a_refused_form_puts_the_focus_on_its_faults_and_keeps_the_words(site: Site) -> None:
    page = site.window("officer_qx").new_page()
    page.goto(f"{site.origin}/cases/{site.world.overdue}/actions/refuse")
    page.fill("[name=reason]", "不符合规划条件")
    page.get_by_role("button", name="不予许可", exact=True).click()
    page.wait_for_selector(".errsum")
    assert page.title().startswith("错误：")
    assert page.evaluate("document.activeElement.classList.contains('errsum')")
    assert page.input_value("[name=reason]") == "不符合规划条件"
    page.locator(".errsum a").first.click()
    assert page.evaluate("document.activeElement.name") in ("basis", "late_reason")
    page.close()


def test_the_skip_link_is_the_first_stop_of_the_keyboard_on_every_kind_of_page(site: Site) -> None:
    for username, where in (("", "/login"), ("officer_qx", "/work"), ("applicant", "/my")):
        page = site.page(username)
        page.goto(site.origin + where)
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "跳到正文"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"


def test_after_a_wrong_password_the_name_stands_and_the_password_does_not(site: Site) -> None:
    window = new_window(site.browser)
    page = window.new_page()
    page.goto(f"{site.origin}/login")
    page.fill("input[name=username]", "nobody")
    page.fill("input[name=password]", given.PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_selector(".errsum")
    assert page.input_value("input[name=username]") == "nobody"
    assert page.input_value("input[name=password]") == ""
    window.close()
