"""One's due dates as a calendar to subscribe to: its secret address."""

from typing import Any

from api import access
from api.reading import Blueprint
from api.schemas.calendar_feed import CalendarFeedSchema, NewCalendarFeedSchema
from workflow.commands.open_calendar_feed import close_calendar_feed, open_calendar_feed
from workflow.queries.ical import calendar_token
from workflow.store.tokens import NewToken

blueprint = Blueprint(
    "calendar_feed", __name__, url_prefix="/api/v1/calendar-feed", description="Due dates as a calendar (iCalendar)"
)


@blueprint.get("")
@blueprint.response(200, CalendarFeedSchema)
def my_feed() -> dict[str, Any]:
    """Whether your calendar has an address

    Without the address: it was shown when it was made, and only its hash is stored.
    """
    with access.work() as work:
        token = calendar_token(work)
    if token is None:
        return {"open": False, "created_at": None, "expires_at": None}
    return {"open": True, "created_at": token.created_at, "expires_at": token.expires_at}


@blueprint.post("")
@blueprint.response(201, NewCalendarFeedSchema)
def new_feed() -> dict[str, Any]:
    """A new address for your calendar

    For a calendar programme, which cannot sign in: whoever has the address sees your due dates, and nothing else. The
    address before ends at once; this one after a year.
    """
    with access.work() as work:
        token = open_calendar_feed(work)
    return {"url": address_of(token), "created_at": token.created_at, "expires_at": token.expires_at}


@blueprint.delete("")
@blueprint.response(204)
def end_feed() -> None:
    """End the address of your calendar"""
    with access.work() as work:
        close_calendar_feed(work)


def address_of(token: NewToken) -> str:
    """Where the calendar is subscribed to."""
    return f"{access.wiring().settings.public_url.rstrip('/')}/calendar/{token.secret}.ics"
