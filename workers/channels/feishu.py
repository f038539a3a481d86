"""Feishu 飞书: what the answers of a group's robot mean. ``code`` decides (open.feishu.cn, 自定义机器人使用指南)."""

from workers.channels.through_apprise import Answer, by_status
from workflow.commands.outgoing import Undelivered

BUSY = frozenset({9499, 11232, 11233})
NO_SUCH_ROBOT = frozenset({19001})
"""The robot's token is the address here."""
NOT_LIKE_THIS = frozenset({19021, 19022, 19024})
"""This robot wants a signature, another sender's address or a key word; another person's may not."""


def judge(answer: Answer) -> Undelivered | None:
    """What went wrong by Feishu's answer; it says 400 and 200 alike with a code."""
    code = answer.said.get("code", 0)
    if code in BUSY:
        return Undelivered(f"Feishu cannot take it now (code {code})", "soon", of_channel=False)
    if code in NO_SUCH_ROBOT:
        return Undelivered(f"Feishu knows no such robot (code {code})", "never", of_channel=False, bounced=True)
    if code in NOT_LIKE_THIS:
        return Undelivered(f"the robot in Feishu refuses us (code {code})", "never", of_channel=False, bounced=True)
    if (wrong := by_status(answer)) is not None:
        return wrong
    return None if code == 0 else Undelivered(f"Feishu refuses the message (code {code})", "later", of_channel=False)
