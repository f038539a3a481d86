"""The picture over the worklist: which cases it shows, in which column, under which dates."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from flask import url_for
from markupsafe import Markup

from api.pictures.days_left import PHONE, WARNING, WIDE, Left, phone, wide
from api.pictures.drawing import Sign
from api.wording import lang
from workflow.actor import Actor
from workflow.clock.calendar import Calendar
from workflow.clock.words import MONTHS_EN
from workflow.queries.days_left import EndingOn
from workflow.queries.worklist import WorkRow


@dataclass(frozen=True, slots=True)
class DaysLeft:
    """Both forms of the picture; ``others`` says whether anybody else's cases are in it."""

    wide: Markup
    phone: Markup
    others: bool
    signs: tuple[Sign, ...]


def days_left_picture(
    running: Sequence[EndingOn], paused: Iterable[WorkRow], calendar: Calendar, today: date, actor: Actor
) -> DaysLeft | None:
    """The picture of these cases; None where there is none to show."""
    cases = [*(_running(one, calendar, today) for one in running), *_paused(paused, actor)]
    if not cases:
        return None
    days = {left: _short(_day(calendar, today, left)) for left in {*WIDE.ticks, *PHONE.ticks}}
    present = {one.sign for one in cases}
    order: tuple[Sign, ...] = ("ok", "warn", "bad", "hold")
    return DaysLeft(
        wide=wide(cases, days),
        phone=phone(cases, days),
        others=not all(one.mine for one in cases),
        signs=tuple(one for one in order if one in present),
    )


def next_end(running: Sequence[EndingOn], today: date) -> date | None:
    """The next day on which something ends that has not ended yet."""
    return min((one.day for one in running if not one.over and one.day >= today), default=None)


def _running(one: EndingOn, calendar: Calendar, today: date) -> Left:
    left = -max(calendar.working_days_between(one.day, today), 1) if one.over else 0
    if not one.over:
        left = calendar.working_days_between(today, one.day)
    sign: Sign = "bad" if one.over else "warn" if left <= WARNING else "ok"
    return Left(left, sign, one.mine, one.count, tuple(url_for("pages.case", no=no) for no in one.first))


def _paused(rows: Iterable[WorkRow], actor: Actor) -> list[Left]:
    me = {actor.id, *actor.stands_in_for}
    return [
        Left(row.remaining, "hold", row.assignee_id in me, 1, (url_for("pages.case", no=row.no),))
        for row in rows
        if row.remaining is not None
    ]


def _day(calendar: Calendar, today: date, left: int) -> date:
    return calendar.add_working_days(today, left)


def _short(day: date) -> str:
    return f"{day.day} {MONTHS_EN[day.month - 1]}" if lang() == "en" else f"{day.month}/{day.day}"
