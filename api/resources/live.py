"""Alerts and notices as they happen: server-sent events (WHATWG HTML, 9.2), resumable by their ids."""

import json
import select
import socket
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any

from flask import Response, request

from api import access
from api.live import Listener, Live
from api.reading import Blueprint, bad_field, bad_fields
from api.schemas.live import LiveQuerySchema
from workflow.definition import Title
from workflow.queries.live import Opening, Told, Waiting, opening

AGAIN_MILLISECONDS = 1000
NO_SEAT_MILLISECONDS = 5000
LAST = "Last-Event-ID"

blueprint = Blueprint("live", __name__, url_prefix="/api/v1/live", description="Alerts and notices as they happen")


@blueprint.get("")
@blueprint.arguments(LiveQuerySchema, location="query")
@blueprint.response(200, {"type": "string"}, content_type="text/event-stream")
def live_events(query: dict[str, Any]) -> Response:
    """Your alerts and notices as they happen

    Server-sent events. `alert` and `notice` carry an `id`: send the last one back as `Last-Event-ID` (a browser does)
    or `after`, and you miss nothing. `waiting` counts what you have not acknowledged or seen. The answer ends after
    25 seconds, or at once where too many listen: connect again after the time in `retry`.
    """
    after = _last_event() if request.headers.get(LAST) else query["after"]
    caller = access.me()
    with access.work() as work:
        found = opening(work, after)
    live = access.wiring().live
    assert caller.actor.id is not None
    listener = None
    if request.method != "HEAD":
        listener = live.join(access.office(), caller.actor.id, caller.token_id, found.position)
    if listener is None:
        response = Response(_first(found, NO_SEAT_MILLISECONDS), mimetype="text/event-stream")
    else:
        gone = _hung_up(request.environ)
        response = Response(_events(live, listener, found, gone), mimetype="text/event-stream")
        seat = listener
        # Not only at the end of the generator: one that was never begun is never ended.
        response.call_on_close(lambda: live.leave(seat))
    response.headers["Cache-Control"] = "no-cache"
    response.headers["X-Accel-Buffering"] = "no"
    return response


def _events(live: Live, listener: Listener, found: Opening, gone: Callable[[], bool]) -> Iterator[str]:
    yield _first(found, AGAIN_MILLISECONDS)
    for news in live.follow(listener, gone):
        yield "".join(_event(one) for one in news) or ": \n\n"
    yield f"retry: {AGAIN_MILLISECONDS}\n\n"


def _first(found: Opening, retry: int) -> str:
    told = "".join(_event(one) for one in found.told)
    # With an id although nothing happened: who is cut off before the first alert goes on from here.
    return f"retry: {retry}\n\n{told}id: {found.position}\n{_event(found.waiting)}"


def _event(one: Told | Waiting) -> str:
    if isinstance(one, Waiting):
        return f"event: waiting\ndata: {json.dumps(asdict(one))}\n\n"
    body = {"id": one.position, **{name: value for name, value in asdict(one).items() if name != "position"}}
    return f"id: {one.position}\nevent: {one.kind}\ndata: {json.dumps(body, ensure_ascii=False)}\n\n"


def _last_event() -> int:
    sent = request.headers[LAST]
    if not (sent.isascii() and sent.isdigit() and len(sent) <= 18):
        words = Title("应为上一个事件的 id", "must be the id of the last event you had")
        raise bad_fields([bad_field(LAST, sent, words)])
    return int(sent)


def _hung_up(environ: dict[str, Any]) -> Callable[[], bool]:
    """Whether the client has closed its end: a page that was left keeps no seat until the next sign of life."""
    connection = environ.get("gunicorn.socket") or environ.get("werkzeug.socket")
    if not isinstance(connection, socket.socket):
        return lambda: False

    def gone() -> bool:
        poll = select.poll()
        try:
            poll.register(connection.fileno(), select.POLLIN)
            return bool(poll.poll(0)) and connection.recv(1, socket.MSG_PEEK) == b""
        except (OSError, ValueError):
            return True

    return gone
