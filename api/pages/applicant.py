"""The applicant's home: what needs doing, where everything is, what is finished, whom to ask, what was said last.

Each block is read by itself: where one cannot be read, the others stay.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from flask import Response, url_for

from api import access
from api.pages.ahead import PLACELESS, answer_words
from api.pages.blueprint import pages
from api.pages.case_names import case_name
from api.pages.errands import ERRANDS, NOTICE_ANSWERED_BY, own_clock, places_of_errands
from api.pages.frame import is_applicant, show
from api.pages.lists import cursor, paging
from api.pages.names import department_name, role_name
from api.pages.strips import Cell, strip
from api.wording import N_, _, date_and_time, lang, own
from workflow import logs
from workflow.clock.days import OFFICE_ZONE, local_day
from workflow.clock.words import Light, date_words
from workflow.errors import Refused
from workflow.queries.ended import EndedFilters, EndedRow, ended
from workflow.queries.home import RowClock, TakenAway, my_specialists, row_clocks, taken_away
from workflow.queries.lives import EndingLife, ending_lives
from workflow.queries.notices import my_notices, unseen_count
from workflow.queries.paging import Page, capped
from workflow.queries.worklist import Filters, WorkRow, worklist
from workflow.work import Work

ERRANDS_SHOWN = 60
ENDED_SHOWN = 6
NOTICES_SHOWN = 4

log = logs.logger("web")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Errand:
    """One thing the applicant has to do on the case ``no``, with its date and what is left in words."""

    no: str
    title: str
    what: str
    button: str
    until: str
    left: str
    href: str


@dataclass(frozen=True, slots=True)
class Line:
    """One open case: who has it, the strip of its clock, and what is left in words (empty where none runs)."""

    row: WorkRow
    whose: str
    cells: tuple[Cell, ...]
    left: str
    provisional: bool


@dataclass(frozen=True, slots=True)
class Opened:
    """One page of open cases: those with a clock, and ``quiet`` ones in which no time runs."""

    lines: tuple[Line, ...]
    quiet: tuple[Line, ...]
    next_page: str | None


@dataclass(frozen=True, slots=True)
class Finished:
    """One finished case: when and how it ended in words, and what can be taken away or said."""

    row: EndedRow
    words: str
    left: TakenAway


@pages.get("/my")
def my_cases() -> Response:
    """The applicant's own cases."""
    with access.work() as work:
        errands = _block(work, lambda: _errands(work))
        opened = _block(work, lambda: _opened(work, {one.no for one in errands or ()}))
        finished = _block(work, lambda: _finished(work))
        specialists = _block(work, lambda: my_specialists(work))
        notices = _block(work, lambda: my_notices(work, paging(NOTICES_SHOWN)).rows)
        unseen = _block(work, lambda: capped(unseen_count(work)))
    rows, later = finished if finished is not None else (None, False)
    later_page = cursor() is not None
    return show(
        "my_cases.html",
        errands=errands,
        opened=opened,
        later=later_page,
        finished=rows,
        more_finished=later,
        specialists=specialists,
        answer=answer_words(),
        notices=notices,
        unseen=unseen,
        first_visit=not later_page
        and errands == []
        and rows == []
        and opened is not None
        and not opened.lines
        and not opened.quiet,
        may_apply=is_applicant(work.actor),
    )


def _block(work: Work, read: Callable[[], T]) -> T | None:
    """What ``read()`` finds; None where it fails, which is logged and spoils no other block."""
    try:
        with work.conn.begin_nested():
            return read()
    except Refused:
        raise
    except Exception as error:
        # Whatever it is: the page says so in that one place, and the log holds the rest.
        log.error("a block of the home page cannot be read", exc_info=error)
        return None


def _opened(work: Work, waiting: set[str]) -> Opened:
    """The open cases beside those that wait for the applicant."""
    found: Page[WorkRow] = worklist(work, Filters(), paging(cursor=cursor()))
    rows = [row for row in found.rows if row.no not in waiting]
    clocks = row_clocks(work, [row.no for row in rows])
    today = local_day(work.now)
    lines = [_line(work, row, clocks.get(row.no), today) for row in rows]
    timed, quiet = (tuple(line for line in lines if bool(line.left) == timed) for timed in (True, False))
    return Opened(timed, quiet, url_for("pages.my_cases", cursor=found.next_cursor) if found.next_cursor else None)


