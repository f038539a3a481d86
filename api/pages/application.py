"""A new joint application (新申请): taking up a draft or beginning one, and its list of tasks."""

from flask import Response, request, url_for

from api import access
from api.pages.blueprint import pages
from api.pages.draft_tasks import tasks
from api.pages.drafts import KEPT_DAYS, Draft, elsewhere, read_draft
from api.pages.faults import Fault, faults_of
from api.pages.frame import show
from api.pages.lists import paging
from api.pages.once import Done, lead_on, once
from api.pages.sheets import sheets
from api.pages.slots import slots
from api.wording import _
from workflow.commands.open_bundle import open_bundle
from workflow.errors import Refused
from workflow.queries.projects import ProjectFilters, ProjectView, projects
from workflow.queries.worklist import Filters, worklist
from workflow.work import Work

PROJECTS_SHOWN = 100
DRAFTS_SHOWN = 20


@pages.get("/apply")
def new_application() -> Response:
    """Take up a draft again, or choose a project to begin one."""
    return _start(request.args.get("project", ""))


@pages.post("/apply")
def begin_application() -> Response:
    """Open the draft."""
    chosen = request.form.get("project", "")
    if not chosen:
        return _start(chosen, [Fault("project", _("请选择项目"))], 400)
    try:
        with access.work() as work:
            done = once(work, lambda: _opened(work, chosen))
    except Refused as refusal:
        return _start(chosen, faults_of(refusal, {"project": _("所属项目")}, {}), refusal.status)
    return lead_on(done)


@pages.get("/apply/<no>")
def draft(no: str) -> Response:
    """The draft: what is done, what is missing, what cannot begin yet."""
    found = read_draft(no)
    return elsewhere(no) if found is None else draft_page(found)


def draft_page(found: Draft, faults: list[Fault] | None = None, status: int = 200) -> Response:
    """The list of tasks of a draft."""
    papers = slots(found.case, found.today)
    return show(
        "draft.html",
        status,
        draft=found,
        case=found.case,
        tasks=tasks(found, papers),
        sheets=sheets(found.case.items),
        days=KEPT_DAYS,
        problems=faults or (),
        here=url_for("pages.draft", no=found.no),
    )


def _opened(work: Work, project: str) -> Done:
    case = open_bundle(work, project, [], {})
    return Done(
        url_for("pages.draft", no=case.no),
        _("已建立申请 %(no)s。可以随时离开，回来接着填。", no=case.no),
    )


def _start(chosen: str, faults: list[Fault] | None = None, status: int = 200) -> Response:
    with access.work() as work:
        found = projects(work, ProjectFilters(), paging(PROJECTS_SHOWN)).rows
        begun = worklist(work, Filters(places=(("bundle", "draft"),)), paging(DRAFTS_SHOWN)).rows
    if not chosen and len(found) == 1:
        chosen = found[0].code
    return show(
        "new_application.html",
        status,
        projects=[(project.code, _named(project)) for project in found],
        chosen_project=chosen,
        drafts=begun,
        days=KEPT_DAYS,
        problems=faults or (),
        here=url_for("pages.new_application"),
    )


def _named(project: ProjectView) -> str:
    return f"{project.name}（{project.code}）"
