"""The gate: who gets in, where they land, and what nobody can be talked into."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask

from tests import given
from tests.applications import application
from tests.pages.conftest import HEADERS, Reader
from workflow.settings import Settings
from workflow.work import Office

SignedIn = Callable[[str], Reader]


@pytest.mark.parametrize(
    ("username", "home"), [("applicant", "/my"), ("clerk", "/work"), ("specialist", "/work"), ("supervisor", "/work")]
)
def test_everybody_lands_on_the_page_of_their_role(signed_in: SignedIn, username: str, home: str) -> None:
    page = signed_in(username).page
    assert page is not None
    assert page.address == home


def test_signing_in_leads_to_where_one_wanted_to_go(stranger: Reader) -> None:
    page = stranger.open("/work?tab=all")
    assert page.address.startswith("/login?next=")
    page = stranger.press("登录", username="clerk", password=given.PASSWORD)
    assert page.address == "/work?tab=all"


@pytest.mark.parametrize("wanted", ["https://example.org/", "//example.org", "/\\example.org", "javascript:alert(1)"])
def test_nobody_is_sent_to_another_site(stranger: Reader, wanted: str) -> None:
    stranger.open("/login")
    sent = {"username": "clerk", "password": given.PASSWORD, "next": wanted}
    response = stranger.client.post("/login", data=sent, headers=HEADERS)
    assert response.headers["Location"] == "/"


def test_a_wrong_password_says_not_which_and_the_sixth_try_has_to_wait(stranger: Reader) -> None:
    stranger.open("/login")
    for _ in range(5):
        page = stranger.press("登录", username="clerk", password="wrong")
        assert page.status == 401
        assert "用户名或密码不正确" in page.words
    page = stranger.press("登录", username="clerk", password=given.PASSWORD)
    assert page.status == 429
    assert "分钟后再试" in page.words
    assert int(page.response.headers["Retry-After"]) > 0
    assert page.form("登录").fields[1] == ("username", "clerk")


def test_nothing_typed_is_two_faults_at_their_fields(stranger: Reader) -> None:
    stranger.open("/login")
    page = stranger.press("登录")
    assert page.status == 400
    assert page.title.startswith("错误：")
    assert [href for _, href in page.links if href.startswith("#f-")] == ["#f-username", "#f-password"]


def test_signing_out_ends_the_session_everywhere(app: Flask, signed_in: SignedIn) -> None:
    clerk = signed_in("clerk")
    cookie = clerk.client.get_cookie("wugeyi")
    assert cookie is not None
    page = clerk.press("退出登录")
    assert "已退出登录" in page.words
    other = Reader(app.test_client())
    other.client.set_cookie("wugeyi", cookie.value)
    assert other.open("/work").address.startswith("/login")


def test_role_cards_stand_there_in_demo_mode_only(stranger: Reader, app: Flask) -> None:
    page = stranger.open("/login")
    assert "演示身份" in page.words
    assert any(words.startswith("综合窗口人员") for words in page.buttons)
    # this district does not know the demo's people: the same words as for any wrong account
    card = next(words for words in page.buttons if words.startswith("综合窗口人员"))
    assert "用户名或密码不正确" in stranger.press(card).words
    assert stranger.send("/login/demo", {"username": "clerk"}).status == 404


def test_a_form_without_the_seal_of_the_session_is_refused_and_its_words_are_kept(signed_in: SignedIn) -> None:
    applicant = signed_in("applicant")
    page = applicant.send("/help/new", {"project": "x", "question": "写了很久的问题", "csrf": "wrong"})
    assert page.status == 403
    assert "写了很久的问题" in page.words


def test_words_typed_into_a_session_that_ended_are_not_lost(stranger: Reader) -> None:
    page = stranger.send("/help/new", {"project": "x", "question": "写了很久的问题"})
    assert page.status == 401
    assert "写了很久的问题" in page.words
    assert "重新登录" in page.words


def test_looks_are_kept_in_cookies_and_lead_back_to_the_page(signed_in: SignedIn) -> None:
    clerk = signed_in("clerk")
    clerk.open("/work?tab=all")
    page = clerk.press("大字版")
    assert page.address == "/work?tab=all"
    assert 'data-size="large"' in page.response.text
    page = clerk.press("大字版")
    assert 'data-size="large"' not in page.response.text


def test_a_look_nobody_knows_is_not_kept(stranger: Reader) -> None:
    stranger.open("/login")
    stranger.send("/display", {"size": '"><script>', "back": "//example.org"})
    assert stranger.client.get_cookie("wugeyi-size") is None


def test_without_being_remembered_the_session_ends_with_the_browser(stranger: Reader) -> None:
    stranger.open("/login")
    for remember, lasting in ((None, False), ("yes", True)):
        sent = {"username": "clerk", "password": given.PASSWORD} | ({"remember": remember} if remember else {})
        response = stranger.client.post("/login", data=sent, headers=HEADERS)
        cookie = next(one for one in response.headers.getlist("Set-Cookie") if one.startswith("wugeyi="))
        assert ("Max-Age=" in cookie) == lasting
        if lasting:
            assert "Max-Age=43200" in cookie, "12 hours"


def test_what_was_ticked_and_typed_stays_after_a_wrong_password(stranger: Reader) -> None:
    stranger.open("/login")
    page = stranger.press("登录", username="clerk", password="wrong", remember="yes")
    assert ("username", "clerk") in page.form("登录").fields
    assert ("remember", "yes") in page.form("登录").fields
    assert ("password", "") in page.form("登录").fields


def test_a_browser_may_fill_in_name_and_password(stranger: Reader) -> None:
    page = stranger.open("/login")
    assert 'autocomplete="username"' in page.response.text
    assert 'autocomplete="current-password"' in page.response.text
    assert 'data-show-password="f-password"' in page.response.text


def test_who_only_wants_to_know_how_far_it_is_need_not_sign_in(stranger: Reader) -> None:
    assert stranger.open("/login").link("去查进度") == "/query"


def test_without_an_identity_service_its_way_is_closed_with_the_reason(office: Office, settings: Settings) -> None:
    page = Reader(application(office, replace(settings, demo=False)).test_client()).open("/login")
    assert "演示身份" not in page.words
    assert "统一身份认证还没有接入本系统" in page.words
    assert 'aria-disabled="true" aria-describedby="idp"' in page.response.text


def test_signing_in_says_where_it_leads(stranger: Reader) -> None:
    assert "登录后回到您要看的页面" in stranger.open("/work?tab=all").words
    assert "登录后回到您要看的页面" not in stranger.open("/login").words
