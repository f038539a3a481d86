"""How the caller is told: addresses, a test of one, and what goes by which way."""

from typing import Any

from flask import Response

from api import access, once
from api.reading import Blueprint
from api.schemas.contact import (
    ContactPointSchema,
    ContactQuerySchema,
    ContactSchema,
    ContactTestSchema,
    NewContactPointSchema,
    TellingChoicesSchema,
)
from api.telling import opened
from workflow.commands.choose_telling import add_address, choose_ways, drop_address, try_address
from workflow.queries.my_contact import PointView, TrialView, my_contact, my_trial
from workflow.work import Work

blueprint = Blueprint("contact", __name__, url_prefix="/api/v1/me/contact", description="How you are told")


@blueprint.get("")
@blueprint.arguments(ContactQuerySchema, location="query")
@blueprint.response(200, ContactSchema)
def how_i_am_told(query: dict[str, Any]) -> dict[str, Any]:
    """How you are told

    Your addresses, masked, and what goes by which of them. The pages tell everything at once in any case.
    """
    with access.work() as work:
        return _contact(work, query["test"])


@blueprint.post("/points")
@blueprint.arguments(NewContactPointSchema)
@blueprint.response(201, ContactPointSchema)
def new_point(body: dict[str, Any]) -> Response:
    """Give one more address

    Refused where the channel is not open, and where the address is none of that channel's.
    """
    with access.work() as work:
        return once.answer(work, ContactPointSchema(), lambda: _added(work, body), 201)


@blueprint.delete("/points/<int:point_id>")
@blueprint.response(204)
def end_point(point_id: int) -> None:
    """Take one of your addresses out of use

    Refused for the last one by which red cards reach you.
    """
    with access.work() as work:
        drop_address(work, point_id, opened())


@blueprint.post("/points/<int:point_id>/test")
@blueprint.response(202, ContactTestSchema)
def test_point(point_id: int) -> Response:
    """Have a test message sent to one of your addresses, once a minute

    What became of it is asked for with its `key`.
    """
    with access.work() as work:
        return once.answer(work, ContactTestSchema(), lambda: _tried(work, point_id), 202)


@blueprint.post("/email/test")
@blueprint.response(202, ContactTestSchema)
def test_email() -> Response:
    """Have a test message sent to the e-mail address of your account, once a minute"""
    with access.work() as work:
        return once.answer(work, ContactTestSchema(), lambda: _tried(work, None), 202)


@blueprint.put("/choices")
@blueprint.arguments(TellingChoicesSchema)
@blueprint.response(200, ContactSchema)
def choose(body: dict[str, Any]) -> dict[str, Any]:
    """Choose what is told by which way, quiet hours, and the daily digest

    Replaces what was chosen before; what is left out is as the office has it.
    """
    with access.work() as work:
        choose_ways(work, body)
        return _contact(work, None)


def _contact(work: Work, key: str | None) -> dict[str, Any]:
    found = my_contact(work, opened())
    return {
        "channels": found.channels,
        "points": found.points,
        "kinds": found.kinds,
        "quiet": found.quiet,
        "digest": found.digest,
        "test": None if key is None else my_trial(work, key),
    }


def _added(work: Work, body: dict[str, Any]) -> PointView:
    added = add_address(work, body["channel"], body["address"], opened())
    return next(one for one in my_contact(work, opened()).points if one.id == added.id)


def _tried(work: Work, point_id: int | None) -> TrialView:
    return my_trial(work, try_address(work, point_id, opened()))
