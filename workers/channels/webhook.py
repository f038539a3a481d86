"""Webhooks: events posted to other systems, signed; what they answer, sorted: soon, later, or never again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from workers.channels.outside import Answer, Outside, Unreachable
from workflow.commands.tell_subscriber import NotTaken
from workflow.outside import NoAddress, NotOutside

CONTENT_TYPE = "application/json; charset=utf-8"
LONGEST_RETRY_AFTER = 3600


@dataclass(frozen=True, slots=True)
class Webhook:
    """Posts one event; returns when it was taken (2xx), raises NotTaken when it was not."""

    outside: Outside

    def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> None:
        try:
            answer = self.outside.post(url, {"Content-Type": CONTENT_TYPE, **headers}, body)
        except NoAddress as fault:
            # Name servers have bad minutes; a wrong name costs no more than a receiver that is away.
            raise NotTaken(f"not called: {fault.en}", "soon") from fault
        except NotOutside as refusal:
            raise NotTaken(f"not called: {refusal.en}", "later") from refusal
        except Unreachable as fault:
            raise NotTaken(str(fault), "later" if fault.certificate else "soon") from fault
        if not 200 <= answer.status < 300:
            raise sorted_out(answer)


def sorted_out(answer: Answer) -> NotTaken:
    """When to try again after an answer that is no 2xx; of its body nothing is kept, it may quote anything."""
    words = f"answers {answer.status}"
    if answer.status == 410:
        return NotTaken(f"{words}: wants no more", "never")
    again_later = answer.headers.get("retry-after", "")
    wait = timedelta(seconds=min(int(again_later), LONGEST_RETRY_AFTER)) if _is_number(again_later) else None
    if answer.status in (408, 425, 429) or answer.status >= 500:
        return NotTaken(words, "soon", wait)
    return NotTaken(words, "later", wait)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 10
