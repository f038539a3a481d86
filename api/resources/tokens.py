"""Bearer tokens: sign in, see one's own, take one back."""

from datetime import timedelta
from typing import Any

from flask import request

from api import access
from api.reading import Blueprint
from api.schemas.people import NewTokenSchema, SignInSchema, TokensSchema
from workflow.commands.revoke_token import revoke_token
from workflow.commands.sign_in import Credentials, sign_in
from workflow.store import tokens
from workflow.store.tokens import NewToken

blueprint = Blueprint("tokens", __name__, url_prefix="/api/v1/tokens", description="Signing in, and bearer tokens")


@blueprint.post("")
@blueprint.arguments(SignInSchema)
@blueprint.response(201, NewTokenSchema)
def new_token(body: dict[str, Any]) -> NewToken:
    """Sign in for a bearer token

    Send it as `Authorization: Bearer <token>`. It is shown once; only its hash is stored. After five failures of one
    account from one address nothing more is tried from there for 15 minutes (429 with Retry-After).
    """
    given = Credentials(body["username"], body["password"], request.remote_addr or "")
    return sign_in(access.office(), given, "bearer", body["label"], timedelta(days=body["days"]))


@blueprint.get("")
@blueprint.response(200, TokensSchema)
def my_tokens() -> dict[str, Any]:
    """Your live tokens and sessions, newest first"""
    with access.work() as work:
        assert work.actor.id is not None
        mine = tokens.of_person(work.conn, work.actor.id)
    current = access.me().token_id
    return {
        "items": [
            {
                "id": token.id,
                "kind": token.kind,
                "label": token.label,
                "created_at": token.created_at,
                "expires_at": token.expires_at,
                "current": token.id == current,
            }
            for token in mine
        ]
    }


@blueprint.delete("/<int:token_id>")
@blueprint.response(204)
def end_token(token_id: int) -> None:
    """Revoke one of your tokens or sessions

    It is refused from the next request on, everywhere.
    """
    with access.work() as work:
        revoke_token(work, token_id)
