"""How people are told, what they were told, and the ways to them, on pages without script."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import Engine

from tests import given
from tests.applications import application
from tests.given import Town
from tests.pages.conftest import NOW, Reader
from tests.workers.telling import Line, pass_all, rows, tell_all, write
from workflow.commands.outgoing import Undelivered
from workflow.settings import Settings
from workflow.work import Office

SignedIn = Callable[[str], Reader]


@pytest.fixture
def app(office: Office, settings: Settings) -> Flask:
    """The application of an office with e-mail and WeCom."""
    opened = {"wecom": "wechat://corp:secret@1"}
    return application(office, replace(settings, smtp_url="smtp://mail.example.org", channels=opened))


@pytest.fixture
def town(office: Office) -> Town:
    """Everybody has an e-mail address."""
    given.time_is(office.engine, NOW)
    return given.town(office, mail=True)


@pytest.fixture
def clerk(signed_in: SignedIn) -> Reader:
    """The clerk, at the page of how they are told, found through the menu."""
    reader = signed_in("clerk")
    reader.open("/work")
    reader.follow("通知方式")
    return reader


def words(reader: Reader) -> str:
    assert reader.page is not None
    return reader.page.words


def test_an_address_is_added_tested_and_removed(clerk: Reader, office: Office) -> None:
    assert "c***@example.org" in words(clerk)
    assert "未开通：钉钉、飞书、短信" in words(clerk)
    clerk.press("添加", channel="wecom", address="wangmin-example")
    assert "已添加企业微信" in words(clerk)
    assert "wan****mple" in words(clerk)
    assert "wangmin" not in words(clerk)

    clerk.press("发送测试（企业微信 wan****mple）")
    assert "正在发送" in words(clerk)
    pass_all(office, {"wecom": Line()})
    clerk.follow("刷新结果")
    assert "已送出，请查收" in words(clerk)
    assert "测试已送出" in words(clerk)
    clerk.press("删除（企业微信 wan****mple）")
    assert "已删除" in words(clerk)
    assert "wan****" not in words(clerk)


def test_an_address_of_the_wrong_form_is_refused_at_its_field_and_stays_typed(clerk: Reader) -> None:
    clerk.press("添加", channel="email", address="王敏")

    assert clerk.page is not None
    assert clerk.page.status == 400
    assert "name@example.org" in words(clerk)
    assert "“地址”不接受“王敏”" in words(clerk)
    assert ("address", "王敏") in clerk.page.form("添加").fields
    clerk.press("添加", channel="", address="x")
    assert "“渠道”不接受" in words(clerk)


def test_a_second_test_within_the_minute_is_refused_in_words(clerk: Reader) -> None:
    button = "发送测试（电子邮件 c***@example.org）"
    clerk.press(button)
    clerk.press(button)

    assert clerk.page is not None
    assert clerk.page.status == 429
    assert clerk.page.response.headers["Retry-After"] == "60"
    assert "测试消息刚刚发出，请稍后再试" in words(clerk)


def test_a_bounced_address_says_when_and_why(clerk: Reader, office: Office) -> None:
    clerk.press("发送测试（电子邮件 c***@example.org）")
    pass_all(office, {"email": Line(fails=Undelivered("550 no such mailbox", "never", bounced=True))})
    clerk.follow("刷新结果")

    assert "没有送出" in words(clerk)
    assert "无法送达" in words(clerk)
    assert "3月2日 10:0" in words(clerk)
    assert "550 no such mailbox" in words(clerk)


def test_what_is_told_by_which_way_is_chosen_and_a_red_card_keeps_one(clerk: Reader, engine: Engine) -> None:
    clerk.press("添加", channel="wecom", address="wangmin-example")
    everything = {f"ways.{kind}": [] for kind in ("notice", "yellow", "action", "dates", "duty", "digest")}
    clerk.press("保存", **{**everything, "ways.red": []}, quiet="office")
    assert clerk.page is not None
    assert clerk.page.status == 400
    assert "红牌至少要有一种通知方式" in words(clerk)

    clerk.press("保存", **{**everything, "ways.red": ["wecom"]}, quiet="own", quiet_from="22:00", quiet_until="07:30")
    assert "已保存" in words(clerk)
    [stored] = rows(engine, "SELECT choices FROM telling_choices")
    assert stored.choices["ways"]["red"] == ["wecom"]
    assert stored.choices["ways"]["notice"] == []
    assert stored.choices["quiet"] == {"from": "22:00", "until": "07:30"}
    sent = clerk.page.form("保存").fields
    assert ("ways.red", "wecom") in sent
    assert ("quiet_from", "22:00") in sent
    clerk.press("保存", quiet="own", quiet_from="25:00", quiet_until="")
    assert clerk.page.status == 400
    assert "不接受“25:00”" in words(clerk)
    assert ("quiet_from", "25:00") in clerk.page.form("保存").fields
    clerk.press("保存", quiet="none")
    assert "已保存" in words(clerk)


def test_a_way_whose_channel_is_closed_just_now_stays_chosen(clerk: Reader, engine: Engine, town: Town) -> None:
    write(
        engine,
        """
