"""Ways to a person: one module each, a function that hands a message over or raises Undelivered."""

from collections.abc import Mapping

from workers.channels.email_smtp import EmailChannel
from workers.channels.log import log_channel
from workflow.commands.pass_on import EMAIL, LOG, Channel
from workflow.letters import load_templates
from workflow.settings import Settings, smtp_server


def open_channels(settings: Settings) -> Mapping[str, Channel]:
    """The log always, e-mail where SMTP_URL is set. Raises ConfigFaults for a template that cannot be used."""
    templates = load_templates(settings.config)
    server = smtp_server(settings)
    if server is None:
        return {LOG: log_channel}
    return {LOG: log_channel, EMAIL: EmailChannel(server, settings.mail_from, settings.public_url, templates)}
