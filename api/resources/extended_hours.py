"""Extended hours for opening and evaluating bids (延时服务)."""

from typing import Any

from api import access
from api.reading import Blueprint
from api.schemas.extended_hours import HoursOfServiceSchema, HoursQuerySchema
from workflow.queries.extended_hours import HoursOfService, extended_hours

blueprint = Blueprint("extended_hours", __name__, url_prefix="/api/v1/extended-hours", description="Extended hours")


@blueprint.get("")
@blueprint.arguments(HoursQuerySchema, location="query")
@blueprint.response(200, HoursOfServiceSchema)
def hours(query: dict[str, Any]) -> HoursOfService:
    """Hours of extended service, by month and in all

    Of the sessions that were held and recorded, from their start to their end.
    """
    with access.work() as work:
        return extended_hours(work, query["since"], query["until"])
