"""People and their roles (administrators), and one's own password."""

from collections.abc import Callable
from typing import Any

from flask import Response, current_app, request

from api import access, once
from api.first_passwords import first_password
from api.reading import Blueprint
from api.resources.answers import filters, paging
from api.schemas.accounts import (
    NewPasswordSchema,
    NewPersonSchema,
    NewRoleSchema,
    OwnPasswordSchema,
    PasswordChangedSchema,
    PeopleQuerySchema,
    PeopleSchema,
    PersonChangeSchema,
    PersonSchema,
)
from workflow.commands.add_person import add_person, change_person
from workflow.commands.change_password import change_password
from workflow.commands.close_account import close_account, open_account, reset_password
from workflow.commands.give_role import PLACES, give_role, withdraw_role
from workflow.passwords import hash_password
from workflow.queries import people
from workflow.queries.paging import Page
from workflow.queries.people import PeopleFilters, PersonRow
from workflow.work import Work

blueprint = Blueprint("people", __name__, url_prefix="/api/v1/people", description="People and their roles")
own = Blueprint("password", __name__, url_prefix="/api/v1/me/password", description="Your password")

PERSON = PersonSchema()


@blueprint.get("")
@blueprint.arguments(PeopleQuerySchema, location="query")
@blueprint.response(200, PeopleSchema)
def list_people(query: dict[str, Any]) -> Page[PersonRow]:
    """Accounts, by user name (administrators)"""
    with access.work() as work:
        return people.people(work, PeopleFilters(**filters(query)), paging(query))


@blueprint.post("")
@blueprint.arguments(NewPersonSchema)
@blueprint.response(201, NewPasswordSchema)
def new_person(body: dict[str, Any]) -> Response:
    """Make an account (administrators)

    The answer holds its first password, which is kept nowhere and shown once. The account has no role yet.
    """
    password = first_password(body["username"], _key())
    hashed = hash_password(password)

    def do(work: Work) -> PersonRow:
        made = add_person(work, body["username"], body["name"], body["email"], hashed)
        return people.person(work, made).person

    with access.work() as work:
        return _with_password(password, lambda: once.answer(work, PERSON, lambda: do(work), 201))


@blueprint.get("/<int:person_id>")
@blueprint.response(200, PersonSchema)
def one_person(person_id: int) -> PersonRow:
    """One account (administrators)"""
    with access.work() as work:
        return people.person(work, person_id).person


@blueprint.patch("/<int:person_id>")
@blueprint.arguments(PersonChangeSchema)
@blueprint.response(200, PersonSchema)
def change(body: dict[str, Any], person_id: int) -> Response:
    """Another name or address, closed or open again (administrators)

    Whoever is signed in with an account that is closed is out at once; its roles and its history stay.
    """

    def do(work: Work) -> PersonRow:
        found = people.person(work, person_id).person
        if "name" in body or "email" in body:
            change_person(work, person_id, body.get("name", found.name), body.get("email", found.email))
        if "active" in body:
            (open_account if body["active"] else close_account)(work, person_id)
        return people.person(work, person_id).person

    with access.work() as work:
        return once.answer(work, PERSON, lambda: do(work))


@blueprint.post("/<int:person_id>/password")
@blueprint.response(200, NewPasswordSchema)
def new_password(person_id: int) -> Response:
    """Another first password for somebody (administrators)

    Shown once; every session and bearer token of the person ends.
    """
    password = first_password(str(person_id), _key())
    hashed = hash_password(password)

    def do(work: Work) -> PersonRow:
        reset_password(work, person_id, hashed)
        return people.person(work, person_id).person

    with access.work() as work:
        return _with_password(password, lambda: once.answer(work, PERSON, lambda: do(work)))


@blueprint.post("/<int:person_id>/roles")
@blueprint.arguments(NewRoleSchema)
@blueprint.response(201, PersonSchema)
def new_role(body: dict[str, Any], person_id: int) -> Response:
    """Give somebody a role (administrators)

    With the one place its scope names: `department`, `squad`, `project` or `company`; for the whole district none.
    """

    def do(work: Work) -> PersonRow:
        give_role(work, person_id, body["role"], {name: body[name] for name in PLACES})
        return people.person(work, person_id).person

    with access.work() as work:
        return once.answer(work, PERSON, lambda: do(work), 201)


@blueprint.delete("/<int:person_id>/roles/<int:role_id>")
@blueprint.response(200, PersonSchema)
def end_role(person_id: int, role_id: int) -> Response:
    """Take a role away (administrators)

    It is gone with the next request of the person.
    """

    def do(work: Work) -> PersonRow:
        withdraw_role(work, person_id, role_id)
        return people.person(work, person_id).person

    with access.work() as work:
        return once.answer(work, PERSON, lambda: do(work))


@own.post("")
@own.arguments(OwnPasswordSchema)
@own.response(200, PasswordChangedSchema)
def change_own(body: dict[str, Any]) -> dict[str, int]:
    """Change your password

    Every other session and bearer token of yours ends. After five wrong old passwords nothing more is tried for
    15 minutes (429 with Retry-After).
    """
    caller = access.me()
    access.release(None)  # no transaction while passwords are hashed
    assert caller.actor.id is not None
    address = request.remote_addr or ""
    ended = change_password(access.office(), caller.actor.id, caller.token_id, body["old"], body["new"], address)
    return {"ended": ended}


def _key() -> str:
    return request.headers.get(once.HEADER, "")


def _with_password(password: str, do: Callable[[], Response]) -> Response:
    """The answer with the password, which is added to what `api.once` keeps: a table is no place for it."""
    response = do()
    body = response.get_json()
    body["password"] = password
    response.set_data(current_app.json.dumps(body))
    return response
