"""Alerts that nobody answered in time, for those who watch."""

from typing import Any

from api import access
from api.reading import Blueprint
from api.resources.answers import paging
from api.schemas.escalations import EscalationsQuerySchema, EscalationsSchema
from workflow.queries.escalations import EscalationFilters, by_department, escalations

blueprint = Blueprint(
    "escalations", __name__, url_prefix="/api/v1/escalations", description="Alerts nobody answered in time"
)


@blueprint.get("")
@blueprint.arguments(EscalationsQuerySchema, location="query")
@blueprint.response(200, EscalationsSchema)
def all_escalations(query: dict[str, Any]) -> dict[str, Any]:
    """Alerts nobody answered in time, newest first, with the numbers by department

    As they stand now: what was acknowledged since, or stepped down because its clock stopped or its date moved, is not
    among them. A director sees the own department.
    """
    filters = EscalationFilters(query["kind"], query["department"], query["card"])
    with access.work() as work:
        found = escalations(work, filters, paging(query))
        return {"items": found.rows, "next_cursor": found.next_cursor, "departments": by_department(work)}
