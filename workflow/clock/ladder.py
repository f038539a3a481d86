"""The moments of a ladder: when each rung of a clock falls due."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Literal

from workflow.clock.calendar import Calendar, published_calendar
from workflow.clock.days import local_day, office_time, start_of_day
from workflow.clock.deadline import Deadline, deadline
from workflow.clock.limit import Limit

RungUnit = Literal["working day", "day", "hour", "minute"]
RungAnchor = Literal["left", "after", "due", "start"]

# Cards are read in office hours; the deemed-acceptance job runs once the last day is over.
OFFICE_OPENS = time(9, 0)
DUE_DELAY = timedelta(minutes=5)

ACCEPTED_FORMS = (
    "due",
    "2 working days left",
    "1 working day after",
    "3 days left",
    "10 minutes left",
    "2 hours after",
    "15 minutes from start",
)

UNITS: dict[str, RungUnit] = {"working day": "working day", "day": "day", "hour": "hour", "minute": "minute"}
ANCHORS: dict[str, RungAnchor] = {"left": "left", "after": "after", "from start": "start"}
WORDS = {anchor: word for word, anchor in ANCHORS.items()}

_FORM = re.compile(rf"([0-9]{{1,5}}) ({'|'.join(UNITS)})s? ({'|'.join(ANCHORS)})")


@dataclass(frozen=True, slots=True)
class RungTime:
    """When a rung fires, relative to the clock's end or start; ``amount`` in ``unit``, 0 for "due"."""

    amount: int
    unit: RungUnit
    anchor: RungAnchor

    @property
    def exact(self) -> bool:
        """True where the rung is set by an exact instant, False where it is set by a day."""
        return self.unit in ("hour", "minute")

    def __str__(self) -> str:
        if self.anchor == "due":
            return "due"
        return f"{self.amount} {self.unit}{'' if self.amount == 1 else 's'} {WORDS[self.anchor]}"


def parse_rung_time(text: str) -> RungTime:
    """``"1 working day left"`` → RungTime(1, "working day", "left"); ValueError listing the accepted forms."""
    if text == "due":
        return RungTime(0, "working day", "due")
    found = _FORM.fullmatch(text)
    if not found:
        raise ValueError(f"rung time {text!r}: accepted forms are {', '.join(map(repr, ACCEPTED_FORMS))}")
    return RungTime(int(found[1]), UNITS[found[2]], ANCHORS[found[3]])


def rung_moment(time: RungTime, start: datetime, deadline: Deadline, calendar: Calendar) -> datetime:
    """The instant (UTC) at which a rung falls due.

    Rungs in days fire at 09:00 Asia/Shanghai of their day: N working days before or after the last day, or N
    calendar days, rest day or not. "due" on a clock of days fires at 00:05 of the day after the last day, when the
    day is certainly over; on a clock of hours or minutes at its very end. Hours and minutes are exact.

    The result may lie before ``start``, or before a clock was armed late: such a rung fires at once.
    ValueError while the clock is paused, for it has no end then.
    """
    if deadline.on is None or deadline.at is None:
        raise ValueError(f"rung {time}: a paused clock has no moments")
    if time.anchor == "due":
        return start_of_day(deadline.on + timedelta(days=1)) + DUE_DELAY if deadline.by_day else deadline.at
    if time.exact:
        length = timedelta(hours=time.amount) if time.unit == "hour" else timedelta(minutes=time.amount)
        origin = start if time.anchor == "start" else deadline.at
        return origin.astimezone(UTC) + (-length if time.anchor == "left" else length)
    return office_time(_rung_day(time, start, deadline.on, calendar), OFFICE_OPENS)


def moments(times: Sequence[RungTime], start: datetime, deadline: Deadline, calendar: Calendar) -> tuple[datetime, ...]:
    """The instants of a ladder's rungs in its order, never decreasing.

    Over a long holiday "1 working day left" can come before "3 days left"; the later rung of the ladder then waits
    for the earlier one, so that nobody is passed over.
    """
    found: list[datetime] = []
    for rung in times:
        moment = rung_moment(rung, start, deadline, calendar)
        found.append(max(moment, found[-1]) if found else moment)
    return tuple(found)


def rung_order_faults(times: Sequence[RungTime], limit: Limit) -> list[str]:
    """What is wrong with the order of a ladder on ``limit``: a rung before the clock starts, or before the one above.

    Simulated on starts through a published year. A fault is what holds for most of them: a holiday that turns two
    rungs around once a year is no mistake, and a rung that only a long holiday lets fire is one.
    """
    calendar = published_calendar()
    clocks = [(start, deadline(start, limit, calendar)) for start in _sample_starts()]
    fired = [[rung_moment(rung, start, due, calendar) for start, due in clocks] for rung in times]
    faults: list[str] = []
    for place, (rung, its_moments) in enumerate(zip(times, fired, strict=True), start=1):
        early = sum(_is_early(rung, start, at) for (start, _), at in zip(clocks, its_moments, strict=True))
        if 2 * early > len(clocks):
            faults.append(f"rung {place} ({rung}) falls before the start of a limit of {limit}")
    for place, (earlier, later) in enumerate(pairwise(zip(times, fired, strict=True)), start=2):
        (above, its_moments), (rung, own_moments) = earlier, later
        turned = sum(own < before for before, own in zip(its_moments, own_moments, strict=True))
        if 2 * turned > len(clocks):
            faults.append(f"rung {place} ({rung}) falls before rung {place - 1} ({above}) on a limit of {limit}")
    return faults


def _rung_day(time: RungTime, start: datetime, on: date, calendar: Calendar) -> date:
    origin = local_day(start) if time.anchor == "start" else on
    amount = -time.amount if time.anchor == "left" else time.amount
    if time.unit == "working day":
        return calendar.add_working_days(origin, amount)
    return origin + timedelta(days=amount)


def _sample_starts() -> list[datetime]:
    # Every fifth day: through the year, and evenly over the days of the week.
    return [office_time(date(2025, 1, 1) + timedelta(days=n), OFFICE_OPENS) for n in range(0, 365, 5)]


def _is_early(rung: RungTime, start: datetime, at: datetime) -> bool:
    return at < (start if rung.exact else start_of_day(local_day(start)))
