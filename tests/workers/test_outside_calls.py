"""Calls to the outside go to the address that was checked, and to nobody inside, whatever a receiver answers."""

import ssl
import time
from collections.abc import Sequence
from ipaddress import ip_network
from pathlib import Path

import pytest

from tests.workers.receiver import certificate, receiving
from workers.channels.outside import BODY_BYTES, HOPS, Outside, Unreachable
from workflow.outside import NotOutside

HOME = (ip_network("127.0.0.0/8"),)


class Resolver:
    """A name server that changes its mind; the last answer stays."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)

    def __call__(self, host: str, port: int) -> Sequence[str]:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def test_the_address_that_was_checked_is_the_one_that_is_called() -> None:
    # A second look-up would lead elsewhere: there is none.
    resolver = Resolver(["127.0.0.1"], ["10.0.0.1"])
    with receiving() as receiver:
        answer = Outside(HOME, resolver).post(f"http://hooks.example.com:{receiver.port}/x", {}, b"{}")
    assert answer.status == 200
    assert receiver.received[0].headers["host"] == f"hooks.example.com:{receiver.port}"


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/",
        "http://[::1]/",
        "http://2130706433/",
        "file:///etc/passwd",
        "//192.168.0.1/x",
    ],
)
@pytest.mark.parametrize("status", [307, 308])
def test_a_redirect_to_an_address_inside_is_not_followed(location: str, status: int) -> None:
    with receiving(lambda n: (status, {"Location": location})) as receiver, pytest.raises(NotOutside):
        Outside(HOME).post(receiver.url, {}, b"{}")
    assert len(receiver.received) == 1


def test_a_redirect_to_another_host_is_not_followed_even_where_it_might_be_called() -> None:
    with receiving() as other, receiving() as receiver:
        receiver.reply = lambda n: (307, {"Location": f"http://127.0.0.2:{other.port}/"})
        with pytest.raises(NotOutside, match="another host"):
            Outside(HOME).post(receiver.url, {"webhook-signature": "v1,x"}, b"{}")
        assert other.received == []


def test_a_redirect_on_the_same_host_is_followed_with_method_body_and_signature_three_times() -> None:
    with receiving(lambda n: (307, {"Location": f"/{n}"}) if n <= HOPS else (200, {})) as receiver:
        assert Outside(HOME).post(receiver.url, {"webhook-signature": "v1,x"}, b"{}").status == 200
        assert [one.path for one in receiver.received] == ["/hook", "/1", "/2", "/3"]
        assert {(one.body, one.headers["webhook-signature"]) for one in receiver.received} == {(b"{}", "v1,x")}
    with receiving(lambda n: (307, {"Location": f"/{n}"})) as receiver, pytest.raises(NotOutside, match="3 redirects"):
        Outside(HOME).post(receiver.url, {}, b"{}")


def test_every_hop_is_looked_up_anew() -> None:
    resolver = Resolver(["127.0.0.1"], ["10.0.0.1"])
    with receiving(lambda n: (307, {"Location": "/next"})) as receiver, pytest.raises(NotOutside, match=r"10\.0\.0\.1"):
        Outside(HOME, resolver).post(f"http://hooks.example.com:{receiver.port}/", {}, b"{}")
    assert len(receiver.received) == 1


def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    with receiving() as receiver:
        assert Outside(HOME).post(receiver.url, {}, b"{}").status == 200


def test_of_a_body_without_end_the_first_part_is_read() -> None:
    with receiving(lambda n: (200, {"Content-Length": str(10**9)})) as receiver:
        receiver.body = b"x" * (BODY_BYTES * 40)
        answer = Outside(HOME).post(receiver.url, {}, b"{}")
    assert len(answer.body) == BODY_BYTES


def test_an_answer_that_drips_is_cut_off_at_the_deadline() -> None:
    with receiving() as receiver:
        receiver.drips = True
        began = time.monotonic()
        with pytest.raises(Unreachable, match="too slow"):
            Outside(HOME, total_seconds=0.5).post(receiver.url, {}, b"{}")
        assert time.monotonic() - began < 2


def test_a_certificate_of_somebody_else_is_not_believed(tmp_path: Path) -> None:
    with receiving(tls=certificate(tmp_path)) as receiver:
        trusting = ssl.create_default_context(cadata=receiver.certificate)
        named, other = Resolver(["127.0.0.1"]), Resolver(["127.0.0.1"])
        good = f"https://hooks.example.com:{receiver.port}/"
        assert Outside(HOME, named, trusting).post(good, {}, b"{}").status == 200
        for url, context in (
            (good, None),
            (f"https://other.example.com:{receiver.port}/", ssl.create_default_context(cadata=receiver.certificate)),
        ):
            with pytest.raises(Unreachable) as refused:
                Outside(HOME, other, context).post(url, {}, b"{}")
            assert refused.value.certificate
        assert len(receiver.received) == 1
