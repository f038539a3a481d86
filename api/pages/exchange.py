"""The national exchange for whoever answers for it: rows by table, what the checks have found, what is held back."""

from flask import Response, request

from api import access
from api.pages.blueprint import pages
from api.pages.frame import show
from api.wording import lang
from workflow.exchange.tables import BY_NAME
from workflow.queries.exchange_check import exchange_check
from workflow.queries.exchange_reconciliation import exchange_reconciliation
from workflow.queries.exchange_rows import exchange_rows


@pages.get("/exchange")
def exchange() -> Response:
    """The whole picture, and the newest rows of the table that was asked for."""
    table = BY_NAME.get(request.args.get("table", ""))
    with access.work() as work:
        found = exchange_reconciliation(work.office, work.conn)
        check = exchange_check(work.conn, work.office.catalogue)
        rows = exchange_rows(work.conn, table.name) if table is not None else ()
    return show(
        "exchange.html",
        found=found,
        check=check,
        table=table,
        named=_named,
        names=() if table is None else tuple(column.name for column in table.columns),
        rows=rows,
        endpoint=access.office().catalogue.exchange.endpoint,
    )


def _named(table: str, title: str) -> str:
    """What a table is called; the standard names it in Chinese only, so that its code leads in English."""
    return f"{table} {title}" if lang() == "en" else title
