"""The projects one may see, and one of them: its five lanes, and what may be begun on it."""

from dataclasses import dataclass

from flask import Response, request, url_for

from api import access
from api.pages.blueprint import pages
from api.pages.frame import is_applicant, is_staff, show
from api.pages.lists import cursor, paging, with_query
from api.pages.names import street_name
from api.pages.reading import half_width
from api.pages.wording import own
from workflow.clock.words import Light
from workflow.definition import LANES, Lane
from workflow.queries.lanes import LANE_TITLES, lane_lights, lanes
from workflow.queries.openings import openings_on
from workflow.queries.projects import ProjectFilters, ProjectView
from workflow.queries.projects import projects as read_projects

NAME_LONGEST = 100


@dataclass(frozen=True, slots=True)
class Line:
    """One project of the list; ``lights`` are those of its lanes in their order, empty where nothing is open."""

    project: ProjectView
    lights: tuple[str, ...]


@pages.get("/projects", endpoint="projects")
def projects() -> Response:
    """The projects of whoever is signed in, with the lights of their lanes."""
    part = half_width(request.args.get("q", ""))[:NAME_LONGEST]
    with access.work() as work:
        found = read_projects(work, ProjectFilters(name=part or None), paging(cursor=cursor()))
        lights = lane_lights(work, [one.code for one in found.rows])
    return show(
        "projects.html",
        lines=[Line(one, _in_order(lights[one.code])) for one in found.rows],
        lanes=[own(LANE_TITLES[lane]) for lane in LANES],
        part=part,
        later=cursor() is not None,
        next_page=with_query("pages.projects", cursor=found.next_cursor) if found.next_cursor else None,
        staff=is_staff(access.me().actor),
    )


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
        may_apply=is_applicant(access.me().actor),
        here=url_for("pages.project", code=code),
    )


def _in_order(lights: dict[Lane, Light]) -> tuple[str, ...]:
    return tuple(str(lights[lane]) if lane in lights else "" for lane in LANES)
