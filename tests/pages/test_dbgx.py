import pytest
from tests.pages.test_script_browser import *
def test_x(world, address, open_as):
    page = open_as("officer_qx")
    page.goto(f"{address}/work?tab=department")
    page.on("response", lambda r: print(r.status, r.url, r.request.headers.get("cookie")))
    page.on("requestfailed", lambda r: print("failed", r.url, r.failure))
    page.locator("details.me summary").click()
    page.get_by_role("button", name="单键快捷键").click()
    page.wait_for_timeout(1500)
    print(page.evaluate("document.querySelector('details.me form').outerHTML"))
    page.reload()
    print(page.evaluate("document.querySelector('details.me form').outerHTML"))
    assert 0
