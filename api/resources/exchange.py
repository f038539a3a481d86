"""The national exchange: rows for a consumer who pulls, what the checks have found, the reconciliation."""

from typing import Any

from api import access
from api.reading import Blueprint
from api.schemas.exchange import ExchangeCheckSchema, FeedQuerySchema, FeedSchema, ReconciliationSchema
from workflow.queries.exchange_check import ExchangeCheck, exchange_check
from workflow.queries.exchange_feed import as_object, exchange_feed
from workflow.queries.exchange_reconciliation import exchange_reconciliation

blueprint = Blueprint("exchange", __name__, url_prefix="/api/v1/exchange", description="The national exchange")


@blueprint.get("")
@blueprint.arguments(FeedQuerySchema, location="query")
@blueprint.response(200, FeedSchema)
def feed(query: dict[str, Any]) -> dict[str, Any]:
    """Rows behind a position

    In the order of upload: what a row refers to came before it. Keep `next_after` and come again with it: nothing is
    missed, from whatever point. The number of a row (LSH) is its position when it was written.
    """
    with access.work() as work:
        found = exchange_feed(work, query["after"], query["limit"])
    entries = [as_object(entry) for entry in found.entries]
    return {"entries": entries, "next_after": found.next_after, "more": found.more}


@blueprint.get("/check")
@blueprint.response(200, ExchangeCheckSchema)
def check() -> ExchangeCheck:
    """Flagged rows, rows held back, and what the configuration still owes the standard"""
    with access.work() as work:
        return exchange_check(work.conn, work.office.catalogue)


@blueprint.get("/reconciliation")
@blueprint.response(200, ReconciliationSchema)
def reconciliation() -> dict[str, Any]:
    """System against exchange, by table and by state of the cases

    `wugeyi exchange --reconcile` works every row out anew and compares it as well.
    """
    with access.work() as work:
        found = exchange_reconciliation(work.office, work.conn)
    named = {name: getattr(found, name) for name in found.__dataclass_fields__}
    no_source = [{"table": table, "title": title, "where": where} for table, title, where in found.no_source]
    return named | {"equal": found.equal, "at_rest": found.at_rest, "no_source": no_source}
