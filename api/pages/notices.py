"""消息: what happened on one's cases, in words, newest first; marked seen one by one or a page at a time."""

from collections.abc import Mapping

from flask import Response, request, url_for

from api import access
from api.pages.blueprint import pages
from api.pages.frame import show
from api.pages.lists import cursor, paging, with_query
from api.pages.names import role_name
from api.pages.once import Done, lead_on, once
from api.wording import _
from workflow.commands.mark_notices_seen import mark_notices_seen
from workflow.errors import NotFound
from workflow.queries.notices import NoticeView, my_notices, unseen_count
from workflow.queries.paging import LARGEST_PAGE, capped
from workflow.work import Work

PAGES: Mapping[str, str] = {"duty": "pages.duty", "digest": "pages.home"}
"""Where a notice about no case leads, by its kind."""


@pages.get("/notices", endpoint="notices")
def notices_page() -> Response:
    """What was not seen yet, or everything."""
    everything = request.args.get("show") == "all"
    with access.work() as work:
        unseen = unseen_count(work)
        found = my_notices(work, paging(cursor=cursor()), only_unseen=not everything)
    return show(
        "notices.html",
        everything=everything,
        unseen=capped(unseen),
        lines=[{"view": one, "href": _href(one), "role": role_name(one.role)} for one in found.rows],
        new=[one.id for one in found.rows if one.seen_at is None],
        next_page=with_query("pages.notices", cursor=found.next_cursor) if found.next_cursor else None,
        first_page=with_query("pages.notices") if cursor() else None,
    )


@pages.post("/notices/seen")
def notices_seen() -> Response:
    """Say that notices were looked at."""
    given = request.form.getlist("ids")[: LARGEST_PAGE + 1]
    ids = [int(one) for one in given if one.isascii() and one.isdigit() and len(one) < 19]
    if not ids or len(ids) != len(given) or len(ids) > LARGEST_PAGE:
        raise NotFound("no_such_notice", "没有这样的消息", "There is no such notice")
    with access.work() as work:
        done = once(work, lambda: _seen(work, ids))
    return lead_on(done)


def _seen(work: Work, ids: list[int]) -> Done:
    mark_notices_seen(work, ids)
    return Done(url_for("pages.notices"), _("已标为看过。"))


def _href(view: NoticeView) -> str:
    if view.case is not None:
        return url_for("pages.case", no=view.case)
    return url_for(PAGES[view.message]) if view.message in PAGES else ""
