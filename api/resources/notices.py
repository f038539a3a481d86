"""Notices addressed to the caller: what happened, beside alerts."""

from typing import Any

from flask import Response

from api import access, once
from api.reading import Blueprint
from api.resources.answers import paging
from api.schemas.notices import NoticesQuerySchema, NoticesSeenAnswerSchema, NoticesSeenSchema, OwnNoticesSchema
from workflow.commands.mark_notices_seen import mark_notices_seen
from workflow.queries.notices import NoticeView, my_notices, unseen_count
from workflow.queries.paging import Page
from workflow.work import Work

blueprint = Blueprint("notices", __name__, url_prefix="/api/v1/notices", description="What happened, in words")


@blueprint.get("")
@blueprint.arguments(NoticesQuerySchema, location="query")
@blueprint.response(200, OwnNoticesSchema)
def list_notices(query: dict[str, Any]) -> Page[NoticeView]:
    """Your notices, newest first"""
    with access.work() as work:
        return my_notices(work, paging(query), only_unseen=query["unseen"])


@blueprint.post("/seen")
@blueprint.arguments(NoticesSeenSchema)
@blueprint.response(200, NoticesSeenAnswerSchema)
def seen(body: dict[str, Any]) -> Response:
    """Mark notices as seen

    All of them or, where one is not yours, none.
    """
    with access.work() as work:
        return once.answer(work, NoticesSeenAnswerSchema(), lambda: _marked(work, body["ids"]))


def _marked(work: Work, ids: list[int]) -> dict[str, int]:
    return {"seen": mark_notices_seen(work, ids), "unseen": unseen_count(work)}
