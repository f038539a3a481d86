"""Signing out: the token at hand ends at once, everywhere."""

from workflow.store import tokens
from workflow.work import Work


def sign_out(work: Work, token_id: int) -> None:
    """End the session (or bearer token) this request came with."""
    assert work.actor.id is not None, "machines have no tokens"
    tokens.revoke(work.conn, work.actor.id, token_id)
