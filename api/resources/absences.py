"""Leave with a delegate (请假代理)."""

from typing import Any

from flask import Response

from api import access, once
from api.reading import Blueprint
from api.resources.answers import end_of, filters, paging
from api.schemas.duty import AbsenceSchema, AbsencesQuerySchema, AbsencesSchema, NewAbsenceSchema
from workflow.commands.end_absence import end_absence as end
from workflow.commands.record_absence import record_absence
from workflow.queries import absences
from workflow.queries.absences import AbsenceFilters, AbsenceView
from workflow.queries.paging import Page

blueprint = Blueprint("absences", __name__, url_prefix="/api/v1/absences", description="Leave, and who stands in")


@blueprint.get("")
@blueprint.arguments(AbsencesQuerySchema, location="query")
@blueprint.response(200, AbsencesSchema)
def list_absences(query: dict[str, Any]) -> Page[AbsenceView]:
    """Leaves you may know of

    Your own, those in which you stand in, and those of the people you lead; newest first.
    """
    with access.work() as work:
        return absences.absences(work, AbsenceFilters(**filters(query)), paging(query))


@blueprint.post("")
@blueprint.arguments(NewAbsenceSchema)
@blueprint.response(201, AbsenceSchema)
def new_absence(body: dict[str, Any]) -> Response:
    """Enter a leave

    Yours, or that of somebody you lead. Until it ends the delegate holds the same roles, and is told what the absent
    person would be told.
    """
    with access.work() as work:

        def do() -> AbsenceView:
            person = body["person"] if body["person"] is not None else work.actor.id
            made = record_absence(work, person, body["delegate"], body["since"], end_of(body["until"]), body["reason"])
            return absences.absence(work, made.id)

        return once.answer(work, AbsenceSchema(), do, 201)


@blueprint.post("/<int:absence_id>/end")
@blueprint.response(200, AbsenceSchema)
def end_absence(absence_id: int) -> Response:
    """Be back early, or call a leave off

    From now on the roles are with their holder again.
    """
    with access.work() as work:
        return once.answer(work, AbsenceSchema(), lambda: absences.absence(work, end(work, absence_id).id))
