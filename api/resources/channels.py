"""The ways to people, for those who look after the service."""

from typing import Any

from flask import Response

from api import access, once
from api.reading import Blueprint
from api.resources.answers import paging
from api.schemas.channels import ChannelsSchema, ChannelTriesQuerySchema, ChannelTriesSchema, QueuedAgainSchema
from api.schemas.contact import ContactTestSchema
from api.telling import opened
from workflow.commands.choose_telling import try_channel
from workflow.commands.queue_again import queue_again
from workflow.queries.channels import TryView, all_channels, tries
from workflow.queries.my_contact import my_trial
from workflow.queries.paging import Page

blueprint = Blueprint("channels", __name__, url_prefix="/api/v1/channels", description="The ways to people")


@blueprint.get("")
@blueprint.response(200, ChannelsSchema)
def list_channels() -> dict[str, Any]:
    """Every channel and how it is doing (administrators, supervisors)"""
    with access.work() as work:
        return {"items": all_channels(work, opened())}


@blueprint.get("/tries")
@blueprint.arguments(ChannelTriesQuerySchema, location="query")
@blueprint.response(200, ChannelTriesSchema)
def list_tries(query: dict[str, Any]) -> Page[TryView]:
    """Every try of every channel, or of one, newest first (administrators, supervisors)

    Kept 90 days. Names no address and no person.
    """
    with access.work() as work:
        return tries(work, paging(query), query["channel"])


@blueprint.post("/<channel>/test")
@blueprint.response(202, ContactTestSchema)
def test(channel: str) -> Response:
    """Have a test message sent to your own address of a channel (administrators)

    What became of it: `GET /api/v1/me/contact?test=…`, and among the tries.
    """
    with access.work() as work:
        return once.answer(work, ContactTestSchema(), lambda: my_trial(work, try_channel(work, channel, opened())), 202)


@blueprint.post("/<channel>/again")
@blueprint.response(200, QueuedAgainSchema)
def again(channel: str) -> Response:
    """Put messages that were given up back in the queue (administrators)

    Up to 1000 of one channel, oldest first; the log of the service says so. What has reached its person by another way
    meanwhile goes out as well.
    """
    with access.work() as work:
        return once.answer(work, QueuedAgainSchema(), lambda: {"count": queue_again(work, channel)})
