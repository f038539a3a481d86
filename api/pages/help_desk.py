"""Help at any hour: who waits and for how long, the thread of a request, who is on duty; for applicants one box to ask.

The specialist's page and the applicant's stand at the same address. What is said in a thread is said by the deeds of
the flow, by the same route as on the page of the case.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import Response, request, url_for

from api import access
from api.pages.blueprint import pages
from api.pages.calendar import WEEKDAYS
from api.pages.case_names import case_name
from api.pages.desk_waiting import DutyWords, WaitingWords, duty_words, waiting_words
from api.pages.faults import Fault, faults_of
from api.pages.figure_words import FEW
from api.pages.frame import is_applicant, is_block, is_staff, lead, show
from api.pages.lists import cursor, paging, with_query
from api.pages.once import Done, lead_on, once
from api.pages.thread import Thread, thread
from api.pictures.waiting import minutes_words
from api.pictures.week_heat import week_heat
from api.wording import _, lang, own
from workflow.clock.days import local_day
from workflow.clock.words import limit_words
from workflow.commands.ask_help import HELP, ask_help
from workflow.errors import Refused
from workflow.queries.duty import duty
from workflow.queries.help_desk import Request, answer_time, asked_hours, own_requests, waiting
from workflow.queries.projects import ProjectFilters, projects
from workflow.queries.report import outside_share
from workflow.queries.worklist import Filters, worklist
from workflow.reading import visible_case
from workflow.work import Work

PROJECTS_SHOWN = 100
CASES_SHOWN = 50
QUESTION_LONGEST = 4000
HEAT_DAYS, ANSWER_DAYS = 90, 30
"""Calendar days up to today that the picture of the week and the answer time look back on."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed into the form."""

    project: str = ""
    question: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True)
class Heat:
    """The hours of the week in which help was asked for, with the finding and the rows of its table."""

    finding: str
    wide: str
    small: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@pages.get("/help", endpoint="help_desk")
def help_page() -> Response:
    """The desk of whoever answers, or what this applicant has asked; every minute the list of who waits alone."""
    chosen = request.args.get("case", "")[:40]
    if not is_staff(access.me().actor):
        return _applicants_page(chosen)
    if is_block():
        with access.work() as work:
            waits = waiting_words(waiting(work), work.now, access.me().actor, chosen)
        return show("help.html", block="parts/help_waiting.html", **_waiting_values(waits, chosen))
    return _desk(chosen)


@pages.get("/help/new", endpoint="ask")
def ask_form() -> Response:
    """The form of a question; the case it is about stands in it already."""
    about = request.args.get("about", "")[:40]
    question = _("关于 %(no)s：", no=about) if about else ""
    return _form(Typed(request.args.get("project", ""), question, about))


@pages.post("/help/new")
def ask_now() -> Response:
    """Ask; the clock of the answer runs at once."""
    typed = Typed(
        request.form.get("project", ""),
        request.form.get("question", "").replace("\r\n", "\n").strip(),
        request.form.get("about", ""),
    )
    faults = [
        fault
        for fault, wrong in (
            (Fault("project", _("请选择项目")), not typed.project and not typed.about),
            (Fault("question", _("请写明需要什么帮助")), not typed.question),
            (
                Fault("question", _("“问题”不能超过 %(n)s 字", n=QUESTION_LONGEST)),
                len(typed.question) > QUESTION_LONGEST,
            ),
        )
        if wrong
    ]
    if faults:
        return _form(typed, faults, 400)
    try:
        with access.work() as work:
            done = once(work, lambda: _asked(work, typed))
    except Refused as refusal:
        return _form(
            typed,
            faults_of(refusal, {"project": _("所属项目"), "question": _("问题"), "about": _("办件")}, {}),
            refusal.status,
        )
    return lead_on(done)


def _asked(work: Work, typed: Typed) -> Done:
    # A case that is named tells the project.
    project = typed.project or visible_case(work, typed.about).project_code
    case = ask_help(work, project, typed.question, about=typed.about or None)
    return Done(url_for("pages.case", no=case.no), _("已收到您的问题（%(no)s），回应时限已开始计算。", no=case.no))


def _desk(chosen: str) -> Response:
    """Who waits, who is on duty, what is open, when help is asked for, and beside it the thread that is looked at."""
    with access.work() as work:
        today = local_day(work.now)
        waits = waiting_words(waiting(work), work.now, access.me().actor, chosen)
        found = worklist(work, Filters(flow=HELP), paging(cursor=cursor()))
        on = duty_words(duty(work), today)
        heat = _heat(work, today)
        looked_at = chosen or waits.oldest
        seen = thread(work, looked_at) if looked_at else None
    if looked_at and seen is None:
        return lead(url_for("pages.case", no=looked_at))
    return show(
        "help.html",
        block="parts/help_waiting.html",
        **_waiting_values(waits, chosen),
        **_common(seen, chosen, on),
        rows=found.rows,
        may_ask=is_applicant(access.me().actor),
        heat=heat,
        heat_days=HEAT_DAYS,
        next_page=with_query("pages.help_desk", cursor=found.next_cursor) if found.next_cursor else None,
    )


