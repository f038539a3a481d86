"""The leader's picture 作战图 in one answer."""

from typing import Any

from api import access
from api.access import wiring
from api.reading import Blueprint
from api.schemas.war_map import WarMapQuerySchema, WarMapSchema
from workflow.queries.war_map import WarMap, WarMapAsk, war_map

blueprint = Blueprint("war_map", __name__, url_prefix="/api/v1/war-map", description="The leader's picture")


@blueprint.get("")
@blueprint.arguments(WarMapQuerySchema, location="query")
@blueprint.response(200, WarMapSchema)
def picture(query: dict[str, Any]) -> WarMap:
    """The leading numbers, what the caller has to decide, key projects by light, open problems, the breach forecast

    `figures` are those of `/figures`, of the period and of the one before; `/figures/{figure}/cases` has the cases
    behind each. Sums are left out for whoever leads neither the district nor a department or squad.
    """
    with access.work() as work:
        return war_map(work, WarMapAsk(**query), wiring().settings.secret)
