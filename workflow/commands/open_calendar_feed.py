"""The secret address under which somebody's due dates can be subscribed to: opening, replacing and closing it."""

from datetime import timedelta

from workflow.store import tokens
from workflow.store.tokens import NewToken
from workflow.work import Work

LIFETIME = timedelta(days=365)
LABEL = "calendar feed"


def open_calendar_feed(work: Work) -> NewToken:
    """A new address for the actor; the one before ends at once. Its secret is returned once and never again."""
    assert work.actor.id is not None, "machines have no calendar"
    close_calendar_feed(work)
    return tokens.issue(work.conn, work.actor.id, "calendar", LABEL, LIFETIME)


def close_calendar_feed(work: Work) -> None:
    """End the actor's address, wherever it was entered; having none is no fault."""
    assert work.actor.id is not None, "machines have no calendar"
    tokens.revoke_kind(work.conn, work.actor.id, "calendar")
