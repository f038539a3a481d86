"""Which addresses outside of the service may be called: looked up, every one of them checked, and pinned.

A name is looked up anew before every call and the call goes to the very address that was checked, so that a name whose
answer changes in between (DNS rebinding) leads nowhere else. Source of the ranges: the IANA registries of special
addresses (RFC 6890 and what followed it). Of IPv6 only what is assigned as global (2000::/3) is outside at all: the
forms that carry an IPv4 address (mapped, NAT64, 6to4, Teredo) lie beyond it or are named here.
"""

import ipaddress
import re
import socket
import threading
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from urllib.parse import SplitResult, urlsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolve = Callable[[str, int], Sequence[str]]
"""The addresses of a host as text; raises OSError where it has none."""

RESOLVE_SECONDS = 5.0
MOST_LOOK_UPS = 16
"""Of a process at once: what a name server leaves hanging must not pile up."""
_looking = threading.BoundedSemaphore(MOST_LOOK_UPS)
LONGEST_URL = 1000
PORTS = (80, 443, 8080, 8443)
DEFAULT_PORTS = {"http": 80, "https": 443}
_GLOBAL_6 = ipaddress.IPv6Network("2000::/3")
_SPECIAL = tuple(
    ipaddress.ip_network(one)
    for one in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT
        "127.0.0.0/8",
        "169.254.0.0/16",  # link-local, and the metadata services of clouds
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",  # multicast, reserved, broadcast
        "2001::/23",  # protocol assignments: Teredo, ORCHID, benchmarks
        "2001:db8::/32",
        "2002::/16",  # 6to4
        "2620:4f:8000::/48",
        "3fff::/20",
    )
)
_HOST = re.compile(r"(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_]([a-z0-9_-]{0,62}))*")


@dataclass(frozen=True, slots=True)
class Target:
    """A URL that may be called, and the addresses it may be called at. ``url`` is in its normal form: host in lower
    case and ASCII; ``path`` is what stands in the request line."""

    url: str
    scheme: str
    host: str
    port: int
    path: str
    addresses: tuple[Address, ...]

    @property
    def authority(self) -> str:
        """Host and port as the header Host has them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"


class NotOutside(Exception):
    """The URL may not be called; ``zh`` and ``en`` say why and what is accepted."""

    def __init__(self, zh: str, en: str) -> None:
        self.zh = zh
        self.en = en
        super().__init__(en)


class NoAddress(NotOutside):
    """The host has no address just now: the name is wrong, or no name server answers."""


def resolve(host: str, port: int, seconds: float = RESOLVE_SECONDS) -> Sequence[str]:
    """What the system's resolver says, each address once, in its order of preference.

    Raises OSError for a name without an address, TimeoutError (an OSError) where nobody answers within ``seconds``: the
    resolver itself knows no deadline, and goes on in a thread that nobody waits for.
    """
    if not _looking.acquire(blocking=False):
        raise TimeoutError("too many names are being looked up")
    answers: SimpleQueue[Sequence[str] | OSError | UnicodeError] = SimpleQueue()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answers.put(list(dict.fromkeys(str(one[4][0]) for one in found)))
        except (OSError, UnicodeError) as error:
            answers.put(error)
        finally:
            _looking.release()

    threading.Thread(target=ask, name="resolver", daemon=True).start()
    try:
        answer = answers.get(timeout=seconds)
    except Empty:
        raise TimeoutError(f"no name server answers within {seconds:g} s") from None
    if isinstance(answer, Exception):
        raise answer
    return answer


def look_up(url: str, networks: Sequence[Network], resolver: Resolve = resolve) -> Target:
    """The target of ``url``; ``networks`` are those of one's own that may be called.

    Raises NotOutside for what is no http(s) address, a name without an answer, an address that is not outside, a port
    that is not listed, and plain http to anything beyond ``networks``.
    """
    scheme, host, port, path = _parts(url)
    try:
        addresses = tuple(dict.fromkeys(_address(one) for one in resolver(host, port)))
    except (OSError, UnicodeError):
        addresses = ()
    if not addresses:
        raise NoAddress(f"“{host}”查不到地址，请检查主机名", f"“{host}” has no address: check the name of the host")
    ours = all(_within(one, networks) for one in addresses)
    closed = [one for one in addresses if not _within(one, networks) and not is_outside(one)]
    if closed:
        raise NotOutside(
            f"“{host}”指向内部或保留的地址 {closed[0]}，只接受外部地址（或 WUGEYI_WEBHOOK_NETWORKS 列出的网段）",
            f"“{host}” leads to the internal or reserved address {closed[0]}; accepted: addresses outside, or networks "
            "listed in WUGEYI_WEBHOOK_NETWORKS",
        )
    if scheme == "http" and not ours:
        raise NotOutside(
            "外部地址只接受 https://；http:// 只用于 WUGEYI_WEBHOOK_NETWORKS 列出的网段",
            "outside only https:// is accepted; http:// is for networks listed in WUGEYI_WEBHOOK_NETWORKS",
        )
    if port not in PORTS and not ours:
        listed = ", ".join(map(str, PORTS))
        raise NotOutside(f"不接受端口 {port}；可用：{listed}", f"the port {port} is not accepted; accepted: {listed}")
    target = Target("", scheme, host, port, path, addresses)
    return Target(f"{scheme}://{target.authority}{path}", scheme, host, port, path, addresses)


def is_outside(address: Address) -> bool:
    """Whether an address belongs to the public internet and to no special range of it."""
    address = _plain(address)
    if address.version == 6 and address not in _GLOBAL_6:
        return False
    return not _within(address, _SPECIAL)


def _within(address: Address, networks: Sequence[Network]) -> bool:
    return any(address.version == network.version and address in network for network in networks)


def _address(text: str) -> Address:
    return _plain(ipaddress.ip_address(text.partition("%")[0]))


def _plain(address: Address) -> Address:
    """An IPv4 address in the clothes of IPv6 is the IPv4 address."""
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return address if mapped is None else mapped


def _parts(url: str) -> tuple[str, str, int, str]:
    accepted = NotOutside(
        "应为 https://主机/路径 这样的网址，不含用户名、密码、空格和 #",
        "must be an address like https://host/path, without user name, password, spaces and #",
    )
    if len(url) > LONGEST_URL or "\\" in url or any(ord(one) <= 32 or ord(one) == 127 for one in url):
        raise accepted
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise accepted from None
    host = _host(parts)
    if parts.scheme not in DEFAULT_PORTS or host is None or "@" in parts.netloc or "#" in url or port == 0:
        raise accepted
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not path.isascii():
        raise NotOutside("路径中的非 ASCII 字符请写成 %XX", "what is not ASCII in the path must be written as %XX")
    return parts.scheme, host, port or DEFAULT_PORTS[parts.scheme], path


def _host(parts: SplitResult) -> str | None:
    """The host in lower case and ASCII: what is shown and stored is what is called. None where it is no host."""
    text = unicodedata.normalize("NFKC", parts.hostname or "").rstrip(".").lower()
    if ":" in text:
        return text if _is_address(text) else None
    if not text.isascii():
        try:
            text = text.encode("idna").decode("ascii")
        except UnicodeError:
            return None
    if not _HOST.fullmatch(text):
        return None
    # 2130706433, 0x7f.1 and 127.1 are addresses to some resolvers and names to others.
    numeric = re.fullmatch(r"[0-9]+|0x[0-9a-f]*", text.rpartition(".")[2]) is not None
    return text if not numeric or _is_address(text) else None


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return "%" not in text
