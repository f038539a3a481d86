"""Spans of duty as arithmetic: where nobody is on, where two are, who was on for how long. Pure; instants are aware."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Span:
    """The time in [since, until)."""

    since: datetime
    until: datetime


def gaps(spans: Iterable[Span], since: datetime, until: datetime) -> tuple[Span, ...]:
    """The parts of [since, until) in no span, in order."""
    found = []
    covered = since
    for span in sorted(spans, key=lambda one: one.since):
        if span.since >= until:
            break
        if span.since > covered:
            found.append(Span(covered, span.since))
        covered = max(covered, span.until)
    if covered < until:
        found.append(Span(covered, until))
    return tuple(found)


def overlaps(spans: Sequence[Span]) -> tuple[tuple[int, int], ...]:
    """For every span that begins before an earlier one has ended: the places of both in ``spans``, the earlier's first,
    and of several earlier ones that which ends last."""
    found = []
    latest: int | None = None
    for place in sorted(range(len(spans)), key=lambda one: (spans[one].since, spans[one].until, one)):
        if latest is not None and spans[place].since < spans[latest].until:
            found.append((latest, place))
        if latest is None or spans[place].until > spans[latest].until:
            latest = place
    return tuple(found)


def outside(span: Span, period: Span) -> tuple[Span, ...]:
    """What of ``span`` lies before and after ``period``."""
    before = Span(span.since, min(span.until, period.since))
    after = Span(max(span.since, period.until), span.until)
    return tuple(part for part in (before, after) if part.since < part.until)


def inside(span: Span, period: Span) -> timedelta:
    """How long ``span`` lasts within ``period``."""
    return max(min(span.until, period.until) - max(span.since, period.since), timedelta())
