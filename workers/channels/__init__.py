"""Ways to a person: one module each, a function that hands a message over or raises Undelivered."""

from collections.abc import Mapping

from workers.channels import dingtalk, feishu, sms, wecom
from workers.channels.email_smtp import EmailChannel
from workers.channels.log import log_channel
from workers.channels.through_apprise import AppriseChannel, Judge
from workflow.catalogue import ChannelKind, load_channels
from workflow.commands.pass_on import EMAIL, LOG, Channel
from workflow.errors import Unusable
from workflow.letters import load_templates
from workflow.settings import CHANNEL_PREFIX, Settings, smtp_server

JUDGES: Mapping[str, Judge] = {"wecom": wecom.judge, "dingtalk": dingtalk.judge, "feishu": feishu.judge}
"""By channel: what its provider means by an answer. Other gateways are judged as those of text messages."""


def open_channels(settings: Settings) -> Mapping[str, Channel]:
    """The log always, e-mail where SMTP_URL is set, the others where their WUGEYI_CHANNEL_<NAME> is.

    Raises ConfigFaults for a template or a channels.yaml that cannot be used, Unusable for a variable that names no
    channel or holds no address apprise can read.
    """
    templates = load_templates(settings.config)
    opened: dict[str, Channel] = {LOG: log_channel}
    server = smtp_server(settings)
    if server is not None:
        opened[EMAIL] = EmailChannel(server, settings.mail_from, settings.public_url, templates)
    if not settings.channels:
        return opened
    kinds = {code: kind for code, kind in load_channels(settings.config).items() if kind.url is not None}
    faults = [_unknown(name, kinds) for name in settings.channels if name not in kinds]
    if faults:
        raise Unusable("\n".join(faults))
    for name, prefix in settings.channels.items():
        judge = JUDGES.get(name, sms.judge)
        channel = AppriseChannel(kinds[name], prefix, settings.public_url, templates, settings.home / "apprise", judge)
        channel.check()
        opened[name] = channel
    return opened


def _unknown(name: str, kinds: Mapping[str, ChannelKind]) -> str:
    return f"{CHANNEL_PREFIX}{name.upper()}: there is no channel {name} in channels.yaml; known: {', '.join(kinds)}"
