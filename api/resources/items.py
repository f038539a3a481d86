"""The list of approval items."""

from typing import Any

from api import access
from api.reading import Blueprint
from api.schemas.items import ItemSchema, ItemsQuerySchema, ItemsSchema
from workflow.catalogue import Item
from workflow.queries import items
from workflow.queries.items import ItemFilters

blueprint = Blueprint("items", __name__, url_prefix="/api/v1/items", description="Approval items")


@blueprint.get("")
@blueprint.arguments(ItemsQuerySchema, location="query")
@blueprint.response(200, ItemsSchema)
def list_items(query: dict[str, Any]) -> dict[str, Any]:
    """The approval items by code, with limits, materials and prerequisites"""
    return {"items": items.items(access.office(), ItemFilters(**query))}


@blueprint.get("/<code>")
@blueprint.response(200, ItemSchema)
def one_item(code: str) -> Item:
    """One approval item"""
    return items.item(access.office(), code)
