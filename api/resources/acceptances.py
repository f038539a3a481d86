"""Acceptances by segments."""

from api import access
from api.reading import Blueprint
from api.schemas.acceptance import AcceptanceSchema
from workflow.queries.acceptance import Acceptance, acceptance

blueprint = Blueprint("acceptances", __name__, url_prefix="/api/v1/cases", description="Acceptances by segments")


@blueprint.get("/<no>/acceptance")
@blueprint.response(200, AcceptanceSchema)
def matrix(no: str) -> Acceptance:
    """The matrix of an acceptance

    Its segments × the disciplines that apply, each with state, day, who has it and what was found; what every segment
    waits for. `no` may be the acceptance, one of its segments or one of their cells.
    """
    with access.work() as work:
        return acceptance(work, no)
