"""Office hours: the spans of a working day in which 工作小时 are counted, and when a last day ends."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Literal, get_args

from workflow.clock.days import office_time

DayEnds = Literal["24:00", "close"]
Span = tuple[time, time]

DAY_ENDS: tuple[DayEnds, ...] = get_args(DayEnds)

_SPAN = re.compile(r"([0-2][0-9]:[0-5][0-9])-([0-2][0-9]:[0-5][0-9])")
_ANY_DAY = date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """The spans [opening, closing) of a working day in Asia/Shanghai, in order, lunch between them.

    ``day_ends`` is 民法典 203 ¶2: a period of days ends at 24:00, or "close": when the last span does. ValueError for
    spans that are missing, turned around, out of order or overlapping.
    """

    spans: tuple[Span, ...]
    day_ends: DayEnds = "24:00"

    def __post_init__(self) -> None:
        if not self.spans:
            raise ValueError("office hours are empty: one span or more such as 09:00-12:00 is accepted")
        for begin, end in self.spans:
            if begin.tzinfo or end.tzinfo:
                raise ValueError(f"office hours {begin}-{end}: times without a zone are accepted (Asia/Shanghai)")
            if end <= begin:
                raise ValueError(f"office hours {_text(begin, end)}: an end after the beginning is accepted")
        for above, below in pairwise(self.spans):
            if below[0] < above[1]:
                accepted = "spans in order that do not overlap are accepted"
                raise ValueError(f"office hours {_text(*above)} and {_text(*below)}: {accepted}")
        if self.day_ends not in DAY_ENDS:
            raise ValueError(f"day_ends {self.day_ends!r}: {' or '.join(DAY_ENDS)} is accepted")

    def __str__(self) -> str:
        return ", ".join(_text(*span) for span in self.spans)

    @property
    def opens(self) -> time:
        return self.spans[0][0]

    @property
    def closes(self) -> time:
        return self.spans[-1][1]

    @property
    def length(self) -> timedelta:
        """The office time of one whole working day."""
        return sum((_between(begin, end) for begin, end in self.spans), timedelta())

    @property
    def minutes_a_day(self) -> int:
        """The same in whole minutes: 390 by default."""
        return self.length // timedelta(minutes=1)

    def before(self, at: time) -> timedelta:
        """The office time of a working day that lies before the time of day ``at``."""
        return sum((_between(begin, min(end, at)) for begin, end in self.spans if begin < at), timedelta())

    def moment(self, day: date, used: timedelta) -> datetime:
        """The instant (UTC) of ``day`` at which ``used`` of its office time is over, 0 < used <= length.

        Time that runs out with a span ends there, before lunch or at closing, and not at the next opening.
        """
        for begin, end in self.spans:
            span = _between(begin, end)
            if used <= span:
                return office_time(day, (datetime.combine(_ANY_DAY, begin) + used).time())
            used -= span
        raise ValueError(f"{used} beyond the office hours {self}: at most {self.length} is accepted")


def parse_spans(texts: Sequence[str]) -> tuple[Span, ...]:
    """``["09:00-12:00", "13:30-17:00"]`` → spans; ValueError naming the text that is none."""
    return tuple(_span(text) for text in texts)


def _span(text: str) -> Span:
    found = _SPAN.fullmatch(text) if isinstance(text, str) else None
    try:
        if found:
            return time.fromisoformat(found[1]), time.fromisoformat(found[2])
    except ValueError:
        pass
    raise ValueError(f"office hours {text!r}: a span such as 09:00-12:00 is accepted")


def _between(begin: time, end: time) -> timedelta:
    return datetime.combine(_ANY_DAY, end) - datetime.combine(_ANY_DAY, begin)


def _text(begin: time, end: time) -> str:
    return f"{begin:%H:%M}-{end:%H:%M}"


DEFAULT_HOURS = OfficeHours(((time(9), time(12)), (time(13, 30), time(17))))
"""Assumed until Laoshan's published hours are entered; the same as in `config/rules/clocks.yaml`."""
