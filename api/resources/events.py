"""The event feed: for systems that ask."""

import threading
import time
from typing import Any

from flask import Response, jsonify

from api import access
from api.reading import Blueprint
from api.schemas.events import EventsQuerySchema, EventsSchema
from workflow.commands.subscribe import refused, start_at, unknown_kinds
from workflow.event_kinds import event_schema
from workflow.queries.event_feed import Feed, event_feed

blueprint = Blueprint(
    "events", __name__, url_prefix="/api/v1/events", description="What happened, in one order without gaps"
)

LOOK_SECONDS = 0.5
MOST_WAITING = 2
"""Questions left open at once in a process; of its threads others need some, so that whoever comes then is answered
at once."""
_waiting = threading.BoundedSemaphore(MOST_WAITING)


@blueprint.get("")
@blueprint.arguments(EventsQuerySchema, location="query")
@blueprint.response(200, EventsSchema)
def list_events(query: dict[str, Any]) -> Feed:
    """What happened behind a position

    Positions have no gaps and never change: keep `next_after`, ask with it again, and nothing is missed or told twice;
    ask with an older one, and you get the same events with the same ids. You read what you may see: administrator,
    supervisor and district leader the whole district, an applicant the cases of the company, never internal ones.
    A page may hold few events or none and not be the last: it is where `next_after` is `head`.
    """
    faults = unknown_kinds(query["kinds"])
    if faults:
        raise refused(faults)
    found = _feed(query, _after(query))
    until = time.monotonic() + query["wait"]
    if found.events or not query["wait"] or not _waiting.acquire(blocking=False):
        return found
    try:
        while not found.events and time.monotonic() < until:
            if found.next_after == found.head:
                # The caller asked to wait; no transaction is open meanwhile, and MOST_WAITING bounds who does.
                time.sleep(LOOK_SECONDS)
            found = _feed(query, found.next_after)
        return found
    finally:
        _waiting.release()


@blueprint.get("/schema")
@blueprint.response(200)
def schema_of_events() -> Response:
    """The JSON Schema of every kind of event

    Draft 2020-12. Kinds and fields may be added; none changes its meaning or goes.
    """
    return jsonify(event_schema())


def _after(query: dict[str, Any]) -> int:
    if query["after"] is None and query["since"] is None:
        return 0
    if query["since"] is None:
        return int(query["after"])
    with access.work() as work:
        position, faults = start_at(work, query["after"], query["since"])
    if faults:
        raise refused(faults)
    return position


def _feed(query: dict[str, Any], after: int) -> Feed:
    with access.work() as work:
        return event_feed(work, after, query["limit"], query["kinds"])
