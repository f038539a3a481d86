"""The projects one may see, and one of them: its five lanes, and what may be begun on it."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Response, request, url_for

from api import access
from api.pages.blueprint import pages
from api.pages.frame import is_applicant, is_staff, show
from api.pages.lists import cursor, paging, with_query
from api.pages.names import street_name
from api.pages.reading import half_width
from api.pages.war_map_pictures import milestone_lines, milestone_words, milestones_drawn
from api.wording import N_, _, own
from workflow.clock.days import local_day
from workflow.clock.words import Light
from workflow.definition import LANES, Lane
from workflow.queries.district import GRAVITY, DistrictProject, worse
from workflow.queries.lanes import LANE_TITLES, Lanes, lane_lights, lanes
from workflow.queries.openings import openings_on
from workflow.queries.projects import ProjectFilters, ProjectView
from workflow.queries.projects import projects as read_projects
from workflow.queries.war_map import KeyProject

NAME_LONGEST = 100
LANE_WORDS: Mapping[Lane, str] = {
    "mechanism": N_("攻坚队与专员"),
    "matter": N_("并联审批与分段式竣工联合验收"),
    "checklist": N_("审批事项清单与一次性告知"),
    "station": N_("1+N 会商"),
    "assistance": N_("7×24 一对一帮办"),
}
"""What each of the five ones is, under its official name."""


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
        today = local_day(work.now)
    whole = _whole(found)
    lines = milestone_lines([whole], today)
    return show(
        "project.html",
        project=found.project,
        light_of=str(whole.light) if whole.light else "",
        milestones=milestones_drawn(lines, today) if lines else "",
        milestone_take=milestone_words(lines),
        stones=whole.milestones,
        lanes=[(lane, _(LANE_WORDS[lane.lane])) for lane in found.lanes],
        openable=openable,
        street=street_name(found.project.street),
        staff=is_staff(access.me().actor),
        may_apply=is_applicant(access.me().actor),
        here=url_for("pages.project", code=code),
    )


def _whole(found: Lanes) -> DistrictProject:
    """The project as the war map has it: the worst of its lanes, and its progress."""
    one = found.project
    lights = [lane.light for lane in found.lanes if lane.light in GRAVITY]
    light = min((light for light in lights if light is not None), key=GRAVITY.index, default=None)
    key = KeyProject(one.code, one.name, one.street, one.battlefront, one.squad, light, None, None, None)
    return DistrictProject(key, found.programme, worse(light, found.programme))


def _in_order(lights: dict[Lane, Light]) -> tuple[str, ...]:
    return tuple(str(lights[lane]) if lane in lights else "" for lane in LANES)
