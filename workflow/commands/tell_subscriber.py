"""Tell one subscriber what it has not been told yet: one event a request, in order, each until it is taken.

Take a lease, commit; send with no transaction open; move the position where the lease still holds. A worker that dies
leaves a lease that runs out, and the event it was at is sent again with the same id: at least once on the wire, once by
its id. Cases that the office keeps to itself (`Case.internal`), and documents it writes to itself, are not told to
other systems.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from typing import Any, Protocol

from sqlalchemy import Connection

from workflow.event_kinds import PublicEvent, as_json, events_of, kept_inside
from workflow.logs import facts, logger
from workflow.signing import derive, headers
from workflow.store import deliveries, feed, subscribers
from workflow.store.subscribers import Again, Leased
from workflow.work import Office

log = logger("webhooks")

CHANNEL = "webhook"
SECONDS = 20.0
"""How long one worker stays with one subscriber."""
PAGE = 100
TEST_KIND = "webhook.test"


class NotTaken(Exception):
    """An event was not taken: whether trying again helps, and when. ``error`` names no person; ``wait`` is what the
    receiver asked for."""

    def __init__(self, error: str, again: Again, wait: timedelta | None = None) -> None:
        self.error = error
        self.again = again
        self.wait = wait
        super().__init__(error)


class Send(Protocol):
    """Posts a body and returns when it was taken (2xx); raises NotTaken when it was not."""

    def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> None: ...


@dataclass(slots=True)
class _Turn:
    """One worker with one subscriber; ``began`` by the clock that only measures."""

    office: Office
    leased: Leased
    secrets: tuple[bytes, ...]
    send: Send
    began: float

    @property
    def elapsed(self) -> float:
        return monotonic() - self.began


def tell_subscriber(office: Office, subscriber_id: int, secret: str, send: Send, seconds: float = SECONDS) -> int:
    """Send events until none is left or ``seconds`` are over; returns how many were taken.

    ``secret`` is the service's own. Raises only when the database is lost; what a receiver does is kept with it.
    """
    with office.engine.begin() as conn:
        leased = subscribers.lease(conn, subscriber_id)
    if leased is None:
        return 0
    secrets = tuple(derive(secret, leased.id, generation) for generation in leased.generations)
    turn = _Turn(office, leased, secrets, send, monotonic())
    if leased.test:
        _test(turn)
    taken = _tell(turn, seconds)
    with office.engine.begin() as conn:
        subscribers.release(conn, leased)
    return taken


def _tell(turn: _Turn, seconds: float) -> int:
    """Page by page; ends early where the lease is lost or an event is not taken."""
    taken, position = 0, turn.leased.position
    without = kept_inside(turn.office.catalogue)
    while turn.elapsed < seconds:
        with turn.office.engine.connect() as conn:
            found = feed.page(conn, position, PAGE, "NOT c.internal", "true", {})
        for entry in found.entries:
            flow = None if entry.flow is None else turn.office.flow(entry.flow, entry.flow_version)
            wanted = [event for event in events_of(entry, flow, without) if _wanted(turn.leased, event)]
            for event in wanted:
                # The position is that of the entry: only its last event moves it.
                if not _send(turn, event, entry.position if event is wanted[-1] else entry.position - 1):
                    return taken
                taken += 1
                if turn.elapsed >= seconds:
                    return taken
        if found.next_after > position:
            position = found.next_after
            with turn.office.engine.begin() as conn:
                if not subscribers.passed_over(conn, turn.leased, position):
                    return taken
        if position >= found.head:
            return taken
    return taken


def _wanted(leased: Leased, event: PublicEvent) -> bool:
    return not leased.kinds or event.kind in leased.kinds


def _send(turn: _Turn, event: PublicEvent, position: int) -> bool:
    """Whether it was taken, and the subscriber is still ours."""
    began = monotonic()
    try:
        _post(turn, event.id, as_json(event))
    except NotTaken as fault:
        _failed(turn, fault, began)
        return False
    with turn.office.engine.begin() as conn:
        _record(turn, conn, began, "delivered", None)
        return subscribers.told(conn, turn.leased, position)


def _test(turn: _Turn) -> None:
    """A test has its outcome in the log and moves nothing; nothing waits for it."""
    began, error = monotonic(), None
    number = f"test.{turn.leased.token}"
    body = {"id": number, "kind": TEST_KIND, "at": turn.leased.now.isoformat(), "data": {}}
    try:
        _post(turn, number, body)
    except NotTaken as fault:
        error = fault.error
    with turn.office.engine.begin() as conn:
        _record(turn, conn, began, "test", error)
        subscribers.tested(conn, turn.leased)


def _post(turn: _Turn, message_id: str, told: Mapping[str, Any]) -> None:
    body = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
    # Of every try its own moment, or a receiver would take a late one for a replay.
    timestamp = int(turn.leased.now.timestamp() + turn.elapsed)
    turn.send(turn.leased.url, headers(turn.secrets, message_id, timestamp, body), body)


def _failed(turn: _Turn, fault: NotTaken, began: float) -> None:
    with turn.office.engine.begin() as conn:
        _record(turn, conn, began, fault.again, fault.error)
        why = subscribers.failed(conn, turn.leased, fault.error[: deliveries.LONGEST_ERROR], fault.again, fault.wait)
    if why is not None:
        log.error(
            "a subscriber is told nothing any more and waits for a person", extra=facts(subscriber=turn.leased.id)
        )


def _record(turn: _Turn, conn: Connection, began: float, outcome: str, error: str | None) -> None:
    milliseconds = round((monotonic() - began) * 1000)
    deliveries.note(conn, CHANNEL, outcome, milliseconds, error, subscriber_id=turn.leased.id)
