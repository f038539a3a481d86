"""The programme of the war map and of urban renewal."""

from typing import Any

from api import access
from api.reading import Blueprint
from api.resources.answers import filters, paging
from api.schemas.programme import ProgrammeQuerySchema, ProgrammeSchema, ProgrammesSchema
from workflow.queries.paging import Page
from workflow.queries.programme import ProgrammeFilters, ProgrammeView, programme, project_programme

blueprint = Blueprint(
    "programme", __name__, url_prefix="/api/v1", description="Targets, milestones and lights of the key projects"
)


@blueprint.get("/programme")
@blueprint.arguments(ProgrammeQuerySchema, location="query")
@blueprint.response(200, ProgrammesSchema)
def all_projects(query: dict[str, Any]) -> Page[ProgrammeView]:
    """Projects you may see, with milestones, progress and lights

    In the order of their registration. A light is `none` where nothing was planned and nothing reported.
    """
    with access.work() as work:
        return programme(work, ProgrammeFilters(**filters(query)), paging(query))


@blueprint.get("/projects/<code>/programme")
@blueprint.response(200, ProgrammeSchema)
def one_project(code: str) -> ProgrammeView:
    """One project's milestones, progress and lights"""
    with access.work() as work:
        return project_programme(work, code)
