"""Idempotency-Key: an answer is made once and given again to whoever repeats the request.

The claim of the key, the work and the answer are one transaction (engineering guide, 3.7): a repeat that comes while
the first is running waits for it, up to lock_timeout, and then gets 409. A refusal stores nothing, so the same key
may be used again after correcting what was wrong.
"""

import hashlib
import re
from collections.abc import Callable
from typing import Any

from flask import Response, current_app, jsonify, request
from marshmallow import Schema

from api.access import me
from api.reading import bad_field, bad_fields
from workflow.definition import Title
from workflow.errors import Refused
from workflow.store import idempotency
from workflow.work import Work

HEADER = "Idempotency-Key"
REPLAY = "Idempotent-Replay"
_KEY = re.compile(r"[\x21-\x7e]{1,128}")


def answer(work: Work, schema: Schema, do: Callable[[], Any], status: int = 200) -> Response:
    """The response to ``do()``, shown through ``schema``; with the caller's key it happens once.

    Raises BadInput (400) for a key of another form and Refused (422, ``idempotency_key_reused``) for one that came
    with another request before.
    """
    key = _key()
    if key is None:
        return _response(schema.dump(do()), status)
    person = me().actor.id
    assert person is not None
    mark = _request_hash()
    claimed = idempotency.claim(work.conn, person, key, mark)
    if claimed is not None:
        return _replay(claimed, mark, key)
    body = schema.dump(do())
    idempotency.keep(work.conn, person, key, status, current_app.json.dumps(body))
    return _response(body, status)


def _key() -> str | None:
    key = request.headers.get(HEADER)
    if key is None or _KEY.fullmatch(key):
        return key
    words = Title("应为 1 到 128 个可见 ASCII 字符", "must be 1 to 128 visible ASCII characters")
    raise bad_fields([bad_field(HEADER, key, words)])


def _replay(stored: idempotency.Stored, mark: bytes, key: str) -> Response:
    if stored.request_hash != mark:
        raise Refused(
            "idempotency_key_reused",
            f"{HEADER}：“{key}”已用于另一个请求；不同的请求请用新的键",
            f"{HEADER}: “{key}” came with another request before; another request needs a key of its own",
            extra={"field": HEADER, "value": key, "accepted": "a new key, or the same request"},
        )
    response = _response(stored.body, stored.status)
    response.headers[REPLAY] = "true"
    return response


def _response(body: Any, status: int) -> Response:
    response = jsonify(body)
    response.status_code = status
    return response


def _request_hash() -> bytes:
    """SHA-256 over method, address and body; of a form with files its fields, since its boundary differs each time."""
    parts = [request.method.encode(), request.full_path.encode()]
    if request.mimetype != "multipart/form-data":
        parts.append(request.get_data())
    else:
        parts += [f"{name}={value}".encode() for name, value in sorted(request.form.items(multi=True))]
        for name, file in sorted(request.files.items(multi=True), key=lambda pair: (pair[0], pair[1].filename or "")):
            parts.append(f"{name}={file.filename}".encode("utf-8", "replace"))
            parts.append(hashlib.file_digest(file.stream, "sha256").digest())
            file.stream.seek(0)
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).digest()
