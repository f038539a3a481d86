"""Lists as files: the ledger (台账) to Excel, the worklist to CSV."""

from typing import Any

from flask import Response

from api import access
from api.ledger_file import every_row, period, write_ledger, write_worklist
from api.outgoing import outgoing, sent
from api.problems import caller_language
from api.reading import Blueprint
from api.schemas.ledger import LedgerQuerySchema, WorklistFileQuerySchema
from workflow.clock.days import local_day
from workflow.queries.ledger import LedgerFilters, ledger
from workflow.queries.worklist import Filters

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

blueprint = Blueprint("ledger", __name__, url_prefix="/api/v1", description="Lists as files")


@blueprint.get("/ledger.xlsx")
@blueprint.arguments(LedgerQuerySchema, location="query")
@blueprint.response(200, {"type": "string", "format": "binary"}, content_type=XLSX)
def ledger_workbook(query: dict[str, Any]) -> Response:
    """The ledger (台账) as an Excel workbook

    One row a case that you may see, by the day it was received; dates are dates. At most 10,000 rows, and the row
    after them says so. Headings in the language of Accept-Language.
    """
    with access.work() as work:
        now = work.now
    since, until = period(query.pop("since"), query.pop("until"), local_day(now))
    return ledger_answer(LedgerFilters(since, until, **query))


@blueprint.get("/worklist.csv")
@blueprint.arguments(WorklistFileQuerySchema, location="query")
@blueprint.response(200, {"type": "string"}, content_type="text/csv")
def worklist_csv(query: dict[str, Any]) -> Response:
    """The worklist as CSV

    The filters of `GET /cases`, all pages at once: at most 10,000 rows, and the row after them says so.
    """
    office, secret = access.office(), access.wiring().settings.secret
    # Every page has a transaction of its own; that of finding the caller must not last as long as all of them.
    access.release(None)
    rows = every_row(office, access.me().actor, Filters(**query), secret)
    with outgoing() as file:
        write_worklist(file, rows, office, caller_language())
    return sent(file, "text/csv", "worklist.csv")


def ledger_answer(filters: LedgerFilters) -> Response:
    """The workbook as a download; raises BadInput for filters that cannot be, TooMany while another is made."""
    me = access.me()
    rows = ledger(access.office(), me.actor, filters)
    with outgoing() as file:
        write_ledger(file, rows, filters, me.now, caller_language())
    return sent(file, XLSX, f"ledger-{filters.since}-{filters.until}.xlsx")
