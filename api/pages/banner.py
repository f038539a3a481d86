"""What stands on top of a page: what a deed had to say, and from November on that next year's holidays are missing.

A deed's sentence waits in a short-lived cookie. It is sealed, so that nobody else puts words into our mouth.
"""

import base64
import binascii
import hashlib
import hmac

from flask import Response, request

from api.access import calendar, me_if_signed_in, office, wiring
from workflow.clock.days import local_day
from workflow.queries.calendar_year import missing_year

COOKIE = "wugeyi-said"
LONGEST = 1200
SECONDS = 120
_SEAL = 16
REMINDED = ("admin", "director", "supervisor")
"""Who is told that the notice of a year is missing."""


def leave(response: Response, sentence: str) -> None:
    """Keep ``sentence`` for the next page this browser opens."""
    body = sentence[: LONGEST // 4].encode()
    response.set_cookie(
        COOKIE,
        base64.urlsafe_b64encode(_seal(body) + body).decode(),
        max_age=SECONDS,
        httponly=True,
        samesite="Lax",
        secure=wiring().https,
    )


def read() -> str:
    """The sentence left by the deed before, or nothing."""
    sealed = request.cookies.get(COOKIE, "")
    if not sealed or len(sealed) > 2 * LONGEST:
        return ""
    try:
        raw = base64.b64decode(sealed.encode("ascii"), altchars=b"-_", validate=True)
        body = raw[_SEAL:]
        return body.decode() if hmac.compare_digest(raw[:_SEAL], _seal(body)) else ""
    except (binascii.Error, ValueError):
        return ""


def forget(response: Response) -> None:
    """It has been said."""
    response.delete_cookie(COOKIE, httponly=True, samesite="Lax", secure=wiring().https)


def year_missing() -> int | None:
    """The year whose notice is missing, for whoever should see to it; None for everybody else."""
    signed_in = me_if_signed_in()
    if signed_in is None or not signed_in.actor.holds(*REMINDED):
        return None
    today = local_day(signed_in.now)
    # The files' calendar is at hand; only where it ends too early is the one in force asked for.
    if missing_year(office().base_calendar, today) is None:
        return None
    return missing_year(calendar(), today)


def _seal(body: bytes) -> bytes:
    return hmac.new(wiring().settings.secret.encode(), b"banner\0" + body, hashlib.sha256).digest()[:_SEAL]
