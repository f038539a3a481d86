"""Subscribers as an administrator sees them, and what was sent to each."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from workflow.errors import NotFound
from workflow.queries.paging import Listing, Page, Paging, page, position
from workflow.store import subscribers
from workflow.store.subscribers import Subscriber
from workflow.work import Work


@dataclass(frozen=True, slots=True)
class Delivery:
    """One try; ``outcome`` is delivered, test, or when it is tried again: soon, later, never. ``at`` is real time."""

    id: int
    at: datetime
    milliseconds: int
    outcome: str
    error: str | None


def all_subscribers(work: Work) -> tuple[Subscriber, ...]:
    """Every subscriber, by name."""
    return tuple(subscribers.all_of_them(work.conn))


def one_subscriber(work: Work, subscriber_id: int) -> Subscriber:
    """One subscriber; raises NotFound."""
    found = subscribers.one(work.conn, subscriber_id)
    if found is None:
        raise NotFound(
            "no_such_subscriber", f"没有编号为 {subscriber_id} 的订阅", f"There is no subscriber {subscriber_id}"
        )
    return found


def deliveries(work: Work, subscriber_id: int, paging: Paging) -> Page[Delivery]:
    """One page of the tries to reach a subscriber, newest first; raises NotFound and BadInput (cursor)."""
    one_subscriber(work, subscriber_id)
    listing = Listing("deliveries", work.actor.id, {"subscriber": subscriber_id})
    after = position(paging, listing)
    found = work.conn.execute(
        text("""
SELECT id, at, milliseconds, outcome, error FROM deliveries
WHERE subscriber_id = :id AND id < :before ORDER BY id DESC LIMIT :wanted"""),
        {"id": subscriber_id, "before": after[0] if after else 2**62, "wanted": paging.size + 1},
    ).all()
    return page(paging, listing, [Delivery(*row) for row in found], [[row.id] for row in found])