def _waiting_values(waits: WaitingWords, chosen: str) -> dict[str, Any]:
    return {"waits": waits, "renewed": url_for("pages.help_desk", case=chosen or None)}


def _common(seen: Thread | None, chosen: str, on: DutyWords) -> dict[str, Any]:
    """What both faces of the page say: the thread, who is on duty, and how soon an answer is promised."""
    hours = access.office().catalogue.help
    return {
        "thread": seen,
        "chosen": chosen,
        "duty": on,
        "by_day": limit_words(hours.first_response_day, lang()),
        "by_night": limit_words(hours.first_response_night, lang()),
        "hours": f"{hours.day_from:%H:%M}–{hours.day_to:%H:%M}",
    }


def _applicants_page(chosen: str) -> Response:
    with access.work() as work:
        today = local_day(work.now)
        asked = own_requests(work)
        on = duty_words(duty(work), today)
        measured = answer_time(work, today - timedelta(days=ANSWER_DAYS - 1), today)
        looked_at = chosen or _newest(asked)
        seen = thread(work, looked_at) if looked_at else None
        offered = _offered(work)
    if looked_at and seen is None:
        return lead(url_for("pages.case", no=looked_at))
    typed = Typed(request.args.get("project", ""), "", request.args.get("about", "")[:40])
    return show(
        "help_own.html",
        **_common(seen, chosen, on),
        **_offer_values(offered, typed),
        asked=asked,
        may_ask=is_applicant(access.me().actor),
        measured=minutes_words(max(1, round(measured.minutes or 0))) if measured.answers >= FEW else "",
        answers=measured.answers,
        answer_days=ANSWER_DAYS,
    )


def _newest(asked: tuple[Request, ...]) -> str:
    """The request to look at where none is named: the newest that is open, else the newest."""
    return next((one.no for one in asked if not one.ended), asked[0].no if asked else "")


def _heat(work: Work, today: date) -> Heat | None:
    asked = asked_hours(work, today - timedelta(days=HEAT_DAYS - 1), today)
    hours = work.calendar.hours
    office_hours = (hours.opens.hour, hours.closes.hour + (hours.closes.minute > 0))
    share, whole = outside_share(asked, *office_hours), sum(asked.values())
    if share is None:
        return None
    names = tuple(_("周%(day)s", day=_(day)) for day in WEEKDAYS)
    finding = _("%(rate)s 的求助在下班以后", rate=f"{share:.0%}") if whole >= FEW else _("求助 %(n)s 次", n=whole)
    rows = tuple(
        (_("%(hour)s 时", hour=hour), *(str(asked.get((day, hour), 0)) for day in range(1, 8)))
        for hour in sorted({hour for _day, hour in asked})
    )
    drawn: Callable[[bool], str] = lambda small: week_heat(asked, names, office_hours, small=small)  # noqa: E731
    return Heat(finding, drawn(False), drawn(True), (_("提出时间"), *names), rows)


@dataclass(frozen=True, slots=True)
class _Offered:
    """Projects and open cases that a question may be about, as (value, words)."""

    projects: tuple[tuple[str, str], ...]
    cases: tuple[tuple[str, str], ...]


def _offered(work: Work) -> _Offered:
    found = projects(work, ProjectFilters(), paging(PROJECTS_SHOWN)).rows
    cases = worklist(work, Filters(), paging(CASES_SHOWN)).rows if not is_staff(work.actor) else ()
    return _Offered(
        tuple((one.code, one.name) for one in found),
        tuple(
            (row.no, f"{row.no} {own(row.item_title) if row.item_title else case_name(row.title)}")
            for row in cases
            if row.flow != HELP
        ),
    )


def _offer_values(offered: _Offered, typed: Typed) -> dict[str, Any]:
    known = {no for no, _words in offered.cases}
    more = ((typed.about, typed.about),) if typed.about and typed.about not in known else ()
    return {
        "typed": typed,
        "chosen_project": typed.project or (offered.projects[0][0] if len(offered.projects) == 1 else ""),
        "projects": offered.projects,
        "cases": (*more, *offered.cases),
    }


def _form(typed: Typed, faults: list[Fault] | None = None, status: int = 200) -> Response:
    with access.work() as work:
        offered = _offered(work)
    return show(
        "ask.html",
        status,
        **_offer_values(offered, typed),
        may_ask=is_applicant(access.me().actor),
        problems=faults or (),
        here=url_for("pages.ask"),
    )