INSERT INTO contact_points (person_id, channel, address, created_at) VALUES (:me, 'sms', '13900000000', now())""",
        me=town.clerk.id,
    )
    write(
        engine,
        """INSERT INTO telling_choices VALUES (:me, '{"ways": {"red": ["sms", "email"]}}', now())""",
        me=town.clerk.id,
    )
    clerk.open("/contact")
    assert "139****0000" in words(clerk)
    clerk.press("保存")

    [stored] = rows(engine, "SELECT choices FROM telling_choices")
    assert set(stored.choices["ways"]["red"]) == {"sms", "email"}


def test_the_last_way_cannot_be_removed(clerk: Reader, engine: Engine) -> None:
    clerk.press("添加", channel="wecom", address="wangmin-example")
    write(engine, "UPDATE people SET email = ''")
    clerk.open("/contact")
    clerk.press("删除（企业微信 wan****mple）")

    assert clerk.page is not None
    assert clerk.page.status == 409
    assert "最后一种方式" in words(clerk)


def test_somebody_without_an_address_is_told_so_and_may_still_choose_the_rest(clerk: Reader, engine: Engine) -> None:
    write(engine, "UPDATE people SET email = ''")
    clerk.open("/contact")
    assert "您还没有联系方式" in words(clerk)
    clerk.press("保存", quiet="none")

    assert "已保存" in words(clerk)


def test_somebody_elses_address_and_test_are_not_there(clerk: Reader, signed_in: SignedIn, engine: Engine) -> None:
    clerk.press("添加", channel="wecom", address="wangmin-example")
    clerk.press("发送测试（企业微信 wan****mple）")
    assert clerk.page is not None
    where = clerk.page.address
    [point] = rows(engine, "SELECT id FROM contact_points")
    admin = signed_in("admin")
    form = dict(admin.open("/contact").form("保存").fields)

    for path in ("remove", "test"):
        assert admin.send(f"/contact/points/{point.id}/{path}", {"csrf": form["csrf"], "key": path}).status == 404
    assert admin.open(where).status == 404


def test_notices_are_read_opened_and_marked_as_seen(signed_in: SignedIn, office: Office, town: Town) -> None:
    cases = given.application(office, town, NOW, ["LX06", "LX12"]).cases
    notice = [{"material": "application_form", "problem": "缺盖章", "fix": "盖章后重新上传"}]
    for no in cases.values():
        given.act(office, town.clerk, NOW, no, "ask_correction", {"faults": notice})
    tell_all(office)
    applicant = signed_in("applicant")
    applicant.open("/my")
    applicant.open("/notices")
    assert applicant.page is not None
    seen = [one for one in applicant.page.buttons if one.startswith("看过了")]
    assert len(seen) >= 2
    assert f"未看（{len(seen)}）" in words(applicant)
    assert f"{cases['LX06']} " in words(applicant)

    applicant.press(seen[0])
    assert "已标为看过" in words(applicant)
    assert f"未看（{len(seen) - 1}）" in words(applicant)
    rest = [one for one in applicant.page.buttons if one.startswith("本页")]
    applicant.press((rest or seen[1:])[0])
    assert "没有未看的消息" in words(applicant)
    applicant.follow("全部")
    assert [one for one in applicant.page.buttons if one.startswith("看过了")] == []
    link = next(href for text, href in applicant.page.links if text.startswith(f"{cases['LX06']} "))
    assert applicant.open(link).status == 200


def test_notices_that_are_somebody_elses_or_no_numbers_cannot_be_marked(
    signed_in: SignedIn, engine: Engine, town: Town
) -> None:
    write(
        engine,
        """
