"""Gateways of text messages, and any other of apprise's: the HTTP status decides, and what most call a failure."""

from workers.channels.through_apprise import Answer, by_status
from workflow.commands.outgoing import Undelivered


def judge(answer: Answer) -> Undelivered | None:
    """What went wrong by a gateway's answer. Each has words of its own; only ``success: false`` is understood."""
    if (wrong := by_status(answer)) is not None:
        return wrong
    if answer.said.get("success") is False:
        return Undelivered("the gateway refuses the message", "later", of_channel=False)
    return None
