"""Everything that can be wrong, as data a person can act on.

Three families: faults of configuration (found at load, listed all at once), refusals of a request (answered with
a stable code and sentences in two languages), and broken promises of our own (a bug or a lost server).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in a configuration file.

    ``key`` is the dotted path inside the file (``actions.accept.needs[0]``); ``known`` says what is accepted instead.
    """

    file: str
    key: str
    message: str
    known: tuple[str, ...] = ()
    line: int | None = None

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        known = f" (known: {', '.join(self.known)})" if self.known else ""
        return f"{place}: {self.key}: {self.message}{known}"


class ConfigFaults(Exception):
    """The configuration cannot be used; carries every fault found, not only the first."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


@dataclass(frozen=True, slots=True)
class Reason:
    """One unmet condition: a stable code, the sentence in Chinese and English, and the facts behind it."""

    code: str
    zh: str
    en: str
    facts: dict[str, Any] = field(default_factory=dict)


class Refused(Exception):
    """A request that the rules refuse; nothing was written.

    ``status`` is the HTTP status the API answers with; ``code`` is stable and never translated. ``reasons`` holds
    every unmet condition; ``extra`` is shown to the caller (for a stale version: who acted, when, and the new state).
    """

    status = 422

    def __init__(
        self, code: str, zh: str, en: str, *, reasons: Sequence[Reason] = (), extra: dict[str, Any] | None = None
    ) -> None:
        self.code = code
        self.zh = zh
        self.en = en
        self.reasons = tuple(reasons)
        self.extra = extra or {}
        super().__init__(en)


class BadInput(Refused):
    """A value that cannot be read: names the field, the value and what is accepted (400)."""

    status = 400


class NotSignedIn(Refused):
    """No valid token or session (401)."""

    status = 401


class NotAllowed(Refused):
    """The person is known but may not do this (403)."""

    status = 403


class NotFound(Refused):
    """No such thing, or not for this person's eyes: the two answers do not differ (404)."""

    status = 404


class Conflict(Refused):
    """Somebody or something else acted first, or the state does not allow the action (409)."""

    status = 409


class NotMet(Refused):
    """The action exists here, but conditions are unmet; ``reasons`` lists all of them (422)."""


class TooMany(Refused):
    """Too many tries; ``extra['retry_after']`` is in seconds (429)."""

    status = 429


class Unusable(Exception):
    """The service cannot start or go on as set up: one clear line, exit status not 0."""
