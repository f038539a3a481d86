"""A tender with every period the law fixes."""

from api import access
from api.reading import Blueprint
from api.schemas.tender import TenderSchema
from workflow.queries.tender import TenderView, tender

blueprint = Blueprint("tender", __name__, url_prefix="/api/v1", description="Tenders and their periods")


@blueprint.get("/cases/<no>/tender")
@blueprint.response(200, TenderSchema)
def one_tender(no: str) -> TenderView:
    """Every period of a tender

    The twenty-two rules of the tendering law with this project's days: the first lawful day of what may not come too
    soon, the last of what may not come too late, and how each stands.
    """
    with access.work() as work:
        return tender(work, no)
