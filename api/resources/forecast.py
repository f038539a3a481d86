"""The breach forecast: which open cases are likely to miss their limit."""

from typing import Any

from api import access
from api.reading import Blueprint
from api.schemas.forecast import ForecastQuerySchema, ForecastSchema
from workflow.queries.forecast import Forecast, ForecastFilters, forecast

blueprint = Blueprint("forecast", __name__, url_prefix="/api/v1/forecast", description="Breach forecast")


@blueprint.get("")
@blueprint.arguments(ForecastQuerySchema, location="query")
@blueprint.response(200, ForecastSchema)
def likely_to_miss(query: dict[str, Any]) -> Forecast:
    """Which open cases are likely to miss their promise, with the reason

    Of the ended cases of the same item (else the same stage) that took at least as many working days as the open one
    has used by now, the share that went on to miss its limit. Decisions up to yesterday are the history.
    """
    with access.work() as work:
        return forecast(work, ForecastFilters(query["department"], query["item"]), query["limit"])
