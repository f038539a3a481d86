"""WeCom, DingTalk, Feishu and gateways for text messages through apprise, against a real local HTTP server.

Proved: what goes over the wire, and what every answer leads to. Not proved: that the providers still speak like this;
their addresses in the plugins' classes are replaced by the local server's.
"""

import ssl
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.workers.telling import Provider, provider
from workers.channels import open_channels
from workers.channels.email_smtp import sorted_out
from workflow.commands.outgoing import Outgoing, Undelivered
from workflow.definition import Title
from workflow.errors import Unusable
from workflow.settings import load_settings

Answered = Callable[[str], tuple[int, dict[str, str], object]]
NO = Title("2026-0001", "2026-0001")
CARD = Outgoing(
    "rung:1:0:0:7:wecom:1",
    "rung",
    NO.zh,
    7,
    "zhangsan",
    {
        "case": NO,
        "title": Title("示例项目 " + "很长的名字" * 40, "Example"),
        "clock": Title("收件核验", "Completeness check"),
        "rung": Title("剩 1 个工作日", "1 working day left"),
        "card": Title("黄牌", "Yellow card"),
        "due_on": Title("3月9日（周一）", "Mon 9 Mar 2026"),
        "state": Title("已收件", "Received"),
    },
    "/cases/2026-0001",
)


def channel(home: Path, name: str, prefix: str) -> Callable[[Outgoing], None]:
    """One channel as a worker opens it."""
    environ = {"WUGEYI_HOME": str(home), f"WUGEYI_CHANNEL_{name.upper()}": prefix}
    return open_channels(load_settings(environ))[name]


def to(outgoing: Outgoing, address: str) -> Outgoing:
    return replace(outgoing, address=address)


@pytest.fixture
def lead_here(monkeypatch: pytest.MonkeyPatch) -> Callable[[Provider], None]:
    """Replace the providers' addresses by the local server's."""

    def lead(here: Provider) -> None:
        from apprise.plugins.dingtalk import NotifyDingTalk
        from apprise.plugins.feishu import NotifyFeishu
        from apprise.plugins.wechat import NotifyWeChat

        monkeypatch.setattr(NotifyWeChat, "token_url", f"{here.url}/gettoken")
        monkeypatch.setattr(NotifyWeChat, "notify_url", f"{here.url}/message/send")
        monkeypatch.setattr(NotifyDingTalk, "notify_url", f"{here.url}/robot/send?access_token={{token}}")
        monkeypatch.setattr(NotifyFeishu, "notify_url", f"{here.url}/hook/{{token}}")

    return lead


def always(status: int, said: object, headers: dict[str, str] | None = None) -> Answered:
    return lambda path: (status, headers or {}, said)


def wecom(sent: dict[str, object], token: dict[str, object] | None = None) -> Answered:
    good = {"errcode": 0, "errmsg": "ok", "access_token": "t", "expires_in": 7200}
    return lambda path: (200, {}, sent if path.startswith("/message") else token or good)


def test_a_card_goes_to_the_person_in_wecom_short_enough_and_with_its_link(
    tmp_path: Path, lead_here: Callable[[Provider], None]
) -> None:
    with provider(wecom({"errcode": 0, "errmsg": "ok"})) as here:
        lead_here(here)
        channel(tmp_path, "wecom", "wechat://corp:secret@1000002")(CARD)
        _, (path, sent) = here.asked
    assert path.startswith("/message/send?access_token=t")
    assert sent["touser"] == "zhangsan"
    words = sent["text"]["content"]
    assert words.startswith("【黄牌】2026-0001 收件核验：剩 1 个工作日")
    assert "http://127.0.0.1:8000/cases/2026-0001" in words
    assert len(words) <= 600
    assert len(words.encode()) <= 2048


