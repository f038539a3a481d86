"""Help at any hour: the open requests with the minutes left, and asking."""

from dataclasses import dataclass

from flask import Response, request, url_for

from api import access
from api.pages.blueprint import pages
from api.pages.faults import Fault, faults_of
from api.pages.frame import is_applicant, is_staff, show
from api.pages.lists import cursor, paging, with_query
from api.pages.once import Done, lead_on, once
from api.pages.wording import _, lang
from workflow.clock.words import limit_words
from workflow.commands.ask_help import ask_help
from workflow.errors import Refused
from workflow.queries.projects import ProjectFilters, projects
from workflow.queries.worklist import Filters, worklist
from workflow.work import Work

PROJECTS_SHOWN = 100
QUESTION_LONGEST = 4000


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed into the form."""

    project: str = ""
    question: str = ""
    about: str = ""


@pages.get("/help", endpoint="help_desk")
def help_page() -> Response:
    """Open requests for help, the most urgent first."""
    with access.work() as work:
        found = worklist(work, Filters(flow="assistance"), paging(cursor=cursor()))
    hours = access.office().catalogue.help
    return show(
        "help.html",
        rows=found.rows,
        staff=is_staff(access.me().actor),
        may_ask=is_applicant(access.me().actor),
        by_day=limit_words(hours.first_response_day, lang()),
        by_night=limit_words(hours.first_response_night, lang()),
        hours=f"{hours.day_from:%H:%M}–{hours.day_to:%H:%M}",
        next_page=with_query("pages.help_desk", cursor=found.next_cursor) if found.next_cursor else None,
    )


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
            (Fault("project", _("请选择项目")), not typed.project),
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
            faults_of(refusal, {"project": _("项目"), "question": _("问题"), "about": _("办件")}, {}),
            refusal.status,
        )
    return lead_on(done)


def _asked(work: Work, typed: Typed) -> Done:
    case = ask_help(work, typed.project, typed.question, about=typed.about or None)
    return Done(url_for("pages.case", no=case.no), _("已收到您的问题（%(no)s），回应时限已开始计算。", no=case.no))


def _form(typed: Typed, faults: list[Fault] | None = None, status: int = 200) -> Response:
    with access.work() as work:
        found = projects(work, ProjectFilters(), paging(PROJECTS_SHOWN)).rows
    chosen = typed.project or (found[0].code if len(found) == 1 else "")
    return show(
        "ask.html",
        status,
        typed=typed,
        chosen=chosen,
        projects=[(project.code, project.name) for project in found],
        may_ask=is_applicant(access.me().actor),
        problems=faults or (),
        here=url_for("pages.ask"),
    )
