"""What several resources do alike: the page that is wanted, and the version of a case as an entity tag."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from flask import Response

from api.access import wiring
from workflow.clock.days import end_of_day
from workflow.queries.paging import Paging


def paging(query: Mapping[str, Any]) -> Paging:
    """The page a query asks for, with the secret that signs cursors."""
    return Paging(wiring().settings.secret, query["limit"], query["cursor"])


def filters(query: Mapping[str, Any]) -> dict[str, Any]:
    """A query without the fields that only say which page."""
    return {name: value for name, value in query.items() if name not in ("cursor", "limit")}


def end_of(until: date | datetime) -> datetime:
    """The end of a span: an instant as it is, of a day its end."""
    return until if isinstance(until, datetime) else end_of_day(until)


def tag(version: int) -> dict[str, str]:
    """The version of a case as a header; weak, because days left change while the version stands."""
    return {"ETag": f'W/"{version}"'}


def tagged(response: Response, version: int) -> Response:
    """A response that is ready, with the version of its case."""
    response.headers["ETag"] = tag(version)["ETag"]
    return response
