"""Requests for help (一帮到底), at any hour."""

from typing import Any

from flask import Response

from api import access, once
from api.reading import Blueprint
from api.resources.answers import tagged
from api.schemas.bundles import NewHelpSchema
from api.schemas.cases import CaseSchema
from workflow.commands.open_bundle import ask_help
from workflow.queries.case import case

CASE = CaseSchema()

blueprint = Blueprint("help", __name__, url_prefix="/api/v1/help", description="Help, day and night")


@blueprint.post("")
@blueprint.arguments(NewHelpSchema)
@blueprint.response(201, CaseSchema)
def new_help_request(body: dict[str, Any]) -> Response:
    """Ask the specialist of a project for help

    The clocks of the first answer and of the solution run at once, in real time, day and night.
    """
    with access.work() as work:
        answer = once.answer(work, CASE, lambda: case(work, ask_help(work, body["project"], body["question"]).no), 201)
    return tagged(answer, 1)
