"""E-mail over SMTP.

The Message-ID is made from the effect key: should a courier die between handing over and marking, the second copy is
the same message to every mail programme. Answers of the server are sorted: wait a little, wait long, or tell a person.
"""

import hashlib
import smtplib
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP

from workflow.commands.outgoing import Outgoing, Undelivered
from workflow.definition import Title
from workflow.letters import Template, write_letter
from workflow.settings import SmtpServer
from workflow.store.outbox import Again

SECONDS = 10
"""Bound of every step of the conversation; one that drags on is ended by the soft time limit of the task."""
CLOSING = 421
FULL = 452
NO_SUCH_MAILBOX = frozenset({550, 551, 553, 556})
"""What is refused for ever at this address (RFC 5321, 4.2.3); other answers may mend."""


@dataclass(frozen=True, slots=True)
class EmailChannel:
    """Hands messages to one mail server. ``sender`` is an address, ``public_url`` where cases are looked at."""

    server: SmtpServer
    sender: str
    public_url: str
    templates: Mapping[str, Template]

    def __call__(self, outgoing: Outgoing) -> None:
        if not outgoing.address:
            raise Undelivered("the account has no address any more", "never", of_channel=False)
        message = self.compose(outgoing)
        try:
            with self._conversation() as smtp:
                smtp.send_message(message, self.sender, [outgoing.address])
        except (OSError, smtplib.SMTPException) as error:
            raise sorted_out(error) from error

    def compose(self, outgoing: Outgoing) -> EmailMessage:
        """The mail as it goes over the wire."""
        link = f"{self.public_url}{outgoing.path}"
        letter = write_letter(self.templates[outgoing.message], {**outgoing.facts, "link": Title(link, link)})
        message = EmailMessage(policy=SMTP)
        message["From"] = self.sender
        message["To"] = outgoing.address
        message["Subject"] = letter.subject
        message["Message-ID"] = message_id(outgoing.effect_key, self.sender)
        # Nobody's holiday answer is wanted (RFC 3834).
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text)
        return message

    @contextmanager
    def _conversation(self) -> Iterator[smtplib.SMTP]:
        context = ssl.create_default_context()
        where = (self.server.host, self.server.port)
        if self.server.tls == "implicit":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(*where, timeout=SECONDS, context=context)
        else:
            smtp = smtplib.SMTP(*where, timeout=SECONDS)
        with smtp:
            if self.server.tls == "starttls":
                smtp.starttls(context=context)
            if self.server.username:
                smtp.login(self.server.username, self.server.password)
            yield smtp


def message_id(effect_key: str, sender: str) -> str:
    """The Message-ID of an effect: the same for the same effect, whoever sends it how often."""
    return f"<{hashlib.sha256(effect_key.encode()).hexdigest()[:40]}@{sender.rpartition('@')[2]}>"


def sorted_out(error: Exception) -> Undelivered:
    """What went wrong, without the address and without the server's words, which may quote it."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return _recipient(max((code for code, _ in error.recipients.values()), default=550))
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return Undelivered(
            f"the mail server refuses our name and password ({error.smtp_code})", "later", of_channel=True
        )
    if isinstance(error, smtplib.SMTPDataError):
        return _message(error.smtp_code)
    if isinstance(error, smtplib.SMTPResponseException):
        # At the greeting, or for our sender: it is not this message that is refused.
        again: Again = "soon" if error.smtp_code < 500 else "later"
        return Undelivered(f"the mail server refuses us ({error.smtp_code})", again, of_channel=True)
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return Undelivered("the mail server lacks what SMTP_URL asks for", "later", of_channel=True)
    if isinstance(error, ssl.SSLCertVerificationError):
        return Undelivered("the mail server's certificate is not trusted", "later", of_channel=True)
    return Undelivered(f"the mail server does not answer: {type(error).__name__}", "soon")


def _recipient(code: int) -> Undelivered:
    again: Again = "soon" if code == CLOSING else "never" if code in NO_SUCH_MAILBOX else "later"
    return Undelivered(
        f"the mail server refuses the recipient ({code})", again, of_channel=code == CLOSING, bounced=again == "never"
    )


def _message(code: int) -> Undelivered:
    again: Again = "soon" if code < 500 else "never"
    return Undelivered(f"the mail server refuses the message ({code})", again, of_channel=code in (CLOSING, FULL))
