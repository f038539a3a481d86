"""Joint applications (一事全办): one form, many items."""

from typing import Any

from flask import Response

from api import access, once
from api.reading import Blueprint
from api.resources.answers import tagged
from api.resources.taken import taken
from api.schemas.actions import TakenSchema
from api.schemas.bundles import ChangedBundleSchema, NewBundleSchema, SubmitBundleSchema
from api.schemas.cases import CaseSchema
from workflow.commands.change_draft import change_draft
from workflow.commands.open_bundle import open_bundle
from workflow.commands.take_action import take_action
from workflow.queries.case import case

# Made once: a schema with others inside takes longer to make than to use.
CASE, TAKEN = CaseSchema(), TakenSchema()

blueprint = Blueprint("bundles", __name__, url_prefix="/api/v1/bundles", description="Joint applications")


@blueprint.post("")
@blueprint.arguments(NewBundleSchema)
@blueprint.response(201, CaseSchema)
def new_bundle(body: dict[str, Any]) -> Response:
    """Draft one application for many items

    Nothing is asked of a draft until it is submitted; attach its materials to the case number given back.
    """
    with access.work() as work:
        return tagged(
            once.answer(
                work,
                CASE,
                lambda: case(
                    work, open_bundle(work, body["project"], body["items"], body["form"], body["variants"]).no
                ),
                201,
            ),
            1,
        )


@blueprint.patch("/<no>")
@blueprint.arguments(ChangedBundleSchema)
@blueprint.response(200, CaseSchema)
def change_bundle(body: dict[str, Any], no: str) -> Response:
    """Change a draft: its items, its form, its variants

    `version` is the one you saw; 409 tells who changed it meanwhile.
    """
    with access.work() as work:

        def do() -> Any:
            change_draft(work, no, body["version"], body["items"], body["form"], body["variants"])
            return case(work, no)

        return tagged(once.answer(work, CASE, do), body["version"] + 1)


@blueprint.post("/<no>/submit")
@blueprint.arguments(SubmitBundleSchema)
@blueprint.response(201, TakenSchema)
def submit_bundle(body: dict[str, Any], no: str) -> Response:
    """Submit a draft: opens one case for each of its items

    The new case numbers stand in `cases`. Send an `Idempotency-Key`, and repeating the request after a lost answer
    gives the first answer again.
    """
    with access.work() as work:
        return tagged(
            once.answer(work, TAKEN, lambda: taken(work, take_action(work, no, "submit", {}, body["version"])), 201),
            body["version"] + 1,
        )
