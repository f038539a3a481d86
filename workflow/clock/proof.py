"""The proof of a date: every day from the start to the end, with the rule that counted or skipped it.

The days are walked one by one here, apart from the arithmetic of `deadline`, so each checks the other.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from workflow.clock.calendar import Calendar
from workflow.clock.days import Day, end_of_day, local_day, start_of_day
from workflow.clock.deadline import (
    Deadline,
    budget,
    deadline,
    paused_days,
    remaining_days,
    restart_day,
    used_days,
)
from workflow.clock.limit import Limit, Unit
from workflow.clock.office_clock import office_time_between
from workflow.clock.pauses import Pause, union
from workflow.clock.proof_words import (
    Lang,
    Standing,
    exact_sentence,
    office_sentence,
    origin_sentence,
    standing_sentence,
)

ProofRule = Literal["start", "workday", "weekend", "holiday", "make_up", "closure", "pause", "extension", "interrupted"]


@dataclass(frozen=True, slots=True)
class ProofDay:
    """One line of a proof.

    ``rule``: "start" is the uncounted first day, and the day after which a reset lets the budget start anew;
    "interrupted" a day between the two, whatever it was; "pause" a day only a pause took out, "extension" a counted
    day beyond the original amount; otherwise the calendar's rule. ``name`` and ``source`` are the calendar's own.
    ``total``: days counted so far, for a limit in working hours the office minutes. ``cause``: the causes of the
    pauses over this day, also on a rest day.
    """

    date: date
    counts: bool
    rule: ProofRule
    name: str
    source: str
    total: int
    provisional: bool
    cause: str | None


@dataclass(frozen=True, slots=True)
class Proof:
    """How a date came about. ``due`` is None while an open pause holds the clock; the days then end with today.

    Clocks of hours and minutes run by the instant and have no ``days``; those of working hours have, their first day
    counting what was left of it. Days after the last counted one are those
    rolled over to reach a working day; they do not raise ``total``.
    """

    start: date
    limit: Limit
    extension: int
    pauses: tuple[Pause, ...]
    days: tuple[ProofDay, ...]
    due: date | None
    provisional: bool
    calendar_version: str
    sentence_zh: str
    sentence_en: str


def proof(
    start: datetime,
    limit: Limit,
    calendar: Calendar,
    pauses: Sequence[Pause] = (),
    extension: int = 0,
    today: date | None = None,
) -> Proof:
    """Prove the end of a clock, arguments and errors as for `deadline`.

    ``today`` tells the sentences what is used and left, and ends the list of a paused clock; without it the list of
    a paused clock ends with the day the open pause began.
    """
    due = deadline(start, limit, calendar, pauses, extension)
    first = local_day(start)
    days: tuple[ProofDay, ...] = ()
    if limit.unit.counts_days or limit.unit is Unit.WORKING_HOUR:
        upto = max(first, due.on or today or _open_since(pauses))
        restart = restart_day(start, limit, calendar, pauses, extension, upto)
        lost = tuple(_lost_days(first, restart, calendar, pauses))
        if limit.unit is Unit.WORKING_HOUR:
            begin = start if restart is None else end_of_day(restart)
            anew = () if restart is None else (_start_line(restart, calendar, pauses),)
            end = due.at or end_of_day(upto)
            days = (*lost, *anew, *_hour_days(begin, end, upto, limit, calendar, pauses))
        else:
            days = (*lost, *_days(restart or first, upto, limit, calendar, pauses, extension))
    return Proof(
        start=first,
        limit=limit,
        extension=extension,
        pauses=tuple(pauses),
        days=days,
        due=due.on,
        provisional=due.provisional,
        calendar_version=calendar.version,
        sentence_zh=_sentence(start, limit, calendar, pauses, extension, today, due, "zh"),
        sentence_en=_sentence(start, limit, calendar, pauses, extension, today, due, "en"),
    )


def _days(
    first: date, upto: date, limit: Limit, calendar: Calendar, pauses: Sequence[Pause], extension: int
) -> Iterator[ProofDay]:
    total, plain, whole = 0, budget(first, limit), budget(first, limit, extension)
    yield _start_line(first, calendar, pauses)
    for n in range(1, (upto - first).days + 1):
        day = calendar.day(first + timedelta(days=n))
        cause = _causes(day.date, pauses)
        counts = (day.counts or limit.unit is not Unit.WORKING_DAY) and cause is None and total < whole
        total += counts
        rule = _rule(day, limit, cause is not None, counts and total > plain)
        yield ProofDay(day.date, counts, rule, day.name, day.source, total, day.provisional, cause)


def _hour_days(
    begin: datetime, end: datetime, upto: date, limit: Limit, calendar: Calendar, pauses: Sequence[Pause]
) -> Iterator[ProofDay]:
    """The days of a limit in working hours from the instant ``begin`` to ``upto``; ``total`` in whole minutes."""
    spent, plain = timedelta(), timedelta(hours=limit.amount)
    first = local_day(begin)
    for n in range((upto - first).days + 1):
        day = calendar.day(first + timedelta(days=n))
        cause = _causes(day.date, pauses)
        opens, closes = max(begin, start_of_day(day.date)), min(end, end_of_day(day.date))
        office = timedelta() if cause else office_time_between(opens, closes, calendar)
        spent += office
        counts = bool(office)
        rule = _rule(day, limit, cause is not None, counts and spent > plain)
        total = spent // timedelta(minutes=1)
        yield ProofDay(day.date, counts, rule, day.name, day.source, total, day.provisional, cause)


def _lost_days(first: date, restart: date | None, calendar: Calendar, pauses: Sequence[Pause]) -> Iterator[ProofDay]:
    """The days before the budget started anew: the start, and what a reset made moot."""
    if restart is None or restart < first:
        return
    for n in range((restart - first).days):
        day = calendar.day(first + timedelta(days=n))
        rule: ProofRule = "start" if n == 0 else "interrupted"
        cause = _causes(day.date, pauses)
        yield ProofDay(day.date, False, rule, day.name, day.source, 0, day.provisional, cause)


def _start_line(first: date, calendar: Calendar, pauses: Sequence[Pause]) -> ProofDay:
    day = calendar.day(first)
    # A start day inside a pause needs no cause, it does not count anyway; a day a reset ends on names it.
    cause = _causes(first, [pause for pause in pauses if pause.resets])
    return ProofDay(first, False, "start", day.name, day.source, 0, day.provisional, cause)


def _causes(day: date, pauses: Sequence[Pause]) -> str | None:
    return ", ".join(sorted({pause.cause for pause in pauses if pause.covers(day)})) or None


def _rule(day: Day, limit: Limit, paused: bool, extended: bool) -> ProofRule:
    if extended:
        return "extension"
    # A weekend inside a pause would not have counted anyway: the pause took nothing out there.
    if paused and (day.counts or limit.unit not in (Unit.WORKING_DAY, Unit.WORKING_HOUR)):
        return "pause"
    return day.rule


def _open_since(pauses: Sequence[Pause]) -> date:
    return union(pauses)[-1][0]


def _sentence(
    start: datetime,
    limit: Limit,
    calendar: Calendar,
    pauses: Sequence[Pause],
    extension: int,
    today: date | None,
    due: Deadline,
    lang: Lang,
) -> str:
    if limit.unit is Unit.WORKING_HOUR:
        restart = restart_day(start, limit, calendar, pauses, extension)
        return office_sentence(start, limit, extension, due, restart, lang)
    if not limit.unit.counts_days:
        return exact_sentence(start, limit, extension, due, lang)
    last = due.on or today or _open_since(pauses)
    if today is None:
        restart = restart_day(start, limit, calendar, pauses, extension, last)
        paused = paused_days(start, limit, calendar, pauses, last, extension)
        return origin_sentence(start, limit, extension, due, paused, lang, restart)
    standing = Standing(
        today=today,
        used=used_days(start, limit, calendar, pauses, today, extension),
        paused=paused_days(start, limit, calendar, pauses, min(today, last), extension),
        remaining=remaining_days(start, limit, calendar, pauses, extension, today),
    )
    return standing_sentence(limit, due, standing, lang)
