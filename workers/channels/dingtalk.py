"""DingTalk 钉钉: what its robot's answers mean. It says 200 to everything; ``errcode`` decides
(open.dingtalk.com/document/robots/custom-robot-access)."""

from workers.channels.through_apprise import Answer, by_status
from workflow.commands.outgoing import Undelivered

BUSY = frozenset({-1, 410100, 130101, 660026})
REFUSES_US = frozenset({300001, 300005, 310000, 400013, 400101, 400102, 43004})
"""No such robot, switched off, the signature or the key word is wrong."""


def judge(answer: Answer) -> Undelivered | None:
    """What went wrong by DingTalk's answer."""
    if (wrong := by_status(answer)) is not None:
        return wrong
    code = answer.said.get("errcode", 0)
    if code in BUSY:
        return Undelivered(f"DingTalk cannot take it now (errcode {code})", "soon")
    if code in REFUSES_US:
        return Undelivered(f"DingTalk refuses us (errcode {code})", "later", of_channel=True)
    return (
        None if code == 0 else Undelivered(f"DingTalk refuses the message (errcode {code})", "later", of_channel=False)
    )
