"""What cases, holidays and tables are called on an English page."""

from collections.abc import Iterator

import pytest
from flask import Flask

from api.pages.case_names import case_name, matter_name
from api.pages.names import holiday_name
from api.wording import COOKIE
from tests import given
from tests.pages.conftest import Reader
from tests.pages.world import World


@pytest.fixture
def in_english(app: Flask) -> Iterator[None]:
    """Somebody reads a page in English."""
    with app.test_request_context(headers={"Cookie": f"{COOKIE}=en"}):
        yield


@pytest.mark.usefixtures("in_english")
@pytest.mark.parametrize(
    ("stored", "english"),
    [
        ("示例路改造：建筑工程施工许可证", "示例路改造: Construction permit"),
        ("示例路改造：专项验收（规划核实）", "示例路改造: Check (Planning verification)"),
        ("示例路改造：专项验收（消防验收（备案））", "示例路改造: Check (Fire acceptance or filing)"),
        ("示例路改造：问题（冷却塔噪声：标准不一致）", "示例路改造: Problem (冷却塔噪声：标准不一致)"),
        ("示例路：东段：并联申请", "示例路：东段: Joint application"),
        ("示例路改造：没有这样的事项", "示例路改造：没有这样的事项"),
        ("示例路改造", "示例路改造"),
    ],
)
def test_what_a_case_is_called_is_english_as_far_as_the_configuration_knows_it(stored: str, english: str) -> None:
    assert case_name(stored) == english


def test_on_a_chinese_page_a_case_is_called_as_it_was_named(app: Flask) -> None:
    with app.test_request_context():
        assert case_name("示例路改造：分段验收（A）") == "示例路改造：分段验收（A）"
        assert matter_name("分段验收（A）") == "分段验收（A）"
        assert holiday_name("中秋节、国庆节") == "中秋节、国庆节"


@pytest.mark.usefixtures("in_english")
def test_holidays_have_english_and_other_days_keep_their_published_name() -> None:
    assert holiday_name("中秋节、国庆节") == "Mid-Autumn Festival、National Day"
    assert holiday_name("元旦调休") == "make-up day for New Year's Day"
    assert holiday_name("台风停工") == "台风停工"


@pytest.fixture
def supervisor(app: Flask, world: World) -> Reader:
    """A supervisor who reads English."""
    reader = Reader(app.test_client())
    reader.open("/login")
    reader.press("登录", username="supervisor", password=given.PASSWORD)
    reader.client.set_cookie(COOKIE, "en")
    return reader


def test_in_english_a_table_of_the_exchange_is_named_by_its_code_first(supervisor: Reader) -> None:
    page = supervisor.open("/exchange?table=SPGL_XMSPSXBLXXB")
    assert page.status == 200
    assert "SPGL_XMSPSXBLXXB 项目审批事项办理信息" in page.title
    assert "config/exchange.yaml: endpoint is not set" in page.words


def test_in_english_the_page_of_whose_time_counts_its_cases(supervisor: Reader) -> None:
    page = supervisor.open("/time-use")
    assert page.status == 200
    assert "Macro" not in page.words
