"""The working calendar: a year of it, what it rests on, and which day the n-th working day is."""

import re
from dataclasses import dataclass
from datetime import date

from flask import Response, request, url_for

from api import access
from api.pages.amendments import may_propose, may_read, shown_amendment
from api.pages.blueprint import pages
from api.pages.faults import Fault, faults_of
from api.pages.frame import lead, show
from api.pages.lists import paging
from api.pages.names import holiday_name
from api.pages.reading import half_width
from api.wording import N_, _, lang
from workflow.clock.calendar import Calendar
from workflow.clock.days import FIRST_YEAR, LAST_YEAR, Day, local_day
from workflow.clock.words import MONTHS_EN, date_words
from workflow.errors import BadInput, NotFound
from workflow.queries.amendments import amendments
from workflow.queries.calendar_figures import provisional_clocks
from workflow.queries.calendar_year import MonthDays, calendar_year, missing_year, nth_working_day

WEEKDAYS = (N_("一"), N_("二"), N_("三"), N_("四"), N_("五"), N_("六"), N_("日"))
MARKS = {"holiday": N_("休"), "make_up": N_("班"), "closure": N_("停")}
TONES = {"weekend": "we", "holiday": "hol", "make_up": "mk", "closure": "hol"}
HISTORY_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Cell:
    """One day in its month; ``mark`` is the character on it, ``words`` what a screen reader adds."""

    number: int
    tone: str
    mark: str
    words: str
    today: bool


@dataclass(frozen=True, slots=True)
class MonthTable:
    """One month by weeks from Monday; None before its first day and after its last."""

    number: int
    working_days: int
    weeks: tuple[tuple[Cell | None, ...], ...]


@dataclass(frozen=True, slots=True)
class YearTab:
    """One year that can be looked at."""

    year: int
    published: bool


@dataclass(frozen=True, slots=True)
class Tester:
    """The question for the n-th working day as typed, and its answer."""

    n: str = ""
    month: str = ""
    answer: str = ""


@pages.get("/calendar", defaults={"year": None})
@pages.get("/calendar/<int:year>")
def calendar(year: int | None) -> Response:
    """One year: which days are worked, by which notice, and what has changed it."""
    if year is None:
        return lead(url_for("pages.calendar", year=local_day(access.me().now).year))
    check_year(year)
    with access.work() as work:
        held, today = work.calendar, local_day(work.now)
        history = amendments(work, paging(HISTORY_SHOWN)).rows if may_read(work.actor) else None
        estimated = provisional_clocks(work.conn) if may_read(work.actor) else 0
    found = calendar_year(held, year)
    tester, faults = _tested(held, year, today)
    return show(
        "calendar.html",
        400 if faults else 200,
        year=found,
        sources=_("；").join(found.sources),
        months=[_table(month, today) for month in found.months],
        months_named=[(str(n), _("%(month)s初", month=month_name(n))) for n in range(1, 13)],
        month_name=month_name,
        weekdays=[_(name) for name in WEEKDAYS],
        years=_tabs(held, year, today),
        tester=tester,
        history=None if history is None else [shown_amendment(one, today) for one in history],
        more_history=url_for("pages.amendments") if history and len(history) == HISTORY_SHOWN else None,
        estimated=estimated,
        may_propose=may_propose(access.me().actor),
        to_load=held.horizon.year + 1,
        today=today,
        missing=missing_year(held, today),
        problems=faults,
        here=url_for("pages.calendar", year=year),
    )


def check_year(year: int) -> None:
    """Raises NotFound for a year the calendar cannot speak of."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise NotFound(
            "no_such_year",
            f"工作日历没有 {year} 年，可查 {FIRST_YEAR} 至 {LAST_YEAR} 年",
            f"The calendar has no year {year}: {FIRST_YEAR} to {LAST_YEAR} are there",
        )


def _tabs(held: Calendar, year: int, today: date) -> list[YearTab]:
    wanted = {year - 1, year, year + 1, today.year - 1, today.year, today.year + 1}
    return [YearTab(one, one in held.years) for one in sorted(wanted) if FIRST_YEAR <= one <= LAST_YEAR]


def month_name(number: int) -> str:
    """11月 or Nov."""
    return MONTHS_EN[number - 1] if lang() == "en" else _("%(month)s 月", month=number)


def _table(month: MonthDays, today: date) -> MonthTable:
    before: list[Cell | None] = [None] * month.days[0].date.weekday()
    cells = before + [_cell(day, today) for day in month.days]
    cells += [None] * (-len(cells) % 7)
    weeks = tuple(tuple(cells[start : start + 7]) for start in range(0, len(cells), 7))
    return MonthTable(month.number, month.working_days, weeks)


def _cell(day: Day, today: date) -> Cell:
    is_today = day.date == today
    return Cell(
        number=day.date.day,
        tone=TONES.get(day.rule, "") + (" today" if is_today else ""),
        mark=_(MARKS[day.rule]) if day.rule in MARKS else "",
        words=holiday_name(day.name) if day.rule in MARKS else "",
        today=is_today,
    )


def _tested(held: Calendar, year: int, today: date) -> tuple[Tester, list[Fault]]:
    """Which day the n-th working day is, where that was asked."""
    asked = Tester(request.args.get("n", ""), request.args.get("month", ""))
    if not asked.n and not asked.month:
        return asked, []
    n, month = half_width(asked.n), half_width(asked.month)
    if not re.fullmatch(r"-?[0-9]{1,3}", n) or not re.fullmatch(r"[0-9]{0,2}", month):
        return asked, [Fault("n", _("“第几个工作日”应为整数，如 20；-1 是最后一个"))]
    try:
        day = nth_working_day(held, int(n), year, int(month) if month else None)
    except BadInput as refusal:
        return asked, faults_of(refusal, {"n": _("第几个工作日"), "month": _("从哪里数起")}, {})
    answer = _("是 %(day)s", day=date_words(day.date, today, lang(), day.provisional))
    return Tester(asked.n, asked.month, answer), []
