"""What lies outside: every address of a name is looked at, in whatever clothes it comes."""

import socket
import threading
import time
from collections.abc import Iterator, Sequence
from ipaddress import ip_address, ip_network
from typing import Any

import pytest

from workflow.outside import MOST_LOOK_UPS, NoAddress, NotOutside, look_up, resolve

PUBLIC = "93.184.216.34"
PUBLIC_6 = "2606:2800:220:1:248:1893:25c8:1946"
HOME = (ip_network("10.20.0.0/16"), ip_network("127.0.0.0/8"))


def answers(*addresses: str) -> "Resolver":
    return Resolver(addresses)


class Resolver:
    """A name server that says the same of every name, and remembers what it was asked."""

    def __init__(self, addresses: Sequence[str]) -> None:
        self.addresses = addresses
        self.asked: list[tuple[str, int]] = []

    def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append((host, port))
        return self.addresses


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "169.254.169.254",
        "172.31.0.1",
        "192.0.0.8",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "203.0.113.9",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "2001:db8::1",
        "2002:7f00:1::",
        "3fff::1",
        "fc00::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
    ],
)
def test_an_address_inside_or_reserved_is_refused_by_its_name(address: str) -> None:
    with pytest.raises(NotOutside, match="internal or reserved") as refused:
        look_up("https://hooks.example.com/x", (), answers(PUBLIC, address))
    assert "WUGEYI_WEBHOOK_NETWORKS" in refused.value.zh


def test_a_public_address_is_pinned_and_the_url_put_in_its_normal_form() -> None:
    found = look_up("HTTPS://Hooks.Example.COM:443/a?b=1", (), answers(PUBLIC, PUBLIC_6, PUBLIC))

    assert found.url == "https://hooks.example.com/a?b=1"
    assert found.addresses == (ip_address(PUBLIC), ip_address(PUBLIC_6))
    assert (found.host, found.port, found.path, found.authority) == (
        "hooks.example.com",
        443,
        "/a?b=1",
        "hooks.example.com",
    )


def test_a_name_in_other_letters_is_stored_as_it_is_asked_for() -> None:
    resolver = answers(PUBLIC)

    assert look_up("https://审批.example.com", (), resolver).url == "https://xn--tbt22n.example.com/"
    assert look_up("https://ｅxample.com.", (), resolver).url == "https://example.com/"
    assert [host for host, _ in resolver.asked] == ["xn--tbt22n.example.com", "example.com"]


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hooks.example.com",
        "ftp://hooks.example.com/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:6379/_x",
        "https:///x",
        "https://user:secret@hooks.example.com/",
        "https://hooks.example.com@10.0.0.1/",
        "https://hooks.example.com/#x",
        "https://hooks.example.com\\@10.0.0.1/",
        "https://hooks.example.com/a b",
        "https://hooks.example.com/\r\nHost: x",
        "https://hooks.example.com:99999/",
        "https://hooks.example.com:0/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0x7f.1/",
        "https://127.1/",
        "https://0177.0.0.1/",
        "https://[::1",
        "https://[fe80::1%25eth0]/",
        "https://a..b/",
        "https://" + "x" * 2000,
    ],
)
def test_what_is_no_plain_address_is_refused_before_anything_is_looked_up(url: str) -> None:
    resolver = answers(PUBLIC)
    with pytest.raises(NotOutside):
        look_up(url, (), resolver)
    assert resolver.asked == []


def test_a_name_without_an_address_is_refused() -> None:
    def nothing(host: str, port: int) -> Sequence[str]:
        raise OSError("no such name")

    for resolver in (nothing, answers()):
        with pytest.raises(NotOutside, match="no address"):
            look_up("https://nowhere.example.com/", (), resolver)


@pytest.fixture
def silent_name_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """The system's resolver says nothing until the event is set."""
    speaks = threading.Event()

    def wait(*_: object, **__: object) -> Sequence[Any]:
        speaks.wait(30)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (PUBLIC, 443))]

    monkeypatch.setattr(socket, "getaddrinfo", wait)
    yield speaks
    speaks.set()
    for thread in threading.enumerate():
        if thread.name == "resolver":
            thread.join(10)


def test_a_name_server_that_says_nothing_is_not_waited_for(silent_name_server: threading.Event) -> None:
    begun = time.monotonic()
    with pytest.raises(NoAddress, match="no address"):
        look_up("https://hooks.example.com/", (), lambda host, port: resolve(host, port, 0.1))
    assert time.monotonic() - begun < 2


def test_look_ups_that_hang_do_not_pile_up(silent_name_server: threading.Event) -> None:
    for number in range(MOST_LOOK_UPS):
        with pytest.raises(TimeoutError, match="no name server"):
            resolve(f"{number}.example.com", 443, 0.01)
    with pytest.raises(TimeoutError, match="too many"):
        resolve("one.more.example.com", 443, 0.01)
    silent_name_server.set()
    for thread in threading.enumerate():
        if thread.name == "resolver":
            thread.join(10)
    assert resolve("hooks.example.com", 443) == [PUBLIC]


def test_the_systems_resolver_says_each_address_once() -> None:
    assert resolve("127.0.0.1", 80) == ["127.0.0.1"]
    with pytest.raises(UnicodeError):
        resolve("a..b", 80)


def test_plain_http_and_strange_ports_are_for_networks_of_ones_own() -> None:
    for url in ("http://hooks.example.com/", "https://hooks.example.com:6379/"):
        with pytest.raises(NotOutside, match="accepted"):
            look_up(url, HOME, answers(PUBLIC))
        assert look_up(url, HOME, answers("10.20.0.7")).url == url
    with pytest.raises(NotOutside):
        look_up("http://hooks.example.com/", HOME, answers("10.20.0.7", PUBLIC))
    with pytest.raises(NotOutside):
        look_up("https://hooks.example.com/", HOME, answers("10.20.0.7", "10.21.0.7"))


def test_an_address_of_ones_own_in_the_clothes_of_ipv6_is_that_address() -> None:
    assert look_up("http://[::ffff:127.0.0.1]:8000/", HOME, answers("::ffff:127.0.0.1")).addresses == (
        ip_address("127.0.0.1"),
    )
