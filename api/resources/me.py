"""Who is signed in."""

from typing import Any

from flask import g

from api import access
from api.reading import Blueprint
from api.schemas.people import MeSchema
from workflow.definition import Title
from workflow.store import people
from workflow.work import Work

blueprint = Blueprint("me", __name__, url_prefix="/api/v1/me", description="Who is signed in")


@blueprint.get("")
@blueprint.response(200, MeSchema)
def who_am_i() -> dict[str, Any]:
    """Your name and your roles

    Every role with the departments, squads, projects or companies in which it holds, as of this moment; among them
    those of absent people you stand in for.
    """
    caller = access.me()
    with access.work() as work:
        return {
            "id": work.actor.id,
            "name": work.actor.name,
            "roles": _roles(work),
            "stands_in_for": _absent(work),
            "now": work.now,
            "csrf": caller.csrf if g.kind == "session" else None,
        }


def _absent(work: Work) -> list[dict[str, Any]]:
    absent = people.names(work.conn, work.actor.stands_in_for)
    return [{"id": number, "name": absent[number]} for number in work.actor.stands_in_for]


def _roles(work: Work) -> list[dict[str, Any]]:
    known = work.office.catalogue.roles
    names = dict.fromkeys(grant.role for grant in work.actor.grants)
    return [
        {
            "role": name,
            "title": known[name].title if name in known else Title(name, name),
            "scopes": work.actor.scopes(name),
        }
        for name in names
    ]
