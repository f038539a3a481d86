"""Taking back a token of one's own."""

from workflow.errors import NotFound
from workflow.store import tokens
from workflow.work import Work


def revoke_token(work: Work, token_id: int) -> None:
    """End one of the actor's own tokens at once; raises NotFound for anybody else's."""
    assert work.actor.id is not None, "machines have no tokens"
    if not tokens.revoke(work.conn, work.actor.id, token_id):
        raise NotFound("no_such_token", f"您没有编号为 {token_id} 的令牌", f"You have no token {token_id}")
