"""What a deed has to say after the redirect: one sentence in a short-lived cookie.

It is sealed, so that nobody else puts words into our mouth.
"""

import base64
import binascii
import hashlib
import hmac

from flask import Response, request

from api.access import wiring

COOKIE = "wugeyi-said"
LONGEST = 1200
SECONDS = 120
_SEAL = 16


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


def _seal(body: bytes) -> bytes:
    return hmac.new(wiring().settings.secret.encode(), b"banner\0" + body, hashlib.sha256).digest()[:_SEAL]
