"""Other systems, as an administrator without script looks after them."""

from collections.abc import Callable
from dataclasses import replace
from ipaddress import ip_network

import pytest
from flask import Flask
from sqlalchemy import text

from tests import given
from tests.applications import application
from tests.pages.conftest import Reader
from workflow.settings import Settings
from workflow.signing import derive, shown
from workflow.work import Office

SECRET = "pages" * 8
URL = "http://127.0.0.1:8765/hook"

SignedIn = Callable[[str], Reader]


@pytest.fixture
def app(office: Office, settings: Settings) -> Flask:
    """The application of an office with a network of its own."""
    return application(office, replace(settings, secret=SECRET, webhook_networks=(ip_network("127.0.0.0/8"),)))


def added(admin: Reader, **typed: object) -> None:
    admin.open("/subscribers")
    admin.press("新增", **{"name": "市审批平台", "url": URL, "kinds": ["case.ended"], **typed})


def test_a_new_one_is_given_its_secret_once(signed_in: SignedIn) -> None:
    admin = signed_in("admin")
    admin.open("/admin")
    admin.follow("数据订阅")
    added(admin)

    assert admin.page is not None
    assert admin.page.status == 200
    assert shown(derive(SECRET, 1, 1)) in admin.page.words
    assert "只显示这一次" in admin.page.words
    one = admin.follow("已记下，继续")
    assert "正常推送" in one.words
    assert "办件办结" in one.words
    assert "whsec_" not in one.words
    assert "市审批平台" in admin.open("/subscribers").words


def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(signed_in: SignedIn) -> None:
    admin = signed_in("admin")
    added(admin, name="", url="http://10.0.0.1/")

    assert admin.page is not None
    assert admin.page.status == 400
    assert "“名称”应为 1 到 60 个字" in admin.page.words
    assert "内部或保留的地址 10.0.0.1" in admin.page.words
    assert ("url", "http://10.0.0.1/") in admin.page.form("新增").fields
    assert ("kinds", "case.ended") in admin.page.form("新增").fields
    added(admin)
    added(admin)
    assert admin.page.status == 409
    assert "已有名为“市审批平台”的订阅" in admin.page.words


def test_it_is_paused_resumed_tested_told_again_changed_and_its_secret_rotated(
    signed_in: SignedIn, office: Office
) -> None:
    admin = signed_in("admin")
    added(admin)
    admin.open("/subscribers/1")

    assert "已暂停" in admin.press("暂停推送").words
    assert "正常推送" in admin.press("恢复推送").words
    assert "测试已提交" in admin.press("发送测试").words
    assert "从这里重新推送" in admin.press("重新推送", after="0").words
    assert "从这里重新推送" in admin.press("重新推送", after="3月2日 9:30").words
    assert "“从哪里起”应为位置" in admin.press("重新推送", after="很久以前").words
    assert "应为 0 到 0" in admin.press("重新推送", after="99").words
    admin.open("/subscribers/1")
    assert "已保存" in admin.press("保存", url="", kinds=[]).words
    assert "自行读取" in admin.open("/subscribers/1").words
    assert shown(derive(SECRET, 1, 2)) in admin.press("更换密钥").words
    assert "上一代有效至" in admin.open("/subscribers/1").words
    with office.engine.begin() as conn:
        conn.execute(
            text("""
INSERT INTO deliveries (channel, subscriber_id, milliseconds, outcome, error)
VALUES ('webhook', 1, 12, 'soon', 'answers 503')""")
        )
    words = admin.open("/subscribers/1").words
    assert "失败，稍后重试" in words
    assert "answers 503" in words


def test_nobody_else_finds_or_opens_it(signed_in: SignedIn) -> None:
    clerk = signed_in("clerk")

    assert "数据订阅" not in clerk.open("/work").words
    assert clerk.open("/subscribers").status == 403


def test_one_that_is_stopped_says_why(signed_in: SignedIn, office: Office) -> None:
    admin = signed_in("admin")
    added(admin)
    with office.engine.begin() as conn:
        conn.execute(text("UPDATE subscribers SET active = false, stopped_why = 'failing', error = 'answers 500'"))

    assert "连续三天失败，已停止" in admin.open("/subscribers").words
    assert "answers 500" in admin.open("/subscribers/1").words
    given.time_is(office.engine, given.moment("2026-03-03"))
    assert "正常推送" in admin.press("恢复推送").words
