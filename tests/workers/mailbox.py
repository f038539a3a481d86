"""A real mail server for a test: what arrives at it is what people would have got."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller


@dataclass(slots=True)
class Mailbox:
    """Everything that arrived, in order; ``answers`` by recipient replaces the usual 250. ``drops``: of so many mails
    one is taken, and the connection cut before the answer, as where a server dies at that moment."""

    url: str = ""
    mails: list[EmailMessage] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    drops: int = 0

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        """aiosmtpd's hook for a recipient."""
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """aiosmtpd's hook for a whole mail."""
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        if self.drops and len(self.mails) % self.drops == 0:
            server.transport.abort()
        return "250 OK"

    @property
    def ids(self) -> list[str]:
        return [mail["Message-ID"] for mail in self.mails]


class _FreePort(Controller):
    """The library's own, which cannot find itself on port 0."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def mail_server() -> Iterator[Mailbox]:
    """A mail server on a free port of this machine until the end of the block."""
    mailbox = Mailbox()
    controller = _FreePort(mailbox, hostname="127.0.0.1", port=0)
    controller.start()
    try:
        mailbox.url = f"smtp://127.0.0.1:{controller.port}"
        yield mailbox
    finally:
        controller.stop()


@dataclass(slots=True)
class FragileServer:
    """A mail server that is started and killed again and again on the port it had first."""

    mailbox: Mailbox
    port: int = 0
    starts: int = 0
    _controller: Controller | None = None

    def start(self) -> None:
        """From now on mails are taken."""
        kind = Controller if self.port else _FreePort
        self._controller = kind(self.mailbox, hostname="127.0.0.1", port=self.port)
        self._controller.start()
        self.port = self._controller.port
        self.mailbox.url = f"smtp://127.0.0.1:{self.port}"
        self.starts += 1

    def kill(self) -> None:
        """Whoever is in the middle of a conversation is cut off."""
        if self._controller is not None:
            self._controller.stop(no_assert=True)
            self._controller = None
