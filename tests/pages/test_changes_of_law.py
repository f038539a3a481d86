"""A limit changed by law and a newer flow version, through the pages: typed, looked at, proposed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

import pytest
from sqlalchemy import text

from tests import given
from tests.pages.conftest import Reader
from workflow.work import Office

SignedIn = Callable[[str], Reader]
ItIs = Callable[[str, str], datetime]

LOOK, PROPOSE = "看会改变哪些办件", "提交，待第二人签发"
DOCUMENT = "示例：关于压缩审批时限的通知"


@pytest.fixture
def old_case(office: Office, town: given.Town, it_is: ItIs) -> str:
    """Accepted on 2026-03-02 under version 1 of the flow, with 3 working days promised."""
    flows = MappingProxyType({key: flow for key, flow in office.flows.items() if key[0] != "item" or key[1] == 1})
    before = replace(office, flows=flows)
    on = given.moment("2026-03-02", "09:30")
    no = given.application(before, town, on, ["LX01"]).cases["LX01"]
    given.act(before, town.clerk, on, no, "accept")
    it_is("2026-03-03", "10:00")
    return no


def count(office: Office) -> int:
    with office.engine.connect() as conn:
        return int(conn.execute(text("SELECT count(*) FROM amendments")).scalar_one())


def test_a_limit_is_looked_at_before_it_is_proposed(office: Office, signed_in: SignedIn, old_case: str) -> None:
    admin = signed_in("admin")
    admin.open("/amendments/new-limit")
    limit = {"item": "LX01", "clock": "promised", "limit": "2wd", "from": "3月3日", "running": "new"}
    page = admin.press(LOOK, document=DOCUMENT, **limit)
    assert "还没有保存" in page.words
    assert old_case in page.words
    assert count(office) == 0
    page = admin.press(PROPOSE)
    assert page.address == "/amendments/1"
    assert "时限依法调整：LX01 promised 自3月3日起 2wd" in page.words
    assert "在办办件：按新时限" in page.words


def test_running_cases_are_shown_before_they_are_moved(office: Office, signed_in: SignedIn, old_case: str) -> None:
    admin = signed_in("admin")
    admin.open("/amendments/new-flow")
    page = admin.press(LOOK, document=DOCUMENT, flow="item", from_version="1", to_version="2")
    assert "1 件改变，没有日期移动" in page.words
    assert admin.press(PROPOSE).address == "/amendments/1"
    assert count(office) == 1


def test_what_is_wrong_stands_at_its_field(office: Office, signed_in: SignedIn, old_case: str) -> None:
    admin = signed_in("admin")
    admin.open("/amendments/new-limit")
    page = admin.press(LOOK)
    assert page.response.status_code == 400
    assert "有 6 处需要处理" in page.words
    admin.open("/amendments/new-flow")
    page = admin.press(LOOK, document=DOCUMENT, flow="item", from_version="2", to_version="1")
    assert "应比第 2 版新" in page.words
    assert count(office) == 0


def test_only_administrators_see_the_forms(signed_in: SignedIn) -> None:
    for path in ("/amendments/new-limit", "/amendments/new-flow"):
        assert signed_in("supervisor").open(path).response.status_code == 403
