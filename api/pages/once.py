"""Pressing a button twice is one deed: the form's hidden key is claimed in the transaction of the deed itself.

The same form with other contents is another deed: a person who went back and corrected a word means the new words.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass

from flask import Response, request

from api.pages import banner
from api.pages.frame import lead
from workflow.store import idempotency
from workflow.work import Work

KEY_LENGTH = 100


@dataclass(frozen=True, slots=True)
class Done:
    """Where a deed leads, and what is said there."""

    location: str
    said: str


def once(work: Work, deed: Callable[[], Done], part: str = "") -> Done:
    """What ``deed()`` answers, or has answered to this very form before. A refusal leaves the key unused.

    ``part`` names one of several deeds of the same form, each in a transaction of its own.
    """
    key = request.form.get("key", "")[:KEY_LENGTH]
    person = work.actor.id
    if not key or person is None:
        return deed()
    mark = _mark()
    # The contents are part of the key, so that a form changed after going back is not taken for the old one.
    name = f"page:{hashlib.sha256((key + part).encode()).hexdigest()[:32]}:{mark.hex()[:32]}"
    stored = idempotency.claim(work.conn, person, name, mark)
    if stored is not None:
        return Done(stored.body["location"], stored.body["said"])
    done = deed()
    idempotency.keep(work.conn, person, name, 303, json.dumps({"location": done.location, "said": done.said}))
    return done


def lead_on(done: Done) -> Response:
    """The redirect after a deed; what it has to say stands on the next page."""
    response = lead(done.location)
    banner.leave(response, done.said)
    return response


def _mark() -> bytes:
    parts = [request.path.encode()]
    parts += [f"{name}={value}".encode() for name, value in sorted(request.form.items(multi=True)) if name != "csrf"]
    for name, file in sorted(request.files.items(multi=True), key=lambda pair: pair[0]):
        parts += [
            f"{name}={file.filename}".encode("utf-8", "replace"),
            hashlib.sha256(file.stream.read()).digest(),
        ]
        file.stream.seek(0)
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).digest()