INSERT INTO notices (effect_key, person_id, message, body, created_at)
VALUES ('n', :me, 'digest', '{"day": ["a", "a"], "summary": ["b", "b"], "lines": ["c", "c"]}', now())""",
        me=town.admin.id,
    )
    clerk = signed_in("clerk")
    form = dict(clerk.open("/contact").form("保存").fields)
    for ids in (["1"], ["x"], [], ["9" * 30], ["1"] * 200):
        assert clerk.send("/notices/seen", {"csrf": form["csrf"], "key": "k", "ids": ids}).status == 404, ids
    assert rows(engine, "SELECT FROM notices WHERE seen_at IS NOT NULL") == []


def test_an_administrator_sees_a_channel_that_is_down_and_puts_given_up_messages_back(
    signed_in: SignedIn, office: Office, engine: Engine, town: Town
) -> None:
    write(
        engine,
        """
INSERT INTO outbox (effect_key, channel, person_id, body, created_at, next_at, state)
SELECT 'x' || n, 'email', :me, '{"what": "test"}', now(), now(), 'failed' FROM generate_series(1, 3) n""",
        me=town.clerk.id,
    )
    admin = signed_in("admin")
    admin.open("/admin")
    admin.follow("通知渠道")
    assert "未设置 WUGEYI_CHANNEL_SMS" in words(admin)
    admin.follow("重新发送（电子邮件）")
    assert "已放弃的 3 条消息将重新排队" in words(admin)
    admin.press("确认重新发送")
    assert "已重新排队 3 条" in words(admin)
    pass_all(office, {"email": Line(fails=Undelivered("connection refused", "soon"))})
    admin.open("/channels")
    assert "对方不通" in words(admin)
    assert "connection refused" in words(admin)
    assert "失败，稍后重试" in words(admin)
    assert "example.org" not in words(admin)
    assert "没有已放弃的消息" in admin.open("/channels/email/again").words
    assert admin.open("/channels/pigeon/again").status == 404


def test_an_administrator_tests_a_channel_with_their_own_address(
    signed_in: SignedIn, office: Office, engine: Engine
) -> None:
    admin = signed_in("admin")
    admin.open("/channels")
    admin.press("发送测试（电子邮件）")
    assert "正在发送" in words(admin)
    mailbox = Line()
    pass_all(office, {"email": mailbox})
    assert [one.address for one in mailbox.heard] == ["admin@example.org"]
    admin.open("/channels")
    admin.press("发送测试（企业微信）")
    assert admin.page is not None
    assert admin.page.status == 409
    assert "您没有“企业微信”的联系方式" in words(admin)


def test_a_supervisor_sees_the_ways_and_can_do_nothing_others_see_nothing(signed_in: SignedIn) -> None:
    supervisor = signed_in("supervisor")
    page = supervisor.open("/channels")
    assert page.status == 200
    assert [one for one in page.buttons if one.startswith(("发送测试", "重新发送"))] == []
    assert [href for _, href in page.links if href.startswith("/subscribers")] == []
    assert supervisor.open("/channels/email/again").status == 403
    clerk = signed_in("clerk")
    assert clerk.open("/channels").status == 403
    assert "通知渠道" not in clerk.open("/work").words
