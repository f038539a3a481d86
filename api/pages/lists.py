"""Pages of a list: what a list page needs beside its rows."""

from typing import Any

from flask import request, url_for

from api.access import wiring
from workflow.queries.paging import PAGE_SIZE, Paging


def paging(size: int = PAGE_SIZE, cursor: str | None = None) -> Paging:
    """The page wanted; the cursor of the address where none is given."""
    return Paging(wiring().settings.secret, size, cursor)


def cursor() -> str | None:
    """The cursor in the address."""
    return request.args.get("cursor") or None


def with_query(endpoint: str, **changed: Any) -> str:
    """This list's address with some of its query changed; filters stay, and every change begins at the first page."""
    kept = {name: value for name, value in request.args.items() if name != "cursor" and value}
    wanted = {name: value for name, value in {**kept, **changed}.items() if value not in (None, "")}
    return url_for(endpoint, **wanted)
