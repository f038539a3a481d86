"""The applicant's home: what needs doing, where everything is, what is finished."""

from dataclasses import dataclass
from datetime import date

from flask import Response, url_for

from api import access
from api.pages.blueprint import pages
from api.pages.errands import ERRANDS, places_of_errands
from api.pages.frame import is_applicant, show
from api.pages.lists import cursor, paging
from api.pages.wording import N_, _, date_and_time, lang, own
from workflow.clock.days import local_day
from workflow.clock.words import date_words
from workflow.queries.ended import EndedFilters, ended
from workflow.queries.lives import EndingLife, ending_lives
from workflow.queries.worklist import Filters, WorkRow, worklist
from workflow.work import Work

ERRANDS_SHOWN = 60
ENDED_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Errand:
    """One thing the applicant has to do on the case ``no``, with its date and what is left in words."""

    no: str
    title: str
    what: str
    button: str
    until: str
    left: str


@pages.get("/my")
def my_cases() -> Response:
    """The applicant's own cases."""
    with access.work() as work:
        today = local_day(work.now)
        errands = _errands(work)
        found = worklist(work, Filters(), paging(cursor=cursor()))
        finished = ended(work, EndedFilters(), paging(ENDED_SHOWN))
    waiting = {errand.no for errand in errands}
    return show(
        "my_cases.html",
        errands=errands,
        rows=[row for row in found.rows if row.no not in waiting],
        next_page=url_for("pages.my_cases", cursor=found.next_cursor) if found.next_cursor else None,
        later=cursor() is not None,
        finished=[(row, date_and_time(row.ended_at, today)) for row in finished.rows],
        more_finished=finished.next_cursor is not None,
        may_apply=is_applicant(work.actor),
    )


def _errands(work: Work) -> list[Errand]:
    today = local_day(work.now)
    places = tuple(sorted(places_of_errands(work.office.flows.values())))
    rows = worklist(work, Filters(places=places), paging(ERRANDS_SHOWN)).rows
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
    until = _("请在 %(day)s 前办完", day=date_words(row.due_on, today, lang())) if row.due_on else ""
    return Errand(row.no, row.title, _(what), _(button), until, own(row.words) if row.words else "")


def _papers(row: WorkRow) -> Errand:
    """Papers that interrupt the time until they are complete."""
    return Errand(row.no, row.title, _("请补齐证明文件"), _("去补齐"), _("补齐后时限重新起算"), "")


def _life(life: EndingLife, today: date) -> Errand:
    """A result that dies if nobody does anything: its last day, and what saves it."""
    day = date_words(life.life.due_on, today, lang(), life.life.provisional) if life.life.due_on else ""
    deeds = _("或").join(f"“{own(deed)}”" for deed in life.deeds)
    until = _("有效期到 %(day)s，请在此前%(deeds)s", day=day, deeds=deeds) if deeds else _("有效期到 %(day)s", day=day)
    if life.renew_by is not None and life.renew_by != life.life.due_on:
        last = date_words(life.renew_by, today, lang())
        until += _("（延续最迟 %(day)s 提出）", day=last)
    return Errand(life.no, life.title, _("有效期将满"), _("去办理"), until, own(life.life.words))