def test_a_card_goes_to_dingtalk_signed_and_calls_the_person(
    tmp_path: Path, lead_here: Callable[[Provider], None]
) -> None:
    with provider(always(200, {"errcode": 0})) as here:
        lead_here(here)
        channel(tmp_path, "dingtalk", "dingtalk://SECabc123@token123")(to(CARD, "13900000000"))
        [(path, sent)] = here.asked
    assert "access_token=token123" in path
    assert "sign=" in path
    assert sent["at"]["atMobiles"] == ["13900000000"]
    assert "Yellow card" in sent["text"]["content"]


def test_a_card_goes_to_the_persons_robot_in_feishu(tmp_path: Path, lead_here: Callable[[Provider], None]) -> None:
    with provider(always(200, {"code": 0, "msg": "success"})) as here:
        lead_here(here)
        channel(tmp_path, "feishu", "feishu://")(to(CARD, "0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f"))
        [(path, sent)] = here.asked
    assert path == "/hook/0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f"
    assert "收件核验" in sent["content"]["text"]


def test_a_text_message_goes_to_a_gateway_that_takes_json(tmp_path: Path) -> None:
    with provider(always(200, {"success": True})) as here:
        channel(tmp_path, "sms", f"json://user:secret@127.0.0.1:{here.port}/send")(to(CARD, "13900000000"))
        [(path, sent)] = here.asked
    assert path == "/send/13900000000"
    assert len(sent["message"]) <= 200
    assert "http://127.0.0.1:8000/cases/2026-0001" in sent["message"]


@pytest.mark.parametrize(
    ("answered", "again", "of_channel", "bounced"),
    [
        (wecom({"errcode": 81013}), "never", False, True),
        (wecom({"errcode": 0, "invaliduser": "zhangsan"}), "never", False, True),
        (wecom({"errcode": 45009}), "soon", True, False),
        (wecom({"errcode": 42001}), "soon", True, False),
        (wecom({}, {"errcode": 40001}), "later", True, False),
        (wecom({"errcode": 60020}), "later", True, False),
        (wecom({"errcode": 44004}), "later", False, False),
        (always(503, {}), "soon", True, False),
        (always(429, {}), "soon", True, False),
        (always(403, {}), "later", True, False),
        (always(400, {}), "never", False, False),
        (always(302, {}, {"Location": "http://127.0.0.1:1/"}), "later", True, False),
    ],
)
def test_what_wecom_answers_decides_when_to_try_again(
    tmp_path: Path,
    lead_here: Callable[[Provider], None],
    answered: Answered,
    again: str,
    of_channel: bool,
    bounced: bool,
) -> None:
    with provider(answered) as here:
        lead_here(here)
        with pytest.raises(Undelivered) as wrong:
            channel(tmp_path, "wecom", "wechat://corp:secret@1000002")(CARD)
        assert len(here.asked) <= 2
    assert (wrong.value.again, wrong.value.of_channel, wrong.value.bounced) == (again, of_channel, bounced)
    assert "secret" not in wrong.value.error
    assert "zhangsan" not in wrong.value.error


@pytest.mark.parametrize(
    ("answered", "again", "of_channel"),
    [
        (always(200, {"errcode": 310000}), "later", True),
        (always(200, {"errcode": 130101}), "soon", True),
        (always(200, {"errcode": 40035}), "later", False),
        (always(500, {}), "soon", True),
    ],
)
def test_what_dingtalk_says_inside_a_200_is_heard(
    tmp_path: Path, lead_here: Callable[[Provider], None], answered: Answered, again: str, of_channel: bool
) -> None:
    with provider(answered) as here:
        lead_here(here)
        with pytest.raises(Undelivered) as wrong:
            channel(tmp_path, "dingtalk", "dingtalk://SECabc123@token123")(to(CARD, "13900000000"))
    assert (wrong.value.again, wrong.value.of_channel) == (again, of_channel)


