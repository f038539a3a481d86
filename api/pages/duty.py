"""Who is on duty, round the clock: every squad now and next, the week day by day, and where nobody is."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import Response, request, url_for

from api import access
from api.pages.blueprint import pages
from api.pages.frame import show
from api.pages.lists import with_query
from api.pages.reading import read_day
from api.wording import _, date_and_time, long_day, own, short_day
from workflow.clock.days import OFFICE_ZONE, local_day, start_of_day
from workflow.commands.publish_roster import may_publish
from workflow.queries.duty import DAYS, ShiftView, SquadDuty, duty
from workflow.queries.duty_week import WEEK, SquadWeek, Turn, week

FURTHEST = 366
"""Days before and after today that a week may begin."""


@dataclass(frozen=True, slots=True)
class SquadRow:
    """One squad in words; an empty ``now`` is nobody."""

    code: str
    title: str
    now: str
    until: str
    next: str
    gaps: tuple[str, ...]
    may_publish: bool


@dataclass(frozen=True, slots=True)
class TurnLine:
    """Who is on and when; ``who`` empty is nobody."""

    hours: str
    who: str


@dataclass(frozen=True, slots=True)
class DayRow:
    """One day: the turns of every squad, in the order of the columns."""

    words: str
    today: bool
    squads: tuple[tuple[TurnLine, ...], ...]


@pages.get("/duty", endpoint="duty")
def duty_page() -> Response:
    """Every squad's duty now, and a week of it."""
    with access.work() as work:
        today = local_day(work.now)
        first = first_day(today)
        found = duty(work)
        squads = list(access.office().catalogue.squads.values())
        shown = week(work, first, squads)
        publishes = {squad.code: may_publish(work, squad) for squad in squads}
    return show(
        "duty.html",
        squads=[_row(one, today, publishes[one.squad]) for one in found],
        days=DAYS,
        columns=[own(one.title) for one in squads],
        rows=day_rows(shown, first, today),
        week=week_links("pages.duty", first, today),
    )


def first_day(today: date) -> date:
    """The Monday of the week asked for (``from``), of this week where none is, or one too far away."""
    asked = read_day(request.args.get("from", ""), today) or today
    if abs((asked - today).days) > FURTHEST:
        asked = today
    return asked - timedelta(days=asked.weekday())


def week_links(endpoint: str, first: date, today: date, **parts: str) -> dict[str, str]:
    """The week in words, the weeks beside it, and this week where it is another."""
    last = first + timedelta(days=WEEK - 1)
    this = today - timedelta(days=today.weekday())

    def at(day: date) -> str:
        return with_query(endpoint, **parts, **{"from": day.isoformat()})

    return {
        "words": _("%(since)s 至 %(until)s", since=short_day(first, today), until=short_day(last, today)),
        "before": at(first - timedelta(days=WEEK)),
        "after": at(first + timedelta(days=WEEK)),
        "now": "" if first == this else url_for(endpoint, **parts),
    }


def day_rows(shown: tuple[SquadWeek, ...], first: date, today: date) -> list[DayRow]:
    """The week as rows of days."""
    days = [first + timedelta(days=number) for number in range(WEEK)]
    return [
        DayRow(
            long_day(day, today),
            day == today,
            tuple(tuple(_line(turn, day, first) for turn in squad.days[number]) for squad in shown),
        )
        for number, day in enumerate(days)
    ]


def _line(turn: Turn, day: date, first: date) -> TurnLine:
    since, until = max(turn.since, start_of_day(first)), turn.until
    words = f"{_clock(since)}—{_until(until, day)}"
    return TurnLine(words, turn.name or "")


def _clock(moment: datetime) -> str:
    return f"{moment.astimezone(OFFICE_ZONE):%H:%M}"


def _until(moment: datetime, day: date) -> str:
    """The end of a turn: its time on the same day, midnight as 24:00, else with its day."""
    ends = local_day(moment)
    if ends == day:
        return _clock(moment)
    if moment == start_of_day(day + timedelta(days=1)):
        return "24:00"
    if ends == day + timedelta(days=1):
        return _("次日 %(time)s", time=_clock(moment))
    return date_and_time(moment, day)


def _row(one: SquadDuty, today: date, publishes: bool) -> SquadRow:
    return SquadRow(
        one.squad,
        own(one.title),
        _who(one.now),
        _("至 %(when)s", when=date_and_time(one.now.until, today)) if one.now else "",
        _("%(who)s，%(when)s 起", who=one.next.person.name, when=date_and_time(one.next.since, today))
        if one.next
        else "",
        tuple(
            _("%(since)s 至 %(until)s", since=date_and_time(gap.since, today), until=date_and_time(gap.until, today))
            for gap in one.gaps
        ),
        publishes,
    )


def _who(shift: ShiftView | None) -> str:
    if shift is None:
        return ""
    if shift.stands_in is None:
        return shift.person.name
    return _("%(delegate)s（代%(person)s）", delegate=shift.stands_in.name, person=shift.person.name)
