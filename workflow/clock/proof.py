"""The proof of a date: every day from the start to the end, with the rule that counted or skipped it.

The days are walked one by one here, apart from the arithmetic of `deadline`, so each checks the other.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from workflow.clock.calendar import Calendar
from workflow.clock.days import Day, local_day
from workflow.clock.deadline import Deadline, budget, deadline, paused_days, remaining_days, used_days
from workflow.clock.limit import Limit, Unit
from workflow.clock.pauses import Pause, union
from workflow.clock.proof_words import Lang, Standing, exact_sentence, origin_sentence, standing_sentence

ProofRule = Literal["start", "workday", "weekend", "holiday", "make_up", "closure", "pause", "extension"]


@dataclass(frozen=True, slots=True)
class ProofDay:
    """One line of a proof.

    ``rule``: "start" is the uncounted first day, "pause" a day only a pause took out, "extension" a counted day
    beyond the original amount; otherwise the calendar's rule. ``name`` and ``source`` are the calendar's own, in
    Chinese. ``total``: days counted so far. ``cause``: the causes of the pauses over this day, also on a rest day.
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

    Clocks of hours and minutes run by the instant and have no ``days``. Days after the last counted one are those
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
    if limit.unit.counts_days:
        upto = due.on or today or _open_since(pauses)
        days = tuple(_days(first, max(first, upto), limit, calendar, pauses, extension))
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
    opening = calendar.day(first)
    yield ProofDay(first, False, "start", opening.name, opening.source, 0, opening.provisional, None)
    for n in range(1, (upto - first).days + 1):
        day = calendar.day(first + timedelta(days=n))
        causes = sorted({pause.cause for pause in pauses if pause.covers(day.date)})
        counts = (day.counts or limit.unit is not Unit.WORKING_DAY) and not causes and total < whole
        total += counts
        rule = _rule(day, limit, bool(causes), counts and total > plain)
        cause = ", ".join(causes) or None
        yield ProofDay(day.date, counts, rule, day.name, day.source, total, day.provisional, cause)


def _rule(day: Day, limit: Limit, paused: bool, extended: bool) -> ProofRule:
    if extended:
        return "extension"
    # A weekend inside a pause would not have counted anyway: the pause took nothing out there.
    if paused and (day.counts or limit.unit is not Unit.WORKING_DAY):
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
    if not limit.unit.counts_days:
        return exact_sentence(start, limit, extension, due, lang)
    last = due.on or today or _open_since(pauses)
    if today is None:
        return origin_sentence(start, limit, extension, due, paused_days(start, limit, calendar, pauses, last), lang)
    standing = Standing(
        today=today,
        used=used_days(start, limit, calendar, pauses, today),
        paused=paused_days(start, limit, calendar, pauses, min(today, last)),
        remaining=remaining_days(start, limit, calendar, pauses, extension, today),
    )
    return standing_sentence(limit, due, standing, lang)
