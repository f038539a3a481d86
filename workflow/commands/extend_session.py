"""Going on: a session about to end lasts on, with one press, up to a limit after which the password is asked again."""

from datetime import timedelta

from workflow.commands.sign_in import SESSION_LIFETIME
from workflow.store import tokens
from workflow.work import Work

LONGEST_SESSION = timedelta(hours=24)
"""However often it is extended: a browser left open somewhere is not signed in for ever."""


def extend_session(work: Work, token_id: int) -> int:
    """Let the session of this request go on; returns the seconds it has now."""
    return tokens.extend_session(work.conn, token_id, SESSION_LIFETIME, LONGEST_SESSION)
