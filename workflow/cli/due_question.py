"""A question to the due-date engine as text: from the options of ``wugeyi due`` or from one line of its batch."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, get_args

from workflow.clock.calendar import OFFICE_ZONE, Calendar, start_of_day
from workflow.clock.days import accepted_day
from workflow.clock.deadline import Deadline, deadline
from workflow.clock.hours import DEFAULT_HOURS, OfficeHours, parse_spans
from workflow.clock.limit import Direction, Limit, parse_limit
from workflow.clock.pauses import Pause
from workflow.errors import Unusable

Causes = Callable[[], tuple[str, ...]]

KEYS = ("from", "limit", "pauses", "resets", "extension", "direction")
DIRECTIONS: tuple[Direction, ...] = get_args(Direction)

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})?")


@dataclass(frozen=True, slots=True)
class Question:
    """What `deadline` is asked; ``start`` is aware, a plain date being its 00:00 in Asia/Shanghai."""

    start: datetime
    limit: Limit
    pauses: tuple[Pause, ...] = ()
    extension: int = 0


def question_from(data: Any, causes: Causes) -> Question:
    """The question a line of a batch asks; ValueError naming the key, its value and what is accepted."""
    if not isinstance(data, dict):
        raise ValueError(f"{_short(data)} is not an object: one such as {{'from': …, 'limit': …}} is accepted")
    for key in data:
        if key not in KEYS:
            raise ValueError(f"{key!r} is an unknown key: {', '.join(KEYS)} are accepted")
    for key in ("from", "limit"):
        if not isinstance(data.get(key), str):
            raise ValueError(f"{key} {_short(data.get(key))}: text is needed, as in {_EXAMPLES[key]}")
    extension = data.get("extension", 0)
    if type(extension) is not int:
        raise ValueError(f"extension {_short(extension)}: a whole number is accepted")
    limit = limit_of(data["limit"], data.get("direction", "max"))
    return Question(start_of(data["from"], "from"), limit, _listed_pauses(data, causes), extension)


def answer(question: Question, calendar: Calendar) -> dict[str, Any]:
    """``due`` (a day, None while an open pause holds the clock), ``at`` (the instant it ends) and ``provisional``."""
    found = deadline(question.start, question.limit, calendar, question.pauses, question.extension)
    return {"due": found.on.isoformat() if found.on else None, "at": at_text(found), "provisional": found.provisional}


def at_text(found: Deadline) -> str | None:
    """The end of a clock as an instant of Asia/Shanghai; 24:00 is 00:00 of the next day."""
    return found.at.astimezone(OFFICE_ZONE).isoformat() if found.at else None


def start_of(text: str, label: str) -> datetime:
    """The aware instant that ``2026-02-13`` or ``2026-02-13T10:30`` (Asia/Shanghai, or with an offset) means."""
    try:
        if _DAY.fullmatch(text):
            return start_of_day(accepted_day(date.fromisoformat(text)))
        moment = datetime.fromisoformat(text) if _MOMENT.fullmatch(text) else None
        if moment is not None:
            # Near the years 1 and 9999 a change of zone leaves what Python has dates for.
            accepted_day(moment.date())
    except ValueError as error:
        if "accepted" in str(error):
            raise ValueError(f"{label}: {error}") from None
        moment = None
    if moment is None:
        raise ValueError(f"{label} {_short(text)}: accepted forms are 2026-02-13 and 2026-02-13T10:30") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=OFFICE_ZONE)


def day_of(text: str, label: str) -> date:
    """``2026-02-13`` as a day, within the years the calendar can speak of."""
    try:
        day = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None:
        raise ValueError(f"{label} {_short(text)}: a date such as 2026-02-13 is accepted")
    return accepted_day(day)


def limit_of(text: str, direction: Any) -> Limit:
    """``20wd`` with a direction, "max" or "min"."""
    limit = parse_limit(text)
    if direction == "max":
        return limit
    for known in DIRECTIONS:
        if direction == known:
            return Limit(limit.amount, limit.unit, known)
    raise ValueError(f"direction {_short(direction)}: {' or '.join(DIRECTIONS)} is accepted")


def pause_of(since: date, until: date | None, cause: str, label: str, causes: Causes, resets: bool = False) -> Pause:
    """A pause of a lawful cause; ValueError without one, with one no law names, or with an end before its start."""
    if not cause.strip():
        raise ValueError(f"{label} has no cause: one of {', '.join(causes())} is accepted")
    try:
        pause = Pause(since, until, cause, resets)
    except ValueError as error:
        raise ValueError(f"{label}: {error}") from None
    if cause not in causes():
        raise ValueError(f"{label}: {_short(cause)} is no lawful cause: one of {', '.join(causes())} is accepted")
    return pause


def causes_of(config: Path) -> Causes:
    """The codes of the lawful causes (``rules/pauses.yaml``), read when the first pause asks for them."""

    @cache
    def codes() -> tuple[str, ...]:
        # The YAML parser is a third of the time to start, and most questions have no pause.
        from workflow.strict_yaml import load

        path = config / "rules" / "pauses.yaml"
        data = load(path).data
        found = data.get("causes") if isinstance(data, Mapping) else None
        if not isinstance(found, Mapping):
            raise Unusable(f"{path}: no causes: a mapping of the lawful causes is needed")
        return tuple(found)

    return codes


def hours_of(config: Path) -> OfficeHours:
    """The office hours of ``rules/clocks.yaml``, so that the version told is the service's; the shipped ones without.

    ConfigFaults or Unusable for a file that cannot be used.
    """
    path = config / "rules" / "clocks.yaml"
    if not path.is_file():
        return DEFAULT_HOURS
    from workflow.strict_yaml import load  # as above

    data = load(path).data
    if not isinstance(data, Mapping) or "office_hours" not in data:
        return DEFAULT_HOURS
    try:
        return OfficeHours(parse_spans(data["office_hours"]), data.get("day_ends", DEFAULT_HOURS.day_ends))
    except (TypeError, ValueError) as error:
        raise Unusable(f"{path}: {error}") from error


def _listed_pauses(data: Mapping[str, Any], causes: Causes) -> tuple[Pause, ...]:
    found: list[Pause] = []
    for key in ("pauses", "resets"):
        entries = data.get(key, [])
        if not isinstance(entries, list):
            raise ValueError(f"{key} {_short(entries)}: a list of {_SPAN_FORM} is accepted")
        for index, entry in enumerate(entries):
            label = f"{key}[{index}]"
            if not isinstance(entry, list) or not 2 <= len(entry) <= 3:
                raise ValueError(f"{label} {_short(entry)}: {_SPAN_FORM} is accepted")
            since, until, cause = (*entry, "")[:3]
            if not isinstance(since, str) or not isinstance(until, str | None) or not isinstance(cause, str):
                raise ValueError(f"{label} {_short(entry)}: {_SPAN_FORM} is accepted, the end null while it is open")
            begin, end = day_of(since, label), None if until is None else day_of(until, label)
            found.append(pause_of(begin, end, cause, label, causes, key == "resets"))
    return tuple(found)


_SPAN_FORM = '["2026-03-09", "2026-03-20", "expert_review"]'
_EXAMPLES = {"from": "2026-02-13", "limit": "20wd"}


def _short(value: Any) -> str:
    """A value as a refusal quotes it: never a page of it."""
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:80]}…"