def _line(work: Work, row: WorkRow, clock: RowClock | None, today: date) -> Line:
    if clock is None:
        return Line(row, _whose(row), (), "", False)
    view = clock.view
    left = own(view.words)
    if view.due_on is not None:
        exact = view.due_at if view.due_at is not None and not view.limit.unit.counts_days else None
        hour = f" {exact.astimezone(OFFICE_ZONE):%H:%M}" if exact is not None else ""
        day = date_words(view.due_on, today, lang()) + hour
        over = view.remaining is not None and view.remaining < 0
        left = _("%(left)s，原定 %(day)s", left=left, day=day) if over else _("%(left)s，%(day)s前", left=left, day=day)
    cells = strip(view, clock.pauses, work.calendar, today)
    return Line(row, _whose(row), cells, left, view.provisional and view.due_on is not None)


def _whose(row: WorkRow) -> str:
    """Who has it, by office; empty where only time leads on."""
    if row.turn is None:
        return ""
    if row.turn == "applicant":
        return _("等您办理")
    return role_name(row.turn) if row.turn in PLACELESS else department_name(row.department)


def _finished(work: Work) -> tuple[list[Finished], bool]:
    found = ended(work, EndedFilters(), paging(ENDED_SHOWN))
    today = local_day(work.now)
    left = taken_away(work, [row.no for row in found.rows])
    lines = [Finished(row, _ended_words(row, left[row.no], today), left[row.no]) for row in found.rows]
    return lines, found.next_cursor is not None


def _ended_words(row: EndedRow, left: TakenAway, today: date) -> str:
    when = _("%(when)s 办结", when=date_and_time(row.ended_at, today))
    if left.early is None:
        return when
    if left.early > 0:
        return _("%(when)s，比承诺早 %(n)s 个工作日", when=when, n=left.early)
    if left.early < 0:
        return _("%(when)s，比承诺晚 %(n)s 个工作日", when=when, n=-left.early)
    return _("%(when)s，在承诺当日", when=when)


def _errands(work: Work) -> list[Errand]:
    today = local_day(work.now)
    places = tuple(sorted(places_of_errands(work.office.flows.values())))
    rows: Sequence[WorkRow] = worklist(work, Filters(places=places), paging(ERRANDS_SHOWN)).rows
    held = worklist(work, Filters(state="special"), paging(ERRANDS_SHOWN)).rows
    lives = ending_lives(work, ERRANDS_SHOWN)
    return [
        *(_errand(row, today) for row in rows if row.state != "draft"),
        *(_papers(row) for row in held if row.papers_awaited),
        *(_life(life, today) for life in lives),
        *(_errand(row, today) for row in rows if row.state == "draft"),
    ]


def _errand(row: WorkRow, today: date) -> Errand:
    what, button = ERRANDS.get((row.flow, row.state), (own(row.state_title), N_("去办理")))
    clock = own_clock(access.office().flow(row.flow, row.flow_version), row.clocks)
    due_on, light, words = (clock.due_on, clock.light, clock.words) if clock else (row.due_on, row.light, row.words)
    deed = NOTICE_ANSWERED_BY.get((row.flow, row.state))
    return Errand(
        no=row.no,
        title=case_name(row.title),
        what=_(what),
        button=_(button),
        until=_until(due_on, light, today),
        left=own(words) if words else "",
        href=url_for("pages.deed", no=row.no, name=deed) if deed else _case(row.no),
    )


def _until(due_on: date | None, light: Light, today: date) -> str:
    """By when: said of what has no date, and of what is late already, too."""
    if due_on is None:
        return _("没有规定日期，随时可以接着办")
    day = date_words(due_on, today, lang())
    if light is Light.OVERDUE:
        return _("原定 %(day)s前办完，请尽快", day=day)
    return _("请在 %(day)s前办完", day=day)


def _case(no: str) -> str:
    return url_for("pages.case", no=no)


def _papers(row: WorkRow) -> Errand:
    """Papers that interrupt the time until they are complete."""
    title, href = case_name(row.title), _case(row.no)
    return Errand(row.no, title, _("请补齐证明文件"), _("去补齐"), _("补齐后时限重新起算"), "", href)


def _life(life: EndingLife, today: date) -> Errand:
    """A result that dies if nobody does anything: its last day, and what saves it."""
    day = date_words(life.life.due_on, today, lang(), life.life.provisional) if life.life.due_on else ""
    deeds = _("或").join(f"“{own(deed)}”" for deed in life.deeds)
    until = _("有效期到 %(day)s，请在此前%(deeds)s", day=day, deeds=deeds) if deeds else _("有效期到 %(day)s", day=day)
    if life.renew_by is not None and life.renew_by != life.life.due_on:
        last = date_words(life.renew_by, today, lang())
        until += _("（延续最迟 %(day)s 提出）", day=last)
    title, href = case_name(life.title), _case(life.no)
    return Errand(life.no, title, _("有效期将满"), _("去办理"), until, own(life.life.words), href)
