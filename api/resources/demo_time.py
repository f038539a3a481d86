"""The time of a demonstration: where it stands, and moving it forward. Neither exists outside of demo mode."""

from typing import Any

from flask import Response

from api import access, once
from api.reading import Blueprint
from api.schemas.demo import MoveSchema, StandingSchema
from workflow.commands.move_time import move_time, not_a_demo
from workflow.queries.time_standing import Standing, time_standing
from workflow.work import Work

blueprint = Blueprint("demo", __name__, url_prefix="/api/v1/demo", description="Time in a demonstration")


@blueprint.get("/time")
@blueprint.response(200, StandingSchema)
def standing() -> Standing:
    """Where the office's time stands

    With the number of rungs that are due and not fired yet, and of messages that wait. 404 outside of demo mode.
    """
    with access.work() as work:
        return _standing(work)


@blueprint.post("/time")
@blueprint.arguments(MoveSchema)
@blueprint.response(200, StandingSchema)
def move(body: dict[str, Any]) -> Response:
    """Move the office's time forward

    For everybody at once, never back. What falls due is fired by the workers: ask again until `due` is 0. 404 outside
    of demo mode.
    """
    with access.work() as work:

        def do() -> Standing:
            _standing(work)
            move_time(work.conn, work.calendar, body["move"])
            return _standing(work)

        return once.answer(work, StandingSchema(), do)


def _standing(work: Work) -> Standing:
    found = time_standing(work.conn) if access.wiring().settings.demo else None
    if found is None:
        raise not_a_demo()
    return found
