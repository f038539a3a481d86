"""Somebody at the JSON API: plain HTTP, nothing of the service's own code."""

import json
import urllib.error
import urllib.request
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

TIMEOUT_SECONDS = 20.0

# A proxy set in the environment is not asked for a server of our own.
_open = urllib.request.build_opener(urllib.request.ProxyHandler({})).open


class NoServer(Exception):
    """Nothing answers at that address."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; ``body`` is the JSON, or None where there was none."""

    status: int
    body: Any
    headers: Mapping[str, str]

    def __getitem__(self, name: str) -> Any:
        return self.body[name]


@dataclass(slots=True)
class Caller:
    """One person with a bearer token; without ``username`` nobody in particular."""

    url: str
    username: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    id: int = 0
    name: str = ""

    def sign_in(self, password: str) -> "Caller":
        """Take a token and learn who one is."""
        answer = self.post("/api/v1/tokens", {"username": self.username, "password": password, "label": "tour"})
        if answer.status != 201:
            raise PermissionError(f"{self.username} cannot sign in: {answer.status} {answer.body}")
        self.headers["Authorization"] = f"Bearer {answer['token']}"
        me = self.get("/api/v1/me")
        self.id, self.name = me["id"], me["name"]
        return self

    def get(self, path: str, **query: object) -> Answer:
        """Read something; ``query`` as in the address."""
        return self._send("GET", f"{path}?{urlencode(query)}" if query else path, None, {})

    def post(self, path: str, body: Mapping[str, Any], key: str | None = None) -> Answer:
        """Do something; ``key`` is the Idempotency-Key, a fresh one without it."""
        headers = {"Content-Type": "application/json", "Idempotency-Key": key or uuid.uuid4().hex}
        return self._send("POST", path, json.dumps(body).encode(), headers)

    def upload(self, path: str, code: str, filename: str, content: bytes) -> Answer:
        """Hand in one file as a form."""
        boundary = uuid.uuid4().hex
        parts = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="code"\r\n\r\n{code}\r\n'.encode(),
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{filename}"\r\n'.encode(),
            b"Content-Type: application/pdf\r\n\r\n",
            content,
            f"\r\n--{boundary}--\r\n".encode(),
        )
        return self._send("POST", path, b"".join(parts), {"Content-Type": f"multipart/form-data; boundary={boundary}"})

    def _send(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        request = urllib.request.Request(self.url + path, body, {**self.headers, **headers}, method=method)
        request.add_header("Accept-Language", "en")
        try:
            with _open(request, timeout=TIMEOUT_SECONDS) as response:
                return Answer(response.status, _json(response.read()), dict(response.headers))
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, _json(error.read()), dict(error.headers))
        except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
            reason = getattr(error, "reason", error)
            raise NoServer(f"{self.url} does not answer: {reason}") from error


def _json(body: bytes) -> Any:
    try:
        return json.loads(body) if body else None
    except ValueError:
        return body.decode("utf-8", "replace")
