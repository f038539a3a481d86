"""WeCom 企业微信: what its answers mean. It says 200 to everything; ``errcode`` decides
(developer.work.weixin.qq.com/document/path/90313)."""

from workers.channels.through_apprise import Answer, by_status
from workflow.commands.outgoing import Undelivered

BUSY = frozenset({-1, 45009, 45033, 40014, 42001})
"""Also a token that has run out: the next try gets a new one."""
NO_SUCH_PERSON = frozenset({40003, 40031, 46004, 60111, 81013, 93000})
REFUSES_US = frozenset({40001, 40013, 40056, 48001, 48002, 60011, 60020, 301002})


def judge(answer: Answer) -> Undelivered | None:
    """What went wrong by WeCom's answer."""
    if (wrong := by_status(answer)) is not None:
        return wrong
    code = answer.said.get("errcode", 0)
    if code in BUSY:
        return Undelivered(f"WeCom cannot take it now (errcode {code})", "soon")
    if code in NO_SUCH_PERSON or answer.said.get("invaliduser"):
        return Undelivered(f"WeCom knows no such person (errcode {code})", "never", of_channel=False, bounced=True)
    if code in REFUSES_US:
        return Undelivered(f"WeCom refuses us (errcode {code})", "later", of_channel=True)
    return None if code == 0 else Undelivered(f"WeCom refuses the message (errcode {code})", "later", of_channel=False)
