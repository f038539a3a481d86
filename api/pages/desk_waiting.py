"""Who waits at the help desk and who is on duty, in words and as a picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask import url_for

from api.pages.thread import minutes_between
from api.pictures.waiting import Wait, minutes_words
from api.pictures.waiting import waiting as draw
from api.wording import _, date_and_time, own
from workflow.actor import Actor
from workflow.clock.days import OFFICE_ZONE, local_day
from workflow.queries.duty import ShiftView, SquadDuty
from workflow.queries.help_desk import Waiting

DRAWN = 8
"""How many of those who wait the picture shows."""
ANSWERERS = ("specialist", "squad_leader")


@dataclass(frozen=True, slots=True)
class WaitingWords:
    """``oldest`` is the number of the request that waits longest, empty where none does; ``minutes`` by number how long
    each waits, ``more`` how many are not drawn. ``answers``: the reader may answer; ``here``: the oldest is
    looked at; ``main``: none was chosen, so that taking the oldest is the main thing to do."""

    count: int
    finding: str
    late: bool
    wide: str
    small: str
    more: int
    oldest: str
    minutes: dict[str, str]
    answers: bool
    here: bool
    main: bool


@dataclass(frozen=True, slots=True)
class SquadLine:
    """One squad's duty in a line; an empty ``who`` is nobody."""

    squad: str
    who: str
    until: str
    next: str


@dataclass(frozen=True, slots=True)
class DutyWords:
    """Every squad; ``anybody``: somebody is on duty now."""

    squads: tuple[SquadLine, ...]
    anybody: bool


def waiting_words(found: Sequence[Waiting], now: datetime, actor: Actor, chosen: str) -> WaitingWords:
    """Who waits as the page says it; ``found`` the longest first."""
    waits = [_wait(one, now) for one in found]
    shown = waits[:DRAWN]
    oldest = found[0].no if found else ""
    return WaitingWords(
        len(found),
        _finding(waits),
        any(one.late for one in waits),
        draw(shown) if shown else "",
        draw(shown, small=True) if shown else "",
        len(waits) - len(shown),
        oldest,
        {one.no: minutes_words(wait.minutes) for one, wait in zip(found, waits, strict=True)},
        actor.holds(*ANSWERERS),
        bool(oldest) and chosen == oldest,
        not chosen,
    )


def duty_words(found: Sequence[SquadDuty], today: date) -> DutyWords:
    """Who is on duty now and who is next."""
    return DutyWords(tuple(_squad(one, today) for one in found), any(one.now is not None for one in found))


def _wait(one: Waiting, now: datetime) -> Wait:
    promise = None if one.due_at is None else minutes_between(one.since, one.due_at)
    said = _("%(who)s：%(question)s", who=one.who, question=" ".join(one.question.split()))
    return Wait(said, minutes_between(one.since, now), promise, url_for("pages.help_desk", case=one.no))


def _finding(waits: Sequence[Wait]) -> str:
    if not waits:
        return _("现在没有人在等")
    said = _("%(n)s 个人在等，最久 %(time)s", n=len(waits), time=minutes_words(waits[0].minutes))
    if waits[0].late:
        return said + _("，已过承诺")
    late = sum(one.late for one in waits)
    return said + (_("，%(n)s 个已过承诺", n=late) if late else _("，都在承诺之内"))


def _squad(one: SquadDuty, today: date) -> SquadLine:
    return SquadLine(
        own(one.title),
        _who(one.now),
        _moment(one.now.until, today) if one.now else "",
        _next(one.next, today),
    )


def _who(shift: ShiftView | None) -> str:
    if shift is None:
        return ""
    if shift.stands_in is None:
        return shift.person.name
    return _("%(delegate)s（代%(person)s）", delegate=shift.stands_in.name, person=shift.person.name)


def _next(shift: ShiftView | None, today: date) -> str:
    if shift is None:
        return ""
    begins = local_day(shift.since)
    until = f"{shift.until.astimezone(OFFICE_ZONE):%H:%M}"
    return _(
        "%(who)s，%(since)s 到 %(until)s",
        who=shift.person.name,
        since=_moment(shift.since, today),
        until=until if local_day(shift.until) == begins or begins == today else _moment(shift.until, today),
    )


def _moment(moment: datetime, today: date) -> str:
    """The time alone on the same day, else with the day."""
    return f"{moment.astimezone(OFFICE_ZONE):%H:%M}" if local_day(moment) == today else date_and_time(moment, today)
