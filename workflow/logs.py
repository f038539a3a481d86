"""Logs: one JSON object a line, a fixed text and named facts. No personal data, by construction.

    log = logs.logger("web")
    log.info("answered", extra=logs.facts(route="GET /api/v1/me", status=200))

Only the facts named in FACTS are written, whoever passes what: no name, account, address, form or message of a person
is among them. Of an exception its type and the places in the code are written, never its message, which may quote a
row. The request id and the case number of the work at hand are added to every line (`about`).
"""

import json
import logging
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar, Token
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, TextIO

ROOT = "wugeyi"
FACTS = frozenset(
    {
        "action",
        "alert",
        "attempts",
        "calendar",
        "case",
        "channel",
        "clock",
        "code",
        "count",
        "document",
        "duty",
        "error",
        "failed",
        "figure",
        "flow",
        "method",
        "milliseconds",
        "moved",
        "outbox",
        "reference",
        "request",
        "route",
        "rung",
        "seconds",
        "sqlstate",
        "status",
        "subscriber",
        "table",
        "task",
        "worker",
    }
)
"""Everything a line may say beside its text; to log something new, prove here that it is nobody's data."""

CHATTERERS = ("alembic", "celery.app.trace", "celery.beat", "celery.worker.strategy", "transitions")
"""Libraries whose lines for every tick would bury what happens to cases; heard from warnings on."""

Bound = Token[Mapping[str, Any]]
NOTHING: Mapping[str, Any] = MappingProxyType({})
_about: ContextVar[Mapping[str, Any]] = ContextVar("about", default=NOTHING)


def logger(name: str) -> logging.Logger:
    """The logger of one part of the service: web, sweeper, relay, …"""
    return logging.getLogger(f"{ROOT}.{name}")


def facts(**named: Any) -> dict[str, Any]:
    """Facts for ``extra=``; one that is not in FACTS is a mistake of ours and raises ValueError."""
    strange = sorted(set(named) - FACTS)
    if strange:
        raise ValueError(f"may not be logged: {', '.join(strange)} (workflow.logs.FACTS lists what may)")
    return {"facts": named}


def bind(**named: Any) -> Bound:
    """Add facts (request, case) to every line from here on, in this thread; undone by `unbind`."""
    return _about.set({**_about.get(), **facts(**named)["facts"]})


def unbind(bound: Bound) -> None:
    """Back to what was bound before."""
    _about.reset(bound)


@contextmanager
def about(**named: Any) -> Iterator[None]:
    """Add facts to every line written inside the block."""
    bound = bind(**named)
    try:
        yield
    finally:
        unbind(bound)


def configure(level: str, stream: TextIO | None = None) -> None:
    """Send every line of this process to ``stream`` (stderr) as JSON, from ``level`` on."""
    handler = logging.StreamHandler(stream if stream is not None else sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in CHATTERERS:
        logging.getLogger(name).setLevel(logging.WARNING)


class JsonLines(logging.Formatter):
    """One line of a log as JSON; instants in UTC."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without an end of line in it: nothing that was sent to us can forge one."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "part": record.name.removeprefix(f"{ROOT}."),
            "text": record.getMessage(),
            **_about.get(),
            **getattr(record, "facts", {}),
        }
        if record.exc_info and record.exc_info[0] is not None:
            line |= _where(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False, default=str)


def _where(error: BaseException | None) -> dict[str, Any]:
    if error is None:
        return {}
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    cause = error.__cause__ or error.__context__
    return {"error": type(error).__name__, "cause": type(cause).__name__ if cause else None, "places": places}
