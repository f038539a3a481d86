"""Who is on duty, round the clock (7×24)."""

from datetime import timedelta
from typing import Any

from flask import Response

from api import access, once
from api.reading import Blueprint
from api.resources.answers import end_of
from api.schemas.duty import (
    DutyQuerySchema,
    DutySchema,
    NewRosterSchema,
    RosterQuerySchema,
    RosterSchema,
)
from workflow.commands.publish_roster import publish_roster
from workflow.queries import duty
from workflow.queries.duty import DAYS, Roster
from workflow.store.duty import Shift

blueprint = Blueprint("duty", __name__, url_prefix="/api/v1/duty", description="Who is on duty, round the clock")


@blueprint.get("")
@blueprint.arguments(DutyQuerySchema, location="query")
@blueprint.response(200, DutySchema)
def everybody_on_duty(query: dict[str, Any]) -> dict[str, Any]:
    """Who is on duty now

    For every squad who is on now and who is next, and where nobody is within the next `days`.
    """
    with access.work() as work:
        return {"items": duty.duty(work, query["days"])}


@blueprint.get("/<squad>")
@blueprint.arguments(RosterQuerySchema, location="query")
@blueprint.response(200, RosterSchema)
def one_roster(query: dict[str, Any], squad: str) -> Roster:
    """The roster of one squad

    Past or to come, with its gaps and the hours of each person; without `from` and `to` the week from now.
    """
    with access.work() as work:
        since = query["since"] or work.now
        until = end_of(query["until"]) if query["until"] is not None else since + timedelta(days=DAYS)
        return duty.roster(work, squad, since, until)


@blueprint.post("/<squad>")
@blueprint.arguments(NewRosterSchema)
@blueprint.response(200, RosterSchema)
def publish(body: dict[str, Any], squad: str) -> Response:
    """Publish a roster (leader of the squad, director of its department, administrators)

    Whole or not at all: every overlap, gap, unknown or absent person is named at once.
    """
    with access.work() as work:

        def do() -> Roster:
            since, until = body["since"], end_of(body["until"])
            shifts = [Shift(one["person"], one["since"], one["until"]) for one in body["shifts"]]
            publish_roster(work, squad, since, until, shifts, replace=body["replace"])
            return duty.roster(work, squad, since, until)

        return once.answer(work, RosterSchema(), do)
