"""The projects of the war map."""

from typing import Any

from flask import Response

from api import access, once
from api.reading import Blueprint
from api.resources.answers import filters, paging
from api.schemas.lanes import LanesSchema
from api.schemas.projects import NewProjectSchema, ProjectSchema, ProjectsQuerySchema, ProjectsSchema
from workflow.commands.register_project import register_project
from workflow.queries import projects
from workflow.queries.lanes import Lanes, lanes
from workflow.queries.paging import Page
from workflow.queries.projects import ProjectFilters, ProjectView

blueprint = Blueprint("projects", __name__, url_prefix="/api/v1/projects", description="Projects of the war map")


@blueprint.get("")
@blueprint.arguments(ProjectsQuerySchema, location="query")
@blueprint.response(200, ProjectsSchema)
def list_projects(query: dict[str, Any]) -> Page[ProjectView]:
    """Projects you may see

    In the order of their registration. Pass `next_cursor` as `cursor`, with the same filters, for the next page.
    """
    with access.work() as work:
        return projects.projects(work, ProjectFilters(**filters(query)), paging(query))


@blueprint.post("")
@blueprint.arguments(NewProjectSchema)
@blueprint.response(201, ProjectSchema)
def new_project(body: dict[str, Any]) -> Response:
    """Register a project (administrators)

    Both codes must pass their checks: the project code ISO 7064 MOD 11,10, the company's code GB 32100.
    A code of the old form has no check digit: it takes a reason (`code_exception`), kept in the project's facts.
    With `war_map` the project enters the war map in the same step: both are done, or neither.
    """
    beside = ("company_name", "code_exception", "war_map")
    columns = {name: value for name, value in body.items() if name not in beside}
    with access.work() as work:

        def do() -> ProjectView:
            made = register_project(work, body["company_name"], columns, body["code_exception"], body["war_map"])
            return projects.project(work, made.code)

        return once.answer(work, ProjectSchema(), do, 201)


@blueprint.get("/<code>")
@blueprint.response(200, ProjectSchema)
def one_project(code: str) -> ProjectView:
    """One project"""
    with access.work() as work:
        return projects.project(work, code)


@blueprint.get("/<code>/lanes")
@blueprint.response(200, LanesSchema)
def project_lanes(code: str) -> Lanes:
    """The five lanes of a project

    In their official order, each with its open cases, their clocks and lights, what comes next and whose turn it is.
    """
    with access.work() as work:
        return lanes(work, code)
