"""A further bearer token for somebody who is signed in already."""

from datetime import timedelta

from workflow.store import tokens
from workflow.store.tokens import NewToken
from workflow.work import Work


def issue_token(work: Work, label: str, lifetime: timedelta) -> NewToken:
    """A bearer token with the rights of the actor; its secret is returned once and never again."""
    assert work.actor.id is not None, "machines have no tokens"
    return tokens.issue(work.conn, work.actor.id, "bearer", label, lifetime)