@pytest.mark.parametrize(
    ("answered", "again", "bounced"),
    [
        (always(400, {"code": 19001}), "never", True),
        (always(200, {"code": 19024}), "never", True),
        (always(400, {"code": 9499}), "soon", False),
        (always(200, {"code": 11232}), "soon", False),
    ],
)
def test_what_feishu_says_of_a_robot_is_about_this_robot_alone(
    tmp_path: Path, lead_here: Callable[[Provider], None], answered: Answered, again: str, bounced: bool
) -> None:
    with provider(answered) as here:
        lead_here(here)
        with pytest.raises(Undelivered) as wrong:
            channel(tmp_path, "feishu", "feishu://")(to(CARD, "0a1b2c3d-0a1b-2c3d"))
    assert (wrong.value.again, wrong.value.bounced, wrong.value.of_channel) == (again, bounced, False)


def test_a_provider_that_is_away_is_tried_soon(tmp_path: Path) -> None:
    with provider(always(200, {})) as gone:
        prefix = f"json://127.0.0.1:{gone.port}/send"
    with pytest.raises(Undelivered) as wrong:
        channel(tmp_path, "sms", prefix)(to(CARD, "13900000000"))
    assert (wrong.value.again, wrong.value.of_channel) == ("soon", True)


def test_a_redirect_is_never_followed(tmp_path: Path) -> None:
    with provider(always(200, {})) as elsewhere:
        there = {"Location": f"{elsewhere.url}/stolen"}
        with provider(always(307, {}, there)) as here, pytest.raises(Undelivered, match="sends us elsewhere"):
            channel(tmp_path, "sms", f"json://127.0.0.1:{here.port}/send")(to(CARD, "13900000000"))
        assert elsewhere.asked == []


def test_a_variable_for_no_channel_is_refused_by_name_and_without_its_value(tmp_path: Path) -> None:
    with pytest.raises(Unusable) as refused:
        channel(tmp_path, "pigeon", "json://user:secret@localhost/")
    assert str(refused.value) == (
        "WUGEYI_CHANNEL_PIGEON: there is no channel pigeon in channels.yaml; known: wecom, dingtalk, feishu, sms"
    )


@pytest.mark.parametrize("prefix", ["wechat://nothing", "nonsense://a:secret@b"])
def test_an_address_that_apprise_cannot_read_is_refused_at_start(tmp_path: Path, prefix: str) -> None:
    with pytest.raises(Unusable, match="WUGEYI_CHANNEL_WECOM: apprise reads no address in it") as refused:
        channel(tmp_path, "wecom", prefix)
    assert "secret" not in str(refused.value)


def test_a_variable_that_is_no_address_is_a_fault_of_the_settings(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="WUGEYI_CHANNEL_SMS='\\*\\*\\*': accepted: an address of apprise"):
        load_settings({"WUGEYI_HOME": str(tmp_path), "WUGEYI_CHANNEL_SMS": "secret"})


def test_an_empty_variable_closes_its_channel(tmp_path: Path) -> None:
    settings = load_settings({"WUGEYI_HOME": str(tmp_path), "WUGEYI_CHANNEL_SMS": " "})
    assert set(open_channels(settings)) == {"log"}


def test_secrets_of_channels_are_in_no_repr(tmp_path: Path) -> None:
    settings = load_settings({"WUGEYI_HOME": str(tmp_path), "WUGEYI_CHANNEL_SMS": "json://user:hush@localhost/"})
    assert "hush" not in repr(settings)
    assert "hush" not in repr(open_channels(settings)["sms"])


def test_without_such_a_channel_apprise_is_not_even_loaded(tmp_path: Path) -> None:
    program = """
import sys
from workers.channels import open_channels
from workflow.settings import load_settings
open_channels(load_settings({"WUGEYI_HOME": sys.argv[1], "SMTP_URL": "smtp://localhost"}))
assert "apprise" not in sys.modules
"""
    subprocess.run(
        [sys.executable, "-W", "error", "-c", program, str(tmp_path)], check=True, cwd=Path(__file__).parents[2]
    )


def test_a_certificate_nobody_trusts_is_no_hiccup() -> None:
    wrong = sorted_out(ssl.SSLCertVerificationError(1, "self-signed"))
    assert (wrong.again, wrong.of_channel) == ("later", True)
