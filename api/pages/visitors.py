"""Pages that are open to everybody: whoever happens to be signed in keeps the menu there."""

from contextlib import suppress

from flask import request
from sqlalchemy.exc import SQLAlchemyError

from api import access
from workflow.errors import NotSignedIn


def recognise() -> None:
    """Look up the reader of a public page, whom no guard has looked up; nobody is refused for it."""
    if access.me_if_signed_in() is not None or not request.cookies.get(access.wiring().cookie):
        return
    with suppress(NotSignedIn, SQLAlchemyError), access.work():
        pass
