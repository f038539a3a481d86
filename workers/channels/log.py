"""The channel of people without an address: the line in the log is all there is, beside the notice on their page."""

from workflow.commands.outgoing import Outgoing
from workflow.logs import facts, logger

log = logger("courier")


def log_channel(outgoing: Outgoing) -> None:
    """Say that a message was passed on; neither the person nor the text is named."""
    log.info("message passed on", extra=facts(case=outgoing.case_no, channel="log"))
