"""One project: its five lanes, and what may be begun on it."""

from flask import Response, url_for

from api import access
from api.pages.blueprint import pages
from api.pages.frame import is_staff, show
from api.pages.names import street_name
from workflow.queries.lanes import lanes
from workflow.queries.openings import openings_on


@pages.get("/projects/<code>")
def project(code: str) -> Response:
    """The project ``code`` with its five lanes."""
    with access.work() as work:
        found = lanes(work, code)
        openable = openings_on(work, found.project)
    return show(
        "project.html",
        project=found.project,
        lanes=found.lanes,
        openable=openable,
        street=street_name(found.project.street),
        staff=is_staff(access.me().actor),
        here=url_for("pages.project", code=code),
    )
