"""The applicant's home: what needs doing, where everything is, what is finished."""

from dataclasses import dataclass

from flask import Response, url_for

from api import access
from api.pages.blueprint import pages
from api.pages.frame import is_applicant, show
from api.pages.lists import cursor, paging
from api.pages.wording import N_, _, date_and_time
from workflow.clock.days import local_day
from workflow.clock.words import date_words
from workflow.queries.ended import EndedFilters, ended
from workflow.queries.worklist import Filters, WorkRow, worklist
from workflow.work import Work

# What the applicant is asked to do, by the state of the case, and the name of the button.
ERRANDS = {
    "draft": (N_("草稿，还没有提交"), N_("继续填写")),
    "correcting": (N_("请补正材料"), N_("去补正")),
    "granted_with_gaps": (N_("已准予，请补齐容缺材料"), N_("去补齐")),
}
ERRANDS_SHOWN = 20
ENDED_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Errand:
    """One thing the applicant has to do, with its date in words."""

    row: WorkRow
    what: str
    button: str
    until: str


@pages.get("/my")
def my_cases() -> Response:
    """The applicant's own cases."""
    with access.work() as work:
        today = local_day(work.now)
        errands = _errands(work)
        found = worklist(work, Filters(), paging(cursor=cursor()))
        finished = ended(work, EndedFilters(), paging(ENDED_SHOWN))
    waiting = {errand.row.no for errand in errands}
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
    states = {
        state.name
        for flow in work.office.flows.values()
        for state in flow.states.values()
        if state.turn == "applicant" and not state.ended
    }
    rows = [
        row
        for name in sorted(states, key=lambda name: name == "draft")
        for row in worklist(work, Filters(state=name), paging(ERRANDS_SHOWN)).rows
    ]
    today = local_day(work.now)
    return [_errand(row, date_words(row.due_on, today, "zh") if row.due_on else "") for row in rows]


def _errand(row: WorkRow, day: str) -> Errand:
    what, button = ERRANDS.get(row.state, (N_("等您处理"), N_("去办理")))
    until = _("请在 %(day)s 前办完", day=day) if day else ""
    return Errand(row, _(what), _(button), until)
