"""The stage clocks of a project."""

from typing import Any

from api import access
from api.reading import Blueprint
from api.schemas.stages import ProjectStagesSchema, StagesQuerySchema
from workflow.queries.stages import ProjectStages, project_stages

blueprint = Blueprint("stages", __name__, url_prefix="/api/v1/projects", description="Stage clocks of a project")


@blueprint.get("/<code>/stages")
@blueprint.arguments(StagesQuerySchema, location="query")
@blueprint.response(200, ProjectStagesSchema)
def stages_of_project(query: dict[str, Any], code: str) -> ProjectStages:
    """The four stages and 并行推进, each with its end, what decides it and who has time to spare

    An end is derived from the open items: running cases by their live clocks, items not begun as if they were filed
    today. Stage 4 has none until the works are completed, or a case of it runs.
    """
    with access.work() as work:
        return project_stages(work, code, query["measure"])
