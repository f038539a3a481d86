"""The session of this browser, asked about by the pages' script: whose it is, how long it lasts, going on with it.

A page that has stood open may belong to a session that is over, to one begun anew in another window, or to somebody
else; what was typed is only sent where it is still the same person's.
"""

from contextlib import suppress

from flask import Response, jsonify, request

from api import access
from api.pages.blueprint import pages
from api.pages.frame import home_of, lead
from workflow.commands.extend_session import extend_session
from workflow.errors import NotSignedIn


@pages.get("/session")
def session() -> Response:
    """``{me, csrf, seconds}``; nobody and 0 where the session is over, which is no fault of whoever asks."""
    if request.cookies.get(access.wiring().cookie):
        with suppress(NotSignedIn), access.work():
            pass
    return _answer()


@pages.post("/session")
def go_on() -> Response:
    """Extend the session with one press; a form sent without script leads home."""
    with access.work() as work:
        seconds = extend_session(work, access.me().token_id)
    if request.accept_mimetypes.best == "application/json":
        response = _answer(seconds)
    else:
        response = lead(home_of(access.me().actor))
    # The cookie ends with the session it stands for.
    held = request.cookies.get(access.wiring().cookie)
    if held:
        access.keep_secret(response, held, seconds)
    return response


def _answer(seconds: int | None = None) -> Response:
    signed_in = access.me_if_signed_in()
    if signed_in is None:
        return jsonify({"me": None, "csrf": "", "seconds": 0})
    left = signed_in.seconds_left if seconds is None else seconds
    return jsonify({"me": signed_in.actor.id, "csrf": signed_in.csrf, "seconds": left})
