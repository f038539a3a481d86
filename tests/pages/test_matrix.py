"""Every page for its reader, in both languages and at every width, in a real Chromium."""

import pytest

from api.headers import CONTENT_SECURITY_POLICY
from tests.pages.browsing import Site, in_a_browser
from tests.pages.every_page import PAGES
from tests.pages.scanner import listening, look, resize, scan

pytestmark = in_a_browser

LANGUAGES = {"zh": "zh-CN", "en": "en"}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_as_it_should_be(site: Site, name: str, lang: str) -> None:
    username, where = PAGES[name]
    page = site.page(username, {"lang": lang})
    with listening(page) as heard:
        response = page.goto(site.origin + where(site.world))
        assert response is not None
        assert response.status == 200
        assert response.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
        assert page.locator("html").get_attribute("lang") == LANGUAGES[lang]
        faults = [*scan(page, 1440), *scan(page, 390)]
        resize(page, 320)
        faults += [f"320 px: {fault}" for fault in look(page)]
    faults += [f"console: {words}" for words in heard.said]
    faults += [f"asked elsewhere: {url}" for url in heard.elsewhere(site.origin)]
    assert faults == [], "\n".join([f"{name} ({lang})", *faults])
