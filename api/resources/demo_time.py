"""The time of a demonstration: where it stands, and moving it forward. Neither exists outside of demo mode."""

from typing import Any

from flask import Response

from api import access, once
from api.reading import Blueprint
from api.schemas.demo import MoveSchema, StandingSchema
from workflow.commands.move_time import Standing, move_time, not_a_demo, time_standing
from workflow.work import Work

blueprint = Blueprint("demo", __name__, url_prefix="/api/v1/demo", description="Time in a demonstration")


@blueprint.get("/time")
@blueprint.response(200, StandingSchema)
def standing() -> dict[str, Any]:
    """Where the office's time stands

    With the number of rungs that are due and not fired yet, and of messages that wait. 404 outside of demo mode.
    """
    with access.work() as work:
        return _shown(_demo(work, None))


@blueprint.post("/time")
@blueprint.arguments(MoveSchema)
@blueprint.response(200, StandingSchema)
def move(body: dict[str, Any]) -> Response:
    """Move the office's time forward

    For everybody at once, never back. What falls due is fired by the workers: ask again until `due` is 0. 404 outside
    of demo mode.
    """
    with access.work() as work:
        return once.answer(work, StandingSchema(), lambda: _shown(_demo(work, body["move"])))


def _demo(work: Work, move_: str | None) -> Standing:
    if not access.wiring().settings.demo:
        raise not_a_demo()
    return time_standing(work.conn) if move_ is None else move_time(work.conn, work.office.calendar, move_)


def _shown(found: Standing) -> dict[str, Any]:
    return {
        "now": found.now,
        "real_now": found.real_now,
        "shift_seconds": found.shift.total_seconds(),
        "due": found.due,
        "waiting": found.waiting,
        "next_rung_at": found.next_rung_at,
    }
