"""HTTP to the outside: to the address that was checked, and nowhere else.

Every hop is looked up anew, all its addresses are checked (`workflow.outside`), and the connection goes to one of them,
with the host's name in the header Host, in TLS's SNI and in the check of the certificate. Nothing of the environment
(proxies, netrc, CA bundles of other programmes) is used.

A redirect is followed only with 307 or 308, which keep method and body, three times at most, never to another host and
never from https to http: an event and its signature are for whom an administrator entered. All else is for a person.
"""

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic
from urllib.parse import urljoin

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.util import Timeout

from workflow.outside import Address, Network, NotOutside, Resolve, Target, look_up, resolve

CONNECT_SECONDS = 5.0
READ_SECONDS = 10.0
TOTAL_SECONDS = 20.0
"""Bound of one call with all its hops, however slowly the other side writes; looking a name up has its own
(`workflow.outside.RESOLVE_SECONDS`)."""
BODY_BYTES = 64 * 1024
HOPS = 3
ADDRESSES_TRIED = 2
REDIRECTS = (301, 302, 303, 307, 308)
FOLLOWED = (307, 308)


class Unreachable(Exception):
    """No answer: refused, too slow, broken off, or a certificate that does not fit (``certificate``)."""

    def __init__(self, error: str, certificate: bool = False) -> None:
        self.certificate = certificate
        super().__init__(error)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; of the body its first 64 KiB."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Outside:
    """Calls addresses outside. ``networks`` are those of one's own that may be called, ``context`` whose certificates
    are believed (the system's where it is None)."""

    networks: Sequence[Network] = ()
    resolver: Resolve = resolve
    context: ssl.SSLContext | None = None
    total_seconds: float = field(default=TOTAL_SECONDS)

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Post ``body``. Raises NotOutside for an address that may not be called, on whatever hop, and Unreachable."""
        deadline = monotonic() + self.total_seconds
        target = look_up(url, self.networks, self.resolver)
        for _ in range(HOPS + 1):
            answer = self._call(target, headers, body, deadline)
            if answer.status not in REDIRECTS:
                return answer
            target = self._next(target, answer)
        raise NotOutside(f"重定向超过 {HOPS} 次", f"more than {HOPS} redirects")

    def _next(self, target: Target, answer: Answer) -> Target:
        if answer.status not in FOLLOWED:
            raise NotOutside(
                f"收到 {answer.status} 重定向；只跟随 307 和 308",
                f"redirects with {answer.status}; 307 and 308 are followed only",
            )
        there = look_up(urljoin(target.url, answer.headers.get("location", "")), self.networks, self.resolver)
        if there.host != target.host or (target.scheme, there.scheme) == ("https", "http"):
            raise NotOutside(
                f"重定向到其他主机或降级为 http：{there.host}；请把订阅的网址改为新地址",
                f"redirects to another host or down to http: {there.host}; enter the new address instead",
            )
        return there

    def _call(self, target: Target, headers: Mapping[str, str], body: bytes, deadline: float) -> Answer:
        fault = Unreachable("no address")
        for address in target.addresses[:ADDRESSES_TRIED]:
            connection = self._connection(target, address, deadline)
            try:
                _connect(connection)
            except Unreachable as error:
                fault = error
                continue
            return _exchange(connection, target, headers, body, deadline)
        raise fault

    def _connection(self, target: Target, address: Address, deadline: float) -> HTTPConnection:
        left = max(deadline - monotonic(), 0.001)
        seconds = min(CONNECT_SECONDS, left)
        if target.scheme == "http":
            return HTTPConnection(str(address), target.port, timeout=seconds)
        return HTTPSConnection(
            str(address),
            target.port,
            timeout=Timeout.resolve_default_timeout(seconds),
            server_hostname=target.host,
            ssl_context=self.context or ssl.create_default_context(),
        )


def _connect(connection: HTTPConnection) -> None:
    try:
        connection.connect()
    except ssl.SSLError as error:
        connection.close()
        raise Unreachable(f"TLS: {error.reason or type(error).__name__}", certificate=True) from error
    except (HTTPError, OSError) as error:
        connection.close()
        raise Unreachable(f"no connection: {type(error).__name__}") from error


def _exchange(
    connection: HTTPConnection, target: Target, headers: Mapping[str, str], body: bytes, deadline: float
) -> Answer:
    sent = {"Host": target.authority, "User-Agent": "wugeyi", "Accept-Encoding": "identity", **headers}
    with contextlib.closing(connection), _ended_at(connection, deadline):
        try:
            if connection.sock is not None:
                connection.sock.settimeout(max(min(READ_SECONDS, deadline - monotonic()), 0.001))
            connection.request("POST", target.path, body=body, headers=sent, preload_content=False)
            response = connection.getresponse()
            read = b"".join(_first(response.stream(4096, decode_content=False)))[:BODY_BYTES]
            if monotonic() >= deadline:
                # The line was closed on the sender: what looks like an answer may be half of one.
                raise Unreachable("too slow")
            found = {name.lower(): value for name, value in response.headers.items()}
            return Answer(response.status, found, read)
        except (HTTPError, OSError, ValueError) as error:
            late = monotonic() >= deadline
            raise Unreachable("too slow" if late else f"no answer: {type(error).__name__}") from error


def _first(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """As much of a body as is worth reading: the rest is left on the line, which is closed."""
    size = 0
    for chunk in chunks:
        yield chunk
        size += len(chunk)
        if size >= BODY_BYTES:
            return


@contextlib.contextmanager
def _ended_at(connection: HTTPConnection, deadline: float) -> Iterator[None]:
    """Close the line at the deadline: a timeout of each read begins anew with every byte of a slow answer."""
    timer = threading.Timer(max(deadline - monotonic(), 0), _shut, [connection])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _shut(connection: HTTPConnection) -> None:
    sock = connection.sock
    if sock is not None:
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)
