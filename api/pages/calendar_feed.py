"""日历订阅: the secret address of one's due dates, and the calendar behind it."""

from flask import Response, request, url_for

from api import access
from api.pages.blueprint import pages
from api.pages.frame import show
from api.pages.once import Done, lead_on
from api.rate import Rate
from api.resources.calendar_feed import address_of
from api.wording import _, date_and_time
from workflow.clock.days import local_day
from workflow.commands.open_calendar_feed import close_calendar_feed, open_calendar_feed
from workflow.errors import NotFound
from workflow.queries.ical import calendar_token, due_days, feed_owner, write_calendar
from workflow.store.tokens import NewToken, Token

LONGEST_TOKEN = 200
OFTEN = Rate(times=30, seconds=300)
"""By calendar: a programme asks once an hour."""
WRONG = Rate(times=30, seconds=300)
"""By address, of those that have no calendar behind them."""


@pages.get("/calendar-feed")
def calendar_feed() -> Response:
    """Whether there is an address, and what can be done about it."""
    with access.work() as work:
        token = calendar_token(work)
    return _page(token)


@pages.post("/calendar-feed")
def new_calendar_feed() -> Response:
    """A new address, shown on this very answer and never again: nothing is kept that could show it twice."""
    with access.work() as work:
        token = open_calendar_feed(work)
    return _page(token, address_of(token))


@pages.post("/calendar-feed/end")
def end_calendar_feed() -> Response:
    """No address any more."""
    with access.work() as work:
        close_calendar_feed(work)
    return lead_on(Done(url_for("pages.calendar_feed"), _("日历订阅已停用，原地址立即失效。")))


@pages.get("/calendar/<token>.ics")
def calendar_file(token: str) -> Response:
    """The calendar of whoever has this address; an unknown one is looked up like any other."""
    office = access.office()
    with office.engine.connect() as conn:
        owner = feed_owner(conn, token[:LONGEST_TOKEN])
        if owner is not None:
            OFTEN.check(f"{owner.id}")
            body = write_calendar(office, due_days(office, conn, owner))
    if owner is None:
        WRONG.check(request.remote_addr or "")
        raise NotFound(
            "no_such_calendar", "没有这个日历地址，或者它已停用", "There is no such calendar, or it has ended"
        )
    response = Response(body, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = 'inline; filename="wugeyi.ics"'
    response.headers["Cache-Control"] = "private, no-cache"
    response.add_etag()
    response.make_conditional(request)
    return response


def _page(token: Token | NewToken | None, address: str = "") -> Response:
    today = local_day(access.me().now)
    return show(
        "calendar_feed.html",
        token=token,
        until=date_and_time(token.expires_at, today) if token else "",
        since=date_and_time(token.created_at, today) if token else "",
        address=address,
        here=url_for("pages.calendar_feed"),
    )
