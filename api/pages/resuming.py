"""A form that was sent after the session had ended: it waits, sealed, in the sign-in page, and is sent on afterwards.

Nothing of it is kept on the server, so nobody else ever finds it; a script, where there is one, asks before it sends
(`static/scripts/session.js`), so this is the way without. Files cannot be carried: a page may not fill in a file field.
"""

import base64
import binascii
import hashlib
import hmac
import json
import zlib
from dataclasses import dataclass

from flask import Response, request

from api.access import wiring
from api.pages.frame import local, show
from workflow.store.tokens import NewToken

FIELD = "carried"
LONGEST = 300_000
"""Longest sealed form in characters; POST /login takes 1 MiB in all."""
NEVER = frozenset({"password", "old", "new", "again", FIELD})
"""A form with one of these is never carried: passwords stand in no page."""
UNSAID = frozenset({"csrf", "key", "version", "back", "next", "then"})
"""What belongs to the form and not to the person who filled it in."""
_SEAL = 32


@dataclass(frozen=True, slots=True)
class Carried:
    """A form: where it was sent, and its fields in their order; ``files`` whether files were chosen as well."""

    path: str
    fields: tuple[tuple[str, str], ...]
    files: bool

    @property
    def typed(self) -> list[str]:
        """What a person wrote into it."""
        return [value for name, value in self.fields if name not in UNSAID and len(value.strip()) > 1]


def carry() -> str:
    """The form of this request, sealed; empty where there is nothing to carry on or it is too long."""
    if request.method != "POST" or NEVER & set(request.form):
        return ""
    fields = [(name, value) for name, value in request.form.items(multi=True) if name != "csrf"]
    path = local(request.full_path.rstrip("?")) or ""
    carried = Carried(path, tuple(fields), any(file.filename for file in request.files.values()))
    if not path or not carried.typed:
        return ""
    said = json.dumps([path, fields, carried.files], ensure_ascii=False)
    packed = zlib.compress(said.encode("utf-8", "surrogatepass"))
    text = base64.urlsafe_b64encode(_seal(packed) + packed).decode()
    return text if len(text) <= LONGEST else ""


def opened(text: str) -> Carried | None:
    """What was sealed; None where it was not by us."""
    if not text or len(text) > LONGEST:
        return None
    try:
        raw = base64.b64decode(text.encode("ascii"), altchars=b"-_", validate=True)
        if not hmac.compare_digest(raw[:_SEAL], _seal(raw[_SEAL:])):
            return None
        path, fields, files = json.loads(zlib.decompress(raw[_SEAL:]))
    except (binascii.Error, ValueError, zlib.error):
        return None
    return Carried(path, tuple((name, value) for name, value in fields), files)


def resume(carried: Carried, token: NewToken) -> Response:
    """The page after signing in: what was typed, and one press that sends it where it was meant to go."""
    return show("resume.html", carried=carried, csrf=token.csrf, here="/")


def _seal(packed: bytes) -> bytes:
    return hmac.new(wiring().settings.secret.encode(), b"carried\0" + packed, hashlib.sha256).digest()[:_SEAL]
