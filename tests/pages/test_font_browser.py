"""Chinese on a machine without Chinese fonts: boxes before, signs after; a machine that has them downloads nothing."""

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from string import printable

import pytest
from flask import Flask
from fontTools.ttLib import TTFont
from playwright.sync_api import Browser, Page

from tests import given
from tests.pages.browsing import ARGUMENTS, CHROMIUM, in_a_browser, new_window
from tests.pages.conftest import HEADERS
from workflow.settings import Settings, load_settings
from workflow.web_font import NAME, characters, cut, make

pytestmark = in_a_browser

FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{folder}</dir><cachedir>{folder}/cache</cachedir></fontconfig>"""
ALIKE = """async () => {
  await document.fonts.ready;
  const family = getComputedStyle(document.documentElement).fontFamily;
  await document.fonts.load(`20px ${family}`, "崂永").catch(() => 0);
  const draw = (sign) => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 24, height: 24 });
    const pen = canvas.getContext("2d");
    pen.font = `20px ${family}`;
    pen.fillText(sign, 1, 20);
    return pen.getImageData(0, 0, 24, 24).data.join();
  };
  return draw("崂") === draw("永");
}"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A demonstration with a home of its own."""
    return replace(load_settings({}), demo=True, public_url="http://localhost", secret="s" * 40, home=tmp_path)


@pytest.fixture(scope="module")
def blind(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[Browser]:
    """A browser on a machine that has one font, for Latin letters."""
    folder = tmp_path_factory.mktemp("fonts")
    with TTFont(BytesIO(cut(printable))) as latin:
        latin.flavor = None
        latin.save(folder / "latin.ttf")
    (folder / "fonts.conf").write_text(FONTS.format(folder=folder))
    fonts = {"FONTCONFIG_FILE": str(folder / "fonts.conf")}
    browser = chromium.browser_type.launch(executable_path=CHROMIUM, args=ARGUMENTS, env=fonts)
    yield browser
    browser.close()


def opened(browser: Browser, address: str) -> tuple[Page, list[str]]:
    """The sign-in page in a new window, and what it has loaded."""
    page = new_window(browser).new_page()
    loaded: list[str] = []
    page.on("response", lambda answer: loaded.append(answer.url) if answer.ok else None)
    page.goto(f"{address}/login", wait_until="networkidle")
    return page, [url for url in loaded if NAME in url]


def test_boxes_become_signs_once_the_font_is_made(
    blind: Browser, address: str, settings: Settings, town: given.Town
) -> None:
    page, loaded = opened(blind, address)
    assert page.locator("html").get_attribute("class") == "need-font"
    assert loaded == []
    assert page.evaluate(ALIKE)
    make(settings.home, frozenset("崂永登录" + printable))
    page, loaded = opened(blind, address)

    assert len(loaded) == 1
    assert not page.evaluate(ALIKE)


def test_a_machine_with_chinese_fonts_downloads_nothing(
    chromium: Browser, address: str, settings: Settings, town: given.Town
) -> None:
    make(settings.home, frozenset("崂永"))
    page, loaded = opened(chromium, address)

    assert page.locator("html").get_attribute("class") is None
    assert loaded == []
    assert not page.evaluate(ALIKE)


def test_the_font_is_kept_by_browsers_and_a_missing_one_is_no_page(app: Flask, settings: Settings) -> None:
    client = app.test_client()
    missing = client.get(f"/static/{NAME}", headers=HEADERS)
    assert (missing.status_code, missing.data) == (404, b"")
    make(settings.home, frozenset("崂永"))
    with client.get(f"/static/{NAME}") as answer:
        assert answer.content_type == "font/woff2"
        assert answer.data.startswith(b"wOF2")
        assert answer.cache_control.max_age == 30 * 24 * 3600
    with client.get(f"/static/{NAME}", headers={"If-None-Match": answer.headers["ETag"]}) as again:
        assert again.status_code == 304


def test_it_is_made_once_and_again_when_the_characters_change(settings: Settings) -> None:
    wanted = frozenset("崂永")
    assert make(settings.home, wanted) == settings.home / NAME
    assert make(settings.home, wanted) is None
    assert make(settings.home, wanted | {"垚"}) is not None
    assert sorted(path.name for path in settings.home.iterdir()) == [NAME, f"{NAME}.lock", f"{NAME}.mark"]


def test_it_has_both_levels_and_whatever_the_texts_hold(tmp_path: Path) -> None:
    (tmp_path / "names.csv").write_text("垚,珺\n", encoding="utf-8")
    found = characters([tmp_path])

    assert len(found) > 6763
    assert {"崂", "一", "垚", "珺", "A", "（"} <= found
    assert "\n" not in found


def test_the_command_names_a_text_that_is_not_there(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from workflow.cli import main

    monkeypatch.setenv("WUGEYI_HOME", str(tmp_path))
    assert main(["font", str(tmp_path / "nothing")]) == 2
    assert "no such file or folder" in capsys.readouterr().err
