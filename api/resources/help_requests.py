"""Requests for help (一帮到底), at any hour."""

from typing import Any

from flask import Response

from api import access, once
from api.reading import Blueprint
from api.resources.answers import tagged
from api.schemas.bundles import NewHelpSchema
from api.schemas.cases import CaseSchema
from workflow.commands.ask_help import ask_help
from workflow.queries.case import case
from workflow.work import Work

CASE = CaseSchema()

blueprint = Blueprint("help", __name__, url_prefix="/api/v1/help", description="Help, day and night")


@blueprint.post("")
@blueprint.arguments(NewHelpSchema)
@blueprint.response(201, CaseSchema)
def new_help_request(body: dict[str, Any]) -> Response:
    """Ask the specialist of a project for help

    The clocks of the first answer and of the solution run at once, in real time, day and night; of a call from the
    call on. A specialist who writes a request down for somebody says who asked (`caller`) and through which `channel`.
    """
    with access.work() as work:
        answer = once.answer(work, CASE, lambda: case(work, _asked(work, body)), 201)
    return tagged(answer, 1)


def _asked(work: Work, body: dict[str, Any]) -> str:
    asked = ask_help(
        work,
        body["project"],
        body["question"],
        body["channel"],
        about=body["about"],
        caller=body["caller"],
        called_at=body["called_at"],
    )
    return asked.no
