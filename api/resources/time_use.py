"""Who used the time: of one case, and the figures of a period with the cases behind each."""

from typing import Any

from api import access
from api.reading import Blueprint
from api.resources.answers import paging
from api.schemas.time_use import (
    CaseTimeUseSchema,
    CountedCasesSchema,
    CountedQuerySchema,
    PeriodQuerySchema,
    TimeFiguresSchema,
)
from workflow.queries.time_figures import Counted, Period, counted_cases, figures
from workflow.queries.time_use import CONVENTION, case_time_use

blueprint = Blueprint("time_use", __name__, url_prefix="/api/v1", description="Who used the time")


@blueprint.get("/cases/<no>/time-use")
@blueprint.response(200, CaseTimeUseSchema)
def one_case(no: str) -> dict[str, Any]:
    """Who used the time of a case

    From receipt to its end, or to now: spans by holder that add up to the whole, steps that were back-filled (补录) or
    came late, a decision within minutes (秒办), and the published reason of a missed promise.
    """
    with access.work() as work:
        found = case_time_use(work, no)
    return _fields(found) | {"convention": CONVENTION}


@blueprint.get("/time-use")
@blueprint.arguments(PeriodQuerySchema, location="query")
@blueprint.response(200, TimeFiguresSchema)
def time_figures(query: dict[str, Any]) -> dict[str, Any]:
    """Whose time the cases took that ended in a period, by department

    With the numbers of back-filled steps, quick decisions and missed promises. `/time-use/cases` has the cases behind
    each number.
    """
    with access.work() as work:
        found = figures(work, Period(**query))
    policy = {name: str(limit) for name, limit in _fields(found.policy).items()}
    return _fields(found) | {"policy": policy, "convention": CONVENTION}


@blueprint.get("/time-use/cases")
@blueprint.arguments(CountedQuerySchema, location="query")
@blueprint.response(200, CountedCasesSchema)
def cases_behind(query: dict[str, Any]) -> Counted:
    """The cases behind a figure of a period, newest first"""
    period = Period(query["since"], query["until"], query["department"])
    with access.work() as work:
        return counted_cases(work, period, query["kind"], paging(query))


def _fields(found: Any) -> dict[str, Any]:
    """The fields of a dataclass with slots, what is inside them left alone."""
    return {name: getattr(found, name) for name in found.__dataclass_fields__}
