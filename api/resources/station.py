"""The one-stop service: problems counted, the weekly session, and the coaching before an application."""

from typing import Any

from api import access
from api.reading import Blueprint
from api.schemas.station import (
    BeforeFilingSchema,
    ProblemsQuerySchema,
    ProblemsSchema,
    SessionQuerySchema,
    SessionSchema,
)
from workflow.queries.coaching import BeforeFiling, coaching_before
from workflow.queries.problems import ProblemFilters, Problems, problems
from workflow.queries.session import Session, session

blueprint = Blueprint("station", __name__, url_prefix="/api/v1", description="Problems, sessions and coaching")


@blueprint.get("/problems")
@blueprint.arguments(ProblemsQuerySchema, location="query")
@blueprint.response(200, ProblemsSchema)
def count_problems(query: dict[str, Any]) -> Problems:
    """Problems raised, solved, open, the oldest

    In all and by project, as far as you may see. Dispatch meetings are counted by the projects they were held for.
    """
    with access.work() as work:
        return problems(work, ProblemFilters(**query))


@blueprint.get("/session")
@blueprint.arguments(SessionQuerySchema, location="query")
@blueprint.response(200, SessionSchema)
def weekly_session(query: dict[str, Any]) -> Session:
    """The agenda of the weekly session

    Collected from what is open: meetings of the day, objections, consultations without a conclusion, problems, overdue
    tasks.
    """
    with access.work() as work:
        return session(work, query["on"])


@blueprint.get("/cases/<no>/coaching")
@blueprint.response(200, BeforeFilingSchema)
def coaching_before_filing(no: str) -> BeforeFiling:
    """The coaching before an application

    With the working days it took and those that passed until the filing: time before the clock of the law begins.
    """
    with access.work() as work:
        return coaching_before(work, no)
