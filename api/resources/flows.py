"""Flows: the definitions that cases run on, and their pictures."""

from typing import Any

from api import access
from api.reading import Blueprint
from api.schemas.flows import DrawingQuerySchema, DrawingSchema, FlowQuerySchema, FlowSchema, FlowsSchema
from workflow.definition import Flow
from workflow.queries import flows

blueprint = Blueprint("flows", __name__, url_prefix="/api/v1/flows", description="Flows, every version")


@blueprint.get("")
@blueprint.response(200, FlowsSchema)
def list_flows() -> dict[str, Any]:
    """Every version of every flow"""
    return {"items": flows.flows(access.office())}


@blueprint.get("/<name>")
@blueprint.arguments(FlowQuerySchema, location="query")
@blueprint.response(200, FlowSchema)
def one_flow(query: dict[str, Any], name: str) -> Flow:
    """One flow, the newest version unless another is named"""
    return flows.flow(access.office(), name, query["version"])


@blueprint.get("/<name>/drawing")
@blueprint.arguments(DrawingQuerySchema, location="query")
@blueprint.response(200, DrawingSchema)
def flow_drawing(query: dict[str, Any], name: str) -> dict[str, Any]:
    """A flow as Mermaid text"""
    office = access.office()
    flow = flows.flow(office, name, query["version"])
    drawn = flows.drawing(office, name, flow.version, query["lang"])
    return {"flow": flow.name, "version": flow.version, "mermaid": drawn}
