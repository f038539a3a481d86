"""The working calendar, for everybody: which days are worked is no secret."""

from typing import Any

from flask import Response, jsonify, request

from api import access
from api.reading import Blueprint
from api.schemas.calendar import CalendarSchema, CalendarYearSchema
from workflow.clock.days import FIRST_YEAR, LAST_YEAR, local_day
from workflow.errors import NotFound
from workflow.queries.calendar_year import calendar_year, missing_year
from workflow.store import calendars
from workflow.work import calendar_in_force, read_now

blueprint = Blueprint("calendar", __name__, url_prefix="/api/v1/calendar", description="Which days are worked")

MINUTES_KEPT = 10
# Made once: a schema with others inside takes longer to make than to use.
YEAR = CalendarYearSchema()


@blueprint.get("")
@blueprint.response(200, CalendarSchema)
def calendar() -> dict[str, Any]:
    """The calendar in force, and those before it

    `succession` says from when which version held; the last published day is `horizon`. Nobody has to sign in.
    """
    office = access.office()
    with office.engine.connect() as conn:
        held = calendar_in_force(office, conn)
        today = local_day(read_now(conn))
        lines = calendars.succession(conn)
    return {
        "version": held.version,
        "first_year": held.years[0],
        "horizon": held.horizon,
        "missing_year": missing_year(held, today),
        "succession": lines[::-1],
    }


@blueprint.get("/<int:year>")
@blueprint.response(200, CalendarYearSchema)
def one_year(year: int) -> Response:
    """One year, day by day

    With the notice or law behind every day. A year without a notice is estimated: `published` is false, its days are
    `provisional`. The entity tag is the version of the calendar. Nobody has to sign in.
    """
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise NotFound(
            "no_such_year",
            f"工作日历没有 {year} 年，可查 {FIRST_YEAR} 至 {LAST_YEAR} 年",
            f"The calendar has no year {year}: {FIRST_YEAR} to {LAST_YEAR} are there",
        )
    response = jsonify(YEAR.dump(calendar_year(access.calendar(), year)))
    response.set_etag(f"{access.calendar().version}.{year}")
    response.cache_control.public = True
    response.cache_control.max_age = MINUTES_KEPT * 60
    return response.make_conditional(request)
